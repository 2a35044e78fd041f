//! Launches as platforms send them: Moodle's recorded from a running 5.1, Canvas's written after its source.

use std::sync::Arc;

use super::*;
use crate::claims::{Message, ResourceLink};
use crate::registration::{Flavour, RegistrationDraft};
use ambient::clock::ManualClock;

fn moodle(recorded: &str) -> Scene {
    let mut scene = Scene::new();
    scene.claims = serde_json::from_str(recorded).unwrap();
    scene.now = DateTime::from_timestamp(scene.claims["iat"].as_i64().unwrap() + 2, 0).unwrap();
    let target = scene.claims[format!("{CLAIM}target_link_uri")]
        .as_str()
        .unwrap()
        .to_owned();
    scene.state.nonce = scene.claims["nonce"].as_str().unwrap().into();
    scene.state.deployment_id = scene.claims[format!("{CLAIM}deployment_id")]
        .as_str()
        .map(Into::into);
    scene.state.target_link_uri = target.parse().unwrap();
    scene.targets = Targets::new(target.parse().unwrap(), ["/lti/launch", "/lti/deeplink"]);
    scene.registration = RegistrationDraft {
        issuer: "http://127.0.0.1:8090".into(),
        client_id: scene.claims["aud"].as_str().unwrap().into(),
        authorization_url: "http://127.0.0.1:8090/mod/lti/auth.php".into(),
        token_url: "http://127.0.0.1:8090/mod/lti/token.php".into(),
        jwks_url: "http://127.0.0.1:8090/mod/lti/certs.php".into(),
        allow_http_loopback: true,
        ..testing::draft()
    }
    .check("registration".into(), "tenant".into())
    .unwrap();
    scene
}

#[test]
fn moodles_instructor() {
    let launch = moodle(include_str!("moodle-instructor.json")).run().unwrap();
    assert_eq!((launch.sub.as_str(), launch.deployment_id.as_str()), ("3", "1"));
    assert_eq!(launch.name.as_deref(), Some("Tess Teacher"));
    assert_eq!(
        (launch.given_name.as_deref(), launch.family_name.as_deref()),
        (Some("Tess"), Some("Teacher"))
    );
    assert_eq!(launch.email.as_deref(), Some("teacher1@example.edu"));
    assert_eq!(launch.locale.as_deref(), Some("en"));
    assert!(launch.roles.is_instructor() && !launch.roles.may_learn());
    let context = launch.context.as_ref().unwrap();
    assert_eq!(
        (
            context.id.as_str(),
            context.label.as_deref(),
            context.title.as_deref()
        ),
        ("2", Some("OB101"), Some("Open Badges 101"))
    );
    assert_eq!(context.kinds, ["CourseSection"]);
    let expected = ResourceLink {
        id: "1".into(),
        title: Some("Probe launch".into()),
        stands_for_course: false,
    };
    assert_eq!(launch.resource_link(), Some(&expected));
    let ags = launch.ags.as_ref().unwrap();
    assert_eq!(ags.scopes.len(), 4);
    assert_eq!(
        ags.lineitem.as_ref().unwrap().as_str(),
        "http://127.0.0.1:8090/mod/lti/services.php/2/lineitems/6/lineitem?type_id=1"
    );
    assert_eq!(launch.nrps.as_ref().unwrap().service_versions, ["1.0", "2.0"]);
    assert_eq!(
        launch.tool_platform.product_family_code.as_deref(),
        Some("moodle")
    );
    assert_eq!(launch.presentation.document_target.as_deref(), Some("iframe"));
    assert!(launch.presentation.return_url.is_some());
    assert_eq!(launch.custom_text("uid"), Some("3"));
    assert_eq!(
        (launch.custom_text("unknown"), launch.custom_text("hist")),
        (None, None),
        "unknown variables and empty values"
    );
    assert!(!launch.is_test_user() && !launch.is_masquerade() && launch.previous_context_ids().is_empty());

    let stored: Launch = serde_json::from_str(&serde_json::to_string(&launch).unwrap()).unwrap();
    assert_eq!(stored, launch);
}

#[test]
fn moodles_ids_are_small_numbers_that_may_be_equal() {
    let launch = moodle(include_str!("moodle-instructor.json"))
        .with("resource_link", json!({"id": "2"}))
        .run()
        .unwrap();
    assert!(
        !launch.resource_link().unwrap().stands_for_course,
        "course 2 and activity 2 have nothing to do with each other"
    );
}

#[test]
fn moodles_deep_linking_request() {
    let launch = moodle(include_str!("moodle-deep-linking.json")).run().unwrap();
    let Message::DeepLinking { settings } = &launch.message else {
        panic!("{:?}", launch.message)
    };
    assert_eq!(settings.accept_types, ["ltiResourceLink"]);
    assert!(
        settings.accept_multiple
            && settings.accept_lineitem
            && !settings.auto_create
            && settings.data.is_none()
    );
    assert!(
        settings
            .return_url
            .as_str()
            .starts_with("http://127.0.0.1:8090/mod/lti/contentitem_return.php?course=2")
    );
    assert_eq!(launch.ags.unwrap().lineitem, None);
}

#[test]
fn a_submission_review_names_student_and_column() {
    let launch = submission_review().run().unwrap();
    let Message::SubmissionReview {
        for_user,
        lineitem,
        link,
    } = &launch.message
    else {
        panic!()
    };
    assert_eq!(
        (for_user.as_str(), link.as_ref().unwrap().id.as_str()),
        ("5", "7")
    );
    assert_eq!(
        lineitem.as_ref().unwrap().as_str(),
        "https://lms.example/2/lineitems/6/lineitem?type_id=1"
    );
    assert_eq!(launch.target_link_uri.query(), Some("review=1"));
}

#[test]
fn a_submission_review_without_a_column_names_the_work_by_its_link() {
    let launch = submission_review()
        .with(
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
            json!({"scope": [], "lineitems": "https://lms.example/2/lineitems?type_id=1"}),
        )
        .run()
        .unwrap();
    let Message::SubmissionReview { lineitem, link, .. } = &launch.message else {
        panic!()
    };
    assert_eq!((lineitem, link.as_ref().unwrap().id.as_str()), (&None, "7"));
}

#[test]
fn canvass_course_navigation_in_student_view() {
    let mut scene = Scene::new();
    scene.registration.flavour = Flavour::Canvas;
    scene.registration.service_hosts.push("instructure.com".into());
    let course = "4dde05e8ca1973bcca9bffc13e1548820eee93a3";
    let launch = scene
        .with("azp", json!("ifauoB4Zav216hU"))
        .with("context", json!({"id": course, "title": "Course", "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"], "validation_context": null}))
        .with("resource_link", json!({"id": course, "title": "Course", "description": null}))
        .with("roles", json!(["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner", "http://purl.imsglobal.org/vocab/lis/v2/system/person#User", "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]))
        .with("custom", json!({"context_id_history": "aaa,bbb,truncated", "masquerading_user_id": 17, "nothing": null}))
        .with("tool_platform", json!({"guid": "abc", "name": "School", "version": "cloud", "product_family_code": "canvas"}))
        .with("https://www.instructure.com/placement", json!("course_navigation"))
        .with("https://purl.imsglobal.org/spec/lti-ags/claim/endpoint", json!({"scope": [], "lineitems": "https://school.instructure.com/api/lti/courses/1/line_items", "lineitem": null}))
        .with("lis", json!({"course_offering_sourcedid": null, "person_sourcedid": null}))
        .run()
        .unwrap();
    assert!(launch.is_test_user() && !launch.roles.may_learn() && launch.is_masquerade());
    assert!(launch.resource_link().unwrap().stands_for_course);
    assert_eq!(launch.previous_context_ids(), ["aaa", "bbb"]);
    assert_eq!(launch.placement.as_deref(), Some("course_navigation"));
    assert_eq!(launch.ags.unwrap().lineitem, None);
}

#[test]
fn canvas_names_the_sections_of_whoever_is_launched() {
    let told = |names: serde_json::Value, ids: serde_json::Value| {
        let scene = Scene::new().with("custom", json!({"section_names": names, "section_ids": ids}));
        let sections = scene.run().unwrap().sections()?;
        let pairs = sections.into_iter().map(|one| (one.id, one.name));
        Some(pairs.collect::<Vec<_>>())
    };
    let id = |id: &str| Some(id.to_owned());
    let both = vec![
        (id("31"), "Day, M-T".to_owned()),
        (id("44"), "“Evening”".to_owned()),
    ];
    let names = r#"["Day, M-T", "“Evening”"]"#;
    assert_eq!(told(json!(names), json!("31,44")), Some(both.clone()));
    let escaped = r#"[\"Day, M-T\", \"“Evening”\"]"#;
    assert_eq!(told(json!(escaped), json!("31, 44")), Some(both.clone()));
    assert_eq!(
        told(json!(["Day"]), json!(31)),
        Some(vec![(id("31"), "Day".to_owned())])
    );
    let nameless: Vec<_> = both.into_iter().map(|(_, name)| (None, name)).collect();
    assert_eq!(
        told(json!(names), json!("31")),
        Some(nameless),
        "which is whose is not told"
    );
    assert_eq!(told(json!("[]"), json!("")), Some(Vec::new()));
    for odd in ["$com.instructure.User.sectionNames", "", "Day", "{}", "[1]", "["] {
        assert_eq!(told(json!(odd), json!("31")), None, "{odd}");
    }
}

#[tokio::test]
async fn the_whole_way_with_fetched_keys() {
    let scene = Scene::new();
    let transport = Arc::new(testing::FakeTransport::serving(&scene.keys));
    let cache = KeySetCache::new(transport.clone(), Arc::new(ManualClock::at(scene.now)));
    for _ in 0..3 {
        verify(
            &scene.token(),
            &scene.state,
            &scene.registration,
            &cache,
            &scene.targets,
            scene.now,
        )
        .await
        .unwrap();
    }
    assert_eq!(transport.calls(), 1);
    let mut unknown = Scene::new();
    unknown.header["kid"] = json!("unknown");
    let refusal = verify(
        &unknown.token(),
        &scene.state,
        &scene.registration,
        &cache,
        &scene.targets,
        scene.now,
    )
    .await;
    assert_eq!(refusal.unwrap_err().code(), "launch.kid-unknown");
    transport.serve(503, "");
    let down = KeySetCache::new(transport, Arc::new(ManualClock::at(scene.now)));
    let refusal = verify(
        &scene.token(),
        &scene.state,
        &scene.registration,
        &down,
        &scene.targets,
        scene.now,
    )
    .await;
    assert_eq!(refusal.unwrap_err().code(), "launch.keys-unavailable");
}

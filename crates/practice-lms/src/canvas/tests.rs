use serde_json::{Value, json};

use super::super::testing::*;
use super::super::{CourseRole, Flavour, Oddity, Placement};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const AGS: &str = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";
const NRPS: &str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json";
const ITEM: &str = "application/vnd.ims.lis.v2.lineitem+json";

pub(super) fn report(bench: &Bench) -> (u64, String) {
    let item = bench
        .world
        .line_items(2)
        .into_iter()
        .find(|item| item.label == "Project report")
        .unwrap()
        .id;
    (
        item,
        bench.world.url(&format!("/api/lti/courses/2/line_items/{item}")),
    )
}

#[actix_web::test]
async fn course_navigation_has_no_line_item_and_an_assignment_has_one() {
    let bench = bench(Flavour::Canvas).await;
    let navigation = bench.launch(CourseRole::Student, "My badges");
    assert_eq!(navigation["iss"], "https://canvas.instructure.com");
    assert_eq!(
        (&navigation["aud"], &navigation["azp"]),
        (&json!("10000000000001"), &json!("10000000000001"))
    );
    assert_eq!(
        navigation["exp"].as_i64().unwrap() - navigation["iat"].as_i64().unwrap(),
        3_600
    );
    let (link, context) = (
        &navigation[format!("{LTI}resource_link")],
        &navigation[format!("{LTI}context")],
    );
    assert_eq!(link["id"], context["id"]);
    assert!(navigation[AGS].get("lineitem").is_none() && navigation[AGS]["lineitems"].is_string());
    assert_eq!(navigation["sub"].as_str().unwrap().len(), 36);
    let deployment = navigation[format!("{LTI}deployment_id")].as_str().unwrap();
    assert!(
        deployment.starts_with("1234:") && deployment.len() == 45,
        "{deployment}"
    );
    let assignment = bench.launch(CourseRole::Student, "Project report");
    assert_eq!(assignment[AGS]["lineitem"], report(&bench).1);
    assert_ne!(assignment[format!("{LTI}resource_link")]["id"], context["id"]);
}

#[actix_web::test]
async fn roles_come_from_course_institution_and_system() {
    let bench = bench(Flavour::Canvas).await;
    let roles = |role| {
        let launch = bench.launch(role, "My badges");
        let roles = launch[format!("{LTI}roles")].as_array().unwrap().clone();
        roles
            .iter()
            .map(|role| role.as_str().unwrap().rsplit('/').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        roles(CourseRole::Teacher),
        ["person#Instructor", "membership#Instructor", "person#User"]
    );
    assert!(roles(CourseRole::Assistant).contains(&"Instructor#TeachingAssistant".into()));
    assert!(roles(CourseRole::Observer).contains(&"membership#Mentor".into()));
    assert!(roles(CourseRole::Designer).contains(&"membership#ContentDeveloper".into()));
    assert!(roles(CourseRole::TestStudent).contains(&"person#TestUser".into()));
    let mentor = bench.launch(CourseRole::Observer, "My badges");
    assert_eq!(
        mentor[format!("{LTI}role_scope_mentor")],
        json!([bench.person(CourseRole::Student).sub])
    );
}

#[actix_web::test]
async fn sections_give_one_member_several_roles_and_may_limit_whom_they_see() {
    let bench = bench(Flavour::Canvas).await;
    let assistant = bench.person(CourseRole::Assistant);
    bench.world.add_role(2, assistant.id, CourseRole::Student);
    let token = bench.token().await;
    let url = "/api/lti/courses/2/names_and_roles";
    let listed = bench.get(url, &token, NRPS).await.json();
    let rows: Vec<_> = listed["members"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|member| member["user_id"] == assistant.sub)
        .collect();
    assert_eq!(rows.len(), 1);
    let uri = |tail: &str| format!("http://purl.imsglobal.org/vocab/lis/v2/{tail}");
    let both = [
        uri("membership/Instructor#TeachingAssistant"),
        uri("membership#Instructor"),
        uri("membership#Learner"),
    ];
    assert_eq!(rows[0]["roles"], json!(both));
    let launch = bench.launch(CourseRole::Assistant, "My badges");
    let roles = launch[format!("{LTI}roles")].as_array().unwrap().clone();
    assert!(both.iter().all(|role| roles.contains(&json!(role))), "{roles:?}");

    let link = bench.world.links(2)[0].id;
    bench
        .world
        .set_link_custom(2, link, "section_restricted", "$Canvas.course.sectionRestricted");
    let told = || {
        bench.launch(CourseRole::Teacher, "My badges")[format!("{LTI}custom")]["section_restricted"].clone()
    };
    assert_eq!(told(), json!(false));
    let teacher = bench.person(CourseRole::Teacher).id;
    bench.world.limit_to_sections(2, teacher, true);
    assert_eq!(told(), json!(true));
}

#[actix_web::test]
async fn a_launch_may_name_the_sections_of_its_person() {
    let bench = bench(Flavour::Canvas).await;
    let link = bench.world.links(2)[0].id;
    for (name, variable) in [
        ("names", "$com.instructure.User.sectionNames"),
        ("ids", "$Canvas.course.sectionIds"),
    ] {
        bench.world.set_link_custom(2, link, name, variable);
    }
    let told = || {
        let custom = bench.launch(CourseRole::Student, "My badges")[format!("{LTI}custom")].clone();
        (custom["names"].clone(), custom["ids"].clone())
    };
    let (names, ids) = told();
    assert!(
        names.as_str().unwrap().starts_with("[\"") && ids == json!("2031"),
        "{names} {ids}"
    );
    let student = bench.person(CourseRole::Student).id;
    bench.world.change_course(2, |facts| {
        for (id, name) in [(9, "Day \"A\""), (7, "Night, 2")] {
            facts.sections.push(crate::Section {
                id,
                name: name.into(),
                people: [student].into(),
            });
        }
    });
    let both = (json!(r#"["Night, 2","Day \"A\""]"#), json!("7,9"));
    assert_eq!(told(), both, "in the order of their numbers");
}

#[actix_web::test]
async fn the_test_student_may_be_listed_as_a_mere_learner() {
    let bench = bench(Flavour::Canvas).await;
    let test = bench.person(CourseRole::TestStudent).sub;
    let token = bench.token().await;
    for (odd, count) in [(false, 2), (true, 1)] {
        bench.world.be_odd(Oddity::TestStudentsAsLearners, odd);
        let listed = bench
            .get("/api/lti/courses/2/names_and_roles", &token, NRPS)
            .await
            .json();
        let mut members = listed["members"].as_array().unwrap().iter();
        let listed = members.find(|member| member["user_id"] == test).unwrap();
        assert_eq!(listed["roles"].as_array().unwrap().len(), count);
    }
}

#[actix_web::test]
async fn login_repeats_the_storage_target_and_a_hint_dies_by_use_and_by_age() {
    let bench = bench(Flavour::Canvas).await;
    let student = bench.person(CourseRole::Student).id;
    let form = || {
        bench
            .world
            .launch_form(2, student, bench.link("My badges"))
            .unwrap()
    };
    let first = form();
    assert_eq!(first.field("lti_storage_target"), Some("_parent"));
    assert_eq!(first.field("lti_message_hint").unwrap().split('.').count(), 3);
    assert_ne!(
        first.field("login_hint").unwrap(),
        bench.person(CourseRole::Student).sub
    );
    let answer = bench.world.authorize(&bench.auth_request(&first, &[])).unwrap();
    assert!(answer.field("id_token").is_some() && answer.field("lti_storage_target") == Some("_parent"));
    let error = |request: &str| {
        bench
            .world
            .authorize(request)
            .unwrap()
            .field("error")
            .map(str::to_owned)
    };
    assert_eq!(
        error(&bench.auth_request(&first, &[])).as_deref(),
        Some("launch_no_longer_valid")
    );
    let old = form();
    bench.later(301);
    assert_eq!(
        error(&bench.auth_request(&old, &[])).as_deref(),
        Some("launch_no_longer_valid")
    );
    assert_eq!(
        error(&bench.auth_request(&form(), &[("nonce", "")])).as_deref(),
        Some("invalid_request_object")
    );
    assert_eq!(
        error(&bench.auth_request(&form(), &[("login_hint", "x")])).as_deref(),
        Some("login_required")
    );
    bench.world.refuse_next_authorization("login_required");
    assert_eq!(
        error(&bench.auth_request(&form(), &[])).as_deref(),
        Some("login_required")
    );
    let elsewhere = bench.auth_request(&form(), &[("redirect_uri", "http://evil.example/lti/launch")]);
    assert!(bench.world.authorize(&elsewhere).is_err());
    let with_query = format!("{}/lti/launch?a=b", bench.tool.uri());
    assert_eq!(
        error(&bench.auth_request(&form(), &[("redirect_uri", &with_query)])),
        None
    );
}

#[actix_web::test]
async fn an_assertion_works_once_and_must_name_the_token_address() {
    let bench = bench(Flavour::Canvas).await;
    let client = bench.lms.registration().client_id;
    let assertion = bench.assertion(&client, &json!({}));
    let good = bench.ask_for_token(&assertion, SCORE).await;
    assert_eq!(
        (good.status, good.kind.as_str()),
        (200, "application/json; charset=utf-8")
    );
    assert_eq!(
        bench.ask_for_token(&assertion, SCORE).await.status,
        400,
        "used before"
    );
    let origin = bench.lms.origin();
    let bare = origin.trim_start_matches("http://");
    for audience in [
        "https://elsewhere.example",
        "https://canvas.instructure.com",
        origin,
        bare,
        &format!("{origin}/login/oauth2/token/"),
    ] {
        let wrong = bench.assertion(&client, &json!({"aud": audience}));
        let answer = bench.ask_for_token(&wrong, SCORE).await;
        let expected = json!({"error": "invalid_request", "error_description": "the 'aud' is invalid"});
        assert_eq!((answer.status, answer.json()), (400, expected), "{audience}");
    }
    let scope = bench
        .ask_for_token(&bench.assertion(&client, &json!({})), "openid")
        .await;
    assert_eq!(scope.json()["error"], "invalid_scope");
    let unknown = bench
        .ask_for_token(&bench.assertion("1", &json!({})), SCORE)
        .await;
    assert_eq!(
        (unknown.status, unknown.json()["error"].clone()),
        (401, json!("invalid_client"))
    );
}

#[actix_web::test]
async fn members_come_fifty_a_page_and_every_page_is_reached() {
    let bench = bench(Flavour::Canvas).await;
    bench.world.grow(2, 120);
    let token = bench.token().await;
    let mut url = bench.world.url("/api/lti/courses/2/names_and_roles?limit=500");
    let (mut pages, mut seen) = (0, std::collections::HashSet::new());
    loop {
        let page = bench.get(&url, &token, "*/*").await;
        let members = page.json()["members"].as_array().unwrap().clone();
        assert!(members.len() <= 50);
        pages += 1;
        seen.extend(
            members
                .iter()
                .map(|member| member["user_id"].as_str().unwrap().to_owned()),
        );
        assert!(page.link.contains("rel=\"first\"") && page.link.contains("rel=\"last\""));
        match page.link.split(',').find(|part| part.contains("rel=\"next\"")) {
            Some(next) => url = next.trim_start_matches('<').split('>').next().unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!((pages, seen.len()), (3, 125));
    let learner = "http://purl.imsglobal.org/vocab/lis/v2/membership%23Learner";
    let only = bench
        .get(
            &format!("/api/lti/courses/2/names_and_roles?role={learner}"),
            &token,
            "*/*",
        )
        .await;
    assert!(
        only.link.contains("role=http%3A%2F%2F"),
        "the filter stays: {}",
        only.link
    );
    assert!(
        only.json()["members"][0]["roles"][0]
            .as_str()
            .unwrap()
            .ends_with("#Learner")
    );
    let context = &bench.world.courses()[0].context_id;
    bench.world.set_admin_custom("canvas_id", "$Canvas.user.id");
    let mapped = bench
        .get(
            &format!("/api/lti/courses/2/names_and_roles?rlid={context}"),
            &token,
            "*/*",
        )
        .await
        .json();
    assert_eq!(
        mapped["members"][0]["message"][0][format!("{LTI}custom")]["canvas_id"],
        3
    );
    assert_eq!(
        bench
            .get("/api/lti/courses/2/names_and_roles?rlid=nope", &token, "*/*")
            .await
            .status,
        400
    );
}

#[actix_web::test]
async fn a_new_line_item_is_a_new_assignment() {
    let bench = bench(Flavour::Canvas).await;
    let token = bench.token().await;
    let list = "/api/lti/courses/2/line_items";
    let made = bench
        .post(
            list,
            &token,
            ITEM,
            &json!({"label": "Essay", "scoreMaximum": 20, "resourceId": "r"}),
        )
        .await;
    assert_eq!(made.status, 201);
    assert!(made.json().get("resourceLinkId").is_none());
    let tool = json!({"label": "Evidence", "scoreMaximum": 10, "tag": "t",
        "https://canvas.instructure.com/lti/submission_type": {"type": "external_tool", "external_tool_url": "http://tool/x"}});
    let made = bench.post(list, &token, ITEM, &tool).await;
    assert!(made.json()["resourceLinkId"].is_string());
    let link = bench
        .world
        .links(2)
        .into_iter()
        .find(|link| link.title == "Evidence")
        .unwrap();
    assert_eq!(link.placement, Placement::Assignment);
    let launch = bench.launch(CourseRole::Student, "Evidence");
    assert_eq!(launch[AGS]["lineitem"], made.json()["id"]);
    assert_eq!(launch[format!("{LTI}target_link_uri")], "http://tool/x");
    let context = bench.world.courses()[0].context_id.clone();
    for (link, status) in [("nothing", 404), (context.as_str(), 412)] {
        let more = json!({"label": "x", "scoreMaximum": 1, "resourceLinkId": link});
        assert_eq!(bench.post(list, &token, ITEM, &more).await.status, status);
    }
    let bad = json!({"label": "x", "scoreMaximum": 1, "https://canvas.instructure.com/lti/submission_type": {"type": "online_quiz"}});
    assert_eq!(bench.post(list, &token, ITEM, &bad).await.status, 400);
    let coupled = report(&bench).1;
    assert_eq!(
        bench
            .call(reqwest::Method::DELETE, &coupled, &token, &[], "")
            .await
            .status,
        401
    );
    assert_eq!(
        bench
            .call(
                reqwest::Method::DELETE,
                made.json()["id"].as_str().unwrap(),
                &token,
                &[],
                ""
            )
            .await
            .status,
        204
    );
    assert!(bench.world.links(2).iter().all(|link| link.title != "Evidence"));
    let other = bench.install("Other tool");
    let others = bench.token_for(&other.client_id, READ).await;
    assert_eq!(bench.get(list, &others, "*/*").await.json(), json!([]));
    let seen: Value = bench.get(list, &token, "*/*").await.json();
    assert_eq!(
        seen.as_array().unwrap().len(),
        2,
        "nothing of the LMS's own: {seen}"
    );
}

/// Ports and random parts out of a document.
fn redacted(bench: &Bench, value: &Value) -> Value {
    let text = value
        .to_string()
        .replace(bench.lms.origin(), "LMS")
        .replace(&bench.tool.uri(), "TOOL");
    serde_json::from_str(&text).unwrap()
}

#[actix_web::test]
async fn the_shapes_that_are_sent_stay_as_they_are() {
    let bench = bench(Flavour::Canvas).await;
    let token = bench.token().await;
    let (_, url) = report(&bench);
    let student = bench.person(CourseRole::Student).sub;
    let score = json!({"scoreGiven": 9, "scoreMaximum": 10, "comment": "Good"});
    bench.score(&url, &token, &student, &score).await;
    let members = bench
        .get("/api/lti/courses/2/names_and_roles", &token, "*/*")
        .await
        .json();
    let items = bench
        .get("/api/lti/courses/2/line_items", &token, "*/*")
        .await
        .json();
    let results = bench.get(&format!("{url}/results"), &token, "*/*").await.json();
    let token = bench.token_answer().await;
    insta::with_settings!({sort_maps => true, snapshot_path => "snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_json_snapshot!("canvas-launch-student",
            redacted(&bench, &bench.launch(CourseRole::Student, "Project report")));
        insta::assert_json_snapshot!("canvas-launch-navigation",
            redacted(&bench, &bench.launch(CourseRole::Teacher, "My badges")));
        insta::assert_json_snapshot!("canvas-member", redacted(&bench, &members["members"][0]));
        insta::assert_json_snapshot!("canvas-line-items", redacted(&bench, &items));
        insta::assert_json_snapshot!("canvas-token", token);
        insta::assert_json_snapshot!("canvas-results", redacted(&bench, &results));
    });
}

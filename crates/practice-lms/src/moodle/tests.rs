use serde_json::{Value, json};

use super::super::testing::*;
use super::super::{Closed, CourseRole, Endpoint, Fault, Flavour, Oddity};

const LIST: &str = "application/vnd.ims.lis.v2.lineitemcontainer+json";
const ITEM: &str = "application/vnd.ims.lis.v2.lineitem+json";
const RESULTS: &str = "application/vnd.ims.lis.v2.resultcontainer+json";
const NRPS: &str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json";
const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

/// What a real Moodle sent.
fn observed(name: &str) -> Value {
    let text = match name {
        "launch-instructor" => include_str!("../../fixtures/moodle/launch-instructor.json"),
        "launch-student" => include_str!("../../fixtures/moodle/launch-student.json"),
        "login-initiation" => include_str!("../../fixtures/moodle/login-initiation.json"),
        "members" => include_str!("../../fixtures/moodle/members.json"),
        "line-items" => include_str!("../../fixtures/moodle/line-items.json"),
        "results" => include_str!("../../fixtures/moodle/results.json"),
        other => panic!("no such fixture: {other}"),
    };
    serde_json::from_str(text).unwrap()
}

/// Ports, ids, times and random parts out of a document, so that it can be compared with what was sent last time.
fn redacted(bench: &Bench, value: &Value) -> Value {
    let text = value
        .to_string()
        .replace(bench.lms.origin(), "LMS")
        .replace(&bench.tool.uri(), "TOOL");
    let text = text.replace(&bench.lms.registration().client_id, "CLIENT");
    let mut value: Value = serde_json::from_str(&text).unwrap();
    let outcome = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome";
    for (claim, part) in [
        (outcome, "lis_result_sourcedid"),
        (&format!("{LTI}launch_presentation") as &str, "return_url"),
        (&format!("{LTI}tool_platform"), "guid"),
    ] {
        if let Some(part) = value.get_mut(claim).and_then(|claim| claim.get_mut(part)) {
            *part = json!("[redacted]");
        }
    }
    value
}

#[actix_web::test]
async fn a_launch_has_the_claims_that_moodle_sends() {
    let bench = bench(Flavour::Moodle).await;
    let mut launch = bench.launch(CourseRole::Teacher, "Project report");
    let mut seen = observed("launch-instructor");
    insta::with_settings!({sort_maps => true, snapshot_path => "snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_json_snapshot!("moodle-launch-instructor", redacted(&bench, &launch));
        insta::assert_json_snapshot!("moodle-launch-student",
            redacted(&bench, &bench.launch(CourseRole::Student, "Project report")));
    });
    // Custom parameters are each link's own.
    for claims in [&mut launch, &mut seen] {
        claims[format!("{LTI}custom")] = json!({"context_memberships_url": ""});
    }
    assert_eq!(shape(&launch), shape(&seen));
    for claim in ["version", "message_type", "roles"] {
        assert_eq!(launch[format!("{LTI}{claim}")], seen[format!("{LTI}{claim}")]);
    }
    assert_eq!(
        launch["exp"].as_i64().unwrap() - launch["iat"].as_i64().unwrap(),
        60
    );
    assert_eq!(launch["iss"], bench.lms.origin());
    let mut student = bench.launch(CourseRole::Student, "Project report");
    student[format!("{LTI}custom")] = json!({});
    let mut seen = observed("launch-student");
    seen[format!("{LTI}custom")] = json!({});
    assert_eq!(shape(&student), shape(&seen));
}

#[actix_web::test]
async fn login_initiation_has_the_fields_that_moodle_sends() {
    let bench = bench(Flavour::Moodle).await;
    let form = bench.world.launch_form(2, 5, bench.link("My badges")).unwrap();
    let mut names: Vec<_> = form.fields.iter().map(|(name, _)| name.clone()).collect();
    let mut seen: Vec<_> = observed("login-initiation")
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    names.sort();
    seen.sort();
    assert_eq!(names, seen);
    let hint: Value = serde_json::from_str(form.field("lti_message_hint").unwrap()).unwrap();
    assert!(hint["cmid"].is_u64() && hint["launchid"].as_str().unwrap().starts_with("ltilaunch"));
}

#[actix_web::test]
async fn services_answer_in_the_shapes_that_moodle_sends() {
    let bench = bench(Flavour::Moodle).await;
    let token = bench.token().await;
    let members = bench
        .get(
            "/mod/lti/services.php/CourseSection/2/bindings/1/memberships",
            &token,
            NRPS,
        )
        .await;
    assert_eq!(members.kind, format!("{NRPS}; charset=utf-8"));
    assert_eq!(shape(&members.json()), shape(&observed("members")));
    let asked = json!({"label": "Badge", "scoreMaximum": 60, "resourceId": "r", "tag": "t", "resourceLinkId": bench.link("Project report").to_string(),
        "submissionReview": {"url": "http://localhost/x", "custom": {"review": "yes"}}, "startDateTime": "2026-01-01T00:00:00Z"});
    let made = bench
        .post(
            "/mod/lti/services.php/2/lineitems?type_id=1",
            &token,
            ITEM,
            &asked,
        )
        .await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.json()["startDateTime"],
        "2026-01-01T00:00:00Z",
        "creation echoes what was sent"
    );
    let items = bench
        .get("/mod/lti/services.php/2/lineitems?type_id=1", &token, LIST)
        .await;
    assert_eq!(
        shape(&items.json()),
        shape(&observed("line-items")),
        "and a read does not"
    );
    let url = made.json()["id"].as_str().unwrap().to_owned();
    bench
        .score(
            &url,
            &token,
            "5",
            &json!({"scoreGiven": 0.5, "scoreMaximum": 1, "comment": "well <b>done</b>"}),
        )
        .await;
    bench
        .score(&url, &token, "13", &json!({"gradingProgress": "Pending"}))
        .await;
    let results = bench
        .get(&url.replace("/lineitem?", "/lineitem/results?"), &token, RESULTS)
        .await
        .json();
    assert_eq!(shape(&results), shape(&observed("results")));
    assert_eq!(results[0]["resultScore"], 30);
    assert_eq!(results[0]["timestamp"], "2026-11-23T22:06:52+00:00");
    assert_eq!(
        results[1].as_object().unwrap().len(),
        2,
        "scored but not graded: id and user only"
    );
    let token = bench.token_answer().await;
    insta::with_settings!({sort_maps => true, snapshot_path => "snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_json_snapshot!("moodle-line-items", redacted(&bench, &items.json()));
        insta::assert_json_snapshot!("moodle-token", token);
        insta::assert_json_snapshot!("moodle-results", redacted(&bench, &results));
        insta::assert_json_snapshot!("moodle-member", redacted(&bench, &members.json()["members"][0]));
    });
}

#[actix_web::test]
async fn a_hint_works_once_and_a_redirect_address_is_compared_exactly() {
    let bench = bench(Flavour::Moodle).await;
    let form = || bench.world.launch_form(2, 5, bench.link("My badges")).unwrap();
    let first = form();
    assert!(bench.world.authorize(&bench.auth_request(&first, &[])).is_ok());
    assert!(bench.world.authorize(&bench.auth_request(&first, &[])).is_err());
    let longer = format!("{}/lti/launch?x=1", bench.tool.uri());
    assert!(
        bench
            .world
            .authorize(&bench.auth_request(&form(), &[("redirect_uri", &longer)]))
            .is_err()
    );
    for (name, value, error) in [
        ("scope", "openid email", "invalid_scope"),
        ("login_hint", "3", "access_denied"),
        ("response_mode", "query", "invalid_request"),
        ("client_id", "another", "unauthorized_client"),
    ] {
        let answer = bench
            .world
            .authorize(&bench.auth_request(&form(), &[(name, value)]))
            .unwrap();
        assert_eq!(
            (answer.field("error"), answer.field("id_token")),
            (Some(error), None)
        );
    }
}

#[actix_web::test]
async fn the_token_endpoint_speaks_html_and_knows_no_leeway() {
    let bench = bench(Flavour::Moodle).await;
    let client = bench.lms.registration().client_id;
    let good = bench
        .ask_for_token(
            &bench.assertion(&client, &json!({})),
            &format!("{SCORE} openid unknown"),
        )
        .await;
    assert_eq!(
        (good.status, good.kind.as_str()),
        (200, "text/html; charset=utf-8")
    );
    assert_eq!(good.json()["scope"], SCORE, "unknown scopes are dropped");
    assert_eq!(good.json()["access_token"].as_str().unwrap().len(), 32);
    let now = ambient::clock::Clock::now(bench.clock.as_ref()).timestamp();
    let ahead = bench
        .ask_for_token(&bench.assertion(&client, &json!({"iat": now + 1})), SCORE)
        .await;
    assert_eq!(ahead.status, 400);
    assert!(
        ahead
            .text
            .contains("Cannot handle token with iat prior to 2026-11-23T22:06:53"),
        "{}",
        ahead.text
    );
    let late = bench
        .ask_for_token(&bench.assertion(&client, &json!({"exp": now})), SCORE)
        .await;
    assert!(late.text.contains("Expired token"));
    let nothing = bench
        .ask_for_token(&bench.assertion(&client, &json!({})), "openid")
        .await;
    assert_eq!(nothing.json()["error"], "invalid_scope");
    let unknown = bench
        .ask_for_token(&bench.assertion("nobody", &json!({})), SCORE)
        .await;
    assert_eq!(unknown.json()["error"], "invalid_client");
    // Signed by a key that the tool does not publish: an error text with quotes in it, which is not JSON.
    let other = &super::super::keys::platform_keys().unwrap()[0];
    let claims = json!({"sub": client});
    let foreign = other.sign(
        json!({"alg": "RS256", "kid": other.kid}).as_object().unwrap(),
        claims.as_object().unwrap(),
    );
    let foreign = bench.ask_for_token(&foreign, SCORE).await;
    assert!(
        foreign.status == 400 && serde_json::from_str::<Value>(&foreign.text).is_err(),
        "{}",
        foreign.text
    );
}

#[actix_web::test]
async fn media_types_are_compared_as_whole_strings() {
    let bench = bench(Flavour::Moodle).await;
    let token = bench.token().await;
    let list = "/mod/lti/services.php/2/lineitems?type_id=1";
    assert_eq!(bench.get(list, &token, LIST).await.status, 200);
    for accept in [
        "application/json",
        "*/*",
        &format!("{LIST}, */*"),
        &format!("{LIST}; q=1"),
    ] {
        assert_eq!(bench.get(list, &token, accept).await.status, 400, "{accept}");
    }
    let new = json!({"label": "x", "scoreMaximum": 1});
    assert_eq!(
        bench.post(list, &token, "application/json", &new).await.status,
        400
    );
    let made = bench
        .post(list, &token, &format!("{ITEM}; charset=utf-8"), &new)
        .await;
    assert_eq!(made.status, 201);
    let results = made.json()["id"]
        .as_str()
        .unwrap()
        .replace("/lineitem?", "/lineitem/results?");
    assert_eq!(bench.get(&results, &token, "*/*").await.status, 200);
    assert_eq!(bench.get(&results, &token, "application/json").await.status, 400);
    let fatal = bench.get(&format!("{results}&limit=5"), &token, RESULTS).await;
    assert_eq!(
        (fatal.status, fatal.kind.as_str()),
        (404, "text/html; charset=utf-8")
    );
    assert_eq!(bench.get(list, "no-such-token", LIST).await.json()["status"], 401);
}

#[actix_web::test]
async fn a_tool_sees_its_own_line_items_only_and_links_to_pages_are_malformed() {
    let bench = bench(Flavour::Moodle).await;
    let other = bench.install("Other tool");
    assert_eq!(other.deployment_id, "2");
    let (mine, others) = (
        bench.token().await,
        bench
            .token_for(&other.client_id, &format!("{LINE_ITEM} {READ}"))
            .await,
    );
    let list = "/mod/lti/services.php/2/lineitems";
    for label in ["a", "b", "c"] {
        bench
            .post(
                list,
                &mine,
                ITEM,
                &json!({"label": label, "scoreMaximum": 10, "tag": label}),
            )
            .await;
    }
    let seen = bench.get(list, &mine, LIST).await.json();
    assert_eq!(
        seen.as_array().unwrap().len(),
        4,
        "the link's and three more, nothing of Moodle's own: {seen}"
    );
    assert_eq!(bench.get(list, &others, LIST).await.json(), json!([]));
    assert_eq!(
        bench.get(&format!("{list}?tag=b"), &mine, LIST).await.json()[0]["label"],
        "b"
    );
    let page = bench.get(&format!("{list}?limit=2"), &mine, LIST).await;
    assert_eq!(page.json().as_array().unwrap().len(), 2);
    assert!(
        page.link.contains("&amp;limit=2&amp;from=2>; rel=“next”"),
        "{}",
        page.link
    );
    let next = page
        .link
        .split('<')
        .find(|part| part.contains("next"))
        .unwrap()
        .split('>')
        .next()
        .unwrap();
    assert_eq!(
        bench
            .get(next, &mine, LIST)
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        4,
        "followed literally"
    );
    let theirs = seen[1]["id"].as_str().unwrap();
    assert_eq!(
        bench
            .call(reqwest::Method::DELETE, theirs, &others, &[], "")
            .await
            .status,
        403
    );
    assert_eq!(
        bench
            .call(reqwest::Method::DELETE, theirs, &mine, &[], "")
            .await
            .status,
        204
    );
}

#[actix_web::test]
async fn scores_are_refused_and_bent_as_moodle_does() {
    let bench = bench(Flavour::Moodle).await;
    let token = bench.token().await;
    let new = json!({"label": "x", "scoreMaximum": 60});
    let made = bench
        .post("/mod/lti/services.php/2/lineitems", &token, ITEM, &new)
        .await;
    let url = made.json()["id"].as_str().unwrap().to_owned();
    let item = bench.world.line_items(2).last().unwrap().id;
    let points = || {
        bench
            .world
            .grade(2, item, 5)
            .unwrap()
            .points
            .map(|points| points.normalize().to_string())
    };
    let full = bench
        .score(
            &url,
            &token,
            "5",
            &json!({"scoreGiven": "120", "scoreMaximum": 60}),
        )
        .await;
    assert_eq!((full.status, full.text.as_str()), (200, ""));
    assert_eq!(points().as_deref(), Some("60"));
    let again = bench
        .score(&url, &token, "5", &json!({"scoreGiven": 1, "scoreMaximum": 1}))
        .await;
    assert_eq!(
        (again.status, again.text.as_str()),
        (409, "[]"),
        "the same second counts as older"
    );
    for (changes, expected) in [
        (json!({"scoreGiven": -3, "scoreMaximum": 60}), Some("0")),
        (json!({"scoreGiven": 5, "scoreMaximum": 0}), Some("5")),
        (
            json!({"scoreGiven": 5, "scoreMaximum": 60, "gradingProgress": "Nonsense"}),
            None,
        ),
    ] {
        bench.later(1);
        assert_eq!(bench.score(&url, &token, "5", &changes).await.status, 200);
        assert_eq!(points().as_deref(), expected);
    }
    bench.later(1);
    assert_eq!(
        bench
            .score(&url, &token, "3", &json!({"scoreGiven": 1, "scoreMaximum": 1}))
            .await
            .status,
        400,
        "a teacher"
    );
    let score = json!({"scoreGiven": 1, "scoreMaximum": 1});
    bench.world.close_line_item(2, item, Some(Closed::Locked));
    assert_eq!(bench.score(&url, &token, "5", &score).await.status, 500, "locked");
    bench.world.close_line_item(2, item, None);
    assert_eq!(bench.score(&url, &token, "5", &score).await.status, 200);
    assert_eq!(
        bench
            .score(&url, &token, "4", &json!({"scoreGiven": 1, "scoreMaximum": 1}))
            .await
            .status,
        400,
        "an assistant"
    );
    assert_eq!(bench.score(&url, &token, "abc", &json!({})).await.status, 502);
    assert_eq!(
        bench
            .score(&url, &token, "6", &json!({"timestamp": "yesterday"}))
            .await
            .status,
        400
    );
    assert_eq!(
        bench
            .score(&url, &token, "6", &json!({"timestamp": "2026-01-01"}))
            .await
            .status,
        200
    );
    assert_eq!(
        bench
            .score(&url, &token, "6", &json!({"scoreGiven": 1}))
            .await
            .status,
        400
    );
    let wrong = url.replace("/lineitem?", "/lineitem?x=1&") + "/scores";
    let wrong = bench
        .post(
            &wrong,
            &token,
            "application/vnd.ims.lis.v1.score+json",
            &json!({}),
        )
        .await;
    assert!(
        matches!(wrong.status, 400 | 404 | 405),
        "/scores after the query reaches nothing: {}",
        wrong.status
    );
}

#[actix_web::test]
async fn a_teachers_grade_makes_a_row_and_stands_above_the_tools() {
    let bench = bench(Flavour::Moodle).await;
    let token = bench.token().await;
    let item = bench
        .world
        .line_items(2)
        .into_iter()
        .find(|item| item.label == "Project report")
        .unwrap()
        .id;
    let url = bench.world.url(&format!(
        "/mod/lti/services.php/2/lineitems/{item}/lineitem?type_id=1"
    ));
    let results = url.replace("/lineitem?", "/lineitem/results?");
    assert_eq!(bench.get(&results, &token, RESULTS).await.json(), json!([]));
    bench.world.set_grade(2, item, 7, Some(80.into()));
    assert_eq!(
        bench.get(&results, &token, RESULTS).await.json()[0]["resultScore"],
        80
    );
    bench.later(5);
    assert_eq!(
        bench
            .score(&url, &token, "7", &json!({"scoreGiven": 1, "scoreMaximum": 1}))
            .await
            .status,
        200
    );
    assert_eq!(
        bench.get(&results, &token, RESULTS).await.json()[0]["resultScore"],
        80
    );
}

#[actix_web::test]
async fn a_custom_role_is_a_learner_everywhere_and_a_non_editing_teacher_may_be() {
    let bench = bench(Flavour::Moodle).await;
    let learner = json!(["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]);
    let roles = |role| bench.launch(role, "My badges")[format!("{LTI}roles")].clone();
    assert_eq!(roles(CourseRole::Observer), learner);
    bench.world.be_odd(Oddity::AssistantsAsLearners, true);
    assert_eq!(roles(CourseRole::Assistant), learner);
    assert_ne!(roles(CourseRole::Teacher), learner);
}

#[actix_web::test]
async fn a_non_editing_teacher_is_an_instructor_at_launch_and_a_learner_in_the_list() {
    let bench = bench(Flavour::Moodle).await;
    let launch = bench.launch(CourseRole::Assistant, "My badges");
    assert_eq!(
        launch[format!("{LTI}roles")],
        json!(["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"])
    );
    assert_eq!(
        launch["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]["lineitem"],
        Value::Null
    );
    let token = bench.token().await;
    let url = "/mod/lti/services.php/CourseSection/2/bindings/1/memberships";
    let members = bench.get(url, &token, NRPS).await.json();
    let assistant = bench.person(CourseRole::Assistant).sub;
    let listed = members["members"]
        .as_array()
        .unwrap()
        .iter()
        .find(|member| member["user_id"] == assistant)
        .unwrap();
    assert_eq!(listed["roles"], json!(["Learner"]));
    assert_eq!(members["members"].as_array().unwrap().len(), 33);
    let page = bench
        .get(&format!("{url}?role=Learner&limit=5"), &token, NRPS)
        .await;
    assert_eq!(
        page.link,
        format!("<{}?limit=5&from=5>; rel=\"next\"", bench.world.url(url)),
        "the role is lost"
    );
    assert_eq!(
        bench.get(&format!("{url}?rlid=abc"), &token, NRPS).await.status,
        502
    );
}

#[actix_web::test]
async fn odd_names_arrive_twice_and_unknown_variables_as_they_are() {
    let bench = bench(Flavour::Moodle).await;
    for (name, value) in [
        ("MixedCase-Key", "v"),
        ("unknown", "$Nope.nope"),
        ("uid", "$User.id"),
    ] {
        bench
            .world
            .set_link_custom(2, bench.link("My badges"), name, value);
    }
    let custom = bench.launch(CourseRole::Student, "My badges")[format!("{LTI}custom")].clone();
    assert_eq!(
        (&custom["mixedcase_key"], &custom["MixedCase-Key"]),
        (&json!("v"), &json!("v"))
    );
    assert_eq!(
        (&custom["unknown"], &custom["uid"]),
        (&json!("$Nope.nope"), &json!("5"))
    );
}

#[actix_web::test]
async fn planned_faults_happen_once_and_are_counted() {
    let bench = bench(Flavour::Moodle).await;
    let token = bench.token().await;
    let url = "/mod/lti/services.php/CourseSection/2/bindings/1/memberships";
    let faults = bench.world.faults();
    faults.reset_counters();
    for (fault, status) in [
        (Fault::Throttled, 403),
        (Fault::Html, 200),
        (Fault::ServerError, 500),
        (Fault::HalfJson, 200),
    ] {
        faults.inject(Endpoint::Members, &fault, 1);
        let answer = bench.get(url, &token, NRPS).await;
        assert_eq!(answer.status, status);
        assert!(serde_json::from_str::<Value>(&answer.text).is_err());
    }
    faults.inject(Endpoint::Members, &Fault::HalfBody, 1);
    let cut = bench
        .world
        .http()
        .get(bench.world.url(url))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    assert!(cut.bytes().await.is_err(), "the connection breaks in the middle");
    assert_eq!(bench.get(url, &token, NRPS).await.status, 200);
    assert_eq!(
        (faults.requests(Endpoint::Members), faults.left(Endpoint::Members)),
        (6, 0)
    );
}

#[actix_web::test]
async fn a_test_can_spoil_header_and_claims_before_they_are_signed() {
    let bench = bench(Flavour::Moodle).await;
    bench.world.tamper(|header, claims| {
        header.remove("kid");
        claims.remove("sub");
    });
    let form = bench.world.launch_form(2, 5, bench.link("My badges")).unwrap();
    let answer = bench.world.authorize(&bench.auth_request(&form, &[])).unwrap();
    let jwt = super::super::keys::Jwt::parse(answer.field("id_token").unwrap()).unwrap();
    assert!(jwt.kid().is_none() && jwt.text("sub").is_none() && jwt.text("iss").is_some());
    bench.world.stop_tampering();
    assert_eq!(bench.launch(CourseRole::Student, "My badges")["sub"], "5");
}

#[actix_web::test]
async fn five_thousand_students_are_answered_at_once() {
    let bench = bench(Flavour::Moodle).await;
    bench.world.grow(2, 5_000);
    let item = bench.world.line_items(2).last().unwrap().id;
    bench.world.fill_column(2, item, |n| Some((n % 101).into()));
    let token = bench.token().await;
    let members = bench
        .get(
            "/mod/lti/services.php/CourseSection/2/bindings/1/memberships",
            &token,
            NRPS,
        )
        .await;
    let results = bench
        .get(
            &format!("/mod/lti/services.php/2/lineitems/{item}/lineitem/results?type_id=1"),
            &token,
            RESULTS,
        )
        .await;
    assert_eq!(members.json()["members"].as_array().unwrap().len(), 5_003);
    assert_eq!(results.json().as_array().unwrap().len(), 5_000);
}

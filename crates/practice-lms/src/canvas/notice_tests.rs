//! Notices, and what a copied course keeps.

use serde_json::json;

use super::super::testing::*;
use super::super::{CourseRole, Flavour};

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";

#[actix_web::test]
async fn notices_go_where_the_tool_that_may_asks_for_them() {
    const SCOPE: &str = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers";
    let bench = bench(Flavour::Canvas).await;
    let claim = format!("{LTI}platformnotificationservice");
    assert!(
        bench
            .launch(CourseRole::Teacher, "My badges")
            .get(&claim)
            .is_none()
    );
    let client = bench.lms.registration().client_id;
    let refused = bench
        .ask_for_token(&bench.assertion(&client, &json!({})), SCOPE)
        .await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    bench.world.grant_notices(true);
    let launch = bench.launch(CourseRole::Teacher, "My badges");
    let url = launch[&claim]["platform_notification_service_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = bench.token_for(&client, SCOPE).await;
    let handler = format!("{}/lti/notices", bench.tool.uri());
    let put = async |url: &str, kind: &str, handler: &str| {
        let body = json!({"notice_type": kind, "handler": handler}).to_string();
        let headers = [("content-type", "application/json")];
        bench
            .call(reqwest::Method::PUT, url, &token, &headers, body)
            .await
            .status
    };
    assert_eq!(put(&url, "LtiGradeChangedNotice", &handler).await, 400);
    assert_eq!(
        put(&url, "LtiContextCopyNotice", "https://elsewhere.example/x").await,
        400
    );
    bench.install("Another");
    assert_eq!(
        put(
            &url.replace("handlers/1", "handlers/2"),
            "LtiContextCopyNotice",
            &handler
        )
        .await,
        403
    );
    assert_eq!(put(&url, "LtiContextCopyNotice", &handler).await, 200);
    let listed = bench.get(&url, &token, "application/json").await.json();
    assert_eq!(listed["client_id"], json!(client.parse::<u64>().unwrap()));
    let copy = bench.world.copy_course(2, "Next term").unwrap();
    let jwt = super::super::keys::Jwt::parse(&bench.world.waiting_notices()[0]).unwrap();
    assert!(jwt.is_signed_by(&bench.world.key_set()));
    let old = bench.world.courses()[0].context_id.clone();
    assert_eq!(jwt.claims[&format!("{LTI}origin_contexts")], json!([old]));
    assert!(!jwt.claims.contains_key("sub"));
    let new = bench
        .world
        .courses()
        .into_iter()
        .find(|one| one.id == copy)
        .unwrap();
    assert_eq!(jwt.claims[&format!("{LTI}context")]["id"], json!(new.context_id));
    // Nobody listens at that address: sent once, and no more.
    bench.world.deliver_notices().await;
    bench.world.deliver_notices().await;
    assert_eq!(
        bench.world.delivered_notices(),
        [("LtiContextCopyNotice".to_owned(), Some(404))]
    );
    assert_eq!(put(&url, "LtiContextCopyNotice", "").await, 200);
    bench.world.copy_course(2, "The term after").unwrap();
    assert!(bench.world.waiting_notices().is_empty());
}

#[actix_web::test]
async fn a_copied_course_keeps_what_we_gave_it_under_new_ids_and_nobody_s_grades() {
    for flavour in [Flavour::Canvas, Flavour::Moodle] {
        let bench = bench(flavour).await;
        bench.world.set_admin_custom("history", "$Context.id.history");
        let report = bench.link("Project report");
        bench.world.set_link_custom(2, report, "cairn_item", "ours");
        let items = |course| bench.world.line_items(course);
        let old = items(2);
        let copy = bench.world.copy_course(2, "Next term").unwrap();
        let again = bench.world.copy_course(copy, "The term after").unwrap();
        let new = items(again);
        let facts = |all: &[super::super::world::LineItemView]| {
            let fact =
                |one: &super::super::world::LineItemView| (one.label.clone(), one.maximum, one.tag.clone());
            all.iter().map(fact).collect::<Vec<_>>()
        };
        assert_eq!(facts(&new), facts(&old));
        assert!(new.iter().all(|one| old.iter().all(|before| before.id != one.id)));
        let student = bench.world.students(2)[0].id;
        assert!(
            new.iter()
                .all(|one| bench.world.grade(again, one.id, student).is_none())
        );
        assert!(bench.world.students(again).is_empty());
        let link = bench
            .world
            .links(again)
            .into_iter()
            .find(|one| one.title == "Project report");
        let teacher = bench.world.member(again, CourseRole::Teacher).unwrap().id;
        let form = bench.world.launch_form(again, teacher, link.unwrap().id).unwrap();
        let answer = bench.world.authorize(&bench.auth_request(&form, &[])).unwrap();
        let jwt = super::super::keys::Jwt::parse(answer.field("id_token").unwrap()).unwrap();
        let custom = &jwt.claims[&format!("{LTI}custom")];
        let contexts = bench.world.courses();
        let context = |id| {
            contexts
                .iter()
                .find(|one| one.id == id)
                .unwrap()
                .context_id
                .clone()
        };
        assert_eq!(custom["history"], format!("{},{}", context(copy), context(2)));
        assert_eq!(custom["cairn_item"], "ours");
    }
}

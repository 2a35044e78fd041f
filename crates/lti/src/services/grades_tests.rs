use proptest::prelude::*;

use serde_json::json;

use super::super::fake::{World, answer, dec, scripted, url};
use super::*;
use crate::registration::Flavour;
use crate::transport::{Method, NetError};

const ITEMS: &str = "https://lms.example/mod/lti/services.php/2/lineitems?type_id=1";
const ITEM: &str = "https://lms.example/mod/lti/services.php/2/lineitems/7/lineitem?type_id=1";

/// As Moodle 5.1 sent it.
const MOODLE_LIST: &str = r#"[
 {"id":"https://lms.example/mod/lti/services.php/2/lineitems/7/lineitem?type_id=1","label":"Badge progress v2","scoreMaximum":60,"resourceId":"res-1","tag":"badge2"},
 {"id":"https://lms.example/mod/lti/services.php/2/lineitems/13/lineitem?type_id=1","label":"DL one","scoreMaximum":25,"resourceId":"res-42","tag":"badge-tag","resourceLinkId":"2","ltiLinkId":"2","submissionReview":{"url":"https://x/lti/launch?review=1","custom":{"review":"yes"}}}]"#;

fn media_types(world: &World, at: usize) -> Vec<(String, String)> {
    let mut headers = world.requests()[at].headers.clone();
    headers.retain(|(name, _)| name != "authorization");
    headers
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn new_item() -> NewLineItem {
    NewLineItem {
        label: "Evidence".to_owned(),
        score_maximum: dec("12.50"),
        tag: Some("badge2".to_owned()),
        resource_id: Some("res-1".to_owned()),
        resource_link_id: None,
        external_tool_url: Some(url("https://cairn.example/lti/launch")),
        submission_review: None,
    }
}

#[tokio::test]
async fn the_columns_of_moodle_are_listed_with_filters_and_one_media_type() {
    let world = scripted(Flavour::Moodle, vec![Ok(answer(200, MOODLE_LIST))]);
    let filter = LineItemFilter {
        tag: Some("a b".to_owned()),
        resource_link_id: Some("2".to_owned()),
        ..Default::default()
    };
    let items = world.platform.line_items(&url(ITEMS), &filter).await.unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0].id, url(ITEM));
    assert_eq!(
        (items[0].score_maximum, items[0].resource_link_id.as_deref()),
        (Some(dec("60")), None)
    );
    assert_eq!(items[1].resource_link_id.as_deref(), Some("2"));
    assert_eq!(world.urls(), [format!("{ITEMS}&tag=a+b&resource_link_id=2")]);
    assert_eq!(
        media_types(&world, 0),
        [header(
            "accept",
            "application/vnd.ims.lis.v2.lineitemcontainer+json"
        )]
    );
}

#[tokio::test]
async fn a_column_on_another_server_is_not_taken_over() {
    let body = r#"[{"id":"https://evil.example/1","label":"x","scoreMaximum":1}]"#;
    let world = scripted(Flavour::Canvas, vec![Ok(answer(200, body))]);
    let error = world
        .platform
        .line_items(&url(ITEMS), &LineItemFilter::default())
        .await
        .unwrap_err();
    assert!(matches!(error.reason, Reason::ForeignHost(_)), "{error}");
}

#[tokio::test]
async fn a_column_that_cannot_be_used_spoils_no_other() {
    let body = format!(
        r#"[{{"id":7}},null,{{"label":"x"}},{{"id":"https://evil.example/1"}},{{"id":"{ITEM}","label":["y"],"scoreMaximum":1}}]"#
    );
    let world = scripted(Flavour::Canvas, vec![Ok(answer(200, &body))]);
    let all = LineItemFilter::default();
    let items = world.platform.line_items(&url(ITEMS), &all).await.unwrap();
    assert_eq!(
        items.iter().map(|item| item.id.clone()).collect::<Vec<_>>(),
        [url(ITEM)]
    );
}

#[tokio::test]
async fn a_column_is_created_with_exact_types_and_an_exact_number() {
    let body = r#"{"id":"https://lms.example/mod/lti/services.php/2/lineitems/7/lineitem?type_id=1","label":"Evidence","scoreMaximum":12.5}"#;
    let world = scripted(Flavour::Moodle, vec![Ok(answer(201, body))]);
    let item = world
        .platform
        .create_line_item(&url(ITEMS), &new_item())
        .await
        .unwrap();
    assert_eq!(item.id, url(ITEM));
    assert_eq!(
        media_types(&world, 0),
        [
            header("accept", "application/vnd.ims.lis.v2.lineitem+json"),
            header("content-type", "application/vnd.ims.lis.v2.lineitem+json")
        ]
    );
    assert_eq!(
        std::str::from_utf8(&world.requests()[0].body).unwrap(),
        r#"{"label":"Evidence","scoreMaximum":12.5,"tag":"badge2","resourceId":"res-1"}"#
    );
}

#[tokio::test]
async fn canvas_is_told_to_make_an_external_tool_assignment_unless_there_is_a_link() {
    let body = r#"{"id":"https://lms.example/1","label":"Evidence","scoreMaximum":12.5}"#;
    let world = scripted(
        Flavour::Canvas,
        vec![Ok(answer(201, body)), Ok(answer(201, body))],
    );
    world
        .platform
        .create_line_item(&url(ITEMS), &new_item())
        .await
        .unwrap();
    assert_eq!(
        world.sent(0)["https://canvas.instructure.com/lti/submission_type"],
        json!({"type": "external_tool", "external_tool_url": "https://cairn.example/lti/launch"})
    );
    let linked = NewLineItem {
        resource_link_id: Some("abc".to_owned()),
        ..new_item()
    };
    world
        .platform
        .create_line_item(&url(ITEMS), &linked)
        .await
        .unwrap();
    assert!(
        world
            .sent(1)
            .get("https://canvas.instructure.com/lti/submission_type")
            .is_none()
    );
    assert_eq!(world.sent(1)["resourceLinkId"], "abc");
}

#[tokio::test]
async fn a_column_without_a_name_or_points_is_not_sent() {
    let world = scripted(Flavour::Moodle, Vec::new());
    for bad in [
        NewLineItem {
            label: " ".to_owned(),
            ..new_item()
        },
        NewLineItem {
            score_maximum: dec("0"),
            ..new_item()
        },
    ] {
        let error = world
            .platform
            .create_line_item(&url(ITEMS), &bad)
            .await
            .unwrap_err();
        assert!(matches!(error.reason, Reason::Invalid(_)));
    }
}

#[tokio::test]
async fn an_existing_column_is_found_rather_than_made_twice() {
    let world = scripted(Flavour::Moodle, vec![Ok(answer(200, MOODLE_LIST))]);
    let item = world
        .platform
        .find_or_create_line_item(&url(ITEMS), &new_item())
        .await
        .unwrap();
    assert_eq!(item.id, url(ITEM));
    assert!(
        world
            .requests()
            .iter()
            .all(|request| request.method == Method::Get)
    );
}

#[tokio::test]
async fn a_creation_with_unknown_outcome_is_looked_up_and_not_repeated() {
    let world = scripted(
        Flavour::Moodle,
        vec![
            Ok(answer(200, "[]")),
            Err(NetError::TimedOut(url(ITEMS))),
            Ok(answer(200, MOODLE_LIST)),
        ],
    );
    let item = world
        .platform
        .find_or_create_line_item(&url(ITEMS), &new_item())
        .await
        .unwrap();
    assert_eq!(item.id, url(ITEM));
    let posts = world
        .requests()
        .iter()
        .filter(|request| request.method == Method::Post)
        .count();
    assert_eq!(posts, 1);
}

#[tokio::test]
async fn results_are_read_below_the_path_with_every_kind_of_number() {
    let body = r#"[
      {"id":"…?type_id=1&user_id=5","userId":"5","resultScore":30,"resultMaximum":60,"comment":"well <b>done</b>","timestamp":"2026-11-23T22:06:52+00:00"},
      {"userId":"6","resultScore":30.5,"resultMaximum":"60.00"}, {"userId":"7","resultScore":"30","resultMaximum":60},
      {"userId":"8","resultScore":null,"resultMaximum":60}, {"id":"x","userId":"13"}, {"userId":9,"resultScore":0,"resultMaximum":0},
      {"resultScore":5}]"#;
    let world = scripted(Flavour::Moodle, vec![Ok(answer(200, body))]);
    let rows = world.platform.results(&url(ITEM)).await.unwrap();
    let scores: Vec<_> = rows.iter().map(|row| (row.user_id.as_str(), row.score)).collect();
    assert_eq!(
        scores,
        [
            ("5", Some(dec("30"))),
            ("6", Some(dec("30.5"))),
            ("7", Some(dec("30"))),
            ("8", None),
            ("13", None),
            ("9", Some(dec("0")))
        ]
    );
    assert_eq!(rows[0].comment.as_deref(), Some("well <b>done</b>"));
    assert_eq!(rows[0].timestamp.unwrap().timestamp(), 1_795_471_612);
    assert_eq!(
        (rows[0].share(), rows[3].share(), rows[5].share()),
        (Some(dec("0.5")), None, None)
    );
    assert_eq!(
        world.urls(),
        ["https://lms.example/mod/lti/services.php/2/lineitems/7/lineitem/results?type_id=1"]
    );
    assert_eq!(
        media_types(&world, 0),
        [header(
            "accept",
            "application/vnd.ims.lis.v2.resultcontainer+json"
        )]
    );
}

#[tokio::test]
async fn one_persons_result_is_that_persons_even_if_the_filter_is_ignored() {
    let body = r#"[{"userId":"5","resultScore":1},{"userId":"6","resultScore":2}]"#;
    let world = scripted(
        Flavour::Moodle,
        vec![Ok(answer(200, body)), Ok(answer(200, "[]"))],
    );
    assert_eq!(
        world
            .platform
            .result_of(&url(ITEM), "6")
            .await
            .unwrap()
            .unwrap()
            .score,
        Some(dec("2"))
    );
    assert_eq!(world.platform.result_of(&url(ITEM), "6").await.unwrap(), None);
    assert!(world.urls()[0].ends_with("/lineitem/results?type_id=1&user_id=6"));
}

#[tokio::test]
async fn the_row_of_a_merged_account_is_theirs_who_was_asked_of() {
    let body = r#"[{"userId":"present","resultScore":2}]"#;
    for (flavour, theirs) in [(Flavour::Canvas, Some(dec("2"))), (Flavour::Moodle, None)] {
        let world = scripted(flavour, vec![Ok(answer(200, body))]);
        let row = world.platform.result_of(&url(ITEM), "former").await.unwrap();
        assert_eq!(row.and_then(|row| row.score), theirs);
    }
}

#[tokio::test]
async fn one_column_is_read() {
    let body = r#"{"id":"https://lms.example/mod/lti/services.php/2/lineitems/7/lineitem?type_id=1","label":"L","scoreMaximum":"10","tag":""}"#;
    let world = scripted(Flavour::Moodle, vec![Ok(answer(200, body))]);
    let item = world.platform.line_item(&url(ITEM)).await.unwrap();
    assert_eq!((item.score_maximum, item.tag), (Some(dec("10")), None));
    assert_eq!(
        media_types(&world, 0),
        [header("accept", "application/vnd.ims.lis.v2.lineitem+json")]
    );
}

#[test]
fn scores_and_results_go_before_the_query() {
    for (item, expected) in [
        (
            ITEM,
            "https://lms.example/mod/lti/services.php/2/lineitems/7/lineitem/scores?type_id=1",
        ),
        (
            "https://c.example/api/lti/courses/1/line_items/2",
            "https://c.example/api/lti/courses/1/line_items/2/scores",
        ),
        ("https://c.example/2/", "https://c.example/2/scores"),
    ] {
        assert_eq!(below(&url(item), "scores").as_str(), expected);
    }
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(body: Vec<u8>) {
        let _ = read_results(&body);
        let _ = read_line_items(&body);
    }

    #[test]
    fn no_row_makes_it_panic(value in "(null|true|-?[1-9][0-9]{0,40}|\"[0-9a-z.]{0,5}\"|\\[\\]|\\{\\}|1e[0-9]{1,5})", user in "(\"5\"|5|null)") {
        let body = format!(r#"[{{"userId":{user},"resultScore":{value},"resultMaximum":{value},"timestamp":{value}}}]"#);
        let rows = read_results(body.as_bytes()).unwrap();
        prop_assert!(rows.len() <= 1);
        let _ = rows.first().and_then(ResultRow::share);
    }
}

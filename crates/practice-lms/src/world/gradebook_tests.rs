use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::testing::*;
use crate::{CourseRole, Flavour};

const LIST: &str = "application/vnd.ims.lis.v2.lineitemcontainer+json";
const ITEM: &str = "application/vnd.ims.lis.v2.lineitem+json";
const RESULTS: &str = "application/vnd.ims.lis.v2.resultcontainer+json";
const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const AGS: &str = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";

async fn listed(bench: &Bench, token: &str) -> Vec<Value> {
    let url = format!("/mod/lti/services.php/{}/lineitems", bench.course());
    let all = bench.get(&url, token, LIST).await.json();
    all.as_array().unwrap().clone()
}

#[actix_web::test]
async fn a_deleted_column_answers_404_and_comes_back_as_it_was() {
    let bench = bench(Flavour::Moodle).await;
    let token = bench.token().await;
    let before = listed(&bench, &token).await;
    let id = before[0]["id"].as_str().unwrap();
    let label = before[0]["label"].as_str().unwrap();
    let items = bench.world.line_items(bench.course());
    let item = items.iter().find(|one| one.label == label).unwrap().id;
    assert!(bench.world.delete_line_item(bench.course(), item));
    assert_eq!(bench.get(id, &token, ITEM).await.status, 404);
    assert_eq!(listed(&bench, &token).await.len(), before.len() - 1);
    assert!(bench.world.restore_line_item(bench.course(), item));
    assert!(!bench.world.restore_line_item(bench.course(), item));
    assert_eq!(bench.get(id, &token, ITEM).await.status, 200);
    assert_eq!(listed(&bench, &token).await, before);
}

#[actix_web::test]
async fn a_reset_course_has_a_new_column_that_knows_nothing_but_its_link() {
    let bench = bench(Flavour::Moodle).await;
    let token = bench.token().await;
    let url = format!("/mod/lti/services.php/{}/lineitems", bench.course());
    let own = json!({"label": "Own", "scoreMaximum": 10, "tag": "t", "resourceId": "r"});
    bench.post(&url, &token, ITEM, &own).await;
    let before = listed(&bench, &token).await;
    let old = before
        .iter()
        .find(|one| one.get("resourceLinkId").is_some())
        .unwrap();
    let wanted = json!({"label": "Project report", "scoreMaximum": 50, "tag": "t", "resourceId": "r"});
    let put = [("content-type", ITEM)];
    let id = old["id"].as_str().unwrap();
    let changed = bench
        .call(reqwest::Method::PUT, id, &token, &put, wanted.to_string())
        .await;
    assert_eq!(changed.status, 200);

    assert!(bench.world.reset_course(bench.course()));
    assert_eq!(bench.get(id, &token, ITEM).await.status, 404);
    let after = listed(&bench, &token).await;
    assert_eq!(
        after.len(),
        1,
        "what stood in the gradebook by itself is gone: {after:?}"
    );
    assert_ne!(after[0]["id"], old["id"]);
    assert_eq!(after[0]["tag"], "");
    assert_eq!(after[0].get("resourceId"), None);
    assert_eq!(after[0]["resourceLinkId"], old["resourceLinkId"]);
    let launch = bench.launch(CourseRole::Teacher, "Project report");
    assert_eq!(
        launch[AGS].get("lineitem"),
        None,
        "a record of the column before is left"
    );
    bench.world.clean_up_line_items(bench.course());
    let launch = bench.launch(CourseRole::Teacher, "Project report");
    assert_eq!(launch[AGS]["lineitem"], after[0]["id"]);
}

#[actix_web::test]
async fn a_link_that_lost_its_column_names_none_and_neither_does_its_duplicate() {
    let bench = bench(Flavour::Moodle).await;
    let token = bench.token().await;
    let link = bench.link("Project report");
    assert!(bench.launch(CourseRole::Teacher, "Project report")[AGS]["lineitem"].is_string());
    assert!(bench.world.reset_course(bench.course()));
    assert!(bench.world.lose_column_of(bench.course(), link));
    let copy = bench.world.duplicate_link(bench.course(), link).unwrap();
    for title in ["Project report", "Project report (copy)"] {
        let launch = bench.launch(CourseRole::Teacher, title);
        assert_eq!(launch[AGS].get("lineitem"), None, "{title}");
        assert!(launch[AGS]["lineitems"].is_string(), "{title}");
    }
    let listed = listed(&bench, &token).await;
    let own = |number: u64| {
        let number = number.to_string();
        listed
            .iter()
            .filter(|one| one["resourceLinkId"] == number.as_str())
            .count()
    };
    assert_eq!((own(link), own(copy)), (1, 1), "each has its own all the same");
}

#[actix_web::test]
async fn a_column_for_a_link_that_is_no_number_is_an_error_of_the_database() {
    let bench = bench(Flavour::Moodle).await;
    let token = bench.token().await;
    let url = format!("/mod/lti/services.php/{}/lineitems", bench.course());
    let before = listed(&bench, &token).await.len();
    for (link, status) in [("placed:0", 502), ("urn:x", 502), ("99999", 403)] {
        let wanted = json!({"label": "Own", "scoreMaximum": 10, "resourceLinkId": link});
        assert_eq!(
            bench.post(&url, &token, ITEM, &wanted).await.status,
            status,
            "{link}"
        );
    }
    assert_eq!(listed(&bench, &token).await.len(), before);
}

#[actix_web::test]
async fn a_scale_looks_like_points_and_takes_its_items_alone() {
    let bench = bench(Flavour::Moodle).await;
    let token = bench.token().await;
    let column = listed(&bench, &token).await.remove(0);
    let items = bench.world.line_items(bench.course());
    let item = items.iter().find(|one| column["label"] == one.label).unwrap().id;
    let student = bench.person(CourseRole::Student).id;
    assert!(bench.world.grade_by_scale(bench.course(), item, 4));
    let typed = |points: &str| {
        let points: Decimal = points.parse().unwrap();
        bench.world.set_grade(bench.course(), item, student, Some(points))
    };
    assert_eq!(["0", "2.5", "5", "3"].map(typed), [false, false, false, true]);
    let shown = listed(&bench, &token).await.remove(0);
    assert_eq!(shown["scoreMaximum"], 4);
    let mut keys: Vec<_> = shown.as_object().unwrap().keys().collect();
    let mut before: Vec<_> = column.as_object().unwrap().keys().collect();
    keys.sort();
    before.sort();
    assert_eq!(keys, before, "nothing tells that it is a scale");
    let id = column["id"].as_str().unwrap();
    let (path, query) = id.split_once('?').unwrap();
    let rows = bench
        .get(&format!("{path}/results?{query}"), &token, RESULTS)
        .await;
    assert_eq!(
        (&rows.json()[0]["resultScore"], &rows.json()[0]["resultMaximum"]),
        (&json!(3), &json!(4))
    );
}

#[actix_web::test]
async fn what_a_teacher_types_into_a_link_stands_above_the_admins_value_in_canvas_alone() {
    for (flavour, title, said) in [
        (Flavour::Moodle, "Project report", "the admin"),
        (Flavour::Canvas, "Project report", "a teacher"),
    ] {
        let bench = bench(flavour).await;
        bench.world.set_admin_custom("history", "the admin");
        let link = bench.link(title);
        bench
            .world
            .set_link_custom(bench.course(), link, "history", "a teacher");
        bench
            .world
            .set_link_custom(bench.course(), link, "cairn_item", "anything");
        let custom = &bench.launch(CourseRole::Teacher, title)[format!("{LTI}custom")];
        assert_eq!(custom["history"], said, "{flavour:?}");
        assert_eq!(custom["cairn_item"], "anything", "{flavour:?}");
        bench.world.remove_admin_custom("history");
        let custom = &bench.launch(CourseRole::Teacher, title)[format!("{LTI}custom")];
        assert_eq!(custom["history"], "a teacher", "{flavour:?}");
    }
}

//! Courses that were concluded or deleted, as Canvas and Moodle answer for them (canvas-observed 7, moodle-observed 11.15),
//! and the time zone of an account.

use reqwest::Method;
use serde_json::{Value, json};

use super::testing::*;
use super::world::model::Oddity;
use super::{CourseRole, Flavour};

const ROLES: &str = "https://purl.imsglobal.org/spec/lti/claim/roles";
const ITEMS: &str = "application/vnd.ims.lis.v2.lineitemcontainer+json";
const ROSTER: &str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json";

fn roles(launch: &Value) -> String {
    launch[ROLES].to_string()
}

#[actix_web::test]
async fn a_concluded_canvas_course_refuses_grades_lists_nobody_and_names_no_membership_role() {
    let bench = bench(Flavour::Canvas).await;
    let (token, course) = (bench.token().await, bench.course());
    let items = format!("/api/lti/courses/{course}/line_items");
    let roster = format!("/api/lti/courses/{course}/names_and_roles");
    let item = bench.get(&items, &token, ITEMS).await.json()[0]["id"].clone();
    let item = item.as_str().unwrap().to_owned();
    let student = bench.person(CourseRole::Student).sub;
    bench.world.conclude(course, true);
    let said = json!({"errors": {
        "type": "unprocessable_entity",
        "message": "This course has concluded. AGS requests will no longer be accepted for this course.",
    }});
    for url in [items.clone(), item.clone(), format!("{item}/results")] {
        let read = bench.get(&url, &token, ITEMS).await;
        assert_eq!((read.status, read.json()), (422, said.clone()), "{url}");
    }
    let score = bench.score(&item, &token, &student, &json!({})).await;
    assert_eq!((score.status, score.json()), (422, said));
    let deleted = bench.call(Method::DELETE, &item, &token, &[], "").await;
    assert_eq!(deleted.status, 422);
    let listed = bench.get(&roster, &token, ROSTER).await;
    assert_eq!((listed.status, &listed.json()["members"]), (200, &json!([])));
    for role in [CourseRole::Teacher, CourseRole::Student, CourseRole::Observer] {
        let launch = bench.launch(role, "My badges");
        assert!(!roles(&launch).contains("membership"), "{launch}");
        assert!(roles(&launch).contains("person#"), "{launch}");
    }

    bench.world.be_odd(Oddity::ConcludedAsMissing, true);
    assert_eq!(bench.get(&items, &token, ITEMS).await.status, 404);

    bench.world.conclude(course, false);
    assert_eq!(bench.get(&items, &token, ITEMS).await.status, 200);
    assert!(roles(&bench.launch(CourseRole::Teacher, "My badges")).contains("membership#Instructor"));
}

#[actix_web::test]
async fn every_service_of_a_deleted_course_answers_404_until_it_is_restored() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        let bench = bench(flavour).await;
        let (token, course) = (bench.token().await, bench.course());
        let services = match flavour {
            Flavour::Moodle => [
                format!("/mod/lti/services.php/{course}/lineitems?type_id=1"),
                format!("/mod/lti/services.php/CourseSection/{course}/bindings/1/memberships"),
            ],
            Flavour::Canvas => [
                format!("/api/lti/courses/{course}/line_items"),
                format!("/api/lti/courses/{course}/names_and_roles"),
            ],
        };
        let student = bench.person(CourseRole::Student).id;
        let link = bench.link("My badges");
        for (deleted, status) in [(true, 404), (false, 200)] {
            if deleted {
                bench.world.delete_course(course);
            } else {
                bench.world.restore_course(course);
            }
            for (url, accept) in services.iter().zip([ITEMS, ROSTER]) {
                assert_eq!(bench.get(url, &token, accept).await.status, status, "{url}");
            }
            let launch = bench.world.launch_form(course, student, link);
            assert_eq!(launch.is_none(), deleted, "{flavour:?}");
        }
    }
}

#[actix_web::test]
async fn an_account_says_its_time_zone_where_it_is_asked_for() {
    for (flavour, unset) in [(Flavour::Moodle, "99"), (Flavour::Canvas, "Europe/London")] {
        let bench = bench(flavour).await;
        let zone = || {
            let launch = bench.launch(CourseRole::Teacher, "My badges");
            launch["https://purl.imsglobal.org/spec/lti/claim/custom"]["time_zone"].clone()
        };
        assert_eq!(zone(), Value::Null);
        bench
            .world
            .set_admin_custom("time_zone", "$Person.address.timezone");
        assert_eq!(zone(), json!(unset), "{flavour:?}");
        let teacher = bench.person(CourseRole::Teacher).id;
        bench.world.set_time_zone(teacher, "America/Lima");
        assert_eq!(zone(), json!("America/Lima"), "{flavour:?}");
    }
}

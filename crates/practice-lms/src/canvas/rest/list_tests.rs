use chrono::TimeDelta;
use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::super::testing::*;
use super::super::super::{CourseRole, Endpoint, Fault, GradeGroup, Oddity, Resource, Section, Work};
use super::testing::*;

#[actix_web::test]
async fn the_shapes_are_those_of_the_notes() {
    let reading = reading().await;
    let (world, essay) = (&reading.bench.world, reading.column("Reflection essay"));
    let now = reading.bench.world.now();
    world.change_course(2, |course| {
        course.groups.push(GradeGroup {
            id: 78,
            name: "Labs".into(),
            weight: 40.into(),
            drop_lowest: 1,
            never_drop: vec![essay],
        });
        course.scheme = Some(vec![
            ("A".into(), Decimal::new(94, 2)),
            ("F".into(), Decimal::ZERO),
        ]);
        course.overrides.insert(5, 92.into());
    });
    world.change_column(2, essay, |column| column.due = Some(now - TimeDelta::hours(1)));
    world.hand_in(
        2,
        essay,
        5,
        Work {
            kind: "online_upload",
            files: vec![(
                "Report final.pdf".into(),
                "application/pdf".into(),
                b"%PDF".to_vec(),
            )],
            ..Work::default()
        },
    );
    world.deduct_for_lateness(2, essay, 5, 2.into());
    world.set_grade(2, essay, 5, Some(46.into()));
    let rubric = json!({"_8027": {"rating_id": "blank", "comments": "Neat.", "points": 4.0}});
    world.change_cell(2, essay, 5, |cell| cell.rubric = Some(rubric));
    let cell = format!("~/assignments/{essay}/submissions/5?include[]=rubric_assessment");
    let report = reading.column("Project report");
    let path = format!("~/assignments/{report}");
    let all: [(&str, &str, Option<usize>); 7] = [
        ("course", "~?include[]=concluded&include[]=term", None),
        ("assignment", &path, None),
        ("group", "~/assignment_groups", Some(1)),
        (
            "student",
            "~/students/submissions?student_ids[]=all&grouped=1&include[]=total_scores",
            Some(0),
        ),
        ("enrollment", "~/enrollments?user_id=5", Some(0)),
        ("standard", "~/grading_standards", Some(0)),
        ("submission", &cell, None),
    ];
    for (name, path, at) in all {
        let answer = reading.get(path).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let answer = answer.json();
        assert_fits(&example(name), at.map_or(&answer, |at| &answer[at]), name);
    }
    let cell = reading.get(&cell).await.json();
    assert_fits(&example("file"), &cell["attachments"][0], "file");
    assert_eq!(
        json!([
            cell["score"],
            cell["grade"],
            cell["entered_score"],
            cell["points_deducted"],
            cell["late"],
            cell["seconds_late"]
        ]),
        json!([44.0, "44", 46.0, 2.0, true, 3600])
    );
}

#[actix_web::test]
async fn pages_are_capped_at_a_hundred_and_whoever_counts_them_gets_the_first_one_again() {
    let reading = reading().await;
    reading.bench.world.grow(2, 150);
    let path = "~/students/submissions?student_ids[]=all&per_page=1000";
    let first = reading.get(path).await;
    assert_eq!(first.json().as_array().unwrap().len(), 100);
    assert!(
        first.to("last").is_none() && first.to("next").unwrap().contains("page=bookmark%3A"),
        "{}",
        first.link
    );
    let rows = reading.all(path).await;
    // The test student too, in each of three columns.
    assert_eq!(rows.len(), 151 * 3);
    let ids: std::collections::BTreeSet<u64> = rows.iter().map(|row| row["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), rows.len(), "each once");
    let second = reading.get(&format!("{path}&page=2")).await;
    assert_eq!(second.json()[0]["id"], first.json()[0]["id"]);
    assert_eq!(
        reading.get(&format!("{path}&page=bookmark:spoiled")).await.status,
        404
    );
    assert_eq!(reading.get("~/users").await.json().as_array().unwrap().len(), 10);
    let columns = reading.get("~/assignments?per_page=2").await;
    assert!(columns.to("last").unwrap().contains("page=2"), "{}", columns.link);
    assert_eq!(reading.get("~/assignments?page=9").await.json(), json!([]));
    reading.bench.world.be_odd(Oddity::ShortPages, true);
    let short = reading.get("~/enrollments?per_page=40").await;
    assert!(
        short.json() == json!([]) && short.to("next").is_some(),
        "empty, and more to come"
    );
    assert_eq!(reading.all("~/enrollments?per_page=40").await.len(), 155);
}

#[actix_web::test]
async fn a_link_header_of_many_ids_leaves_even_the_next_page_out() {
    let reading = reading().await;
    let essay = reading.column("Reflection essay");
    let one = format!("&assignment_ids[]={essay}").repeat(90);
    let page = reading
        .get(&format!(
            "~/students/submissions?student_ids[]=all&per_page=5{one}"
        ))
        .await;
    assert!(
        page.to("next").is_some() && page.to("first").is_none() && page.link.len() <= 6_144,
        "{}",
        page.link.len()
    );
    let all = format!("&assignment_ids[]={essay}").repeat(300);
    let page = reading
        .get(&format!(
            "~/students/submissions?student_ids[]=all&per_page=5{all}"
        ))
        .await;
    assert_eq!((page.status, page.link.as_str()), (200, ""));
}

#[actix_web::test]
async fn requests_are_refused_as_a_whole_for_one_wrong_id() {
    let reading = reading().await;
    let (world, essay) = (&reading.bench.world, reading.column("Reflection essay"));
    let list = "~/students/submissions?student_ids[]=all";
    for (path, status, text) in [
        (
            format!("{list}&assignment_ids[]={essay}&assignment_ids[]=99"),
            403,
            "invalid assignment ids requested",
        ),
        (
            format!("{list}&graded_since=2026-11-01"),
            400,
            "Invalid datetime for graded_since",
        ),
        (
            format!("{list}&enrollment_state=all"),
            400,
            "invalid enrollment_state",
        ),
        (
            format!("~/students/submissions?{}", "student_ids[]=5&".repeat(101)),
            400,
            "too many students",
        ),
        (
            "~/students/submissions?student_ids[]=3".to_owned(),
            403,
            "user not authorized",
        ),
        (
            "~/students/submissions?student_ids[]=all&as_user_id=5".to_owned(),
            401,
            "Invalid as_user_id",
        ),
        (
            "/api/v1/courses/77".to_owned(),
            404,
            "The specified resource does not exist.",
        ),
        (
            "~/assignments/999".to_owned(),
            404,
            "The specified resource does not exist.",
        ),
    ] {
        let refused = reading.get(&path).await;
        assert!(
            refused.status == status && refused.text.contains(text),
            "{path}: {} {}",
            refused.status,
            refused.text
        );
    }
    let own = reading.get("~/students/submissions").await;
    assert_eq!(
        own.json().as_array().unwrap().len(),
        3,
        "the caller's own, where nobody is named"
    );
    world.close_line_item(2, essay, Some(crate::Closed::Unpublished));
    let refused = reading.get(&format!("{list}&assignment_ids[]={essay}")).await;
    assert_eq!(refused.status, 403);
    let shown = reading.get(&format!("~/assignments/{essay}")).await.json();
    assert_eq!(
        (&shown["published"], &shown["workflow_state"]),
        (&json!(false), &json!("unpublished"))
    );
    world.rename_line_item(2, essay, "Other name");
    assert_eq!(
        reading.get(&format!("~/assignments/{essay}")).await.json()["name"],
        "Other name"
    );
    world.delete_line_item(2, essay);
    assert_eq!(reading.get(&format!("~/assignments/{essay}")).await.status, 404);
}

#[actix_web::test]
async fn who_may_read_is_a_matter_of_role_and_section_and_goes_on_after_the_end() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let list = "~/students/submissions?student_ids[]=all&per_page=100";
    let (student, _) = world.api_token(&reading.client_id, 5).unwrap();
    let refused = reading.bench.api(list, &student).await;
    let text = json!({"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]});
    assert_eq!((refused.status, refused.json()), (403, text));
    world.be_odd(Oddity::OldRefusals, true);
    assert_eq!(reading.bench.api(list, &student).await.status, 401);
    let people = async || {
        let rows = reading.all(list).await;
        let people: std::collections::BTreeSet<u64> =
            rows.iter().map(|row| row["user_id"].as_u64().unwrap()).collect();
        people
    };
    assert_eq!(people().await.len(), 31);
    world.conclude(2, true);
    assert_eq!(people().await.len(), 31, "reading goes on");
    let course = reading.get("~?include[]=concluded").await.json();
    assert_eq!(
        (&course["workflow_state"], &course["concluded"]),
        (&json!("completed"), &json!(true))
    );
    assert_eq!(
        reading.get("~/enrollments").await.json(),
        json!([]),
        "and no enrolment is active"
    );
    assert_eq!(
        reading
            .all("~/enrollments?type[]=StudentEnrollment&state[]=completed")
            .await
            .len(),
        30
    );
    world.conclude(2, false);
    let section = Section {
        id: 900,
        name: "Evening".into(),
        people: [3, 5, 6].into(),
    };
    world.change_course(2, |course| course.sections.push(section));
    world.limit_to_sections(2, 3, true);
    assert_eq!(people().await, [5, 6].into(), "no hint that there are others");
    let own = reading.get("~/enrollments?user_id=self").await.json();
    assert_eq!(own[0]["limit_privileges_to_course_section"], true);
    assert_eq!(
        reading
            .get("/api/v1/sections/900/students/submissions?student_ids[]=all")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        6
    );
    world.set_role(2, 3, None);
    assert_eq!(reading.get("~").await.status, 401, "no longer in the course");
}

#[actix_web::test]
async fn people_are_known_by_many_names_and_none_of_them_is_in_the_answer() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let ada = &world.students(2)[0];
    let sub = &ada.sub;
    let legacy = reading
        .get("~/users?include[]=lti_id&include[]=uuid&per_page=100")
        .await;
    assert!(!legacy.text.contains(sub), "the id of LTI 1.3 is nowhere");
    let rows = legacy.json();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == ada.id)
        .unwrap();
    let (hex, uuid) = (row["lti_id"].as_str().unwrap(), row["uuid"].as_str().unwrap());
    assert_eq!((hex.len(), uuid.len()), (40, 40));
    let essay = reading.column("Reflection essay");
    for name in [
        format!("lti_1_3_id:{sub}"),
        format!("lti_user_id:{hex}"),
        format!("uuid:{uuid}"),
        "sis_user_id:S-001".to_owned(),
        "sis_login_id:student1".to_owned(),
        format!("{}", 10_000_000_000_000 + ada.id),
        format!("1~{}", ada.id),
    ] {
        let one = reading
            .get(&format!("~/assignments/{essay}/submissions/{name}"))
            .await;
        assert_eq!(
            (one.status, &one.json()["user_id"]),
            (200, &json!(ada.id)),
            "{name}"
        );
    }
    let dropped = reading
        .get("~/students/submissions?student_ids[]=lti_1_3_id:nobody")
        .await;
    assert_eq!(dropped.json(), json!([]), "names that nobody has are dropped");
    let context = world.courses()[0].context_id.clone();
    assert_eq!(
        reading
            .get(&format!("/api/v1/courses/lti_context_id:{context}"))
            .await
            .json()["id"],
        2
    );
    assert_eq!(
        reading
            .get("/api/v1/courses/sis_course_id:SIS-DL101")
            .await
            .status,
        200
    );
    world.move_to_shard(ada.id, 2);
    let id = 20_000_000_000_000_u64 + ada.id;
    let moved = reading.get(&format!("~/enrollments?user_id={id}")).await.json();
    assert_eq!(moved[0]["user_id"], id);
    world.set_admin_custom("api_user", "$Canvas.user.id");
    let launch = reading.bench.launch(CourseRole::Student, "My badges");
    assert_eq!(
        launch["https://purl.imsglobal.org/spec/lti/claim/custom"]["api_user"],
        id
    );
    let headers = [
        ("accept", "application/json+canvas-string-ids"),
        ("user-agent", "Cairn/1.0"),
    ];
    let path = format!("/api/v1/courses/2/assignments/{essay}/submissions/{id}");
    let text = reading
        .bench
        .call(Method::GET, &path, &reading.token, &headers, "")
        .await
        .json();
    assert_eq!(
        (&text["user_id"], &text["assignment_id"]),
        (&json!(id.to_string()), &json!(essay.to_string()))
    );
    let me = reading.get("/api/v1/users/self/profile").await.json();
    assert_eq!(me["id"], 3);
}

#[actix_web::test]
async fn answers_go_wrong_on_purpose_and_what_was_asked_is_known() {
    let reading = reading().await;
    let faults = reading.bench.world.faults();
    let endpoint = Endpoint::Api(Resource::Submissions);
    let path = "~/students/submissions?student_ids[]=all";
    for (fault, status) in [
        (Fault::Html, 200),
        (Fault::BareForbidden, 403),
        (Fault::ThrottledPlainly, 429),
        (Fault::HalfJson, 200),
        (Fault::GatewayTimeout, 504),
    ] {
        faults.inject(endpoint, &fault, 1);
        let answer = reading.get(path).await;
        let is = serde_json::from_str::<Value>(&answer.text).is_ok();
        assert_eq!((answer.status, is), (status, false), "{fault:?}");
    }
    assert_eq!(reading.get(path).await.status, 200);
    assert_eq!(faults.requests(endpoint), 6);
    let asked = reading.bench.world.asked("/students/submissions");
    assert_eq!(asked.len(), 6);
    assert!(!asked[0].contains(&reading.token));
}

use serde_json::{Value, json};

use super::super::super::{CourseRole, GradeGroup, Work};
use super::testing::*;

#[actix_web::test]
async fn teachers_read_what_is_not_posted_and_only_posted_at_tells() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let oral = world.add_native(2, "Oral", "manual", 10.into());
    world.change_column(2, oral, |column| column.post_manually = true);
    world.set_grade(2, oral, 5, Some(9.into()));
    let cell = async || {
        let cell = reading.cell(oral, 5).await;
        (
            cell["score"].clone(),
            cell["posted_at"].clone(),
            cell["graded_at"].clone(),
        )
    };
    let before = cell().await;
    assert_eq!((&before.0, &before.1), (&json!(9.0), &Value::Null));
    let totals = async || {
        let path = "~/enrollments?user_id=5";
        let grades = reading.get(path).await.json()[0]["grades"].clone();
        (
            grades["current_score"].clone(),
            grades["unposted_current_score"].clone(),
        )
    };
    let (posted, unposted) = totals().await;
    assert_ne!(posted, unposted);
    reading.bench.later(60);
    assert!(world.post_grades(2, oral));
    let after = cell().await;
    assert!(
        after.1.is_string() && after.2 == before.2,
        "posting does not move when it was graded"
    );
    assert_eq!(totals().await.0, unposted);
    let since = before.2.as_str().unwrap();
    let path =
        format!("~/students/submissions?student_ids[]=all&assignment_ids[]={oral}&graded_since={since}");
    assert_eq!(
        reading.get(&path).await.json(),
        json!([]),
        "nor does whoever reads what is new hear of it"
    );
    assert!(world.hide_posted(2, oral));
    assert_eq!(cell().await.1, Value::Null, "hidden again");
    let essay = reading.column("Reflection essay");
    assert!(
        reading.cell(essay, 5).await["posted_at"].is_string(),
        "posted as soon as it is graded"
    );
    world.hide_grades(2, essay, true);
    assert_eq!(reading.cell(essay, 5).await["posted_at"], Value::Null);
    let (student, _) = world.api_token(&reading.client_id, 5).unwrap();
    let own = reading
        .bench
        .api(&format!("~/assignments/{essay}/submissions/self"), &student)
        .await
        .json();
    assert_eq!((&own["score"], &own["grade"]), (&Value::Null, &Value::Null));
}

#[actix_web::test]
async fn cells_are_excused_late_missing_and_handed_in_again() {
    let reading = reading().await;
    let (world, essay) = (&reading.bench.world, reading.column("Reflection essay"));
    assert!(world.excuse(2, essay, 5, true));
    let cell = reading.cell(essay, 5).await;
    let said = json!([
        cell["excused"],
        cell["score"],
        cell["grade"],
        cell["workflow_state"]
    ]);
    assert_eq!(said, json!([true, null, null, "graded"]));
    world.hand_in(
        2,
        essay,
        6,
        Work {
            kind: "online_text_entry",
            text: Some("again".into()),
            ..Work::default()
        },
    );
    let cell = reading.cell(essay, 6).await;
    let said = json!([
        cell["workflow_state"],
        cell["grade_matches_current_submission"],
        cell["attempt"],
        cell["body"]
    ]);
    assert_eq!(said, json!(["submitted", false, 1, "again"]));
    assert!(cell["score"].is_number(), "the score before it stays");
    world.set_grade(2, essay, 6, Some(80.into()));
    assert_eq!(reading.cell(essay, 6).await["workflow_state"], "graded");
    world.change_cell(2, essay, 7, |cell| cell.late_status = Some("missing"));
    assert_eq!(reading.cell(essay, 7).await["missing"], true);
    world.grade_pass_fail(2, essay, true);
    world.set_grade(2, essay, 8, Some(1.into()));
    let cell = reading.cell(essay, 8).await;
    assert_eq!(
        (&cell["grade"], &cell["score"]),
        (&json!("complete"), &json!(100.0))
    );
    let new = world.add_native(2, "New", "assignment", 10.into());
    let empty = reading.cell(new, 5).await;
    let said = json!([
        empty["workflow_state"],
        empty["score"],
        empty["posted_at"],
        empty["attempt"]
    ]);
    assert_eq!(
        said,
        json!(["unsubmitted", null, null, null]),
        "there is a row for everything that is assigned"
    );
    world.change_column(2, new, |column| column.only_for = Some([6].into()));
    assert_eq!(
        reading
            .get(&format!("~/assignments/{new}/submissions/5"))
            .await
            .status,
        404
    );
}

#[actix_web::test]
async fn native_assignments_stand_beside_those_of_tools_and_lti_shows_only_these() {
    let reading = reading().await;
    let rows = reading.all("~/assignments").await;
    let names: Vec<&str> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Reflection essay", "Weekly quiz", "Project report"]);
    assert_eq!(rows[1]["submission_types"], json!(["online_quiz"]));
    let links = reading.bench.world.links(2);
    let link = links.iter().find(|link| link.title == "Project report").unwrap();
    assert_eq!(
        rows[2]["external_tool_tag_attributes"]["resource_link_id"],
        link.resource_link_id.as_str()
    );
    let token = reading.bench.token().await;
    let items = reading
        .bench
        .get("/api/lti/courses/2/line_items", &token, "*/*")
        .await
        .json();
    assert_eq!(items.as_array().unwrap().len(), 1);
    let report = reading.column("Project report");
    assert_eq!(
        items[0]["id"],
        reading
            .bench
            .world
            .url(&format!("/api/lti/courses/2/line_items/{report}"))
    );
    let student = &reading.bench.world.students(2)[0];
    let url = items[0]["id"].as_str().unwrap();
    reading
        .bench
        .score(
            url,
            &token,
            &student.sub,
            &json!({"scoreGiven": 7, "scoreMaximum": 10}),
        )
        .await;
    let cell = reading.cell(report, student.id).await;
    assert_eq!(
        (&cell["score"], &cell["submission_type"]),
        (&json!(70.0), &json!("basic_lti_launch"))
    );
    assert!(cell["grader_id"].as_i64().unwrap() < 0, "graded by a tool");
}

#[actix_web::test]
async fn a_key_with_scopes_fetches_files_by_their_public_address_alone() {
    let reading = reading().await;
    let (world, essay) = (&reading.bench.world, reading.column("Reflection essay"));
    let files = vec![(
        "Report final.pdf".to_owned(),
        "application/pdf".to_owned(),
        b"%PDF-1.7".to_vec(),
    )];
    world.hand_in(
        2,
        essay,
        5,
        Work {
            kind: "online_upload",
            files,
            ..Work::default()
        },
    );
    let cell = reading.cell(essay, 5).await;
    let file = &cell["attachments"][0];
    let (id, submission) = (&file["id"], &cell["id"]);
    assert!(!file["url"].as_str().unwrap().contains("verifier"));
    let refused = reading.get(file["url"].as_str().unwrap()).await;
    assert!(
        refused.status == 401 && refused.text.contains("Insufficient scopes"),
        "{}",
        refused.text
    );
    let stranger = reading.bench.get(file["url"].as_str().unwrap(), "", "*/*").await;
    assert!(
        stranger.status == 302 && stranger.header("location").ends_with("/login"),
        "{stranger:?}"
    );
    let bare = reading.get(&format!("/api/v1/files/{id}/public_url")).await;
    assert_eq!(bare.status, 403);
    let wrong = reading
        .get(&format!("/api/v1/files/{id}/public_url?submission_id=5"))
        .await;
    assert_eq!(
        wrong.status, 403,
        "the submission's own number, not that of the student"
    );
    let named = reading
        .get(&format!(
            "/api/v1/files/{id}/public_url?submission_id={submission}"
        ))
        .await;
    let url = named.json()["public_url"].as_str().unwrap().to_owned();
    let fetched = world.http().get(&url).send().await.unwrap();
    assert_eq!(
        (fetched.status().as_u16(), fetched.bytes().await.unwrap().to_vec()),
        (200, b"%PDF-1.7".to_vec())
    );
    assert_eq!(
        reading.get(&url).await.status,
        400,
        "the token has no business there"
    );
    reading.bench.later(301);
    assert_eq!(world.http().get(&url).send().await.unwrap().status(), 403);
    // One that was deleted is listed still, and opened no more.
    world.change_cell(2, essay, 5, |cell| {
        for file in &mut cell.files {
            (file.has_no_size, file.is_deleted) = (true, true);
        }
    });
    let listed = reading.cell(essay, 5).await["attachments"][0].clone();
    assert!(listed["size"].is_null() && listed["display_name"] == "Report final.pdf");
    let asked = format!("/api/v1/files/{id}/public_url?submission_id={submission}");
    assert_eq!(reading.get(&asked).await.status, 404);
}

#[actix_web::test]
async fn totals_are_worked_out_by_weights_and_rules() {
    let reading = reading().await;
    let (world, essay, quiz) = (
        &reading.bench.world,
        reading.column("Reflection essay"),
        reading.column("Weekly quiz"),
    );
    let group = |id: u64, weight: i64| GradeGroup {
        id,
        name: format!("G{id}"),
        weight: weight.into(),
        ..GradeGroup::default()
    };
    world.change_course(2, |course| {
        course.groups = vec![group(81, 25), group(82, 75)];
        course.is_weighted = true;
    });
    world.change_column(2, essay, |column| column.group = Some(81));
    world.change_column(2, quiz, |column| column.group = Some(82));
    world.set_grade(2, essay, 5, Some(40.into()));
    world.set_grade(2, quiz, 5, Some(20.into()));
    let grades = reading.get("~/enrollments?user_id=5").await.json()[0]["grades"].clone();
    assert_eq!(grades["current_score"], 85.0);
    let groups = reading.all("~/assignment_groups").await;
    assert_eq!(
        (&groups[1]["group_weight"], &groups[1]["rules"]),
        (&json!(25.0), &json!({}))
    );
    world.set_grade(2, quiz, 5, None);
    let grades = reading.get("~/enrollments?user_id=5").await.json()[0]["grades"].clone();
    assert_eq!(
        (&grades["current_score"], &grades["final_score"]),
        (&json!(40.0), &json!(10.0))
    );
}

#[actix_web::test]
async fn assignments_and_cells_of_rarer_kinds() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let quiz = world.add_native(2, "New quiz", "new_quiz", 10.into());
    let rubric = json!([{"id": "_8027", "points": 4.0, "description": "Seam", "ratings": []}]);
    world.change_column(2, quiz, |column| {
        column.has_no_points = true;
        column.rubric = Some(rubric.clone());
    });
    let one = reading.get(&format!("~/assignments/{quiz}")).await.json();
    let said = json!([
        one["points_possible"],
        one["is_quiz_lti_assignment"],
        one["submission_types"],
        one["rubric"]
    ]);
    assert_eq!(said, json!([null, true, ["external_tool"], rubric]));
    world.set_grade(2, quiz, 5, Some(0.into()));
    world.change_cell(2, quiz, 5, |cell| {
        cell.late_status = Some("missing");
        cell.is_of_policy = true;
    });
    let cell = reading.cell(quiz, 5).await;
    let said = json!([
        cell["missing"],
        cell["grader_id"],
        cell["score"],
        cell["workflow_state"]
    ]);
    assert_eq!(said, json!([true, null, 0.0, "graded"]));
    world.change_cell(2, quiz, 5, |cell| cell.custom_status = Some(7));
    let cell = reading.cell(quiz, 5).await;
    assert_eq!(
        (&cell["custom_grade_status_id"], &cell["missing"]),
        (&json!(7), &json!(false))
    );
    world.close_line_item(2, quiz, Some(crate::Closed::Moderated));
    let cell = reading.cell(quiz, 5).await;
    assert_eq!(
        (&cell["score"], &cell["posted_at"]),
        (&Value::Null, &Value::Null),
        "not before it is released"
    );
    world.close_line_item(2, quiz, None);
    assert_eq!(reading.get("~/late_policy").await.status, 404);
    world.change_course(2, |course| course.late_policy = Some(10.into()));
    let policy = reading.get("~/late_policy").await.json();
    assert_eq!(policy["late_policy"]["late_submission_deduction"], 10.0);
    let rows = "~/students/submissions?student_ids[]=all&order=graded_at&per_page=7";
    let rows = reading.all(rows).await;
    assert_eq!(rows.len(), 31 * 4);
    let graded: Vec<Option<&str>> = rows.iter().map(|row| row["graded_at"].as_str()).collect();
    let (with, without) = graded.split_at(61);
    assert!(with.is_sorted() && with.iter().all(Option::is_some) && without.iter().all(Option::is_none));
    world.be_odd(crate::Oddity::ControlCharacters, true);
    let spoiled = reading.get("~/assignments").await.json();
    assert_eq!(spoiled[0]["name"], "R\u{0}eflection essay");
}

#[actix_web::test]
async fn the_test_student_is_in_the_lists_and_hidden_totals_are_shown_to_whoever_grades() {
    let reading = reading().await;
    let (world, quiz) = (&reading.bench.world, reading.column("Weekly quiz"));
    let test = reading.bench.person(CourseRole::TestStudent).id;
    world.set_grade(2, quiz, test, Some(20.into()));
    let path = format!("~/students/submissions?student_ids[]=all&assignment_ids[]={quiz}&per_page=100");
    let rows = reading.all(&path).await;
    let row = rows.iter().find(|row| row["user_id"] == test).unwrap();
    assert_eq!(row["score"], 20.0, "like everybody's");
    let rows = reading.all("~/enrollments?type[]=StudentViewEnrollment").await;
    let who: Vec<&Value> = rows.iter().map(|row| &row["user_id"]).collect();
    assert_eq!(who, [&json!(test)], "only the kind of the enrolment tells");
    world.change_course(2, |course| course.hides_totals = true);
    let settings = reading.get("~/settings").await.json();
    assert_eq!(settings["hide_final_grades"], true);
    let totals = reading.get("~/enrollments?user_id=5").await.json()[0]["grades"].clone();
    assert!(totals["current_score"].is_number(), "{totals}");
}

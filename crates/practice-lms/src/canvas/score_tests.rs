use serde_json::{Value, json};

use super::super::testing::*;
use super::super::{Closed, CourseRole, Flavour};
use super::tests::report;

const SUBMISSION: &str = "https://canvas.instructure.com/lti/submission";

#[actix_web::test]
async fn a_teachers_grade_makes_a_row_and_excusing_takes_only_its_score_away() {
    let bench = bench(Flavour::Canvas).await;
    let token = bench.token().await;
    let (item, url) = report(&bench);
    let student = bench.person(CourseRole::Student);
    let all = format!("{url}/results");
    let results = || bench.get(&all, &token, "*/*");
    bench.world.set_grade(2, item, student.id, None);
    assert_eq!(results().await.json(), json!([]), "nothing was graded");
    bench.world.set_grade(2, item, student.id, Some(70.into()));
    let row = results().await.json()[0].clone();
    assert_eq!(
        (&row["userId"], &row["resultScore"], &row["resultMaximum"]),
        (&json!(student.sub), &json!(70.0), &json!(100.0))
    );
    bench.world.set_grade(2, item, student.id, None);
    let row = results().await.json()[0].clone();
    assert!(
        row.get("resultScore").is_none() && row["userId"] == json!(student.sub),
        "{row}"
    );
    let grade = bench.world.grade(2, item, student.id).unwrap();
    assert_eq!(
        (
            grade.points,
            grade.attempts,
            grade.has_result,
            grade.needs_grading
        ),
        (None, 0, true, false)
    );
}

#[actix_web::test]
async fn a_pending_score_makes_a_row_marks_the_work_and_clears_the_grade_unless_it_is_told_not_to() {
    let bench = bench(Flavour::Canvas).await;
    let token = bench.token().await;
    let (item, url) = report(&bench);
    let student = bench.person(CourseRole::Student);
    let grade = || bench.world.grade(2, item, student.id).unwrap();
    bench.world.set_grade(2, item, student.id, Some(70.into()));
    let keeping = json!({"gradingProgress": "PendingManual", SUBMISSION: {"preserve_score": true, "submission_type": "none"}});
    let posted = bench.score(&url, &token, &student.sub, &keeping).await;
    assert_eq!(posted.status, 200, "{}", posted.text);
    let result = posted.json()["resultUrl"].as_str().unwrap().to_owned();
    let row = bench.get(&result, &token, "*/*").await.json();
    assert_eq!(row["userId"], student.sub);
    assert_eq!(
        (grade().points, grade().attempts, grade().needs_grading),
        (Some(70.into()), 0, true)
    );
    bench.world.set_grade(2, item, student.id, Some(80.into()));
    assert!(!grade().needs_grading, "a teacher has graded it");
    // Without the extensions a pending score clears the grade and counts as an attempt.
    let clearing = json!({"gradingProgress": "PendingManual"});
    let cleared = bench.score(&url, &token, &student.sub, &clearing).await;
    assert_eq!(cleared.status, 200);
    assert_eq!(
        (grade().points, grade().attempts, grade().needs_grading),
        (None, 1, true)
    );
    let full = json!({"scoreGiven": 9, "scoreMaximum": 10});
    let graded = bench.score(&url, &token, &student.sub, &full).await;
    assert_eq!(graded.status, 200, "{}", graded.text);
    assert!(!grade().needs_grading, "the tool has graded it");
}

#[actix_web::test]
async fn a_row_keeps_the_maximum_in_which_the_score_was_posted() {
    let bench = bench(Flavour::Canvas).await;
    let token = bench.token().await;
    let (item, url) = report(&bench);
    let student = bench.person(CourseRole::Student);
    let all = format!("{url}/results");
    let said = async || {
        let row = bench.get(&all, &token, "*/*").await.json()[0].clone();
        (row["resultScore"].to_string(), row["resultMaximum"].to_string())
    };
    let posted = json!({"scoreGiven": 8, "scoreMaximum": 10});
    let posted = bench.score(&url, &token, &student.sub, &posted).await;
    assert_eq!(posted.status, 200, "{}", posted.text);
    bench.world.change_maximum(2, item, 20.into());
    assert_eq!(said().await, ("8.0".to_owned(), "10.0".to_owned()));
    // A teacher's points are scaled to what was posted.
    bench.world.set_grade(2, item, student.id, Some(15.into()));
    assert_eq!(said().await, ("7.5".to_owned(), "10.0".to_owned()));
}

#[actix_web::test]
async fn a_score_overwrites_the_row_whatever_the_gradebook_keeps() {
    let bench = bench(Flavour::Canvas).await;
    let token = bench.token().await;
    let (item, url) = report(&bench);
    let student = bench.person(CourseRole::Student);
    let all = format!("{url}/results");
    let said = async || {
        let row = bench.get(&all, &token, "*/*").await.json()[0].clone();
        (row["resultScore"].to_string(), row["resultMaximum"].to_string())
    };
    let points = || bench.world.grade(2, item, student.id).unwrap().points;
    let post = async |changes: Value| {
        let posted = bench.score(&url, &token, &student.sub, &changes).await;
        assert_eq!(posted.status, 200, "{}", posted.text);
    };
    post(json!({"scoreGiven": 60, "scoreMaximum": 100})).await;
    // Any grade that is there stays, the tool's own too; the row does not.
    post(json!({"scoreGiven": 80, "scoreMaximum": 100, SUBMISSION: {"prioritize_non_tool_grade": true}}))
        .await;
    assert_eq!(points(), Some(60.into()));
    assert_eq!(said().await, ("80.0".to_owned(), "100.0".to_owned()));
    post(json!({"gradingProgress": "PendingManual", SUBMISSION: {"preserve_score": true}})).await;
    assert_eq!(points(), Some(60.into()));
    assert_eq!(said().await.0, "null", "nothing was posted");
    bench.world.set_grade(2, item, student.id, Some(40.into()));
    assert_eq!(said().await, ("40.0".to_owned(), "100.0".to_owned()));
    // Repeated on another scale, the teacher's 40 of 100 reads as 4 of 1,000.
    let other = json!({"scoreGiven": 0.4, "scoreMaximum": 1, "gradingProgress": "PendingManual",
        SUBMISSION: {"preserve_score": true}});
    post(other).await;
    assert_eq!(said().await, ("0.004".to_owned(), "1.0".to_owned()));
    let same = json!({"scoreGiven": 40, "scoreMaximum": 100, "gradingProgress": "PendingManual",
        SUBMISSION: {"preserve_score": true}});
    post(same).await;
    assert_eq!(said().await, ("40.0".to_owned(), "100.0".to_owned()));
    assert_eq!(points(), Some(40.into()));
}

#[actix_web::test]
async fn one_status_refuses_for_many_reasons_in_two_shapes() {
    let bench = bench(Flavour::Canvas).await;
    let token = bench.token().await;
    let (item, url) = report(&bench);
    let student = bench.person(CourseRole::Student).sub;
    let full = json!({"scoreGiven": 1, "scoreMaximum": 2});
    for (closed, words) in [
        (Closed::Unpublished, "still unpublished"),
        (Closed::GradingPeriod, "closed grading period"),
        (Closed::Moderated, "being moderated"),
        (Closed::Concluded, "This course has concluded"),
    ] {
        bench.world.close_line_item(2, item, Some(closed));
        let refused = bench.score(&url, &token, &student, &full).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains(words), "{}", refused.text);
    }
    bench.world.close_line_item(2, item, None);
    bench.world.allow_attempts(2, item, Some(1));
    assert_eq!(bench.score(&url, &token, &student, &full).await.status, 200);
    let refused = bench.score(&url, &token, &student, &full).await;
    assert!(
        refused.status == 422 && refused.text.contains("allowed attempts"),
        "{}",
        refused.text
    );
    let grade = json!({"scoreGiven": 1, "scoreMaximum": 2, SUBMISSION: {"new_submission": false}});
    assert_eq!(bench.score(&url, &token, &student, &grade).await.status, 200);
}

#[actix_web::test]
async fn scores_are_refused_as_canvas_does() {
    let bench = bench(Flavour::Canvas).await;
    let token = bench.token().await;
    let (_, url) = report(&bench);
    let student = bench.person(CourseRole::Student).sub;
    let full = json!({"scoreGiven": 1, "scoreMaximum": 2});
    assert_eq!(bench.score(&url, &token, &student, &full).await.status, 200);
    assert_eq!(
        bench.score(&url, &token, &student, &full).await.status,
        200,
        "equal is fine"
    );
    bench.later(-1);
    assert_eq!(
        bench.score(&url, &token, &student, &full).await.status,
        400,
        "older is not"
    );
    for who in [CourseRole::Teacher, CourseRole::Observer, CourseRole::TestStudent] {
        assert_eq!(
            bench
                .score(&url, &token, &bench.person(who).sub, &full)
                .await
                .status,
            422
        );
    }
    let zero = json!({"scoreGiven": 1, "scoreMaximum": 0});
    assert_eq!(bench.score(&url, &token, &student, &zero).await.status, 422);
    let ahead = json!({"submission": {"submittedAt": "2027-01-01T00:00:00Z"}});
    assert_eq!(bench.score(&url, &token, &student, &ahead).await.status, 400);
    let results = bench.get(&format!("{url}/results"), &token, "*/*").await.json();
    assert_eq!(results[0]["resultScore"].to_string(), "1.0");
    assert_eq!(results[0]["resultMaximum"].to_string(), "2.0", "as it was posted");
    let (item, _) = report(&bench);
    let id = bench.person(CourseRole::Student).id;
    assert_eq!(
        bench.world.grade(2, item, id).unwrap().points,
        Some(50.into()),
        "rescaled to the assignment's points"
    );
}

#[actix_web::test]
async fn complete_is_all_of_the_points_in_the_gradebook_and_the_row_has_what_was_posted() {
    let bench = bench(Flavour::Canvas).await;
    let token = bench.token().await;
    let (item, url) = report(&bench);
    let student = bench.person(CourseRole::Student);
    let all = format!("{url}/results");
    let row = async || bench.get(&all, &token, "*/*").await.json()[0]["resultScore"].to_string();
    let points = || bench.world.grade(2, item, student.id).unwrap().points;
    assert!(bench.world.grade_pass_fail(2, item, true));
    for (given, shown) in [(1, 100), (0, 0), (60, 100)] {
        let posted = json!({"scoreGiven": given, "scoreMaximum": 100});
        let posted = bench.score(&url, &token, &student.sub, &posted).await;
        assert_eq!(posted.status, 200, "{}", posted.text);
        assert_eq!(points(), Some(shown.into()), "{given}");
        assert_eq!(row().await, format!("{given}.0"));
    }
    bench.world.set_grade(2, item, student.id, Some(1.into()));
    assert_eq!(points(), Some(100.into()), "a teacher says complete");
    assert_eq!(row().await, "100.0");
    bench.world.set_grade(2, item, student.id, Some(0.into()));
    assert_eq!((points(), row().await), (Some(0.into()), "0.0".to_owned()));
}

#[actix_web::test]
async fn a_late_policy_takes_from_the_gradebook_and_from_the_row_of_a_teachers_grade_alone() {
    let bench = bench(Flavour::Canvas).await;
    let token = bench.token().await;
    let (item, url) = report(&bench);
    let student = bench.person(CourseRole::Student);
    let all = format!("{url}/results");
    let row = async || bench.get(&all, &token, "*/*").await.json()[0]["resultScore"].to_string();
    let points = || bench.world.grade(2, item, student.id).unwrap().points;
    assert!(bench.world.deduct_for_lateness(2, item, student.id, 20.into()));
    let posted = json!({"scoreGiven": 90, "scoreMaximum": 100});
    let posted = bench.score(&url, &token, &student.sub, &posted).await;
    assert_eq!(posted.status, 200, "{}", posted.text);
    assert_eq!((points(), row().await), (Some(70.into()), "90.0".to_owned()));
    bench.world.set_grade(2, item, student.id, Some(95.into()));
    assert_eq!((points(), row().await), (Some(75.into()), "75.0".to_owned()));
    bench.world.deduct_for_lateness(2, item, student.id, 0.into());
    assert_eq!((points(), row().await), (Some(95.into()), "95.0".to_owned()));
    bench.world.deduct_for_lateness(2, item, student.id, 30.into());
    bench.world.set_grade(2, item, student.id, Some(10.into()));
    assert_eq!(points(), Some(0.into()), "not below zero");
}

#[actix_web::test]
async fn a_score_for_one_of_a_group_grades_them_all_and_makes_one_row() {
    let bench = bench(Flavour::Canvas).await;
    let token = bench.token().await;
    let (item, url) = report(&bench);
    let students = bench.world.students(2);
    let (one, other, alone) = (&students[0], &students[1], &students[2]);
    assert!(bench.world.group_students(2, item, &[one.id, other.id]));
    let posted = json!({"scoreGiven": 80, "scoreMaximum": 100});
    let posted = bench.score(&url, &token, &one.sub, &posted).await;
    assert_eq!(posted.status, 200, "{}", posted.text);
    for student in [one, other] {
        let grade = bench.world.grade(2, item, student.id).unwrap();
        assert_eq!(
            (grade.points, grade.has_result),
            (Some(80.into()), student.id == one.id)
        );
    }
    assert!(bench.world.grade(2, item, alone.id).is_none());
    let rows = bench.get(&format!("{url}/results"), &token, "*/*").await.json();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    // A teacher's grade makes the other one's row.
    bench.world.set_grade(2, item, other.id, Some(85.into()));
    let rows = bench.get(&format!("{url}/results"), &token, "*/*").await.json();
    assert_eq!(rows.as_array().unwrap().len(), 2, "{rows}");
}

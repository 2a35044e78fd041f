use std::time::Duration;

use chrono::{DateTime, TimeDelta};

use serde_json::json;

use super::super::fake::{World, answer, dec, scripted, url};
use super::*;
use crate::registration::Flavour;
use crate::transport::{Method, NetError};
use ambient::clock::Clock as _;

const ITEM: &str = "https://lms.example/2/lineitems/7/lineitem?type_id=1";

fn now(world: &World) -> DateTime<Utc> {
    world.clock.now()
}

#[expect(clippy::unnecessary_wraps, reason = "an entry of a script")]
fn ok() -> Result<Response, NetError> {
    Ok(answer(200, ""))
}

fn posts(world: &World) -> Vec<serde_json::Value> {
    let requests = world.requests();
    let posts = requests.iter().filter(|request| request.method == Method::Post);
    posts
        .map(|request| serde_json::from_slice(&request.body).unwrap())
        .collect()
}

async fn post(world: &World, score: &Score) -> Result<Posted, ServiceError> {
    world.platform.post_score(&url(ITEM), score).await
}

#[tokio::test]
async fn a_grade_for_moodle_is_plain_and_exact() {
    let world = scripted(Flavour::Moodle, vec![ok()]);
    let mut score = Score::graded("5", now(&world), dec("30.50"), dec("60"));
    score.comment = Some("well done".to_owned());
    score.submitted_at = Some(now(&world) - TimeDelta::hours(1));
    let posted = post(&world, &score).await.unwrap();
    assert_eq!(
        posted,
        Posted {
            timestamp: now(&world),
            result_url: None,
            already_there: false
        }
    );
    assert_eq!(
        std::str::from_utf8(&world.requests()[0].body).unwrap(),
        concat!(
            r#"{"userId":"5","timestamp":"2026-11-23T22:03:11.250Z","activityProgress":"Completed","#,
            r#""gradingProgress":"FullyGraded","scoreGiven":30.5,"scoreMaximum":60,"comment":"well done","#,
            r#""submission":{"submittedAt":"2026-11-23T21:03:11.250Z"}}"#
        )
    );
    assert_eq!(
        world.urls(),
        ["https://lms.example/2/lineitems/7/lineitem/scores?type_id=1"]
    );
    let kind = (
        "content-type".to_owned(),
        "application/vnd.ims.lis.v1.score+json".to_owned(),
    );
    assert!(world.requests()[0].headers.contains(&kind));
}

#[tokio::test]
async fn canvas_gets_its_extension_and_tells_where_the_result_is() {
    let body = r#"{"resultUrl":"https://lms.example/api/lti/courses/1/line_items/2/results/3"}"#;
    let world = scripted(Flavour::Canvas, vec![Ok(answer(200, body)), ok(), ok()]);
    let graded = Score::graded("u", now(&world), dec("1"), dec("2"));
    let posted = post(&world, &graded).await.unwrap();
    assert_eq!(
        posted.result_url.unwrap().path(),
        "/api/lti/courses/1/line_items/2/results/3"
    );
    let extension = "https://canvas.instructure.com/lti/submission";
    assert_eq!(world.sent(0)[extension], json!({"new_submission": false}));
    let full = CanvasSubmission {
        new_submission: Some(true),
        preserve_score: Some(true),
        prioritize_non_tool_grade: Some(true),
        submission_type: Some(SubmissionType::OnlineTextEntry),
        submission_data: Some("my text".to_owned()),
    };
    post(
        &world,
        &Score {
            canvas: Some(full),
            ..Score::pending("u", now(&world))
        },
    )
    .await
    .unwrap();
    assert_eq!(
        world.sent(1)[extension],
        json!({"new_submission": true, "preserve_score": true, "prioritize_non_tool_grade": true,
               "submission_type": "online_text_entry", "submission_data": "my text"})
    );
}

#[test]
fn a_pending_score_goes_over_no_result_except_in_canvas() {
    let row = ResultRow {
        user_id: "5".to_owned(),
        score: None,
        maximum: None,
        comment: None,
        timestamp: None,
    };
    assert!(pending_score_allowed(&Flavour::Canvas.capabilities(), Some(&row)));
    let graded = ResultRow {
        score: Some(dec("4")),
        ..row.clone()
    };
    assert!(!pending_score_allowed(
        &Flavour::Canvas.capabilities(),
        Some(&graded)
    ));
    assert!(!pending_score_allowed(
        &Flavour::Moodle.capabilities(),
        Some(&row)
    ));
    assert!(!pending_score_allowed(&Flavour::Other.capabilities(), Some(&row)));
    for flavour in [Flavour::Canvas, Flavour::Moodle, Flavour::Other] {
        assert!(pending_score_allowed(&flavour.capabilities(), None));
    }
}

#[test]
fn a_grade_is_repeated_in_points_of_its_column() {
    let row = |score: Option<&str>, maximum: Option<&str>| ResultRow {
        user_id: "5".to_owned(),
        score: score.map(dec),
        maximum: maximum.map(dec),
        comment: None,
        timestamp: None,
    };
    let at = DateTime::UNIX_EPOCH;
    let over = |row: &ResultRow, column: &str| Score::pending_over("5", at, row, dec(column));
    for (score, maximum, column, given) in [
        ("4", Some("10"), "10", "4"),
        ("0.4", None, "10", "4"),
        ("8", Some("10"), "20", "16"),
        ("1", Some("3"), "10", "3.333333333"),
    ] {
        let again = over(&row(Some(score), maximum), column).unwrap();
        assert_eq!(again.score_given, Some(dec(given)), "{score} of {maximum:?}");
        assert_eq!(again.score_maximum, Some(dec(column)));
        assert_eq!(again.grading_progress, GradingProgress::PendingManual);
        assert_eq!(again.canvas.unwrap().preserve_score, Some(true));
    }
    assert_eq!(over(&row(None, Some("10")), "10"), None);
    assert_eq!(over(&row(Some("4"), Some("0")), "10"), None);
    assert_eq!(over(&row(Some("4"), Some("10")), "0"), None);
}

#[tokio::test]
async fn a_grade_that_is_repeated_never_goes_over_another_one() {
    let refused = r#"{"errors":"Provided timestamp of 2026-11-23 before last updated timestamp"}"#;
    for (there, posted) in [("4", true), ("9", false)] {
        let result = format!(r#"[{{"userId":"u","resultScore":{there},"resultMaximum":10}}]"#);
        let answers = vec![Ok(answer(400, refused)), Ok(answer(200, &result)), ok()];
        let world = scripted(Flavour::Canvas, answers);
        let score = Score {
            score_given: Some(dec("4")),
            score_maximum: Some(dec("10")),
            ..Score::pending("u", now(&world))
        };
        assert_eq!(post(&world, &score).await.is_ok(), posted, "{there}");
        assert_eq!(posts(&world).len(), if posted { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_score_that_makes_no_sense_is_not_sent() {
    let world = scripted(Flavour::Moodle, Vec::new());
    let good = Score::graded("5", now(&world), dec("1"), dec("2"));
    for (given, maximum) in [
        (Some(dec("-1")), Some(dec("2"))),
        (Some(dec("1")), None),
        (Some(dec("1")), Some(dec("0"))),
    ] {
        let bad = Score {
            score_given: given,
            score_maximum: maximum,
            ..good.clone()
        };
        assert!(matches!(
            post(&world, &bad).await.unwrap_err().reason,
            Reason::Invalid(_)
        ));
    }
}

#[tokio::test]
async fn two_scores_for_one_person_get_two_seconds_in_moodle() {
    let world = scripted(Flavour::Moodle, vec![ok(), ok(), ok()]);
    let score = Score::graded("5", now(&world), dec("1"), dec("2"));
    post(&world, &score).await.unwrap();
    let second = post(&world, &score).await.unwrap();
    assert_eq!(world.waits(), [Duration::from_millis(750)]);
    assert_eq!(second.timestamp.timestamp(), score.timestamp.timestamp() + 1);
    assert!(second.timestamp <= now(&world), "never ahead of the clock");
    post(
        &world,
        &Score {
            user_id: "6".to_owned(),
            ..score
        },
    )
    .await
    .unwrap();
    assert_eq!(world.waits().len(), 1, "another person need not wait");
}

#[tokio::test]
async fn a_409_for_the_same_value_is_a_success() {
    let result =
        r#"[{"userId":"5","resultScore":20,"resultMaximum":60,"timestamp":"2026-11-23T22:03:11+00:00"}]"#;
    let world = scripted(
        Flavour::Moodle,
        vec![Ok(answer(409, "[]")), Ok(answer(200, result))],
    );
    let posted = post(&world, &Score::graded("5", now(&world), dec("1"), dec("3")))
        .await
        .unwrap();
    assert!(posted.already_there);
    assert_eq!(posts(&world).len(), 1);
}

#[tokio::test]
async fn a_409_for_another_value_waits_for_a_new_second_and_posts_once_more() {
    let result =
        r#"[{"userId":"5","resultScore":10,"resultMaximum":60,"timestamp":"2026-11-23T22:03:12+00:00"}]"#;
    let world = scripted(
        Flavour::Moodle,
        vec![Ok(answer(409, "[]")), Ok(answer(200, result)), ok()],
    );
    let posted = post(&world, &Score::graded("5", now(&world), dec("1"), dec("2")))
        .await
        .unwrap();
    assert_eq!(posted.timestamp.to_rfc3339(), "2026-11-23T22:03:13+00:00");
    assert_eq!(posts(&world)[1]["timestamp"], "2026-11-23T22:03:13.000Z");
    assert_eq!(world.waits(), [Duration::from_millis(1_750)]);
}

#[tokio::test]
async fn a_result_far_in_the_future_or_a_second_409_stays_a_conflict() {
    let result =
        r#"[{"userId":"5","resultScore":10,"resultMaximum":60,"timestamp":"2027-01-01T00:00:00+00:00"}]"#;
    let world = scripted(
        Flavour::Moodle,
        vec![Ok(answer(409, "[]")), Ok(answer(200, result))],
    );
    let error = post(&world, &Score::graded("5", now(&world), dec("1"), dec("2")))
        .await
        .unwrap_err();
    assert!(matches!(error.reason, Reason::Conflict));
    assert!(world.waits().is_empty());
    let world = scripted(
        Flavour::Moodle,
        vec![
            Ok(answer(409, "[]")),
            Ok(answer(200, "[]")),
            Ok(answer(409, "[]")),
        ],
    );
    let error = post(&world, &Score::graded("5", now(&world), dec("1"), dec("2")))
        .await
        .unwrap_err();
    assert!(matches!(error.reason, Reason::Conflict));
}

#[tokio::test]
async fn a_pending_score_that_meets_a_newer_one_in_moodle_is_given_up() {
    let result = r#"[{"userId":"5","resultScore":10,"resultMaximum":60}]"#;
    let world = scripted(
        Flavour::Moodle,
        vec![Ok(answer(409, "[]")), Ok(answer(200, result))],
    );
    let error = post(&world, &Score::pending("5", now(&world))).await.unwrap_err();
    assert!(matches!(error.reason, Reason::Conflict));
    assert_eq!(posts(&world).len(), 1);
}

#[tokio::test]
async fn canvas_names_a_timestamp_that_is_too_old_and_gets_the_present_one() {
    let refused = r#"{"errors":"Provided timestamp of 2026-11-23 before last updated timestamp"}"#;
    let world = scripted(
        Flavour::Canvas,
        vec![Ok(answer(400, refused)), Ok(answer(200, "[]")), ok()],
    );
    let old = now(&world) - TimeDelta::days(1);
    let posted = post(&world, &Score::graded("u", old, dec("1"), dec("2")))
        .await
        .unwrap();
    assert_eq!(posted.timestamp, now(&world));
}

#[tokio::test]
async fn a_post_with_unknown_outcome_is_repeated_only_where_that_changes_nothing() {
    let timed_out = || Err(NetError::TimedOut(url(ITEM)));
    for (flavour, comment, attempt, repeated) in [
        (Flavour::Moodle, true, true, true),
        (Flavour::Canvas, false, false, true),
        (Flavour::Canvas, true, false, false),
        (Flavour::Canvas, false, true, false),
        (Flavour::Other, false, true, true),
        (Flavour::Other, true, true, false),
    ] {
        let world = scripted(flavour, vec![timed_out(), ok()]);
        let mut score = Score::graded("5", now(&world), dec("1"), dec("2"));
        score.comment = comment.then(|| "x".to_owned());
        score.canvas = Some(CanvasSubmission {
            new_submission: Some(attempt),
            ..CanvasSubmission::default()
        });
        let outcome = post(&world, &score).await;
        assert_eq!(outcome.is_ok(), repeated, "{flavour:?} {comment} {attempt}");
        assert_eq!(posts(&world).len(), if repeated { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_throttled_post_is_always_repeated() {
    let throttled = Ok(answer(403, "403 Forbidden (Rate Limit Exceeded)"));
    let world = scripted(Flavour::Canvas, vec![throttled, ok()]);
    let mut score = Score::pending("5", now(&world));
    score.comment = Some("x".to_owned());
    assert!(post(&world, &score).await.is_ok());
}

#[tokio::test]
async fn a_time_out_whose_post_was_stored_ends_well_in_moodle() {
    let result = r#"[{"userId":"5","resultScore":"30.00000","resultMaximum":60}]"#;
    let world = scripted(
        Flavour::Moodle,
        vec![
            Err(NetError::TimedOut(url(ITEM))),
            Ok(answer(409, "[]")),
            Ok(answer(200, result)),
        ],
    );
    assert!(
        post(&world, &Score::graded("5", now(&world), dec("1"), dec("2")))
            .await
            .unwrap()
            .already_there
    );
}

#[tokio::test]
async fn a_person_who_cannot_be_graded_is_said_so_once() {
    let world = scripted(
        Flavour::Canvas,
        vec![Ok(answer(422, r#"{"errors":"User not found in course"}"#))],
    );
    let error = post(&world, &Score::graded("t", now(&world), dec("1"), dec("2")))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("User not found in course"), "{error}");
    assert!(!error.retryable());
}

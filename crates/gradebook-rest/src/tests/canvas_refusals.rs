//! What Canvas refuses, and how.

use super::canvas::{HOST, canvas, list, rule};
use super::{Asked, Lms, all, ok, status, with};
use crate::canvas::Wanted;
use crate::canvas::scope::Scope;
use crate::transport::{NetError, Response};
use crate::{Batch, Part, Reason, Remedy, Token, Wait};

async fn reason(answer: Result<Response, NetError>) -> Reason {
    let lms = Lms::new(move |_: &Asked| answer.clone());
    canvas(&lms).assignments("4711").await.unwrap_err().reason
}

fn errors(message: &str) -> String {
    format!(r#"{{"errors":[{{"message":"{message}"}}]}}"#)
}

#[tokio::test]
async fn a_dead_token_a_missing_scope_and_a_missing_right_are_told_apart() {
    let challenged = |message: &str| {
        with(
            status(401, errors(message)),
            "WWW-Authenticate",
            "Bearer realm=\"canvas-lms\"",
        )
    };
    assert_eq!(
        reason(challenged("Invalid access token.")).await,
        Reason::TokenRefused
    );
    assert_eq!(
        reason(challenged("Revoked access token.")).await,
        Reason::TokenRefused
    );
    assert_eq!(
        reason(challenged("Expired access token.")).await,
        Reason::TokenEnded
    );
    assert_eq!(
        reason(status(401, errors("Insufficient scopes on access token."))).await,
        Reason::ScopeMissing(Scope::Assignments)
    );
    let unauthorized = r#"{"status":"unauthorized","errors":[{"message":"Usuario no autorizado"}]}"#;
    for code in [401, 403] {
        assert_eq!(reason(status(code, unauthorized)).await, Reason::NotAllowed);
    }
    assert_eq!(
        reason(status(401, r#"{"errors":"Invalid as_user_id"}"#)).await,
        Reason::NotAllowed
    );
    assert_eq!(reason(status(403, "")).await, Reason::NotAllowed);
    assert_eq!(
        reason(status(403, r#"{"error":"invalid assignment ids requested"}"#)).await,
        Reason::UnknownAssignment
    );
    assert_eq!(reason(status(404, errors("x"))).await, Reason::Gone);
    assert_eq!(reason(status(302, "")).await, Reason::Redirected(302));
    assert_eq!(reason(status(400, "{}")).await, Reason::Rejected(400));
}

#[tokio::test]
async fn going_too_fast_is_a_wait_and_not_a_missing_right() {
    let text = "403 Forbidden (Rate Limit Exceeded)\n";
    for answer in [
        status(403, text),
        with(status(403, ""), "X-Rate-Limit-Remaining", "0.0"),
        with(status(403, ""), "x-rate-limit-remaining", "-12.5"),
        status(429, "429 Too Many Requests (Rate Limit Exceeded)"),
    ] {
        assert_eq!(
            reason(answer).await.remedy(),
            Remedy::Wait(Wait {
                least: std::time::Duration::from_secs(10),
                most: std::time::Duration::from_secs(30)
            })
        );
    }
    let asked = reason(with(status(429, ""), "Retry-After", "45")).await;
    let Remedy::Wait(wait) = asked.remedy() else {
        panic!("{asked}")
    };
    assert_eq!(wait.least.as_secs(), 45);
    assert_eq!(
        reason(with(status(403, ""), "X-Rate-Limit-Remaining", "598.2")).await,
        Reason::NotAllowed
    );
}

#[tokio::test]
async fn a_page_for_people_nothing_and_half_an_answer_pass() {
    for (body, expected) in [
        ("<!DOCTYPE html><html>", Reason::Html),
        ("", Reason::Empty),
        ("[{\"id\":1", Reason::HalfABody),
    ] {
        let reason = reason(ok(body)).await;
        assert_eq!(reason, expected);
        assert!(reason.is_passing());
    }
    assert!(matches!(reason(ok("{}")).await, Reason::Malformed { .. }));
    assert_eq!(reason(status(504, "<html>")).await, Reason::OutOfOrder(Some(504)));
    assert_eq!(reason(Err(NetError::TooLarge(9))).await.remedy(), Remedy::None);
}

/// A course of two pages of submissions.
fn paged(next: &'static str) -> impl Fn(&Asked) -> Result<Response, NetError> {
    let submission = |id: u32| {
        format!(
            r#"{{"user_id":"1","assignment_id":"{id}","workflow_state":"graded","score":{id},"posted_at":"2026-11-19T12:00:00Z"}}"#
        )
    };
    let assignments = [1, 2].map(|id| format!(r#"{{"id":"{id}","published":true,"grading_type":"points"}}"#));
    let inner = rule(
        list(&assignments),
        r#"[{"user_id":"1","type":"StudentEnrollment","enrollment_state":"active"}]"#.into(),
        list(&[submission(1)]),
    );
    move |asked| {
        if asked.path.ends_with("students/submissions") {
            if asked.query.contains("page=2") {
                return ok(list(&[submission(2)]));
            }
            return with(inner(asked), "link", next);
        }
        inner(asked)
    }
}

const NEXT: &str =
    "<https://school.instructure.example/api/v1/courses/4711/students/submissions?page=2>; rel=\"next\"";

#[tokio::test]
async fn a_reading_goes_on_where_it_stopped() {
    let lms = Lms::new(paged(NEXT));
    let canvas = canvas(&lms);
    let mut grades = canvas.grades("4711", &Wanted::default()).await.unwrap();
    assert_eq!(grades.next().await.unwrap().unwrap().rows.len(), 1);
    lms.first(status(429, ""));
    assert!(matches!(
        grades.next().await.unwrap_err().remedy(),
        Remedy::Wait(_)
    ));
    let first = grades.next().await.unwrap().unwrap();
    assert_eq!(first.rows[0].item.as_str(), "1");
    lms.first(with(status(401, "{}"), "www-authenticate", "Bearer"));
    assert_eq!(grades.next().await.unwrap_err().remedy(), Remedy::Refresh);
    canvas.renew(Token::new("7~new"));
    lms.first(Err(NetError::TimedOut));
    assert!(matches!(
        grades.next().await.unwrap_err().remedy(),
        Remedy::Wait(_)
    ));
    let second = grades.next().await.unwrap().unwrap();
    assert_eq!(second.rows[0].item.as_str(), "2");
    assert_eq!(
        lms.asked().last().unwrap().header("authorization"),
        Some("Bearer 7~new")
    );
    assert_eq!(grades.next().await.unwrap(), None);
    assert_eq!(grades.next().await.unwrap(), None);
    assert!(grades.coverage().is_whole(Part::Grades));
}

#[tokio::test]
async fn a_next_page_elsewhere_ends_the_reading_and_keeps_what_was_read() {
    for (next, expected) in [
        (
            "<https://evil.example/x?page=2>; rel=\"next\"",
            Reason::ForeignHost,
        ),
        ("<?page=1>; rel=\"next\"", Reason::Endless),
    ] {
        let lms = Lms::new(paged(next));
        let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
        let rows = all(&mut grades).await;
        assert!(rows.iter().any(|row| row.item.as_str() == "1"));
        assert_eq!(grades.coverage().missing, [(Part::Grades, expected)]);
        assert!(!grades.coverage().is_whole(Part::Grades));
        assert!(
            lms.asked()
                .iter()
                .all(|asked| asked.request.url.as_str().starts_with(HOST))
        );
    }
}

#[tokio::test]
async fn without_the_list_of_people_grades_are_read_and_the_gap_is_named() {
    let inner = paged(NEXT);
    let lms = Lms::new(move |asked: &Asked| {
        if asked.path.ends_with("enrollments") || asked.path.ends_with("assignment_groups") {
            return status(401, errors("Insufficient scopes on access token."));
        }
        inner(asked)
    });
    let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
    assert_eq!(all(&mut grades).await.len(), 2);
    let missing: Vec<Part> = grades.coverage().missing.iter().map(|(part, _)| *part).collect();
    assert_eq!(missing, [Part::Categories, Part::People, Part::Totals]);
    assert!(
        !grades.coverage().is_whole(Part::Grades),
        "it may be a reader who sees one section"
    );
}

#[tokio::test]
async fn a_bucket_that_runs_low_is_told_before_it_is_empty() {
    let inner = paged(NEXT);
    let lms = Lms::new(move |asked: &Asked| with(inner(asked), "X-Rate-Limit-Remaining", "57.9"));
    let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
    let Batch { pause, .. } = grades.next().await.unwrap().unwrap();
    assert_eq!(pause.unwrap().least.as_secs(), 5);
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_or_for_an_id_that_cannot_be_one() {
    let lms = Lms::new(|_: &Asked| ok("[]"));
    for course in ["", "..", "4711/users", "47 11", "a\u{0}"] {
        let error = canvas(&lms).assignments(course).await.unwrap_err();
        assert_eq!(error.reason, Reason::NoId, "{course:?}");
    }
    assert_eq!(lms.count(), 0);
    for base in [
        "http://school.instructure.example",
        "https://school.instructure.example/x",
        "data:text/plain,x",
    ] {
        let made = crate::canvas::Canvas::new(
            lms.clone(),
            &base.parse().unwrap(),
            Token::new("t"),
            "Cairn",
            crate::Limits::default(),
        );
        assert_eq!(made.unwrap_err(), Reason::NoAddress, "{base}");
    }
}

#[tokio::test]
async fn every_list_has_a_bound_and_says_so() {
    let few = |limits: crate::Limits| {
        let lms = Lms::new(paged(NEXT));
        let base = HOST.parse().unwrap();
        crate::canvas::Canvas::new(lms, &base, Token::new("t"), "Cairn", limits).unwrap()
    };
    let items = crate::Limits {
        items: 1,
        ..crate::Limits::default()
    };
    let error = few(items).grades("4711", &Wanted::default()).await.unwrap_err();
    assert_eq!(error.reason, Reason::TooMany(1));
    let pages = crate::Limits {
        pages: 1,
        ..crate::Limits::default()
    };
    let mut grades = few(pages).grades("4711", &Wanted::default()).await.unwrap();
    assert_eq!(all(&mut grades).await.len(), 2, "the first page is kept");
    assert_eq!(grades.coverage().missing, [(Part::Grades, Reason::Endless)]);
    let people = crate::Limits {
        people: 0,
        ..crate::Limits::default()
    };
    let mut grades = few(people).grades("4711", &Wanted::default()).await.unwrap();
    all(&mut grades).await;
    assert_eq!(grades.coverage().missing[0], (Part::People, Reason::TooMany(0)));
    let answer = crate::Limits {
        answer: 77,
        ..crate::Limits::default()
    };
    let lms = Lms::new(|asked: &Asked| Err(NetError::TooLarge(asked.request.max_body)));
    let base = HOST.parse().unwrap();
    let canvas = crate::canvas::Canvas::new(lms, &base, Token::new("t"), "Cairn", answer).unwrap();
    assert_eq!(
        canvas.course("4711").await.unwrap_err().reason,
        Reason::Net(NetError::TooLarge(77))
    );
}

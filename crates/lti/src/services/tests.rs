use std::time::Duration;

use super::error::Reason;
use super::fake::{World, answer, granted, scripted, url, with};
use super::grades::LineItemFilter;
use super::media::scope;
use crate::registration::Flavour;
use crate::transport::{NetError, Response};

const ITEM: &str = "https://lms.example/2/lineitems/7/lineitem?type_id=1";

fn lms() -> url::Url {
    url("https://lms.example/")
}

async fn read(script: Vec<Result<Response, NetError>>) -> (World, Result<usize, Reason>) {
    let world = scripted(Flavour::Moodle, script);
    let outcome = world.platform.results(&url(ITEM)).await;
    (
        world,
        outcome.map(|rows| rows.len()).map_err(|error| error.reason),
    )
}

#[tokio::test]
async fn a_token_that_is_refused_is_dropped_and_the_call_made_once_more() {
    let (world, outcome) = read(vec![Ok(answer(401, "")), Ok(answer(200, "[]"))]).await;
    assert_eq!(outcome.unwrap(), 0);
    let used: Vec<String> = world
        .requests()
        .iter()
        .map(|request| request.headers.last().unwrap().1.clone())
        .collect();
    assert_eq!(used, ["Bearer t0", "Bearer t1"]);
    assert!(world.waits().is_empty());
}

#[tokio::test]
async fn a_second_401_is_final() {
    let (world, outcome) = read(vec![Ok(answer(401, "")), Ok(answer(401, ""))]).await;
    assert!(matches!(outcome, Err(Reason::Unauthorized)), "{outcome:?}");
    assert_eq!(world.requests().len(), 2);
}

/// What of the calls to services went out with which token.
fn tokens_used(world: &World) -> Vec<String> {
    let requests = world.requests();
    let used = requests
        .iter()
        .map(|request| request.headers.last().unwrap().1.clone());
    used.collect()
}

#[tokio::test]
async fn a_kept_token_that_meets_403_is_replaced_once() {
    let script = vec![
        Ok(answer(200, "[]")),
        Ok(answer(403, r#"{"error":"invalid token"}"#)),
        Ok(answer(200, "[]")),
    ];
    let world = scripted(Flavour::Moodle, script);
    for _ in 0..2 {
        world.platform.results(&url(ITEM)).await.unwrap();
    }
    assert_eq!(tokens_used(&world), ["Bearer t0", "Bearer t0", "Bearer t1"]);
    assert!(world.waits().is_empty());
}

#[tokio::test]
async fn calls_at_one_time_that_met_the_same_forgotten_token_share_the_new_one() {
    let lost = std::sync::atomic::AtomicBool::new(false);
    let lost = std::sync::Arc::new(lost);
    let is_lost = std::sync::Arc::clone(&lost);
    let world = super::fake::ruled(Flavour::Moodle, Duration::from_millis(5), move |request| {
        let carries_old = request.headers.iter().any(|(_, value)| value == "Bearer t0");
        let forgotten = carries_old && is_lost.load(std::sync::atomic::Ordering::SeqCst);
        Ok(answer(if forgotten { 403 } else { 200 }, "[]"))
    });
    world.platform.results(&url(ITEM)).await.unwrap();
    lost.store(true, std::sync::atomic::Ordering::SeqCst);
    for read in world.platform.results_of_many(&vec![url(ITEM); 20]).await {
        read.unwrap();
    }
    assert_eq!(world.lms.tokens.load(std::sync::atomic::Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_403_that_means_what_it_says_costs_no_token_at_each_call() {
    let mut script = vec![Ok(answer(200, "[]"))];
    script.extend((0..9).map(|_| Ok(answer(403, "not yours"))));
    let world = scripted(Flavour::Moodle, script);
    world.platform.results(&url(ITEM)).await.unwrap();
    for _ in 0..5 {
        let refused = world.platform.results(&url(ITEM)).await.unwrap_err();
        assert!(matches!(refused.reason, Reason::Forbidden(_)), "{refused}");
    }
    assert_eq!(world.requests().len(), 7, "one of the five was tried twice");
    assert_eq!(world.lms.tokens.load(std::sync::atomic::Ordering::SeqCst), 2);
    world.clock.advance(chrono::TimeDelta::seconds(61));
    world.platform.results(&url(ITEM)).await.unwrap_err();
    assert_eq!(world.lms.tokens.load(std::sync::atomic::Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_403_with_the_marks_of_throttling_is_waited_out_with_the_token_that_is_there() {
    for throttled in [
        answer(403, "403 Forbidden (Rate Limit Exceeded)"),
        with(answer(403, ""), "x-rate-limit-remaining", "0.0"),
        with(answer(403, ""), "retry-after", "1"),
    ] {
        let world = scripted(
            Flavour::Canvas,
            vec![Ok(answer(200, "[]")), Ok(throttled), Ok(answer(200, "[]"))],
        );
        for _ in 0..2 {
            world.platform.results(&url(ITEM)).await.unwrap();
        }
        assert_eq!(tokens_used(&world), ["Bearer t0"; 3]);
        assert_eq!(world.waits().len(), 1);
    }
}

#[tokio::test]
async fn a_score_that_met_a_forgotten_token_is_posted_once_more() {
    for status in [401, 403] {
        let world = scripted(
            Flavour::Moodle,
            vec![Ok(answer(200, "")), Ok(answer(status, "")), Ok(answer(200, ""))],
        );
        let score = super::score::Score::pending("5", chrono::DateTime::UNIX_EPOCH);
        world.platform.post_score(&url(ITEM), &score).await.unwrap();
        world.platform.post_score(&url(ITEM), &score).await.unwrap();
        assert_eq!(
            tokens_used(&world),
            ["Bearer t0", "Bearer t0", "Bearer t1"],
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_result_row_that_cannot_be_read_spoils_no_other() {
    let body = r#"[{"userId":"5","resultScore":3}, null, 7, {"userId":"9\u0000"}, {"resultScore":1}, {"userId":"6","comment":"a\u0000b\nc"}]"#;
    let world = scripted(Flavour::Moodle, vec![Ok(answer(200, body))]);
    let rows = world.platform.results(&url(ITEM)).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.user_id.as_str()).collect();
    assert_eq!(ids, ["5", "6"]);
    assert_eq!(rows[1].comment.as_deref(), Some("ab\nc"));
}

#[tokio::test]
async fn passing_troubles_are_waited_out_with_longer_and_longer_waits() {
    let (world, outcome) = read(vec![
        Ok(answer(403, "403 Forbidden (Rate Limit Exceeded)")),
        Ok(answer(429, "")),
        Ok(answer(500, "<h1>oops</h1>")),
        Err(NetError::TimedOut(lms())),
        Ok(answer(200, "[]")),
    ])
    .await;
    assert_eq!(outcome.unwrap(), 0);
    let waits = world.waits();
    assert_eq!(waits.len(), 4);
    for (at, wait) in waits.iter().enumerate() {
        let base = Duration::from_millis(500) * (1 << at);
        assert!((base..=base * 2).contains(wait), "wait {at} was {wait:?}");
    }
    assert_eq!(
        world.platform.in_flight(),
        2,
        "two throttlings halve ten to five to two"
    );
}

#[tokio::test]
async fn half_a_body_and_a_refused_connection_are_tried_again() {
    let (_, outcome) = read(vec![
        Ok(answer(200, r#"[{"userId":"5","#)),
        Err(NetError::BrokenOff(lms(), "reset".to_owned())),
        Err(NetError::Unreachable(lms(), "refused".to_owned())),
        Ok(answer(200, r#"[{"userId":"5"}]"#)),
    ])
    .await;
    assert_eq!(outcome.unwrap(), 1);
}

#[tokio::test]
async fn tries_are_bounded() {
    let (world, outcome) = read((0..9).map(|_| Ok(answer(503, ""))).collect()).await;
    assert!(
        matches!(outcome, Err(Reason::Unavailable { status: 503, .. })),
        "{outcome:?}"
    );
    assert_eq!(world.requests().len(), 5);
}

#[tokio::test]
async fn the_platform_may_ask_for_a_longer_wait_but_not_for_ever() {
    let slow = |seconds| Ok(with(answer(429, ""), "retry-after", seconds));
    let (world, outcome) = read(vec![slow("7"), Ok(answer(200, "[]"))]).await;
    assert!(outcome.is_ok());
    assert_eq!(world.waits(), [Duration::from_secs(7)]);
    let (world, outcome) = read(vec![slow("3600")]).await;
    assert_eq!(outcome.unwrap_err().retry_after(), Some(Duration::from_hours(1)));
    assert!(world.waits().is_empty());
}

#[tokio::test]
async fn what_waiting_does_not_heal_is_not_tried_again() {
    let answers: Vec<Result<Response, NetError>> = vec![
        Ok(answer(400, "No handler found")),
        Ok(answer(403, "no")),
        Ok(answer(404, "")),
        Ok(answer(302, "")),
        Ok(answer(200, "<html>maintenance</html>")),
        Ok(answer(200, r#"{"exception":"x"}"#)),
        Err(NetError::Refused(lms(), "inner".to_owned())),
        Err(NetError::TooLarge(lms(), 9)),
    ];
    for single in answers {
        let (world, outcome) = read(vec![single.clone()]).await;
        assert!(outcome.is_err(), "{single:?}");
        assert_eq!(world.requests().len(), 1, "{single:?}");
    }
}

#[tokio::test]
async fn a_scope_that_is_not_granted_is_not_asked_for() {
    let world = granted(Flavour::Moodle, &[scope::SCORE], Vec::new());
    let error = world.platform.results(&url(ITEM)).await.unwrap_err();
    assert!(matches!(error.reason, Reason::NotGranted(scope) if scope == scope::RESULT_READ));
    assert!(world.requests().is_empty());
}

#[tokio::test]
async fn line_items_are_read_with_the_full_scope_where_only_that_is_granted() {
    let world = granted(Flavour::Moodle, &[scope::LINE_ITEM], vec![Ok(answer(200, "[]"))]);
    let items = url("https://lms.example/2/lineitems?type_id=1");
    assert!(
        world
            .platform
            .line_items(&items, &LineItemFilter::default())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn calls_can_be_moved_between_threads() {
    let world = scripted(
        Flavour::Moodle,
        vec![Ok(answer(200, "[]")), Ok(answer(200, r#"{"members":[]}"#))],
    );
    let platform = world.platform.clone();
    let reading = tokio::spawn(async move {
        let results = platform.results_of_many(&[url(ITEM)]).await;
        (results, platform.members(&lms()).await)
    });
    let (results, members) = reading.await.unwrap();
    assert!(results[0].is_ok() && members.unwrap().members.is_empty());
    let platform = world.platform.clone();
    drop(async move {
        let score = super::score::Score::pending("5", chrono::DateTime::UNIX_EPOCH);
        let send = |future: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>| drop(future);
        send(Box::pin(async move {
            let _ = platform.post_score(&lms(), &score).await;
            let _ = platform.read_course(&lms(), &[lms()]).await;
        }));
    });
}

#[test]
fn of_rows_read_twice_the_last_stays() {
    let rows = vec![("a", 1), ("b", 2), ("a", 3)];
    assert_eq!(super::last_of_each(rows, |row| row.0), [("b", 2), ("a", 3)]);
}

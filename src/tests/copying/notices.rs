//! What platforms tell without a browser: copies of courses, and whether they tell at all.

use std::time::Duration;

use crate::domain::course::{CopyFoundBy, Course};
use crate::store::notice_handlers::{self, Subscription};
use practice_lms::browser::Browser;
use practice_lms::keys::{Jwt, platform_keys};
use practice_lms::{Endpoint, Fault};
use reqwest::Method;
use serde_json::json;

use super::{copied, copies_of, known, offer, teacher};
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::showing::stage::until;

const COPY: &str = "LtiContextCopyNotice";

/// Delivers tokens as a platform does.
async fn deliver(scene: &Scene, jwts: &[&str]) -> u16 {
    let notices: Vec<_> = jwts.iter().map(|jwt| json!({ "jwt": jwt })).collect();
    let body = json!({ "notices": notices }).to_string().into_bytes();
    post(scene, body).await
}

async fn post(scene: &Scene, body: Vec<u8>) -> u16 {
    let mut platform = Browser::new().unwrap();
    let url = format!("{}/lti/notices", scene.origin);
    let headers = [("content-type", "application/json")];
    let answer = platform.fetch(Method::POST, &url, &headers, body).await.unwrap();
    answer.status
}

#[test]
fn a_notice_tells_of_a_copy_before_anybody_opens_it_once_and_only_when_it_is_genuine() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let world = lms.world();
        let mut old = teacher(lms, 0).await;
        let greeted = || async { world.notice_handler(COPY) };
        until("the subscription", greeted).await;
        let expected = format!("{}/lti/notices", scene.origin);
        assert_eq!(world.notice_handler(COPY), Some(expected));
        let hello = ("LtiHelloWorldNotice".to_owned(), Some(200));
        let answered = || async { world.delivered_notices().contains(&hello).then_some(()) };
        until("the greeting is answered", answered).await;
        let (_, copy) = copied(lms, &mut old).await;
        let genuine = world.waiting_notices().remove(0);

        // Forged and misdirected ones: the answer is the same, and nothing comes of them.
        let jwt = Jwt::parse(&genuine).unwrap();
        let [own, other] = platform_keys().unwrap();
        let mut header = jwt.header.clone();
        let forged = other.sign(&header, &jwt.claims);
        header["kid"] = json!(own.kid);
        let mut misdirected = jwt.claims.clone();
        let moodle = scene.moodle.registration();
        misdirected["iss"] = json!(moodle.issuer);
        misdirected["aud"] = json!(moodle.client_id);
        misdirected["azp"] = json!(moodle.client_id);
        let misdirected = own.sign(&header, &misdirected);
        let mut unknown = jwt.claims.clone();
        unknown["aud"] = json!("nobody");
        let unknown = own.sign(&header, &unknown);
        assert_eq!(
            deliver(&scene, &[&forged, &misdirected, &unknown, "nonsense"]).await,
            200
        );
        scene.at_rest().await;
        assert_eq!(known(&scene, lms, copy).await, None);

        assert_eq!(deliver(&scene, &["nonsense", &genuine]).await, 200);
        let course = until("the notice makes the new course known", || {
            known(&scene, lms, copy)
        })
        .await;
        let found = copies_of(&scene, &course).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].found_by, CopyFoundBy::Notice);
        // A replay, and the platform's own delivery of the same one.
        assert_eq!(deliver(&scene, &[&genuine, &genuine]).await, 200);
        world.deliver_notices().await;
        assert!(world.delivered_notices().contains(&(COPY.to_owned(), Some(200))));
        scene.at_rest().await;
        assert_eq!(copies_of(&scene, &course).await.len(), 1);

        assert_eq!(post(&scene, b"{}".to_vec()).await, 422);
        assert!(post(&scene, vec![b' '; 300_000]).await >= 400);
        let mut new = teacher(lms, 4).await;
        let page = offer(&mut new).await;
        assert!(page.words().contains("Bring 3 badges"), "{}", page.words());
        scene.end().await;
    });
}

/// What the course's deployment was asked for, by type.
async fn subscriptions(scene: &Scene, course: &Course) -> Vec<Subscription> {
    let course = course.clone();
    let found = scene
        .cairn
        .store
        .read(move |db| notice_handlers::for_deployment(db, &course.tenant, &course.deployment));
    found.await.unwrap()
}

/// Waits until the subscriptions hold so.
async fn subscribed(scene: &Scene, course: &Course, what: &str, holds: impl Fn(&[Subscription]) -> bool) {
    for _ in 0..300 {
        let all = subscriptions(scene, course).await;
        if !all.is_empty() && holds(&all) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: {:?}", subscriptions(scene, course).await);
}

#[test]
fn a_platform_that_knows_an_old_address_of_ours_is_told_the_new_one_at_the_next_launch() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let at = lms.world().courses()[0].id;
        teacher(lms, 0).await;
        let course = known(&scene, lms, at).await.unwrap();
        let here = format!("{}/lti/notices", scene.origin);
        let all_here = |all: &[Subscription]| {
            all.iter()
                .all(|one| one.handler.as_deref() == Some(here.as_str()))
        };
        subscribed(&scene, &course, "the first time", all_here).await;
        let faults = lms.world().faults();
        faults.reset_counters();
        teacher(lms, 0).await;
        scene.at_rest().await;
        assert_eq!(faults.requests(Endpoint::Notices), 0, "it knows already");
        // As if this server had had another address until now.
        for mut old in subscriptions(&scene, &course).await {
            old.handler = Some("https://old.example/lti/notices".to_owned());
            let kept = scene.cairn.store.write(move |db| notice_handlers::keep(db, &old));
            kept.await.unwrap();
        }
        teacher(lms, 0).await;
        subscribed(&scene, &course, "after the move", all_here).await;
        assert!(faults.requests(Endpoint::Notices) >= 1);
        assert_eq!(lms.world().notice_handler(COPY), Some(here.clone()));
        scene.end().await;
    });
}

#[test]
fn a_platform_that_refuses_to_send_notices_is_left_alone_for_a_day_and_nobody_notices() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let world = lms.world();
        let at = world.courses()[0].id;
        let faults = world.faults();
        faults.inject(Endpoint::Notices, &Fault::Forbidden, 50);
        let mut guest = teacher(lms, 0).await;
        let course = known(&scene, lms, at).await.unwrap();
        let refused = |all: &[Subscription]| all.iter().all(|one| one.handler.is_none());
        subscribed(&scene, &course, "refused", refused).await;
        let page = guest.get("").await;
        assert!(
            page.status == 200 && !page.words().contains("(403)"),
            "{}",
            page.words()
        );
        faults.clear();
        faults.reset_counters();
        teacher(lms, 0).await;
        scene.at_rest().await;
        assert_eq!(faults.requests(Endpoint::Notices), 0, "not again so soon");
        for mut old in subscriptions(&scene, &course).await {
            old.at -= chrono::TimeDelta::hours(25);
            let kept = scene.cairn.store.write(move |db| notice_handlers::keep(db, &old));
            kept.await.unwrap();
        }
        teacher(lms, 0).await;
        let given = |all: &[Subscription]| all.iter().all(|one| one.handler.is_some());
        subscribed(&scene, &course, "a day later", given).await;
        scene.end().await;
    });
}

//! A whole class at once: keys that change in the middle of it, and another platform that hangs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use practice_lms::browser::Browser;
use practice_lms::{CourseRole, Endpoint, Fault, LoginForm, PracticeLms};

use crate::clock::SystemClock;
use crate::store::testing::TestDatabase;
use crate::tests::harness::{
    ManualTimer, Scene, authentication_request, framed, launch_as, on_each_database,
};

/// Every student's login, begun and not yet answered.
async fn logins(lms: &PracticeLms) -> Vec<(Browser, String)> {
    let world = lms.world();
    let course = world.courses()[0].id;
    let link = world.links(course)[0].id;
    let mut begun = Vec::new();
    for student in world.students(course) {
        let form = world.launch_form(course, student.id, link).unwrap();
        let mut browser = framed(lms);
        let request = authentication_request(&mut browser, &form).await;
        begun.push((browser, request));
    }
    begun
}

#[test]
fn a_platform_that_changes_its_key_in_the_middle_of_a_class_loses_no_launch() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            launch_as(lms, &mut framed(lms), CourseRole::Teacher).await;
            lms.world().faults().reset_counters();
            let class = logins(lms).await;
            assert_eq!(class.len(), 30, "{name}");
            let half = class.len() / 2;
            let sign = |(browser, request): &(Browser, String)| {
                let form: LoginForm = lms.world().authorize(request).unwrap();
                (browser.clone(), form)
            };
            // Half of the class is signed with the old key and still on its way when the key changes.
            let before: Vec<_> = class[..half].iter().map(sign).collect();
            lms.world().rotate_key();
            let after: Vec<_> = class[half..].iter().map(sign).collect();
            // The new ones first, so that the old key is gone from the set that Cairn reads again; then all mixed.
            let (mut first, rest) = (after, before);
            let last = first.split_off(half / 2);
            for group in [first, rest, last] {
                let arrive = group.into_iter().map(|(mut browser, form)| async move {
                    let page = browser.launch(&form).await.unwrap();
                    (page.status, page.text())
                });
                for (status, text) in futures_util::future::join_all(arrive).await {
                    assert_eq!(status, 200, "{name}: {text}");
                }
            }
            let fetches = lms.world().faults().requests(Endpoint::Jwks);
            assert!(
                fetches <= 1,
                "{name}: the class asked for the keys {fetches} times"
            );
        }
        scene.end().await;
    });
}

#[test]
fn a_platform_that_hangs_does_not_slow_the_launches_of_another() {
    for database in TestDatabase::dealt() {
        crate::app::block_on(hanging_beside_another(database));
    }
}

async fn hanging_beside_another(database: TestDatabase) {
    let timer = Arc::new(ManualTimer::default());
    let scene = Scene::timed(database, Arc::new(SystemClock), timer.clone()).await;
    let world = scene.moodle.world();
    let hanging = world.faults();
    // A course that is being read hangs at the token endpoint already.
    hanging.inject(Endpoint::Token, &Fault::Delay(Duration::from_secs(15)), 1);
    launch_as(&scene.moodle, &mut framed(&scene.moodle), CourseRole::Teacher).await;
    let others = logins(&scene.canvas).await;
    // And now a whole class waits for keys that do not come.
    world.rotate_key();
    hanging.reset_counters();
    hanging.inject(Endpoint::Jwks, &Fault::Delay(Duration::from_mins(10)), 500);
    let class = logins(&scene.moodle).await;
    let waiting = Arc::new(AtomicUsize::new(class.len()));
    let mut waits = Vec::new();
    for (mut browser, request) in class {
        let form = world.authorize(&request).unwrap();
        let waiting = Arc::clone(&waiting);
        waits.push(tokio::task::spawn_local(async move {
            let page = browser.launch(&form).await.unwrap();
            waiting.fetch_sub(1, Ordering::SeqCst);
            page
        }));
    }
    while hanging.requests(Endpoint::Jwks) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Launches of the other platform, one after the other, all before a single one of those gave up.
    for (mut browser, request) in others.into_iter().take(10) {
        let form = scene.canvas.world().authorize(&request).unwrap();
        let page = browser.launch(&form).await.unwrap();
        assert_eq!(page.status, 200, "{}", page.text());
    }
    assert_eq!(
        waiting.load(Ordering::SeqCst),
        30,
        "they did not wait behind each other"
    );
    assert_eq!(
        hanging.requests(Endpoint::Jwks),
        1,
        "one request for all who wait"
    );
    let mut all = futures_util::future::join_all(waits);
    let pages = loop {
        tokio::select! {
            pages = &mut all => break pages,
            () = tokio::time::sleep(Duration::from_millis(20)) => timer.forward(Duration::from_secs(1)),
        }
    };
    for page in pages {
        let page = page.unwrap();
        assert!(page.text().contains("launch.keys-unavailable"), "{}", page.text());
    }
    hanging.clear();
    scene.end().await;
}

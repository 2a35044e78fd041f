//! What those who run the service see.

use std::sync::Arc;

use crate::domain::issuer::Tenant;
use crate::service::Cairn;
use crate::service::base::platforms;
use crate::service::institution::administrators::Operator;
use crate::service::institution::connecting;
use crate::store::{Store, registrations};
use crate::telemetry::metric;
use lti::registration::{Algorithm, Registration};
use practice_lms::CourseRole;
use practice_lms::browser::Browser;
use url::Url;

use crate::tests::harness::{framed, launch_as, on_each_database, signed};
use crate::tests::log::Log;

#[test]
fn it_says_that_it_lives_is_ready_and_what_it_counts() {
    on_each_database(|scene| async move {
        let mut browser = Browser::new().unwrap();
        for (url, text) in [
            (format!("{}/healthz", scene.origin), "ok"),
            (format!("{}/readyz", scene.origin), "ready"),
            (scene.metrics(), "cairn_requests_total"),
        ] {
            let page = browser.get(&url).await.unwrap();
            assert_eq!(page.status, 200, "{url}");
            assert!(page.text().contains(text), "{url}: {}", page.text());
            assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        }
        // The numbers are on no listener that a proxy shows to everybody, and their own tells nothing else.
        let elsewhere = scene.metrics().replace("/metrics", "/healthz");
        for url in [
            format!("{}/nothing", scene.origin),
            format!("{}/metrics", scene.origin),
            elsewhere,
        ] {
            let nothing = browser.get(&url).await.unwrap();
            assert_eq!(nothing.status, 404, "{url}");
        }
        scene.end().await;
    });
}

#[test]
fn its_numbers_are_described_and_tell_of_checks_platforms_and_the_queue() {
    on_each_database(|scene| async move {
        let mut browser = framed(&scene.moodle);
        let page = launch_as(&scene.moodle, &mut browser, CourseRole::Student).await;
        assert_eq!(page.status, 200);
        scene.at_rest().await;
        let get = async |browser: &mut Browser, path: &str| {
            browser.get(&format!("{}{path}", scene.origin)).await.unwrap()
        };
        get(&mut browser, "/nothing/of/that/name").await;
        let numbers = browser.get(&scene.metrics()).await.unwrap().text();
        // What this test gives no reason to count is described where the table is.
        let elsewhere = [metric::AWARDS, metric::ADMIN_SIGN_INS];
        for one in metric::ALL.iter().filter(|one| !elsewhere.contains(&one.name)) {
            let described = format!("# HELP {} {}\n", one.name, one.says);
            assert!(numbers.contains(&described), "{}: {numbers}", one.name);
        }
        let all = platforms::list(&scene.cairn).await.unwrap();
        let of_moodle = |one: &&(Tenant, Registration)| one.1.issuer == scene.moodle.origin();
        let id = &all.iter().find(of_moodle).unwrap().1.id;
        let host = Url::parse(scene.moodle.origin()).unwrap();
        let host = host.host_str().unwrap();
        assert!(
            !numbers.contains(&format!("=\"{host}\"")),
            "who the schools are is not told"
        );
        for told in [
            "cairn_request_seconds_bucket{method=\"POST\",route=\"/lti/launch\",le=\"",
            "cairn_request_seconds_count{method=\"GET\",route=\"/c/{course}\"}",
            "cairn_request_seconds_count{method=\"GET\",route=\"unmatched\"}",
            "cairn_refusals_total{code=\"not-found\"}",
            "cairn_checks_total{outcome=\"complete\"}",
            "cairn_jobs_total{kind=\"check_course\",outcome=\"done\"}",
            "cairn_queue_depth{kind=\"check_course\",state=\"waiting\"}",
            "cairn_queue_oldest_seconds{kind=\"check_course\"}",
            &format!("cairn_outbound_total{{platform=\"{id}\",status=\"200\"}}"),
            &format!("cairn_outbound_seconds_count{{platform=\"{id}\"}}"),
        ] {
            assert!(numbers.contains(told), "{told}: {numbers}");
        }
        let world = scene.moodle.world();
        for person in world.members(world.courses()[0].id) {
            assert!(!numbers.contains(&person.name) && !numbers.contains(&person.email));
        }
        scene.end().await;
    });
}

#[test]
fn each_request_has_one_line_in_the_log() {
    let log = &Log::of_everything();
    on_each_database(|scene| async move {
        let mut browser = framed(&scene.moodle);
        let page = launch_as(&scene.moodle, &mut browser, CourseRole::Student).await;
        let course = page.url.path().split('/').nth(2).unwrap().to_owned();
        let lines = log.lines(&format!(" course={course}"));
        let of = |route: &str| {
            let route = format!("route=\"{route}\"");
            let found: Vec<&String> = lines.iter().filter(|line| line.contains(&route)).collect();
            assert_eq!(found.len(), 1, "{route}: {lines:#?}");
            found[0].clone()
        };
        for (line, parts) in [
            (
                of("/lti/launch"),
                ["method=\"POST\"", " tenant=", " status=303 ms="],
            ),
            (of("/c/{course}"), [" tenant=", " person=", " status=200 ms="]),
        ] {
            assert!(line.contains(" INFO request{id="), "{line}");
            for part in parts {
                assert!(line.contains(part), "{part}: {line}");
            }
        }
        let refused = browser
            .get(&format!("{}/no%0Ahere?token=secret", scene.origin))
            .await
            .unwrap();
        let id = refused.header("x-cairn-error").unwrap();
        let lines = log.lines(id);
        assert_eq!(lines.len(), 1, "{lines:#?}");
        for part in [
            " WARN request{",
            "route=\"unmatched\"",
            "code=\"not-found\"",
            " status=404 ms=",
        ] {
            assert!(lines[0].contains(part), "{part}: {}", lines[0]);
        }
        browser.get(&format!("{}/healthz", scene.origin)).await.unwrap();
        assert!(
            log.lines("route=\"/healthz\"").is_empty(),
            "who asks every second is not told of"
        );
        scene.end().await;
    });
}

#[test]
fn it_publishes_its_key_with_kid_algorithm_and_use_and_nothing_private() {
    on_each_database(|scene| async move {
        let page = Browser::new()
            .unwrap()
            .get(&format!("{}/lti/jwks", scene.origin))
            .await
            .unwrap();
        let set: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
        let key = set["keys"][0].as_object().unwrap();
        assert_eq!(key["kid"], scene.cairn.tool_key.kid());
        assert_eq!(
            (key["alg"].as_str(), key["use"].as_str()),
            (Some("RS256"), Some("sig"))
        );
        assert!(!key.contains_key("d") && !key.contains_key("p"));
        scene.end().await;
    });
}

#[test]
fn the_check_of_a_platform_finds_keys_and_token() {
    on_each_database(|scene| async move {
        for (_, registration) in platforms::list(&scene.cairn).await.unwrap() {
            let findings = platforms::probe(&scene.cairn, &registration).await;
            assert_eq!(findings.len(), 2);
            assert!(
                findings.iter().all(Result::is_ok),
                "{}: {findings:?}",
                registration.name
            );
        }
        scene.end().await;
    });
}

#[test]
fn a_platform_that_courses_came_from_is_turned_off_and_then_refuses_launches() {
    on_each_database(|scene| async move {
        let page = launch_as(&scene.moodle, &mut framed(&scene.moodle), CourseRole::Student).await;
        assert_eq!(page.status, 200);
        let all = platforms::list(&scene.cairn).await.unwrap();
        let moodle = &all
            .iter()
            .find(|(_, known)| known.name.starts_with("Moodle"))
            .unwrap()
            .1;
        let removed = connecting::remove(&scene.cairn, Operator::CommandLine, &moodle.id)
            .await
            .unwrap();
        assert_eq!(removed, connecting::Removed::TurnedOff);
        let page = launch_as(&scene.moodle, &mut framed(&scene.moodle), CourseRole::Student).await;
        assert_eq!(page.status, 400);
        assert!(
            page.text().contains("login.registration-disabled"),
            "{}",
            page.text()
        );
        scene.end().await;
    });
}

#[test]
fn what_another_node_changes_of_a_platform_holds_for_launches_that_are_under_way() {
    on_each_database(|scene| async move {
        // The login has this node read the platform; what follows is written past it, as by another process.
        let mut browser = framed(&scene.moodle);
        let answer = signed(&scene.moodle, &mut browser, CourseRole::Student).await;
        let all = platforms::list(&scene.cairn).await.unwrap();
        let moodle = &all
            .iter()
            .find(|(_, known)| known.name.starts_with("Moodle"))
            .unwrap()
            .1;
        let (on, mut off, mut stricter) = (moodle.clone(), moodle.clone(), moodle.clone());
        off.enabled = false;
        stricter.algorithms = vec![Algorithm::Rs512];
        let elsewhere = Store::open(scene.database_url(), 1).unwrap();
        let change = async |to: &Registration| {
            let to = to.clone();
            let changed = elsewhere.write(move |db| registrations::update(db, &to, None));
            changed.await.unwrap();
        };
        let before = scene.database.rows();
        for (changed, code) in [
            (&off, "launch.registration-disabled"),
            (&stricter, "launch.algorithm"),
        ] {
            change(changed).await;
            for _ in 0..2 {
                let refused = browser.login(&answer).await.unwrap();
                assert_eq!(refused.status, 400);
                assert!(refused.text().contains(code), "{}", refused.text());
                assert_eq!(scene.database.rows(), before, "nothing was written or used up");
            }
        }
        change(&on).await;
        let taken = browser.login(&answer).await.unwrap();
        assert_eq!(taken.status, 303, "{}", taken.text());
        let again = signed(&scene.moodle, &mut browser, CourseRole::Student).await;
        change(&off).await;
        let refused = browser.login(&again).await.unwrap();
        assert!(
            refused.text().contains("launch.registration-disabled"),
            "{}",
            refused.text()
        );
        scene.end().await;
    });
}

#[cfg(unix)]
#[test]
fn what_others_could_read_of_the_data_is_closed_at_the_next_start_and_the_log_says_so() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    let log = &Log::of_everything();
    on_each_database(|scene| async move {
        let folder = scene.folder.path();
        let file = folder.join("files").join("left-open");
        std::fs::write(&file, b"x").unwrap();
        for (path, mode) in [(folder, 0o755), (file.as_path(), 0o644)] {
            set_permissions(path, Permissions::from_mode(mode)).unwrap();
        }
        let (clock, random) = (Arc::clone(&scene.cairn.clock), Arc::clone(&scene.cairn.random));
        Cairn::open(scene.cairn.settings.clone(), clock, random)
            .await
            .unwrap();
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(folder), mode(&file)), (0o700, 0o600));
        let said = log.lines("were open to other users and are closed now");
        assert!(
            !said.is_empty() && said.iter().all(|line| !line.contains("left-open")),
            "{said:#?}"
        );
        scene.end().await;
    });
}

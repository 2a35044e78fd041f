//! What the worker does beside its jobs, and how institutions share it.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::cause::Cause;
use crate::domain::course::Services;
use crate::domain::platform::{Deployment, DeploymentState};
use crate::domain::session::Session;
use crate::ids::{DeploymentId, SessionId};
use crate::jobs::Worker;
use crate::random::SystemRandom;
use crate::service::course::sync::enqueue_check;
use crate::service::institution::administrators::Operator;
use crate::service::institution::connecting::{self, NewPlatform};
use crate::store::courses::CourseSeen;
use crate::store::testing::shortcuts::launch_course;
use crate::store::{deployments, nonces, sessions};
use lti::registration::{Flavour, RegistrationDraft};

#[tokio::test]
async fn visits_and_nonces_that_are_over_are_forgotten_and_the_others_kept() {
    for bench in benches().await {
        bench.check().await;
        let now = bench.clock.now();
        let session = bench.instructor().await.session;
        let ends = [
            ("over", now - TimeDelta::minutes(1)),
            ("here", now + TimeDelta::hours(2)),
        ];
        let filled = bench.cairn.store.write(move |db| {
            for (name, at) in ends {
                let session = Session {
                    id: SessionId::new(now, &SystemRandom),
                    expires_at: at,
                    ..session.clone()
                };
                sessions::insert(db, &session, name)?;
                assert!(nonces::consume(db, &session.tenant, name, at)?);
            }
            Ok(())
        });
        filled.await.unwrap();
        let (tenant, course) = (&bench.course.tenant, &bench.course.id);
        enqueue_check(&bench.cairn, tenant, course, Cause::CheckNow)
            .await
            .unwrap();
        bench.work(&bench.cairn).await;
        let (past, tenant) = (now - TimeDelta::hours(9), bench.course.tenant.clone());
        let left = bench.cairn.store.write(move |db| {
            let sessions = [
                sessions::by_token_digest(db, "over", past)?.is_some(),
                sessions::by_token_digest(db, "here", past)?.is_some(),
            ];
            // A nonce that is still known cannot be used up again.
            let nonces = [
                !nonces::consume(db, &tenant, "over", now)?,
                !nonces::consume(db, &tenant, "here", now)?,
            ];
            Ok((sessions, nonces))
        });
        assert_eq!(left.await.unwrap(), ([false, true], [false, true]));
    }
}

/// A platform of that institution that never answers, with courses that wait to be read; it tells how often it was asked.
async fn hanging(bench: &Bench, institution: &str, courses_of_it: usize) -> MockServer {
    let hangs = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_mins(1)))
        .mount(&hangs)
        .await;
    let at = |path: &str| format!("{}{path}", hangs.uri());
    let draft = RegistrationDraft {
        name: "Hangs".into(),
        issuer: hangs.uri(),
        client_id: "c".into(),
        authorization_url: at("/auth"),
        token_url: at("/token"),
        token_audience: None,
        jwks_url: at("/keys"),
        flavour: Flavour::Moodle,
        algorithms: Vec::new(),
        service_hosts: Vec::new(),
        accepts_new_deployments: true,
        allow_http_loopback: true,
        enabled: true,
    };
    let new = NewPlatform {
        institution: institution.into(),
        draft,
        deployments: Vec::new(),
    };
    let slow = connecting::add(&bench.cairn, Operator::CommandLine, new)
        .await
        .unwrap();
    let now = bench.clock.now();
    let deployment = Deployment {
        id: DeploymentId::new(now, &SystemRandom),
        tenant: slow.tenant.clone(),
        registration: slow.id.clone(),
        deployment_id: "1".into(),
        state: DeploymentState::Accepted,
    };
    let (of, known) = (deployment.id.clone(), deployment);
    let made = bench
        .cairn
        .store
        .write(move |db| deployments::find_or_insert(db, &known, now));
    made.await.unwrap();
    for number in 0..courses_of_it {
        let seen = CourseSeen {
            tenant: slow.tenant.clone(),
            registration: slow.id.clone(),
            deployment: of.clone(),
            context_id: number.to_string(),
            label: None,
            title: None,
            services: Services {
                line_items_url: Some(at(&format!("/{number}/lineitems"))),
                ags_scopes: bench.course.services.ags_scopes.clone(),
                memberships_url: Some(at(&format!("/{number}/members"))),
            },
        };
        let course = bench
            .cairn
            .store
            .write(move |db| launch_course(db, &seen, now, &SystemRandom));
        let course = course.await.unwrap();
        enqueue_check(&bench.cairn, &course.tenant, &course.id, Cause::CheckNow)
            .await
            .unwrap();
    }
    hangs
}

/// The bench's own course is read although everything else hangs.
async fn is_read_meanwhile(bench: &Bench, hangs: &[MockServer], who: &str) {
    // Long enough that nothing of the slow ones can end first, short enough for the worker to stop.
    *bench.patience.lock().unwrap() = Duration::from_secs(15);
    let worker = Worker::start(bench.cairn.clone());
    tokio::time::sleep(Duration::from_secs(1)).await;
    // It comes last, and is due last.
    bench.clock.advance(TimeDelta::seconds(1));
    let (tenant, course) = (&bench.course.tenant, &bench.course.id);
    enqueue_check(&bench.cairn, tenant, course, Cause::CheckNow)
        .await
        .unwrap();
    let start = Instant::now();
    while bench.checks().await.last_at.is_none() {
        assert!(start.elapsed() < Duration::from_secs(12), "{who} waits in vain");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut asked = 0;
    for one in hangs {
        asked += usize::from(!one.received_requests().await.unwrap().is_empty());
    }
    // Four jobs of one institution wait at once, at most two of them for one platform.
    assert!(asked >= hangs.len().min(2), "{asked} of the slow ones were asked");
    *bench.patience.lock().unwrap() = Duration::from_millis(200);
    worker.stop().await;
}

#[tokio::test]
async fn an_lms_that_hangs_leaves_room_for_the_course_of_another_institution() {
    for bench in benches().await {
        let mut hangs = Vec::new();
        // Even several of them, as long as they are of one institution.
        for _ in 0..3 {
            hangs.push(hanging(&bench, "South Coast", 12).await);
        }
        is_read_meanwhile(&bench, &hangs, "the other institution").await;
    }
}

#[tokio::test]
async fn an_lms_that_hangs_leaves_room_for_another_lms_of_the_same_institution() {
    for bench in benches().await {
        let hangs = [hanging(&bench, "North Coast", 12).await];
        is_read_meanwhile(&bench, &hangs, "the same school's other LMS").await;
    }
}

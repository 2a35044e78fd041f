//! Installations that turn up unannounced: noted, asked for, accepted; and two schools on one issuer.

use std::sync::Arc;

use crate::clock::SystemClock;
use crate::domain::platform::{Claim, Deployment, DeploymentState};
use crate::random::SystemRandom;
use crate::service::institution::administrators::Operator;
use crate::service::institution::connecting::{self, NewPlatform};
use crate::store::testing::shortcuts::all_courses;
use crate::store::{deployments, pending, registrations, tenants};
use lti::registration::{Flavour as Kind, RegistrationDraft};
use practice_lms::{CourseRole, Flavour, Options, PracticeLms, Tool};

use super::{open, send, visit};
use crate::tests::harness::{Scene, on_each_database};

/// The installation of that name with what is known of it, and how many courses the school has.
pub(crate) async fn known(scene: &Scene, name: &str) -> (Option<(Deployment, Claim)>, usize) {
    let name = name.to_owned();
    let found = scene.cairn.store.read(move |db| {
        let mut found = None;
        let mut count = 0;
        for tenant in tenants::list(db)? {
            count += all_courses(db, &tenant.id)?.len();
            for registration in registrations::list(db, &tenant.id)? {
                for one in deployments::list(db, &tenant.id, &registration.id)? {
                    if one.deployment_id == name {
                        let claim = pending::get(db, &tenant.id, &one.id)?.unwrap();
                        found = Some((one, claim));
                    }
                }
            }
        }
        Ok((found, count))
    });
    found.await.unwrap()
}

#[test]
fn an_unknown_installation_is_noted_asked_for_and_accepted() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let before = known(&scene, "").await.1;
            let deployment = lms.world().deploy_in_course(0, 2);
            // A learner: plain words, no button, and nothing of the course is kept.
            let (browser, page) = visit(lms, CourseRole::Student, "My badges").await;
            assert_eq!(page.status, 403, "{name}");
            assert!(page.words().contains("not ready"), "{name}: {}", page.words());
            assert!(page.form("/lti/claim").is_err(), "{name}");
            assert!(
                !browser
                    .cookies("127.0.0.1")
                    .iter()
                    .any(|(name, _)| name.starts_with("cairn_") && name != "cairn_probe"),
                "{name}: no visit"
            );
            let (row, courses) = known(&scene, &deployment).await;
            let (row, claim) = row.unwrap();
            assert_eq!((row.state, courses), (DeploymentState::Pending, before), "{name}");
            let title = lms.world().courses()[0].title.clone();
            assert_eq!(claim.seen_in.unwrap().title, Some(title), "{name}");
            assert_eq!(claim.claimed_at, None);
            // A teacher asks, with a proof that was sealed for them.
            let (mut browser, page) = visit(lms, CourseRole::Teacher, "My badges").await;
            let forged = send(&mut browser, &page, "/lti/claim", &[("proof", "AAAA")]).await;
            assert!(
                forged.status == 422 && forged.text().contains("deployment.claim"),
                "{name}: {}",
                forged.words()
            );
            let asked = send(&mut browser, &page, "/lti/claim", &[]).await;
            assert!(
                asked.words().contains("has been asked to accept"),
                "{name}: {}",
                asked.words()
            );
            let (row, claim) = known(&scene, &deployment).await.0.unwrap();
            assert!(
                claim.claimed_by.unwrap().contains("Tess Teacher") && row.state == DeploymentState::Pending,
                "{name}: asking accepts nothing"
            );
            let (_, again) = visit(lms, CourseRole::Teacher, "My badges").await;
            assert!(
                again.form("/lti/claim").is_err(),
                "{name}: it was asked for already"
            );
            let id = row.id.clone();
            let accepted = scene
                .cairn
                .store
                .write(move |db| deployments::set_state(db, &row.tenant, &id, DeploymentState::Accepted));
            accepted.await.unwrap();
            let (_, page) = visit(lms, CourseRole::Teacher, "My badges").await;
            assert_eq!(page.status, 200, "{name}: {}", page.words());
        }
        scene.end().await;
    });
}

/// Installs Cairn at another school, and that school in Cairn.
async fn connect_south(scene: &Scene, south: &PracticeLms) {
    let at = |path: &str| format!("{}{path}", scene.origin);
    let known = south.install_tool(Tool {
        name: "Cairn".to_owned(),
        initiate_login_uri: at("/lti/login"),
        redirect_uris: vec![at("/lti/launch")],
        target_link_uri: at("/lti/launch"),
        jwks_uri: at("/lti/jwks"),
        share_names: true,
        share_email: false,
    });
    let new = NewPlatform {
        institution: "South Coast College".into(),
        draft: RegistrationDraft {
            name: "Canvas at South Coast".to_owned(),
            issuer: known.issuer,
            client_id: known.client_id,
            authorization_url: known.authorization_url,
            token_url: known.token_url,
            token_audience: None,
            jwks_url: known.jwks_url,
            flavour: Kind::Canvas,
            algorithms: Vec::new(),
            service_hosts: Vec::new(),
            accepts_new_deployments: false,
            allow_http_loopback: true,
            enabled: true,
        },
        deployments: vec![known.deployment_id],
    };
    connecting::add(&scene.cairn, Operator::CommandLine, new)
        .await
        .unwrap();
}

#[test]
fn two_schools_on_one_issuer_never_see_each_other() {
    on_each_database(|scene| async move {
        let options = Options {
            public_origin: Some("http://localhost:PORT".to_owned()),
            ..Options::new(Flavour::Canvas, Arc::new(SystemClock), Arc::new(SystemRandom))
        };
        let south = PracticeLms::start(options).await.unwrap();
        assert_eq!(south.world().issuer(), scene.canvas.world().issuer());
        // Another tool first, so that the second school has a client id of its own.
        south.install_tool(Tool {
            name: "Other".to_owned(),
            initiate_login_uri: "http://127.0.0.1:9/login".to_owned(),
            redirect_uris: vec![],
            target_link_uri: "http://127.0.0.1:9/".to_owned(),
            jwks_uri: "http://127.0.0.1:9/keys".to_owned(),
            share_names: false,
            share_email: false,
        });
        connect_south(&scene, &south).await;
        let world = south.world();
        let link = world.add_link(2, "Badges", 1, None);
        let teacher = world.member(2, CourseRole::Teacher).unwrap().id;
        let ours = scene.canvas.world().registration(0).deployment_id;
        // The southern school's key signs the northern school's deployment: it is unknown under its own registration.
        let stolen = ours.clone();
        world.tamper(move |_, claims| {
            claims.insert(
                "https://purl.imsglobal.org/spec/lti/claim/deployment_id".into(),
                stolen.clone().into(),
            );
        });
        let mut form = world.launch_form(2, teacher, link).unwrap();
        for (name, value) in &mut form.fields {
            if name == "deployment_id" {
                value.clone_from(&ours);
            }
        }
        let (_, page) = open(&south, &form).await;
        world.stop_tampering();
        assert_eq!(page.status, 403, "{}", page.words());
        assert!(page.words().contains("Canvas at South Coast"), "{}", page.words());
        assert!(!page.words().contains("North Coast"), "{}", page.words());
        let (_, page) = open(&south, &world.launch_form(2, teacher, link).unwrap()).await;
        assert_eq!(page.status, 200, "{}", page.words());
        // The administrator of each sees the own courses alone.
        let form = scene.canvas.world().account_form(2, 0).unwrap();
        let (_, page) = open(&scene.canvas, &form).await;
        assert!(page.words().contains("None yet."), "{}", page.words());
        let (_, page) = open(&south, &world.account_form(2, 1).unwrap()).await;
        let title = world.courses()[0].title.clone();
        assert!(
            page.words().contains(&title) && page.words().contains("1 place waits"),
            "{}",
            page.words()
        );
        scene.end().await;
        south.stop().await;
    });
}

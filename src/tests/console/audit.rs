//! The audit log in the console: what is done is there in words, whoever does it.

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::page::Page;
use crate::domain::platform::DeploymentState;
use crate::ids::{AdminId, DeploymentId};
use crate::random::SystemRandom;
use crate::service::base::platforms;
use crate::service::institution::administrators::{Administrator, Operator, Scope};
use crate::service::institution::connecting::{self, Change, NewPlatform, Removed};
use crate::service::institution::registering;
use crate::store::testing::shortcuts::{first_tenant, logged};
use crate::store::{audit, deployments, tenants};
use crate::web::audit_words;
use lti::registration::{Flavour, RegistrationDraft};

use super::admin_browser::AdminBrowser;
use crate::tests::evidence::{ADA, activity, first_in_queue, hand_in};
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::placing::{REPORT, place};

fn by_hand(scene: &Scene, deployments: &[&str]) -> NewPlatform {
    let lms = |path: &str| format!("https://lms.example/mod/lti/{path}.php");
    let draft = RegistrationDraft {
        name: "Moodle by hand".into(),
        issuer: "https://lms.example".into(),
        client_id: "by-hand".into(),
        authorization_url: lms("auth"),
        token_url: lms("token"),
        token_audience: None,
        jwks_url: lms("certs"),
        flavour: Flavour::Moodle,
        algorithms: Vec::new(),
        service_hosts: Vec::new(),
        accepts_new_deployments: false,
        allow_http_loopback: scene.cairn.settings.allow_http_loopback,
        enabled: true,
    };
    NewPlatform {
        institution: "North Coast Polytechnic".into(),
        draft,
        deployments: deployments.iter().map(|&id| id.to_owned()).collect(),
    }
}

fn ada() -> Administrator {
    Administrator {
        actor: AdminId::from("ada"),
        name: "Ada".into(),
        scope: Scope::Everything,
    }
}

#[test]
fn every_action_that_can_be_logged_is_said_in_words() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let (of, now) = (tenant.clone(), scene.cairn.clock.now());
        let written = scene.cairn.store.write(move |db| {
            Action::ALL.iter().try_for_each(|action| {
                let entry = Entry::new(&of, Actor::CommandLine, *action, of.as_str(), now);
                audit::record(db, &entry, &SystemRandom)
            })
        });
        written.await.unwrap();
        for action in Action::ALL {
            let page = admin
                .get(&format!(
                    "/admin/audit/{tenant}?who=command&action={}",
                    action.as_str()
                ))
                .await;
            let told = format!("The command line {} North Coast", audit_words::action(*action));
            assert!(page.words().contains(&told), "{told}: {}", page.words());
        }
        scene.end().await;
    });
}

#[test]
fn links_that_were_placed_or_chosen_are_called_by_their_titles() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let lms = &scene.canvas;
        place(lms, "assignment_selection", &REPORT).await;
        Guest::open(lms, 0, "Teacher", "Project report")
            .await
            .takes_work()
            .await;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        for (action, told) in [
            ("link.placed", "placed a link into a course “Field report”"),
            ("link.chosen", "chose what a link opens “Project report”"),
        ] {
            let page = admin.get(&format!("/admin/audit/{tenant}?action={action}")).await;
            assert!(page.words().contains(told), "{told}: {}", page.words());
        }
        scene.end().await;
    });
}

#[test]
fn columns_reviews_and_courses_are_called_by_their_names() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let lms = &scene.moodle;
        let (mut teacher, activity) = activity(lms).await;
        teacher.until("", "1 column").await;
        let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
        hand_in(&mut ada, &activity, "My report").await;
        let review = first_in_queue(&mut teacher).await;
        teacher.send(&review, "/review", &[("verdict", "approve")]).await;
        let columns = teacher.get("/columns").await;
        let waits = [("counting", "on_release")];
        let columns = teacher.send(&columns, "/columns/answer", &waits).await;
        teacher.send(&columns, "/change", &[("action", "release")]).await;
        let course = lms.world().courses().remove(0).title;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        for (action, told) in [
            (
                "evidence.reviewed",
                "reviewed what a student handed in “Project report”, version 1".to_owned(),
            ),
            (
                "column.released",
                "released the grades of a gradebook column “Project report”".to_owned(),
            ),
            (
                "course.counting",
                format!("said when grades count in a course “{course}”"),
            ),
        ] {
            let page = admin.get(&format!("/admin/audit/{tenant}?action={action}")).await;
            assert!(page.words().contains(&told), "{told}: {}", page.words());
            assert!(page.words().contains(&format!("“{course}”")), "{}", page.words());
            assert!(!page.words().contains(ADA), "{}", page.words());
        }
        scene.end().await;
    });
}

#[test]
fn what_the_command_line_changes_of_a_platform_stands_in_the_log() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let (cairn, by) = (&scene.cairn, Operator::CommandLine);
        let added = connecting::add(cairn, by, by_hand(&scene, &["1"])).await.unwrap();
        assert_eq!(added.tenant, tenant);
        let (own, id) = (tenant.clone(), added.id.clone());
        let first = cairn.store.read(move |db| deployments::list(db, &own, &id));
        let first: DeploymentId = first.await.unwrap()[0].id.clone();
        for change in [
            Change::Deployment(first, DeploymentState::Refused),
            Change::NewDeployment("2".into()),
            Change::AcceptAll(true),
            Change::ServiceHosts(vec!["grades.example".into()]),
            Change::Enabled(false),
        ] {
            connecting::change(cairn, by, &added.id, change, None)
                .await
                .unwrap();
        }
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let refused = admin.get(&format!("/admin/platforms/p/{}", added.id)).await;
        assert!(
            refused.words().contains("refused by somebody on the server"),
            "{}",
            refused.words()
        );
        let log = format!("/admin/audit/{tenant}?who=the+command+line");
        let called = format!("added a platform “{}”", added.name);
        let words = admin.get(&log).await.words();
        assert!(words.contains(&called), "{called}: {words}");
        let removed = connecting::remove(cairn, by, &added.id).await.unwrap();
        assert_eq!(removed, Removed::Gone);
        let life = registering::INVITATION_LIFE;
        registering::invite(cairn, &tenant, "For Moodle", by, life)
            .await
            .unwrap();
        let words = admin.get(&log).await.words();
        let gone = format!("added a platform {}", added.id);
        assert!(words.contains(&gone), "{gone}: {words}");
        assert!(!words.contains("administrator link"), "{words}");
        for told in [
            "added a platform",
            "refused a deployment",
            "accepted a deployment",
            "changed whether new deployments are accepted",
            "changed the hosts of a platform’s services",
            "turned a platform on or off",
            "removed a platform",
            "made an address for registering a platform",
            "made a sign-in link for an administrator",
        ] {
            assert!(
                words.contains(&format!("The command line {told}")),
                "{told}: {words}"
            );
        }
        scene.end().await;
    });
}

#[test]
fn the_command_line_refuses_the_deployments_that_the_console_refuses() {
    on_each_database(|scene| async move {
        let ada = ada();
        let long = "x".repeat(256);
        for wrong in ["", "a b", "a\nb", "ünï", &long] {
            for by in [Operator::Administrator(&ada), Operator::CommandLine] {
                let mut new = by_hand(&scene, &["1", wrong]);
                new.institution = "Another School".into();
                let refused = connecting::add(&scene.cairn, by, new).await.unwrap_err();
                assert_eq!(refused.code(), "platform.deployment", "{wrong:?} {by:?}");
            }
        }
        let known = platforms::list(&scene.cairn).await.unwrap();
        assert!(known.iter().all(|(_, one)| one.client_id != "by-hand"));
        let none = scene
            .cairn
            .store
            .read(|db| tenants::by_name(db, "Another School"));
        assert_eq!(none.await.unwrap(), None);

        let moodle = &known[0].1;
        for by in [Operator::Administrator(&ada), Operator::CommandLine] {
            let change = Change::NewDeployment("a b".into());
            let refused = connecting::change(&scene.cairn, by, &moodle.id, change, None).await;
            assert_eq!(refused.unwrap_err().code(), "platform.deployment");
        }
        scene.end().await;
    });
}

#[test]
fn a_platform_of_another_institution_is_out_of_an_administrators_reach() {
    on_each_database(|scene| async move {
        let (other, _) =
            crate::service::base::institutions::find_or_create(&scene.cairn, "South Hill School")
                .await
                .unwrap();
        let theirs = Administrator {
            scope: Scope::Tenant(other.id.clone()),
            ..ada()
        };
        let moodle = platforms::list(&scene.cairn).await.unwrap().remove(0).1;
        let off = connecting::change(&scene.cairn, &theirs, &moodle.id, Change::Enabled(false), None).await;
        assert_eq!(off.unwrap_err().code(), "not-found");
        let gone = connecting::remove(&scene.cairn, &theirs, &moodle.id).await;
        assert_eq!(gone.unwrap_err().code(), "not-found");
        let mut new = by_hand(&scene, &["1"]);
        new.institution = moodle.tenant.clone().into();
        let added = connecting::add(&scene.cairn, &theirs, new.clone()).await;
        assert_eq!(added.unwrap_err().code(), "not-found");
        new.institution = "A third one".into();
        let added = connecting::add(&scene.cairn, &theirs, new).await;
        assert_eq!(added.unwrap_err().code(), "forbidden");
        let invited = registering::invite(
            &scene.cairn,
            &moodle.tenant,
            "",
            &theirs,
            registering::INVITATION_LIFE,
        );
        assert_eq!(invited.await.unwrap_err().code(), "not-found");
        let log = scene.cairn.store.read(move |db| {
            let made = logged(db, &other.id, Page::first(5))?;
            Ok((made, logged(db, &moodle.tenant, Page::first(50))?))
        });
        let (made, log) = log.await.unwrap();
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].known(), Some(Action::InstitutionMade));
        assert!(log.iter().all(|entry| entry.actor.id() != Some("ada")), "{log:?}");
        scene.end().await;
    });
}

#[test]
fn what_an_instructor_does_is_logged_as_an_instructors() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let mut teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        teacher.make_badge("Seen in class", "knowledge").await;
        let log = scene
            .cairn
            .store
            .read(move |db| logged(db, &tenant, Page::first(50)));
        let log = log.await.unwrap();
        let made = log.iter().find(|entry| entry.known() == Some(Action::BadgeMade));
        let made = made.unwrap_or_else(|| panic!("{log:?}"));
        assert!(matches!(made.actor, Actor::Instructor(_)), "{made:?}");
        scene.end().await;
    });
}

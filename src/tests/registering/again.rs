//! A platform that is known registers once more: what would change is shown first, and nothing changes by itself.

use crate::domain::page::Page as Part;
use crate::service::institution::administrators::Scope;
use crate::service::institution::registering;
use crate::store::testing::shortcuts::logged;
use crate::store::{audit, registrations};
use lti::registration::Registration;
use practice_lms::browser::Page;
use practice_lms::{CourseRole, PracticeLms};
use serde_json::json;

use super::way::{agree, invite, paste, platforms, tenant};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::{Scene, framed, on_each_database};

/// What Cairn has of the tool with that index at the LMS.
async fn known(scene: &Scene, lms: &PracticeLms, index: usize) -> Registration {
    let at_lms = lms.world().registration(index);
    let found = scene
        .cairn
        .store
        .read(move |db| registrations::by_issuer_and_client(db, &at_lms.issuer, &at_lms.client_id));
    found.await.unwrap().unwrap()
}

/// Registers once by itself; the index of the tool at the LMS.
async fn registered(scene: &Scene, lms: &PracticeLms) -> usize {
    let asked = paste(lms, &invite(scene).await, &[("chosen", "new")]).await;
    let done = agree(lms, &asked).await;
    assert_eq!(done.status, 200, "{}", done.words());
    lms.world().registered_tools().pop().unwrap().index
}

/// Sends the console's form for `what` with that value.
async fn choose(admin: &mut AdminBrowser, one: &Registration, what: &str, value: &str) -> Page {
    let page = admin.get(&format!("/admin/platforms/p/{}", one.id)).await;
    let mut forms = page.forms().into_iter();
    let form = forms.find(|form| form.value("what") == Some(what)).unwrap();
    admin
        .browser
        .submit(&page, &form, &[("value", value)])
        .await
        .unwrap()
}

/// From now on the platform names another key set, and lets no tool write grades.
fn change_mind(lms: &PracticeLms) -> String {
    let keys = match lms.world().flavour() {
        practice_lms::Flavour::Moodle => "/mod/lti/certs.php?new=1",
        practice_lms::Flavour::Canvas => "/api/lti/security/jwks?new=1",
    };
    let keys = format!("{}{keys}", lms.origin());
    let scope = |name: &str| format!("https://purl.imsglobal.org/spec/{name}");
    let world = lms.world();
    world.patch_configuration("jwks_uri", json!(keys));
    world.patch_configuration(
        "scopes_supported",
        json!([
            scope("lti-ags/scope/lineitem"),
            scope("lti-ags/scope/lineitem.readonly"),
            scope("lti-ags/scope/result.readonly"),
            scope("lti-nrps/scope/contextmembership.readonly"),
        ]),
    );
    keys
}

#[test]
fn an_update_is_shown_first_changes_nothing_when_refused_and_keeps_choices_when_agreed() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let index = registered(&scene, lms).await;
        lms.world().activate(index);
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let first = known(&scene, lms, index).await;
        choose(&mut admin, &first, "accept-all", "yes").await;
        choose(&mut admin, &first, "hosts", "localhost files.school.example").await;
        let off = choose(&mut admin, &first, "enabled", "no").await;
        assert!(off.words().contains("Turned off"), "{}", off.words());
        let renamed = Registration {
            name: "The Moodle of our school".to_owned(),
            ..known(&scene, lms, index).await
        };
        let chosen = renamed.clone();
        let written = scene
            .cairn
            .store
            .write(move |db| registrations::update(db, &renamed, None));
        written.await.unwrap();
        assert!(chosen.accepts_new_deployments && !chosen.enabled, "{chosen:?}");

        let keys = change_mind(lms);
        let sent = lms.world().registered_tools()[0].request.clone();
        let address = invite(&scene).await;
        let number = index.to_string();
        let update = [("chosen", "update"), ("update", number.as_str())];
        let asked = paste(lms, &address, &update).await;
        let words = asked.words();
        for part in [
            "Update this registration?",
            &format!("Public keyset URL {} becomes {keys}", chosen.jwks_url),
            "Cairn will no longer be able to: write grades into its own columns",
            "Nothing has been changed yet",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        for unchanged in [
            "Access token URL",
            "Service hosts",
            "also be able to",
            "Nothing: the platform",
        ] {
            assert!(!words.contains(unchanged), "{unchanged}: {words}");
        }
        // Closed without an answer: all is as it was, on both sides, and the address still works.
        assert_eq!(known(&scene, lms, index).await, chosen);
        assert_eq!(lms.world().registered_tools()[0].request, sent);
        let count = platforms(&scene).await;
        let asked = paste(lms, &address, &update).await;
        let done = agree(lms, &asked).await;
        assert!(
            done.words().contains("The registration was updated"),
            "{}",
            done.words()
        );
        assert_eq!(platforms(&scene).await, count);
        let now = known(&scene, lms, index).await;
        let expected = Registration {
            jwks_url: keys.parse().unwrap(),
            ..chosen
        };
        assert_eq!(now, expected);
        let scope = lms.world().registered_tools()[0].request["scope"].clone();
        assert!(!scope.as_str().unwrap().contains("scope/score"), "{scope}");
        let (of, id) = (now.tenant.clone(), now.id.clone());
        let log = scene
            .cairn
            .store
            .read(move |db| audit::about(db, &of, &[id.as_str()]));
        let log = log.await.unwrap();
        let entry = log
            .iter()
            .find(|entry| entry.action == "platform.updated")
            .unwrap();
        assert_eq!(entry.detail["changed"], json!(["Public keyset URL"]));

        // It is still turned off; turned on, the new key set verifies the launch.
        let world = lms.world();
        let course = world.courses()[0].id;
        let link = world.add_link(course, "Registered", index, None);
        let teacher = world.member(course, CourseRole::Teacher).unwrap().id;
        let form = world.launch_form(course, teacher, link).unwrap();
        let page = framed(lms).launch(&form).await.unwrap();
        assert_ne!(page.status, 200, "{}", page.words());
        choose(&mut admin, &now, "enabled", "yes").await;
        let form = world.launch_form(course, teacher, link).unwrap();
        let page = framed(lms).launch(&form).await.unwrap();
        assert_eq!(page.status, 200, "{}", page.words());
        scene.end().await;
    });
}

#[test]
fn a_new_client_id_is_a_second_registration_and_the_page_says_so_first() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let index = registered(&scene, lms).await;
            let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
            choose(&mut admin, &known(&scene, lms, index).await, "accept-all", "yes").await;
            let first = known(&scene, lms, index).await;
            let keys = change_mind(lms);
            let count = platforms(&scene).await;
            let asked = paste(lms, &invite(&scene).await, &[("chosen", "new")]).await;
            let words = asked.words();
            for part in [
                "Connect this platform once more?",
                &first.client_id,
                &first.name,
                "stays exactly as it is",
                &format!("{} there, {keys} here", first.jwks_url),
            ] {
                assert!(words.contains(part), "{name}, {part}: {words}");
            }
            assert_eq!(platforms(&scene).await, count, "{name}: asking writes nothing");
            let done = agree(lms, &asked).await;
            assert_eq!(done.status, 200, "{name}: {}", done.words());
            assert_eq!(platforms(&scene).await, count + 1, "{name}");
            assert_eq!(
                known(&scene, lms, index).await,
                first,
                "{name}: the first is untouched"
            );
            let second = lms.world().registered_tools().pop().unwrap().index;
            let second = known(&scene, lms, second).await;
            assert_ne!(second.client_id, first.client_id, "{name}");
            assert_eq!(second.jwks_url.as_str(), keys, "{name}");
            assert!(
                !second.accepts_new_deployments,
                "{name}: that was chosen for the first"
            );

            // What another institution has is nobody else's business, although the issuer is the same.
            let (other, _) = crate::service::base::institutions::find_or_create(&scene.cairn, "South Coast")
                .await
                .unwrap();
            let life = registering::INVITATION_LIFE;
            let (_, code) = registering::invite(
                &scene.cairn,
                &other.id,
                "",
                crate::service::institution::administrators::Operator::CommandLine,
                life,
            )
            .await
            .unwrap();
            let address = registering::address(&scene.cairn, &code);
            let asked = paste(lms, &address, &[("chosen", "new")]).await;
            assert!(
                asked.words().contains("Connect this platform to Cairn?")
                    && !asked.words().contains(&first.client_id),
                "{name}: {}",
                asked.words()
            );
        }
        scene.end().await;
    });
}

#[test]
fn a_platform_that_answers_with_a_known_client_id_overwrites_nothing() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let index = registered(&scene, lms).await;
            let first = known(&scene, lms, index).await;
            change_mind(lms);
            let count = platforms(&scene).await;
            let address = invite(&scene).await;
            let asked = paste(lms, &address, &[("chosen", "new")]).await;
            let same = json!({"client_id": first.client_id}).to_string();
            lms.world().answer_registration_with(200, &same);
            let answer = agree(lms, &asked).await;
            assert_eq!(answer.status, 409, "{name}: {}", answer.words());
            assert!(
                answer.text().contains("platform.known"),
                "{name}: {}",
                answer.words()
            );
            assert_eq!(known(&scene, lms, index).await, first, "{name}");
            assert_eq!(platforms(&scene).await, count, "{name}");
            let whole = framed(lms).get(&address).await.unwrap();
            assert!(
                whole.text().contains("registering.no-address"),
                "{name}: the address still works: {}",
                whole.words()
            );
        }
        let own = tenant(&scene).await;
        let log = scene
            .cairn
            .store
            .read(move |db| logged(db, &own, Part::first(50)));
        let log = log.await.unwrap();
        assert!(
            log.iter().all(|entry| entry.action != "platform.updated"),
            "{log:?}"
        );
        scene.end().await;
    });
}

/// Registers at a Canvas that knows neither scores nor the editor: the index of the tool at the LMS. Then it knows all.
async fn registered_narrowly(scene: &Scene, lms: &PracticeLms) -> usize {
    const PLATFORM: &str = "https://purl.imsglobal.org/spec/lti-platform-configuration";
    let world = lms.world();
    change_mind(lms);
    let placements = ["account_navigation", "user_navigation"];
    let messages = json!([
        {"type": "LtiResourceLinkRequest", "placements": placements},
        {"type": "LtiDeepLinkingRequest", "placements": ["assignment_selection"]},
    ]);
    let narrow = json!({"product_family_code": "canvas", "messages_supported": messages});
    world.patch_configuration(PLATFORM, narrow);
    let index = registered(scene, lms).await;
    world.activate(index);
    world.honest_configuration();
    index
}

#[test]
fn canvas_says_what_an_update_brings_and_changes_nothing_before_its_administrator_consents() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let world = lms.world();
        let index = registered_narrowly(&scene, lms).await;
        let first = known(&scene, lms, index).await;
        let sent = world.registered_tools()[0].request.clone();
        let count = platforms(&scene).await;
        let number = index.to_string();
        let update = [("chosen", "update"), ("update", number.as_str())];

        // An address of another institution cannot touch it, although the issuer is the same.
        let (other, _) = crate::service::base::institutions::find_or_create(&scene.cairn, "South Coast")
            .await
            .unwrap();
        let (_, code) = registering::invite(
            &scene.cairn,
            &other.id,
            "",
            crate::service::institution::administrators::Operator::CommandLine,
            registering::INVITATION_LIFE,
        )
        .await
        .unwrap();
        let asked = paste(lms, &registering::address(&scene.cairn, &code), &update).await;
        assert!(!asked.words().contains(&first.name), "{}", asked.words());
        let foreign = agree(lms, &asked).await;
        assert_eq!(foreign.status, 409, "{}", foreign.words());
        assert!(foreign.text().contains("platform.known"), "{}", foreign.words());
        assert_eq!(known(&scene, lms, index).await, first);

        let asked = paste(lms, &invite(&scene).await, &update).await;
        let words = asked.words();
        let (of_the_update, in_all) = words.split_once("What was chosen in").unwrap();
        for part in [
            "Update this registration?",
            "Cairn will also be able to: write grades into its own columns",
            "Cairn will also be:",
            "opened from the menu of a course",
            "asked for content from the rich content editor",
            "changes nothing until one of them accepts it there",
            "becomes",
        ] {
            assert!(of_the_update.contains(part), "{part}: {words}");
        }
        for unchanged in [
            "no longer",
            "read the grades in its own columns",
            "the submission type of an assignment",
            "is not known here",
        ] {
            assert!(!of_the_update.contains(unchanged), "{unchanged}: {words}");
        }
        assert!(in_all.contains("read the grades in its own columns"), "{words}");
        let done = agree(lms, &asked).await;
        assert!(
            done.words().contains("What the update changes waits in Canvas"),
            "{}",
            done.words()
        );
        assert!(!done.words().contains("enable the key"), "{}", done.words());
        assert_eq!(platforms(&scene).await, count);
        let now = known(&scene, lms, index).await;
        let jwks_url = format!("{}/api/lti/security/jwks", lms.origin()).parse().unwrap();
        assert_eq!(now, Registration { jwks_url, ..first });
        assert_eq!(
            world.registered_tools()[0].request,
            sent,
            "Canvas waits for its administrator"
        );
        assert_eq!(world.waiting_updates(), [index]);
        world.accept_update(index);
        let scope = world.registered_tools()[0].request["scope"].clone();
        assert!(scope.as_str().unwrap().contains("scope/score"), "{scope}");
        scene.end().await;
    });
}

#[test]
fn canvas_does_not_say_which_of_two_registrations_an_update_means_and_only_that_one_is_changed() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let both = [
            registered_narrowly(&scene, lms).await,
            registered_narrowly(&scene, lms).await,
        ];
        let [one, other] = [
            known(&scene, lms, both[0]).await,
            known(&scene, lms, both[1]).await,
        ];
        let number = both[1].to_string();
        let update = [("chosen", "update"), ("update", number.as_str())];
        let asked = paste(lms, &invite(&scene).await, &update).await;
        for part in ["It is one of these", "is not known here"] {
            assert!(asked.words().contains(part), "{part}: {}", asked.words());
        }
        let done = agree(lms, &asked).await;
        assert_eq!(done.status, 200, "{}", done.words());
        assert_eq!(known(&scene, lms, both[0]).await, one);
        let changed = known(&scene, lms, both[1]).await;
        assert_ne!(changed.jwks_url, other.jwks_url);
        assert_eq!(changed.id, other.id);
        scene.end().await;
    });
}

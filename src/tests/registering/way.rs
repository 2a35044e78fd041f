//! The way itself, in both flavours.

use crate::ids::TenantId;
use crate::service::institution::registering;
use crate::store::registrations;
use practice_lms::browser::{Browser, Page};
use practice_lms::{CourseRole, PracticeLms, Standing};

use crate::tests::harness::{Scene, framed, on_each_database};

/// The institution that the scene's platforms belong to.
pub(crate) async fn tenant(scene: &Scene) -> TenantId {
    let found = scene.cairn.store.read(crate::store::tenants::first).await;
    found.unwrap().unwrap().id
}

/// A new registration address.
pub(crate) async fn invite(scene: &Scene) -> String {
    let tenant = tenant(scene).await;
    let life = registering::INVITATION_LIFE;
    let (_, code) = registering::invite(
        &scene.cairn,
        &tenant,
        "Our LMS",
        crate::service::institution::administrators::Operator::CommandLine,
        life,
    )
    .await
    .unwrap();
    registering::address(&scene.cairn, &code)
}

/// Pastes an address into the platform and opens what its frame shows.
pub(crate) async fn paste(lms: &PracticeLms, address: &str, more: &[(&str, &str)]) -> Page {
    let mut browser = Browser::new().unwrap();
    let admin = format!("{}/practice/admin/register", lms.origin());
    let fields: Vec<(&str, &str)> = [("url", address)].iter().chain(more).copied().collect();
    let page = browser.post(&admin, &fields).await.unwrap();
    let frames = page.frames();
    let frame = frames
        .first()
        .unwrap_or_else(|| panic!("no frame: {}", page.text()));
    framed(lms).get(frame).await.unwrap()
}

/// Agrees to what the page asks.
pub(crate) async fn agree(lms: &PracticeLms, page: &Page) -> Page {
    let form = page
        .form("/lti/register/")
        .unwrap_or_else(|_| panic!("{}", page.words()));
    framed(lms).submit(page, &form, &[]).await.unwrap()
}

/// How many platforms the database has.
pub(crate) async fn platforms(scene: &Scene) -> usize {
    let tenant = tenant(scene).await;
    let all = scene
        .cairn
        .store
        .read(move |db| registrations::list(db, &tenant))
        .await;
    all.unwrap().len()
}

#[test]
fn an_invitation_becomes_a_platform_that_launches() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let before = platforms(&scene).await;
            let address = invite(&scene).await;
            let asked = paste(lms, &address, &[]).await;
            assert_eq!(asked.status, 200, "{name}: {}", asked.words());
            let words = asked.words();
            assert!(words.contains("North Coast Polytechnic"), "{name}: {words}");
            assert!(
                words.contains("read the grades in its own columns"),
                "{name}: {words}"
            );
            assert!(words.contains("no e-mail addresses"), "{name}: {words}");
            let policy = asked.header("content-security-policy").unwrap();
            assert!(
                policy.contains(lms.origin()) && !policy.contains("frame-ancestors *"),
                "{policy}"
            );
            assert_eq!(asked.header("referrer-policy"), Some("no-referrer"));
            assert_eq!(platforms(&scene).await, before, "asking writes nothing");

            let done = agree(lms, &asked).await;
            assert_eq!(done.status, 200, "{name}: {}", done.words());
            let next = if name == "moodle" {
                "Activate"
            } else {
                "Add the app"
            };
            assert!(done.words().contains(next), "{name}: {}", done.words());
            assert!(done.text().contains("close.js"));
            assert_eq!(platforms(&scene).await, before + 1);

            let world = lms.world();
            let registered = world.registered_tools().pop().unwrap();
            assert_eq!(registered.standing, Standing::Waiting);
            assert!(registered.tool.share_names && !registered.tool.share_email);
            while world.registered_tools().last().unwrap().standing != Standing::Active {
                world.activate(registered.index);
            }
            let at_lms = world.registration(registered.index);
            let (issuer, client) = (at_lms.issuer.clone(), at_lms.client_id.clone());
            let found = scene
                .cairn
                .store
                .read(move |db| registrations::by_issuer_and_client(db, &issuer, &client))
                .await;
            let registration = found.unwrap().unwrap();
            assert!(!registration.accepts_new_deployments);
            if name == "canvas" {
                accept(&scene, &registration, &at_lms.deployment_id).await;
            }
            let course = world.courses()[0].id;
            let link = world.add_link(course, "Registered", registered.index, None);
            let teacher = world.member(course, CourseRole::Teacher).unwrap().id;
            let form = world.launch_form(course, teacher, link).unwrap();
            let page = framed(lms).launch(&form).await.unwrap();
            assert_eq!(page.status, 200, "{name}: {}", page.words());
        }
        scene.end().await;
    });
}

/// What the administrator does in the console with a deployment that Canvas made.
async fn accept(scene: &Scene, registration: &lti::registration::Registration, id: &str) {
    use crate::service::institution::administrators::Scope;
    let mut admin =
        crate::tests::console::admin_browser::AdminBrowser::of(scene, &Scope::Everything, "Ada").await;
    let page = admin
        .get(&format!("/admin/platforms/p/{}", registration.id))
        .await;
    let form = page
        .forms()
        .into_iter()
        .find(|form| form.value("what") == Some("deployment"))
        .unwrap();
    let saved = admin
        .browser
        .submit(&page, &form, &[("value", id)])
        .await
        .unwrap();
    assert!(saved.words().contains("accepted"), "{}", saved.words());
}

#[test]
fn moodle_updates_what_is_there_and_only_after_a_person_agreed() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let asked = paste(lms, &invite(&scene).await, &[]).await;
        agree(lms, &asked).await;
        let index = lms.world().registered_tools()[0].index.to_string();
        let before = platforms(&scene).await;

        let update = [("chosen", "update"), ("update", index.as_str())];
        let asked = paste(lms, &invite(&scene).await, &update).await;
        assert!(
            asked.words().contains("Update this registration?"),
            "{}",
            asked.words()
        );
        assert!(
            asked.words().contains("Nothing: the platform sends the values"),
            "{}",
            asked.words()
        );
        let done = agree(lms, &asked).await;
        assert!(
            done.words().contains("The registration was updated"),
            "{}",
            done.words()
        );
        assert_eq!(platforms(&scene).await, before);

        // An address of another institution cannot touch it.
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
        let foreign = paste(lms, &registering::address(&scene.cairn, &code), &update).await;
        assert_eq!(foreign.status, 409, "{}", foreign.words());
        assert!(foreign.text().contains("platform.known"), "{}", foreign.words());
        scene.end().await;
    });
}

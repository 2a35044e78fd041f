//! The way itself, in both flavours.

use crate::ids::TenantId;
use crate::service::institution::registering;
use crate::store::registrations;
use crate::store::testing::shortcuts::first_tenant;
use practice_lms::browser::{Browser, Page};
use practice_lms::{CourseRole, DeploymentTold, PracticeLms, Standing};

use crate::tests::harness::{Scene, framed, on_each_database};

/// The institution that the scene's platforms belong to.
pub(crate) async fn tenant(scene: &Scene) -> TenantId {
    let found = scene.cairn.store.read(first_tenant).await;
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
                "the pencil (“Edit”) on Cairn's card"
            } else {
                "that would be a second installation"
            };
            assert!(done.words().contains(next), "{name}: {}", done.words());
            assert!(!done.words().contains("By Client ID"), "{name}: {}", done.words());
            assert!(done.text().contains("close.js"));
            assert_eq!(platforms(&scene).await, before + 1);

            let world = lms.world();
            let registered = world.registered_tools().pop().unwrap();
            assert_eq!(registered.standing, Standing::Waiting);
            assert!(registered.tool.share_names && !registered.tool.share_email);
            let registration = activated(&scene, lms).await;
            assert!(!registration.accepts_new_deployments);
            let page = first_launch(lms).await;
            assert_eq!(page.status, 200, "{name}: {}", page.words());
            let tested = tested(&scene, &registration).await;
            for said in [
                "It gives an access token for members, line items, results and scores.",
                "members read in",
                "Nothing is broken.",
            ] {
                assert!(tested.contains(said), "{name}, {said}: {tested}");
            }
        }
        scene.end().await;
    });
}

/// What Cairn has of the tool that registered last, once the administrator of the LMS has switched it on.
async fn activated(scene: &Scene, lms: &PracticeLms) -> lti::registration::Registration {
    let world = lms.world();
    let index = world.registered_tools().last().unwrap().index;
    while world.registered_tools().last().unwrap().standing != Standing::Active {
        world.activate(index);
    }
    let at_lms = world.registration(index);
    let found = scene
        .cairn
        .store
        .read(move |db| registrations::by_issuer_and_client(db, &at_lms.issuer, &at_lms.client_id));
    found.await.unwrap().unwrap()
}

/// A teacher opens the tool that registered last.
async fn first_launch(lms: &PracticeLms) -> Page {
    let world = lms.world();
    let index = world.registered_tools().last().unwrap().index;
    let course = world.courses()[0].id;
    let link = world.add_link(course, "Registered", index, None);
    let teacher = world.member(course, CourseRole::Teacher).unwrap().id;
    let form = world.launch_form(course, teacher, link).unwrap();
    framed(lms).launch(&form).await.unwrap()
}

/// What the self-test of a platform says.
async fn tested(scene: &Scene, registration: &lti::registration::Registration) -> String {
    use crate::service::institution::administrators::Scope;
    let mut admin =
        crate::tests::console::admin_browser::AdminBrowser::of(scene, &Scope::Everything, "Ada").await;
    let page = admin
        .get(&format!("/admin/platforms/p/{}", registration.id))
        .await;
    admin.send(&page, "/test", &[]).await.words()
}

#[test]
fn a_canvas_that_names_its_deployment_opens_at_once_and_one_that_does_not_waits_for_the_console() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        // Each for an institution of its own: a second registration of one platform is reviewed first.
        for (told, school) in [
            (DeploymentTold::Within, "South Coast"),
            (DeploymentTold::Later, "East Coast"),
            (DeploymentTold::Beside, "West Coast"),
        ] {
            lms.world().tell_deployments(told);
            let asked = paste(lms, &invite_of(&scene, school).await, &[]).await;
            let done = agree(lms, &asked).await;
            let adds = done.words().contains("By Client ID");
            assert_eq!(adds, told == DeploymentTold::Later, "{told:?}: {}", done.words());
            let registration = activated(&scene, lms).await;
            let first = first_launch(lms).await;
            if told == DeploymentTold::Later {
                assert_ne!(first.status, 200, "{told:?}: {}", first.words());
                let index = lms.world().registered_tools().last().unwrap().index;
                let deployment = lms.world().registration(index).deployment_id;
                accept(&scene, &registration, &deployment).await;
                let second = first_launch(lms).await;
                assert_eq!(second.status, 200, "{told:?}: {}", second.words());
            } else {
                assert_eq!(first.status, 200, "{told:?}: {}", first.words());
            }
        }
        scene.end().await;
    });
}

/// An address at which another institution connects its platform.
async fn invite_of(scene: &Scene, school: &str) -> String {
    use crate::service::institution::administrators::Operator;
    let found = crate::service::base::institutions::find_or_create(&scene.cairn, school).await;
    let (other, _) = found.unwrap();
    let life = registering::INVITATION_LIFE;
    let made = registering::invite(&scene.cairn, &other.id, "", Operator::CommandLine, life).await;
    registering::address(&scene.cairn, &made.unwrap().1)
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
        let elsewhere = invite_of(&scene, "South Coast").await;
        let foreign = paste(lms, &elsewhere, &update).await;
        assert_eq!(foreign.status, 409, "{}", foreign.words());
        assert!(foreign.text().contains("platform.known"), "{}", foreign.words());
        scene.end().await;
    });
}

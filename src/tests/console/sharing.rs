//! One client id that serves several institutions: the deployment says whose a launch is.

use lti::registration::Flavour;
use practice_lms::browser::Page;

use super::admin_browser::AdminBrowser;
use crate::ids::TenantId;
use crate::service::base::{institutions, platforms};
use crate::service::institution::administrators::Scope;
use crate::store::platforms::of_issuer;
use crate::store::testing::shortcuts::{all_courses, first_tenant};
use crate::store::{people, registrations};
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, framed, on_each_database};

/// Launches somebody of that role from the course of the Canvas, whatever page it leads to.
async fn launch(scene: &Scene, role: &str) -> Page {
    let world = scene.canvas.world();
    let course = world.courses()[0].id;
    let link = world.links(course).remove(0).id;
    let mut members = world.members(course).into_iter();
    let person = members.find(|one| format!("{:?}", one.role) == role).unwrap().id;
    let form = world.launch_form(course, person, link).unwrap();
    framed(&scene.canvas).launch(&form).await.unwrap()
}

fn code(page: &Page) -> String {
    let text = page.text();
    let after = text
        .split("within a day:</p><p><code>")
        .nth(1)
        .unwrap_or_else(|| panic!("{}", page.words()));
    after.split("</code>").next().unwrap().to_owned()
}

async fn counts(scene: &Scene, tenant: &TenantId) -> (usize, usize) {
    let (of, canvas) = (tenant.clone(), scene.canvas.registration().issuer);
    let found = scene.cairn.store.read(move |db| {
        let platforms = of_issuer(db, &of, &canvas)?;
        let mut people = 0;
        for one in platforms {
            people += crate::store::platforms::people(db, &of, &one.id)?;
        }
        Ok((all_courses(db, &of)?.len(), usize::try_from(people).unwrap()))
    });
    found.await.unwrap()
}

#[test]
fn a_deployment_goes_to_the_institution_whose_platform_administrator_has_the_code() {
    on_each_database(|scene| async move {
        let north = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let (south, _) = institutions::find_or_create(&scene.cairn, "South Hill School")
            .await
            .unwrap();
        let before = Guest::with(
            framed(&scene.canvas),
            &scene.canvas,
            0,
            "Teacher",
            first_link(&scene).as_str(),
        )
        .await;
        scene.at_rest().await;
        let own = counts(&scene, &north).await;
        scene.canvas.world().redeploy(0);
        let teacher = launch(&scene, "Teacher").await;
        assert_eq!(teacher.status, 403, "{}", teacher.words());
        assert!(!teacher.text().contains("within a day"), "{}", teacher.words());
        let page = administrator(&scene).await;
        let code = code(&page);

        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(south.id.clone()), "Otto").await;
        let list = admin.get("/admin/platforms").await;
        let wrong = admin
            .send(&list, "/platforms/take", &[("code", "not-a-code")])
            .await;
        assert!(wrong.words().contains("copy the new code"), "{}", wrong.words());
        let taken = admin.send(&list, "/platforms/take", &[("code", &code)]).await;
        assert!(
            taken
                .words()
                .contains("The registration belongs to another institution"),
            "{}",
            taken.words()
        );
        let twice = admin.send(&list, "/platforms/take", &[("code", &code)]).await;
        assert!(
            twice
                .words()
                .contains("accepted or refused this deployment meanwhile"),
            "{}",
            twice.words()
        );

        let after = Guest::with(
            framed(&scene.canvas),
            &scene.canvas,
            0,
            "Teacher",
            first_link(&scene).as_str(),
        )
        .await;
        assert_ne!(
            after.course, before.course,
            "the same course and person, of another institution"
        );
        scene.at_rest().await;
        assert_eq!(counts(&scene, &north).await, own);
        let theirs = counts(&scene, &south.id).await;
        assert!(
            theirs.1 > 1,
            "its member list was read under the shared registration: {theirs:?}"
        );
        let of = south.id.clone();
        let shared = scene
            .cairn
            .store
            .read(move |db| registrations::shared_with(db, &of))
            .await
            .unwrap();
        assert_eq!(shared.len(), 1);
        // Only the owner changes the registration.
        let tried = admin.get(&format!("/admin/platforms/p/{}", shared[0].id)).await;
        assert!(
            tried.forms().iter().all(|form| !form.action.ends_with("/change")),
            "{}",
            tried.words()
        );
        let all = platforms::list(&scene.cairn).await.unwrap();
        assert!(
            all.iter()
                .any(|(tenant, one)| tenant.id == north && one.flavour == Flavour::Canvas)
        );
        let of = south.id.clone();
        let named = scene
            .cairn
            .store
            .read(move |db| people::search(db, &of, "a", 50))
            .await
            .unwrap();
        assert!(
            named
                .iter()
                .all(|one| one.tenant == south.id && !one.sub.contains('/')),
            "{named:?}"
        );
        scene.end().await;
    });
}

#[test]
fn whoever_looks_after_all_institutions_accepts_a_deployment_for_another_one() {
    on_each_database(|scene| async move {
        let north = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let (south, _) = institutions::find_or_create(&scene.cairn, "South Hill School")
            .await
            .unwrap();
        let link = first_link(&scene);
        let before = Guest::with(framed(&scene.canvas), &scene.canvas, 0, "Teacher", &link).await;
        scene.at_rest().await;
        let own = counts(&scene, &north).await;
        scene.canvas.world().redeploy(0);
        assert_eq!(launch(&scene, "Teacher").await.status, 403);

        let all = platforms::list(&scene.cairn).await.unwrap();
        let mut all = all.into_iter();
        let (_, canvas) = all.find(|(_, one)| one.flavour == Flavour::Canvas).unwrap();
        let place = format!("/admin/platforms/p/{}", canvas.id);
        // Nobody gives away what is another institution's, or gives theirs to others.
        let mut own_admin = AdminBrowser::of(&scene, &Scope::Tenant(north.clone()), "Ada").await;
        let page = own_admin.get(&place).await;
        assert!(!page.words().contains("Accept it for them"), "{}", page.words());
        let mut operator = AdminBrowser::of(&scene, &Scope::Everything, "Olga").await;
        let page = operator.get(&place).await;
        let form = page
            .forms()
            .into_iter()
            .find(|form| form.value("what") == Some("accept-for"));
        let form = form.unwrap_or_else(|| panic!("{}", page.words()));
        let chosen = form
            .option("institution", "South Hill School")
            .unwrap()
            .to_owned();
        assert_eq!(chosen, south.id.as_str());
        let choice = [("institution", chosen.as_str())];
        let done = operator.browser.submit(&page, &form, &choice).await.unwrap();
        assert!(done.words().contains("Saved."), "{}", done.words());
        let twice = operator.browser.submit(&page, &form, &choice).await.unwrap();
        assert!(
            twice
                .words()
                .contains("accepted or refused this deployment meanwhile"),
            "{}",
            twice.words()
        );

        let after = Guest::with(framed(&scene.canvas), &scene.canvas, 0, "Teacher", &link).await;
        assert_ne!(after.course, before.course);
        scene.at_rest().await;
        assert_eq!(counts(&scene, &north).await, own, "nobody of theirs goes over");
        assert!(counts(&scene, &south.id).await.1 > 1);
        for tenant in [&north, &south.id] {
            let log = operator
                .get(&format!(
                    "/admin/audit/{tenant}?action=deployment.accepted&who=Olga"
                ))
                .await;
            assert!(!log.words().contains("Nothing like this"), "{}", log.words());
        }
        scene.end().await;
    });
}

/// The title of the first link of the course.
fn first_link(scene: &Scene) -> String {
    let world = scene.canvas.world();
    world.links(world.courses()[0].id).remove(0).title
}

/// The page that an administrator of the Canvas gets who opens Cairn from there.
async fn administrator(scene: &Scene) -> Page {
    // The account with the number 2 administers the whole site.
    let form = scene.canvas.world().account_form(2, 0).unwrap();
    let page = framed(&scene.canvas).launch(&form).await.unwrap();
    assert_eq!(page.status, 403, "{}", page.words());
    page
}

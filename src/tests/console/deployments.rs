//! Deployments that an administrator lets in or refuses.

use crate::service::institution::administrators::Scope;
use crate::store::testing::shortcuts::first_tenant;

use super::admin_browser::AdminBrowser;
use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;

#[test]
fn a_refused_deployment_says_who_refused_it_and_when_until_it_is_accepted() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap();
        Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let known = crate::service::base::platforms::list(&scene.cairn).await.unwrap();
        let client = scene.moodle.registration().client_id;
        let (_, moodle) = known
            .into_iter()
            .find(|(_, one)| one.client_id == client)
            .unwrap();
        let place = format!("/admin/platforms/p/{}", moodle.id);
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.id), "Ada <Admin>").await;
        let page = admin.get(&place).await;
        assert!(
            page.words().contains("accepted") && !page.words().contains("refused by"),
            "{}",
            page.words()
        );
        let switch = |page: &practice_lms::browser::Page, what: &str| {
            let forms = page.forms().into_iter();
            let mut own = forms.filter(|form| form.action.ends_with("/change"));
            own.find(|form| form.value("what") == Some(what)).unwrap()
        };
        let form = switch(&page, "set-aside");
        let refused = admin.browser.submit(&page, &form, &[]).await.unwrap();
        let day = scene.cairn.clock.now().format("%Y").to_string();
        let words = refused.words();
        let told = words.split("refused by Ada <Admin> on ").nth(1);
        let told = told.unwrap_or_else(|| panic!("{words}"));
        assert!(told.chars().take(20).collect::<String>().contains(&day), "{told}");
        let form = switch(&refused, "accept");
        let accepted = admin.browser.submit(&refused, &form, &[]).await.unwrap();
        assert!(!accepted.words().contains("refused by"), "{}", accepted.words());
        scene.end().await;
    });
}

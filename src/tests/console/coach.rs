//! The report on the design of an institution's badges: numbers first, and nobody's but its administrators'.

use crate::service::institution::administrators::Scope;

use super::admin_browser::AdminBrowser;
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::{Stage, design};

#[test]
fn an_institution_reads_what_is_open_about_its_badges_in_numbers() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let tenant = stage.course.tenant.clone();
        let mut vague = design("Quiz master");
        vague.outcome = "Knows tables.".into();
        stage.badge(vague, Some(vec![stage.quiz()])).await;
        let mut other = design("Chart reader");
        other.outcome = "Draws three charts and explains each of them.".into();
        stage.badge(other, None).await;
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let page = admin.get(&format!("/admin/coach/{tenant}")).await;
        assert_eq!(page.status, 200, "{}", page.words());
        for said in [
            "Courses with badges 1",
            "Badges 2",
            "Outcome that nobody can see 1",
            "Do not say how they are assessed 2",
            "2 badges",
            "0 dismissed",
        ] {
            assert!(page.words().contains(said), "{said}: {}", page.words());
        }
        let nowhere = admin.get("/admin/coach/another-institution").await;
        assert_eq!(nowhere.status, 404, "{}", nowhere.words());
        stage.scene.end().await;
    });
}

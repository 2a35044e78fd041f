//! The report on the design of an institution's badges: numbers first, and nobody's but its administrators'.

use practice_lms::CourseRole;

use super::admin_browser::AdminBrowser;
use crate::domain::badge::Badge;
use crate::service::institution::administrators::Scope;
use crate::store::badges;
use crate::tests::harness::{framed, on_each_database};
use crate::tests::showing::stage::{Stage, design, launch};

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
        // The same badge in another course, which is no copy.
        let world = stage.scene.canvas.world();
        let teacher = world
            .member(world.courses()[0].id, CourseRole::Teacher)
            .unwrap()
            .id;
        let there = launch(
            &world,
            world.courses()[0].id,
            teacher,
            &mut framed(&stage.scene.canvas),
        )
        .await;
        let course = there.url.path().split('/').nth(2).unwrap().to_owned();
        let owner = tenant.clone();
        let made = stage.scene.cairn.store.write(move |db| {
            let all = badges::of_tenant(db, &owner)?;
            let like = all.iter().find(|one| one.design.name == "Chart reader").unwrap();
            let same = Badge {
                id: "same-elsewhere".into(),
                course: course.as_str().into(),
                ..like.clone()
            };
            badges::insert(db, &same)
        });
        made.await.unwrap();
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let page = admin.get(&format!("/admin/coach/{tenant}")).await;
        assert_eq!(page.status, 200, "{}", page.words());
        for said in [
            "Courses with badges 2",
            "Badges 3",
            "Outcome that nobody can see 1",
            "Do not say how they are assessed 3",
            "In different courses, and nearly the same",
            "They have nearly the same words.",
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

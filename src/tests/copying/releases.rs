//! When grades count comes along with the columns, and that they were released does not.

use crate::domain::release::{Change, Counting, Release};
use crate::ids::LineItemId;
use crate::store::{line_items, releases};
use practice_lms::browser::Page;

use super::{copied, known, mapping, offer, teacher};
use crate::domain::course::Course;
use crate::tests::harness::{Scene, on_each_database};

async fn column(scene: &Scene, course: &Course, label: &str) -> LineItemId {
    let (course, label) = (course.clone(), label.to_owned());
    let all = scene
        .cairn
        .store
        .read(move |db| line_items::for_course(db, &course.tenant, &course.id));
    let found = all.await.unwrap().into_iter().find(|one| one.label == label);
    found.unwrap_or_else(|| panic!("no column of that name")).id
}

async fn chosen(scene: &Scene, course: &Course, label: &str) -> Option<Release> {
    let (course, item) = (course.clone(), column(scene, course, label).await);
    let found = scene
        .cairn
        .store
        .read(move |db| releases::of_item(db, &course.tenant, &item));
    found.await.unwrap()
}

#[test]
fn what_a_teacher_chose_for_a_column_is_chosen_for_the_one_that_stands_for_it() {
    on_each_database(|scene| async move {
        for (flavour, lms) in scene.platforms() {
            let mut old = teacher(lms, 0).await;
            let (at, copy) = copied(lms, &mut old).await;
            let source = known(&scene, lms, at).await.unwrap();
            let (quiz, home) = (
                column(&scene, &source, "Final quiz").await,
                column(&scene, &source, "Homework").await,
            );
            let (now, tenant) = (scene.cairn.clock.now(), source.tenant.clone());
            let waits = Release::of(Counting::OnRelease);
            let set = scene.cairn.store.write(move |db| {
                releases::set(db, &tenant, &quiz, &Release::of(Counting::AtOnce))?;
                releases::set(db, &tenant, &home, &waits.after(Change::Release, now))?;
                releases::set_answer(db, &tenant, &source.id, Counting::OnRelease, now)
            });
            set.await.unwrap();

            let mut new = teacher(lms, 4).await;
            let page = offer(&mut new).await;
            new.send(&page, "/take", &[]).await;
            let course = known(&scene, lms, copy).await.unwrap();
            let quiz = chosen(&scene, &course, "Final quiz").await;
            assert_eq!(quiz, Some(Release::of(Counting::AtOnce)), "{flavour}");
            // What stands in for a column that was not found, and then the one that somebody says it is.
            assert_eq!(
                chosen(&scene, &course, "Homework").await,
                Some(waits),
                "{flavour}"
            );
            let map: Page = mapping(&mut new).await;
            let form = map.form("/map").unwrap();
            let field = form.fields.iter().find(|field| field.name.starts_with("column."));
            let field = field.unwrap().name.clone();
            let stands = form.option(&field, "Home assignment").unwrap().to_owned();
            let done = new.send(&map, "/map", &[(field.as_str(), stands.as_str())]).await;
            assert!(done.words().contains("Saved."), "{}", done.words());
            let stands = chosen(&scene, &course, "Home assignment").await;
            assert_eq!(
                stands,
                Some(waits),
                "{flavour}: other students’ grades are not released"
            );
        }
        scene.end().await;
    });
}

//! What an offer brings, and what it does not.

use crate::domain::badge::BadgeState;
use crate::store::{awards, enrolments};
use crate::web::words;
use rust_decimal::Decimal;
use serde_json::json;

use super::{LTI, badges_of, check, copied, copies_of, known, mapping, offer, teacher};
use crate::tests::console::institution_badges;
use crate::tests::harness::on_each_database;

#[test]
fn a_copied_course_brings_its_badges_asks_for_what_is_missing_and_awards_its_own_students() {
    on_each_database(|scene| async move {
        let (tenant, _) = institution_badges::published(&scene).await;
        for (flavour, lms) in scene.platforms() {
            let world = lms.world();
            let mut old = teacher(lms, 0).await;
            let (at, copy) = copied(lms, &mut old).await;
            let mut new = teacher(lms, 4).await;

            let page = offer(&mut new).await;
            let words = page.words();
            for told in [
                "Bring 3 badges from Data Literacy 101?",
                "Final quiz is here too, found by Cairn’s own mark.",
                "“Final quiz” has 50 points here and had 100 in the old course",
                "Homework was not found among this course’s gradebook columns.",
                "Quiz master comes along too.",
                "One thing that a rule needs was not found",
                "Nothing of the other course’s students comes along",
            ] {
                assert!(words.contains(told), "{flavour}: no {told:?} in {words}");
            }
            let course = known(&scene, lms, copy).await.unwrap();
            assert_eq!(
                words.contains("Badges of your institution"),
                course.tenant == tenant,
                "{flavour}: {words}"
            );
            assert!(
                badges_of(&scene, &course).await.is_empty(),
                "looking takes nothing"
            );

            let taken = new.send(&page, "/take", &[]).await;
            assert!(
                taken.words().contains("The badges came along."),
                "{}",
                taken.words()
            );
            let again = new.send(&page, "/take", &[]).await;
            assert!(
                again.words().contains("nothing was brought twice"),
                "{}",
                again.words()
            );
            let brought = badges_of(&scene, &course).await;
            assert_eq!(brought.len(), 3, "{flavour}");
            let names: Vec<&str> = brought.iter().map(|one| one.design.name.as_str()).collect();
            assert_eq!(names, ["Quiz master", "Home worker", "Champion"]);
            let states: Vec<bool> = brought.iter().map(|one| one.state == BadgeState::Draft).collect();
            assert_eq!(states, [true, false, true], "{flavour}: none is active by itself");
            let BadgeState::Paused { reason } = &brought[1].state else {
                panic!("{:?}", brought[1].state)
            };
            assert_eq!(
                words::rules::rest(reason),
                "It was copied from another course, and “Homework” was not found here. Say what stands for it."
            );

            // Resting, it cannot be activated; a check that finds nothing changes nothing.
            let preview = new.get(&format!("/badges/{}/preview", brought[1].id)).await;
            assert!(
                preview.words().contains("cannot be activated yet"),
                "{}",
                preview.words()
            );
            let map = mapping(&mut new).await;
            assert!(
                map.words().contains("Choose the assignment for “Homework”"),
                "{}",
                map.words()
            );
            let form = map.form("/map").unwrap();
            let field = form.fields.iter().find(|field| field.name.starts_with("column."));
            let field = field.unwrap().name.clone();
            let chosen = form.option(&field, "Home assignment").unwrap().to_owned();
            let foreign = new
                .send(&map, "/map", &[(&field, "no-such-column"), ("action", "save")])
                .await;
            assert_eq!(foreign.status, 422, "{}", foreign.words());
            let done = new
                .send(&map, "/map", &[(&field, &chosen), ("action", "save")])
                .await;
            assert!(
                done.words().contains("Everything that the rules need was found."),
                "{}",
                done.words()
            );

            // A column of the old name turns up: what a person chose stays.
            world.add_link(copy, "Homework", 0, Some(Decimal::ONE_HUNDRED));
            check(&mut new).await;
            new.until("", "4 columns placed by Cairn").await;
            let rule = new.get(&format!("/badges/{}/rule", brought[1].id)).await;
            let form = rule.form("/rule/save").unwrap();
            assert_eq!(form.value("n.0.item"), Some(chosen.as_str()), "{flavour}");

            new.activate(brought[1].id.as_str()).await;
            let item = world
                .line_items(copy)
                .into_iter()
                .find(|one| one.label == "Home assignment");
            let newcomer = world.students(copy)[0].clone();
            world.set_grade(copy, item.unwrap().id, newcomer.id, Some(Decimal::from(80)));
            check(&mut new).await;
            new.until("", "Knowledge badge 1 of").await;

            let people = scene.cairn.store.read({
                let course = course.clone();
                move |db| enrolments::learners(db, &course.tenant, &course.id)
            });
            // Moodle's member list calls a non-editing teacher a learner.
            let learners = if flavour == "moodle" { 2 } else { 1 };
            assert_eq!(
                people.await.unwrap().len(),
                learners,
                "{flavour}: nobody of the old course"
            );
            let now = scene.cairn.clock.now();
            let counted = scene
                .cairn
                .store
                .read(move |db| awards::counters(db, &course.tenant, &course.id, now));
            let counted = counted.await.unwrap();
            let holders: Vec<_> = brought
                .iter()
                .map(|one| counted.get(&one.id).map_or(0, |counter| counter.holders))
                .collect();
            assert_eq!(holders, [0, 1, 0], "{flavour}");
            assert_eq!(world.students(at).len(), 30);
        }
        scene.end().await;
    });
}

#[test]
fn a_declined_copy_is_not_offered_again_and_another_platforms_history_means_nothing() {
    on_each_database(|scene| async move {
        let mut old = teacher(&scene.moodle, 0).await;
        let (at, copy) = copied(&scene.moodle, &mut old).await;
        let mut new = teacher(&scene.moodle, 4).await;
        let page = offer(&mut new).await;
        let declined = new.send(&page, "/decline", &[]).await;
        assert!(
            declined.words().contains("You are not asked again."),
            "{}",
            declined.words()
        );
        let mut again = teacher(&scene.moodle, 4).await;
        let page = again.get("").await;
        assert!(!page.words().contains("was copied from"), "{}", page.words());
        let course = known(&scene, &scene.moodle, copy).await.unwrap();
        assert_eq!(copies_of(&scene, &course).await.len(), 1);

        // The same small id in the history of a course of another platform.
        let world = scene.canvas.world();
        world.tamper(move |_, claims| {
            claims[&format!("{LTI}custom")]["context_id_history"] = json!(at.to_string());
        });
        let mut other = teacher(&scene.canvas, 1).await;
        let page = other.get("").await;
        assert!(!page.words().contains("was copied from"), "{}", page.words());
        let second = world.courses()[1].id;
        let course = known(&scene, &scene.canvas, second).await.unwrap();
        assert!(copies_of(&scene, &course).await.is_empty());

        // An offer of another course cannot be taken from this one.
        let foreign = new
            .browser
            .get(&format!("{}/copied/none", new.course))
            .await
            .unwrap();
        assert_eq!(foreign.status, 404);
        scene.end().await;
    });
}

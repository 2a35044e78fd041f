//! What a rule reads once a platform was registered anew: the columns of the former registration are gone, and the new ones fit.

use lti::registration::Flavour;
use rust_decimal::Decimal;

use super::joining::{administrator, launch, member, person, registration, review};
use crate::domain::badge::BadgeState;
use crate::ids::BadgeId;
use crate::store::testing::shortcuts::first_tenant;
use crate::store::{awards, badges};
use crate::tests::evidence::{ADA, activity, first_in_queue, hand_in};
use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;
use crate::web::words as said;

#[test]
fn a_rule_over_a_column_of_the_former_registration_rests_until_it_takes_the_new_one() {
    on_each_database(|scene| async move {
        let (old, teacher) = (registration(&scene).await, member(&scene, "Teacher"));
        let mut before = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let badge = before.make_badge("First steps", "knowledge").await;
        before.rule_on_column(&badge, "Report").await;
        before.activate(&badge).await;
        scene.at_rest().await;

        let world = scene.moodle.world();
        world.register_anew(0);
        crate::demo::connect(&scene.cairn, &scene.moodle, Flavour::Moodle, "Moodle again")
            .await
            .unwrap();
        launch(&scene, teacher.id).await;
        let mut admin = administrator(&scene).await;
        let page = review(&mut admin, &registration(&scene).await).await;
        let told = page.words();
        assert!(
            told.contains("Rules that read columns of the former registration pause"),
            "{told}"
        );
        admin.send(&page, "/join", &[]).await;
        scene.at_rest().await;

        // The course is read by the new registration, which lists the column under another address.
        let mut after = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let check = after.get("").await;
        after.send(&check, "/check", &[]).await;
        scene.at_rest().await;
        let home = after.until("", "Use the new columns").await;
        let words = home.words();
        assert!(
            words.contains("“First steps” is paused and awards nothing"),
            "{words}"
        );
        let id = BadgeId::from(badge.as_str());
        let known = scene.cairn.store.read(move |db| {
            let tenant = first_tenant(db)?.unwrap();
            badges::get(db, &tenant.id, &id)
        });
        let BadgeState::Paused { reason } = known.await.unwrap().unwrap().state else {
            panic!("it goes on deciding");
        };
        let told = said::rules::rest(&reason);
        assert!(
            told.contains("“Report” belongs to a former registration of Cairn"),
            "{told}"
        );
        let href = home.links(&format!("/badges/{badge}/columns")).remove(0);
        let offer = after.browser.get(&href).await.unwrap();
        let words = offer.words();
        assert!(words.contains("“Report” (out of 100) fits"), "{words}");
        assert!(words.contains("Nothing is awarded before"), "{words}");
        let tried = after.send(&offer, "/columns/take", &[]).await;
        assert_eq!(tried.status, 200, "{}", tried.words());
        after.activate(&badge).await;
        let home = after.get("").await;
        assert!(
            !home.words().contains("is paused and awards nothing"),
            "{}",
            home.words()
        );

        // And a grade in the new column awards the badge.
        let at = world.courses()[0].id;
        let mut columns = world.line_items(at).into_iter();
        let column = columns.find(|one| one.label == "Report").unwrap().id;
        let student = world.students(at).remove(0);
        assert!(world.set_grade(at, column, student.id, Some(Decimal::from(90))));
        let check = after.get("").await;
        after.send(&check, "/check", &[]).await;
        scene.at_rest().await;
        let holder = person(&scene, &old, &student.sub).await.unwrap();
        let (tenant, id) = (holder.tenant.clone(), holder.id.clone());
        let held = scene
            .cairn
            .store
            .read(move |db| awards::for_person(db, &tenant, &id));
        let held = held.await.unwrap();
        assert_eq!(held.len(), 1, "{held:?}");
        assert_eq!(held[0].badge.as_str(), badge);
        scene.end().await;
    });
}

#[test]
fn a_review_says_before_points_are_given_that_the_column_is_of_the_former_registration() {
    on_each_database(|scene| async move {
        let teacher = member(&scene, "Teacher");
        let (mut before, place) = activity(&scene.moodle).await;
        before.until("", "1 column").await;
        let mut ada = Guest::open(&scene.moodle, 0, ADA, "Project report").await;
        hand_in(&mut ada, &place, "My report").await;
        scene.at_rest().await;
        let review_page = first_in_queue(&mut before).await;
        let words = review_page.words();
        assert!(!words.contains("do not reach the gradebook"), "{words}");

        let world = scene.moodle.world();
        world.register_anew(0);
        crate::demo::connect(&scene.cairn, &scene.moodle, Flavour::Moodle, "Moodle again")
            .await
            .unwrap();
        launch(&scene, teacher.id).await;
        let mut admin = administrator(&scene).await;
        let page = review(&mut admin, &registration(&scene).await).await;
        admin.send(&page, "/join", &[]).await;
        scene.at_rest().await;
        // The new registration gets no column by itself.
        let at = world.courses()[0].id;
        let mut columns = world.line_items(at).into_iter();
        let column = columns.find(|one| one.label == "Project report").unwrap().id;
        assert!(world.delete_line_item(at, column));

        let mut after = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let check = after.get("").await;
        after.send(&check, "/check", &[]).await;
        scene.at_rest().await;
        let words = first_in_queue(&mut after).await.words();
        assert!(
            words.contains("Points that you give here do not reach the gradebook for now."),
            "{words}"
        );
        assert!(
            words.contains("“Project report” belongs to a former registration of Cairn")
                && words.contains("Put the activity into the course once more and open it there"),
            "{words}"
        );
        assert!(!words.contains("The gradebook has"), "{words}");
        scene.end().await;
    });
}

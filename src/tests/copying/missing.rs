//! What a rule needs and the copy does not have: it turns up, is made, or something else stands for it.

use std::time::Duration;

use crate::domain::badge::BadgeState;
use rust_decimal::Decimal;

use super::{badges_of, check, copied, copy_page, known, mapping, offer, teacher};
use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;

#[test]
fn a_column_that_turns_up_later_is_found_by_itself() {
    on_each_database(|scene| async move {
        let (_, lms) = scene.platforms()[0];
        let world = lms.world();
        let mut old = teacher(lms, 0).await;
        let (_, copy) = copied(lms, &mut old).await;
        let mut new = teacher(lms, 4).await;
        let page = offer(&mut new).await;
        new.send(&page, "/take", &[]).await;
        new.until("", "Say what stands for it").await;
        // What was never active is nothing to students yet, although it rests.
        let student = Guest::open(lms, 4, "Student", "My badges").await;
        let words = student.page.words();
        assert!(
            words.contains("No badges to earn yet") && !words.contains("Home worker"),
            "{words}"
        );
        world.add_link(copy, " homework", 0, Some(Decimal::from(20)));
        check(&mut new).await;
        for _ in 0..300 {
            if !new.get("").await.words().contains("Say what stands for it") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let page = new.browser.get(page.url.as_str()).await.unwrap();
        let words = page.words();
        assert!(
            words.contains("Everything that the rules need was found."),
            "{words}"
        );
        assert!(
            words.contains("has 20 points here and had 100 in the old course"),
            "{words}"
        );
        scene.end().await;
    });
}

#[test]
fn a_missing_column_is_made_with_its_name_and_points_at_one_press() {
    on_each_database(|scene| async move {
        for (flavour, lms) in scene.platforms() {
            let world = lms.world();
            let mut old = teacher(lms, 0).await;
            let (_, copy) = copied(lms, &mut old).await;
            let mut new = teacher(lms, 4).await;
            let page = offer(&mut new).await;
            new.send(&page, "/take", &[]).await;
            let map = mapping(&mut new).await;
            assert!(
                map.words()
                    .contains("Make a new column “Homework” with 100 points"),
                "{flavour}: {}",
                map.words()
            );
            let create = map
                .text()
                .split("value=\"")
                .filter_map(|rest| rest.split('"').next())
                .find(|value| value.starts_with("create."))
                .unwrap()
                .to_owned();
            let done = new.send(&map, "/map", &[("action", &create)]).await;
            assert!(
                done.words().contains("Everything that the rules need was found."),
                "{flavour}: {}",
                done.words()
            );
            let columns = || {
                let all = world.line_items(copy).into_iter();
                all.filter(|one| one.label == "Homework")
                    .map(|one| one.maximum)
                    .collect::<Vec<_>>()
            };
            assert_eq!(columns(), [Decimal::ONE_HUNDRED], "{flavour}");
            // A press too many makes no second one.
            let again = new.send(&map, "/map", &[("action", &create)]).await;
            assert_eq!(again.status, 404, "{flavour}: {}", again.words());
            assert_eq!(columns().len(), 1, "{flavour}");
            let course = known(&scene, lms, copy).await.unwrap();
            let brought = badges_of(&scene, &course).await;
            let home = brought
                .iter()
                .find(|one| one.design.name == "Home worker")
                .unwrap();
            assert_eq!(home.state, BadgeState::Draft, "{flavour}");
            new.activate(home.id.as_str()).await;
        }
        scene.end().await;
    });
}

#[test]
fn a_badge_that_was_retired_stays_behind_and_a_retired_one_stands_for_nothing() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let mut old = teacher(lms, 0).await;
        let (_, copy) = copied(lms, &mut old).await;
        let source = known(&scene, lms, lms.world().courses()[0].id).await.unwrap();
        let quiz = badges_of(&scene, &source).await.remove(0).id;
        let retire = old.get(&format!("/badges/{quiz}/retire")).await;
        let retired = old.send(&retire, "/retire/confirm", &[]).await;
        assert!(retired.words().contains("Retired."), "{}", retired.words());

        let mut new = teacher(lms, 4).await;
        let gone = new.make_badge("Gone", "knowledge").await;
        new.rule_on_column(&gone, "Warm-up").await;
        new.activate(&gone).await;
        let page = new.get(&format!("/badges/{gone}/retire")).await;
        new.send(&page, "/retire/confirm", &[]).await;
        let own = new.make_badge("Quiz of ours", "knowledge").await;
        let says = "This course was copied from Data Literacy 101. Bring its 2 badges and their rules?";
        let page = copy_page(&mut new, says).await;
        new.send(&page, "/take", &[]).await;
        let map = mapping(&mut new).await;
        assert!(
            map.words().contains("Choose the badge for “Quiz master”")
                && map.words().contains("It is retired in the old course"),
            "{}",
            map.words()
        );
        let form = map.form("/map").unwrap();
        let field = form.fields.iter().find(|field| field.name.starts_with("badge."));
        let field = field.unwrap().name.clone();
        assert!(form.option(&field, "Gone").is_none(), "{}", map.words());
        let forged = new
            .send(&map, "/map", &[(&field, &gone), ("action", "save")])
            .await;
        assert_eq!(forged.status, 422, "{}", forged.words());
        let chosen = form.option(&field, "Quiz of ours").unwrap().to_owned();
        assert_eq!(chosen, own);
        new.send(&map, "/map", &[(&field, &chosen), ("action", "save")])
            .await;
        let course = known(&scene, lms, copy).await.unwrap();
        let brought = badges_of(&scene, &course).await;
        let champion = brought.iter().find(|one| one.design.name == "Champion").unwrap();
        assert_eq!(champion.state, BadgeState::Draft);
        let rule = new.get(&format!("/badges/{}/rule", champion.id)).await;
        let form = rule.form("/rule/save").unwrap();
        assert_eq!(form.value("n.0.badge"), Some(own.as_str()));
        scene.end().await;
    });
}

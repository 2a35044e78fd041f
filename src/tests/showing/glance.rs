//! A class at a glance: the table searched and ordered by its address, its file, more badges than fit, and the pictures of how
//! the class came along.

use crate::domain::award::Award;
use crate::domain::stage::Funnel;
use crate::ids::AwardId;
use crate::random::SystemRandom;
use crate::service::award::over_time;
use crate::store::{awards, over_time as kept};
use chrono::{Days, TimeDelta};
use practice_lms::browser::Browser;

use super::stage::{Stage, design};
use crate::tests::harness::on_each_database;

#[test]
fn the_table_keeps_what_is_searched_in_its_address_and_its_file_is_of_the_same_students() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, _, _) = stage.earned().await;
        let (_, name) = stage.student(0);
        let (_, other) = stage.student(1);
        let here = stage.inside("/progress");
        let earned = format!("{here}?standing=earned&badge={badge}&order=earned");
        let page = stage.teacher.get(&earned).await.unwrap();
        let text = page.text();
        assert!(text.contains(&name) && !text.contains(&other), "{}", page.words());
        assert!(page.words().contains("1 to 1 of 1"), "{}", page.words());
        for chosen in ["earned\" selected", &format!("{badge}\" selected")] {
            assert!(text.contains(chosen), "{chosen}");
        }
        assert!(
            text.contains("<table role=\"table\">")
                && text.contains("<caption")
                && text.contains("scope=\"row\"")
        );
        let csv = page.links("/progress.csv").remove(0);
        assert!(
            csv.contains("standing=earned") && !csv.contains("order="),
            "{csv}"
        );
        let file = stage.teacher.get(&csv).await.unwrap().text();
        assert_eq!(file.lines().count(), 2, "{file}");
        assert!(file.contains(&name) && file.ends_with(",Earned\r\n"), "{file}");
        assert!(
            file.contains(",Cairn's own columns,"),
            "where its grade was read: {file}"
        );

        let rest = format!("{here}?standing=not-earned&badge={badge}");
        let rest = stage.teacher.get(&rest).await.unwrap();
        assert!(rest.text().contains(&other) && !rest.text().contains(&name));
        let lost = stage.teacher.get(&format!("{here}?standing=lost")).await.unwrap();
        assert!(
            lost.words().contains("No student stands there."),
            "{}",
            lost.words()
        );
        assert!(lost.link("Show everybody").is_ok());
        let behind = stage.teacher.get(&format!("{here}?page=9")).await.unwrap();
        assert!(behind.text().contains(&name), "the last page: {}", behind.words());
        let odd = format!("{here}?standing=none&badge=none&order=x&columns=-1");
        let odd = stage.teacher.get(&odd).await.unwrap();
        assert!(odd.status == 200 && odd.text().contains(&name), "{}", odd.words());

        // The same visit in forms, as where no cookies are kept.
        let cookies = stage.teacher.cookies("127.0.0.1");
        let session = cookies
            .iter()
            .find(|(name, _)| name.len() > 20 && name.starts_with("cairn_"));
        let session = session.unwrap().1.as_str();
        let mut forms = Browser::new().unwrap();
        let asked = [
            ("session", session),
            ("standing", "earned"),
            ("badge", badge.as_str()),
        ];
        let page = forms.post(&here, &asked).await.unwrap();
        assert!(page.text().contains(&name) && !page.text().contains(&other));
        let file = page.form("/progress.csv").unwrap();
        assert_eq!(file.value("session"), Some(session));
        let file = forms.submit(&page, &file, &[]).await.unwrap().text();
        assert_eq!(file.lines().count(), 2, "{file}");
        assert!(page.form(&format!("/badges/{badge}/people/")).is_ok());
        stage.scene.end().await;
    });
}

#[test]
fn of_more_badges_than_fit_thirty_stand_side_by_side() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        for n in 1..=31 {
            stage
                .badge(design(&format!("Badge number {n}")), Some(vec![stage.quiz()]))
                .await;
        }
        let page = stage.teacher.get(&stage.inside("/progress")).await.unwrap();
        let words = page.words();
        assert!(words.contains("Badges 1 to 30 of 31"), "{words}");
        let heads = |text: &str| text.matches("<th scope=\"col\" class=\"of-badge\"").count();
        assert_eq!(heads(&page.text()), 30);
        assert!(page.text().contains("class=\"matrix many\""));
        let rest = page.link("Badges 31 to 31").unwrap();
        let rest = stage.teacher.get(&rest).await.unwrap();
        assert_eq!(heads(&rest.text()), 1);
        assert!(rest.words().contains("Badges 31 to 31 of 31"), "{}", rest.words());
        // A badge that is chosen is among those that are shown, unless others are asked for.
        let form = page.form("/progress").unwrap();
        let last = form.option("badge", "Badge number 31").unwrap();
        let chosen = format!("{}?badge={last}", stage.inside("/progress"));
        let chosen = stage.teacher.get(&chosen).await.unwrap();
        assert!(
            chosen.words().contains("Badges 31 to 31 of 31"),
            "{}",
            chosen.words()
        );
        let back = chosen.link("Badges 1 to 30").unwrap();
        let back = stage.teacher.get(&back).await.unwrap();
        assert!(back.words().contains("Badges 1 to 30 of 31"), "{}", back.words());
        stage.scene.end().await;
    });
}

#[test]
fn how_the_class_came_along_is_drawn_with_the_numbers_beside_it() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let here = stage.inside("/progress/over-time");
        let empty = stage.teacher.get(&here).await.unwrap();
        assert!(empty.words().contains("No badges yet"), "{}", empty.words());
        let (badge, award, _) = stage.earned().await;
        let (cairn, tenant, course) = (&stage.scene.cairn, &stage.course.tenant, &stage.course.id);
        // Whichever came first: a check, or this.
        over_time::keep_day(cairn, tenant, course).await.unwrap();
        let page = stage.teacher.get(&stage.inside("/progress")).await.unwrap();
        assert_eq!(page.link("Over time").unwrap(), here);
        // One day alone is no picture.
        let page = stage.teacher.get(&here).await.unwrap();
        let (text, words) = (page.text(), page.words());
        assert!(
            words.contains("Only one day so far. 1 badge was earned, the first on")
                && words.contains("Only one day so far. Before the first check on"),
            "{words}"
        );
        assert_eq!(text.matches("role=\"img\"").count(), 0, "{text}");
        let day = cairn.moment().0.date_naive() - Days::new(2);
        let (owner, id) = (tenant.clone(), badge.clone());
        let earlier = cairn.store.write(move |db| {
            let funnel = Funnel {
                students: 30,
                ..Funnel::default()
            };
            kept::keep_once(db, &owner, &id, day, funnel)
        });
        assert!(earlier.await.unwrap());
        let page = stage.teacher.get(&here).await.unwrap();
        let (text, words) = (page.text(), page.words());
        assert!(words.contains("1 badge was earned, the first on"), "{words}");
        assert!(text.matches("role=\"img\"").count() == 1 && text.contains("<desc id=\"funnel-about\">"));
        assert!(
            text.contains("<path class=\"band band-earned\" d=\"M0 300L1000 "),
            "{text}"
        );
        assert_eq!(text.matches("<table class=\"numbers").count(), 2);
        // Where there is no room for a table, each cell says what it counts.
        assert!(
            text.contains("<span class=\"narrow-only\">rule met: </span>"),
            "{text}"
        );
        let one = stage.teacher.get(&format!("{here}?badge={badge}")).await.unwrap();
        assert!(one.words().contains("students have earned it"), "{}", one.words());
        let from = "Its rule asks for grades from the gradebook.";
        assert!(one.words().contains(from), "{}", one.words());
        // Awards of two days are drawn, with a table beside them.
        let now = cairn.moment().0;
        let sooner = Award {
            id: AwardId::new(now, &SystemRandom),
            person: stage.person(1).await,
            awarded_at: now - TimeDelta::days(3),
            ..award
        };
        let written = cairn.store.write(move |db| awards::insert_once(db, &sooner));
        assert!(written.await.unwrap());
        let page = stage.teacher.get(&here).await.unwrap();
        let (text, words) = (page.text(), page.words());
        assert!(words.contains("2 badges were earned, the first on"), "{words}");
        assert!(
            text.contains("<svg viewBox=\"0 0 1000 300\"") && text.contains("<desc id=\"awards-about\">"),
            "{text}"
        );
        assert!(
            text.contains("<path class=\"plot-line\" d=\"M0 300H0V150H"),
            "{text}"
        );
        assert_eq!(text.matches("role=\"img\"").count(), 2, "{text}");
        assert_eq!(text.matches("<table class=\"numbers").count(), 2);
        let mut student = stage.student_browser(0).await;
        let refused = student.get(&here).await.unwrap();
        assert_eq!(refused.status, 403);
        stage.scene.end().await;
    });
}

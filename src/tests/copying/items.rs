//! Links that were copied with the course.

use crate::domain::course::CopyFoundBy;
use crate::store::{activities, line_items};
use practice_lms::{CourseRole, PracticeLms};
use serde_json::Value;

use super::{LTI, copies_of, copy_page, known, teacher};
use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::until;

#[test]
fn a_copied_link_is_known_by_our_id_and_opens_the_activity_that_came_along() {
    on_each_database(|scene| async move {
        for (flavour, lms) in scene.platforms() {
            let world = lms.world();
            let at = world.courses()[0].id;
            crate::tests::placing::place(lms, "assignment_selection", &crate::tests::placing::REPORT).await;
            let (_, opened) = crate::tests::placing::visit(lms, CourseRole::Teacher, "Field report").await;
            assert!(
                opened.url.path().contains("/activities/"),
                "{flavour}: {}",
                opened.url
            );
            let mut old = teacher(lms, 0).await;
            let badge = old.make_badge("Reporter", "application").await;
            let rule = old.get(&format!("/badges/{badge}/rule")).await;
            let rule = old.build(&rule, &[("action", "add::evidence")]).await;
            let form = rule.form("/rule/save").unwrap();
            let report = form.option("n.0.activity", "Field report").unwrap().to_owned();
            let saved = old
                .build(&rule, &[("n.0.activity", &report), ("action", "save")])
                .await;
            assert!(saved.words().contains("Saved."), "{flavour}: {}", saved.words());

            // No history, and the notice that Canvas would send is not delivered: the id in the link is all there is.
            world.tamper(|_, claims| {
                let custom = claims[&format!("{LTI}custom")].as_object_mut();
                custom.unwrap().remove("context_id_history");
            });
            let copy = world.copy_course(at, "Data Literacy 101 (spring)").unwrap();
            let newcomer = world.students(at)[1].id;
            world.set_role(copy, newcomer, Some(CourseRole::Student));
            let before = Guest::open(lms, 4, "Student", "Field report").await;
            assert!(
                before.page.form("/hand-in").is_err(),
                "{flavour}: nothing was brought yet: {}",
                before.page.words()
            );
            let course = known(&scene, lms, copy).await.unwrap();
            let found = copies_of(&scene, &course).await;
            assert_eq!(
                found.iter().map(|one| one.found_by).collect::<Vec<_>>(),
                [CopyFoundBy::Item],
                "{flavour}"
            );
            let mut new = teacher(lms, 4).await;
            let says = "This course was copied from Data Literacy 101. Bring its badge and its rule?";
            let page = copy_page(&mut new, says).await;
            new.send(&page, "/take", &[]).await;

            let mut student = Guest::open(lms, 4, "Student", "Field report").await;
            let page = student.page.clone();
            assert!(
                page.text().contains("Two <strong>pages</strong>."),
                "{flavour}: {}",
                page.words()
            );
            let handed = student
                .send_files(&page, "/hand-in", &[("text", "Mine")], &[])
                .await;
            assert!(
                handed.words().contains("Handed in."),
                "{flavour}: {}",
                handed.words()
            );
            let here = page.url.path().split("/activities/").nth(1).unwrap().to_owned();
            assert!(
                !report.starts_with(&here) && !here.starts_with(&report),
                "{flavour}: it is this course's own, not the old one's"
            );
            // The rule that came along reads it, and the column is that of the copied link.
            let page = new.get("").await;
            assert!(
                !page.words().contains("Say what stands for it"),
                "{flavour}: {}",
                page.words()
            );
            let (tenant, id) = (course.tenant.clone(), course.id.clone());
            let item = until("the column", || async {
                let (tenant, id) = (tenant.clone(), id.clone());
                let found = scene.cairn.store.read(move |db| {
                    let all = activities::for_course(db, &tenant, &id)?;
                    let item = all.into_iter().find_map(|one| one.line_item);
                    match item {
                        Some(item) => line_items::get(db, &tenant, &item),
                        None => Ok(None),
                    }
                });
                found.await.unwrap()
            });
            let item = item.await;
            let columns = world.line_items(copy);
            let columns: Vec<_> = columns.iter().filter(|one| one.label == "Field report").collect();
            assert_eq!(columns.len(), 1, "{flavour}: {columns:?}");
            assert!(
                item.url.contains(&format!("/{}", columns[0].id)),
                "{flavour}: {} {columns:?}",
                item.url
            );
            world.stop_tampering();
        }
        scene.end().await;
    });
}

/// A course with an evidence activity behind "Field report" and a badge on it.
async fn reporter(lms: &PracticeLms) {
    crate::tests::placing::place(lms, "assignment_selection", &crate::tests::placing::REPORT).await;
    crate::tests::placing::visit(lms, CourseRole::Teacher, "Field report").await;
    let mut old = teacher(lms, 0).await;
    let badge = old.make_badge("Reporter", "application").await;
    let rule = old.get(&format!("/badges/{badge}/rule")).await;
    let rule = old.build(&rule, &[("action", "add::evidence")]).await;
    let form = rule.form("/rule/save").unwrap();
    let report = form.option("n.0.activity", "Field report").unwrap().to_owned();
    let saved = old
        .build(&rule, &[("n.0.activity", &report), ("action", "save")])
        .await;
    assert!(saved.words().contains("Saved."), "{}", saved.words());
}

#[test]
fn a_copied_link_that_tells_nothing_leads_to_the_offer_and_opens_what_came_along() {
    on_each_database(|scene| async move {
        let says = "This course was copied from Data Literacy 101. Bring its badge and its rule?";
        for (flavour, lms) in scene.platforms() {
            let world = lms.world();
            let at = world.courses()[0].id;
            reporter(lms).await;
            // Links that somebody typed carry no id of ours, and no column of their own.
            world.tamper(|_, claims| {
                let endpoint = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";
                for (claim, member) in [
                    (format!("{LTI}custom"), "cairn_item"),
                    (endpoint.to_owned(), "lineitem"),
                ] {
                    if let Some(members) = claims.get_mut(&claim).and_then(Value::as_object_mut) {
                        members.remove(member);
                    }
                }
            });
            let copies = ["spring", "autumn"].map(|term| world.copy_course(at, term).unwrap());
            let seen = &scene;
            let here = |copy: u64| async move {
                let course = known(seen, lms, copy).await.unwrap();
                let found = seen
                    .cairn
                    .store
                    .read(move |db| activities::for_course(db, &course.tenant, &course.id));
                found.await.unwrap()
            };

            // Who makes the activity first has it once: the offer counts it.
            let mut first = Guest::open(lms, 4, "Teacher", "Field report").await;
            let page = first.page.clone();
            assert!(page.words().contains(says), "{flavour}: {}", page.words());
            assert!(!page.links("/copied/").is_empty(), "{flavour}: it leads there");
            let choice = [("opens", "activity"), ("title", "Field report")];
            let made = first.send(&page, "/choose", &choice).await;
            assert!(
                made.url.path().contains("/activities/"),
                "{flavour}: {}",
                made.words()
            );
            let offered = copy_page(&mut first, says).await;
            assert!(
                offered.words().contains("its link is known"),
                "{flavour}: {}",
                offered.words()
            );
            let taken = first.send(&offered, "/take", &[]).await;
            assert!(taken.words().contains("The badges came along."));
            assert_eq!(here(copies[0]).await.len(), 1, "{flavour}");
            let home = first.get("").await;
            assert!(!home.words().contains("Say what stands for it"), "{flavour}");

            // Who brings the badges first is offered the activity that waits.
            let mut second = teacher(lms, 5).await;
            let offered = copy_page(&mut second, says).await;
            second.send(&offered, "/take", &[]).await;
            let mut second = Guest::open(lms, 5, "Teacher", "Field report").await;
            let page = second.page.clone();
            assert!(
                page.words().contains("“Field report”, which came along"),
                "{flavour}: {}",
                page.words()
            );
            let waiting = format!("copied:{}", here(copies[1]).await[0].id);
            let chosen = second.send(&page, "/choose", &[("opens", &waiting)]).await;
            assert!(
                chosen.url.path().contains("/activities/"),
                "{flavour}: {}",
                chosen.words()
            );
            assert_eq!(here(copies[1]).await.len(), 1, "{flavour}");
            let home = second.get("").await;
            assert!(!home.words().contains("Say what stands for it"), "{flavour}");
            world.stop_tampering();
        }
        scene.end().await;
    });
}

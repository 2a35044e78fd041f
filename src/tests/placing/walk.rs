//! From the picker to the course page, and what students and teachers find there.

use crate::store::activities;
use crate::store::testing::shortcuts::{all_courses, first_tenant};
use practice_lms::{CourseRole, Flavour};
use serde_json::json;

use super::{REPORT, choose, place, send, visit};
use crate::tests::guest::Guest;
use crate::tests::harness::{framed, on_each_database};

#[test]
fn a_teacher_places_two_things_at_once_and_students_open_both() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let mut fields = vec![("item", "my_badges")];
            fields.extend(REPORT);
            place(lms, "link_selection", &fields).await;
            let world = lms.world();
            let course = world.courses()[0].id;
            let placed = world.links(course);
            let placed: Vec<_> = placed
                .iter()
                .filter(|link| link.custom.contains_key("cairn_item"))
                .collect();
            assert_eq!(placed.len(), 2, "{name}: {placed:?}");
            assert_eq!(
                placed.iter().all(|link| link.url.is_none()),
                lms.world().flavour() == Flavour::Moodle,
                "{name}"
            );
            let (mut student, page) = visit(lms, CourseRole::Student, "Field report").await;
            assert_eq!(page.status, 200, "{name}: {}", page.words());
            assert!(
                page.text().contains("Two <strong>pages</strong>."),
                "{name}: {}",
                page.words()
            );
            let handed = send(
                &mut student,
                &page,
                "/hand-in",
                &[("text", "My report"), ("link", "")],
            )
            .await;
            assert!(
                handed.words().contains("Handed in."),
                "{name}: {}",
                handed.words()
            );
            // The grade has a column of 25 points that came with the link, and no second one.
            let columns = world.line_items(course);
            let columns: Vec<_> = columns
                .iter()
                .filter(|column| column.label == "Field report")
                .collect();
            assert_eq!(columns.len(), 1, "{name}: {columns:?}");
            assert_eq!(columns[0].maximum, rust_decimal::Decimal::from(25), "{name}");
            let resource = columns[0].resource_id.clone();
            let item = placed
                .iter()
                .find(|link| link.title == "Field report")
                .map(|link| link.custom["cairn_item"].clone());
            assert_eq!(resource, item, "{name}");
            let mine = placed.iter().find(|link| link.title == "My badges").unwrap();
            let person = world.member(course, CourseRole::Student).unwrap().id;
            let form = world.launch_form(course, person, mine.id).unwrap();
            let page = framed(lms).launch(&form).await.unwrap();
            assert!(
                page.status == 200 && page.words().contains("My badges"),
                "{name}: {}",
                page.words()
            );
            // The column of the activity is known to the engine as the one that came with the link.
            let known = scene.cairn.store.read(move |db| {
                let tenant = first_tenant(db)?.unwrap();
                let all = all_courses(db, &tenant.id)?;
                let mut found = Vec::new();
                for course in all {
                    found.extend(activities::for_course(db, &tenant.id, &course.id)?);
                }
                Ok(found)
            });
            let known = known.await.unwrap();
            assert!(known.iter().any(|activity| activity.title == "Field report"));
        }
        scene.end().await;
    });
}

#[test]
fn a_duplicate_opens_badges_the_same_and_asks_again_for_an_activity() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            place(lms, "assignment_selection", &REPORT).await;
            let (_, first) = visit(lms, CourseRole::Teacher, "Field report").await;
            assert!(first.url.path().contains("/activities/"), "{name}: {}", first.url);
            let world = lms.world();
            let course = world.courses()[0].id;
            let links = world.links(course);
            let link = links.iter().find(|link| link.title == "Field report").unwrap().id;
            world.duplicate_link(course, link).unwrap();
            let (_, copy) = visit(lms, CourseRole::Teacher, "Field report (copy)").await;
            assert!(
                copy.words().contains("This link is a copy of “Field report”"),
                "{name}: {}",
                copy.words()
            );
            let (_, student) = visit(lms, CourseRole::Student, "Field report (copy)").await;
            assert!(
                student.url.path().split('/').count() == 3,
                "{name}: {}",
                student.url
            );
            let (_, again) = visit(lms, CourseRole::Student, "Field report").await;
            assert!(again.url.path().contains("/activities/"), "{name}: {}", again.url);
        }
        scene.end().await;
    });
}

#[test]
fn a_badge_opens_for_each_as_they_may_see_it() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
            if teacher.page.words().contains("This link is new") {
                let page = teacher.page.clone();
                teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
            }
            let badge = teacher.make_badge("Reads tables", "knowledge").await;
            let value = format!("badge:{badge}");
            place(lms, "assignment_selection", &[("item", &value)]).await;
            let (_, page) = visit(lms, CourseRole::Teacher, "Reads tables").await;
            assert!(
                page.url.path().ends_with(&format!("/badges/{badge}/edit")),
                "{name}: {}",
                page.url
            );
            // A draft is nobody's business yet.
            let (_, page) = visit(lms, CourseRole::Student, "Reads tables").await;
            assert!(
                page.status == 200 && !page.url.path().contains("/badges/"),
                "{name}: {}",
                page.url
            );
            teacher.rule_on_column(&badge, "Final quiz").await;
            teacher.activate(&badge).await;
            let (_, page) = visit(lms, CourseRole::Student, "Reads tables").await;
            assert!(
                page.url.path().ends_with(&format!("/badges/{badge}")),
                "{name}: {}",
                page.url
            );
        }
        scene.end().await;
    });
}

#[test]
fn a_small_card_shows_whoever_looks_their_own_next_step() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
            if teacher.page.words().contains("This link is new") {
                let page = teacher.page.clone();
                teacher.send(&page, "/choose", &[("opens", "my_badges")]).await;
            }
            let badge = teacher.make_badge("Reads tables", "knowledge").await;
            teacher.rule_on_column(&badge, "Final quiz").await;
            let value = format!("badge:{badge}");
            let card = [("item", value.as_str()), ("shape", "next")];
            place(lms, "assignment_selection", &card).await;
            // A draft has nothing to show yet.
            let (_, page) = visit(lms, CourseRole::Student, "Reads tables").await;
            assert!(!page.url.path().ends_with("/card"), "{name}: {}", page.url);
            teacher.activate(&badge).await;
            for role in [CourseRole::Student, CourseRole::Teacher] {
                let (_, page) = visit(lms, role, "Reads tables").await;
                assert!(
                    page.url.path().ends_with(&format!("/badges/{badge}/card")),
                    "{name} {role:?}: {}",
                    page.url
                );
                let said = match role {
                    CourseRole::Student => ["Reads tables", "0 of 1", "Next:"],
                    _ => ["Reads tables", "As students find it", "Progress of the class"],
                };
                for words in said {
                    assert!(page.words().contains(words), "{name} {words}: {}", page.words());
                }
                assert!(
                    !page.words().contains("All my badges"),
                    "{name}: {}",
                    page.words()
                );
            }
        }
        scene.end().await;
    });
}

#[test]
fn canvas_gets_at_each_place_what_it_takes_there() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let (mut browser, one) = choose(lms, CourseRole::Teacher, "assignment_selection").await;
        assert!(
            one.text().contains("type=\"radio\" name=\"item\""),
            "one item is chosen by a radio button"
        );
        let mut two = vec![("item", "my_badges")];
        two.extend(REPORT);
        let refused = send(&mut browser, &one, "/place/review", &two).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("takes one item at a time"),
            "{}",
            refused.words()
        );

        let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        let badge = teacher.make_badge("Reads <tables>", "knowledge").await;
        teacher.rule_on_column(&badge, "Final quiz").await;
        let value = format!("badge:{badge}");
        let card = [("item", value.as_str()), ("shape", "card")];
        let (mut browser, editor) = choose(lms, CourseRole::Teacher, "editor_button").await;
        let draft = send(&mut browser, &editor, "/place/review", &card).await;
        assert!(
            draft.status == 422 && draft.words().contains("Activate it first"),
            "{}",
            draft.words()
        );
        teacher.activate(&badge).await;
        for shape in ["card", "link", "image"] {
            place(
                lms,
                "editor_button",
                &[("item", value.as_str()), ("shape", shape)],
            )
            .await;
        }
        let page = lms.world().course_page(2);
        assert_eq!(page.len(), 3);
        assert!(
            page[0].contains("Reads &lt;tables&gt;") && page[0].contains(&format!("/achievements/{badge}")),
            "{}",
            page[0]
        );
        assert!(
            page[1].contains("<a href=") && page[2].contains("<img src="),
            "{page:?}"
        );
        scene.end().await;
    });
}

#[test]
fn who_thinks_better_of_it_returns_nothing_and_moodles_points_are_whole() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let before = lms.world().links(2).len();
            let (mut browser, picker) = choose(lms, CourseRole::Teacher, "link_selection").await;
            let nothing = send(&mut browser, &picker, "/place/review", &[("item", "")]).await;
            assert!(
                nothing.status == 422 && nothing.words().contains("Choose what to put into the course."),
                "{name}: {}",
                nothing.words()
            );
            let mut fields = REPORT;
            fields[3].1 = "12.5";
            let points = send(&mut browser, &picker, "/place/review", &fields).await;
            let moodle = lms.world().flavour() == Flavour::Moodle;
            assert_eq!(points.status, if moodle { 422 } else { 200 }, "{name}");
            let mut form = picker.form("/place/review").unwrap();
            form.action = form.action.replace("/review", "/cancel");
            let back = browser.submit(&picker, &form, &[]).await.unwrap();
            assert!(
                back.words().contains("Nothing was put into the course."),
                "{name}: {}",
                back.words()
            );
            assert!(
                back.words().contains("No content was chosen."),
                "{name}: {}",
                back.words()
            );
            assert_eq!(lms.world().links(2).len(), before, "{name}");
        }
        scene.end().await;
    });
}

#[test]
fn a_learner_and_a_foreign_form_place_nothing() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let (_, page) = choose(lms, CourseRole::Student, "link_selection").await;
            assert_eq!(page.status, 403, "{name}: {}", page.words());
            let (mut browser, picker) = choose(lms, CourseRole::Teacher, "link_selection").await;
            let sent = send(
                &mut browser,
                &picker,
                "/place/review",
                &[("item", "my_badges"), ("csrf", "guessed")],
            )
            .await;
            assert_eq!(sent.status, 403, "{name}");
            // A visit that no deep linking request opened has nothing to answer.
            let mut guest = Guest::open(lms, 0, "Teacher", "My badges").await;
            let page = guest.get("/place").await;
            assert!(
                page.status == 409 && page.text().contains("placing.not-asked"),
                "{name}: {}",
                page.words()
            );
        }
        scene.end().await;
    });
}

#[test]
fn a_form_that_is_sent_twice_places_once() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let (mut browser, picker) = choose(lms, CourseRole::Teacher, "").await;
        let review = send(&mut browser, &picker, "/place/review", &REPORT).await;
        for _ in 0..2 {
            let form = send(&mut browser, &review, "/place/send", &[]).await;
            assert_eq!(form.status, 200, "{}", form.words());
        }
        let found = scene.cairn.store.read(|db| {
            let tenant = first_tenant(db)?.unwrap();
            let course = all_courses(db, &tenant.id)?.pop().unwrap();
            activities::for_course(db, &tenant.id, &course.id)
        });
        assert_eq!(found.await.unwrap().len(), 1);
        scene.end().await;
    });
}

#[test]
fn the_id_of_another_course_is_not_followed() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            place(lms, "assignment_selection", &REPORT).await;
            visit(lms, CourseRole::Teacher, "Field report").await;
            let world = lms.world();
            let [first, second] = [0, 1].map(|index: usize| world.courses()[index].id);
            let links = world.links(first);
            let item = links
                .iter()
                .find(|link| link.title == "Field report")
                .map(|link| link.custom["cairn_item"].clone())
                .unwrap();
            let link = world.add_link(second, "Copied", 0, None);
            world.set_link_custom(second, link, "cairn_item", &item);
            let teacher = world.member(second, CourseRole::Teacher).unwrap().id;
            let form = world.launch_form(second, teacher, link).unwrap();
            let page = framed(lms).launch(&form).await.unwrap();
            assert!(
                page.words().contains("This link is new."),
                "{name}: {}",
                page.words()
            );
        }
        scene.end().await;
    });
}

#[test]
fn who_acts_as_a_student_hands_in_nothing() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            place(lms, "assignment_selection", &REPORT).await;
            let (mut student, honest) = visit(lms, CourseRole::Student, "Field report").await;
            let form = honest.form("/hand-in").unwrap();
            lms.world().tamper(|_, claims| {
                let custom = claims["https://purl.imsglobal.org/spec/lti/claim/custom"].as_object_mut();
                custom.unwrap().insert("masquerading_user_id".into(), json!(4711));
            });
            let (mut acting, page) = visit(lms, CourseRole::Student, "Field report").await;
            lms.world().stop_tampering();
            assert!(
                page.words().contains("You are acting as this student"),
                "{name}: {}",
                page.words()
            );
            let csrf = page
                .forms()
                .iter()
                .find_map(|form| form.value("csrf").map(str::to_owned))
                .unwrap();
            let fields = [("text", "x"), ("csrf", csrf.as_str())];
            let refused = acting.submit(&page, &form, &fields).await.unwrap();
            assert!(
                refused.status == 403 && refused.text().contains("masquerade"),
                "{name}: {}",
                refused.words()
            );
            let done = student.submit(&honest, &form, &[("text", "mine")]).await.unwrap();
            assert!(done.words().contains("Handed in."), "{name}: {}", done.words());
        }
        scene.end().await;
    });
}

#[test]
fn a_stack_is_placed_as_one_and_opens_itself_for_students() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
            let first = teacher.page.clone();
            if first.form("/choose").is_ok() {
                teacher.send(&first, "/choose", &[("opens", "my_badges")]).await;
            }
            let stone = teacher.make_badge("Read a chart", "knowledge").await;
            let rule = teacher.get(&format!("/badges/{stone}/rule")).await;
            let rule = teacher.build(&rule, &[("action", "add::approval")]).await;
            teacher.build(&rule, &[("action", "save")]).await;
            teacher.until("", "Checked").await;
            teacher.activate(&stone).await;
            let stack = teacher.make_badge("Data analyst", "recognition").await;
            let rule = teacher.get(&format!("/badges/{stack}/rule")).await;
            let rule = teacher.build(&rule, &[("action", "add::badge")]).await;
            let form = rule.form("/rule/save").unwrap();
            let chosen = form.option("n.0.badge", "Read a chart").unwrap().to_owned();
            let saved = teacher
                .build(&rule, &[("n.0.badge", &chosen), ("action", "save")])
                .await;
            assert!(saved.words().contains("Saved."), "{name}: {}", saved.words());
            teacher.activate(&stack).await;

            let (_, picker) = choose(lms, CourseRole::Teacher, "link_selection").await;
            assert!(picker.words().contains("A stack"), "{name}: {}", picker.words());
            let item = format!("badge:{stack}");
            place(lms, "link_selection", &[("item", item.as_str())]).await;
            let (_, page) = visit(lms, CourseRole::Student, "Data analyst").await;
            assert_eq!(page.status, 200, "{name}: {}", page.words());
            assert!(
                page.url.path().ends_with(&format!("/badges/{stack}")),
                "{name}: {}",
                page.url
            );
            assert!(page.words().contains("Data analyst"), "{name}: {}", page.words());
        }
        scene.end().await;
    });
}

#[test]
fn an_activity_that_is_placed_twice_before_it_is_opened_has_one_column() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            place(lms, "assignment_selection", &REPORT).await;
            let (mut browser, picker) = choose(lms, CourseRole::Teacher, "link_selection").await;
            let again = picker
                .text()
                .split("value=\"")
                .filter_map(|rest| rest.split('"').next())
                .find(|value| value.starts_with("activity:"))
                .unwrap_or_else(|| panic!("{name}: {}", picker.words()))
                .to_owned();
            let review = send(&mut browser, &picker, "/place/review", &[("item", &again)]).await;
            assert!(
                review.words().contains("Field report") && !review.words().contains("25 points"),
                "{name}: {}",
                review.words()
            );
            // Sent twice, as an impatient teacher does: the second answer is the one that the platform gets.
            send(&mut browser, &review, "/place/send", &[]).await;
            let form = send(&mut browser, &review, "/place/send", &[]).await;
            assert_eq!(form.status, 200, "{name}: {}", form.words());
            let done = send(&mut browser, &form, "/placed", &[]).await;
            assert_eq!(done.status, 200, "{name}: {}", done.words());
            let world = lms.world();
            let course = world.courses()[0].id;
            let links = world.links(course);
            let links: Vec<_> = links.iter().filter(|link| link.title == "Field report").collect();
            assert_eq!(links.len(), 2, "{name}: {links:?}");
            let columns = || {
                let all = world.line_items(course);
                all.into_iter()
                    .filter(|column| column.label == "Field report")
                    .count()
            };
            assert_eq!(columns(), 1, "{name}: nobody has opened it yet");
            // The link that came last is opened first: the activity is there, and its column is the one that is there.
            let person = world.member(course, CourseRole::Student).unwrap().id;
            let form = world.launch_form(course, person, links[1].id).unwrap();
            let mut student = framed(lms);
            let page = student.launch(&form).await.unwrap();
            let handed = send(&mut student, &page, "/hand-in", &[("text", "Mine"), ("link", "")]).await;
            assert!(
                handed.words().contains("Handed in."),
                "{name}: {}",
                handed.words()
            );
            let mut found = None;
            for _ in 0..200 {
                let known = scene.cairn.store.read(|db| {
                    let tenant = first_tenant(db)?.unwrap();
                    let mut all = Vec::new();
                    for course in all_courses(db, &tenant.id)? {
                        all.extend(activities::for_course(db, &tenant.id, &course.id)?);
                    }
                    Ok(all)
                });
                let known = known.await.unwrap();
                found = known.into_iter().find(|one| again.ends_with(one.id.as_str()));
                if found.as_ref().is_some_and(|one| one.line_item.is_some()) {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            assert!(
                found.unwrap().line_item.is_some(),
                "{name}: it never got its column"
            );
            assert_eq!(columns(), 1, "{name}: and no second one was made");
        }
        scene.end().await;
    });
}

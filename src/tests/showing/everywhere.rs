//! All badges of a student on one page, from wherever it is opened.

use practice_lms::CourseRole;

use crate::domain::award::Award;
use crate::domain::copying::Mapping;
use crate::domain::finding::is_found;
use crate::domain::rule::Condition;
use crate::ids::AwardId;
use crate::service::badge::lineage;
use crate::store::{awards, badges, decisions, rules};
use crate::tests::harness::on_each_database;
use crate::tests::placing::{place, visit};

use super::records::programme;
use super::stage::{Stage, design};

#[test]
fn a_badge_is_found_by_name_outcome_skill_and_course_in_any_case() {
    let mut badge = design("Ärzte and Excel");
    badge.details.skills = vec!["Pivot tables".to_owned()];
    badge.details.field = Some("Statistics".to_owned());
    badge.details.code = Some("STAT-1".to_owned());
    for sought in [
        "ärzte",
        "EXCEL",
        "table of data",
        "analyse",
        "esco",
        "eqf 4",
        "knowledge",
        "biology",
        "excel biology",
        "PIVOT",
        "statistics",
        "stat-1",
        "",
        "  ",
    ] {
        assert!(is_found(&badge, "Biology 101", sought), "{sought}");
    }
    for sought in ["chemistry", "excel chemistry", "%", "_"] {
        assert!(!is_found(&badge, "Biology 101", sought), "{sought}");
    }
}

#[test]
fn a_student_sees_what_they_earned_and_what_is_next_and_searches_by_skill() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (quiz, award, _) = stage.earned().await;
        let approved = || vec![Condition::InstructorApproves];
        let speak = stage.badge(design("Speak in public"), Some(approved())).await;
        let parts = [quiz, speak].map(|badge| Condition::HoldsBadge {
            badge,
            within_years: None,
        });
        stage.badge(design("Data analyst"), Some(parts.into())).await;
        stage.scene.at_rest().await;

        let mut student = stage.student_browser(0).await;
        let home = student.get(&stage.inside("")).await.unwrap();
        let way = format!("/c/{}/mine", stage.course.id);
        assert!(home.text().contains(&format!("\"{way}\"")), "{}", home.text());
        // A stack is told once here too, with its parts.
        let words = home.words();
        assert_eq!(words.matches("Data analyst").count(), 1, "{words}");
        for said in [
            "Stacks",
            "1 of 2 parts",
            "Earned: Quiz master",
            "Not yet: Speak in public",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        let page = student.get(&stage.inside("/mine")).await.unwrap();
        for words in [
            "All my badges",
            "Earned (1)",
            "Quiz master",
            "Next:",
            "Stacks",
            "Data analyst",
            "1 of 2 parts",
            "Badges from elsewhere",
            "Collections",
            "Not yet: Speak in public",
            "Earned: Quiz master",
        ] {
            assert!(page.words().contains(words), "{words}: {}", page.words());
        }
        let mine = format!("/credentials/{}", award.id);
        assert!(page.text().contains(&mine), "{}", page.text());

        assert_eq!(
            page.words().matches("Data analyst").count(),
            1,
            "{}",
            page.words()
        );
        let opened = student
            .get(&stage.inside(&format!("{mine}?from=all")))
            .await
            .unwrap();
        assert!(opened.text().contains("/mine\""), "{}", opened.text());

        let found = student.get(&stage.inside("/mine?q=ESCO+quiz")).await.unwrap();
        assert!(
            found.words().contains("1 earned, 0 on the way") && !found.words().contains("Speak in public"),
            "{}",
            found.words()
        );
        let nothing = student.get(&stage.inside("/mine?q=zoology")).await.unwrap();
        assert!(nothing.words().contains("Nothing found"), "{}", nothing.words());
        let open = student.get(&stage.inside("/mine?list=way")).await.unwrap();
        assert!(
            open.words().contains("Speak in public") && !open.words().contains("Earned (1)"),
            "{}",
            open.words()
        );
        let hostile = student
            .get(&stage.inside("/mine?q=%3Cscript%3E&page=-4&list=%27"))
            .await
            .unwrap();
        assert_eq!(hostile.status, 200);
        assert!(!hostile.text().contains("“<script>"), "{}", hostile.text());

        // Somebody else's page has nothing of it.
        let mut other = stage.student_browser(1).await;
        let page = other.get(&stage.inside("/mine")).await.unwrap();
        assert!(
            !page.words().contains("Earned (") && page.words().contains("Quiz master"),
            "it is on the way: {}",
            page.words()
        );
        assert!(!page.text().contains(&mine), "{}", page.text());
        stage.scene.end().await;
    });
}

#[test]
fn a_programme_shows_its_parts_by_course_and_one_next_step() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (quiz, ..) = stage.earned().await;
        let approved = Some(vec![Condition::InstructorApproves]);
        let speak = stage.badge(design("Speak in public"), approved).await;
        programme(&stage, "Tower", &[&quiz, &speak]).await;
        stage.scene.at_rest().await;
        let mut student = stage.student_browser(0).await;
        let page = student.get(&stage.inside("/mine")).await.unwrap();
        let words = page.words();
        let (_, stacks) = words.split_once("Stacks").unwrap();
        let course = stage.course.name();
        for said in [
            "Tower".to_owned(),
            "1 of 2 parts".to_owned(),
            format!("Earned: Quiz master · {course}"),
            format!("Not yet: Speak in public · {course}"),
            "Next: earn the badge".to_owned(),
        ] {
            assert!(stacks.contains(&said), "{said}: {words}");
        }
        stage.scene.end().await;
    });
}

#[test]
fn a_card_of_a_programme_is_placed_in_any_course_and_shows_the_next_step() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (quiz, ..) = stage.earned().await;
        let approved = Some(vec![Condition::InstructorApproves]);
        let speak = stage.badge(design("Speak in public"), approved).await;
        let tower = programme(&stage, "Tower", &[&quiz, &speak]).await;
        stage.scene.at_rest().await;
        let value = format!("badge:{tower}");
        let card = [("item", value.as_str()), ("shape", "next")];
        place(&stage.scene.moodle, "assignment_selection", &card).await;
        for role in [CourseRole::Student, CourseRole::Teacher] {
            let (_, page) = visit(&stage.scene.moodle, role, "Tower").await;
            let path = page.url.path();
            assert!(
                path.ends_with(&format!("/badges/{tower}/card")),
                "{role:?}: {path}"
            );
            let said = match role {
                CourseRole::Student => ["Tower", "of 2", "Next: earn"],
                _ => ["Tower", "Students see here", "Progress of the class"],
            };
            for said in said {
                assert!(page.words().contains(said), "{role:?} {said}: {}", page.words());
            }
        }
        let mut student = stage.student_browser(0).await;
        let card = stage.inside(&format!("/badges/{tower}/card"));
        let page = student.get(&card).await.unwrap();
        assert!(page.words().contains("1 of 2"), "{}", page.words());
        let other = student.get(&stage.inside("/badges/nothing/card")).await.unwrap();
        assert_eq!(other.status, 404);
        // Somebody without any part sees what it takes, and finds it among the stacks.
        let mut other = stage.student_browser(1).await;
        let card = other.get(&card).await.unwrap();
        let way = format!("/badges/{tower}\"");
        assert!(card.text().contains(&way), "{}", card.text());
        let page = other
            .get(&stage.inside(&format!("/badges/{tower}")))
            .await
            .unwrap();
        let mine = other.get(&stage.inside("/mine")).await.unwrap();
        for said in ["0 of 2 parts", "Not yet: Quiz master", "Not yet: Speak in public"] {
            assert!(page.words().contains(said), "{said}: {}", page.words());
            assert!(mine.words().contains(said), "{said}: {}", mine.words());
        }
        assert!(mine.text().contains(&way), "{}", mine.text());
        stage.scene.end().await;
    });
}

#[test]
fn a_badge_of_two_terms_is_on_the_way_once_and_no_more_when_it_is_held_in_one() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let approved = || Some(vec![Condition::InstructorApproves]);
        let first = stage.badge(design("Speak in public"), approved()).await;
        let second = stage.badge(design("Speak in public"), approved()).await;
        let (tenant, person) = (stage.course.tenant.clone(), stage.person(0).await);
        let (source, copy) = (first.clone(), second);
        let of = tenant.clone();
        let copied = stage.scene.cairn.store.write(move |db| {
            let source = badges::get(db, &of, &source)?.unwrap();
            let root = rules::active(db, &of, &source.id)?.unwrap().root;
            lineage::begin_copy(db, &copy, &source)?;
            lineage::remember(db, &copy, &source, &root, &Mapping::default())
        });
        copied.await.unwrap();
        stage.scene.at_rest().await;
        let mut student = stage.student_browser(0).await;
        let page = student.get(&stage.inside("/mine")).await.unwrap();
        let words = page.words();
        assert!(words.contains("You have 0 of 1"), "{words}");
        assert_eq!(words.matches("Speak in public").count(), 1, "{words}");

        let id = AwardId::new(stage.scene.cairn.clock.now(), stage.scene.cairn.random.as_ref());
        let now = stage.scene.cairn.clock.now();
        let held = stage.scene.cairn.store.write(move |db| {
            let (record, _) = decisions::current(db, &tenant, &first, &person)?.unwrap();
            let award = Award {
                id,
                tenant,
                badge: first.clone(),
                person,
                cycle: 1,
                decision: record.id,
                awarded_at: now,
                valid_until: None,
                revocation: None,
                suspended_since: None,
            };
            awards::insert_counting(db, &award, Some(&first))
        });
        assert!(held.await.unwrap());
        let page = student.get(&stage.inside("/mine")).await.unwrap();
        let words = page.words();
        assert!(
            words.contains("Earned (1)") && !words.contains("You have 0 of 1"),
            "{words}"
        );
        assert_eq!(words.matches("Speak in public").count(), 1, "{words}");
        stage.scene.end().await;
    });
}

#[test]
fn what_was_earned_in_a_course_that_was_deleted_stays() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, award, _) = stage.earned().await;
        let mut student = stage.student_browser(0).await;
        let (tenant, now) = (stage.course.tenant.clone(), stage.scene.cairn.clock.now());
        let retired = stage.scene.cairn.store.write(move |db| {
            let state = crate::domain::badge::BadgeState::Retired;
            crate::store::badges::set_state(db, &tenant, &badge, &state, now)
        });
        retired.await.unwrap();
        stage.world.delete_course(stage.at);
        let page = student.get(&stage.inside("/mine")).await.unwrap();
        assert!(
            page.words().contains("Earned (1)") && page.words().contains("Quiz master"),
            "{}",
            page.words()
        );
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        assert_eq!(student.get(&mine).await.unwrap().status, 200);
        stage.scene.end().await;
    });
}

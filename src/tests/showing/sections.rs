//! Sections and groups on the pages of those who teach: one part of the class, its file and its holders; nobody else sees who is
//! in which.

use practice_lms::Section;

use super::stage::{Stage, design};
use crate::domain::section::SectionKind;
use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;

/// What somebody may call a section who thinks of pages and spreadsheets.
const ODD: &str = "=Day <script>x</script>";

#[test]
fn canvas_says_at_launches_who_is_in_which_section() {
    on_each_database(|scene| async move {
        let lms = &scene.canvas;
        let world = lms.world();
        let at = world.courses()[0].id;
        let students = world.students(at);
        let (ada, ben) = (&students[0], &students[1]);
        world.change_course(at, |facts| {
            for (id, name, person) in [(9_001, ODD, ada.id), (9_002, "Night shift 7", ben.id)] {
                facts.sections.push(Section {
                    id,
                    name: name.to_owned(),
                    people: [person].into(),
                });
            }
        });
        for link in world.links(at) {
            let names = "$com.instructure.User.sectionNames";
            world.set_link_custom(at, link.id, "section_names", names);
            world.set_link_custom(at, link.id, "section_ids", "$Canvas.course.sectionIds");
        }
        let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
        teacher.until("", "Checked").await;
        let badge = teacher.make_badge("Safe worker", "knowledge").await;
        teacher.rule_on_column(&badge, "Safety").await;
        teacher.activate(&badge).await;
        let before = teacher.get("/progress").await;
        assert!(!before.text().contains("name=\"section\""), "{}", before.words());
        let mut hers = Guest::open(lms, 0, &ada.name, "My badges").await;
        Guest::open(lms, 0, &ben.name, "My badges").await;

        let page = teacher.get("/progress").await;
        let form = page.form("/progress").unwrap();
        assert_eq!(page.text().matches("<script>x").count(), 0);
        let chosen = form.option("section", ODD).unwrap().to_owned();
        let part = teacher
            .get(&format!("/progress?section={chosen}&order=earned"))
            .await;
        let text = part.text();
        assert!(
            text.contains(&ada.name) && !text.contains(&ben.name),
            "{}",
            part.words()
        );
        assert!(part.words().contains("1 to 1 of 1"), "{}", part.words());
        let missing = "students are in no section or group that is known here";
        assert!(part.words().contains(missing), "{}", part.words());
        let csv = part.links("/progress.csv").remove(0);
        assert!(csv.contains(&format!("section={chosen}")), "{csv}");
        let file = teacher.browser.get(&csv).await.unwrap().text();
        assert!(
            file.contains("LMS user id,Section,Grades from,Safe worker"),
            "{file}"
        );
        assert!(
            file.contains(",'=Day <script>") && file.lines().count() == 2,
            "{file}"
        );
        let nobody = teacher
            .get(&format!("/progress?section={chosen}&standing=lost"))
            .await;
        assert!(
            nobody
                .words()
                .contains("No student of “=Day <script>x</script>” stands there."),
            "{}",
            nobody.words()
        );
        let own = hers.get("").await;
        assert!(!own.text().contains("=Day") && !own.text().contains("Night shift"));
        assert_eq!(hers.get("/progress").await.status, 403);

        // They change their sections, and nobody is left in the old ones.
        world.change_course(at, |facts| facts.sections.clear());
        for name in [&ada.name, &ben.name] {
            Guest::open(lms, 0, name, "My badges").await;
        }
        let gone = teacher.get(&format!("/progress?section={chosen}")).await;
        let told = "No student is in that section any more, so everybody is shown.";
        assert!(gone.words().contains(told), "{}", gone.words());
        assert!(gone.text().contains(&ben.name) && !gone.text().contains("=Day"));
        scene.end().await;
    });
}

#[test]
fn holders_are_shown_of_one_group_and_nothing_is_done_there_to_all() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, _, _) = stage.earned().await;
        stage.grade(1, 90);
        stage.check().await;
        stage.awarded(&badge, 1).await;
        let (_, ada) = stage.student(0);
        let (_, ben) = stage.student(1);
        let here = stage.inside(&format!("/badges/{badge}/awards"));
        let plain = stage.teacher.get(&here).await.unwrap();
        assert!(!plain.text().contains("name=\"section\""));

        stage.divide(0, SectionKind::Section, "Day").await;
        stage.divide(1, SectionKind::Group, "Team 3").await;
        stage.divide(2, SectionKind::Group, "Team 4").await;
        let all = stage.teacher.get(&here).await.unwrap();
        assert!(all.words().contains("Section or group"), "{}", all.words());
        assert!(all.text().contains("<optgroup label=\"Groups\">"));
        assert!(all.words().contains("Revoke all 2"), "{}", all.words());
        let form = all.form("/awards").unwrap();
        let team = form.option("section", "Team 3").unwrap().to_owned();
        let other = form.option("section", "Team 4").unwrap().to_owned();
        let part = stage
            .teacher
            .get(&format!("{here}?section={team}"))
            .await
            .unwrap();
        let text = part.text();
        assert!(text.contains(&ben) && !text.contains(&ada), "{}", part.words());
        assert!(part.words().contains("2 holders"), "{}", part.words());
        assert!(!part.words().contains("Revoke all"), "{}", part.words());
        let none = stage
            .teacher
            .get(&format!("{here}?section={other}"))
            .await
            .unwrap();
        let told = "No student of “Team 4” was awarded this badge.";
        assert!(none.words().contains(told), "{}", none.words());
        assert!(none.link("Show everybody").is_ok());
        let unknown = stage
            .teacher
            .get(&format!("{here}?section=elsewhere"))
            .await
            .unwrap();
        assert!(unknown.text().contains(&ada), "{}", unknown.words());
        stage.scene.end().await;
    });
}

#[test]
fn a_class_without_sections_has_no_choice_of_them_and_no_column() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        stage.badge(design("Quiz master"), Some(vec![stage.quiz()])).await;
        let page = stage.teacher.get(&stage.inside("/progress")).await.unwrap();
        assert!(!page.text().contains("name=\"section\""));
        // Each choice says by itself what is chosen.
        for label in ["f-standing\">State", "f-badge\">Badge"] {
            assert!(page.text().contains(label), "{label}: {}", page.text());
        }
        let csv = stage.teacher.get(&stage.inside("/progress.csv")).await.unwrap();
        assert!(
            csv.text().contains("LMS user id,Grades from,Quiz master"),
            "{}",
            csv.text()
        );
        stage.scene.end().await;
    });
}

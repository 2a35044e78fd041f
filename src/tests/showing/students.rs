//! Who is a student, where the course site cannot tell: asked on the teacher's first page, told to whom it concerns.

use crate::domain::rule::Condition;
use crate::domain::zone::Zone;
use chrono::DateTime;
use practice_lms::CourseRole;

use super::stage::{Stage, design, launch, until};
use crate::tests::harness::{framed, on_each_database};

#[test]
fn the_first_page_asks_with_two_buttons_and_the_student_earns_after_the_answer() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let always = Condition::NotBefore {
            at: DateTime::UNIX_EPOCH,
            zone: Zone::UTC,
        };
        let badge = stage.badge(design("Here"), Some(vec![always])).await;
        let world = stage.world.clone();
        let nora = world.member(stage.at, CourseRole::Assistant).unwrap();
        let mut browser = framed(&stage.scene.moodle);
        let teaching = launch(&world, stage.at, nora.id, &mut browser).await;
        assert_eq!(teaching.status, 200, "{}", teaching.words());
        world.set_role(stage.at, nora.id, Some(CourseRole::Student));
        let page = launch(&world, stage.at, nora.id, &mut browser).await;
        assert!(
            page.words().contains("a teacher of the course is asked"),
            "{}",
            page.words()
        );

        let home = stage.teacher.get(&stage.inside("")).await.unwrap();
        let words = home.words();
        assert!(
            words.contains("31 students as the course site lists them"),
            "{words}"
        );
        assert!(words.contains("Needs attention (1)"), "{words}");
        assert!(
            words.contains("Nora Newbold: is this a student? Seen here in another role"),
            "{words}"
        );
        let progress = stage.teacher.get(&stage.inside("/progress")).await.unwrap();
        assert!(
            progress.words().contains("1 person is not in this table"),
            "{}",
            progress.words()
        );

        let form = home.form("/answer").unwrap();
        let nothing = stage
            .teacher
            .submit(&home, &form, &[("is_student", "perhaps")])
            .await
            .unwrap();
        assert_eq!(nothing.status, 422, "{}", nothing.words());
        let said = stage
            .teacher
            .submit(&home, &form, &[("is_student", "yes")])
            .await
            .unwrap();
        assert_eq!(said.status, 200, "{}", said.words());
        assert!(said.words().contains("Your answer is kept"), "{}", said.words());
        assert!(
            said.words()
                .contains("Nora Newbold is a student said Tess Teacher"),
            "{}",
            said.words()
        );
        let (tenant, registration) = (stage.course.tenant.clone(), stage.course.registration.clone());
        let sub = nora.sub.clone();
        let person = stage
            .scene
            .cairn
            .store
            .read(move |db| crate::store::people::by_sub(db, &tenant, &registration, &sub));
        let person = person.await.unwrap().unwrap().id;
        until("the award", || stage.latest(&badge, &person)).await;

        let form = said.form("/answer").unwrap();
        let changed = stage
            .teacher
            .submit(&said, &form, &[("is_student", "no")])
            .await
            .unwrap();
        assert!(
            changed.words().contains("Nora Newbold is not a student"),
            "{}",
            changed.words()
        );
        let decision = stage.inside(&format!("/badges/{badge}/people/{person}"));
        let decision = stage.teacher.get(&decision).await.unwrap();
        assert!(
            decision
                .words()
                .contains("A teacher of this course said that this is not a student"),
            "{}",
            decision.words()
        );
        stage.scene.end().await;
    });
}

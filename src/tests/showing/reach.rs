//! Who reaches what compares a rule and tries it on an earlier year: those who teach the course, by its own pages.

use practice_lms::CourseRole;

use super::stage::Stage;
use crate::tests::harness::{framed, launch_as, on_each_database};

const FILE: &[u8] = b"Student,ID,Section,Final quiz (7)\n    Points Possible,,,100\nSomebody,1,A,90\n";

#[test]
fn a_student_and_another_course_reach_neither_the_versions_nor_an_earlier_year() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, award, _) = stage.earned().await;
        let mut student = stage.student_browser(0).await;
        // The form proof of the student's own visit, from a page of theirs.
        let mine = student
            .get(&stage.inside(&format!("/credentials/{}", award.id)))
            .await
            .unwrap();
        let proof = mine.form("/share").unwrap().value("csrf").unwrap().to_owned();
        let views = ["versions", "replay"].map(|page| format!("/badges/{badge}/rule/{page}"));
        for view in &views {
            let page = student.get(&stage.inside(view)).await.unwrap();
            assert_eq!(page.status, 403, "{view}");
        }
        let action = format!("/badges/{badge}/rule/replay/try");
        let fields = [("csrf", proof.as_str()), ("kept", "AAAA")];
        let page = student.post(&stage.inside(&action), &fields).await.unwrap();
        assert_eq!(page.status, 403, "{}", page.words());
        assert!(page.text().contains("Only instructors"), "{}", page.text());
        let here = stage.inside(&action);
        let page = stage.teacher.post(&here, &[("kept", "AAAA")]).await.unwrap();
        assert_eq!(page.status, 403, "{}", page.words());
        assert!(
            page.text().contains("did not come from a page"),
            "{}",
            page.text()
        );

        let mut elsewhere = framed(&stage.scene.canvas);
        let home = launch_as(&stage.scene.canvas, &mut elsewhere, CourseRole::Teacher).await;
        for view in &views {
            let page = elsewhere.get(&format!("{}{view}", home.url)).await.unwrap();
            assert_eq!(page.status, 404, "{view}");
        }

        // By its own pages it is open, also where they are asked for in forms.
        for view in &views {
            let page = stage.teacher.get(&stage.inside(view)).await.unwrap();
            assert_eq!(page.status, 200, "{view}: {}", page.words());
        }
        let start = stage.teacher.get(&stage.inside(&views[1])).await.unwrap();
        let form = start.form("/replay/try").unwrap();
        let file = [("file", "earlier.csv", "text/csv", FILE)];
        let setup = stage
            .teacher
            .submit_files(&start, &form, &[], &file)
            .await
            .unwrap();
        assert_eq!(setup.status, 200, "{}", setup.words());
        assert!(
            setup.words().contains("The file has 1 person"),
            "{}",
            setup.words()
        );
        stage.scene.end().await;
    });
}

//! What teachers are offered of a page that its holder, or the institution, keeps.

use super::stage::{Stage, get};
use crate::tests::harness::on_each_database;

#[test]
fn a_teacher_is_offered_no_page_that_would_be_refused() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        let public = format!("/b/{}", credential.slug);
        let lists = [
            stage.inside(&format!("/badges/{badge}/awards")),
            stage.inside(&format!("/badges/{badge}/people/{}", award.person)),
        ];
        for list in &lists {
            let page = stage.teacher.get(list).await.unwrap();
            assert!(page.text().contains(&public), "{}", page.text());
            assert!(
                !page.words().to_lowercase().contains("kept by its holder"),
                "{}",
                page.words()
            );
        }
        assert_eq!(get(&stage.url(&public), "text/html").await.status, 200);

        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let page = student.get(&mine).await.unwrap();
        let switches = page.form("/share").unwrap();
        student
            .submit(&page, &switches, &[("keep_page", "yes")])
            .await
            .unwrap();
        assert_eq!(get(&stage.url(&public), "text/html").await.status, 403);
        for list in &lists {
            let page = stage.teacher.get(list).await.unwrap();
            assert!(!page.text().contains(&public), "{}", page.text());
            assert!(
                page.words().to_lowercase().contains("kept by its holder"),
                "{}",
                page.words()
            );
        }

        // Where the institution keeps all of them, nobody in particular does.
        stage.with_minors().await;
        for list in &lists {
            let page = stage.teacher.get(list).await.unwrap();
            assert!(!page.text().contains(&public), "{}", page.text());
            assert!(
                !page.words().to_lowercase().contains("kept by its holder"),
                "{}",
                page.words()
            );
        }
        stage.scene.end().await;
    });
}

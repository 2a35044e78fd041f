//! A grade that falls after the award, as teachers and students see it.

use super::stage::{Stage, get, until};
use crate::harness::on_each_database;

#[test]
fn a_fallen_grade_needs_attention_and_a_teacher_decides_with_a_reason() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        let (_, name) = stage.student(0);
        let sentence = format!("{name} earned “Quiz master” and no longer meets its rule.");
        let calm = stage.teacher.get(&stage.inside("")).await.unwrap();
        assert!(!calm.words().contains("no longer meets"), "{}", calm.words());

        stage.grade(0, 30);
        stage.check().await;
        let mut course = calm;
        for _ in 0..300 {
            course = stage.teacher.get(&stage.inside("")).await.unwrap();
            if course.words().contains(&sentence) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(course.words().contains(&sentence), "{}", course.words());
        assert!(
            stage
                .latest(&badge, &award.person)
                .await
                .unwrap()
                .revocation
                .is_none(),
            "nothing is taken away"
        );
        let [look] = course.links("/regrades/").try_into().unwrap();
        let page = stage.teacher.get(&look).await.unwrap();
        for words in ["30 of 100", "80 of 100", "Keep the badge", "Revoke 1 badge"] {
            assert!(page.words().contains(words), "{words}: {}", page.words());
        }
        let mut student = stage.student_browser(0).await;
        let peeked = student.get(&look).await.unwrap();
        assert_eq!(peeked.status, 403, "{}", peeked.words());

        let form = page.form("/settle").unwrap();
        let silent = stage
            .teacher
            .submit(&page, &form, &[("verdict", "keep")])
            .await
            .unwrap();
        assert_eq!(silent.status, 422);
        assert!(silent.words().contains("Give a reason"), "{}", silent.words());
        let fields = [
            ("verdict", "keep"),
            ("reason", "The second sitting was voluntary"),
        ];
        let kept = stage.teacher.submit(&page, &form, &fields).await.unwrap();
        assert!(
            kept.words().contains("The badge stays.") && !kept.words().contains("no longer meets"),
            "{}",
            kept.words()
        );
        let revoke = [("verdict", "revoke"), ("reason", "Too late")];
        let late = stage.teacher.submit(&page, &form, &revoke).await.unwrap();
        assert_eq!(late.status, 409, "{}", late.words());
        let person = stage.inside(&format!("/badges/{badge}/people/{}", award.person));
        let record = stage.teacher.get(&person).await.unwrap();
        assert!(
            record.words().contains("Kept although the rule is no longer met")
                && record.words().contains("The second sitting was voluntary"),
            "{}",
            record.words()
        );

        // Met again and missed again: now it is revoked, and the reason is told to everybody.
        for points in [95, 20] {
            stage.grade(0, points);
            stage.check().await;
            let read = format!("{points} of 100");
            until("the grade is read", || async {
                let mut teacher = stage.teacher.clone();
                let page = teacher.get(&person).await.unwrap();
                page.words().contains(&read).then_some(())
            })
            .await;
        }
        let course = stage.teacher.get(&stage.inside("")).await.unwrap();
        let [look] = course.links("/regrades/").try_into().unwrap();
        let page = stage.teacher.get(&look).await.unwrap();
        let form = page.form("/settle").unwrap();
        let revoke = [("verdict", "revoke"), ("reason", "It was copied")];
        let done = stage.teacher.submit(&page, &form, &revoke).await.unwrap();
        assert!(
            done.words().contains("The badge was revoked."),
            "{}",
            done.words()
        );
        let public = get(&stage.url(&format!("/b/{}", credential.slug)), "text/html").await;
        assert!(
            public.words().contains("Revoked") && !public.words().contains("It was copied"),
            "{}",
            public.words()
        );
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let told = student.get(&mine).await.unwrap();
        assert!(told.words().contains("It was copied"), "{}", told.words());
        stage.scene.end().await;
    });
}

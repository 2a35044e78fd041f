//! What everybody is shown of a badge that was revoked.

use super::stage::{Stage, get};
use crate::tests::harness::on_each_database;

#[test]
fn a_revoked_badge_says_so_everywhere_and_can_still_be_seen() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        let (_, name) = stage.student(0);
        let holders = stage.inside(&format!("/badges/{badge}/awards"));
        let page = stage.teacher.get(&holders).await.unwrap();
        assert!(
            page.text().contains(&name) && page.text().contains("Valid") && page.words().contains("1 holder"),
            "{}",
            page.text()
        );
        let form = page.form("/revoke").unwrap();

        let nobody = stage.teacher.submit(&page, &form, &[]).await.unwrap();
        assert_eq!(nobody.status, 422);
        assert!(nobody.text().contains("Nobody was chosen"), "{}", nobody.text());
        let review = stage
            .teacher
            .submit(&page, &form, &[("award", award.id.as_str())])
            .await
            .unwrap();
        assert!(review.text().contains("1 student loses") && review.text().contains(&name));
        let confirm = review.form("/revoke/confirm").unwrap();
        let silent = stage.teacher.submit(&review, &confirm, &[]).await.unwrap();
        assert_eq!(silent.status, 422);
        assert!(silent.text().contains("Give a reason"), "{}", silent.text());
        let wrong = [("reason", "Wrong quiz"), ("confirm", "2")];
        let wrong = stage.teacher.submit(&review, &confirm, &wrong).await.unwrap();
        assert_eq!(wrong.status, 409, "{}", wrong.text());
        for _ in 0..2 {
            let done = stage
                .teacher
                .submit(&review, &confirm, &[("reason", "Wrong quiz")])
                .await
                .unwrap();
            assert_eq!(done.status, 200, "{}", done.text());
            assert!(done.text().contains("Reason: Wrong quiz"), "{}", done.text());
            // What was taken back is held no more: the first page counts the same.
            let words = done.words();
            assert!(words.contains("0 holders · 1 revoked"), "{words}");
        }
        let home = stage.teacher.get(&stage.inside("")).await.unwrap().words();
        assert!(home.contains("0 of 32 earned"), "{home}");

        let public = get(&stage.url(&format!("/b/{}", credential.slug)), "text/html").await;
        assert_eq!(public.status, 200);
        assert!(public.text().contains("Revoked</strong>"), "{}", public.text());
        assert!(public.text().contains("The issuer has revoked it."));
        assert!(!public.text().contains("Valid today"), "{}", public.text());
        assert!(
            !public.text().contains("Wrong quiz"),
            "the reason is for the holder"
        );
        let verdict = stage.verify(credential.document.as_bytes()).await;
        assert!(verdict.is_revoked() && !verdict.is_valid());
        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let mine = student.get(&mine).await.unwrap();
        assert!(mine.text().contains("Revoked: Wrong quiz"), "{}", mine.text());
        for shown_off in ["Sign it anew", "LinkedIn"] {
            assert!(!mine.words().contains(shown_off), "{shown_off}: {}", mine.words());
        }
        let about = stage.inside(&format!("/badges/{}", award.badge));
        let about = student.get(&about).await.unwrap().words();
        assert!(about.contains("Revoked. Wrong quiz"), "{about}");
        assert!(!about.contains("You have 1 of 1"), "{about}");
        let all = student.get(&stage.inside("")).await.unwrap();
        let (words, text) = (all.words(), all.text());
        assert!(text.contains("<h2>Revoked</h2>"), "{words}");
        assert!(!text.contains("<h2>Earned</h2>"), "{words}");
        stage.scene.end().await;
    });
}

//! A grade that falls after the award, as teachers and students see it.

use crate::domain::credential::Visibility;
use crate::domain::policy::{Policy, Regrade};
use crate::store::{credentials, policies};

use super::stage::{Stage, get, until};
use crate::tests::harness::on_each_database;

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

#[test]
fn a_suspended_badge_says_so_on_every_page_until_a_teacher_keeps_it() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        let (tenant, now) = (stage.course.tenant.clone(), stage.scene.cairn.clock.now());
        let (id, visibility) = (
            credential.id.clone(),
            Visibility {
                downloads: true,
                ..Visibility::default()
            },
        );
        let set = stage.scene.cairn.store.write(move |db| {
            let policy = Policy {
                regrade: Regrade::Suspend,
                ..Policy::default()
            };
            policies::set(db, &tenant, &policy, now)?;
            credentials::set_visibility(db, &tenant, &id, visibility)
        });
        set.await.unwrap();
        let public = stage.url(&format!("/b/{}", credential.slug));
        let before = get(&public, "text/html").await;
        assert!(!before.words().contains("Suspended"), "{}", before.words());

        stage.grade(0, 30);
        stage.check().await;
        let since = until("the suspension", || async {
            stage.latest(&badge, &award.person).await?.suspended_since
        })
        .await;
        let since = format!("under review since {}", since.format("%-d %b %Y"));
        let page = get(&public, "text/html").await;
        for words in [
            since.as_str(),
            "Suspended: its issuer looks at it again",
            "a file of this badge that somebody holds cannot",
            "Not expired",
        ] {
            assert!(page.words().contains(words), "{words}: {}", page.words());
        }
        assert!(!page.words().contains("Valid today"), "{}", page.words());
        let picture = format!("{public}.png");
        assert_eq!(
            get(&picture, "image/png").await.status,
            200,
            "it can still be seen"
        );
        let file = get(&format!("{public}.json"), "application/json").await;
        assert_eq!(file.body, credential.document.as_bytes());
        let verdict = stage.verify(&file.body).await;
        assert!(verdict.is_valid(), "the file cannot know: {verdict:?}");
        let sheet = get(&format!("{public}/print"), "text/html").await;
        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let told = student.get(&mine).await.unwrap();
        let own_sheet = student.get(&format!("{mine}/print")).await.unwrap();
        let holders = stage.inside(&format!("/badges/{badge}/awards"));
        let listed = stage.teacher.get(&holders).await.unwrap();
        for page in [&sheet, &told, &own_sheet, &listed] {
            let words = page.words();
            assert!(
                words.contains("Suspended") && words.to_lowercase().contains(&since.to_lowercase()),
                "{}: {words}",
                page.url
            );
        }
        for address in [stage.inside(""), stage.inside(&format!("/badges/{badge}"))] {
            let page = student.get(&address).await.unwrap();
            assert!(page.words().contains("Suspended"), "{}", page.words());
        }

        let course = stage.teacher.get(&stage.inside("")).await.unwrap();
        let [look] = course.links("/regrades/").try_into().unwrap();
        let asked = stage.teacher.get(&look).await.unwrap();
        let form = asked.form("/settle").unwrap();
        let keep = [("verdict", "keep"), ("reason", "A typing error")];
        let kept = stage.teacher.submit(&asked, &form, &keep).await.unwrap();
        assert_eq!(kept.status, 200, "{}", kept.words());
        let after = get(&public, "text/html").await;
        assert!(
            after.words().contains("Valid today") && !after.words().contains("Suspended"),
            "{}",
            after.words()
        );
        let told = student.get(&mine).await.unwrap();
        assert!(!told.words().contains("Suspended"), "{}", told.words());
        stage.scene.end().await;
    });
}

#[test]
fn an_earned_badge_shows_what_was_seen_then_also_when_its_grade_is_gone() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, award, _) = stage.earned().await;
        let mine = stage.inside(&format!("/badges/{badge}"));
        let theirs = stage.inside(&format!("/badges/{badge}/people/{}", award.person));
        let mut student = stage.student_browser(0).await;
        let page = student.get(&mine).await.unwrap();
        let words = page.words();
        assert!(
            words.contains("When you earned it") && words.contains("Final quiz: 80 of 100"),
            "{words}"
        );
        assert!(!words.contains("has no grade for it now"), "{words}");

        let (id, _) = stage.student(0);
        assert!(stage.world.set_grade(stage.at, stage.column(), id, None));
        stage.check().await;
        let gone = "Final quiz: the course site has no grade for it now";
        let words = until("the grade is gone", || async {
            let mut student = student.clone();
            let words = student.get(&mine).await.unwrap().words();
            words.contains(gone).then_some(words)
        })
        .await;
        assert!(
            words.contains("When you earned it") && words.contains("Final quiz: 80 of 100"),
            "{words}"
        );
        assert!(!words.contains("Not known yet"), "{words}");
        until("the teacher sees both", || async {
            let mut teacher = stage.teacher.clone();
            let words = teacher.get(&theirs).await.unwrap().words();
            let both = words.contains("When it was earned") && words.contains("Final quiz: 80 of 100");
            both.then_some(())
        })
        .await;
        stage.scene.end().await;
    });
}

//! Progress, reasons, approval, awards by hand and revocation.

use crate::domain::badge::{BadgeState, Expiry, Kind};
use crate::domain::rest::Rest;
use crate::domain::rule::Condition;
use crate::domain::zone::Zone;
use crate::random::SystemRandom;
use crate::store::people::{self, PersonSeen};
use crate::store::{awards, badges, enrolments};
use chrono::TimeDelta;
use practice_lms::CourseRole;
use serde_json::Value;
use tokio::time::{Duration, sleep};

use super::stage::{Stage, design, get, launch, until};
use crate::tests::harness::{framed, launch_as, on_each_database};

#[test]
fn the_table_shows_how_far_everybody_is_and_is_found_by_name() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, _, _) = stage.earned().await;
        let rule = vec![stage.quiz(), Condition::InstructorApproves];
        let both = stage.badge(design("Both"), Some(rule)).await;
        stage.badge(design("Secret plan"), None).await;
        let person = stage.person(0).await;
        // Two decisions tell that all were made.
        let decided = stage.inside(&format!("/badges/{both}/people/{person}"));
        for _ in 0..200 {
            let page = stage.teacher.get(&decided).await.unwrap();
            if page.text().contains("decided") && !page.text().contains("not decided yet") {
                break;
            }
            sleep(Duration::from_millis(50)).await;
        }
        let page = stage.teacher.get(&stage.inside("/progress")).await.unwrap();
        let (text, (_, name)) = (page.text(), stage.student(0));
        for shown in [&name, "Quiz master", "Both", "Earned", "1 of 2", "No grade yet"] {
            assert!(text.contains(shown), "{shown} in {text}");
        }
        assert!(!text.contains("Secret plan"), "a draft is no column");
        let teacher = stage.world.member(stage.at, CourseRole::Teacher).unwrap().name;
        assert!(!text.contains(&teacher), "who teaches is no student");
        assert!(text.contains(&format!("/badges/{badge}/people/{person}")));

        let form = page.form("/progress").unwrap();
        let part = name.to_uppercase();
        let found = stage.teacher.submit(&page, &form, &[("q", &part)]).await.unwrap();
        assert!(
            found.text().contains(&name) && found.text().contains("1 to 1 of 1"),
            "{}",
            found.text()
        );
        let nobody = stage
            .teacher
            .submit(&page, &form, &[("q", "zzz%_")])
            .await
            .unwrap();
        assert!(nobody.text().contains("Nobody found"), "{}", nobody.text());

        let (tenant, registration) = (stage.course.tenant.clone(), stage.course.registration.clone());
        let seen = PersonSeen {
            sub: stage.world.students(stage.at)[0].sub.clone(),
            name: Some("=cmd|'/c calc'!A1".into()),
            email: None,
        };
        let now = stage.scene.cairn.clock.now();
        let renamed = stage.scene.cairn.store.write(move |db| {
            people::upsert_from_launch(db, &tenant, &registration, &seen, now, &SystemRandom)
        });
        renamed.await.unwrap();
        let table = stage.teacher.get(&stage.inside("/progress.csv")).await.unwrap();
        assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
        let text = table.text();
        assert!(
            text.starts_with("\u{feff}Student,LMS user id,Grades from,Quiz master,Both\r\n"),
            "{text}"
        );
        let (tenant, id) = (stage.course.tenant.clone(), stage.course.id.clone());
        let learners = stage
            .scene
            .cairn
            .store
            .read(move |db| enrolments::learners(db, &tenant, &id));
        let learners = learners.await.unwrap().len();
        assert_eq!(text.lines().count(), learners + 1, "a head and all students");
        assert!(text.contains("\r\n'=cmd|'/c calc'!A1,"), "{text}");
        let one = stage
            .teacher
            .get(&stage.inside("/progress.csv?q=%3Dcmd"))
            .await
            .unwrap();
        assert_eq!(one.text().lines().count(), 2);
        stage.scene.end().await;
    });
}

#[test]
fn an_approval_lets_the_rule_decide_and_the_award_follows() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let rule = vec![stage.quiz(), Condition::InstructorApproves];
        let badge = stage.badge(design("Both"), Some(rule)).await;
        stage.grade(0, 100);
        stage.check().await;
        let person = stage.person(0).await;
        let here = stage.inside(&format!("/badges/{badge}/people/{person}"));
        let mut page = stage.teacher.get(&here).await.unwrap();
        for _ in 0..400 {
            if page.text().contains("Final quiz: 100 of 100, needs 80") {
                break;
            }
            sleep(Duration::from_millis(50)).await;
            page = stage.teacher.get(&here).await.unwrap();
        }
        for shown in [
            "Final quiz: 100 of 100, needs 80",
            "All of these are needed.",
            "An instructor&#39;s approval is needed.",
        ] {
            assert!(page.text().contains(shown), "{shown} in {}", page.text());
        }
        let ask = page.links("/approve").pop().unwrap();
        let ask = stage.teacher.get(&ask).await.unwrap();
        let form = ask.form("/approve/confirm").unwrap();
        let silent = stage.teacher.submit(&ask, &form, &[]).await.unwrap();
        assert_eq!(silent.status, 422, "{}", silent.text());
        let long = "x".repeat(501);
        let long = stage
            .teacher
            .submit(&ask, &form, &[("reason", &long)])
            .await
            .unwrap();
        assert!(
            long.status == 422 && long.text().contains("xxxx"),
            "what was typed is kept"
        );
        for _ in 0..2 {
            let done = stage
                .teacher
                .submit(&ask, &form, &[("reason", "Showed it in class")])
                .await
                .unwrap();
            assert_eq!(done.status, 200, "{}", done.text());
            assert!(done.text().contains("Approved"), "{}", done.text());
        }
        let (_, credential) = stage.awarded(&badge, 0).await;
        assert!(stage.verify(credential.document.as_bytes()).await.is_valid());
        let page = stage.teacher.get(&here).await.unwrap();
        for shown in ["Earned", "Showed it in class", "Rule met"] {
            assert!(page.text().contains(shown), "{shown} in {}", page.text());
        }
        assert!(page.links("/approve").is_empty() && page.links("/award").is_empty());
        assert!(!page.links("/revoke?award=").is_empty());

        let other = stage
            .badge(design("Only the quiz"), Some(vec![stage.quiz()]))
            .await;
        let second = stage.person(1).await;
        let ask = stage.inside(&format!("/badges/{other}/people/{second}/approve"));
        let ask = stage.teacher.get(&ask).await.unwrap();
        let form = ask.form("/approve/confirm").unwrap();
        let refused = stage
            .teacher
            .submit(&ask, &form, &[("reason", "x")])
            .await
            .unwrap();
        assert_eq!(refused.status, 409);
        assert!(
            refused.text().contains("asks for no approval"),
            "{}",
            refused.text()
        );
        stage.scene.end().await;
    });
}

#[test]
fn an_award_by_hand_is_made_once_and_says_what_it_is() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let badge = stage.badge(design("Quiz master"), Some(vec![stage.quiz()])).await;
        let person = stage.person(2).await;
        let here = stage.inside(&format!("/badges/{badge}/people/{person}"));
        let page = stage.teacher.get(&here).await.unwrap();
        let ask = stage
            .teacher
            .get(&page.links("/award").pop().unwrap())
            .await
            .unwrap();
        let form = ask.form("/award/confirm").unwrap();
        for _ in 0..2 {
            let done = stage
                .teacher
                .submit(&ask, &form, &[("reason", "Sat it on paper")])
                .await
                .unwrap();
            assert_eq!(done.status, 200, "{}", done.text());
            assert!(done.text().contains("Awarded by hand by") && done.text().contains("Sat it on paper"));
        }
        let (tenant, id) = (stage.course.tenant.clone(), person.clone());
        let all = stage
            .scene
            .cairn
            .store
            .read(move |db| awards::for_person(db, &tenant, &id));
        assert_eq!(all.await.unwrap().len(), 1);
        let (_, credential) = stage.awarded(&badge, 2).await;
        assert!(stage.verify(credential.document.as_bytes()).await.is_valid());
        let signed: Value = serde_json::from_str(&credential.document).unwrap();
        let how = signed["credentialSubject"]["narrative"].as_str().unwrap();
        let public = get(&stage.url(&format!("/b/{}", credential.slug)), "text/html").await;
        assert!(how.contains("an instructor") && public.text().contains("How it was awarded"));
        assert!(!credential.document.contains("Sat it on paper"));

        let second = stage.person(3).await;
        for (state, sentence) in [
            (BadgeState::Retired, "This badge is retired"),
            (BadgeState::Draft, "awards nothing now"),
        ] {
            let (tenant, id, now) = (
                stage.course.tenant.clone(),
                badge.clone(),
                stage.scene.cairn.clock.now(),
            );
            let set = stage
                .scene
                .cairn
                .store
                .write(move |db| badges::set_state(db, &tenant, &id, &state, now));
            set.await.unwrap();
            let ask = stage.inside(&format!("/badges/{badge}/people/{second}/award"));
            let ask = stage.teacher.get(&ask).await.unwrap();
            let form = ask.form("/award/confirm").unwrap();
            let refused = stage
                .teacher
                .submit(&ask, &form, &[("reason", "x")])
                .await
                .unwrap();
            assert_eq!(refused.status, 409);
            assert!(refused.text().contains(sentence), "{}", refused.text());
        }
        let paused = BadgeState::Paused {
            reason: Rest::Earlier("A column is gone.".into()),
        };
        let (tenant, id, now) = (
            stage.course.tenant.clone(),
            badge.clone(),
            stage.scene.cairn.clock.now(),
        );
        let set = stage
            .scene
            .cairn
            .store
            .write(move |db| badges::set_state(db, &tenant, &id, &paused, now));
        set.await.unwrap();
        let done = stage
            .teacher
            .get(&stage.inside(&format!("/badges/{badge}/people/{second}/award")))
            .await
            .unwrap();
        let form = done.form("/award/confirm").unwrap();
        let done = stage
            .teacher
            .submit(&done, &form, &[("reason", "x")])
            .await
            .unwrap();
        assert!(done.text().contains("Earned"), "{}", done.text());
        stage.scene.end().await;
    });
}

#[test]
fn two_clicks_at_one_moment_make_one_award() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let badge = stage.badge(design("Quiz master"), Some(vec![stage.quiz()])).await;
        let person = stage.person(4).await;
        let ask = stage.inside(&format!("/badges/{badge}/people/{person}/award"));
        let member = stage.world.member(stage.at, CourseRole::Teacher).unwrap().id;
        let (mut one, mut other) = (framed(&stage.scene.moodle), framed(&stage.scene.moodle));
        for browser in [&mut one, &mut other] {
            launch(&stage.world, stage.at, member, browser).await;
        }
        let (first, second) = (one.get(&ask).await.unwrap(), other.get(&ask).await.unwrap());
        let (form, twin) = (
            first.form("/award/confirm").unwrap(),
            second.form("/award/confirm").unwrap(),
        );
        let reason = [("reason", "Sat it on paper")];
        let (first, second) = tokio::join!(
            one.submit(&first, &form, &reason),
            other.submit(&second, &twin, &reason)
        );
        for page in [first.unwrap(), second.unwrap()] {
            assert_eq!(page.status, 200, "{}", page.text());
            assert!(page.text().contains("Earned"), "{}", page.text());
        }
        let (tenant, id) = (stage.course.tenant.clone(), person.clone());
        let all = stage
            .scene
            .cairn
            .store
            .read(move |db| awards::for_person(db, &tenant, &id));
        assert_eq!(all.await.unwrap().len(), 1);
        stage.scene.end().await;
    });
}

#[test]
fn an_expired_badge_can_still_be_seen_and_taken_away() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let mut brief = design("Fire drill");
        let end = stage.scene.cairn.clock.now() + TimeDelta::seconds(5);
        brief.expiry = Expiry::On {
            at: end,
            zone: Zone::UTC,
        };
        let badge = stage.badge(brief, Some(vec![stage.quiz()])).await;
        let person = stage.person(0).await;
        let ask = stage.inside(&format!("/badges/{badge}/people/{person}/award"));
        let ask = stage.teacher.get(&ask).await.unwrap();
        let form = ask.form("/award/confirm").unwrap();
        let done = stage
            .teacher
            .submit(&ask, &form, &[("reason", "Took part")])
            .await
            .unwrap();
        assert_eq!(done.status, 200, "{}", done.text());
        while stage.scene.cairn.clock.now() <= end {
            sleep(Duration::from_millis(100)).await;
        }
        let all = stage.inside(&format!("/badges/{badge}/awards"));
        for (at, says) in [(done.url.as_ref(), "Expired"), (&*all, "0 holders · 1 expired")] {
            let words = stage.teacher.get(at).await.unwrap().words();
            assert!(words.contains(says), "{words}");
        }
        let (award, credential) = stage.awarded(&badge, 0).await;
        let public = get(&stage.url(&format!("/b/{}", credential.slug)), "text/html").await;
        assert!(
            public.text().contains("<strong>Expired.</strong>"),
            "{}",
            public.text()
        );
        assert!(public.text().contains("Expired: its time of validity is over."));
        assert!(stage.verify(credential.document.as_bytes()).await.is_expired());
        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let page = student.get(&mine).await.unwrap();
        assert!(page.text().contains("Expired"), "{}", page.text());
        let file = student.get(&format!("{mine}.json")).await.unwrap();
        assert_eq!(file.body, credential.document.as_bytes());
        stage.scene.end().await;
    });
}

#[test]
fn an_application_badge_is_not_awarded_by_hand_without_approved_work() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let mut brief = design("Made a chart");
        brief.kind = Kind::Application;
        let badge = stage.badge(brief, Some(vec![stage.quiz()])).await;
        let person = stage.person(0).await;
        let ask = stage.inside(&format!("/badges/{badge}/people/{person}/award"));
        let ask = stage.teacher.get(&ask).await.unwrap();
        let form = ask.form("/award/confirm").unwrap();
        let done = stage
            .teacher
            .submit(&ask, &form, &[("reason", "Showed it to me")])
            .await
            .unwrap();
        assert_eq!(done.status, 409, "{}", done.text());
        let said = "rests on work that somebody assessed, and no work of this person is approved";
        assert!(done.text().contains(said), "{}", done.text());
        assert!(done.text().contains("award.no-evidence"), "{}", done.text());
        stage.scene.end().await;
    });
}

#[test]
fn who_teaches_is_not_awarded_by_hand_either() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let badge = stage.badge(design("Quiz master"), Some(vec![stage.quiz()])).await;
        let teacher = stage.world.member(stage.at, CourseRole::Teacher).unwrap().sub;
        let (tenant, registration) = (stage.course.tenant.clone(), stage.course.registration.clone());
        let found = stage
            .scene
            .cairn
            .store
            .read(move |db| people::by_sub(db, &tenant, &registration, &teacher));
        let person = found.await.unwrap().unwrap().id;
        let here = stage.inside(&format!("/badges/{badge}/people/{person}"));
        let page = stage.teacher.get(&here).await.unwrap();
        assert!(
            page.text().contains("that they teach, assist or design here"),
            "{}",
            page.text()
        );
        assert!(page.links("/award").is_empty());
        let ask = stage.teacher.get(&format!("{here}/award")).await.unwrap();
        let form = ask.form("/award/confirm").unwrap();
        let refused = stage
            .teacher
            .submit(&ask, &form, &[("reason", "x")])
            .await
            .unwrap();
        assert_eq!(refused.status, 409);
        assert!(
            refused.text().contains("Only active learners"),
            "{}",
            refused.text()
        );
        stage.scene.end().await;
    });
}

#[test]
fn a_student_and_another_course_reach_none_of_it() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, award, _) = stage.earned().await;
        let person = stage.person(0).await;
        let mut student = stage.student_browser(0).await;
        // The form proof of the student's own visit, from a page of theirs.
        let mine = student
            .get(&stage.inside(&format!("/credentials/{}", award.id)))
            .await
            .unwrap();
        let proof = mine.form("/share").unwrap().value("csrf").unwrap().to_owned();
        let of_badge = format!("/badges/{badge}");
        let of_person = format!("{of_badge}/people/{person}");
        let views = [
            "/progress".to_owned(),
            "/progress.csv".to_owned(),
            "/progress/over-time".to_owned(),
            format!("{of_badge}/awards"),
            of_person.clone(),
            format!("{of_person}/approve"),
            format!("{of_person}/award"),
            format!("{of_badge}/revoke?award={}", award.id),
        ];
        for view in &views {
            let page = student.get(&stage.inside(view)).await.unwrap();
            assert_eq!(page.status, 403, "{view}");
        }
        let actions = [
            format!("{of_person}/approve/confirm"),
            format!("{of_person}/award/confirm"),
            format!("{of_badge}/revoke/confirm"),
        ];
        let fields = [
            ("csrf", proof.as_str()),
            ("reason", "mine"),
            ("award", award.id.as_str()),
            ("confirm", "1"),
        ];
        for action in &actions {
            let page = student.post(&stage.inside(action), &fields).await.unwrap();
            assert_eq!(page.status, 403, "{action}");
            assert!(page.text().contains("Only instructors"), "{}", page.text());
        }
        let mut teacher = stage.teacher;
        for action in &actions {
            let url = format!("{}/c/{}{action}", stage.scene.origin, stage.course.id);
            let page = teacher.post(&url, &[("reason", "no proof")]).await.unwrap();
            assert_eq!(page.status, 403, "{action}");
            assert!(
                page.text().contains("did not come from a page"),
                "{}",
                page.text()
            );
        }

        let mut elsewhere = framed(&stage.scene.canvas);
        let home = launch_as(&stage.scene.canvas, &mut elsewhere, CourseRole::Teacher).await;
        for view in views.iter().skip(3) {
            let page = elsewhere.get(&format!("{}{view}", home.url)).await.unwrap();
            assert_eq!(page.status, 404, "{view}");
        }
        let untouched = until("the award", || async {
            let (tenant, id) = (stage.course.tenant.clone(), award.id.clone());
            let found = stage
                .scene
                .cairn
                .store
                .read(move |db| awards::get(db, &tenant, &id));
            found.await.unwrap()
        });
        assert!(untouched.await.revocation.is_none());
        stage.scene.end().await;
    });
}

//! Terms of validity, and badges that build on badges.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::award::Award;
use crate::domain::badge::{Expiry, Renewal};
use crate::domain::credential::Visibility;
use crate::domain::renewal::{Means, Waits};
use crate::domain::rule::{Condition, Threshold};
use crate::domain::zone::Zone;
use crate::ids::{AwardId, PersonId};
use crate::service::award::evidence::{self, HandIn, HandedIn};
use crate::service::award::{awarding, holders, progress};
use crate::service::badge::design::{self, Blocking};
use crate::service::base::session::Visitor;
use crate::service::credential::publish;
use crate::store::{audit, awards, submissions};

async fn awards_of(bench: &Bench, person: &PersonId) -> Vec<Award> {
    let (tenant, person) = (bench.course.tenant.clone(), person.clone());
    let all = bench
        .cairn
        .store
        .read(move |db| awards::for_person(db, &tenant, &person));
    all.await.unwrap()
}

/// What a signed document says of how it was awarded.
fn narrative(document: &str) -> Option<String> {
    let document: serde_json::Value = serde_json::from_str(document).unwrap();
    document["credentialSubject"]["narrative"]
        .as_str()
        .map(str::to_owned)
}

#[tokio::test]
async fn expiry_opens_a_new_cycle_and_revocation_does_not() {
    for bench in benches().await {
        bench.check().await;
        let grade = Condition::Grade {
            item: bench.item().await,
            at_least: Threshold::Percent(80.into()),
        };
        let badge = bench
            .badge_that_ends("First aid", grade, Expiry::AfterDays { days: 30 })
            .await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("80"));
        bench.grade(students[1].id, Some("80"));
        bench.run().await;
        let (renews, loses) = (
            bench.person(&students[0].sub).await,
            bench.person(&students[1].sub).await,
        );
        let visitor = bench.instructor().await;
        let first = bench.holders(&badge).await;
        let which = [first[&loses].id.clone()];
        let revoked = awarding::revoke(&bench.cairn, &visitor, &badge, &which, "Copied").await;
        assert_eq!(revoked.unwrap(), 1);

        bench.clock.advance(TimeDelta::days(29));
        bench.run().await;
        assert_eq!(bench.holders(&badge).await[&renews].cycle, 1, "still in force");

        // The grade has not changed, so time alone brings no other term; a new grade does.
        bench.clock.advance(TimeDelta::days(1));
        bench.run().await;
        bench.run().await;
        assert_eq!(bench.holders(&badge).await[&renews].cycle, 1, "an old grade");
        bench.grade(students[0].id, Some("85"));
        bench.run().await;
        bench.run().await;
        let cycles: Vec<i32> = awards_of(&bench, &renews)
            .await
            .iter()
            .map(|award| award.cycle)
            .collect();
        assert!(
            cycles.len() == 2 && cycles.contains(&1) && cycles.contains(&2),
            "{cycles:?}"
        );
        let now_held = &bench.holders(&badge).await[&renews];
        assert_ne!(
            bench.credential(now_held).await.slug,
            bench.credential(&first[&renews]).await.slug
        );
        let (old, new) = (
            bench.credential(&first[&renews]).await,
            bench.credential(now_held).await,
        );
        let read = async |slug: &str| {
            let published = publish::by_slug(&bench.cairn, slug).await.unwrap();
            let checked = published.check(&bench.cairn).unwrap();
            (published, checked.verdict)
        };
        let (published, verdict) = read(&old.slug).await;
        assert!(verdict.is_expired(), "what is superseded keeps its own state");
        assert!(published.renewals.before.is_none());
        let after = published.renewals.after.unwrap();
        assert_eq!(after.award, *now_held);
        let all = Visibility {
            name: true,
            evidence: true,
            downloads: true,
            hidden: false,
        };
        assert_eq!(after.href_beside(all), Some(format!("/b/{}", new.slug)));
        let (published, verdict) = read(&new.slug).await;
        assert!(verdict.is_valid() && published.renewals.after.is_none());
        let day = |at: Option<DateTime<Utc>>| at.unwrap().format("%-d %B %Y").to_string();
        let (from, until) = (
            day(Some(first[&renews].awarded_at)),
            day(first[&renews].valid_until),
        );
        assert_eq!(
            narrative(&new.document).as_deref(),
            Some(
                format!("Renews the badge that was awarded on {from}, which was valid until {until}.")
                    .as_str()
            ),
            "what is signed names the one before, without its address"
        );
        assert!(!new.document.contains(&old.slug));
        assert_eq!(narrative(&old.document), None);
        assert_eq!(published.renewals.before.unwrap().award.id, first[&renews].id);
        // A renewal that was revoked supersedes nothing.
        let which = [now_held.id.clone()];
        awarding::revoke(&bench.cairn, &visitor, &badge, &which, "Copied")
            .await
            .unwrap();
        assert!(read(&old.slug).await.0.renewals.after.is_none());
        assert_eq!(
            awards_of(&bench, &loses).await.len(),
            1,
            "what was taken back stays so"
        );
    }
}

#[tokio::test]
async fn after_a_fixed_end_nothing_more_is_awarded_however_often_the_course_is_checked() {
    for bench in benches().await {
        bench.check().await;
        let grade = Condition::Grade {
            item: bench.item().await,
            at_least: Threshold::Percent(80.into()),
        };
        let end = bench.clock.now() + TimeDelta::days(30);
        let badge = bench
            .badge_that_ends(
                "First aid 2026",
                grade,
                Expiry::On {
                    at: end,
                    zone: Zone::UTC,
                },
            )
            .await;
        let students = bench.world.students(bench.at);
        bench.grade(students[0].id, Some("80"));
        bench.run().await;
        bench.clock.advance(TimeDelta::days(31));
        bench.grade(students[1].id, Some("80"));
        for _ in 0..3 {
            bench.run().await;
        }
        let (holder, late) = (
            bench.person(&students[0].sub).await,
            bench.person(&students[1].sub).await,
        );
        assert_eq!(awards_of(&bench, &holder).await.len(), 1);
        assert_eq!(awards_of(&bench, &late).await.len(), 0);

        let visitor = bench.instructor().await;
        let by_hand = awarding::award_by_hand(&bench.cairn, &visitor, &badge, &late, "Was there").await;
        assert_eq!(by_hand.unwrap_err().code(), "award.term-over");
        let tried = design::trial(&bench.cairn, &visitor, &badge).await.unwrap();
        assert_eq!(tried.run.number(), 0);
        assert!(tried.blocking.contains(&Blocking::TimeOver));
    }
}

#[tokio::test]
async fn a_badge_is_earned_by_badges_whether_it_was_made_before_or_after_them() {
    for bench in benches().await {
        bench.check().await;
        let base = bench.badge().await;
        let on_base = || Condition::HoldsBadge {
            badge: base.clone(),
            within_years: None,
        };
        let before = bench.badge_when("Made before", on_base()).await;
        let top = bench
            .badge_when(
                "Top",
                Condition::HoldsBadge {
                    badge: before.clone(),
                    within_years: None,
                },
            )
            .await;
        let students = bench.world.students(bench.at);
        // More than a handful, so that the badges above are decided as a whole.
        for student in &students[..7] {
            bench.grade(student.id, Some("95"));
        }
        bench.run().await;
        for badge in [&base, &before, &top] {
            assert_eq!(bench.holders(badge).await.len(), 7);
        }
        let after = bench.badge_when("Made after", on_base()).await;
        bench.work(&bench.cairn).await;
        assert_eq!(bench.holders(&after).await.len(), 7);
        // One more, decided alone, climbs the whole stack.
        bench.grade(students[7].id, Some("80"));
        bench.run().await;
        let person = bench.person(&students[7].sub).await;
        assert_eq!(awards_of(&bench, &person).await.len(), 4);
    }
}

async fn quiz(bench: &Bench) -> Condition {
    Condition::Grade {
        item: bench.item().await,
        at_least: Threshold::Percent(80.into()),
    }
}

const TERM: TimeDelta = TimeDelta::days(30);
const ENDS: Expiry = Expiry::AfterDays { days: 30 };

#[tokio::test]
async fn an_old_grade_renews_only_where_the_badge_has_chosen_that() {
    for bench in benches().await {
        bench.check().await;
        let mut badges = Vec::new();
        for renewal in Renewal::ALL {
            let badge = bench
                .badge_that_ends(renewal.word(), quiz(&bench).await, ENDS)
                .await;
            bench.renewed(&badge, renewal).await;
            badges.push(badge);
        }
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("80"));
        bench.run().await;
        let person = bench.person(&student.sub).await;
        let cycles = async || {
            let mut cycles = Vec::new();
            for badge in &badges {
                cycles.push(bench.holders(badge).await[&person].cycle);
            }
            cycles
        };
        assert_eq!(cycles().await, [1, 1, 1]);
        bench.clock.advance(TERM);
        bench.run().await;
        assert_eq!(cycles().await, [1, 1, 2], "read again, the grade is the old one");

        // What the teacher and the dry run are told of those whom nothing renews.
        let teacher = bench.instructor().await;
        let sight = progress::sight(&bench.cairn, &teacher, &badges[0], &person)
            .await
            .unwrap();
        assert_eq!(sight.waits, Some(Waits::Newer(vec![Means::Grade])));
        let tried = design::trial(&bench.cairn, &teacher, &badges[0]).await.unwrap();
        assert_eq!((tried.run.number(), tried.run.lapsed.len()), (0, 1));

        bench.grade(student.id, Some("90"));
        bench.run().await;
        assert_eq!(cycles().await, [2, 1, 2], "a teacher renews the second");
        bench.clock.advance(TERM);
        bench.run().await;
        assert_eq!(cycles().await, [2, 1, 3], "the new grade is old by now");
    }
}

#[tokio::test]
async fn a_teacher_renews_with_a_click_once_and_only_what_has_lapsed_and_is_met() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge_that_ends("First aid", quiz(&bench).await, ENDS).await;
        bench.renewed(&badge, Renewal::ByHand).await;
        let students = bench.world.students(bench.at);
        for student in &students[..2] {
            bench.grade(student.id, Some("80"));
        }
        bench.run().await;
        let (meets, fell) = (
            bench.person(&students[0].sub).await,
            bench.person(&students[1].sub).await,
        );
        let teacher = bench.instructor().await;
        let held = bench.holders(&badge).await;
        let of = |person: &PersonId| [held[person].id.clone()];
        let renew = async |visitor: &Visitor, which: &[AwardId]| {
            awarding::renew(&bench.cairn, visitor, &badge, which).await
        };
        assert_eq!(renew(&teacher, &of(&meets)).await.unwrap(), 0, "in force");

        bench.clock.advance(TERM);
        bench.grade(students[1].id, Some("10"));
        bench.run().await;
        let listed = holders::lapsed(&bench.cairn, &teacher, &badge).await.unwrap();
        assert_eq!(listed, of(&meets));
        let student = bench.learner(&students[0]).await;
        assert_eq!(
            renew(&student, &of(&meets)).await.unwrap_err().code(),
            "forbidden"
        );
        let refused = renew(&teacher, &[of(&meets), of(&fell)].concat())
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "award.renewal-not-met");
        assert_eq!(
            bench.holders(&badge).await[&meets].cycle,
            1,
            "nobody's was renewed"
        );
        assert_eq!(
            renew(&teacher, &["elsewhere".into()]).await.unwrap_err().code(),
            "not-found"
        );

        assert_eq!(renew(&teacher, &of(&meets)).await.unwrap(), 1);
        assert_eq!(renew(&teacher, &of(&meets)).await.unwrap(), 0, "a second click");
        let now_held = &bench.holders(&badge).await[&meets];
        assert_eq!(now_held.cycle, 2);
        let document = bench.credential(now_held).await.document;
        assert!(narrative(&document).unwrap().starts_with("Renews the badge"));
        let (tenant, subject) = (bench.course.tenant.clone(), now_held.id.to_string());
        let log = bench
            .cairn
            .store
            .read(move |db| audit::about(db, &tenant, &[subject.as_str()]));
        let log: Vec<String> = log.await.unwrap().into_iter().map(|entry| entry.action).collect();
        assert_eq!(log, ["award.renewed"]);
    }
}

#[tokio::test]
async fn approved_work_is_followed_by_newer_work_once_a_badge_on_it_lapses_and_not_before() {
    for bench in benches().await {
        bench.check().await;
        let activity = bench.activity("Report").await;
        let on_report = Condition::EvidenceApproved {
            activity: activity.clone(),
        };
        let two_terms = Expiry::AfterDays { days: 60 };
        let badge = bench.badge_that_ends("Reporter", on_report, two_terms).await;
        let student = bench.world.students(bench.at).remove(0);
        let again = async || {
            let visitor = bench.learner(&student).await;
            let text = HandIn {
                text: "Once more".into(),
                ..HandIn::default()
            };
            evidence::hand_in(&bench.cairn, &visitor, &activity, text).await
        };
        let work = bench.hand_in(&student, &activity).await;
        bench.review(&work, 90).await;
        bench.run().await;
        let person = bench.person(&student.sub).await;
        assert_eq!(bench.holders(&badge).await[&person].cycle, 1);
        bench.clock.advance(TimeDelta::days(29));
        assert_eq!(
            again().await.unwrap_err().code(),
            "evidence.approved",
            "far from its end"
        );
        bench.clock.advance(TimeDelta::days(31));
        bench.run().await;
        assert_eq!(bench.holders(&badge).await[&person].cycle, 1, "the work is old");
        assert_eq!(again().await.unwrap(), HandedIn::Done);
        let newer = {
            let (tenant, activity, person) = (bench.course.tenant.clone(), activity.clone(), person.clone());
            let latest = bench
                .cairn
                .store
                .read(move |db| submissions::latest(db, &tenant, &activity, &person));
            latest.await.unwrap().unwrap()
        };
        assert_eq!(newer.version, 2);
        bench.run().await;
        assert_eq!(
            bench.holders(&badge).await[&person].cycle,
            1,
            "nobody has reviewed it"
        );
        bench.review(&newer.id, 95).await;
        bench.run().await;
        assert_eq!(bench.holders(&badge).await[&person].cycle, 2);
        bench.clock.advance(TimeDelta::seconds(1));
        assert_eq!(again().await.unwrap_err().code(), "evidence.approved");
    }
}

//! Terms of validity, and badges that build on badges.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::award::Award;
use crate::domain::badge::Expiry;
use crate::domain::credential::Visibility;
use crate::domain::rule::{Condition, Threshold};
use crate::domain::zone::Zone;
use crate::ids::PersonId;
use crate::service::award::awarding;
use crate::service::badge::design;
use crate::service::credential::publish;
use crate::store::awards;

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

        // The grade has not changed: time alone brings the next term.
        bench.clock.advance(TimeDelta::days(1));
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
        assert!(
            tried
                .blocking
                .iter()
                .any(|line| line.contains("time of validity is over"))
        );
    }
}

#[tokio::test]
async fn a_badge_is_earned_by_badges_whether_it_was_made_before_or_after_them() {
    for bench in benches().await {
        bench.check().await;
        let base = bench.badge().await;
        let on_base = || Condition::HoldsBadge { badge: base.clone() };
        let before = bench.badge_when("Made before", on_base()).await;
        let top = bench
            .badge_when(
                "Top",
                Condition::HoldsBadge {
                    badge: before.clone(),
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

//! What is offered as a part, and what the end of a part asks of its holder.

use super::*;
use crate::domain::policy::Offers;
use crate::domain::rule::Threshold;
use crate::service::badge::lineage;

async fn let_offer(bench: &Bench, offers: Offers) {
    let (tenant, now) = (bench.course.tenant.clone(), bench.clock.now());
    let policy = Policy {
        offers,
        ..Policy::default()
    };
    let store = &bench.cairn.store;
    let set = store.write(move |db| policies::set(db, &tenant, &policy, now));
    set.await.unwrap();
}

async fn offered(bench: &Bench) -> Vec<BadgeId> {
    let found = programmes::offered(&bench.cairn, &admin("ada"), &bench.course.tenant).await;
    let (_, found) = found.unwrap();
    found.into_iter().map(|one| one.badge.id).collect()
}

#[tokio::test]
async fn the_policy_says_what_is_offered_as_a_part_and_a_draft_never_is() {
    for bench in benches().await {
        let (person, first) = first_part(&bench).await;
        let (_, second) = second_course(&bench, &[(person, SeenAs::Learner)]).await;
        let now = bench.clock.now();
        let draft = Badge {
            id: BadgeId::new(now, &SystemRandom),
            tenant: bench.course.tenant.clone(),
            course: bench.course.id.clone(),
            state: BadgeState::Draft,
            design: design("Begun"),
            active_rule: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        let begun = draft.id.clone();
        let stored = bench.cairn.store.write(move |db| badges::insert(db, &draft));
        stored.await.unwrap();

        let all = offered(&bench).await;
        assert!(
            all.contains(&first) && all.contains(&second) && !all.contains(&begun),
            "{all:?}"
        );
        let with_draft = typed("Tower", &[&first, &begun]);
        let tenant = &bench.course.tenant;
        let refused = saving::save(&bench.cairn, &admin("ada"), tenant, None, with_draft).await;
        assert_eq!(refused.unwrap_err().code(), "programme.unknown-part");

        let_offer(&bench, Offers::Nothing).await;
        assert!(offered(&bench).await.is_empty());
        let_offer(&bench, Offers::Chosen).await;
        assert!(offered(&bench).await.is_empty(), "nobody chose yet");
        let own = bench.instructor().await;
        lineage::offer(&bench.cairn, &own, &first, true).await.unwrap();
        assert_eq!(offered(&bench).await, [first]);
    }
}

#[tokio::test]
async fn a_whole_that_asks_for_renewal_comes_back_once_a_part_was_earned_anew() {
    for bench in benches().await {
        bench.check().await;
        let grade = Condition::Grade {
            item: bench.item().await,
            at_least: Threshold::Percent(80.into()),
        };
        let part = bench
            .badge_that_ends("First aid", grade, Expiry::AfterDays { days: 30 })
            .await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("80"));
        bench.run().await;
        let person = bench.person(&student.sub).await;
        let renewed = Typed {
            parts_end: PartsEnd::Renewal,
            ..typed("Rescuer", &[&part])
        };
        let tenant = &bench.course.tenant;
        let saved = saving::save(&bench.cairn, &admin("ada"), tenant, None, renewed).await;
        let Saved::Done(whole) = saved.unwrap() else {
            panic!("it was not saved")
        };
        assert_eq!(activated(&bench, &whole).await, 1);
        let first = bench.holders(&whole).await.remove(&person).unwrap();
        let ends = bench.holders(&part).await.remove(&person).unwrap().valid_until;
        assert!(ends.is_some() && first.valid_until == ends, "{first:?}");

        bench.clock.advance(TimeDelta::days(30));
        bench.run().await;
        bench.decide(&whole).await;
        let lapsed = bench.holders(&whole).await.remove(&person).unwrap();
        assert_eq!(lapsed.cycle, 1, "time alone brings no other term");

        bench.grade(student.id, Some("85"));
        bench.run().await;
        bench.run().await;
        let anew = bench.holders(&part).await.remove(&person).unwrap();
        let back = bench.holders(&whole).await.remove(&person).unwrap();
        assert_eq!((anew.cycle, back.cycle), (2, 2));
        assert_eq!(back.valid_until, anew.valid_until, "it ends with the new part");
    }
}

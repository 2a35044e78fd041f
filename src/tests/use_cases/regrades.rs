//! A grade that falls after the award, under each policy, on each database.

use super::{Bench, benches};
use crate::domain::award::{Award, RegradeState, Standing};
use crate::domain::policy::{Policy, Regrade, Who};
use crate::domain::rule::Condition;
use crate::ids::{BadgeId, PersonId, RegradeId};
use crate::service::award::regrades::{self, FallenGrade, Verdict};
use crate::service::base::error::ServiceError;
use crate::service::course::scores::{self, Late};
use crate::store::{policies, regrades as stored};

impl Bench {
    async fn policy(&self, policy: Policy) {
        let (tenant, now) = (self.course.tenant.clone(), crate::clock::Clock::now(&*self.clock));
        let set = self
            .cairn
            .store
            .write(move |db| policies::set(db, &tenant, &policy, now));
        set.await.unwrap();
    }

    async fn under(&self, regrade: Regrade) {
        self.policy(Policy {
            regrade,
            ..Policy::default()
        })
        .await;
    }

    /// A grade that is read and decided upon.
    async fn graded(&self, student: u64, points: &str) {
        self.grade(student, Some(points));
        self.run().await;
        self.work(&self.cairn).await;
    }

    async fn waiting(&self) -> Vec<FallenGrade> {
        let (visitor, now) = (self.instructor().await, crate::clock::Clock::now(&*self.clock));
        let found = self
            .cairn
            .store
            .read_with(move |db| regrades::waiting_of(db, &visitor, now));
        let (waiting, more) = found.await.unwrap();
        assert_eq!(more, 0);
        waiting
    }

    async fn state_of(&self, id: &RegradeId) -> RegradeState {
        let (tenant, id) = (self.course.tenant.clone(), id.clone());
        let found = self.cairn.store.read(move |db| stored::get(db, &tenant, &id));
        found.await.unwrap().unwrap().state
    }

    /// The first student, who earned the badge with 90 of 100.
    async fn holder(&self, badge: &BadgeId) -> (u64, PersonId, Award) {
        let student = self.world.students(self.at).remove(0);
        self.graded(student.id, "90").await;
        let person = self.person(&student.sub).await;
        let award = self.holders(badge).await.remove(&person).unwrap();
        (student.id, person, award)
    }
}

#[tokio::test]
async fn where_the_policy_keeps_nobody_is_asked() {
    for bench in benches().await {
        bench.check().await;
        bench.under(Regrade::Keep).await;
        let badge = bench.badge().await;
        let (student, person, award) = bench.holder(&badge).await;
        bench.graded(student, "10").await;
        assert!(bench.waiting().await.is_empty());
        assert_eq!(bench.holders(&badge).await.remove(&person), Some(award));
    }
}

#[tokio::test]
async fn a_fall_is_flagged_once_and_kept_with_a_reason_until_the_rule_is_met_and_missed_again() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let (student, person, award) = bench.holder(&badge).await;
        assert!(bench.waiting().await.is_empty());
        for points in ["79", "10", "9"] {
            bench.graded(student, points).await;
        }
        let waiting = bench.waiting().await;
        let [one] = waiting.as_slice() else {
            panic!("{waiting:?}")
        };
        assert_eq!(one.regrade.award, award.id);
        let teacher = bench.instructor().await;
        let case = regrades::case(&bench.cairn, &teacher, &one.regrade.id)
            .await
            .unwrap();
        let outcomes = (case.then.unwrap().outcome, case.now.unwrap().outcome);
        assert_eq!(
            outcomes,
            (
                crate::domain::decision::Truth::Yes,
                crate::domain::decision::Truth::No
            )
        );

        let silent = regrades::settle(&bench.cairn, &teacher, &one.regrade.id, Verdict::Keep, " ").await;
        assert_eq!(silent.unwrap_err().code(), "award.reason");
        let learner = bench.learner(&bench.world.students(bench.at).remove(0)).await;
        let own = regrades::settle(&bench.cairn, &learner, &one.regrade.id, Verdict::Keep, "Mine").await;
        assert!(matches!(own, Err(ServiceError::Forbidden(_))), "{own:?}");
        let (first, second) = tokio::join!(
            regrades::settle(
                &bench.cairn,
                &teacher,
                &one.regrade.id,
                Verdict::Keep,
                "A typing error"
            ),
            regrades::settle(
                &bench.cairn,
                &teacher,
                &one.regrade.id,
                Verdict::Keep,
                "A typing error"
            ),
        );
        let outcomes = [first, second];
        assert_eq!(
            outcomes.iter().filter(|one| one.is_ok()).count(),
            1,
            "{outcomes:?}"
        );
        let late = outcomes.into_iter().find_map(Result::err).unwrap();
        assert_eq!(late.code(), "regrade.settled");
        assert_eq!(bench.holders(&badge).await.remove(&person), Some(award));

        bench.graded(student, "8").await;
        assert!(bench.waiting().await.is_empty(), "it was decided");
        bench.graded(student, "95").await;
        assert_eq!(bench.state_of(&one.regrade.id).await, RegradeState::Over);
        bench.graded(student, "20").await;
        let again = bench.waiting().await;
        assert_eq!(again.len(), 1, "it was met and missed once more");
        // The rule is met again before anybody looked: there is nothing left to decide.
        bench.graded(student, "85").await;
        assert!(bench.waiting().await.is_empty());
        let gone = regrades::case(&bench.cairn, &teacher, &again[0].regrade.id).await;
        assert_eq!(gone.unwrap_err().code(), "regrade.settled");
    }
}

#[tokio::test]
async fn a_teacher_revokes_where_the_policy_lets_them_and_the_holder_reads_why() {
    for bench in benches().await {
        bench.check().await;
        let administrators = Policy {
            regrade: Regrade::RevokeAfterReview,
            revoke: Who::Administrators,
            ..Policy::default()
        };
        bench.policy(administrators).await;
        let badge = bench.badge().await;
        let (student, person, award) = bench.holder(&badge).await;
        bench.graded(student, "10").await;
        assert_eq!(
            bench.holders(&badge).await.remove(&person),
            Some(award),
            "nothing is taken away by itself"
        );
        let id = bench.waiting().await.remove(0).regrade.id;
        let teacher = bench.instructor().await;
        let refused = regrades::settle(&bench.cairn, &teacher, &id, Verdict::Revoke, "Copied").await;
        assert_eq!(refused.unwrap_err().code(), "policy.revoke");
        assert_eq!(bench.state_of(&id).await, RegradeState::Open);
        bench.under(Regrade::RevokeAfterReview).await;
        regrades::settle(&bench.cairn, &teacher, &id, Verdict::Revoke, "Copied")
            .await
            .unwrap();
        assert_eq!(bench.state_of(&id).await, RegradeState::Revoked);
        let award = bench.holders(&badge).await.remove(&person).unwrap();
        assert_eq!(award.revocation.as_ref().unwrap().reason, "Copied");
        let credential = bench.credential(&award).await;
        let verdict = openbadges::verify::verify(
            credential.document.as_bytes(),
            &bench.web(&credential).await,
            crate::clock::Clock::now(&*bench.clock),
        );
        assert!(verdict.is_revoked());
        bench.graded(student, "90").await;
        bench.graded(student, "10").await;
        assert!(bench.waiting().await.is_empty(), "what is revoked does not fall");
    }
}

#[tokio::test]
async fn a_suspended_badge_does_not_count_for_a_stack_until_somebody_has_decided() {
    for bench in benches().await {
        bench.check().await;
        bench.under(Regrade::Suspend).await;
        let badge = bench.badge().await;
        let (student, person, award) = bench.holder(&badge).await;
        bench.graded(student, "10").await;
        let stack = bench
            .badge_when(
                "Stack",
                Condition::HoldsBadge {
                    badge: badge.clone(),
                    within_years: None,
                },
            )
            .await;
        bench.decide(&stack).await;
        assert!(
            !bench.holders(&stack).await.contains_key(&person),
            "suspended: it does not count"
        );
        let found_at = bench.waiting().await.remove(0).regrade.found_at;
        let suspended = Award {
            suspended_since: Some(found_at),
            ..award.clone()
        };
        assert_eq!(bench.holders(&badge).await.remove(&person), Some(suspended));
        let holder = bench.learner(&bench.world.students(bench.at).remove(0)).await;
        let told = async || {
            let mine = crate::service::credential::share::mine(&bench.cairn, &holder, &award.id).await;
            let mine = mine.unwrap();
            mine.award.standing(mine.now)
        };
        assert_eq!(told().await, Standing::Suspended, "the holder is told");
        let id = bench.waiting().await.remove(0).regrade.id;
        let teacher = bench.instructor().await;
        regrades::settle(&bench.cairn, &teacher, &id, Verdict::Keep, "Graded anew in error")
            .await
            .unwrap();
        assert_eq!(told().await, Standing::InForce);
        bench.work(&bench.cairn).await;
        let holders = bench.holders(&stack).await;
        assert!(holders.contains_key(&person), "kept: it counts again");
        assert_eq!(
            bench.holders(&badge).await.remove(&person),
            Some(award.clone()),
            "and nothing was issued twice"
        );
        // Nobody is late because of all that.
        assert_eq!(
            scores::late(&bench.cairn, &teacher).await.unwrap(),
            Late::default()
        );
    }
}

#[tokio::test]
async fn what_revokes_a_suspended_badge_or_lets_it_expire_leaves_nothing_to_decide() {
    for bench in benches().await {
        bench.check().await;
        bench.under(Regrade::Suspend).await;
        let (tenant, now) = (
            bench.course.tenant.clone(),
            crate::clock::Clock::now(&*bench.clock),
        );
        let lasting = bench.badge().await;
        let grade = Condition::Grade {
            item: bench.item().await,
            at_least: crate::domain::rule::Threshold::Percent(rust_decimal::Decimal::from(80)),
        };
        let month = crate::domain::badge::Expiry::AfterDays { days: 30 };
        let brief = bench.badge_that_ends("For a month", grade, month).await;
        let (student, person, award) = bench.holder(&lasting).await;
        let term = bench.holders(&brief).await.remove(&person).unwrap();
        bench.graded(student, "10").await;
        let waiting = bench.waiting().await;
        assert_eq!(waiting.len(), 2, "{waiting:?}");
        let standing = async |badge: &BadgeId, at| bench.holders(badge).await[&person].standing(at);
        assert_eq!(standing(&brief, now).await, Standing::Suspended);

        let teacher = bench.instructor().await;
        crate::service::award::awarding::revoke(&bench.cairn, &teacher, &lasting, &[award.id], "Copied")
            .await
            .unwrap();
        assert_eq!(standing(&lasting, now).await, Standing::Revoked);
        assert_eq!(bench.holders(&lasting).await[&person].suspended_since, None);
        let left = bench.waiting().await;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].regrade.award, term.id);

        let end = term.valid_until.unwrap();
        let (later, count) = {
            let (tenant, course) = (tenant.clone(), bench.course.id.clone());
            let found = bench
                .cairn
                .store
                .read(move |db| stored::open_of_course(db, &tenant, &course, 10, end));
            found.await.unwrap()
        };
        assert_eq!((later.len(), count), (0, 0), "what has expired waits for nothing");
        assert_eq!(standing(&brief, end).await, Standing::Expired);
        bench.clock.advance(chrono::TimeDelta::days(31));
        let late = regrades::settle(
            &bench.cairn,
            &teacher,
            &left[0].regrade.id,
            Verdict::Keep,
            "Too late",
        )
        .await;
        assert_eq!(late.unwrap_err().code(), "regrade.settled");
    }
}

#[tokio::test]
async fn neither_an_award_by_hand_nor_a_new_rule_nor_a_grade_that_is_gone_is_a_fall() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let (student, ..) = bench.holder(&badge).await;
        let other = bench.world.students(bench.at).remove(1);
        bench.graded(other.id, "50").await;
        let teacher = bench.instructor().await;
        let by_hand = bench.person(&other.sub).await;
        crate::service::award::awarding::award_by_hand(&bench.cairn, &teacher, &badge, &by_hand, "Was there")
            .await
            .unwrap();
        bench.graded(other.id, "40").await;
        bench.grade(student, None);
        bench.run().await;
        assert!(bench.waiting().await.is_empty(), "unknown is not lower");

        bench.graded(student, "90").await;
        let (tenant, id, now) = (
            bench.course.tenant.clone(),
            badge.clone(),
            crate::clock::Clock::now(&*bench.clock),
        );
        let stricter = bench.cairn.store.write(move |db| {
            use crate::store::rules;
            let mut root = rules::active(db, &tenant, &id)?.unwrap().root;
            for node in &mut root.nodes {
                if let crate::domain::rule::Node::Condition(Condition::Grade { at_least, .. }) = node {
                    *at_least = crate::domain::rule::Threshold::Percent(rust_decimal::Decimal::from(99));
                }
            }
            let new = crate::ids::RuleId::new(now, &crate::random::SystemRandom);
            let rule = rules::save_draft(db, &tenant, &id, &root, new, now)?;
            rules::activate(db, &tenant, &rule.id, now)
        });
        stricter.await.unwrap();
        bench.decide(&badge).await;
        assert!(
            bench.waiting().await.is_empty(),
            "a rule that became stricter is no lower grade"
        );
    }
}

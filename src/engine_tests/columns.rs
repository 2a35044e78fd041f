//! What happens to a rule when the column that it reads is not what it was.

use rust_decimal::Decimal;

use super::benches;
use crate::domain::badge::BadgeState;
use crate::domain::rule::Condition;
use crate::store::{Page, audit};

#[tokio::test]
async fn a_deleted_column_pauses_the_badge_that_reads_it_and_says_why() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("95"));
        assert!(bench.world.delete_line_item(bench.at, bench.column));
        let outcome = bench.run().await;
        assert_eq!(outcome.problem, None, "the course itself is read without trouble");
        let BadgeState::Paused { reason } = bench.state(&badge).await else {
            panic!("the badge goes on deciding");
        };
        assert_eq!(
            reason,
            "The gradebook column “Final quiz” is no longer in the course. Change the rule so that it names another one."
        );
        assert_eq!(bench.decide(&badge).await.awarded, 0);
        assert_eq!(bench.holders(&badge).await.len(), 0);
    }
}

#[tokio::test]
async fn a_changed_maximum_pauses_the_badge_until_a_teacher_looks_and_no_other_badge() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let other = bench
            .badge_when(
                "Other",
                Condition::NotBefore {
                    at: chrono::DateTime::UNIX_EPOCH,
                },
            )
            .await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("85"));
        assert!(
            bench
                .world
                .change_maximum(bench.at, bench.column, Decimal::from(200))
        );
        bench.run().await;
        let BadgeState::Paused { reason } = bench.state(&badge).await else {
            panic!("85 of 200 might have been taken for 85 percent");
        };
        assert_eq!(
            reason,
            "The maximum of the gradebook column “Final quiz” was changed. Look at the rule and activate it again."
        );
        assert_eq!(bench.state(&other).await, BadgeState::Active);
        assert_eq!(bench.holders(&badge).await.len(), 0);

        // Back to what it was: still a teacher's matter, and said once.
        bench
            .world
            .change_maximum(bench.at, bench.column, Decimal::ONE_HUNDRED);
        bench.run().await;
        assert!(matches!(bench.state(&badge).await, BadgeState::Paused { .. }));
        assert_eq!(bench.holders(&badge).await.len(), 0);
        let tenant = bench.course.tenant.clone();
        let all = Page { offset: 0, limit: 50 };
        let told = bench.cairn.store.read(move |db| audit::list(db, &tenant, all));
        let told = told.await.unwrap();
        let paused = told.iter().filter(|entry| entry.action == "badge.paused");
        assert_eq!(paused.count(), 1);
    }
}

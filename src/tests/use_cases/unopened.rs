//! Evidence activities that were chosen for a course, or copied with a badge, and that nobody has opened yet.

use rust_decimal::Decimal;

use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::course::Opens;
use crate::domain::evidence::Activity;
use crate::domain::page::Page;
use crate::domain::rule::Condition;
use crate::ids::{ActivityId, BadgeId};
use crate::random::SystemRandom;
use crate::service::award::evidence;
use crate::service::badge::design;
use crate::service::badge::resting;
use crate::service::base::queue::{self, EnsureLineItem};
use crate::service::course::placing;
use crate::store::links::LinkSeen;
use crate::store::testing::shortcuts::logged;
use crate::store::{activities, line_items, links};

const EVERYTHING: Page = Page { offset: 0, limit: 50 };

impl Bench {
    /// An activity behind a link of that name, which is none of the platform's.
    async fn unopened(&self, title: &str, name: &str) -> Activity {
        let (course, now) = (self.course.clone(), self.clock.now());
        let seen = LinkSeen {
            tenant: course.tenant.clone(),
            course: course.id.clone(),
            resource_link_id: name.into(),
            title: Some(title.into()),
            line_item_url: None,
        };
        let mut activity = Activity {
            id: ActivityId::new(now, &SystemRandom),
            tenant: course.tenant,
            course: course.id,
            link: "none".into(),
            title: title.into(),
            instructions: String::new(),
            line_item: None,
            maximum: Decimal::from(25),
            created_at: now,
        };
        let made = self.cairn.store.write(move |db| {
            let opens = Opens::Activity {
                activity: activity.id.clone(),
            };
            activity.link = links::insert_placeholder(db, &seen, &opens, now, &SystemRandom)?.id;
            activities::insert(db, &activity)?;
            // As an earlier version left it.
            let job = EnsureLineItem::of(db, &activity)?;
            queue::enqueue(db, &activity.tenant, &job, now, now, &SystemRandom)?;
            Ok(activity)
        });
        made.await.unwrap()
    }

    fn columns_of(&self, title: &str) -> usize {
        let all = self.world.line_items(self.at);
        all.iter().filter(|column| column.label == title).count()
    }

    async fn listed(&self, badge: &BadgeId) -> (Vec<String>, Vec<String>) {
        let teacher = self.instructor().await;
        let editor = design::editor(&self.cairn, &teacher, badge).await.unwrap();
        let queue = evidence::queue(&self.cairn, &teacher, None, true, EVERYTHING).await;
        let titles = |all: Vec<Activity>| all.into_iter().map(|one| one.title).collect();
        (titles(editor.activities), titles(queue.unwrap().activities))
    }
}

#[tokio::test]
async fn an_activity_that_nobody_has_opened_asks_for_no_column_and_stands_in_no_list() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let placed = bench.unopened("Field report", "placed:0199").await;
        let copied = bench.unopened("Lab book", "urn:cairn:copied:0199").await;
        for _ in 0..2 {
            assert_eq!(bench.run().await.problem, None);
            for activity in [&placed, &copied] {
                bench.ensure(&activity.id).await.unwrap();
                assert_eq!(bench.columns_of(&activity.title), 0, "{}", activity.title);
            }
        }
        assert_eq!(bench.late().await, None);
        assert_eq!(bench.listed(&badge).await, (Vec::new(), Vec::new()));

        // Somebody opens the first: the link has the name that the platform gave it.
        let link = bench.world.add_link(bench.at, "Field report", 0, None);
        let seen = LinkSeen {
            tenant: bench.course.tenant.clone(),
            course: bench.course.id.clone(),
            resource_link_id: link.to_string(),
            title: None,
            line_item_url: None,
        };
        let adopted = bench
            .cairn
            .store
            .write(move |db| links::adopt(db, "placed:0199", &seen));
        assert!(adopted.await.unwrap());
        assert_eq!(bench.run().await.problem, None);
        assert_eq!(bench.columns_of("Field report"), 1);
        assert_eq!(bench.late().await, None);
        let there = vec!["Field report".to_owned()];
        assert_eq!(bench.listed(&badge).await, (there.clone(), there));
    }
}

#[tokio::test]
async fn a_choice_that_nobody_opened_is_removed_once_and_only_where_nothing_hangs_on_it() {
    for bench in benches().await {
        bench.check().await;
        let teacher = bench.instructor().await;
        let student = bench.world.students(bench.at).remove(0);
        let free = bench.unopened("Field report", "placed:0199").await;
        let named = bench.unopened("Lab book", "placed:0200").await;
        let worked = bench.unopened("Herbarium", "placed:0201").await;
        let copied = bench.unopened("Poster", "urn:cairn:copied:0202").await;
        let opened = bench.activity("Essay").await;
        let condition = Condition::EvidenceApproved {
            activity: named.id.clone(),
        };
        bench.badge_when("Lab worker", condition).await;
        bench.hand_in(&student, &worked.id).await;

        let offered = placing::unopened(&bench.cairn, &teacher).await.unwrap();
        assert_eq!(offered.activities, std::slice::from_ref(&free));
        for (activity, code) in [
            (&named.id, "placing.in-rule"),
            (&worked.id, "placing.has-work"),
            (&copied.id, "placing.opened"),
            (&opened, "placing.opened"),
        ] {
            let asked = placing::review_removal(&bench.cairn, &teacher, activity).await;
            assert_eq!(asked.unwrap_err().code(), code);
            let refused = placing::remove(&bench.cairn, &teacher, activity).await;
            assert_eq!(refused.unwrap_err().code(), code);
        }
        let learner = bench.learner(&student).await;
        let refused = placing::remove(&bench.cairn, &learner, &free.id).await;
        assert_eq!(refused.unwrap_err().code(), "forbidden");

        for _ in 0..2 {
            placing::remove(&bench.cairn, &teacher, &free.id).await.unwrap();
        }
        let tenant = bench.course.tenant.clone();
        let left = bench.cairn.store.read(move |db| {
            let gone = activities::get(db, &tenant, &free.id)?;
            let link = links::get(db, &tenant, &free.link)?;
            let log = logged(db, &tenant, EVERYTHING)?;
            Ok((gone, link, log))
        });
        let (gone, link, log) = left.await.unwrap();
        assert_eq!((gone, link), (None, None));
        let told = log.iter().filter(|entry| entry.action == "link.removed");
        assert_eq!(told.count(), 1, "said twice, done once");
    }
}

#[tokio::test]
async fn a_column_that_went_back_from_a_scale_to_points_is_no_scale_any_more() {
    for bench in benches().await {
        bench.check().await;
        let badge = bench.badge().await;
        let (item, teacher) = (bench.item().await, bench.instructor().await);
        assert!(bench.world.grade_by_scale(bench.at, bench.column, 3));
        bench.run().await;
        let marked = resting::mark_scale(&bench.cairn, &teacher, &item, true).await;
        marked.unwrap();
        assert!(bench.state(&badge).await.rests());
        assert!(
            bench
                .world
                .grade_by_points(bench.at, bench.column, Decimal::ONE_HUNDRED)
        );
        bench.run().await;
        assert!(!bench.state(&badge).await.rests(), "nobody has to say it");
        let (tenant, id) = (bench.course.tenant.clone(), item.clone());
        let known = bench
            .cairn
            .store
            .read(move |db| line_items::get(db, &tenant, &id));
        assert!(!known.await.unwrap().unwrap().is_scale);
    }
}

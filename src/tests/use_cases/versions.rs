//! Two versions of a rule side by side on a real gradebook: who gains, who loses, and who keeps the badge.

use rust_decimal::Decimal;

use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::badge::Expiry;
use crate::domain::membership::SeenAs;
use crate::domain::page::Page;
use crate::domain::policy::Regrade;
use crate::domain::rule::{Condition, Group, Need, Node, RuleState, Threshold};
use crate::domain::versions::{Change, Whom};
use crate::domain::zone::Zone;
use crate::ids::{BadgeId, RuleId};
use crate::random::SystemRandom;
use crate::service::badge::design::{self, Asked, SideBySide};
use crate::service::base::error::ServiceError;
use crate::store::enrolments::{self, Member};
use crate::store::people::{self, PersonSeen};
use crate::store::{policies, rules};

impl Bench {
    /// The quiz at so many percent, and nothing else.
    async fn quiz_at(&self, percent: u32) -> Group {
        let grade = Condition::Grade {
            item: self.item().await,
            at_least: Threshold::Percent(Decimal::from(percent)),
        };
        Group {
            need: Need::All,
            nodes: vec![Node::Condition(grade)],
        }
    }

    async fn draft(&self, badge: &BadgeId, root: Group) -> RuleId {
        let (tenant, badge, now) = (self.course.tenant.clone(), badge.clone(), self.clock.now());
        let saved = self.cairn.store.write(move |db| {
            let new = RuleId::new(now, &SystemRandom);
            rules::save_draft(db, &tenant, &badge, &root, new, now)
        });
        saved.await.unwrap().id
    }

    async fn side_by_side(&self, badge: &BadgeId, asked: Asked) -> SideBySide {
        let teacher = self.instructor().await;
        let found = design::side_by_side(&self.cairn, &teacher, badge, asked).await;
        found.unwrap()
    }

    /// A badge for 80 percent of the quiz; two students hold it, a third is below.
    async fn badge_with_holders(&self) -> BadgeId {
        self.check().await;
        let badge = self.badge_of_grade("Quiz master").await;
        let students = self.world.students(self.at);
        for (student, points) in students.iter().zip(["95", "85", "60"]) {
            self.grade(student.id, Some(points));
        }
        self.run().await;
        assert_eq!(self.holders(&badge).await.len(), 2);
        badge
    }
}

fn asked(whom: Whom) -> Asked {
    Asked {
        before: None,
        after: None,
        whom,
        page: Page::first(50),
    }
}

fn shown(found: &SideBySide) -> Vec<String> {
    let people = found.people.iter();
    people.map(|one| one.person.display_name()).collect()
}

#[tokio::test]
async fn a_stricter_draft_says_who_would_lose_and_that_holders_keep_it() {
    for bench in benches().await {
        let badge = bench.badge_with_holders().await;
        bench.draft(&badge, bench.quiz_at(90).await).await;
        let students = bench.world.students(bench.at);
        let found = bench.side_by_side(&badge, asked(Whom::Losing)).await;
        let compared = (found.before.version, found.after.version);
        assert_eq!((compared.0.number, compared.1.number), (1, 2));
        assert_eq!(
            (compared.0.state, compared.1.state),
            (RuleState::Active, RuleState::Draft)
        );
        assert!(
            found.after.sentence.contains("at least 90 percent"),
            "{}",
            found.after.sentence
        );
        assert!(matches!(found.changes.as_slice(), [Change::Asks { .. }]));
        let effects = found.effects;
        assert_eq!(effects.students, bench.learners().await.len());
        assert_eq!((effects.gain, effects.lose, effects.meet_both), (0, 1, 1));
        assert_eq!((effects.hold, effects.keep, effects.lose_for_want), (2, 1, 0));
        assert_eq!(shown(&found), [students[1].name.clone()]);
        assert_eq!((found.fate.others, found.fate.regrade), (0, Regrade::Flag));
        assert_eq!(found.fate.renewal, None, "it never ends");
        let keeping = bench.side_by_side(&badge, asked(Whom::Keeping)).await;
        assert_eq!(shown(&keeping), [students[1].name.clone()]);

        // The review before activating says the same of the same people.
        let teacher = bench.instructor().await;
        let trial = design::trial(&bench.cairn, &teacher, &badge).await.unwrap();
        let change = trial.run.change.unwrap();
        assert_eq!(
            (change.gained.len(), change.lost.len()),
            (effects.gain, effects.lose)
        );
        assert_eq!(trial.run.learners, effects.students);

        // What the institution does about a fallen grade is said as it is now.
        let (tenant, now) = (bench.course.tenant.clone(), bench.clock.now());
        let set = bench.cairn.store.write(move |db| {
            let policy = crate::domain::policy::Policy {
                regrade: Regrade::Suspend,
                ..policies::get(db, &tenant)?
            };
            policies::set(db, &tenant, &policy, now)
        });
        set.await.unwrap();
        let found = bench.side_by_side(&badge, asked(Whom::Gaining)).await;
        assert_eq!(found.fate.regrade, Regrade::Suspend);
        assert_eq!(shown(&found), Vec::<String>::new());
    }
}

#[tokio::test]
async fn any_two_versions_are_compared_and_long_lists_come_in_pages() {
    for bench in benches().await {
        let badge = bench.badge_with_holders().await;
        let lenient = bench.draft(&badge, bench.quiz_at(50).await).await;
        let tenant = bench.course.tenant.clone();
        let now = bench.clock.now();
        let done = bench
            .cairn
            .store
            .write(move |db| rules::activate(db, &tenant, &lenient, now));
        done.await.unwrap();
        bench.draft(&badge, bench.quiz_at(99).await).await;
        let numbers = |found: &SideBySide| (found.before.version.number, found.after.version.number);

        let found = bench.side_by_side(&badge, asked(Whom::Gaining)).await;
        assert_eq!(numbers(&found), (2, 3), "the active one and the draft");
        assert_eq!((found.versions.len(), found.effects.lose), (3, 3));
        let earlier = Asked {
            before: Some(1),
            after: Some(2),
            ..asked(Whom::Gaining)
        };
        let found = bench.side_by_side(&badge, earlier).await;
        let third = bench.world.students(bench.at)[2].name.clone();
        assert_eq!((numbers(&found), shown(&found)), ((1, 2), vec![third]));
        let same = Asked {
            before: Some(2),
            after: Some(2),
            ..asked(Whom::Losing)
        };
        let same = bench.side_by_side(&badge, same).await;
        assert!(same.changes.is_empty() && same.effects.gain + same.effects.lose == 0);

        // One at a time, by name, and everybody once.
        let whole = bench.side_by_side(&badge, asked(Whom::Losing)).await;
        let mut names = Vec::new();
        for offset in 0..4 {
            let part = Asked {
                page: Page { offset, limit: 1 },
                ..asked(Whom::Losing)
            };
            let part = bench.side_by_side(&badge, part).await;
            assert_eq!(part.total(), 3);
            names.extend(shown(&part));
        }
        assert_eq!(names, shown(&whole));
        assert_eq!(names.len(), 3);
    }
}

#[tokio::test]
async fn a_class_of_many_parts_is_counted_whole_and_named_a_page_at_a_time() {
    for bench in benches().await {
        bench.check().await;
        let here = Condition::NotBefore {
            at: bench.clock.now(),
            zone: Zone::UTC,
        };
        let badge = bench.badge_that_ends("Here", here, Expiry::Never).await;
        bench.draft(&badge, bench.quiz_at(80).await).await;
        let (course, now) = (bench.course.clone(), bench.clock.now());
        let joined = bench.cairn.store.write(move |db| {
            let seen: Vec<PersonSeen> = (0..430)
                .map(|n| PersonSeen {
                    sub: format!("many-{n}"),
                    name: Some(format!("Many {n:03}")),
                    email: None,
                })
                .collect();
            let (tenant, home) = (&course.tenant, &course.registration);
            let people = people::upsert_many(db, tenant, home, &seen, now, &SystemRandom)?;
            let members: Vec<Member> = people
                .into_iter()
                .map(|person| Member {
                    person: person.id,
                    seen_as: SeenAs::Learner,
                    active: true,
                    teaches: false,
                })
                .collect();
            enrolments::set_from_part_of_roster(db, tenant, &course.id, &members, now)
        });
        joined.await.unwrap();

        let all = bench.learners().await.len();
        assert!(all > 430, "{all}");
        let mut names = Vec::new();
        for offset in (0..).step_by(50).take(10) {
            let part = Asked {
                page: Page { offset, limit: 50 },
                ..asked(Whom::Losing)
            };
            let part = bench.side_by_side(&badge, part).await;
            assert_eq!((part.effects.students, part.total()), (all, all));
            assert_eq!(part.effects.lose_for_want, all, "nobody has a grade");
            assert!(part.people.len() <= 50);
            names.extend(shown(&part));
        }
        assert_eq!(names.len(), all, "everybody once");
        let of_many: Vec<&String> = names.iter().filter(|name| name.starts_with("Many ")).collect();
        assert!(of_many.len() == 430 && of_many.is_sorted());
    }
}

#[tokio::test]
async fn versions_are_for_those_who_teach_and_of_badges_of_the_course() {
    for bench in benches().await {
        let badge = bench.badge_with_holders().await;
        let student = bench.learner(&bench.world.students(bench.at)[0]).await;
        let refused = design::side_by_side(&bench.cairn, &student, &badge, asked(Whom::Gaining)).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden(_))), "{refused:?}");
        let teacher = bench.instructor().await;
        let none = design::side_by_side(&bench.cairn, &teacher, &"none".into(), asked(Whom::Gaining)).await;
        assert!(matches!(none, Err(ServiceError::NotFound("badge"))), "{none:?}");
    }
}

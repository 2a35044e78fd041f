//! The students of a course as their table shows them: where they stand is what the domain says, whatever they are ordered by
//! each of them is there once, and how they came along is told of those who are students.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::*;
use crate::domain::award::Revocation;
use crate::domain::rest::Rest;
use crate::domain::stage::{Funnel, Order, Search, Sought, Stage, distance};
use crate::store::decisions::NewDecision;
use crate::store::schema;

/// When the table is looked at; terms end before it or after.
const NOW: i64 = 200;

/// A record in which so many of so many conditions hold.
fn far(met: usize, needed: usize) -> Decision {
    let truth = if met == needed { Truth::Yes } else { Truth::No };
    let nodes = (0..needed).map(|n| {
        let badge = format!("other-{n}").as_str().into();
        CheckedNode::Condition(CheckedCondition {
            condition: Condition::HoldsBadge {
                badge,
                within_years: None,
            },
            truth: if n < met { Truth::Yes } else { Truth::No },
            seen: Seen::BadgeNotHeld,
        })
    });
    Decision {
        outcome: truth,
        rule_version: 1,
        tree: CheckedGroup {
            need: Need::All,
            truth,
            nodes: nodes.collect(),
        },
    }
}

/// A class with three badges, of which the last rests, and what is known of each student and badge.
struct Class {
    school: School,
    people: Vec<Person>,
    badges: Vec<BadgeId>,
    known: BTreeMap<(PersonId, BadgeId), (Option<Award>, Option<Decision>)>,
}

impl Class {
    fn of(database: &TestDatabase, count: usize) -> Self {
        let school = School::new(database, "north");
        let people = school.learners(database, count);
        let badges: Vec<BadgeId> = ["b0", "b1", "b2"].map(|id| school.badge(database, id).id).into();
        school.badge(database, "draft");
        let mut class = Self {
            school,
            people,
            badges,
            known: BTreeMap::new(),
        };
        for (place, badge) in class.badges.clone().into_iter().enumerate() {
            let rule = class.school.active_rule(database, &badge, &approves()).id;
            for (n, person) in class.people.clone().into_iter().enumerate() {
                class.scatter(database, &badge, &rule, &person.id, (n * 3 + place) % 10);
            }
        }
        let rests = BadgeState::Paused {
            reason: Rest::Earlier("The column is gone.".into()),
        };
        let (tenant, last) = (class.school.tenant.clone(), class.badges[2].clone());
        write(database, |db| {
            badges::set_state(db, &tenant, &last, &rests, at(9))
        });
        class
    }

    /// Brings a student to one of ten places.
    fn scatter(
        &mut self,
        database: &TestDatabase,
        badge: &BadgeId,
        rule: &RuleId,
        person: &PersonId,
        kind: usize,
    ) {
        let decision = match kind {
            0 => None,
            1 => Some(far(0, 2)),
            2 => Some(far(1, 2)),
            3 => Some(far(1, 3)),
            _ => Some(far(2, 2)),
        };
        let tenant = self.school.tenant.clone();
        let recorded = decision.clone().map(|decision| {
            let new = NewDecision {
                person: person.clone(),
                rule: rule.clone(),
                decision,
            };
            write(database, |db| {
                decisions::record(db, &tenant, badge, &new, Cause::Schedule, at(3), &SystemRandom)
            })
        });
        let mut latest = None;
        if let Some(recorded) = recorded.filter(|_| kind > 4) {
            let first = self.school.award(badge, person, 1, &recorded.id);
            let ended = Some(at(100));
            let awards: Vec<Award> = match kind {
                5 => vec![first],
                6 => vec![Award {
                    revocation: Some(Revocation {
                        at: at(50),
                        by: None,
                        reason: "Copied".into(),
                    }),
                    ..first
                }],
                7 => vec![Award {
                    valid_until: ended,
                    ..first
                }],
                8 => vec![Award {
                    suspended_since: Some(at(50)),
                    ..first
                }],
                _ => {
                    let second = self.school.award(badge, person, 2, &recorded.id);
                    vec![
                        Award {
                            valid_until: ended,
                            ..first
                        },
                        second,
                    ]
                }
            };
            for award in awards {
                assert!(write(database, |db| awards::insert_once(db, &award)));
                latest = Some(award);
            }
        }
        self.known
            .insert((person.clone(), badge.clone()), (latest, decision));
    }

    fn stage(&self, person: &PersonId, badge: &BadgeId) -> Stage {
        let (award, decision) = &self.known[&(person.clone(), badge.clone())];
        Stage::of(award.as_ref(), decision.as_ref(), at(NOW))
    }

    /// Whether somebody is to be found.
    fn is_sought(&self, person: &PersonId, badge: Option<&BadgeId>, sought: Sought) -> bool {
        let mut about = self
            .badges
            .iter()
            .filter(|one| badge.is_none_or(|badge| badge == *one));
        match sought {
            Sought::NotEarned => about.all(|badge| self.stage(person, badge) != Stage::Earned),
            Sought::At(stage) => about.any(|badge| {
                let rests = *badge == self.badges[2] && stage.is_decided();
                !rests && self.stage(person, badge) == stage
            }),
        }
    }

    fn earned(&self, person: &PersonId) -> usize {
        let earned = self
            .badges
            .iter()
            .filter(|badge| self.stage(person, badge) == Stage::Earned);
        earned.count()
    }

    /// How far the next badge is that is awarded now and that the student never had.
    fn next(&self, person: &PersonId) -> usize {
        let open = self.badges[..2].iter().filter_map(|badge| {
            let (award, decision) = &self.known[&(person.clone(), badge.clone())];
            decision.as_ref().filter(|_| award.is_none()).map(distance)
        });
        open.min().unwrap_or(usize::MAX)
    }

    /// The ids of all who are found, read in pages of seven.
    fn pages(&self, database: &TestDatabase, search: &Search, order: Order) -> Vec<PersonId> {
        let (tenant, course) = (&self.school.tenant, &self.school.course.id);
        let mut all = Vec::new();
        loop {
            let page = Page {
                offset: i64::try_from(all.len()).unwrap(),
                limit: 7,
            };
            let (found, total) = read(database, |db| {
                class::page(db, tenant, course, search, order, page, at(NOW))
            });
            let is_over = found.is_empty();
            all.extend(found.into_iter().map(|person| person.id));
            if is_over {
                assert_eq!(usize::try_from(total).unwrap(), all.len(), "{search:?}");
                return all;
            }
        }
    }
}

#[test]
fn where_somebody_stands_in_the_database_is_what_the_domain_says() {
    on_both_databases(|database| {
        let class = Class::of(database, 20);
        let (tenant, course) = (&class.school.tenant, &class.school.course.id);
        let mut found_at = 0;
        for sought in Sought::all() {
            for badge in [None].into_iter().chain(class.badges.iter().map(Some)) {
                let search = Search {
                    badge: badge.cloned(),
                    standing: Some(sought),
                    ..Search::default()
                };
                let found = class.pages(database, &search, Order::Name);
                let expected: Vec<PersonId> = class
                    .people
                    .iter()
                    .filter(|person| class.is_sought(&person.id, badge, sought))
                    .map(|person| person.id.clone())
                    .collect();
                let sorted = |mut ids: Vec<PersonId>| {
                    ids.sort();
                    ids
                };
                let count = read(database, |db| class::count(db, tenant, course, &search, at(NOW)));
                assert_eq!(usize::try_from(count).unwrap(), expected.len());
                found_at += usize::from(!expected.is_empty());
                assert_eq!(sorted(found), sorted(expected), "{sought:?} with {badge:?}");
            }
        }
        assert!(found_at > 25, "too few of them find anybody: {found_at}");
        // A badge of elsewhere finds nobody there.
        let nobody = Search {
            badge: Some("elsewhere".into()),
            standing: Some(Sought::At(Stage::Earned)),
            ..Search::default()
        };
        assert_eq!(class.pages(database, &nobody, Order::Name), []);
    });
}

#[test]
fn in_every_order_the_pages_have_each_student_once() {
    on_both_databases(|database| {
        let class = Class::of(database, 40);
        // Namesakes are told apart by what the database calls them.
        let same: Vec<people::PersonSeen> = (1..=20)
            .map(|n| people::PersonSeen {
                sub: n.to_string(),
                name: Some("Kim Lee".into()),
                email: None,
            })
            .collect();
        let (tenant, registration) = (&class.school.tenant, &class.school.registration);
        write(database, |db| {
            people::upsert_many(db, tenant, registration, &same, at(5), &SystemRandom)
        });
        let mut everybody: Vec<PersonId> = class.people.iter().map(|person| person.id.clone()).collect();
        everybody.sort();
        for order in Order::ALL {
            let found = class.pages(database, &Search::default(), order);
            let mut sorted = found.clone();
            sorted.sort();
            assert_eq!(sorted, everybody, "{order:?}");
            match order {
                Order::Name => {}
                Order::Earned => {
                    let earned: Vec<usize> = found.iter().map(|person| class.earned(person)).collect();
                    assert!(earned.is_sorted_by(|one, other| one >= other), "{earned:?}");
                    assert!(earned[0] > earned[39]);
                }
                Order::Next => {
                    let next: Vec<usize> = found.iter().map(|person| class.next(person)).collect();
                    assert!(next.is_sorted(), "{next:?}");
                    assert!(next[0] < next[39]);
                }
            }
        }
        let kim = Search {
            name: Some("kim".into()),
            ..Search::default()
        };
        assert_eq!(class.pages(database, &kim, Order::Next).len(), 20);
    });
}

#[test]
fn the_whole_class_is_read_in_parts_while_some_leave() {
    on_both_databases(|database| {
        let class = Class::of(database, 40);
        let (tenant, course) = (&class.school.tenant, &class.school.course.id);
        let leave = |person: &PersonId| {
            use schema::enrolments::dsl::{active, enrolments, person_id};
            write(database, |db| {
                let of_person = enrolments.filter(person_id.eq(person.as_str()));
                Ok(diesel::update(of_person).set(active.eq(false)).execute(db)?)
            })
        };
        let (mut names, mut last) = (Vec::new(), None);
        loop {
            let (found, ended) = read(database, |db| {
                class::after(db, tenant, course, &Search::default(), last.as_ref(), 7, at(NOW))
            });
            // Whoever was read leaves, by which every page that is counted would move.
            if let Some(person) = found.first() {
                leave(&person.id);
            }
            names.extend(found.into_iter().filter_map(|person| person.name));
            last = ended;
            if last.is_none() {
                break;
            }
        }
        let all: Vec<String> = class
            .people
            .iter()
            .filter_map(|person| person.name.clone())
            .collect();
        assert_eq!((names.len(), names.is_sorted()), (40, true), "{names:?}");
        assert!(all.iter().all(|name| names.contains(name)));
    });
}

#[test]
fn what_an_older_program_decided_is_counted_once_it_is_checked_again() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (person, badge) = (school.learner(database).id, school.badge(database, "b").id);
        let rule = school.active_rule(database, &badge, &approves()).id;
        let (tenant, course) = (&school.tenant, &school.course.id);
        let record = || {
            let new = NewDecision {
                person: person.clone(),
                rule: rule.clone(),
                decision: far(1, 2),
            };
            write(database, |db| {
                decisions::record(db, tenant, &badge, &new, Cause::Schedule, at(3), &SystemRandom)
            })
        };
        let near = || {
            let search = Search {
                standing: Some(Sought::At(Stage::Near)),
                ..Search::default()
            };
            read(database, |db| class::count(db, tenant, course, &search, at(NOW)))
        };
        let first = record();
        assert_eq!(near(), 1);
        write(database, |db| {
            use schema::current_decisions::dsl::{current_decisions, met, needed};
            let none = (met.eq(None::<i32>), needed.eq(None::<i32>));
            Ok(diesel::update(current_decisions).set(none).execute(db)?)
        });
        assert_eq!(near(), 0);
        let again = record();
        assert_eq!((again.id, again.changed, near()), (first.id, false, 1));
    });
}

#[test]
fn awards_over_time_are_the_first_ones_of_those_who_are_students() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 4);
        let (tenant, course) = (&school.tenant, &school.course.id);
        let badges = ["b0", "b1"].map(|id| school.badge(database, id).id);
        let award = |badge: &BadgeId, person: &Person, cycle, hours: i64| Award {
            awarded_at: at(hours * 3_600),
            ..school.award(
                badge,
                &person.id,
                cycle,
                &school.earned(database, badge, &person.id),
            )
        };
        let revoked = Award {
            revocation: Some(Revocation {
                at: at(50),
                by: None,
                reason: "Copied".into(),
            }),
            ..award(&badges[0], &people[2], 1, 2)
        };
        let all = [
            award(&badges[0], &people[0], 1, 1),
            award(&badges[0], &people[0], 2, 30),
            award(&badges[0], &people[1], 1, 1),
            revoked,
            award(&badges[0], &people[3], 1, 3),
            award(&badges[1], &people[0], 1, 5),
        ];
        write(database, |db| {
            use schema::enrolments::dsl::{active, enrolments, person_id};
            for award in &all {
                assert!(awards::insert_once(db, award)?);
            }
            let gone = enrolments.filter(person_id.eq(people[3].id.as_str()));
            diesel::update(gone).set(active.eq(false)).execute(db)?;
            Ok(())
        });
        let seen = |badge: Option<&BadgeId>| {
            let found = read(database, |db| over_time::first_awards(db, tenant, course, badge));
            found.into_values().collect::<Vec<i64>>()
        };
        assert_eq!(seen(Some(&badges[0])), [2]);
        assert_eq!(seen(Some(&badges[1])), [1]);
        assert_eq!(seen(None), [2, 1], "in the order of time");
        let other = School::new(database, "south");
        let found = read(database, |db| {
            over_time::first_awards(db, &other.tenant, &other.course.id, None)
        });
        assert!(found.is_empty());
    });
}

#[test]
fn a_day_is_counted_once_and_days_of_several_badges_are_added() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let badges = ["b0", "b1"].map(|id| school.badge(database, id).id);
        let funnel = |earned| Funnel {
            students: 30,
            earned,
            met: 1,
            near: 2,
            begun: 3,
        };
        let [monday, tuesday] =
            ["2026-12-07", "2026-12-08"].map(|day| day.parse::<chrono::NaiveDate>().unwrap());
        let keep = |badge: &BadgeId, day, earned| {
            write(database, |db| {
                over_time::keep_once(db, tenant, badge, day, funnel(earned))
            })
        };
        assert!(keep(&badges[0], monday, 4));
        assert!(!keep(&badges[0], monday, 9), "kept once");
        assert!(keep(&badges[0], tuesday, 5) && keep(&badges[1], tuesday, 6));
        let of = |badge: Option<&BadgeId>| {
            let found = read(database, |db| over_time::funnels(db, tenant, course, badge));
            found
                .into_iter()
                .map(|(day, funnel)| (day, funnel.students, funnel.earned, funnel.begun))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(Some(&badges[0])), [(monday, 30, 4, 3), (tuesday, 30, 5, 3)]);
        assert_eq!(of(None), [(monday, 30, 4, 3), (tuesday, 60, 11, 6)]);
        let counted = read(database, |db| over_time::counted(db, tenant, &badges, monday));
        assert_eq!(counted.into_iter().collect::<Vec<_>>(), [badges[0].clone()]);
        let elsewhere = read(database, |db| {
            over_time::funnels(db, &"t-other".into(), course, None)
        });
        assert!(elsewhere.is_empty());
    });
}

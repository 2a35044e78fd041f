//! Member lists, columns and results as they are read, also large ones.

use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, Instant};

use super::*;
use crate::domain::membership::{Because, Doubt, Listing, Membership};
use crate::domain::stage::{Order, Search};
use crate::store::enrolments::{Member, Role};
use crate::store::line_items::ItemSeen;
use crate::store::people::PersonSeen;
use crate::store::results::ResultSeen;
use crate::store::testing::shortcuts::launch_person;

mod replaced;

fn person(sub: &str, name: Option<&str>) -> PersonSeen {
    PersonSeen {
        sub: sub.into(),
        name: name.map(ToOwned::to_owned),
        email: None,
    }
}

fn result(person: &PersonId, value: Option<&str>) -> ResultSeen {
    ResultSeen {
        person: person.clone(),
        value: value.map(decimal),
        maximum: decimal("100"),
        recorded: None,
        comment: None,
    }
}

#[test]
fn a_person_keeps_the_name_that_a_later_list_leaves_out() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let upsert = |seen: &PersonSeen| {
            write(database, |db| {
                people::upsert_from_launch(
                    db,
                    &school.tenant,
                    &school.registration,
                    seen,
                    at(1),
                    &SystemRandom,
                )
            })
        };
        let first = upsert(&person("7", Some("Zoë Ångström")));
        assert_eq!(upsert(&person("7", None)), first);
        let renamed = upsert(&person("7", Some("Zoë Berg")));
        assert_eq!(
            (renamed.id.clone(), renamed.name.as_deref()),
            (first.id, Some("Zoë Berg"))
        );
        assert_eq!(
            read(database, |db| people::get(db, &school.tenant, &renamed.id)),
            Some(renamed)
        );
    });
}

#[test]
fn a_member_named_twice_is_one_person() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let seen = [person("2", Some("B")), person("1", None), person("2", Some("C"))];
        let people = write(database, |db| {
            people::upsert_many(
                db,
                &school.tenant,
                &school.registration,
                &seen,
                at(1),
                &SystemRandom,
            )
        });
        let names: Vec<_> = people
            .iter()
            .map(|one| (one.sub.as_str(), one.name.as_deref()))
            .collect();
        assert_eq!(names, [("1", None), ("2", Some("C"))]);
        let ids = read(database, |db| {
            people::ids_by_sub(db, &school.tenant, &school.registration, &["2", "9"])
        });
        assert_eq!(ids.len(), 1);
        assert_eq!(ids["2"], people[1].id);
    });
}

#[test]
fn who_left_the_list_becomes_inactive_and_another_role_bars_while_it_is_held() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 3);
        let (tenant, course) = (&school.tenant, &school.course.id);
        let member = |index: usize| Member {
            person: people[index].id.clone(),
            seen_as: SeenAs::Learner,
            active: true,
            teaches: false,
        };
        let role = |seen_as| Role {
            seen_as,
            listing: Listing::StudentsAndStaff,
            teaches: seen_as == SeenAs::Staff,
        };
        write(database, |db| {
            // The second turns out to be a teacher; the third launches after the list was read.
            let teacher = launch_person(db, tenant, course, &people[1].id, role(SeenAs::Staff), at(5))?;
            let why = Because::Launched(SeenAs::Staff);
            assert_eq!(teacher.membership(), Membership::NotAStudent(why));
            launch_person(db, tenant, course, &people[2].id, role(SeenAs::Learner), at(30))
        });
        let changed = write(database, |db| {
            enrolments::set_from_roster(db, tenant, course, &[member(1)], at(20))
        });
        assert_eq!(changed, [people[0].id.clone()]);
        let of = |index: usize| {
            read(database, |db| {
                enrolments::get(db, tenant, course, &people[index].id)
            })
            .unwrap()
        };
        assert!(!of(0).active && !of(1).may_be_awarded() && of(1).active && of(2).active);
        // A launch without any role says nothing.
        write(database, |db| {
            launch_person(db, tenant, course, &people[1].id, role(SeenAs::Nobody), at(35))
        });
        assert_eq!(of(1).launched, Some(SeenAs::Staff));
        let relaunch = write(database, |db| {
            launch_person(db, tenant, course, &people[1].id, role(SeenAs::Learner), at(40))
        });
        let waits = Membership::Waits(Doubt::SeenAsStaff(at(5)));
        assert_eq!((relaunch.membership(), of(1).membership()), (waits, waits));
        assert_eq!(relaunch, of(1));
        assert_eq!(
            read(database, |db| enrolments::learners(db, tenant, course)),
            [people[2].id.clone()]
        );
        let part = write(database, |db| {
            enrolments::set_from_part_of_roster(db, tenant, course, &[member(1)], at(45))
        });
        assert!(part.is_empty() && of(2).active, "nobody is missing from a part");
        let back = write(database, |db| {
            enrolments::set_from_roster(db, tenant, course, &[member(0), member(1), member(2)], at(50))
        });
        assert_eq!(back, [people[0].id.clone()]);
        let mine = read(database, |db| enrolments::for_person(db, tenant, &people[2].id));
        assert_eq!(mine.iter().map(|one| &one.course).collect::<Vec<_>>(), [course]);
    });
}

#[test]
fn members_are_found_by_name_whatever_the_case_and_in_pages() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let names = [
            "Émile Zola",
            "anna Berg",
            "Bea 100%",
            "Čapek",
            "Anna Ahl",
            "Anna Who Teaches",
        ];
        let seen: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(n, name)| person(&n.to_string(), Some(name)))
            .collect();
        write(database, |db| {
            let people = people::upsert_many(db, tenant, &school.registration, &seen, at(1), &SystemRandom)?;
            let members: Vec<_> = people
                .iter()
                .map(|one| Member {
                    person: one.id.clone(),
                    seen_as: if one.sub == "5" {
                        SeenAs::Staff
                    } else {
                        SeenAs::Learner
                    },
                    active: true,
                    teaches: false,
                })
                .collect();
            enrolments::set_from_roster(db, tenant, course, &members, at(1))
        });
        let everybody = read(database, |db| enrolments::everybody(db, tenant, course));
        assert_eq!(everybody.len(), 6);
        let list = |name: Option<&str>, offset, limit| {
            let page = Page { offset, limit };
            let search = Search {
                name: name.map(str::to_owned),
                ..Search::default()
            };
            let (rows, total) = read(database, |db| {
                class::page(db, tenant, course, &search, Order::Name, page, at(2))
            });
            (
                rows.into_iter()
                    .filter_map(|person| person.name)
                    .collect::<Vec<_>>(),
                total,
            )
        };
        let all = ["Anna Ahl", "anna Berg", "Bea 100%", "Émile Zola", "Čapek"].map(str::to_owned);
        assert_eq!(list(None, 0, 10), (all.to_vec(), 5));
        assert_eq!(list(None, 1, 2), (all[1..3].to_vec(), 5));
        assert_eq!(list(Some("ANNA"), 0, 10), (all[..2].to_vec(), 2));
        assert_eq!(list(Some("émile"), 0, 10).0, ["Émile Zola"]);
        assert_eq!(list(Some("0%"), 0, 10).0, ["Bea 100%"]);
        assert_eq!(list(Some("_"), 0, 10).1, 0);
    });
}

#[test]
fn columns_vanish_return_and_change_their_maximum() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let seen = |url: &str, maximum: &str| ItemSeen {
            url: url.into(),
            label: "Quiz".into(),
            maximum: decimal(maximum),
            resource_id: None,
            tag: None,
            resource_link_id: None,
        };
        let list = |items: &[ItemSeen], watched: &HashSet<LineItemId>| {
            write(database, |db| {
                line_items::upsert_many(db, tenant, course, items, watched, at(1), &SystemRandom)
            })
        };
        let none = HashSet::new();
        let first = list(&[seen("u1", "10"), seen("u2", "10")], &none);
        assert_eq!(first.items.len(), 2);
        let id = |url: &str| {
            read(database, |db| line_items::by_url(db, tenant, course, url))
                .unwrap()
                .id
        };
        let state = |url: &str| read(database, |db| line_items::get(db, tenant, &id(url))).unwrap();

        let gone = list(&[seen("u1", "20")], &none);
        assert_eq!(
            (gone.gone.as_slice(), gone.maximum_changed.len()),
            ([id("u2")].as_slice(), 0)
        );
        assert_eq!(
            (state("u1").maximum, state("u1").state),
            (decimal("20"), LineItemState::Present)
        );
        assert_eq!(list(&[seen("u1", "20.0")], &none).gone, []);

        let watched = HashSet::from([id("u1")]);
        assert_eq!(
            list(&[seen("u1", "20.00"), seen("u2", "10")], &watched).maximum_changed,
            []
        );
        assert_eq!(state("u2").state, LineItemState::Present);
        let changed = list(&[seen("u1", "50"), seen("u2", "50")], &watched);
        assert_eq!(changed.maximum_changed, [id("u1")]);
        assert_eq!(
            list(&[seen("u1", "50"), seen("u2", "50")], &watched).maximum_changed,
            []
        );
        assert_eq!(state("u1").state, LineItemState::MaximumChanged);
        assert_eq!(state("u2").state, LineItemState::Present);
        write(database, |db| {
            line_items::set_state(db, tenant, &id("u1"), LineItemState::Present)
        });
        assert_eq!(
            read(database, |db| line_items::for_course(db, tenant, course)).len(),
            2
        );
    });
}

#[test]
fn a_column_that_was_made_while_the_list_was_under_way_is_not_gone() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let made = LineItem {
            id: LineItemId::new(at(5), &SystemRandom),
            tenant: tenant.clone(),
            course: course.clone(),
            url: "u1".into(),
            label: "Quiz".into(),
            maximum: decimal("10"),
            ruled_maximum: None,
            is_scale: false,
            resource_id: None,
            tag: None,
            resource_link_id: None,
            state: LineItemState::Present,
        };
        write(database, |db| line_items::find_or_insert(db, &made, at(5)));
        for (asked, gone) in [(4, vec![]), (6, vec![made.id.clone()])] {
            let none = HashSet::new();
            let changes = write(database, |db| {
                line_items::upsert_many(db, tenant, course, &[], &none, at(asked), &SystemRandom)
            });
            assert_eq!(changes.gone, gone, "a list that was asked for at {asked}");
            let now = read(database, |db| line_items::get(db, tenant, &made.id)).unwrap();
            assert_eq!(now.state == LineItemState::Gone, !gone.is_empty());
        }
    });
}

#[test]
fn only_changed_results_are_told_and_a_vanished_row_is_a_change() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let mut people: Vec<PersonId> = school
            .learners(database, 4)
            .into_iter()
            .map(|one| one.id)
            .collect();
        people.sort();
        let item = school.item(database, "u1").id;
        let (tenant, course) = (&school.tenant, &school.course.id);
        let take = |seen: &[ResultSeen], seconds| {
            let mut changed = write(database, |db| {
                results::upsert_many(db, tenant, &item, GradeSource::Ags, seen, at(seconds))
            });
            changed.sort();
            changed
        };
        let first = [
            result(&people[0], Some("78.50")),
            result(&people[1], None),
            result(&people[2], Some("0")),
        ];
        assert_eq!(take(&first, 10), people[..3]);
        assert_eq!(take(&first, 20), []);
        let of = |index: usize| {
            read(database, |db| {
                results::for_person(db, tenant, course, &people[index])
            })
        };
        assert_eq!(of(0)[&item].value, Some(decimal("78.5")));
        assert_eq!(of(0)[&item].read_at, at(20));
        assert_eq!(of(1)[&item].value, None);
        assert_eq!(of(2)[&item].value, Some(decimal("0")));
        assert!(of(3).is_empty());

        // The same number in other digits is no change; a score, a maximum and a lost row are.
        let mut other = vec![result(&people[0], Some("78.5")), result(&people[1], Some("80"))];
        assert_eq!(take(&other, 30), people[1..3]);
        other[0].maximum = decimal("200");
        assert_eq!(take(&other, 40), people[..1]);
        assert_eq!(
            (of(1)[&item].value, of(1)[&item].read_at),
            (Some(decimal("80")), at(40))
        );
        assert!(of(2).is_empty());
        let elsewhere = read(database, |db| {
            results::for_person(db, &"t-other".into(), course, &people[0])
        });
        assert!(elsewhere.is_empty());
    });
}

#[test]
fn a_row_that_was_read_by_itself_changes_alone_and_stays_over_a_reading_that_began_before() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people: Vec<PersonId> = school
            .learners(database, 2)
            .into_iter()
            .map(|one| one.id)
            .collect();
        let item = school.item(database, "u1").id;
        let (tenant, course) = (&school.tenant, &school.course.id);
        let ags = GradeSource::Ags;
        let one = |value: &str, seconds| {
            let seen = result(&people[0], Some(value));
            write(database, |db| {
                results::upsert_one(db, tenant, &item, ags, &seen, at(seconds))
            })
        };
        let all = |later: &[PersonId], seconds| {
            let seen = [result(&people[0], Some("10")), result(&people[1], Some("20"))];
            let later: BTreeSet<PersonId> = later.iter().cloned().collect();
            let mut changed = write(database, |db| {
                results::upsert_all_but(db, tenant, &item, ags, &seen, &later, at(seconds))
            });
            changed.sort();
            changed
        };
        let of = |index: usize| {
            let known = read(database, |db| {
                results::for_person(db, tenant, course, &people[index])
            });
            (known[&item].value, known[&item].read_at)
        };
        let mut both = people.clone();
        both.sort();
        assert_eq!(all(&[], 10), both);
        assert!(one("80", 30));
        assert!(!one("80", 31), "the same again");
        assert_eq!(of(0), (Some(decimal("80")), at(31)));
        assert_eq!(
            of(1),
            (Some(decimal("20")), at(10)),
            "the others stay as they are"
        );
        assert_eq!(all(&people[..1], 20), []);
        assert_eq!(of(0), (Some(decimal("80")), at(31)));
        assert_eq!(of(1), (Some(decimal("20")), at(20)));
        assert_eq!(all(&people[..1], 40), people[..1], "a reading that began later");
        assert_eq!(of(0), (Some(decimal("10")), at(40)));
        // Read by a clock that was ahead.
        assert!(one("80", 4_000));
        assert_eq!(all(&people[..1], 50), people[..1]);
    });
}

#[test]
fn the_moment_of_a_grade_is_that_of_its_points_and_survives_a_row_that_vanishes() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, person) = (&school.tenant, school.learner(database).id);
        let item = school.item(database, "u").id;
        let seen = |value: Option<&str>, maximum: &str| ResultSeen {
            maximum: decimal(maximum),
            ..result(&person, value)
        };
        let read_at = |seen: &[ResultSeen], seconds| {
            let changed = write(database, |db| {
                results::upsert_many(db, tenant, &item, GradeSource::Ags, seen, at(seconds))
            });
            let known = read(database, |db| {
                results::for_person(db, tenant, &school.course.id, &person)
            });
            (changed.len(), known.get(&item).map(|grade| grade.changed_at))
        };
        let (first, again) = (Some(at(10)), Some(at(70)));
        assert_eq!(read_at(&[seen(Some("80"), "100")], 10), (1, first));
        assert_eq!(read_at(&[seen(Some("80"), "100")], 20), (0, first), "read again");
        let commented = ResultSeen {
            comment: Some("Well done".into()),
            ..seen(Some("80"), "100")
        };
        assert_eq!(read_at(&[commented], 21), (0, first), "a comment");
        assert_eq!(
            read_at(&[seen(Some("80"), "90")], 30),
            (1, first),
            "another maximum"
        );
        assert_eq!(
            read_at(&[seen(Some("40"), "45")], 40),
            (1, first),
            "the same share"
        );
        assert_eq!(read_at(&[], 50), (1, None));
        let past = read(database, |db| results::past_of_person(db, tenant, &person));
        assert_eq!(past.len(), 1, "{past:?}");
        assert_eq!(read_at(&[], 55), (0, None));
        assert_eq!(
            read_at(&[seen(Some("40"), "45")], 60),
            (1, first),
            "back as it was"
        );
        let past = read(database, |db| results::past_of_person(db, tenant, &person));
        assert_eq!(past, []);
        assert_eq!(read_at(&[seen(Some("41"), "45")], 70), (1, again), "graded anew");
        assert_eq!(read_at(&[], 80), (1, None));
        assert_eq!(
            read_at(&[seen(Some("45"), "45")], 90),
            (1, Some(at(90))),
            "back, and graded anew"
        );
        assert_eq!(read_at(&[seen(None, "45")], 100), (1, Some(at(100))));
        assert_eq!(
            read_at(&[seen(Some("45"), "45")], 110),
            (1, Some(at(110))),
            "given again"
        );
    });
}

#[test]
#[allow(clippy::print_stdout, reason = "the times are worth seeing")]
fn five_thousand_members_and_ten_columns_go_in_and_come_out() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let start = Instant::now();
        let people: Vec<PersonId> = school
            .learners(database, 5_000)
            .into_iter()
            .map(|one| one.id)
            .collect();
        let members = start.elapsed();
        assert_eq!(
            read(database, |db| enrolments::learners(db, tenant, course)).len(),
            5_000
        );
        let items: Vec<LineItemId> = (0..10)
            .map(|n| school.item(database, &format!("u{n}")).id)
            .collect();
        let read_all = |value: &str, seconds| {
            let seen: Vec<_> = people.iter().map(|person| result(person, Some(value))).collect();
            write(database, |db| {
                let mut changed = 0;
                for item in &items {
                    let source = GradeSource::Ags;
                    changed += results::upsert_many(db, tenant, item, source, &seen, at(seconds))?.len();
                }
                Ok(changed)
            })
        };
        let start = Instant::now();
        assert_eq!(read_all("80", 10), 50_000);
        let first = start.elapsed();
        let start = Instant::now();
        assert_eq!(read_all("80", 20), 0);
        let again = start.elapsed();
        let start = Instant::now();
        let badge = school.badge(database, "b").id;
        let facts = read(database, |db| facts::for_course(db, tenant, course, &badge));
        let loaded = start.elapsed();
        assert_eq!(facts.values().map(|one| one.grades.len()).sum::<usize>(), 50_000);
        println!(
            "{:?}: members {members:?}, first read {first:?}, again {again:?}, facts {loaded:?}",
            database.engine
        );
        // Far above what it takes, far below what a statement for each row would.
        assert!(
            members + first + again + loaded < Duration::from_mins(1),
            "{first:?}"
        );
    });
}

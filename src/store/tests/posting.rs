//! What became of scores, and whom a platform refused to grade.

use super::*;
use crate::domain::posted_score::{Outcome, Points, PostedScore, Refusal};

fn points(value: &str, maximum: &str) -> Points {
    Points {
        value: decimal(value),
        maximum: decimal(maximum),
    }
}

fn posted(school: &School, item: &LineItem, person: &PersonId, seconds: i64) -> PostedScore {
    PostedScore {
        tenant: school.tenant.clone(),
        course: school.course.id.clone(),
        item: item.id.clone(),
        person: person.clone(),
        submission: "s1".into(),
        ours: None,
        outcome: Outcome::Taken,
        tried_at: at(seconds),
        anew_at: None,
    }
}

fn refused(why: Refusal) -> Outcome {
    Outcome::Refused {
        why,
        said: "The platform said: “no”".into(),
    }
}

#[test]
fn the_last_attempt_is_kept_whole_in_the_place_of_the_one_before() {
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        let (item, person) = (school.item(database, "u1"), school.learner(database).id);
        let tenant = &school.tenant;
        for (seconds, outcome) in [
            (1, Outcome::Taken),
            (2, Outcome::Stands(points("40.5", "100"))),
            (3, refused(Refusal::ClosedPeriod)),
            (4, Outcome::Excused),
        ] {
            let one = PostedScore {
                outcome,
                ours: (seconds > 1).then(|| points("33.3", "50")),
                anew_at: (seconds > 2).then(|| at(seconds)),
                ..posted(&school, &item, &person, seconds)
            };
            write(database, |db| posted_scores::put(db, &one));
            let kept = read(database, |db| posted_scores::get(db, tenant, &item.id, &person));
            assert_eq!(kept, Some(one.clone()));
            let of_person = read(database, |db| posted_scores::of_person(db, tenant, &person));
            assert_eq!(of_person, [one]);
        }
        let elsewhere = read(database, |db| {
            posted_scores::get(db, &other.tenant, &item.id, &person)
        });
        assert_eq!(elsewhere, None);
    });
}

#[test]
fn what_is_refused_is_listed_until_it_is_taken_or_settled() {
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        let (item, people) = (school.item(database, "u1"), school.learners(database, 3));
        let (tenant, course) = (&school.tenant, &school.course.id);
        for (number, person) in people.iter().enumerate() {
            let one = PostedScore {
                outcome: refused(Refusal::Unpublished),
                submission: format!("s{number}").into(),
                ours: (number == 1).then(|| points("5", "10")),
                ..posted(&school, &item, &person.id, 10 - i64::try_from(number).unwrap())
            };
            write(database, |db| posted_scores::put(db, &one));
        }
        let list = |limit| {
            let (rows, total) = read(database, |db| posted_scores::refused(db, tenant, course, limit));
            let people: Vec<PersonId> = rows.into_iter().map(|row| row.person).collect();
            (people, total)
        };
        let [first, second, third] = [0, 1, 2].map(|number| people[number].id.clone());
        let all = vec![third.clone(), second.clone(), first.clone()];
        assert_eq!(list(10), (all, 3), "longest tried first");
        assert_eq!(list(2), (vec![third.clone(), second.clone()], 3));
        let elsewhere = read(database, |db| {
            posted_scores::refused(db, &other.tenant, course, 10)
        });
        assert_eq!(elsewhere.1, 0);

        write(database, |db| {
            posted_scores::settle(db, tenant, &first, &"another".into())?;
            posted_scores::settle(db, tenant, &second, &"s1".into())?;
            posted_scores::settle(db, tenant, &third, &"s2".into())
        });
        assert_eq!(list(10), (vec![first], 1));
        let kept = read(database, |db| posted_scores::get(db, tenant, &item.id, &second)).unwrap();
        assert_eq!(
            (kept.outcome, kept.ours),
            (Outcome::Taken, Some(points("5", "10"))),
            "which grade is ours stays known"
        );
        let gone = read(database, |db| posted_scores::get(db, tenant, &item.id, &third));
        assert_eq!(gone, None);
    });
}

#[test]
fn what_was_sent_anew_is_counted_by_column_and_only_lately() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (one, two) = (school.item(database, "u1"), school.item(database, "u2"));
        let people = school.learners(database, 3);
        let (tenant, course) = (&school.tenant, &school.course.id);
        for (item, number, anew) in [
            (&one, 0, Some(5)),
            (&one, 1, Some(9)),
            (&one, 2, None),
            (&two, 0, Some(9)),
        ] {
            let row = PostedScore {
                anew_at: anew.map(at),
                ..posted(&school, item, &people[number].id, 10)
            };
            write(database, |db| posted_scores::put(db, &row));
        }
        let since = |seconds| {
            read(database, |db| {
                posted_scores::sent_anew(db, tenant, course, at(seconds))
            })
        };
        assert_eq!(since(5), [(one.id.clone(), 2), (two.id.clone(), 1)].into());
        assert_eq!(since(6), [(one.id, 1), (two.id, 1)].into());
        assert!(since(10).is_empty());
    });
}

#[test]
fn nothing_of_it_is_left_of_whoever_is_erased() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (item, people) = (school.item(database, "u1"), school.learners(database, 2));
        let tenant = &school.tenant;
        write(database, |db| {
            for person in &people {
                posted_scores::put(db, &posted(&school, &item, &person.id, 1))?;
            }
            erasures::erase(db, tenant, &people[0].id, &[], "erased-1")
        });
        let rows = database.rows();
        assert_eq!(rows["posted_scores"], 1);
    });
}

#[test]
fn a_column_that_was_made_anew_has_nothing_of_ours_and_what_is_refused_is_still_told() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (item, other) = (school.item(database, "u1"), school.item(database, "u2"));
        let people = school.learners(database, 2);
        let tenant = &school.tenant;
        let rows = [
            (&item, &people[0], Outcome::Taken),
            (&item, &people[1], refused(Refusal::Locked)),
            (&other, &people[0], Outcome::Taken),
        ];
        for (item, person, outcome) in rows {
            let one = PostedScore {
                outcome,
                ours: Some(points("40", "50")),
                ..posted(&school, item, &person.id, 5)
            };
            write(database, |db| posted_scores::put(db, &one));
        }
        let since = |seconds| {
            read(database, |db| {
                posted_scores::tried_since(db, tenant, &item.id, at(seconds))
            })
        };
        assert_eq!(since(4).len(), 2);
        assert!(since(5).is_empty());
        write(database, |db| posted_scores::start_afresh(db, tenant, &item.id));
        let kept = |item: &LineItem, person: usize| {
            read(database, |db| {
                posted_scores::get(db, tenant, &item.id, &people[person].id)
            })
        };
        assert_eq!(kept(&item, 0), None);
        let waits = kept(&item, 1).unwrap();
        assert_eq!((waits.ours, waits.outcome), (None, refused(Refusal::Locked)));
        assert!(kept(&other, 0).unwrap().ours.is_some());
    });
}

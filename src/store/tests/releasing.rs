//! When grades count: what is chosen for columns and courses, and what facts become of it.

use std::collections::HashMap;

use super::*;
use crate::domain::evidence::{Activity, Artefact, Review, Submission, SubmissionState};
use crate::domain::facts::Facts;
use crate::domain::release::{Change, Counting, Release};
use crate::ids::SubmissionId;
use crate::store::results::ResultSeen;

fn seen(person: &PersonId, value: &str) -> ResultSeen {
    ResultSeen {
        person: person.clone(),
        value: Some(decimal(value)),
        maximum: decimal("100"),
        recorded: None,
        comment: None,
    }
}

fn waits() -> Release {
    Release::of(Counting::OnRelease)
}

/// The points of a column among the grades that count, and among those that are withheld: none when it is not there.
type Stands = (Option<Option<Decimal>>, Option<Option<Decimal>>);

fn stands(facts: &Facts, item: &LineItemId) -> Stands {
    (
        facts.grades.get(item).map(|grade| grade.value),
        facts
            .withheld
            .get(item)
            .map(|grade| grade.as_ref().and_then(|grade| grade.value)),
    )
}

/// How two people stand in a column, asked in every way that there is.
fn both(database: &TestDatabase, school: &School, item: &LineItemId, people: &[Person]) -> [Stands; 2] {
    let (tenant, course, badge) = (&school.tenant, &school.course.id, "none".into());
    let ids: Vec<PersonId> = people.iter().map(|person| person.id.clone()).collect();
    let all = read(database, |db| facts::for_course(db, tenant, course, &badge));
    let some = read(database, |db| facts::for_people(db, tenant, course, &badge, &ids));
    [0, 1].map(|index| {
        let id = &ids[index];
        let alone = read(database, |db| facts::grades_of(db, tenant, course, id));
        assert_eq!(all[id], some[id]);
        assert_eq!(
            (&alone.grades, &alone.withheld),
            (&all[id].grades, &all[id].withheld)
        );
        stands(&all[id], item)
    })
}

#[test]
fn a_choice_is_kept_for_a_column_and_for_a_course_and_no_other() {
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        let (item, free) = (school.item(database, "u1").id, school.item(database, "u2").id);
        let foreign = other.item(database, "u1").id;
        let (tenant, course) = (&school.tenant, &school.course.id);
        let known = |school: &School| {
            let (tenant, course) = (&school.tenant, &school.course.id);
            read(database, |db| releases::for_course(db, tenant, course))
        };
        assert_eq!(known(&school).answer, None);
        assert_eq!(
            known(&school).columns,
            HashMap::from([(item.clone(), None), (free.clone(), None)])
        );
        let all = Release {
            counting: Counting::OnRelease,
            released_at: Some(at(1)),
            planned_at: Some(at(2)),
            held_at: Some(at(3)),
        };
        for release in [waits(), all] {
            write(database, |db| releases::set(db, tenant, &item, &release));
            assert_eq!(
                read(database, |db| releases::of_item(db, tenant, &item)),
                Some(release)
            );
        }
        for counting in [Counting::AtOnce, Counting::OnRelease] {
            write(database, |db| {
                releases::set_answer(db, tenant, course, counting, at(4))
            });
            assert_eq!(
                read(database, |db| releases::answer(db, tenant, course)),
                Some(counting)
            );
        }
        assert_eq!(known(&school).of(&item), all);
        assert_eq!(known(&school).of(&free), waits());
        assert_eq!(known(&other).answer, None);
        assert!(known(&other).of(&foreign).is_open());
        assert_eq!(
            read(database, |db| releases::of_item(db, &other.tenant, &item)),
            None
        );
        assert_eq!(
            read(database, |db| releases::answer(db, &other.tenant, course)),
            None
        );
    });
}

#[test]
fn grades_that_are_not_released_are_apart_from_those_that_count_for_everybody_alike() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 2);
        let item = school.item(database, "u1").id;
        let tenant = &school.tenant;
        let now = || both(database, &school, &item, &people);
        let set = |release: Release| write(database, |db| releases::set(db, tenant, &item, &release));
        let take = |value, seconds| {
            let seen = [seen(&people[0].id, value)];
            write(database, |db| {
                results::upsert_many(db, tenant, &item, GradeSource::Ags, &seen, at(seconds))
            })
        };
        let points = |value| Some(Some(decimal(value)));
        take("85", 10);
        assert_eq!(now(), [(points("85"), None), (None, None)]);

        // Whoever has no grade looks like whoever has one.
        set(waits());
        assert_eq!(now(), [(None, points("85")), (None, Some(None))]);
        let released = waits().after(Change::Release, at(20));
        set(released);
        assert_eq!(now(), [(points("85"), None), (None, None)]);

        // Held again: what counted goes on counting until it changes.
        set(released.after(Change::Hold, at(30)));
        assert_eq!(now(), [(points("85"), None), (None, Some(None))]);
        take("85", 40);
        assert_eq!(now()[0], (points("85"), None), "read anew is not changed");
        // A reading that had begun before it was held and ended after that.
        take("90", 29);
        assert_eq!(now()[0], (None, points("90")));
        set(released);
        assert_eq!(now()[0], (points("90"), None));
    });
}

#[test]
fn a_score_of_a_review_is_released_by_it_and_what_a_teacher_types_over_it_is_not() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 2);
        let item = school.item(database, "u1").id;
        let tenant = &school.tenant;
        let link = links::LinkSeen {
            tenant: tenant.clone(),
            course: school.course.id.clone(),
            resource_link_id: "a1".into(),
            title: None,
            line_item_url: None,
        };
        write(database, |db| {
            let link = links::upsert_from_launch(db, &link, at(0), &SystemRandom)?;
            let activity = Activity {
                id: "a1".into(),
                tenant: tenant.clone(),
                course: school.course.id.clone(),
                link: link.id,
                title: "Herbarium".into(),
                instructions: String::new(),
                line_item: Some(item.clone()),
                maximum: decimal("10"),
                created_at: at(0),
            };
            activities::insert(db, &activity)?;
            for (person, state) in people
                .iter()
                .zip([SubmissionState::Approved, SubmissionState::HandedIn])
            {
                let review = Review {
                    by: people[1].id.clone(),
                    at: at(2),
                    message: String::new(),
                    score: Some(decimal("8")),
                };
                let submission = Submission {
                    id: SubmissionId::new(at(1), &SystemRandom),
                    tenant: tenant.clone(),
                    activity: activity.id.clone(),
                    person: person.id.clone(),
                    version: 1,
                    artefact: Artefact {
                        text: Some("Plants".into()),
                        link: None,
                        file: None,
                    },
                    state,
                    submitted_at: at(1),
                    review: (state == SubmissionState::Approved).then_some(review),
                };
                submissions::insert_version(db, &submission)?;
            }
            releases::set(db, tenant, &item, &waits())?;
            let both = [seen(&people[0].id, "80"), seen(&people[1].id, "80")];
            results::upsert_many(db, tenant, &item, GradeSource::Ags, &both, at(3))
        });
        let points = |value| Some(Some(decimal(value)));
        let now = both(database, &school, &item, &people);
        assert_eq!(now, [(points("80"), None), (None, points("80"))]);
        write(database, |db| {
            let typed = [seen(&people[0].id, "81"), seen(&people[1].id, "80")];
            results::upsert_many(db, tenant, &item, GradeSource::Ags, &typed, at(4))
        });
        let now = both(database, &school, &item, &people);
        assert_eq!(now[0], (None, points("81")));
    });
}

#[test]
fn the_columns_that_rules_read_are_told_with_their_badges_drafts_included() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (quiz, lab) = (school.item(database, "u1").id, school.item(database, "u2").id);
        let (active, draft) = (school.badge(database, "a").id, school.badge(database, "d").id);
        let (tenant, course) = (&school.tenant, &school.course.id);
        let twice = all_of([grade_at_least(&quiz, "8"), grade_at_least(&quiz, "9")]);
        school.active_rule(database, &active, &twice);
        write(database, |db| {
            let both = all_of([grade_at_least(&quiz, "8"), grade_at_least(&lab, "9")]);
            let id = RuleId::new(at(0), &SystemRandom);
            rules::save_draft(db, tenant, &draft, &both, id, at(3))
        });
        let mut reading = read(database, |db| rules::reading_columns(db, tenant, course));
        reading.sort();
        let mut expected = vec![(quiz.clone(), active), (quiz, draft.clone()), (lab, draft)];
        expected.sort();
        assert_eq!(reading, expected);
        let other = School::new(database, "south");
        let elsewhere = read(database, |db| rules::reading_columns(db, &other.tenant, course));
        assert!(elsewhere.is_empty());
    });
}

#[test]
fn a_choice_is_kept_over_what_is_known_and_over_nothing_else() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let item = school.item(database, "u1").id;
        let (tenant, course) = (&school.tenant, &school.course.id);
        let stale = |done: Result<(), StoreError>| assert!(matches!(done, Err(StoreError::Stale)));
        let replace = |known: Option<&Release>, release: &Release| {
            write(database, |db| {
                Ok(releases::replace(db, tenant, &item, known, release))
            })
        };
        let planned = waits().after(Change::Plan(at(9)), at(1));
        stale(replace(Some(&waits()), &planned));
        replace(None, &waits()).unwrap();
        replace(Some(&waits()), &planned).unwrap();
        stale(replace(None, &waits()));
        stale(replace(Some(&waits()), &waits()));
        let known = read(database, |db| releases::of_item(db, tenant, &item));
        assert_eq!(known, Some(planned));

        let answer = |known: Option<Counting>, counting: Counting| {
            write(database, |db| {
                Ok(releases::replace_answer(
                    db,
                    tenant,
                    course,
                    known,
                    counting,
                    at(2),
                ))
            })
        };
        stale(answer(Some(Counting::AtOnce), Counting::OnRelease));
        answer(None, Counting::OnRelease).unwrap();
        stale(answer(None, Counting::AtOnce));
        answer(Some(Counting::OnRelease), Counting::AtOnce).unwrap();
        let known = read(database, |db| releases::answer(db, tenant, course));
        assert_eq!(known, Some(Counting::AtOnce));
    });
}

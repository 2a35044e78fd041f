//! What the interface of an LMS tells: of nobody else, gone with whom it is of, nothing while it is off, and its word on what is
//! released.

use super::*;
use crate::domain::outside::{Counting, Measure, OutsideColumn, OutsideValue, RestColumn, Scope};
use crate::domain::reading::{Coverage, Done, Readings};
use crate::domain::release::{Counting as When, Release};
use crate::domain::rest_access::{Access, Giver, Grant, GrantState, Interface, SealedTokens};
use crate::ids::OutsideColumnId;
use crate::store::cells::{CellSeen, CompletionTold, GradeTold, HandInTold};
use crate::store::outside;
use crate::store::results::ResultSeen;

/// Lets the course of a school be read, or no longer.
fn switch(database: &TestDatabase, school: &School, is_on: bool) {
    write(database, |db| {
        let home = platforms::home_of_course(db, &school.tenant, &school.course.id)?;
        let id = format!("access-{}", school.tenant);
        let access = Access {
            id: id.as_str().into(),
            tenant: school.tenant.clone(),
            platform: home.platform,
            interface: Interface::Canvas,
            address: "https://lms.example".to_owned(),
            client_id: None,
            sealed_secret: None,
            by_teachers: false,
            is_on,
            changed_by: None,
            changed_at: at(0),
        };
        rest_accesses::save(db, &access)?;
        let grant = Grant {
            id: format!("grant-{}", school.tenant).as_str().into(),
            tenant: school.tenant.clone(),
            access: access.id.clone(),
            course: None,
            tokens: SealedTokens {
                token: "sealed".to_owned(),
                refresh: None,
                expires_at: None,
            },
            version: 0,
            state: GrantState::On,
            fault: None,
            state_at: at(0),
            given_by: Giver::Nobody,
            given_at: at(0),
            tested: None,
        };
        rest_accesses::give(db, &grant)
    });
}

fn column(school: &School, id: &str, rest: RestColumn) -> OutsideColumn {
    OutsideColumn {
        id: format!("{id}-{}", school.tenant).as_str().into(),
        tenant: school.tenant.clone(),
        course: school.course.id.clone(),
        source: GradeSource::RestCanvas,
        key: format!("id:{id}"),
        label: format!("Column {id}"),
        maximum: Some(decimal("10")),
        measure: Measure::Points,
        scope: Scope::Item,
        counting: Counting::Released,
        file: None,
        rest: Some(rest),
    }
}

fn listed() -> RestColumn {
    RestColumn {
        is_on: true,
        is_listed: true,
        category: Some("Labs".to_owned()),
        due_at: Some(at(99)),
        tells_hand_ins: true,
        ..RestColumn::default()
    }
}

pub(super) fn points(text: &str) -> GradeTold {
    GradeTold::Is(OutsideValue::Points(decimal(text)), None)
}

pub(super) fn cell(column: &OutsideColumnId, person: &PersonId, grade: GradeTold) -> CellSeen {
    CellSeen {
        column: column.clone(),
        person: person.clone(),
        grade,
        hand_in: None,
        completion: None,
        work: None,
    }
}

pub(super) fn take(
    database: &TestDatabase,
    school: &School,
    seen: &[CellSeen],
    seconds: i64,
) -> Vec<(PersonId, OutsideColumnId)> {
    write(database, |db| {
        cells::take(db, &school.tenant, &school.course.id, seen, at(seconds))
    })
}

fn facts_of(database: &TestDatabase, school: &School, person: &PersonId) -> crate::domain::facts::Facts {
    let none = "none".into();
    read(database, |db| {
        facts::for_person(db, &school.tenant, &school.course.id, &none, person)
    })
}

/// A school whose course is read, with a column and two students.
pub(super) fn begun(database: &TestDatabase, name: &str) -> (School, OutsideColumn, Vec<PersonId>) {
    let school = School::new(database, name);
    let people: Vec<PersonId> = school
        .learners(database, 2)
        .into_iter()
        .map(|person| person.id)
        .collect();
    switch(database, &school, true);
    let quiz = column(&school, "7", listed());
    write(database, |db| outside::save_column(db, &quiz, None, at(1)));
    (school, quiz, people)
}

#[test]
fn the_words_of_a_column_are_told_once_each() {
    on_both_databases(|database| {
        let (school, quiz, people) = begun(database, "north");
        let word = |text: &str| GradeTold::Is(OutsideValue::Word(text.to_owned()), None);
        let words = || read(database, |db| outside::words_seen(db, &school.tenant, &quiz.id));
        assert!(words().is_empty());
        take(
            database,
            &school,
            &[
                cell(&quiz.id, &people[0], word("Poor")),
                cell(&quiz.id, &people[1], word("Good")),
            ],
            10,
        );
        assert_eq!(words(), ["Good", "Poor"]);
        take(database, &school, &[cell(&quiz.id, &people[0], word("Good"))], 20);
        assert_eq!(words(), ["Good"]);
    });
}

#[test]
fn a_cell_keeps_its_moment_while_its_grade_does_and_says_when_it_is_another() {
    on_both_databases(|database| {
        let (school, quiz, people) = begun(database, "north");
        let (ada, ben) = (&people[0], &people[1]);
        let kept = read(database, |db| {
            outside::columns(db, &school.tenant, &school.course.id)
        });
        assert_eq!(kept, std::slice::from_ref(&quiz), "it comes back as it is");
        let seen = [
            cell(&quiz.id, ada, points("9.50")),
            cell(&quiz.id, ben, GradeTold::Nothing),
        ];
        assert_eq!(
            take(database, &school, &seen, 10),
            [(ada.clone(), quiz.id.clone())],
            "nothing is no fact"
        );
        assert!(facts_of(database, &school, ben).elsewhere.is_empty());
        assert_eq!(
            take(database, &school, &[cell(&quiz.id, ada, points("9.5"))], 20),
            []
        );
        let grade = facts_of(database, &school, ada).elsewhere[&quiz.id].clone();
        assert_eq!((grade.changed_at, grade.read_at), (at(10), at(20)));
        assert_eq!(
            (grade.source, grade.maximum),
            (GradeSource::RestCanvas, Some(decimal("10")))
        );
        // Work that is looked at again, and a look for something else, leave it alone.
        for (told, read_at) in [(GradeTold::Stays, 30), (GradeTold::Untold, 30)] {
            assert_eq!(take(database, &school, &[cell(&quiz.id, ada, told)], 30), []);
            let grade = facts_of(database, &school, ada).elsewhere[&quiz.id].clone();
            assert_eq!((grade.changed_at, grade.read_at), (at(10), at(read_at)));
        }
        // A cell that comes twice: the later one counts.
        let twice = [cell(&quiz.id, ada, points("1")), cell(&quiz.id, ada, points("2"))];
        take(database, &school, &twice, 40);
        let grade = facts_of(database, &school, ada).elsewhere[&quiz.id].clone();
        assert_eq!(grade.value, OutsideValue::Points(decimal("2")));
        let gone = take(database, &school, &[cell(&quiz.id, ada, GradeTold::Nothing)], 50);
        assert_eq!(gone.len(), 1);
        assert!(facts_of(database, &school, ada).elsewhere.is_empty());
    });
}

#[test]
fn hand_ins_and_completion_are_facts_beside_the_grade() {
    on_both_databases(|database| {
        let (school, quiz, people) = begun(database, "north");
        let ada = &people[0];
        let seen = CellSeen {
            hand_in: Some(HandInTold {
                at: Some(at(5)),
                late: Some(true),
                missing: false,
            }),
            completion: Some(CompletionTold {
                is_complete: Some(true),
                passed: Some(true),
                at: Some(at(6)),
            }),
            ..cell(&quiz.id, ada, points("9"))
        };
        take(database, &school, std::slice::from_ref(&seen), 10);
        assert_eq!(take(database, &school, std::slice::from_ref(&seen), 20), []);
        let facts = facts_of(database, &school, ada);
        let (handed_in, completed) = (&facts.handed_in[&quiz.id], &facts.completed[&quiz.id]);
        assert_eq!(
            (handed_in.at, handed_in.late, handed_in.read_at),
            (Some(at(5)), Some(true), at(20))
        );
        assert_eq!((completed.passed, completed.at), (Some(true), Some(at(6))));
        let known = read(database, |db| {
            cells::completion_of(db, &school.tenant, std::slice::from_ref(&quiz.id))
        });
        assert_eq!(known, [(ada.clone(), quiz.id.clone(), true, at(20))]);
        // Taking a grade away leaves the work.
        write(database, |db| {
            cells::take_away(db, &school.tenant, &quiz.id, std::slice::from_ref(ada))
        });
        let facts = facts_of(database, &school, ada);
        assert!(facts.elsewhere.is_empty() && facts.handed_in.contains_key(&quiz.id));
    });
}

#[test]
fn what_no_reading_has_seen_is_found_column_by_column() {
    on_both_databases(|database| {
        let (school, quiz, people) = begun(database, "north");
        take(
            database,
            &school,
            &[
                cell(&quiz.id, &people[0], points("9")),
                cell(&quiz.id, &people[1], points("8")),
            ],
            10,
        );
        take(database, &school, &[cell(&quiz.id, &people[1], points("8"))], 20);
        let unseen = |seconds| {
            read(database, |db| {
                cells::unseen(db, &school.tenant, &quiz.id, at(seconds))
            })
        };
        assert_eq!(unseen(20), [people[0].clone()]);
        assert_eq!(unseen(10), []);
        assert_eq!(unseen(21).len(), 2);
    });
}

#[test]
fn nothing_counts_while_it_is_off_unlisted_or_of_another_school() {
    on_both_databases(|database| {
        let (school, mut quiz, people) = begun(database, "north");
        let other = School::new(database, "south");
        let ada = &people[0];
        take(database, &school, &[cell(&quiz.id, ada, points("9"))], 10);
        let counts = || !facts_of(database, &school, ada).elsewhere.is_empty();
        assert!(counts());
        let theirs = read(database, |db| {
            facts::for_person(db, &other.tenant, &school.course.id, &"none".into(), ada)
        });
        assert!(theirs.elsewhere.is_empty());
        switch(database, &school, false);
        assert!(!counts());
        let columns = read(database, |db| {
            outside::columns(db, &school.tenant, &school.course.id)
        });
        assert!(!columns[0].counts());
        switch(database, &school, true);
        assert!(counts());
        quiz.rest.as_mut().unwrap().is_listed = false;
        write(database, |db| outside::save_column(db, &quiz, None, at(20)));
        assert!(!counts());
        quiz.rest.as_mut().unwrap().is_listed = true;
        quiz.counting = Counting::Not;
        write(database, |db| outside::save_column(db, &quiz, None, at(30)));
        assert!(!counts());
    });
}

#[test]
fn the_word_of_the_lms_on_what_is_released_goes_before_the_setting_of_a_column() {
    on_both_databases(|database| {
        let (school, _, people) = begun(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let item = school.item(database, "https://lms.example/items/1").id;
        let seen: Vec<ResultSeen> = people
            .iter()
            .map(|person| ResultSeen {
                person: person.clone(),
                value: Some(decimal("90")),
                maximum: decimal("100"),
                recorded: None,
                comment: None,
            })
            .collect();
        let own = column(
            &school,
            "8",
            RestColumn {
                ours: Some(item.clone()),
                ..listed()
            },
        );
        write(database, |db| {
            results::upsert_many(db, tenant, &item, GradeSource::Ags, &seen, at(5))?;
            outside::save_column(db, &own, None, at(5))
        });
        take(database, &school, &[cell(&own.id, &people[0], points("9"))], 10);
        let has = |person: &PersonId| facts_of(database, &school, person).grades.contains_key(&item);
        assert!(
            has(&people[0]) && has(&people[1]),
            "not before the whole course was read"
        );
        write(database, |db| {
            outside::remember_api_ids(
                db,
                tenant,
                course,
                &[
                    (people[0].clone(), "4101".to_owned()),
                    (people[1].clone(), "4102".to_owned()),
                ],
            )
        });
        let whole = Readings {
            was_on: true,
            done: Done {
                whole: Some(at(10)),
                ..Done::default()
            },
            coverage: Some(Coverage {
                is_whole: true,
                ..Coverage::default()
            }),
            ..Readings::default()
        };
        write(database, |db| readings::save(db, tenant, course, &whole));
        assert!(has(&people[0]), "90 of 100 is 9 of 10");
        assert!(!has(&people[1]), "nothing of it is shown there");
        let facts = facts_of(database, &school, &people[1]);
        assert!(facts.withheld.is_empty(), "nor that there is a grade");
        let waits = Release::of(When::OnRelease);
        write(database, |db| releases::set(db, tenant, &item, &waits));
        assert!(has(&people[0]), "whatever was chosen here");
        let known = read(database, |db| releases::for_course(db, tenant, course));
        assert!(known.told_by_lms.contains(&item) && known.closed().next().is_none());
        // Another grade than the one that is shown has not been seen there yet.
        take(database, &school, &[cell(&own.id, &people[0], points("7"))], 20);
        assert!(!has(&people[0]));
        switch(database, &school, false);
        assert!(!has(&people[0]), "the setting of the column counts again");
        let facts = facts_of(database, &school, &people[0]);
        assert!(facts.withheld.contains_key(&item));
    });
}

#[test]
fn of_whoever_the_lms_does_not_know_it_says_nothing_and_their_grades_stay() {
    on_both_databases(|database| {
        let (school, _, people) = begun(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let item = school.item(database, "https://lms.example/items/1").id;
        let seen = people.iter().map(|person| ResultSeen {
            person: person.clone(),
            value: Some(decimal("90")),
            maximum: decimal("100"),
            recorded: None,
            comment: None,
        });
        let seen: Vec<ResultSeen> = seen.collect();
        let own = column(
            &school,
            "8",
            RestColumn {
                ours: Some(item.clone()),
                ..listed()
            },
        );
        let whole = Readings {
            was_on: true,
            coverage: Some(Coverage {
                is_whole: true,
                ..Coverage::default()
            }),
            ..Readings::default()
        };
        write(database, |db| {
            results::upsert_many(db, tenant, &item, GradeSource::Ags, &seen, at(5))?;
            outside::save_column(db, &own, None, at(5))?;
            // Of the first alone it is known who they are there, and nothing is shown of them.
            outside::remember_api_ids(db, tenant, course, &[(people[0].clone(), "4101".to_owned())])?;
            readings::save(db, tenant, course, &whole)
        });
        let everybody = read(database, |db| {
            facts::for_course(db, tenant, course, &"none".into())
        });
        let has = |person: &PersonId| everybody[person].grades.contains_key(&item);
        assert_eq!((has(&people[0]), has(&people[1])), (false, true));
        let alone = |person| facts_of(database, &school, person).grades.contains_key(&item);
        assert_eq!((alone(&people[0]), alone(&people[1])), (false, true));
        let waits = Release::of(When::OnRelease);
        write(database, |db| releases::set(db, tenant, &item, &waits));
        let facts = facts_of(database, &school, &people[1]);
        assert!(
            facts.grades.is_empty() && facts.withheld.contains_key(&item),
            "by the setting"
        );
    });
}

#[test]
fn who_was_asked_for_in_vain_was_asked_for_and_nothing_that_was_known_is_lost() {
    on_both_databases(|database| {
        let (school, quiz, people) = begun(database, "north");
        let (ada, ben) = (&people[0], &people[1]);
        let told = |person: &PersonId, is_complete| CellSeen {
            completion: Some(CompletionTold {
                is_complete,
                passed: None,
                at: is_complete.map(|_| at(6)),
            }),
            ..cell(&quiz.id, person, GradeTold::Untold)
        };
        take(database, &school, &[told(ada, Some(true))], 10);
        let in_vain = [told(ada, None), told(ben, None)];
        assert_eq!(take(database, &school, &in_vain, 20), [], "no fact");
        let mut known = read(database, |db| {
            cells::completion_of(db, &school.tenant, std::slice::from_ref(&quiz.id))
        });
        known.sort();
        let mut expected = [
            (ada.clone(), quiz.id.clone(), true, at(20)),
            (ben.clone(), quiz.id.clone(), false, at(20)),
        ];
        expected.sort();
        assert_eq!(known, expected);
        assert!(facts_of(database, &school, ada).completed[&quiz.id].is_complete);
        assert!(facts_of(database, &school, ben).completed.is_empty());
        let kept = |person| read(database, |db| cells::of_person(db, &school.tenant, person)).len();
        assert_eq!((kept(ada), kept(ben)), (1, 0), "nothing is nothing to take along");
    });
}

#[test]
fn that_nothing_was_handed_in_is_known_of_whom_it_was_asked_and_is_nothing_to_take_along() {
    on_both_databases(|database| {
        let (school, quiz, people) = begun(database, "north");
        let ada = &people[0];
        let asked = CellSeen {
            hand_in: Some(HandInTold::default()),
            ..cell(&quiz.id, ada, GradeTold::Untold)
        };
        assert_eq!(take(database, &school, &[asked], 10), [], "no other fact");
        let known = read(database, |db| {
            cells::hand_ins_read(db, &school.tenant, std::slice::from_ref(&quiz.id))
        });
        assert_eq!(known, [(quiz.id.clone(), ada.clone())]);
        let fact = facts_of(database, &school, ada).handed_in.remove(&quiz.id);
        assert!(fact.is_some_and(|work| work.at.is_none()));
        let kept = read(database, |db| cells::of_person(db, &school.tenant, ada));
        assert_eq!(kept, []);
    });
}

#[test]
fn whoever_is_erased_takes_their_cells_along_and_none_is_made_of_who_is_not_in_the_course() {
    on_both_databases(|database| {
        let (school, quiz, people) = begun(database, "north");
        let tenant = &school.tenant;
        let both = [
            cell(&quiz.id, &people[0], points("9")),
            cell(&quiz.id, &people[1], points("8")),
        ];
        take(database, &school, &both, 10);
        write(database, |db| {
            outside::remember_api_ids(
                db,
                tenant,
                &school.course.id,
                &[(people[0].clone(), "4101".to_owned())],
            )
        });
        let kept = read(database, |db| cells::of_person(db, tenant, &people[0]));
        assert_eq!((kept.len(), kept[0].label.as_str()), (1, "Column 7"));
        write(database, |db| {
            erasures::erase(db, tenant, &people[0], &[], "nobody")
        });
        assert!(read(database, |db| cells::of_person(db, tenant, &people[0])).is_empty());
        let ids = read(database, |db| outside::api_ids(db, tenant, &school.course.id));
        assert!(ids.is_empty());
        assert_eq!(
            take(database, &school, &both, 20),
            [],
            "a late batch brings nobody back"
        );
        assert!(read(database, |db| cells::of_person(db, tenant, &people[0])).is_empty());
        assert_eq!(
            read(database, |db| cells::of_person(db, tenant, &people[1])).len(),
            1
        );
    });
}

#[test]
fn ids_of_the_interface_come_from_lti_alone_and_two_people_have_no_id_together() {
    on_both_databases(|database| {
        let (school, _, people) = begun(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let by_file = outside::KnownAs {
            lms_id: Some("4101".to_owned()),
            ..outside::KnownAs::default()
        };
        write(database, |db| {
            outside::remember(db, tenant, course, &people[0], &by_file)
        });
        let ids = || read(database, |db| outside::api_ids(db, tenant, course));
        assert!(ids().is_empty(), "a file is no proof");
        let said = |id: &str| [(people[0].clone(), id.to_owned())];
        write(database, |db| {
            outside::remember_api_ids(db, tenant, course, &said("4101"))
        });
        assert_eq!(ids().get("4101"), Some(&people[0]));
        write(database, |db| outside::forget_known(db, tenant, course));
        assert_eq!(ids().len(), 1, "what LTI says stays");
        let other = [(people[1].clone(), "4101".to_owned())];
        write(database, |db| {
            outside::remember_api_ids(db, tenant, course, &other)
        });
        assert!(ids().is_empty());
    });
}

#[test]
fn readings_come_back_as_they_were_and_whoever_asks_is_not_overwritten() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let kept = || read(database, |db| readings::of_course(db, tenant, course));
        assert_eq!(kept(), None);
        let whole = Readings {
            was_on: true,
            begun_at: Some(at(1)),
            cells: 7,
            changes_since: Some(at(2)),
            coverage: Some(Coverage {
                strangers: 1,
                named: vec!["4101".to_owned()],
                ..Coverage::default()
            }),
            trouble: Some(crate::domain::reading::Why::Gone),
            ..Readings::default()
        };
        write(database, |db| readings::save(db, tenant, course, &whole));
        assert_eq!(kept(), Some(whole.clone()));
        write(database, |db| readings::ask(db, tenant, course, at(5)));
        write(database, |db| {
            readings::progress(db, tenant, course, 9)?;
            readings::save(
                db,
                tenant,
                course,
                &Readings {
                    cells: 9,
                    ..whole.clone()
                },
            )
        });
        let now = kept().unwrap();
        assert_eq!((now.asked_at, now.cells), (Some(at(5)), 9));
    });
}

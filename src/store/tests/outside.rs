//! Grades of columns that are none of ours: each with its source, of nobody else, and gone with whom they are of.

use std::collections::HashSet;

use super::*;
use crate::domain::outside::{Counting, Dialect, GradeFile, Measure, OutsideColumn, OutsideValue, Scope};
use crate::domain::rule::{GradeColumn, Needed};
use crate::ids::{CourseId, GradeFileId, OutsideColumnId};
use crate::store::outside::{self, KnownAs};

fn file(school: &School, id: &str, digest: &str, seconds: i64) -> GradeFile {
    GradeFile {
        id: id.into(),
        tenant: school.tenant.clone(),
        course: school.course.id.clone(),
        brought_by: None,
        brought_at: at(seconds),
        name: "grades.csv".to_owned(),
        digest: digest.to_owned(),
        dialect: Dialect::Canvas,
        matched: 2,
        unmatched: 1,
    }
}

fn column(school: &School, id: &str, key: &str, file: &GradeFileId) -> OutsideColumn {
    OutsideColumn {
        id: id.into(),
        tenant: school.tenant.clone(),
        course: school.course.id.clone(),
        source: GradeSource::Csv,
        key: key.to_owned(),
        label: format!("Column {key}"),
        maximum: Some(decimal("10")),
        measure: Measure::Points,
        scope: Scope::Item,
        counting: Counting::Released,
        file: Some(file.clone()),
        rest: None,
    }
}

fn points(text: &str) -> Option<OutsideValue> {
    Some(OutsideValue::Points(decimal(text)))
}

/// A column with a grade of each of two students; the column, the file and the students.
fn begun(database: &TestDatabase, school: &School) -> (OutsideColumn, GradeFile, Vec<PersonId>) {
    let people: Vec<PersonId> = school
        .learners(database, 2)
        .into_iter()
        .map(|person| person.id)
        .collect();
    let brought = file(school, &format!("f-{}", school.tenant), "d1", 10);
    let quiz = column(school, &format!("c-{}", school.tenant), "id:7", &brought.id);
    let seen = [
        (people[0].clone(), points("9.50")),
        (people[1].clone(), Some(OutsideValue::Excused)),
    ];
    write(database, |db| {
        outside::save_file(db, &brought)?;
        outside::save_column(db, &quiz, None, at(10))?;
        outside::take(db, &school.tenant, &quiz.id, &brought.id, &seen, at(10))
    });
    (quiz, brought, people)
}

#[test]
fn a_second_file_changes_what_it_says_and_leaves_the_rest() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (quiz, brought, people) = begun(database, &school);
        let tenant = &school.tenant;
        let take = |file: &GradeFile, seen: &[(PersonId, Option<OutsideValue>)], seconds: i64| {
            write(database, |db| {
                outside::save_file(db, file)?;
                outside::take(db, tenant, &quiz.id, &file.id, seen, at(seconds))
            })
        };
        let second = file(&school, "f2", "d2", 20);
        let same = [(people[0].clone(), points("9.5"))];
        assert_eq!(take(&second, &same, 20), [], "the same number with fewer digits");
        let facts = |person: &PersonId| {
            read(database, |db| {
                facts::for_person(db, tenant, &school.course.id, &"none".into(), person)
            })
        };
        let grade = facts(&people[0]).elsewhere[&quiz.id].clone();
        assert_eq!(grade.value, OutsideValue::Points(decimal("9.5")));
        assert_eq!(
            (grade.source, grade.maximum),
            (GradeSource::Csv, Some(decimal("10")))
        );
        assert_eq!((grade.read_at, grade.changed_at), (at(20), at(10)));
        assert_eq!(
            facts(&people[1]).elsewhere[&quiz.id].value,
            OutsideValue::Excused,
            "of whom a file says nothing, what is known stays"
        );
        let other = [(people[0].clone(), points("3")), (people[1].clone(), None)];
        let mut changed = take(&second, &other, 30);
        changed.sort();
        let mut both = people.clone();
        both.sort();
        assert_eq!(changed, both);
        assert!(facts(&people[1]).elsewhere.is_empty());
        let grade = facts(&people[0]).elsewhere[&quiz.id].clone();
        assert_eq!((grade.read_at, grade.changed_at), (at(30), at(30)));

        let files = read(database, |db| outside::files(db, tenant, &school.course.id));
        let ids: Vec<&str> = files.iter().map(|file| file.id.as_str()).collect();
        assert_eq!(ids, ["f2", brought.id.as_str()], "newest first");
    });
}

#[test]
fn what_does_not_count_is_no_fact_and_another_school_sees_nothing() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let (quiz, _, people) = begun(database, &north);
        let facts = |tenant: &TenantId| {
            read(database, |db| {
                facts::for_course(db, tenant, &north.course.id, &"none".into())
            })
        };
        assert_eq!(facts(&north.tenant)[&people[0]].elsewhere.len(), 1);
        assert!(facts(&south.tenant).is_empty());
        assert!(
            read(database, |db| outside::columns(
                db,
                &south.tenant,
                &north.course.id
            ))
            .is_empty()
        );
        let keys = vec![quiz.key.clone()];
        let known_elsewhere = |tenant: &TenantId, course: &CourseId| {
            read(database, |db| {
                outside::is_of_another_course(db, (tenant, course), GradeSource::Csv, &keys)
            })
        };
        assert!(known_elsewhere(&north.tenant, &"another".into()));
        assert!(!known_elsewhere(&north.tenant, &north.course.id));
        assert!(!known_elsewhere(&south.tenant, &"another".into()));

        let stopped = OutsideColumn {
            counting: Counting::Not,
            ..quiz
        };
        write(database, |db| outside::save_column(db, &stopped, None, at(40)));
        assert!(facts(&north.tenant)[&people[0]].elsewhere.is_empty());
        write(database, |db| {
            outside::forget_grades(db, &north.tenant, &stopped.id)
        });
        let left = read(database, |db| outside::of_column(db, &north.tenant, &stopped.id));
        assert!(left.is_empty());
    });
}

#[test]
fn whoever_is_erased_takes_their_grades_and_their_ids_along() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (quiz, _, people) = begun(database, &school);
        let (tenant, course) = (&school.tenant, &school.course.id);
        let ada = KnownAs {
            lms_id: Some("4101".to_owned()),
            ..KnownAs::default()
        };
        write(database, |db| {
            outside::remember(db, tenant, course, &people[0], &ada)?;
            outside::remember_listed(db, tenant, course, &[(people[0].clone(), "S-1".to_owned())])
        });
        let known = read(database, |db| outside::known_as(db, tenant, course));
        let both = KnownAs {
            sis_id: Some("S-1".to_owned()),
            ..ada
        };
        assert_eq!(known[&people[0]], both, "the member list says no other id");
        assert_eq!(
            read(database, |db| outside::of_person(db, tenant, &people[0]))[0].label,
            quiz.label
        );
        // The other one teaches too: what they brought and ticked names nobody afterwards.
        let brought = GradeFile {
            brought_by: Some(people[1].clone()),
            ..file(&school, "f9", "d9", 50)
        };
        write(database, |db| {
            outside::save_file(db, &brought)?;
            outside::save_column(db, &quiz, Some(&people[1]), at(50))?;
            for person in &people {
                erasures::erase(db, tenant, person, &[], "nobody")?;
            }
            Ok(())
        });
        assert!(read(database, |db| outside::known_as(db, tenant, course)).is_empty());
        assert!(read(database, |db| outside::of_column(db, tenant, &quiz.id)).is_empty());
        let files = read(database, |db| outside::files(db, tenant, course));
        let nine = files.iter().find(|file| file.id.as_str() == "f9").unwrap();
        assert_eq!((nine.brought_by.as_ref(), nine.name.as_str()), (None, ""));
    });
}

#[test]
fn a_rule_that_names_a_column_is_found_by_it_and_a_file_of_which_nothing_is_kept_is_forgotten() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (quiz, brought, _) = begun(database, &school);
        let (tenant, course) = (&school.tenant, &school.course.id);
        let badge = school.badge(database, "weekly");
        let root = Group {
            need: Need::All,
            nodes: vec![Node::Condition(Condition::Elsewhere {
                column: quiz.id.clone(),
                needs: Needed::AtLeast(Threshold::Percent(decimal("80"))),
            })],
        };
        school.active_rule(database, &badge.id, &root);
        let reading: Vec<(OutsideColumnId, BadgeId)> =
            read(database, |db| rules::reading_outside(db, tenant, course));
        let reader = badge.id.clone();
        assert_eq!(reading, [(quiz.id.clone(), badge.id)]);

        let several = school.badge(database, "several");
        let column = || quiz.id.clone();
        let asked = [
            Condition::BestOf {
                best: 1,
                of: vec![GradeColumn::Elsewhere(column())],
                at_least: decimal("80"),
            },
            Condition::HandedIn {
                column: column(),
                on_time: false,
            },
            Condition::Completed { column: column() },
        ];
        let root = Group {
            need: Need::All,
            nodes: asked.into_iter().map(Node::Condition).collect(),
        };
        school.active_rule(database, &several.id, &root);
        let reading = read(database, |db| rules::reading_outside(db, tenant, course));
        let readers: HashSet<BadgeId> = reading.into_iter().map(|(_, badge)| badge).collect();
        assert_eq!(
            readers,
            HashSet::from([reader, several.id]),
            "once for each badge"
        );

        write(database, |db| {
            outside::save_file(db, &file(&school, "f0", "d0", 5))
        });
        let forget = |seconds| {
            write(database, |db| {
                retention::forget_grade_files(db, tenant, at(seconds))
            })
        };
        assert_eq!(forget(4), 0);
        assert_eq!(forget(100), 1, "the other one still says something");
        let files = read(database, |db| outside::files(db, tenant, course));
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].id, brought.id);
    });
}

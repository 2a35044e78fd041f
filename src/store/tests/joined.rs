//! What came of grades, of scores that were sent and of who is a student, when two people or two courses are one.

use super::*;
use crate::domain::membership::Answered;
use crate::domain::outside::{
    Counting as OutsideCounting, Dialect, GradeFile, Measure, OutsideColumn, OutsideValue, Scope,
};
use crate::domain::platform::{Join, JoinKind, JoinState};
use crate::domain::posted_score::{Outcome, PostedScore, Refusal};
use crate::domain::release::Counting;
use crate::domain::rest_access::{Access, Giver, Grant, GrantState, Interface, SealedTokens};
use crate::ids::{CourseId, JoinId};
use crate::store::outside;
use crate::store::results::ResultSeen;

fn join(school: &School, kind: JoinKind, from: &str, into: &str) -> Join {
    Join {
        id: JoinId::new(at(9), &SystemRandom),
        tenant: school.tenant.clone(),
        kind,
        parent: None,
        from: from.into(),
        into: into.into(),
        state: JoinState::Asked,
        asked_at: at(9),
    }
}

fn refused(school: &School, item: &LineItem, person: &PersonId) -> PostedScore {
    PostedScore {
        tenant: school.tenant.clone(),
        course: item.course.clone(),
        item: item.id.clone(),
        person: person.clone(),
        submission: format!("s-{person}").as_str().into(),
        ours: None,
        outcome: Outcome::Refused {
            why: Refusal::Unknown,
            said: String::new(),
        },
        tried_at: at(5),
        anew_at: None,
    }
}

#[test]
fn scores_and_former_grades_go_over_to_who_stays_and_come_back() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let learners = school.learners(database, 2);
        let (former, present) = (&learners[0].id, &learners[1].id);
        let (both, theirs) = (school.item(database, "both"), school.item(database, "theirs"));
        let seen = ResultSeen {
            person: former.clone(),
            value: Some(decimal("80")),
            maximum: decimal("100"),
            recorded: None,
            comment: None,
        };
        write(database, |db| {
            for one in [
                refused(&school, &both, former),
                refused(&school, &both, present),
                refused(&school, &theirs, former),
            ] {
                posted_scores::put(db, &one)?;
            }
            // Listed once, and then no more.
            results::upsert_many(db, tenant, &theirs.id, GradeSource::Ags, &[seen], at(2))?;
            results::upsert_many(db, tenant, &theirs.id, GradeSource::Ags, &[], at(3))
        });
        let all = |person: &PersonId| {
            read(database, |db| {
                Ok((
                    posted_scores::of_person(db, tenant, person)?.len(),
                    results::past_of_person(db, tenant, person)?.len(),
                ))
            })
        };
        let told = || {
            let (all, total) = read(database, |db| {
                posted_scores::refused(db, tenant, &school.course.id, 10)
            });
            assert_eq!(i64::try_from(all.len()).unwrap(), total);
            total
        };
        let before = [all(former), all(present)];
        assert_eq!((before, told()), ([(2, 1), (1, 0)], 3));
        let asked = join(&school, JoinKind::Person, former.as_str(), present.as_str());
        write(database, |db| {
            joins::insert(db, &asked)?;
            joins::join_people(db, tenant, &asked.id, former, present)
        });
        assert_eq!([all(former), all(present)], [(1, 0), (2, 1)]);
        assert_eq!(told(), 2, "what is there twice is told once");
        write(database, |db| {
            joins::part_people(db, tenant, &asked.id, former, present)
        });
        assert_eq!(([all(former), all(present)], told()), (before, 3));
    });
}

#[test]
fn what_stands_against_either_holds_for_who_stays_until_they_are_two_again() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let learners = school.learners(database, 2);
        let (former, present) = (&learners[0].id, &learners[1].id);
        let answered = Answered {
            is_student: false,
            by: None,
            at: at(6),
        };
        write(database, |db| {
            assert!(enrolments::note_refused_grading(
                db,
                tenant,
                course,
                former,
                at(4)
            )?);
            enrolments::answer(db, tenant, course, former, &answered)
        });
        let stands = |person: &PersonId| {
            let all = read(database, |db| enrolments::for_person(db, tenant, person));
            let one = all.into_iter().find(|one| one.course == *course).unwrap();
            (one.refused_grading_at, one.answer)
        };
        let asked = join(&school, JoinKind::Person, former.as_str(), present.as_str());
        write(database, |db| {
            joins::insert(db, &asked)?;
            joins::join_people(db, tenant, &asked.id, former, present)
        });
        assert_eq!(stands(present), (Some(at(4)), Some(answered.clone())));
        write(database, |db| {
            joins::part_people(db, tenant, &asked.id, former, present)
        });
        assert_eq!(stands(present), (None, None));
        assert_eq!(stands(former), (Some(at(4)), Some(answered.clone())));
    });
}

#[test]
fn of_two_courses_the_later_answer_on_grades_holds_and_the_earlier_comes_back() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let person = school.learner(database).id;
        let seen = courses::CourseSeen {
            tenant: tenant.clone(),
            registration: school.registration.clone(),
            deployment: school.deployment.clone(),
            context_id: "3".into(),
            label: None,
            title: None,
            services: Services::default(),
        };
        let newer = write(database, |db| launch_course(db, &seen, at(1), &SystemRandom)).id;
        let older = &school.course.id;
        let item = LineItem {
            id: LineItemId::new(at(0), &SystemRandom),
            course: newer.clone(),
            url: "of the newer".into(),
            ..school.item(database, "of the older")
        };
        let item = write(database, |db| line_items::find_or_insert(db, &item, at(0)));
        write(database, |db| {
            releases::set_answer(db, tenant, older, Counting::AtOnce, at(1))?;
            releases::set_answer(db, tenant, &newer, Counting::OnRelease, at(2))?;
            posted_scores::put(db, &refused(&school, &item, &person))
        });
        let stands = |course: &CourseId| {
            read(database, |db| {
                let (_, told) = posted_scores::refused(db, tenant, course, 10)?;
                Ok((releases::answer(db, tenant, course)?, told))
            })
        };
        let asked = join(&school, JoinKind::Course, newer.as_str(), older.as_str());
        write(database, |db| {
            joins::insert(db, &asked)?;
            joins::join_courses(db, tenant, &asked.id, &newer, older)
        });
        assert_eq!(stands(older), (Some(Counting::OnRelease), 1));
        let platform = school.registration.as_str().into();
        write(database, |db| {
            joins::part_courses(db, tenant, &asked.id, (&newer, older), &platform)
        });
        assert_eq!(stands(older), (Some(Counting::AtOnce), 0));
        assert_eq!(stands(&newer), (Some(Counting::OnRelease), 1));
    });
}

fn course_seen(school: &School, context: &str) -> courses::CourseSeen {
    courses::CourseSeen {
        tenant: school.tenant.clone(),
        registration: school.registration.clone(),
        deployment: school.deployment.clone(),
        context_id: context.into(),
        label: None,
        title: None,
        services: Services::default(),
    }
}

/// A file of that digest.
fn grade_file(school: &School, course: &CourseId, id: &str, digest: &str) -> GradeFile {
    GradeFile {
        id: id.into(),
        tenant: school.tenant.clone(),
        course: course.clone(),
        brought_by: None,
        brought_at: at(1),
        name: "grades.csv".to_owned(),
        digest: digest.to_owned(),
        dialect: Dialect::Canvas,
        matched: 1,
        unmatched: 0,
    }
}

/// A column that this file had, with a grade of one person.
fn graded(
    database: &TestDatabase,
    school: &School,
    person: &PersonId,
    file: &GradeFile,
    id: &str,
    key: &str,
) {
    let column = OutsideColumn {
        id: id.into(),
        tenant: school.tenant.clone(),
        course: file.course.clone(),
        source: GradeSource::Csv,
        key: key.to_owned(),
        label: id.to_owned(),
        maximum: None,
        measure: Measure::Points,
        scope: Scope::Item,
        counting: OutsideCounting::Released,
        file: Some(file.id.clone()),
        rest: None,
    };
    let seen = [(person.clone(), Some(OutsideValue::Points(decimal("7"))))];
    write(database, |db| {
        outside::save_file(db, file)?;
        outside::save_column(db, &column, None, at(1))?;
        outside::take(db, &school.tenant, &column.id, &file.id, &seen, at(1)).map(drop)
    });
}

#[test]
fn of_two_courses_with_the_same_gradebook_file_each_gets_its_own_back() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let person = school.learner(database).id;
        let older = &school.course.id;
        let newer = write(database, |db| {
            launch_course(db, &course_seen(&school, "3"), at(1), &SystemRandom)
        })
        .id;
        let (same, again) = (
            grade_file(&school, older, "f-older", "same"),
            grade_file(&school, &newer, "f-newer", "same"),
        );
        let later = grade_file(&school, &newer, "f-later", "later");
        graded(database, &school, &person, &same, "quiz of the older", "id:7");
        graded(database, &school, &person, &again, "essay", "id:8");
        // The newest file that had the column which both have comes over without it.
        graded(database, &school, &person, &later, "quiz of the newer", "id:7");
        let stands = |course: &CourseId| {
            read(database, |db| {
                let files = outside::files(db, tenant, course)?;
                let mut files: Vec<String> = files.into_iter().map(|file| file.id.to_string()).collect();
                files.sort();
                let mut columns = Vec::new();
                for column in outside::columns(db, tenant, course)? {
                    let grades = outside::of_column(db, tenant, &column.id)?.len();
                    columns.push((column.label, column.file, grades));
                }
                Ok((files, columns))
            })
        };
        let before = [stands(older), stands(&newer)];
        let platform = school.registration.as_str().into();
        let both = || {
            let asked = join(&school, JoinKind::Course, newer.as_str(), older.as_str());
            write(database, |db| {
                joins::insert(db, &asked)?;
                joins::join_courses(db, tenant, &asked.id, &newer, older)
            });
            asked
        };
        let part = |asked: &Join| {
            write(database, |db| {
                joins::part_courses(db, tenant, &asked.id, (&newer, older), &platform)?;
                joins::advance(db, tenant, &asked.id, JoinState::Asked, JoinState::Undone, at(9)).map(drop)
            });
        };
        let asked = both();
        let (files, columns) = stands(older);
        assert_eq!(files, ["f-later", "f-older"], "the same file is there once");
        let labels: Vec<&str> = columns.iter().map(|(label, ..)| label.as_str()).collect();
        assert_eq!(labels, ["essay", "quiz of the older"]);
        let twice = grade_file(&school, older, "f-third", "same");
        let refused = database.store.write_blocking(|db| outside::save_file(db, &twice));
        assert!(refused.is_err(), "{refused:?}");
        part(&asked);
        assert_eq!([stands(older), stands(&newer)], before);

        // Whoever removes all grades meanwhile removes what is the course's, and nothing that only waits there.
        let asked = both();
        write(database, |db| {
            for column in outside::columns(db, tenant, older)? {
                outside::forget_grades(db, tenant, &column.id)?;
                let gone = OutsideColumn {
                    counting: OutsideCounting::Not,
                    file: None,
                    ..column
                };
                outside::save_column(db, &gone, None, at(5))?;
            }
            outside::forget_files(db, tenant, older)
        });
        part(&asked);
        let (files, columns) = stands(&newer);
        assert_eq!(files, ["f-later", "f-newer"]);
        let quiz = ("quiz of the newer".to_owned(), Some(later.id.clone()), 1);
        assert!(columns.contains(&quiz), "{columns:?}");
        assert_eq!(stands(older).0, [""; 0]);
    });
}

#[test]
fn a_token_for_a_course_goes_along_with_it_so_that_its_teachers_can_take_it_back() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, older) = (&school.tenant, &school.course.id);
        let newer = write(database, |db| {
            launch_course(db, &course_seen(&school, "3"), at(1), &SystemRandom)
        })
        .id;
        let access = Access {
            id: "access".into(),
            tenant: tenant.clone(),
            platform: school.registration.as_str().into(),
            interface: Interface::Canvas,
            address: "https://canvas.example".to_owned(),
            client_id: None,
            sealed_secret: None,
            by_teachers: true,
            is_on: true,
            changed_by: None,
            changed_at: at(1),
        };
        let grant = Grant {
            id: "grant".into(),
            tenant: tenant.clone(),
            access: access.id.clone(),
            course: Some(newer.clone()),
            tokens: SealedTokens {
                token: "sealed".to_owned(),
                refresh: None,
                expires_at: None,
            },
            version: 0,
            state: GrantState::On,
            fault: None,
            state_at: at(1),
            given_by: Giver::Nobody,
            given_at: at(1),
            tested: None,
        };
        write(database, |db| {
            rest_accesses::save(db, &access)?;
            rest_accesses::give(db, &grant)
        });
        let of = || {
            let kept = read(database, |db| rest_accesses::grant(db, tenant, &grant.id));
            kept.unwrap().course
        };
        let asked = join(&school, JoinKind::Course, newer.as_str(), older.as_str());
        write(database, |db| {
            joins::insert(db, &asked)?;
            joins::join_courses(db, tenant, &asked.id, &newer, older)
        });
        assert_eq!(of().as_ref(), Some(older));
        let platform = school.registration.as_str().into();
        write(database, |db| {
            joins::part_courses(db, tenant, &asked.id, (&newer, older), &platform)
        });
        assert_eq!(of(), Some(newer));
    });
}

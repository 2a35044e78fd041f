//! What goes over with a join besides grades: who taught where, what was asked for and answered, and since when a grade stands.

use diesel::prelude::*;

use super::*;
use crate::domain::course::{CopyFoundBy, CopyRequest, CopyRequestState, CopyState, CourseCopy};
use crate::domain::erasure::Wish;
use crate::domain::facts::Approval;
use crate::domain::membership::Answered;
use crate::domain::platform::{Join, JoinKind, JoinState};
use crate::ids::{CopyId, CopyRequestId, CourseId, ErasureId, JoinId};
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

/// Makes one of two people.
pub(super) fn joined(database: &TestDatabase, school: &School, from: &PersonId, into: &PersonId) -> Join {
    let asked = join(school, JoinKind::Person, from.as_str(), into.as_str());
    write(database, |db| {
        joins::insert(db, &asked)?;
        joins::join_people(db, &school.tenant, &asked.id, from, into)?;
        joins::advance(
            db,
            &school.tenant,
            &asked.id,
            JoinState::Asked,
            JoinState::Done,
            at(10),
        )
    });
    asked
}

pub(super) fn parted(database: &TestDatabase, school: &School, join: &Join) {
    let (from, into) = join.sides::<PersonId>();
    write(database, |db| {
        joins::part_people(db, &school.tenant, &join.id, &from, &into)
    });
}

pub(super) fn course(database: &TestDatabase, school: &School, context: &str) -> CourseId {
    let seen = courses::CourseSeen {
        tenant: school.tenant.clone(),
        registration: school.registration.clone(),
        deployment: school.deployment.clone(),
        context_id: context.into(),
        label: None,
        title: None,
        services: Services::default(),
    };
    write(database, |db| launch_course(db, &seen, at(1), &SystemRandom)).id
}

fn copy(school: &School, id: &str, course: &CourseId, source: &CourseId) -> CourseCopy {
    CourseCopy {
        id: CopyId::from(id),
        tenant: school.tenant.clone(),
        course: course.clone(),
        source: source.clone(),
        found_by: CopyFoundBy::Item,
        proof: None,
        state: CopyState::Offered,
        created_at: at(1),
        settled_at: None,
    }
}

fn request(school: &School, copy: &CourseCopy, by: Option<&PersonId>) -> CopyRequest {
    CopyRequest {
        id: CopyRequestId::from(format!("ask-{}", copy.id)),
        tenant: school.tenant.clone(),
        copy: copy.id.clone(),
        source: copy.source.clone(),
        asked_by: by.cloned(),
        asked_at: at(2),
        state: CopyRequestState::Waiting,
        answered_at: None,
    }
}

#[test]
fn what_somebody_taught_and_asked_for_goes_over_to_who_stays_and_comes_back() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let people = school.learners(database, 2);
        let (former, present) = (&people[0].id, &people[1].id);
        let (own, both) = (course(database, &school, "3"), course(database, &school, "4"));
        let copied = copy(&school, "one", &own, &school.course.id);
        let asked = request(&school, &copied, Some(former));
        write(database, |db| {
            course_teachers::note(db, tenant, &own, std::slice::from_ref(former), at(1))?;
            let two = [former.clone(), present.clone()];
            course_teachers::note(db, tenant, &both, &two, at(1))?;
            copies::offer(db, &copied)?;
            copy_requests::ask(db, &asked)?;
            let wish = Wish {
                id: ErasureId::from("wish"),
                person: former.clone(),
                asked_at: at(3),
                declined: None,
            };
            erasures::ask(db, tenant, &wish)
        });
        let stands = |person: &PersonId| {
            read(database, |db| {
                let taught = course_teachers::courses_of(db, tenant, person)?;
                let wish = erasures::of_person(db, tenant, person)?;
                Ok((
                    taught.contains(&own),
                    taught.contains(&both),
                    wish.map(|wish| wish.asked_at),
                ))
            })
        };
        let asker = || {
            let found = read(database, |db| copy_requests::get(db, tenant, &asked.id));
            found.unwrap().asked_by.unwrap()
        };
        let before = [stands(former), stands(present)];
        assert_eq!(before, [(true, true, Some(at(3))), (false, true, None)]);
        let done = joined(database, &school, former, present);
        assert_eq!(stands(present), (true, true, Some(at(3))));
        assert_eq!(
            stands(former),
            (false, true, None),
            "what both have stays with each"
        );
        assert_eq!(asker(), *present);
        parted(database, &school, &done);
        assert_eq!([stands(former), stands(present)], before);
        assert_eq!(asker(), *former);
    });
}

/// Who said yes to a student and a badge, and who answered for a student of the course.
fn said_by(database: &TestDatabase, school: &School, student: &PersonId) -> (String, Option<String>) {
    read(database, |db| {
        let approved = schema::approvals::table
            .filter(schema::approvals::tenant_id.eq(school.tenant.as_str()))
            .filter(schema::approvals::person_id.eq(student.as_str()))
            .select(schema::approvals::by_person_id)
            .get_result(db)?;
        let answered = schema::enrolments::table
            .filter(schema::enrolments::tenant_id.eq(school.tenant.as_str()))
            .filter(schema::enrolments::course_id.eq(school.course.id.as_str()))
            .filter(schema::enrolments::person_id.eq(student.as_str()))
            .select(schema::enrolments::answered_by)
            .get_result(db)?;
        Ok((approved, answered))
    })
}

#[test]
fn what_a_teacher_said_of_others_is_said_by_who_stays_until_they_are_two_again() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let people = school.learners(database, 4);
        let (former, present) = (&people[0].id, &people[1].id);
        let (one, other) = (&people[2].id, &people[3].id);
        let badge = school.badge(database, "b").id;
        let say = |by: &PersonId, student: &PersonId, seconds: i64| {
            write(database, |db| {
                let approval = Approval {
                    by: "Tess".into(),
                    at: at(seconds),
                };
                approvals::set(db, tenant, &badge, student, by, &approval)?;
                let answered = Answered {
                    is_student: true,
                    by: Some(by.clone()),
                    at: at(seconds),
                };
                enrolments::answer(db, tenant, &school.course.id, student, &answered)
            });
        };
        say(former, one, 5);
        say(former, other, 5);
        let of = |person: &PersonId| (person.to_string(), Some(person.to_string()));
        let said = || [said_by(database, &school, one), said_by(database, &school, other)];
        assert_eq!(said(), [of(former), of(former)]);
        let done = joined(database, &school, former, present);
        assert_eq!(said(), [of(present), of(present)]);
        // What they say anew is theirs.
        say(present, other, 20);
        parted(database, &school, &done);
        assert_eq!(said(), [of(former), of(present)]);
    });
}

#[test]
fn an_equal_grade_of_both_is_as_old_as_the_first_until_they_are_two_again() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let people = school.learners(database, 2);
        let (former, present) = (&people[0].id, &people[1].id);
        let items: Vec<LineItem> = ["equal", "other", "back"]
            .into_iter()
            .map(|url| school.item(database, url))
            .collect();
        let list = |item: usize, all: &[(&PersonId, &str)], seconds: i64| {
            let seen: Vec<ResultSeen> = all
                .iter()
                .map(|(person, points)| ResultSeen {
                    person: (*person).clone(),
                    value: Some(decimal(points)),
                    maximum: decimal("100"),
                    recorded: None,
                    comment: None,
                })
                .collect();
            write(database, |db| {
                results::upsert_many(db, tenant, &items[item].id, GradeSource::Ags, &seen, at(seconds))
            });
        };
        // The former account's grade is listed no more, and the present one's is what it was.
        list(0, &[(former, "80")], 2);
        list(0, &[(present, "80")], 5);
        list(1, &[(former, "70")], 2);
        list(1, &[(present, "80")], 5);
        // Here it is the other way round: the grade that is listed goes over to whom it was listed for before.
        list(2, &[(present, "60")], 2);
        list(2, &[(former, "60")], 5);
        let since = |person: &PersonId| {
            read(database, |db| {
                let listed = results::of_person(db, tenant, person)?;
                let of = |item: &LineItem| {
                    let found = listed.iter().find(|one| one.item == item.id);
                    found.map(|one| one.grade.changed_at)
                };
                Ok(items.iter().map(of).collect::<Vec<_>>())
            })
        };
        let before = [since(former), since(present)];
        assert_eq!(
            before,
            [
                vec![None, None, Some(at(5))],
                vec![Some(at(5)), Some(at(5)), None]
            ]
        );
        let done = joined(database, &school, former, present);
        assert_eq!(since(present), [Some(at(2)), Some(at(5)), Some(at(2))]);
        // Read again as it is, it stays as old.
        list(0, &[(present, "80")], 20);
        assert_eq!(since(present)[0], Some(at(2)));
        // What changed since is newer, and is not made older by taking the join back.
        list(1, &[(present, "90")], 20);
        parted(database, &school, &done);
        let after = [since(former), since(present)];
        assert_eq!(
            after,
            [
                vec![None, None, Some(at(5))],
                vec![Some(at(5)), Some(at(20)), None]
            ]
        );
    });
}

#[test]
fn what_came_since_two_were_joined_is_counted_and_whoever_was_joined_before_follows() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let people = school.learners(database, 3);
        let (first, former, present) = (&people[0].id, &people[1].id, &people[2].id);
        let badge = school.badge(database, "b").id;
        let decision = school.earned(database, &badge, former);
        write(database, |db| {
            awards::insert_once(db, &school.award(&badge, former, 1, &decision))
        });
        joined(database, &school, first, former);
        let done = joined(database, &school, former, present);
        let whom = |person: &PersonId| read(database, |db| people::present(db, tenant, person));
        assert_eq!((whom(first), whom(former)), (present.clone(), present.clone()));
        let counts = || {
            let since = read(database, |db| joins::came_since(db, &done));
            (since.awards, since.hand_ins, since.grades)
        };
        assert_eq!(counts(), (0, 0, 0), "what was there before is not counted");
        let item = school.item(database, "later");
        let seen = ResultSeen {
            person: present.clone(),
            value: Some(decimal("80")),
            maximum: decimal("100"),
            recorded: None,
            comment: None,
        };
        let decision = school.earned(database, &badge, present);
        let award = Award {
            awarded_at: at(30),
            ..school.award(&badge, present, 2, &decision)
        };
        write(database, |db| {
            results::upsert_many(db, tenant, &item.id, GradeSource::Ags, &[seen], at(30))?;
            awards::insert_once(db, &award)
        });
        assert_eq!(counts(), (1, 0, 1));
        parted(database, &school, &done);
        assert_eq!(whom(first), *former, "they are one still");
        assert_eq!(whom(former), *former);
    });
}

#[test]
fn who_taught_a_course_and_what_was_asked_of_it_go_over_to_the_course_that_stays_and_back() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, older) = (&school.tenant, &school.course.id);
        let teacher = school.learner(database).id;
        let newer = course(database, &school, "3");
        let (third, fourth) = (course(database, &school, "4"), course(database, &school, "5"));
        let brought = copy(&school, "brought", &newer, &third);
        let gives = copy(&school, "gives", &fourth, &newer);
        let twice = copy(&school, "twice", &third, &newer);
        let known = copy(&school, "known", &third, older);
        let asked = request(&school, &gives, None);
        write(database, |db| {
            course_teachers::note(db, tenant, &newer, std::slice::from_ref(&teacher), at(1))?;
            for one in [&brought, &gives, &twice, &known] {
                assert!(copies::offer(db, one)?);
            }
            copy_requests::ask(db, &asked)
        });
        let stands = || {
            read(database, |db| {
                let mut pairs = Vec::new();
                for one in [&brought, &gives, &twice, &known] {
                    let one = copies::get(db, tenant, &one.id)?.unwrap();
                    pairs.push((one.course, one.source));
                }
                Ok((
                    pairs,
                    copy_requests::get(db, tenant, &asked.id)?.unwrap().source,
                    course_teachers::taught(db, tenant, older, &teacher)?,
                ))
            })
        };
        let before = stands();
        assert!(!before.2);
        let done = join(&school, JoinKind::Course, newer.as_str(), older.as_str());
        write(database, |db| {
            joins::insert(db, &done)?;
            joins::join_courses(db, tenant, &done.id, &newer, older)
        });
        let pairs = vec![
            (older.clone(), third.clone()),
            (fourth, older.clone()),
            // That one was copied from the other is known once.
            (third.clone(), newer.clone()),
            (third, older.clone()),
        ];
        assert_eq!(stands(), (pairs, older.clone(), true));
        let platform = school.registration.as_str().into();
        write(database, |db| {
            joins::part_courses(db, tenant, &done.id, (&newer, older), &platform)
        });
        assert_eq!(stands(), before);
    });
}

#[test]
fn a_badge_that_rests_on_badges_which_went_back_is_noticed() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let people = school.learners(database, 2);
        let (former, present) = (&people[0].id, &people[1].id);
        let (part, whole) = (
            school.badge(database, "part").id,
            school.badge(database, "whole").id,
        );
        let decision = school.earned(database, &part, former);
        write(database, |db| {
            awards::insert_once(db, &school.award(&part, former, 1, &decision))
        });
        let join = joined(database, &school, former, present);
        let counted = CheckedCondition {
            condition: Condition::HoldsBadge {
                badge: part.clone(),
                within_years: None,
            },
            truth: Truth::Yes,
            seen: Seen::Badge { awarded_at: at(4) },
        };
        let mut decision = decided(Truth::Yes, "80", 9);
        decision.tree.nodes = vec![CheckedNode::Condition(counted)];
        let new = decisions::NewDecision {
            person: present.clone(),
            rule: school.active_rule(database, &whole, &approves()).id,
            decision,
        };
        let known = write(database, |db| {
            decisions::record(db, tenant, &whole, &new, Cause::Award, at(20), &SystemRandom)
        });
        let award = Award {
            awarded_at: at(21),
            ..school.award(&whole, present, 1, &known.id)
        };
        write(database, |db| awards::insert_once(db, &award));
        let keeps = || read(database, |db| joins::keeps_more(db, &join));
        assert!(!keeps(), "whoever has the whole has its part");
        parted(database, &school, &join);
        assert!(keeps());
    });
}

//! Who counts as a student: what is asked of the database is what the domain says of each row, and what teachers answer.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::*;
use crate::domain::membership::{Answered, Doubt, Listing, Membership};
use crate::domain::stage::Search;
use crate::store::enrolments::Role;
use crate::store::schema;
use crate::store::testing::shortcuts::launch_person;

/// Puts words and moments of every kind into the rows of these people.
fn scatter(db: &mut Db, people: &[Person]) -> Result<(), StoreError> {
    use schema::enrolments::dsl::{
        active, answer, answered_at, barred, enrolments, launched, learner, listed, person_id,
        refused_grading_at, staff_seen_at,
    };
    let words = [None, Some("learner"), Some("staff")];
    let answers = [
        (None, None),
        (Some("student"), Some(5_i64)),
        (Some("student"), Some(15)),
        (Some("other"), Some(15)),
    ];
    for (n, person) in people.iter().enumerate() {
        let bit = |place: usize| (n >> place) & 1 == 1;
        let (said, told) = (words[n % 3], words[(n / 3) % 3]);
        let (word, moment) = answers[(n / 9) % 4];
        diesel::update(enrolments.filter(person_id.eq(person.id.as_str())))
            .set((
                launched.eq(said),
                listed.eq(told),
                learner.eq(bit(0)),
                active.eq(n % 7 != 0),
                barred.eq(bit(1)),
                staff_seen_at.eq(bit(2).then_some(10_i64)),
                refused_grading_at.eq(bit(3).then_some(20_i64)),
                answer.eq(word),
                answered_at.eq(moment),
            ))
            .execute(db)?;
    }
    Ok(())
}

#[test]
fn the_database_and_the_domain_agree_on_who_is_a_student() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let people = school.learners(database, 720);
        write(database, |db| scatter(db, &people));
        let mut seen = std::collections::BTreeSet::new();
        for (flavour, listing) in [
            ("moodle", Listing::StudentsAndStaff),
            ("canvas", Listing::Students),
        ] {
            write(database, |db| {
                use schema::registrations::dsl as registrations;
                Ok(diesel::update(registrations::registrations)
                    .set(registrations::flavour.eq(flavour))
                    .execute(db)?)
            });
            let asked = read(database, |db| enrolments::learners(db, tenant, course));
            let all = read(database, |db| enrolments::everybody(db, tenant, course));
            assert_eq!(all.len(), 720);
            let mut students: Vec<PersonId> = Vec::new();
            for (person, enrolment) in &all {
                assert_eq!(enrolment.listing, listing);
                if enrolment.may_be_awarded() {
                    students.push(person.id.clone());
                }
                seen.insert(
                    format!("{:?}", enrolment.membership())
                        .split('(')
                        .next()
                        .map(str::to_owned),
                );
            }
            students.sort();
            assert_eq!(students, asked, "{flavour}");
            let total = read(database, |db| {
                class::count(db, tenant, course, &Search::default(), at(0))
            });
            assert_eq!(usize::try_from(total).unwrap(), students.len());
            let waiting = read(database, |db| enrolments::asked(db, tenant, course));
            let waits = |one: &&(Person, crate::domain::people::Enrolment)| {
                matches!(one.1.membership(), Membership::Waits(_))
            };
            assert_eq!(
                waiting.iter().filter(waits).count(),
                all.iter().filter(waits).count()
            );
        }
        assert_eq!(seen.len(), 3, "students, those who wait, and those who are none");
    });
}

#[test]
fn a_refusal_to_grade_asks_and_an_answer_is_remembered_and_names_nobody_who_was_erased() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 2);
        let (tenant, course, ada, tess) = (&school.tenant, &school.course.id, &people[0].id, &people[1].id);
        let of = || read(database, |db| enrolments::get(db, tenant, course, ada)).unwrap();
        let other = School::new(database, "south");
        for (owner, known) in [(&other.tenant, false), (tenant, true)] {
            let noted = write(database, |db| {
                enrolments::note_refused_grading(db, owner, course, ada, at(10))
            });
            assert_eq!(noted, known);
        }
        assert_eq!(
            of().membership(),
            Membership::Waits(Doubt::RefusedGrading(at(10)))
        );
        let said = |is_student, seconds| Answered {
            is_student,
            by: Some(tess.clone()),
            at: at(seconds),
        };
        for (is_student, seconds) in [(true, 20), (false, 30), (true, 40)] {
            write(database, |db| {
                enrolments::answer(db, tenant, course, ada, &said(is_student, seconds))
            });
            assert_eq!(of().may_be_awarded(), is_student);
        }
        assert_eq!(of().answer, Some(said(true, 40)));
        let asked = read(database, |db| enrolments::asked(db, tenant, course));
        assert_eq!(
            asked.iter().map(|(person, _)| &person.id).collect::<Vec<_>>(),
            [ada]
        );
        // Seen as staff since: asked anew, and the old answer is still told.
        let role = |seen_as| Role {
            seen_as,
            listing: Listing::StudentsAndStaff,
            teaches: seen_as == SeenAs::Staff,
        };
        write(database, |db| {
            launch_person(db, tenant, course, ada, role(SeenAs::Staff), at(50))?;
            launch_person(db, tenant, course, ada, role(SeenAs::Learner), at(60))
        });
        assert_eq!(of().membership(), Membership::Waits(Doubt::SeenAsStaff(at(50))));
        write(database, |db| erasures::erase(db, tenant, tess, &[], "gone"));
        assert_eq!(of().answer.unwrap().by, None);
    });
}

#[test]
fn whoever_was_barred_for_ever_is_a_student_again_where_the_newest_facts_say_learner() {
    on_both_databases(|database| {
        let sql = |which| script(database.engine, "2026-12-05-040000_standing", which);
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let moodle = north.learners(database, 3);
        let canvas = south.learners(database, 3);
        let visit = Session {
            person: canvas[2].id.clone(),
            assistant: false,
            sections_only: false,
            ..south.visit(database, "s-1")
        };
        write(database, |db| sessions::insert(db, &visit, "digest"));
        read(database, |db| {
            db.batch_execute(&sql("down"))?;
            db.batch_execute("UPDATE registrations SET flavour = 'canvas' WHERE id = 'r-south'")?;
            let bar = |ids: [&Person; 2]| {
                let ids = ids.map(|one| format!("'{}'", one.id)).join(", ");
                format!("UPDATE enrolments SET barred = TRUE WHERE person_id IN ({ids})")
            };
            db.batch_execute(&bar([&moodle[0], &moodle[1]]))?;
            db.batch_execute(&bar([&canvas[0], &canvas[2]]))?;
            // What was last heard of this one is that they teach.
            let teaches = format!(
                "UPDATE enrolments SET learner = FALSE WHERE person_id = '{}'",
                moodle[1].id
            );
            db.batch_execute(&teaches)?;
            db.batch_execute(&sql("up"))?;
            Ok(())
        });
        let of = |school: &School, person: &Person| {
            let found = read(database, |db| {
                enrolments::get(db, &school.tenant, &school.course.id, &person.id)
            });
            found.unwrap().membership()
        };
        assert!(matches!(
            of(&north, &moodle[0]),
            Membership::Waits(Doubt::SeenAsStaff(_))
        ));
        assert!(matches!(of(&north, &moodle[1]), Membership::NotAStudent(_)));
        assert_eq!(of(&north, &moodle[2]), Membership::Student);
        assert_eq!(of(&south, &canvas[0]), Membership::Student, "the bar is lifted");
        assert_eq!(of(&south, &canvas[1]), Membership::Student);
        assert!(
            matches!(of(&south, &canvas[2]), Membership::NotAStudent(_)),
            "the test student"
        );
        // The next reading has those decided who were barred: no fact of theirs changes any more.
        let members: Vec<enrolments::Member> = canvas[..2]
            .iter()
            .map(|person| enrolments::Member {
                person: person.id.clone(),
                seen_as: SeenAs::Learner,
                active: true,
                teaches: false,
            })
            .collect();
        let (tenant, course) = (&south.tenant, &south.course.id);
        for expected in [vec![canvas[0].id.clone()], Vec::new()] {
            let changed = write(database, |db| {
                enrolments::set_from_part_of_roster(db, tenant, course, &members, at(90))
            });
            assert_eq!(changed, expected);
        }
    });
}

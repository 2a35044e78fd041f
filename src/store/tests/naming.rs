//! Instructors who make programmes: found by name, address or course, in power while they teach, and gone with who they were.

use super::joining::{joined, parted};
use super::*;
use crate::domain::programme::{Maker, Programme, Review, ReviewState, Terms};
use crate::ids::{CourseId, MakerId, ProgrammeId, ProgrammeReviewId};
use crate::store::programmes;
use crate::store::programmes::makers::{self, Given};

/// Two people in the course of the school, who teach or do not.
fn teachers(database: &TestDatabase, school: &School, teaches: [bool; 2]) -> [PersonId; 2] {
    let seen = [
        ("Édith Ørsted", "edith@north.example"),
        ("Ben Bo", "ben@north.example"),
    ];
    let seen: Vec<people::PersonSeen> = seen
        .iter()
        .enumerate()
        .map(|(n, (name, email))| people::PersonSeen {
            sub: format!("T-{n}"),
            name: Some((*name).to_owned()),
            email: Some((*email).to_owned()),
        })
        .collect();
    let people = write(database, |db| {
        people::upsert_many(
            db,
            &school.tenant,
            &school.registration,
            &seen,
            at(0),
            &SystemRandom,
        )
    });
    let ids = [0, 1].map(|n| people[n].id.clone());
    listed(database, school, &school.course.id, &ids, teaches);
    ids
}

fn listed(
    database: &TestDatabase,
    school: &School,
    course: &CourseId,
    ids: &[PersonId; 2],
    teaches: [bool; 2],
) {
    let members: Vec<enrolments::Member> = ids
        .iter()
        .zip(teaches)
        .map(|(person, teaches)| enrolments::Member {
            person: person.clone(),
            seen_as: SeenAs::Staff,
            active: true,
            teaches,
        })
        .collect();
    write(database, |db| {
        enrolments::set_from_roster(db, &school.tenant, course, &members, at(1))
    });
}

fn given(school: &School, person: &PersonId, id: &str) -> Given {
    Given {
        id: MakerId::from(id),
        tenant: school.tenant.clone(),
        person: person.clone(),
        by: "ada".into(),
        at: at(5),
    }
}

#[test]
fn teachers_are_found_by_name_address_or_course_and_hold_the_power_while_they_teach() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let ids = teachers(database, &north, [true, true]);
        let tenant = &north.tenant;
        let found = |sought: &str| -> Vec<PersonId> {
            let all = read(database, |db| makers::teachers(db, tenant, sought, 9));
            all.into_iter().map(|one| one.person).collect()
        };
        assert_eq!(found("édith"), ids[..1]);
        assert_eq!(found("BEN@north"), ids[1..]);
        assert_eq!(found("t-1"), ids[1..], "what the platform calls them");
        assert_eq!(found("biology AT north").len(), 2);
        assert_eq!(found("learner"), [] as [PersonId; 0]);
        let taught = read(database, |db| makers::teachers(db, tenant, "ben", 9));
        assert_eq!(taught[0].courses, ["Biology at north"]);
        let elsewhere = read(database, |db| makers::teachers(db, &south.tenant, "", 9));
        assert!(elsewhere.is_empty(), "of another institution");

        let give = |id: &str| write(database, |db| makers::give(db, &given(&north, &ids[0], id)));
        assert!(give("m1") && !give("m2"));
        let holds = |person: &PersonId| read(database, |db| makers::holds(db, tenant, person));
        assert!(holds(&ids[0]) && !holds(&ids[1]));
        listed(database, &north, &north.course.id, &ids, [false, true]);
        assert!(!holds(&ids[0]), "the list shows them as a teacher no more");
        assert!(!holds(&ids[1]), "nobody gave it to them");
        assert_eq!(read(database, |db| makers::all(db, tenant)).len(), 1);
        let take = || write(database, |db| makers::take(db, tenant, &ids[0]));
        assert!(take() && !take());
    });
}

#[test]
fn the_power_and_what_was_made_go_over_with_a_join_and_name_nobody_after_an_erasure() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let [former, present] = teachers(database, &school, [true, true]);
        let badge = school.badge(database, "b");
        let programme = Programme {
            id: ProgrammeId::from("g"),
            tenant: tenant.clone(),
            badge: badge.id.clone(),
            terms: Terms::default(),
            saved_by: Some(Maker::Instructor(former.clone())),
            created_at: at(1),
            updated_at: at(1),
        };
        let review = Review {
            id: ProgrammeReviewId::from("v"),
            tenant: tenant.clone(),
            badge: badge.id.clone(),
            digest: "d".into(),
            asked_by: Some(Maker::Instructor(former.clone())),
            asked_at: at(2),
            state: ReviewState::Waits,
            answered_by: None,
            answered_at: None,
            note: None,
        };
        write(database, |db| {
            makers::give(db, &given(&school, &former, "m"))?;
            programmes::insert(db, &programme)?;
            programmes::ask_review(db, &review)?;
            programmes::answer_review(
                db,
                &review,
                ReviewState::Approved,
                None,
                &Maker::Administrator("ada".into()),
                at(3),
            )
        });
        let who = || {
            read(database, |db| {
                let review = programmes::review_of(db, tenant, &badge.id, "d")?.unwrap();
                let programme = programmes::of_badge(db, tenant, &badge.id)?.unwrap();
                let named = makers::all(db, tenant)?;
                let named: Vec<PersonId> = named.into_iter().map(|one| one.person).collect();
                Ok((programme.saved_by, review.asked_by, review.answered_by, named))
            })
        };
        let by = |person: &PersonId| {
            let maker = Some(Maker::Instructor(person.clone()));
            let ada = Some(Maker::Administrator("ada".into()));
            (maker.clone(), maker, ada, vec![person.clone()])
        };
        assert_eq!(who(), by(&former));
        let join = joined(database, &school, &former, &present);
        assert_eq!(who(), by(&present));
        parted(database, &school, &join);
        assert_eq!(who(), by(&former));
        write(database, |db| erasures::erase(db, tenant, &former, &[], "gone"));
        let (saved, asked, answered, named) = who();
        assert_eq!((saved, asked, named), (None, None, Vec::new()));
        assert_eq!(answered, Some(Maker::Administrator("ada".into())));
    });
}

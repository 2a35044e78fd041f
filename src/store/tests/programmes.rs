//! Programmes: one home for each institution, which is in no list; waivers that hold once, and go with whom they are for.

use super::*;
use crate::domain::programme::{Maker, Programme, Terms, Waiver};
use crate::ids::{ProgrammeId, WaiverId};
use crate::store::testing::shortcuts::all_courses;
use crate::store::{console, programmes};

fn waiver(school: &School, id: &str, badge: &Badge, part: &Badge, person: &PersonId) -> Waiver {
    Waiver {
        id: WaiverId::from(id),
        tenant: school.tenant.clone(),
        badge: badge.id.clone(),
        part: part.id.clone(),
        person: person.clone(),
        reason: "Taught it for years.".into(),
        by: "ada".into(),
        at: at(5),
        taken_back_at: None,
    }
}

#[test]
fn an_institution_has_one_home_and_no_list_has_it() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let make = |tenant: &TenantId| {
            write(database, |db| {
                programmes::make_home(db, tenant, "North Coast", at(9), &SystemRandom)
            })
        };
        let home = make(&north.tenant).unwrap();
        assert_eq!(make(&north.tenant), Some(home.clone()));
        assert_ne!(make(&south.tenant), Some(home.clone()));
        let alone = tenant("t-alone");
        write(database, |db| tenants::insert(db, &alone));
        assert_eq!(make(&alone.id), None, "it has no platform");
        let (listed, counted, due, known) = read(database, |db| {
            Ok((
                all_courses(db, &north.tenant)?,
                console::counts(db, &north.tenant)?.courses,
                courses::due(db, at(99_999_999), TimeDelta::minutes(5), 99)?,
                courses::get(db, &north.tenant, &home)?,
            ))
        });
        assert_eq!((listed.len(), counted), (1, 1));
        assert!(due.iter().all(|course| course.id != home));
        assert_eq!(known.unwrap().name(), "North Coast");
        // Whoever launches a context of that name does not come into it.
        let seen = courses::CourseSeen {
            tenant: north.tenant.clone(),
            registration: north.registration.clone(),
            deployment: north.deployment.clone(),
            context_id: "urn:cairn:home".into(),
            label: None,
            title: None,
            services: Services::default(),
        };
        let launched = database
            .store
            .write_blocking(|db| launch_course(db, &seen, at(10), &SystemRandom));
        assert!(launched.is_err());
    });
}

#[test]
fn a_waiver_holds_once_can_be_given_again_and_goes_with_its_person() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let person = school.learner(database).id;
        let (badge, part) = (school.badge(database, "b"), school.badge(database, "p"));
        let tenant = &school.tenant;
        let programme = Programme {
            id: ProgrammeId::from("g"),
            tenant: tenant.clone(),
            badge: badge.id.clone(),
            terms: Terms {
                prerequisites: vec![part.id.clone()],
                ..Terms::default()
            },
            saved_by: Some(Maker::Administrator("ada".into())),
            created_at: at(1),
            updated_at: at(1),
        };
        write(database, |db| programmes::insert(db, &programme));
        let found = read(database, |db| programmes::of_badge(db, tenant, &badge.id));
        assert_eq!(found, Some(programme));
        assert_eq!(
            read(database, |db| programmes::of_badge(db, tenant, &part.id)),
            None
        );

        let waive = |id| {
            let one = waiver(&school, id, &badge, &part, &person);
            write(database, |db| programmes::waive(db, &one))
        };
        assert!(waive("w1") && !waive("w2"));
        let end = |id: &str| {
            write(database, |db| {
                programmes::take_waiver_back(db, tenant, &WaiverId::from(id), at(6))
            })
        };
        assert!(end("w1") && !end("w1"));
        assert!(waive("w3"), "it was taken back");
        let of_person = || read(database, |db| programmes::waivers_of_person(db, tenant, &person));
        assert_eq!(of_person().len(), 2);
        let holds = read(database, |db| programmes::waivers_of(db, tenant, &badge.id));
        assert_eq!(holds.len(), 1);
        let facts = read(database, |db| {
            programmes::facts_of(db, tenant, &badge.id, &[], std::slice::from_ref(&person))
        });
        assert!(
            facts[&person].waived.is_empty(),
            "a waiver alone makes nobody a candidate"
        );
        write(database, |db| erasures::erase(db, tenant, &person, &[], "gone"));
        assert!(of_person().is_empty());
    });
}

#[test]
fn a_part_counts_while_it_stands_and_was_earned_by_a_student() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let people = school.learners(database, 2);
        let [ada, ben] = [0, 1].map(|n| &people[n].id);
        let (whole, part) = (school.badge(database, "b"), school.badge(database, "p"));
        let tenant = &school.tenant;
        for person in [ada, ben] {
            let decision = school.earned(database, &part.id, person);
            let award = school.award(&part.id, person, 1, &decision);
            write(database, |db| awards::insert_once(db, &award));
        }
        let root = all_of([Condition::HoldsBadge {
            badge: part.id.clone(),
            within_years: None,
        }]);
        let holders = || {
            let found = read(database, |db| {
                programmes::holders_of_parts(db, tenant, &whole.id, &[&root])
            });
            let mut counted: Vec<PersonId> = found
                .into_iter()
                .filter(|(_, facts)| facts.held.values().any(|held| held.in_force(at(9))))
                .map(|(person, _)| person)
                .collect();
            counted.sort_unstable();
            counted
        };
        let mut both = vec![ada.clone(), ben.clone()];
        both.sort_unstable();
        assert_eq!(holders(), both);
        // Who has left keeps what they earned; who teaches there now has it count no more.
        let members = [(ada, SeenAs::Learner, false), (ben, SeenAs::Staff, true)];
        let members = members.map(|(person, seen_as, active)| enrolments::Member {
            person: person.clone(),
            seen_as,
            active,
            teaches: seen_as == SeenAs::Staff,
        });
        write(database, |db| {
            enrolments::set_from_roster(db, tenant, &school.course.id, &members, at(8))
        });
        assert_eq!(holders(), std::slice::from_ref(ada));
        write(database, |db| programmes::hold(db, tenant, ada));
        let gone = crate::domain::award::Revocation {
            at: at(9),
            by: None,
            reason: "Not theirs.".into(),
        };
        let award = read(database, |db| awards::latest(db, tenant, &part.id, ada)).unwrap();
        write(database, |db| awards::revoke(db, tenant, &award.id, &gone));
        assert_eq!(holders(), [] as [PersonId; 0]);
    });
}

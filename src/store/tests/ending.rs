//! Courses that have ended, who taught in them, and where institutions are.

use super::*;
use crate::domain::course::{CourseLife, End};
use crate::domain::membership::Listing;
use crate::domain::zone::{ZoneFrom, ZoneSet};
use crate::store::enrolments::{Member, Role};
use crate::store::testing::shortcuts::launch_person;

#[test]
fn the_life_of_a_course_is_kept_and_belongs_to_its_institution() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let of = |school: &School| {
            let (tenant, id) = (school.tenant.clone(), school.course.id.clone());
            read(database, |db| courses::get(db, &tenant, &id)).unwrap().life
        };
        assert_eq!(of(&north), CourseLife::Open);
        for life in [
            CourseLife::Refuses { since: at(1) },
            CourseLife::Ended {
                how: End::Concluded,
                at: at(2),
            },
            CourseLife::Ended {
                how: End::Gone,
                at: at(3),
            },
            CourseLife::Open,
        ] {
            write(database, |db| {
                courses::set_life(db, &north.tenant, &north.course.id, life)
            });
            assert_eq!(of(&north), life);
            assert_eq!(of(&south), CourseLife::Open);
        }
        let foreign = database
            .store
            .write_blocking(|db| courses::set_life(db, &south.tenant, &north.course.id, CourseLife::Open));
        assert!(
            matches!(foreign, Err(StoreError::Missing("course"))),
            "{foreign:?}"
        );
    });
}

#[test]
fn the_last_membership_role_is_kept_whoever_named_it() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let person = school.learners(database, 1).remove(0).id;
        let (tenant, course) = (&school.tenant, &school.course.id);
        let teaches = || {
            let known = read(database, |db| enrolments::get(db, tenant, course, &person));
            known.unwrap().teaches
        };
        assert!(!teaches());
        let role = Role {
            seen_as: SeenAs::Staff,
            listing: Listing::Students,
            teaches: true,
        };
        write(database, |db| {
            launch_person(db, tenant, course, &person, role, at(1))
        });
        assert!(teaches());
        let listed = |teaches| Member {
            person: person.clone(),
            seen_as: SeenAs::Staff,
            active: true,
            teaches,
        };
        let changed = write(database, |db| {
            enrolments::set_from_roster(db, tenant, course, &[listed(false)], at(2))
        });
        assert!(!teaches() && changed.is_empty(), "nothing that counts for awards");
        write(database, |db| {
            enrolments::set_from_roster(db, tenant, course, &[listed(true)], at(3))
        });
        write(database, |db| {
            enrolments::set_from_roster(db, tenant, course, &[], at(4))
        });
        assert!(teaches(), "who left the list taught there");
    });
}

#[test]
fn an_institution_is_where_somebody_said_and_so_is_its_issuer() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let zone = |school: &School| read(database, |db| tenants::zone(db, &school.tenant));
        assert_eq!(zone(&north), Zone::UTC);
        let said = ZoneSet {
            zone: Zone::parse("America/Santiago").unwrap(),
            from: ZoneFrom::Platform,
        };
        write(database, |db| tenants::set_zone(db, &north.tenant, said));
        assert_eq!((zone(&north), zone(&south)), (said.zone, Zone::UTC));
        let known = read(database, |db| tenants::get(db, &north.tenant)).unwrap();
        assert_eq!((known.time_zone, known.zone()), (Some(said), said.zone));
        let public = issuer("one", &north.tenant);
        write(database, |db| issuers::insert(db, &public, at(0)));
        let there = read(database, |db| issuers::for_tenant(db, &north.tenant));
        assert_eq!(there.unwrap().zone, said.zone);
        let missing = database
            .store
            .write_blocking(|db| tenants::set_zone(db, &"nowhere".into(), said));
        assert!(matches!(missing, Err(StoreError::Missing("institution"))));
    });
}

//! Whom an institution takes for minors.

use super::joining::{joined, parted};
use super::*;
use crate::ids::PlatformId;
use crate::store::minors::{self, Said};

#[test]
fn it_is_said_of_a_person_or_a_platform_and_holds_of_whoever_was_joined() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let [ada, ben]: [Person; 2] = north.learners(database, 2).try_into().unwrap();
        let (tenant, other) = (&north.tenant, &south.tenant);
        let of = |person: &Person| read(database, |db| minors::of_person(db, tenant, &person.id));
        let say = |tenant: &TenantId, on: bool, now: i64| {
            let one = std::slice::from_ref(&ada.id);
            write(database, |db| minors::say_of_people(db, tenant, one, on, at(now)))
        };
        assert_eq!(of(&ada), Said::default());
        assert_eq!(say(other, true, 10), 0, "of another institution");
        assert_eq!((say(tenant, true, 10), say(tenant, true, 20)), (1, 0), "once");
        let holds = |holds: bool, until: Option<i64>| Said {
            holds,
            until: until.map(at),
        };
        assert_eq!((of(&ada), of(&ben)), (holds(true, None), Said::default()));
        let listed = read(database, |db| minors::of_people(db, tenant, Page::first(9)));
        assert_eq!((listed.0.len(), listed.1), (1, 1));
        assert_eq!(listed.0[0].1, at(10));
        // Whoever was joined into somebody takes the word along.
        write(database, |db| {
            people::set_joined_into(db, tenant, ada.id.as_str(), Some(ben.id.as_str()))
        });
        assert_eq!(of(&ben), holds(true, None));
        assert_eq!((say(tenant, false, 30), say(tenant, false, 40)), (1, 0));
        assert_eq!(of(&ben), holds(false, Some(30)));

        let platform = PlatformId::from(north.registration.as_str());
        let say = |tenant: &TenantId, on: bool, now: i64| {
            write(database, |db| {
                minors::say_of_platform(db, tenant, &platform, on, at(now))
            })
        };
        assert!(!say(other, true, 50) && say(tenant, true, 50) && !say(tenant, true, 60));
        assert_eq!(of(&ben), holds(true, Some(30)));
        let listed = read(database, |db| minors::of_platforms(db, tenant));
        assert_eq!(listed[0].1, Some(at(50)));
        assert!(say(tenant, false, 70));
        assert_eq!(of(&ben), holds(false, Some(70)));
    });
}

#[test]
fn what_was_said_of_two_who_were_one_holds_of_each_when_they_are_two_again() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let [ada, ben, cleo]: [Person; 3] = school.learners(database, 3).try_into().unwrap();
        let tenant = &school.tenant;
        let of = |person: &Person| read(database, |db| minors::of_person(db, tenant, &person.id));
        let say = |on: bool, now: i64| {
            let one = std::slice::from_ref(&ada.id);
            write(database, |db| minors::say_of_people(db, tenant, one, on, at(now)))
        };
        // A student joins an account, is said to be a minor, and takes the join back.
        let join = joined(database, &school, &ben.id, &ada.id);
        assert_eq!(say(true, 20), 1);
        parted(database, &school, &join);
        assert!(of(&ada).holds && of(&ben).holds);
        // What was taken back while two were one stays switched off for both, and nothing is taken back of a third.
        let join = joined(database, &school, &cleo.id, &ada.id);
        assert_eq!(say(false, 40), 1);
        parted(database, &school, &join);
        let ended = Said {
            holds: false,
            until: Some(at(40)),
        };
        assert_eq!((of(&ada), of(&cleo)), (ended, ended));
        assert!(of(&ben).holds);
    });
}

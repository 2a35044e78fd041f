//! Codes by which students say that two accounts are theirs.

use super::joining::{joined, parted};
use super::*;
use crate::domain::accounts::AccountJoin;
use crate::ids::JoinId;

fn shown(school: &School, person: &PersonId, id: &str) -> AccountJoin {
    AccountJoin {
        id: id.into(),
        tenant: school.tenant.clone(),
        person: person.clone(),
        digest: format!("digest of {id}"),
        made_at: at(10),
        until: at(20),
        other: None,
        join: None,
    }
}

#[test]
fn a_code_is_good_once_in_its_time_in_its_institution_and_goes_with_either_person() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let people = north.learners(database, 3);
        let (one, other, third) = (&people[0].id, &people[1].id, &people[2].id);
        let tenant = &north.tenant;
        let insert = |new: &AccountJoin| write(database, |db| account_joins::insert(db, new));
        assert!(insert(&shown(&north, one, "first")));
        assert!(!insert(&shown(&north, other, "first")), "somebody has that code");
        assert!(insert(&shown(&north, one, "second")), "in the place of the first");
        let found = |of: &TenantId, digest: &str| {
            read(database, |db| account_joins::by_digest(db, of, digest)).map(|found| found.id)
        };
        assert_eq!(found(tenant, "digest of first"), None);
        assert_eq!(found(&south.tenant, "digest of second"), None);
        let second = found(tenant, "digest of second").unwrap();

        let answer = |by: &PersonId, seconds: i64| {
            write(database, |db| {
                account_joins::answer(db, tenant, &second, by, at(seconds), at(seconds + 60))
            })
        };
        assert!(!answer(other, 20), "its time is over");
        assert!(answer(other, 19));
        assert!(!answer(third, 19), "it is good once");
        let settle = |seconds: i64| {
            let join = JoinId::from("join");
            write(database, |db| {
                account_joins::settle(db, tenant, &second, (&join, true), at(seconds))
            })
        };
        assert!(!settle(79), "nobody said yes in time");
        assert!(settle(70) && !settle(70));
        assert!(!write(database, |db| account_joins::remove(db, tenant, &second)));
        let said = read(database, |db| account_joins::said_by_students(db, tenant));
        assert_eq!(
            said,
            std::collections::HashMap::from([(JoinId::from("join"), true)])
        );
        let forgotten = write(database, |db| account_joins::forget_over(db, tenant, at(500)));
        assert_eq!(forgotten, 0, "what was joined is remembered");

        // Both sides go over to whoever stays, and back.
        let of = |person: &PersonId| {
            let all = read(database, |db| account_joins::of_person(db, tenant, person));
            all.len()
        };
        let join = joined(database, &north, other, third);
        assert_eq!((of(one), of(other), of(third)), (1, 0, 1));
        parted(database, &north, &join);
        assert_eq!((of(one), of(other), of(third)), (1, 1, 0));

        write(database, |db| erasures::erase(db, tenant, other, &[], "erased-1"));
        assert_eq!(of(one), 0, "nobody keeps half of what two said");
        assert!(insert(&shown(&north, third, "fourth")));
        let forgotten = write(database, |db| account_joins::forget_over(db, tenant, at(21)));
        assert_eq!((forgotten, of(third)), (1, 0));
    });
}

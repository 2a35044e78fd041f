//! Whether somebody wants a hash of their e-mail address in what is signed.

use super::*;
use crate::domain::facts::Approval;

#[test]
fn the_choice_is_of_one_person_and_is_kept_once() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let [ada, ben]: [Person; 2] = north.learners(database, 2).try_into().unwrap();
        let (tenant, other) = (&north.tenant, &south.tenant);
        let since = |person: &Person| read(database, |db| people::email_hash_since(db, tenant, &person.id));
        let set = |tenant: &TenantId, at: Option<DateTime<Utc>>| {
            write(database, |db| people::set_email_hash(db, tenant, &ada.id, at))
        };
        assert_eq!(since(&ada), None, "off at first");
        assert!(!set(tenant, None), "it was off");
        assert!(!set(other, Some(at(10))), "of another institution");
        assert!(set(tenant, Some(at(10))));
        assert!(!set(tenant, Some(at(20))), "once");
        assert_eq!((since(&ada), since(&ben)), (Some(at(10)), None));
        // What a platform tells of them later changes nothing of it.
        let seen = people::PersonSeen {
            sub: ada.sub.clone(),
            name: Some("Ada L.".into()),
            email: Some("ada@new.example".into()),
        };
        write(database, |db| {
            people::upsert_from_launch(db, tenant, &north.registration, &seen, at(30), &SystemRandom)
        });
        assert_eq!(since(&ada), Some(at(10)));
        assert!(!set(other, None) && set(tenant, None) && !set(tenant, None));
        assert_eq!(since(&ada), None);
    });
}

#[test]
fn the_choice_goes_with_whoever_is_erased_also_where_an_empty_row_stays() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let tenant = &school.tenant;
        let badge = school.badge(database, "b");
        let [student, approver]: [Person; 2] = school.learners(database, 2).try_into().unwrap();
        let approval = Approval {
            by: "Somebody".into(),
            at: at(5),
        };
        write(database, |db| {
            approvals::set(db, tenant, &badge.id, &student.id, &approver.id, &approval)?;
            // The approver first: what they approved for others keeps their row, without them.
            for one in [&approver, &student] {
                assert!(people::set_email_hash(db, tenant, &one.id, Some(at(10)))?);
                erasures::erase(db, tenant, &one.id, &[], &format!("erased-{}", one.id))?;
            }
            Ok(())
        });
        let left = |person: &Person| read(database, |db| people::get(db, tenant, &person.id));
        assert!(left(&approver).is_some_and(|row| row.sub != approver.sub) && left(&student).is_none());
        for one in [&student, &approver] {
            let since = read(database, |db| people::email_hash_since(db, tenant, &one.id));
            assert_eq!(since, None, "{}", one.sub);
        }
    });
}

//! Comprehensive Learner Records: kept to the byte, once for a credential, and gone with whoever holds it.

use super::awarding::list;
use super::*;
use crate::domain::credential::{Credential, Record, Visibility};
use crate::domain::platform::{Join, JoinKind, JoinState};
use crate::ids::{CredentialId, JoinId};
use crate::store::{joins, records};

/// A credential of that person, with its record.
fn recorded(database: &TestDatabase, school: &School, person: &PersonId, number: i32) -> Record {
    let id = format!("c{number}");
    let badge = school.badge(database, &format!("b{number}")).id;
    let decision = school.earned(database, &badge, person);
    let award = school.award(&badge, person, 1, &decision);
    let credential = Credential {
        id: id.as_str().into(),
        tenant: school.tenant.clone(),
        award: award.id.clone(),
        issuer: "i".into(),
        slug: format!("slug-{number}"),
        document: "{}".into(),
        token: None,
        issued_at: at(6),
        status_list: "l".into(),
        status_position: number,
        visibility: Visibility::default(),
        left_out: None,
        reissued: None,
    };
    let record = Record {
        tenant: school.tenant.clone(),
        credential: id.as_str().into(),
        document: "{\n \"name\": \"Übung — 細胞\"  }\r\n".into(),
        token: "a.b.c".into(),
        made_at: at(7),
    };
    write(database, |db| {
        awards::insert_once(db, &award)?;
        credentials::insert(db, &credential)?;
        assert!(records::insert_once(db, &record)?);
        Ok(())
    });
    record
}

fn kept(database: &TestDatabase, tenant: &TenantId, id: &CredentialId) -> Option<Record> {
    read(database, |db| records::of_credential(db, tenant, id))
}

#[test]
fn a_record_is_kept_to_the_byte_and_goes_with_its_holder() {
    on_both_databases(|database| {
        let (school, elsewhere) = (School::new(database, "north"), School::new(database, "south"));
        let tenant = &school.tenant;
        write(database, |db| {
            issuers::insert(db, &issuer("i", tenant), at(0))?;
            status_lists::insert(db, &list(&school, "l", 16))
        });
        let people = school.learners(database, 3);
        let [ada, ben, cat] = [0, 1, 2].map(|n| &people[n].id);
        let [first, second] = [1, 2].map(|number| recorded(database, &school, ada, number));
        let others = recorded(database, &school, ben, 3);
        assert_eq!(kept(database, tenant, &first.credential), Some(first.clone()));
        assert_eq!(kept(database, &elsewhere.tenant, &first.credential), None);
        let made = |id: &CredentialId| read(database, |db| records::made_at(db, tenant, id));
        assert_eq!(made(&first.credential), Some(at(7)));
        assert_eq!(made(&"c9".into()), None);
        let again = Record {
            document: "{}".into(),
            ..first.clone()
        };
        assert!(!write(database, |db| records::insert_once(db, &again)));
        assert_eq!(kept(database, tenant, &first.credential), Some(first.clone()));

        let gone = |of: &TenantId| write(database, |db| records::forget_person(db, of, ada));
        assert_eq!(gone(&elsewhere.tenant), 0);
        assert_eq!(gone(tenant), 2);
        assert_eq!(kept(database, tenant, &second.credential), None);
        assert_eq!(kept(database, tenant, &others.credential), Some(others.clone()));
        write(database, |db| erasures::erase(db, tenant, ben, &[], "erased-1"));
        assert_eq!(kept(database, tenant, &others.credential), None);

        // What was made while two were one has badges of both.
        let of_cat = recorded(database, &school, cat, 4);
        let join = Join {
            id: JoinId::new(at(9), &SystemRandom),
            tenant: tenant.clone(),
            kind: JoinKind::Person,
            parent: None,
            from: cat.as_str().into(),
            into: ada.as_str().into(),
            state: JoinState::Leaving,
            asked_at: at(9),
        };
        write(database, |db| {
            joins::insert(db, &join)?;
            joins::join_people(db, tenant, &join.id, cat, ada)
        });
        assert_eq!(kept(database, tenant, &of_cat.credential), Some(of_cat.clone()));
        write(database, |db| joins::part_people(db, tenant, &join.id, cat, ada));
        assert_eq!(kept(database, tenant, &of_cat.credential), None);
    });
}

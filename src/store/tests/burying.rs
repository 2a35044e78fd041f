//! What is left of the names of people who were erased.

use super::*;
use crate::domain::erasure::Wish;
use crate::domain::platform::{Join, JoinKind, JoinState, Platform};
use crate::ids::{JoinId, PlatformId};
use crate::store::identities::IdentityKind;
use crate::store::tombstones::Tombstone;

/// Somebody who was erased, by that id of the erasure.
fn erased(database: &TestDatabase, school: &School, id: &str) {
    let person = school.learner(database).id;
    write(database, |db| {
        let wish = Wish {
            id: id.into(),
            person: person.clone(),
            asked_at: at(1),
            declined: None,
        };
        erasures::ask(db, &school.tenant, &wish)?;
        erasures::erase(db, &school.tenant, &person, &[], &format!("erased-{id}"))?;
        erasures::done(db, &school.tenant, &wish.id, 0, at(2))
    });
}

#[test]
fn a_name_is_remembered_for_its_institution_until_it_is_lifted_once() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        erased(database, &north, "w1");
        let tenant = &north.tenant;
        assert_eq!(read(database, |db| tombstones::key(db, tenant)), None);
        write(database, |db| {
            tombstones::insert_key(db, tenant, "first", at(1))?;
            tombstones::insert_key(db, tenant, "second", at(2))?;
            tombstones::insert(db, tenant, "digest", &"w1".into(), at(2))?;
            tombstones::insert(db, tenant, "digest", &"w1".into(), at(3))
        });
        let key = |tenant: &TenantId| {
            write(database, |db| {
                let alone = tombstones::key_alone(db, tenant)?;
                assert_eq!(alone, tombstones::key(db, tenant)?);
                Ok(alone)
            })
        };
        assert_eq!(key(tenant).as_deref(), Some("first"));
        assert_eq!(key(&south.tenant), None);
        let among = |tenant: &TenantId| {
            let asked = ["digest".to_owned(), "another".to_owned()];
            read(database, |db| tombstones::among(db, tenant, &asked))
        };
        let one = Tombstone {
            erasure: "w1".into(),
            erased_at: at(3),
        };
        assert_eq!(
            among(tenant).into_iter().collect::<Vec<_>>(),
            [("digest".to_owned(), one)]
        );
        assert!(among(&south.tenant).is_empty());
        let lift = |tenant: &TenantId, erasure: &str| {
            write(database, |db| {
                tombstones::lift(db, tenant, "digest", &erasure.into())
            })
        };
        assert!(!lift(&south.tenant, "w1"));
        // Erased once more: what was agreed to for the first time lifts nothing.
        erased(database, &north, "w2");
        write(database, |db| {
            tombstones::insert(db, tenant, "digest", &"w2".into(), at(4))
        });
        assert!(!lift(tenant, "w1"));
        assert_eq!(among(tenant).len(), 1);
        assert!(lift(tenant, "w2"));
        assert!(!lift(tenant, "w2"));
        assert!(among(tenant).is_empty());
    });
}

#[test]
fn the_platforms_that_became_one_are_known_with_the_names_that_went_over() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, person) = (&school.tenant, school.learner(database).id);
        let join = |id: &str, from: &str, into: &str, state: JoinState| Join {
            id: JoinId::from(id),
            tenant: tenant.clone(),
            kind: JoinKind::Platform,
            parent: None,
            from: from.into(),
            into: into.into(),
            state,
            asked_at: at(1),
        };
        let (old, new) = (PlatformId::from("old"), PlatformId::from("new"));
        write(database, |db| {
            for id in ["oldest", "old", "new", "apart"] {
                let platform = Platform {
                    id: id.into(),
                    tenant: tenant.clone(),
                    registration: school.registration.clone(),
                    issuer: "https://lms.example".into(),
                    guid: None,
                    since: at(0),
                };
                platforms::insert(db, &platform)?;
            }
            joins::insert(db, &join("j1", "oldest", "old", JoinState::Done))?;
            joins::insert(db, &join("j2", "old", "new", JoinState::Done))?;
            joins::insert(db, &join("j3", "apart", "new", JoinState::Undone))?;
            let names = [("17", person.as_str())];
            identities::insert_many(db, tenant, &old, &names, IdentityKind::Seen, at(1))?;
            joins::name_to_platform(db, tenant, &"j2".into(), (&old, &new), "17")
        });
        let mut within = read(database, |db| joins::platforms_within(db, tenant, &new));
        within.sort();
        assert_eq!(within, ["new", "old", "oldest"].map(PlatformId::from));
        let before = |platform: &PlatformId, sub: &str| {
            read(database, |db| joins::platforms_before(db, tenant, platform, sub))
        };
        assert_eq!(before(&new, "17"), std::slice::from_ref(&old));
        assert_eq!(before(&new, "18"), []);
        assert_eq!(before(&old, "17"), []);
    });
}

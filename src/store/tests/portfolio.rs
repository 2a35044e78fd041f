//! Badges of other issuers and collections, as they are kept.

use super::*;
use crate::domain::evidence::StoredFile;
use crate::domain::policy::Policy;
use crate::domain::portfolio::{Collection, CollectionLink, ForeignBadge, Holder, Item, Says, Standing};
use crate::store::foreign_badges::Found;
use crate::store::looks;

fn file(digest: &str) -> StoredFile {
    StoredFile {
        name: "Basic welding.json".into(),
        media_type: "text/plain; charset=utf-8".into(),
        size: 12,
        digest: digest.into(),
    }
}

fn brought(id: &str, tenant: &TenantId, person: &PersonId) -> ForeignBadge {
    ForeignBadge {
        id: id.into(),
        tenant: tenant.clone(),
        person: person.clone(),
        key: format!("key of {id}"),
        file: file(&format!("file of {id}")),
        picture: Some(file(&format!("picture of {id}"))),
        source: Some("https://x.example/1".into()),
        says: Says {
            name: "Basic welding".into(),
            description: String::new(),
            achievement: None,
            issuer: "did:web:x.example".into(),
            issuer_name: Some("Harbour College".into()),
            awarded_at: Some(at(-100)),
            until: None,
        },
        holder: Holder::Certain,
        standing: Standing::Genuine,
        why: None,
        checked_at: at(1),
        tried_at: at(1),
        kept_at: at(1),
    }
}

fn collection(id: &str, tenant: &TenantId, person: &PersonId) -> Collection {
    Collection {
        id: id.into(),
        tenant: tenant.clone(),
        person: person.clone(),
        title: "For the harbour".into(),
        words: "Please look.".into(),
        items: vec![Item::Foreign("f1".into()), Item::Award("a1".into())],
        changed_at: at(2),
        link: None,
    }
}

#[test]
fn a_badge_is_kept_as_it_came_once_for_each_person_and_for_nobody_else() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let person = north.learner(database).id;
        let badge = brought("f1", &north.tenant, &person);
        write(database, |db| foreign_badges::insert(db, &badge));
        let twice = ForeignBadge {
            id: "f2".into(),
            ..badge.clone()
        };
        let refused = database
            .store
            .write_blocking(|db| foreign_badges::insert(db, &twice));
        assert!(matches!(refused, Err(StoreError::AlreadyThere(_))), "{refused:?}");
        let people = std::slice::from_ref(&person);
        let of = |tenant: &TenantId| read(database, |db| foreign_badges::of_people(db, tenant, people));
        assert_eq!(of(&north.tenant), std::slice::from_ref(&badge));
        assert_eq!(of(&south.tenant), []);
        for digest in ["file of f1", "picture of f1"] {
            assert!(read(database, |db| retention::is_used(db, &north.tenant, digest)));
            assert!(!read(database, |db| retention::is_used(
                db,
                &south.tenant,
                digest
            )));
        }

        // An issuer that does not answer changes nothing but when it was asked.
        write(database, |db| foreign_badges::checked(db, &badge, None, at(50)));
        let tried = ForeignBadge {
            tried_at: at(50),
            ..badge.clone()
        };
        assert_eq!(of(&north.tenant), [tried]);
        let found = Found {
            standing: Standing::Revoked,
            why: Some("It was taken back.".into()),
            holder: Holder::Claimed,
            until: Some(at(99)),
        };
        write(database, |db| {
            foreign_badges::checked(db, &badge, Some(&found), at(60))
        });
        let revoked = of(&north.tenant).remove(0);
        assert_eq!(
            (revoked.standing, revoked.holder),
            (Standing::Revoked, Holder::Claimed)
        );
        assert_eq!((revoked.checked_at, revoked.says.until), (at(60), Some(at(99))));
        // What was found of a file that is another one by now is of nobody.
        let newer = ForeignBadge {
            file: file("another file"),
            picture: None,
            ..badge.clone()
        };
        write(database, |db| foreign_badges::replace(db, &newer));
        write(database, |db| {
            foreign_badges::checked(db, &badge, Some(&found), at(70))
        });
        assert_eq!(of(&north.tenant), [newer]);
        assert!(!read(database, |db| retention::is_used(
            db,
            &north.tenant,
            "file of f1"
        )));

        assert!(!write(database, |db| foreign_badges::remove(
            db,
            &south.tenant,
            &badge.id
        )));
        assert!(write(database, |db| foreign_badges::remove(
            db,
            &north.tenant,
            &badge.id
        )));
        assert_eq!(of(&north.tenant), []);
    });
}

#[test]
fn a_collection_is_found_by_the_digest_of_its_link_and_by_its_person() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let person = school.learner(database).id;
        let (first, second) = (
            collection("c1", &school.tenant, &person),
            collection("c2", &school.tenant, &person),
        );
        write(database, |db| {
            collections::insert(db, &first)?;
            collections::insert(db, &second)
        });
        let shown = Collection {
            link: Some(CollectionLink {
                digest: "00ff".into(),
                made_at: at(3),
                until: at(30),
            }),
            ..first
        };
        write(database, |db| collections::replace(db, &shown));
        assert_eq!(
            read(database, |db| collections::by_digest(db, "00ff")),
            Some(shown.clone())
        );
        assert_eq!(read(database, |db| collections::by_digest(db, "")), None);
        let ended = Collection {
            link: None,
            ..shown.clone()
        };
        write(database, |db| {
            collections::set_link(db, &school.tenant, &ended.id, None)
        });
        assert_eq!(read(database, |db| collections::by_digest(db, "00ff")), None);
        // Who saves what they read before that does not bring the link back.
        let saved = Collection {
            title: "Another title".into(),
            ..shown.clone()
        };
        write(database, |db| collections::rewrite(db, &saved));
        assert_eq!(read(database, |db| collections::by_digest(db, "00ff")), None);
        write(database, |db| {
            collections::set_link(db, &school.tenant, &ended.id, shown.link.as_ref())
        });
        assert_eq!(
            read(database, |db| collections::by_digest(db, "00ff")),
            Some(saved)
        );
        assert!(write(database, |db| collections::remove(
            db,
            &school.tenant,
            &ended.id
        )));
        let left = read(database, |db| {
            collections::of_people(db, &school.tenant, std::slice::from_ref(&person))
        });
        assert_eq!(left, [second]);
    });
}

#[test]
fn who_is_erased_leaves_no_badge_and_no_collection() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let [gone, stays] = school.learners(database, 2).try_into().unwrap();
        let (gone, stays) = (gone.id, stays.id);
        write(database, |db| {
            for (id, person) in [("f1", &gone), ("f2", &stays)] {
                foreign_badges::insert(db, &brought(id, &school.tenant, person))?;
                collections::insert(db, &collection(&format!("c of {id}"), &school.tenant, person))?;
            }
            erasures::erase(db, &school.tenant, &gone, &["f1".to_owned()], "nobody")
        });
        let both = [gone, stays.clone()];
        let badges = read(database, |db| {
            foreign_badges::of_people(db, &school.tenant, &both)
        });
        assert_eq!(badges.len(), 1);
        assert_eq!(badges[0].person, stays);
        let collections = read(database, |db| collections::of_people(db, &school.tenant, &both));
        assert_eq!(collections.len(), 1);
    });
}

#[test]
fn only_what_is_certainly_theirs_is_a_fact_and_only_where_the_institution_allows_it() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let person = school.learner(database).id;
        let claimed = ForeignBadge {
            holder: Holder::Claimed,
            ..brought("f2", &school.tenant, &person)
        };
        write(database, |db| {
            foreign_badges::insert(db, &brought("f1", &school.tenant, &person))?;
            foreign_badges::insert(db, &claimed)
        });
        let known = || {
            let badge = BadgeId::from("none");
            let facts = read(database, |db| {
                facts::for_person(db, &school.tenant, &school.course.id, &badge, &person)
            });
            facts.external.len()
        };
        assert_eq!(known(), 0);
        let allowed = Policy {
            external_badges: true,
            ..Policy::default()
        };
        write(database, |db| policies::set(db, &school.tenant, &allowed, at(5)));
        assert_eq!(known(), 1);
    });
}

#[test]
fn looks_of_a_day_are_counted_for_each_who_asks_and_for_all_of_them_together() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let people = north.learners(database, 2);
        let [ada, ben] = [0, 1].map(|n| people[n].id.clone());
        let day = |n| chrono::NaiveDate::from_ymd_opt(2026, 12, n).unwrap();
        let take = |of: &TenantId, kind: &'static str, on, who: &PersonId, wanted| {
            let shares = [(of.as_str(), 10), (who.as_str(), 7)];
            write(database, |db| looks::take(db, of, kind, on, wanted, &shares))
        };
        let tenant = &north.tenant;
        assert_eq!(take(tenant, "asked", day(1), &ada, 5), 5);
        assert_eq!(take(tenant, "asked", day(1), &ada, 5), 2, "their own are used up");
        assert_eq!(take(tenant, "asked", day(1), &ben, 5), 3, "so are those of all");
        assert_eq!(take(tenant, "asked", day(1), &ben, 1), 0);
        for (of, kind, on) in [
            (tenant, "planned", day(1)),
            (tenant, "asked", day(2)),
            (&south.tenant, "asked", day(1)),
        ] {
            assert_eq!(take(of, kind, on, &ada, 5), 5);
        }
        write(database, |db| looks::forget_person(db, tenant, &ada));
        assert_eq!(take(tenant, "planned", day(1), &ada, 9), 5, "the sum stays");
        assert_eq!(write(database, |db| looks::purge(db, day(2))), 6);
        assert_eq!(take(tenant, "asked", day(1), &ben, 9), 7);
    });
}

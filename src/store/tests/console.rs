//! Administrators, their links and sign-ins, policies, and what is forgotten.

use super::*;
use crate::domain::administrator::Admin;
use crate::domain::audit::{Action, Actor, ActorKind, Entry, Filter, Who};
use crate::domain::policy::{self, Policy};
use crate::store::admin_links::AdminLink;
use crate::store::testing::shortcuts::logged;

fn admin(id: &str, tenant: Option<&TenantId>, email: &str) -> Admin {
    Admin {
        id: id.into(),
        tenant: tenant.cloned(),
        name: format!("Admin {id}"),
        email: Some(email.into()),
        password_hash: None,
        oidc: Some(("https://login.example".into(), id.into())),
        enabled: true,
        created_at: at(0),
    }
}

#[test]
fn administrators_are_found_by_each_way_in_and_listed_by_institution() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let ada = admin("ada", Some(&north.tenant), "ada@school.example");
        let root = admin("root", None, "root@school.example");
        write(database, |db| {
            admins::insert(db, &ada)?;
            admins::insert(db, &root)
        });
        read(database, |db| {
            assert_eq!(admins::by_email(db, "ada@school.example")?, Some(ada.clone()));
            assert_eq!(
                admins::by_oidc(db, "https://login.example", "root")?,
                Some(root.clone())
            );
            assert_eq!(admins::by_oidc(db, "https://other.example", "root")?, None);
            assert_eq!(admins::list(db, Some(&north.tenant))?, std::slice::from_ref(&ada));
            assert_eq!(admins::list(db, Some(&south.tenant))?, []);
            assert_eq!(admins::list(db, None)?.len(), 2);
            Ok(())
        });
        let bare = Admin {
            email: None,
            oidc: None,
            enabled: false,
            ..ada.clone()
        };
        write(database, |db| admins::update(db, &bare));
        assert_eq!(
            read(database, |db| admins::get(db, &ada.id)),
            Some(bare),
            "nothing stays behind"
        );
        let twin = admin("twin", None, "root@school.example");
        let taken = database.store.write_blocking(|db| admins::insert(db, &twin));
        assert!(matches!(taken, Err(StoreError::AlreadyThere(_))), "{taken:?}");
    });
}

#[test]
fn a_link_is_used_up_once_and_not_after_its_end() {
    on_both_databases(|database| {
        let link = |digest: &str| AdminLink {
            digest: digest.into(),
            tenant: None,
            created_at: at(0),
            expires_at: at(60),
            used_at: None,
        };
        write(database, |db| {
            admin_links::insert(db, &link("a"))?;
            admin_links::insert(db, &link("b"))
        });
        assert!(write(database, |db| admin_links::use_up(db, "a", at(59))));
        assert!(!write(database, |db| admin_links::use_up(db, "a", at(59))));
        assert!(
            !write(database, |db| admin_links::use_up(db, "b", at(60))),
            "too late"
        );
        assert!(
            !write(database, |db| admin_links::use_up(db, "c", at(1))),
            "never made"
        );
    });
}

#[test]
fn a_policy_is_the_default_until_it_is_set_and_each_institution_has_its_own() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let policy = Policy {
            revoke: policy::Who::Administrators,
            keep_days: Some(90),
            ..Policy::default()
        };
        for at_second in [1, 2] {
            write(database, |db| {
                policies::set(db, &north.tenant, &policy, at(at_second))
            });
        }
        assert_eq!(read(database, |db| policies::get(db, &north.tenant)), policy);
        assert_eq!(
            read(database, |db| policies::get(db, &south.tenant)),
            Policy::default()
        );
    });
}

#[test]
fn a_superseded_record_is_forgotten_but_neither_the_present_one_nor_one_behind_an_award() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let person = school.learner(database);
        let badge = school.badge(database, "b-1");
        let awarded = school.earned(database, &badge.id, &person.id);
        let award = school.award(&badge.id, &person.id, 1, &awarded);
        write(database, |db| awards::insert_once(db, &award).map(drop));
        let rule = read(database, |db| rules::active(db, &school.tenant, &badge.id)).unwrap();
        let mut ids = vec![awarded];
        for (points, seconds) in [("70", 10), ("60", 20)] {
            let new = decisions::NewDecision {
                person: person.id.clone(),
                rule: rule.id.clone(),
                decision: decided(Truth::No, points, seconds),
            };
            let recorded = write(database, |db| {
                decisions::record(
                    db,
                    &school.tenant,
                    &badge.id,
                    &new,
                    Cause::Schedule,
                    at(seconds),
                    &SystemRandom,
                )
            });
            ids.push(recorded.id);
        }
        let forgotten = |before| {
            write(database, |db| {
                retention::forget_decisions(db, &school.tenant, at(before))
            })
        };
        assert_eq!(forgotten(10), 0, "not before its time");
        assert_eq!(forgotten(1_000), 1);
        assert_eq!(forgotten(1_000), 0);
        let left = ids
            .iter()
            .map(|id| read(database, |db| decisions::get(db, &school.tenant, id)).is_some());
        assert_eq!(left.collect::<Vec<_>>(), [true, false, true]);
    });
}

#[test]
fn the_audit_log_is_searched_by_who_it_was_and_entries_from_before_are_read() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let (ada, person) = (
            admin("ada", None, "ada@school.example"),
            north.learner(database).id,
        );
        let actors = [
            Actor::Administrator(ada.id.clone()),
            Actor::LmsAdministrator(person.clone()),
            Actor::Instructor(person.clone()),
            Actor::Learner(person),
            Actor::Platform,
            Actor::CommandLine,
            Actor::Cairn,
            Actor::Unnamed,
            // Nobody writes these any more; this is how they stand there.
            Actor::Earlier(None),
            Actor::Earlier(Some("ada".into())),
        ];
        write(database, |db| {
            admins::insert(db, &ada)?;
            for (place, actor) in (0..).zip(&actors) {
                let entry = Entry::new(
                    &north.tenant,
                    actor.clone(),
                    Action::PlatformAdded,
                    "p",
                    at(place),
                );
                audit::record(db, &entry, &SystemRandom)?;
            }
            let all = Entry::within(None, Actor::CommandLine, Action::MasterKeyRotated, "k", at(50));
            audit::record(db, &all, &SystemRandom)
        });
        let found = |name: &str, kinds: &[ActorKind]| {
            let filter = Filter {
                action: Some("platform.added".into()),
                who: Some(Who {
                    name: name.into(),
                    kinds: kinds.to_vec(),
                }),
                ..Filter::default()
            };
            let (entries, total) = read(database, |db| {
                audit::search(db, &north.tenant, &filter, Page::first(20))
            });
            assert_eq!(usize::try_from(total).unwrap(), entries.len());
            let mut found: Vec<Actor> = entries.into_iter().map(|entry| entry.actor).collect();
            found.reverse();
            found
        };
        let [by_ada, .., command_line, cairn, _, nobody, earlier_ada] = &actors;
        assert_eq!(found("admin ADA", &[]), [by_ada.clone(), earlier_ada.clone()]);
        assert_eq!(
            found("Nobody", &[ActorKind::CommandLine]),
            std::slice::from_ref(command_line)
        );
        assert_eq!(
            found("Nobody", &[ActorKind::Cairn]),
            [cairn.clone(), nobody.clone()]
        );
        assert_eq!(found("Nobody", &[]), []);
        read(database, |db| {
            let all = logged(db, &north.tenant, Page::first(20))?;
            let read_back: Vec<Actor> = all.iter().rev().map(|entry| entry.actor.clone()).collect();
            assert_eq!(read_back[..actors.len()], actors);
            // What concerns the whole installation stands in each log.
            for tenant in [&north.tenant, &south.tenant] {
                let newest = logged(db, tenant, Page::first(1))?;
                assert_eq!(newest[0].known(), Some(Action::MasterKeyRotated));
            }
            Ok(())
        });
    });
}

#[test]
fn whether_somebody_is_turned_on_is_held_as_it_is_known() {
    on_both_databases(|database| {
        let ada = admin("ada", None, "ada@school.example");
        let off = Admin {
            enabled: false,
            ..ada.clone()
        };
        write(database, |db| {
            admins::insert(db, &ada)?;
            admins::hold(db, &ada)
        });
        let stale = database.store.write_blocking(|db| admins::hold(db, &off));
        assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    });
}

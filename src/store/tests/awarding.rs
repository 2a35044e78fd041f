//! Awards, subjects, credentials, status lists, nonces, sessions and the audit log.

use std::sync::Barrier;

use super::*;
use crate::domain::audit::{Action, Actor, Entry, Logged};
use crate::domain::award::Revocation;
use crate::domain::credential::{Credential, ReissueCause, Reissued, Visibility};
use crate::ids::CredentialId;
use crate::store::reissues;
use crate::store::status_lists::{Signed, StatusList};
use crate::store::subjects::Subject;
use crate::store::testing::shortcuts::logged;

#[test]
fn many_at_once_make_one_award_for_a_cycle() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (badge, person) = (school.badge(database, "b").id, school.learner(database).id);
        let decision = school.earned(database, &badge, &person);
        let start = Barrier::new(8);
        let made: usize = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let award = school.award(&badge, &person, 1, &decision);
                        start.wait();
                        usize::from(write(database, |db| awards::insert_once(db, &award)))
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        assert_eq!(made, 1);
        assert_eq!(
            read(database, |db| awards::for_person(db, &school.tenant, &person)).len(),
            1
        );
    });
}

#[test]
fn cycles_follow_each_other_and_the_first_revocation_stays() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (badge, people) = (school.badge(database, "b").id, school.learners(database, 2));
        let (tenant, person) = (&school.tenant, &people[0].id);
        let decision = school.earned(database, &badge, person);
        let mut first = school.award(&badge, person, 1, &decision);
        first.valid_until = Some(at(50));
        let second = school.award(&badge, person, 2, &decision);
        let other = school.award(&badge, &people[1].id, 1, &decision);
        write(database, |db| {
            assert!(awards::insert_once(db, &first)?);
            assert!(awards::insert_once(db, &second)?);
            assert!(awards::insert_once(db, &other)?);
            Ok(())
        });
        assert_eq!(
            read(database, |db| awards::get(db, tenant, &first.id)),
            Some(first.clone())
        );
        assert_eq!(
            read(database, |db| awards::latest(db, tenant, &badge, person)),
            Some(second.clone())
        );
        let holders = |seconds| {
            let all = read(database, |db| {
                awards::counters(db, tenant, &school.course.id, at(seconds))
            });
            all.get(&badge).map_or(0, |counter| counter.holders)
        };
        assert_eq!(holders(10), 2, "two people, three awards");
        let word = |reason: &str| Revocation {
            at: at(60),
            by: Some(people[1].id.clone()),
            reason: reason.into(),
        };
        assert!(write(database, |db| awards::revoke(
            db,
            tenant,
            &second.id,
            &word("copied")
        )));
        assert!(!write(database, |db| awards::revoke(
            db,
            tenant,
            &second.id,
            &word("again")
        )));
        let kept = read(database, |db| awards::latest_for_badge(db, tenant, &badge));
        assert_eq!(kept[person].revocation, Some(word("copied")));
        assert_eq!(
            holders(60),
            1,
            "the first cycle is over and the second was taken back"
        );
        let ids = [person.clone(), people[1].id.clone()];
        let page = read(database, |db| {
            awards::latest_for_people(db, tenant, &school.course.id, &ids)
        });
        assert_eq!(page[&(badge.clone(), person.clone())].cycle, 2);
        let unknown = database
            .store
            .write_blocking(|db| awards::revoke(db, &"t-x".into(), &other.id, &word("x")));
        assert!(matches!(unknown, Err(StoreError::Missing("award"))));
    });
}

pub(super) fn list(school: &School, id: &str, length: i32) -> StatusList {
    StatusList {
        id: id.into(),
        tenant: school.tenant.clone(),
        issuer: "i".into(),
        slug: format!("list-{id}"),
        length,
        taken: 0,
        open: true,
        bits: vec![0; usize::try_from(length).unwrap() / 8],
        document: "signed".into(),
        token: None,
        version: 1,
        updated_at: at(0),
    }
}

#[test]
fn a_position_is_given_out_once_and_a_full_list_says_so() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let list = list(&school, "l", 8);
        write(database, |db| {
            issuers::insert(db, &issuer("i", &school.tenant), at(0))?;
            status_lists::insert(db, &list)
        });
        let mut draws = [3, 3, 5].into_iter();
        let take = |draw: &mut dyn FnMut() -> i32| {
            database
                .store
                .write_blocking(|db| status_lists::take_position(db, &list, at(1), draw))
        };
        assert_eq!(take(&mut || draws.next().unwrap()).unwrap(), Some(3));
        assert_eq!(
            take(&mut || draws.next().unwrap()).unwrap(),
            Some(5),
            "a taken one is drawn again"
        );
        assert_eq!(take(&mut || 3).unwrap(), None);
        assert!(matches!(take(&mut || 8), Err(StoreError::Value { .. })));
        let start = Barrier::new(6);
        let mut got: Vec<i32> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..6_u64)
                .map(|seed| {
                    let (start, list) = (&start, &list);
                    scope.spawn(move || {
                        let random = SeededRandom::new(seed);
                        start.wait();
                        let mut draw = || i32::from(crate::random::bytes::<1>(&random)[0] % 8);
                        write(database, |db| {
                            status_lists::take_position(db, list, at(1), &mut draw)
                        })
                    })
                })
                .collect();
            workers
                .into_iter()
                .filter_map(|worker| worker.join().unwrap())
                .collect()
        });
        got.sort_unstable();
        assert_eq!(got, [0, 1, 2, 4, 6, 7]);
        let known = read(database, |db| {
            status_lists::current_for_issuer(db, &school.tenant, &"i".into())
        })
        .unwrap();
        assert_eq!(known.taken, 8);
    });
}

#[test]
fn a_list_is_published_over_the_version_that_was_loaded_only() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let first = list(&school, "l", 16);
        write(database, |db| {
            issuers::insert(db, &issuer("i", &school.tenant), at(0))?;
            status_lists::insert(db, &first)
        });
        let publish = |version| {
            database.store.write_blocking(|db| {
                status_lists::publish(
                    db,
                    &school.tenant,
                    &first.id,
                    version,
                    &Signed {
                        bits: &[0x80, 0x01],
                        document: "signed again",
                        token: "a token",
                    },
                    at(5),
                )
            })
        };
        assert_eq!(publish(1).unwrap(), 2);
        assert!(matches!(publish(1), Err(StoreError::Stale)));
        let public = read(database, |db| status_lists::by_slug(db, "list-l")).unwrap();
        assert_eq!(
            (public.bits.as_slice(), public.document.as_str(), public.version),
            ([0x80, 0x01].as_slice(), "signed again", 2)
        );
        assert_eq!(public.token.as_deref(), Some("a token"));
        let outside = |from, to| {
            read(database, |db| {
                status_lists::published_outside(db, &school.tenant, at(from), at(to))
            })
        };
        assert!(outside(5, 5).is_empty());
        assert_eq!(outside(6, 9), std::slice::from_ref(&first.id), "old");
        let ahead = outside(1, 4);
        assert_eq!(
            ahead,
            std::slice::from_ref(&first.id),
            "from a clock that was ahead"
        );
        let other: Vec<_> = read(database, |db| {
            status_lists::published_outside(db, &"t-x".into(), at(6), at(9))
        });
        assert!(other.is_empty(), "another institution's");
        let second = list(&school, "m", 16);
        let two_open = database
            .store
            .write_blocking(|db| status_lists::insert(db, &second));
        assert!(matches!(two_open, Err(StoreError::AlreadyThere(_))));
        write(database, |db| {
            status_lists::close(db, &school.tenant, &first.id)?;
            status_lists::insert(db, &second)
        });
        let open = read(database, |db| {
            status_lists::current_for_issuer(db, &school.tenant, &"i".into())
        });
        assert_eq!(open.map(|list| list.id), Some(second.id));
        assert_eq!(
            read(database, |db| status_lists::for_issuer(
                db,
                &school.tenant,
                &"i".into()
            ))
            .len(),
            2
        );
    });
}

#[test]
fn a_credential_is_kept_to_the_byte_and_once_for_an_award() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (badge, person) = (school.badge(database, "b").id, school.learner(database).id);
        let (tenant, decision) = (&school.tenant, school.earned(database, &badge, &person));
        let award = school.award(&badge, &person, 1, &decision);
        write(database, |db| {
            issuers::insert(db, &issuer("i", tenant), at(0))?;
            status_lists::insert(db, &list(&school, "l", 16))?;
            awards::insert_once(db, &award)
        });
        assert_eq!(
            read(database, |db| credentials::by_award(db, tenant, &award.id)),
            None
        );
        let mut credential = Credential {
            token: Some("a.b.c".into()),
            id: "c".into(),
            tenant: tenant.clone(),
            award: award.id.clone(),
            issuer: "i".into(),
            slug: "unguessable".into(),
            document: "{\n  \"name\": \"Übung — 細胞\\u0000\"  }\r\n".into(),
            issued_at: at(6),
            status_list: "l".into(),
            status_position: 7,
            visibility: Visibility::default(),
            left_out: None,
            reissued: None,
        };
        write(database, |db| credentials::insert(db, &credential));
        let mut twin = credential.clone();
        (twin.id, twin.slug, twin.status_position) = ("c2".into(), "other".into(), 8);
        let refused = database.store.write_blocking(|db| credentials::insert(db, &twin));
        assert!(matches!(refused, Err(StoreError::AlreadyThere(_))));
        let signed = |of: &TenantId, by: &str, after: Option<&str>| {
            let after = after.map(CredentialId::from);
            read(database, |db| {
                let documents = reissues::documents(db, of, &by.into(), after.as_ref(), 10)?;
                let tokens = reissues::tokens(db, of, &by.into(), after.as_ref(), 10)?;
                Ok([documents, tokens].map(|forms| forms.into_iter().collect::<Vec<_>>()))
            })
        };
        let forms = |credential: &Credential| {
            let token = credential
                .token
                .clone()
                .map(|token| (credential.id.clone(), token));
            let document = (credential.id.clone(), credential.document.clone());
            [vec![document], token.into_iter().collect()]
        };
        assert_eq!(signed(tenant, "i", None), forms(&credential), "byte by byte");
        assert_eq!(signed(tenant, "i", Some("b")), forms(&credential));
        for (of, by, after) in [
            (tenant, "i", Some("c")),
            (tenant, "x", None),
            (&"t-x".into(), "i", None),
        ] {
            assert_eq!(signed(of, by, after), [vec![], vec![]], "{of} {by} {after:?}");
        }
        let was = credential.document.clone();
        credential.document = "{\"name\": \"anew\"}".into();
        credential.token = Some("d.e.f".into());
        credential.left_out = Some("{}".into());
        credential.reissued = Some(Reissued {
            at: at(9),
            cause: ReissueCause::Holder,
        });
        write(database, |db| reissues::replace(db, &credential, &was));
        assert_eq!(signed(tenant, "i", None), forms(&credential));
        let elsewhere = Credential {
            tenant: "t-x".into(),
            ..credential.clone()
        };
        let refused = database
            .store
            .write_blocking(|db| reissues::replace(db, &elsewhere, &credential.document));
        assert!(matches!(refused, Err(StoreError::Stale)));
        let late = database
            .store
            .write_blocking(|db| reissues::replace(db, &credential, &was));
        assert!(matches!(late, Err(StoreError::Stale)), "somebody was faster");
        credential.visibility = Visibility {
            name: true,
            evidence: false,
            downloads: true,
            hidden: true,
        };
        write(database, |db| {
            credentials::set_visibility(db, tenant, &credential.id, credential.visibility)
        });
        assert_eq!(
            read(database, |db| credentials::by_slug(db, "unguessable")),
            Some(credential.clone())
        );
        assert_eq!(
            read(database, |db| credentials::by_award(db, tenant, &award.id)),
            Some(credential.clone())
        );
        assert_eq!(
            read(database, |db| credentials::for_person(db, tenant, &person)),
            [credential]
        );
        assert_eq!(
            read(database, |db| credentials::for_person(db, &"t-x".into(), &person)),
            []
        );
    });
}

#[test]
fn a_person_is_one_subject_for_each_issuer() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let person = school.learner(database).id;
        write(database, |db| {
            issuers::insert(db, &issuer("i", &school.tenant), at(0))
        });
        let subject = |urn: &str| {
            let new = Subject {
                urn: urn.into(),
                salt: "salt".into(),
            };
            write(database, |db| {
                subjects::get_or_insert(db, &school.tenant, &"i".into(), &person, &new, at(1))
            })
        };
        assert_eq!(subject("urn:uuid:1").urn, "urn:uuid:1");
        assert_eq!(subject("urn:uuid:2").urn, "urn:uuid:1");
    });
}

#[test]
fn a_nonce_is_used_up_by_the_first_of_many() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let start = Barrier::new(6);
        let won: usize = std::thread::scope(|scope| {
            let launches: Vec<_> = (0..6)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        usize::from(write(database, |db| {
                            nonces::consume(db, &school.tenant, "digest", at(600))
                        }))
                    })
                })
                .collect();
            launches.into_iter().map(|launch| launch.join().unwrap()).sum()
        });
        assert_eq!(won, 1);
        assert_eq!(write(database, |db| nonces::purge(db, at(600))), 0);
        assert_eq!(write(database, |db| nonces::purge(db, at(601))), 1);
    });
}

#[test]
fn a_session_is_found_by_its_token_until_it_ends() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let mut session = school.visit(database, "s");
        write(database, |db| sessions::insert(db, &session, "digest"));
        let find = |seconds| {
            read(database, |db| {
                sessions::by_token_digest(db, "digest", at(seconds))
            })
        };
        assert_eq!(find(99), Some(session.clone()));
        assert_eq!(find(100), None);
        write(database, |db| {
            sessions::touch(db, &session.tenant, &session.id, at(50), at(150))
        });
        (session.last_used_at, session.expires_at) = (at(50), at(150));
        assert_eq!(find(149), Some(session.clone()));
        assert_eq!(
            read(database, |db| sessions::by_token_digest(db, "Digest", at(1))),
            None
        );
        assert_eq!(write(database, |db| sessions::purge(db, at(149))), 0);
        assert_eq!(write(database, |db| sessions::purge(db, at(150))), 1);
        assert_eq!(find(60), None);
    });
}

#[test]
fn the_audit_log_pages_newest_first() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let detail = |n: i64| serde_json::json!({ "awarded": n });
        let entry = |n: i64| {
            let entry = Entry::new(
                &school.tenant,
                Actor::CommandLine,
                Action::RuleActivated,
                "b",
                at(n),
            );
            entry.detail(detail(n))
        };
        write(database, |db| {
            (0..5).try_for_each(|n| audit::record(db, &entry(n), &SystemRandom))
        });
        let page = read(database, |db| {
            logged(db, &school.tenant, Page { offset: 1, limit: 2 })
        });
        let told = |n| Logged {
            actor: Actor::CommandLine,
            action: "rule.activated".into(),
            subject: "b".into(),
            detail: detail(n),
            at: at(n),
        };
        assert_eq!(page, [told(3), told(2)]);
        assert_eq!(read(database, |db| logged(db, &"t-x".into(), Page::first(9))), []);
    });
}

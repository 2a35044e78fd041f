//! Wishes to be erased, and that nothing is left of whoever was.

use super::*;
use crate::domain::facts::Approval;
use crate::ids::ErasureId;
use crate::store::erasures::{Declined, Wish};

fn wish(id: &str, person: &PersonId, seconds: i64) -> Wish {
    Wish {
        id: ErasureId::from(id),
        person: person.clone(),
        asked_at: at(seconds),
        declined: None,
    }
}

#[test]
fn a_declined_wish_waits_no_more_until_it_is_asked_for_again() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let person = north.learner(database).id;
        let (tenant, other) = (&north.tenant, &south.tenant);
        let first = wish("w1", &person, 10);
        assert!(write(database, |db| erasures::ask(db, tenant, &first)));
        assert!(!write(database, |db| erasures::ask(
            db,
            tenant,
            &wish("w2", &person, 11)
        )));
        let id = &first.id;
        assert!(!write(database, |db| erasures::decline(
            db,
            other,
            id,
            "of elsewhere",
            at(12)
        )));
        assert!(write(database, |db| erasures::decline(
            db,
            tenant,
            id,
            "Exams run until July",
            at(12)
        )));
        assert!(!write(database, |db| erasures::decline(
            db,
            tenant,
            id,
            "another reason",
            at(13)
        )));
        let declined = Some(Declined {
            at: at(12),
            reason: "Exams run until July".into(),
        });
        let told = read(database, |db| erasures::of_person(db, tenant, &person)).unwrap();
        assert_eq!(told.declined, declined);
        assert_eq!(read(database, |db| erasures::waiting(db, tenant)), []);
        assert!(
            !write(database, |db| erasures::withdraw(db, tenant, id)),
            "nothing waits"
        );

        assert!(write(database, |db| erasures::ask(
            db,
            tenant,
            &wish("w3", &person, 20)
        )));
        let again = Wish {
            asked_at: at(20),
            ..first.clone()
        };
        assert_eq!(read(database, |db| erasures::waiting(db, tenant)), [again]);
        assert!(write(database, |db| erasures::done(db, tenant, id, 0, at(30))));
        assert!(!write(database, |db| erasures::decline(
            db,
            tenant,
            id,
            "too late",
            at(31)
        )));
        assert_eq!(read(database, |db| erasures::get(db, tenant, id)), Some(None));
        assert!(write(database, |db| erasures::ask(
            db,
            tenant,
            &wish("w4", &person, 40)
        )));
    });
}

/// The bytes of the database's files, the write-ahead log included.
fn files(database: &TestDatabase) -> Vec<u8> {
    let path = database.url.strip_prefix("sqlite://").unwrap();
    let mut all = std::fs::read(path).unwrap();
    all.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn the_file_holds_nothing_of_whoever_was_erased() {
    let database = TestDatabase::sqlite();
    let school = School::new(&database, "north");
    school.learners(&database, 50);
    let seen = people::PersonSeen {
        sub: "sub-4711-of-eve".into(),
        name: Some("Evangeline Wetherby".into()),
        email: Some("evangeline@school.example".into()),
    };
    let person = write(&database, |db| {
        people::upsert_from_launch(
            db,
            &school.tenant,
            &school.registration,
            &seen,
            at(1),
            &SystemRandom,
        )
    });
    let badge = school.badge(&database, "b");
    let decision = school.earned(&database, &badge.id, &person.id);
    let award = school.award(&badge.id, &person.id, 1, &decision);
    let approval = Approval {
        by: "Her teacher".into(),
        at: at(5),
    };
    let by = school.learner(&database).id;
    write(&database, |db| {
        awards::insert_once(db, &award)?;
        approvals::set(db, &school.tenant, &badge.id, &person.id, &by, &approval)?;
        erasures::ask(db, &school.tenant, &wish("w", &person.id, 8))?;
        erasures::decline(
            db,
            &school.tenant,
            &"w".into(),
            "Evangeline owes us a book",
            at(9),
        )
    });
    settle(&database);
    let traces = [
        "Evangeline Wetherby",
        "evangeline wetherby",
        "evangeline@school.example",
        "sub-4711-of-eve",
        "owes us a book",
        award.id.as_str(),
    ];
    let before = files(&database);
    for trace in traces {
        assert!(holds(&before, trace), "{trace} was there to be erased");
    }
    write(&database, |db| {
        erasures::ask(db, &school.tenant, &wish("w", &person.id, 10))?;
        let things = [award.id.to_string()];
        erasures::erase(db, &school.tenant, &person.id, &things, "erased-1")?;
        erasures::done(db, &school.tenant, &"w".into(), 1, at(11))
    });
    settle(&database);
    let after = files(&database);
    assert!(holds(&after, "Learner 0001"), "the others are still there");
    for trace in traces {
        assert!(!holds(&after, trace), "{trace} is still in the file");
    }
}

/// Empties the write-ahead log as the hourly sweep does.
fn settle(database: &TestDatabase) {
    let store = database.store.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.settle()).unwrap();
}

//! Databases that are locked, read-only, damaged, absent or busy: each has its sentence, and nothing is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::{Connection, SimpleConnection};
use diesel::sqlite::SqliteConnection;

use super::*;

#[test]
fn a_locked_file_says_so_and_heals() {
    let database = TestDatabase::sqlite();
    let store = Store::open_patiently(&database.url, 2, Duration::from_millis(100)).unwrap();
    let mut other = SqliteConnection::establish(database.url.trim_start_matches("sqlite://")).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let error = store
        .write_blocking(|db| tenants::insert(db, &tenant("t")))
        .unwrap_err();
    assert!(matches!(error, StoreError::Busy), "{error}");
    assert!(error.to_string().contains("locked by another program"));
    let start = Store::open_patiently(&database.url, 2, Duration::from_millis(100));
    assert!(matches!(start, Err(StoreError::Busy)));
    other.batch_execute("ROLLBACK").unwrap();
    store
        .write_blocking(|db| tenants::insert(db, &tenant("t")))
        .unwrap();
}

#[test]
fn a_read_only_database_says_so() {
    let database = TestDatabase::sqlite();
    write(&database, |db| tenants::insert(db, &tenant("t")));
    let path = database.url.trim_start_matches("sqlite://");
    let error = Store::open(&format!("file:{path}?mode=ro"), 1).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly), "{error}");
    assert!(error.to_string().contains("right to write"));
    if let Some(server) = testing::postgres() {
        let other = TestDatabase::postgres(&server);
        let error = other.store.write_blocking(|db| {
            db.batch_execute("SET TRANSACTION READ ONLY")?;
            tenants::insert(db, &tenant("t"))
        });
        assert!(matches!(error, Err(StoreError::ReadOnly)), "{error:?}");
    }
}

#[test]
fn a_full_disk_says_so_and_what_was_there_stays() {
    let database = TestDatabase::sqlite();
    write(&database, |db| tenants::insert(db, &tenant("t")));
    let error = database
        .store
        .write_blocking(|db| {
            db.batch_execute("PRAGMA max_page_count = 1")?;
            (0..10_000).try_for_each(|n| {
                let mut big = tenant(&format!("t{n}"));
                big.name = "x".repeat(4_000);
                tenants::insert(db, &big)
            })
        })
        .unwrap_err();
    assert!(matches!(error, StoreError::Full), "{error}");
    assert_eq!(read(&database, tenants::list), [tenant("t")]);
}

#[test]
fn a_file_that_is_no_database_is_called_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cairn.db");
    std::fs::write(&file, "this is a letter, not a database. ".repeat(200)).unwrap();
    let error = Store::open(&file.display().to_string(), 1).unwrap_err();
    assert!(matches!(error, StoreError::Damaged(_)), "{error}");
}

#[test]
fn addresses_that_lead_nowhere_are_told_apart() {
    let open = |url: &str| Store::open_patiently(url, 1, Duration::from_millis(300)).unwrap_err();
    assert!(matches!(open("mysql://x"), StoreError::Address(_)));
    assert!(matches!(open("sqlite://:memory:"), StoreError::Address(_)));
    assert!(matches!(open(""), StoreError::Address(_)));
    let nowhere = open("sqlite:///no/such/folder/cairn.db");
    assert!(matches!(nowhere, StoreError::Unreachable(_)), "{nowhere}");
    let refused = open("postgres://cairn:s3cret@127.0.0.1:1/cairn");
    assert!(matches!(refused, StoreError::Unreachable(_)), "{refused}");
    assert!(!refused.to_string().contains("s3cret"), "{refused}");
}

#[test]
fn a_pool_without_a_free_connection_says_so_in_time() {
    on_both_databases(|database| {
        let store = Store::open_patiently(&database.url, 1, Duration::from_millis(200)).unwrap();
        let start = Instant::now();
        let inner = store.read_blocking(|_| Ok::<_, StoreError>(store.read_blocking(tenants::list)));
        assert!(
            matches!(inner, Ok(Err(StoreError::PoolExhausted(_)))),
            "{inner:?}"
        );
        assert!(start.elapsed() < Duration::from_secs(5));
        assert_eq!(store.read_blocking(tenants::list).unwrap(), []);
    });
}

#[test]
fn a_value_that_cannot_be_read_names_its_column() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let badge = school.badge(database, "b").id;
        read(database, |db| {
            Ok(db.batch_execute("UPDATE badges SET state = 'lost'")?)
        });
        let error = database
            .store
            .read_blocking(|db| badges::get(db, &school.tenant, &badge))
            .unwrap_err();
        assert!(
            error.to_string().contains("badges.state holds \"lost\""),
            "{error}"
        );
    });
}

#[test]
fn transactions_in_each_others_way_are_tried_again() {
    let Some(server) = testing::postgres() else { return };
    let database = TestDatabase::postgres(&server);
    let mut attempts = 0;
    let done = database.store.write_retrying_blocking(|db| {
        attempts += 1;
        if attempts < 3 {
            Err(StoreError::Busy)
        } else {
            tenants::insert(db, &tenant("t"))
        }
    });
    assert!(done.is_ok() && attempts == 3);
}

#[test]
fn what_is_told_of_a_transaction_is_told_once_and_only_when_it_is_committed() {
    on_both_databases(|database| {
        let told = Arc::new(AtomicUsize::new(0));
        let tell = |db: &mut Db| {
            let told = Arc::clone(&told);
            once_committed(db, move || {
                told.fetch_add(1, Ordering::SeqCst);
            });
        };
        let failed = database.store.write_blocking(|db| {
            tell(db);
            Err::<(), _>(StoreError::Stale)
        });
        assert!(failed.is_err() && told.load(Ordering::SeqCst) == 0, "rolled back");
        let mut attempts = 0;
        let done = database.store.write_retrying_blocking(|db| {
            attempts += 1;
            tell(db);
            let again = database.store.engine() == Engine::Postgres && attempts < 3;
            if again {
                Err(StoreError::Busy)
            } else {
                Ok(told.load(Ordering::SeqCst))
            }
        });
        assert_eq!(done.unwrap(), 0, "not while it is under way");
        assert_eq!(
            told.load(Ordering::SeqCst),
            1,
            "and once after {attempts} attempts"
        );
    });
}

#[test]
fn work_is_begun_anew_for_what_another_transaction_did_and_for_nothing_else() {
    on_both_databases(|database| {
        let attempts = |error: fn() -> StoreError| {
            let mut attempts = 0;
            let done = database.store.write_retrying_blocking(|_| {
                attempts += 1;
                Err::<(), _>(error())
            });
            assert_eq!(done.unwrap_err().to_string(), error().to_string());
            attempts
        };
        // SQLite has one writer at a time: nobody else was there.
        let most = match database.store.engine() {
            Engine::Postgres => 5,
            Engine::Sqlite => 1,
        };
        assert_eq!(attempts(|| StoreError::Busy), most);
        assert_eq!(attempts(|| StoreError::Stale), most);
        assert_eq!(attempts(|| StoreError::AlreadyThere("x".to_owned())), most);
        assert_eq!(attempts(|| StoreError::Full), 1);
        assert_eq!(attempts(|| StoreError::Missing("badge")), 1);
    });
}

//! Both databases have the same tables, columns, nullability and unique indexes, and migrations are safe.

use std::collections::BTreeSet;
use std::sync::Barrier;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::*;
use crate::store::testing::{drop_postgres, postgres};

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    required: bool,
}

#[derive(QueryableByName)]
struct Unique {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    partial: i64,
}

fn kind(text: &str) -> &'static str {
    match text.to_uppercase().as_str() {
        "TEXT" => "text",
        "BIGINT" => "bigint",
        "INTEGER" => "integer",
        "BOOLEAN" => "boolean",
        "BLOB" | "BYTEA" => "bytes",
        other => panic!("unexpected column type {other}"),
    }
}

/// Every column and unique index in one line each.
fn catalogue(db: &mut Db) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    on_both!(db, |connection| {
        let postgres = std::any::type_name_of_val(connection).contains("PgConnection");
        let names = |postgres_sql: &str, sqlite_sql: &str| {
            diesel::sql_query(if postgres { postgres_sql } else { sqlite_sql }.to_owned())
        };
        let tables: Vec<Name> = names(
            "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'",
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        )
        .load(connection)
        .unwrap();
        for Name { name: table } in tables.iter().filter(|table| !table.name.starts_with("__diesel")) {
            let columns: Vec<Column> = names(
                &format!(
                    "SELECT column_name::text AS name, data_type::text AS kind, is_nullable = 'NO' AS required
                     FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'"
                ),
                &format!(
                    "SELECT name, type AS kind, \"notnull\" = 1 AS required FROM pragma_table_info('{table}')"
                ),
            )
            .load(connection)
            .unwrap();
            assert!(!columns.is_empty(), "{table}");
            for Column {
                name,
                kind: word,
                required,
            } in columns
            {
                lines.insert(format!("{table}.{name} {} required={required}", kind(&word)));
            }
            let uniques: Vec<Unique> = names(
                &format!(
                    "SELECT string_agg(a.attname::text, ',' ORDER BY k.ord) AS name,
                            max(CASE WHEN i.indpred IS NULL THEN 0 ELSE 1 END)::bigint AS partial
                     FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(attnum, ord)
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                     WHERE i.indrelid = 'public.{table}'::regclass AND i.indisunique GROUP BY i.indexrelid"
                ),
                &format!(
                    "SELECT (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno)) AS name,
                            l.partial AS partial
                     FROM pragma_index_list('{table}') AS l WHERE l.\"unique\" = 1"
                ),
            )
            .load(connection)
            .unwrap();
            for Unique { name, partial } in uniques {
                lines.insert(format!("{table} unique({name}) partial={}", partial == 1));
            }
        }
    });
    lines
}

#[test]
fn both_databases_have_the_same_catalogue() {
    let lite = read(&TestDatabase::sqlite(), |db| Ok(catalogue(db)));
    assert!(
        lite.contains("awards unique(badge_id,person_id,cycle) partial=false"),
        "{lite:#?}"
    );
    assert!(lite.contains("rules unique(badge_id) partial=true"));
    assert!(lite.contains("tenants unique(name) partial=false"));
    assert!(lite.contains("people.name text required=false"));
    if let Some(server) = postgres() {
        let other = read(&TestDatabase::postgres(&server), |db| Ok(catalogue(db)));
        let differing: Vec<_> = lite.symmetric_difference(&other).collect();
        assert!(differing.is_empty(), "{differing:#?}");
    }
}

#[test]
fn every_table_names_its_tenant_but_those_above_tenants() {
    on_both_databases(|database| {
        let lines = read(database, |db| Ok(catalogue(db)));
        let tables: BTreeSet<&str> = lines
            .iter()
            .filter_map(|line| line.split_once('.'))
            .map(|(table, _)| table)
            .collect();
        let without: Vec<&str> = tables
            .into_iter()
            .filter(|table| !lines.contains(&format!("{table}.tenant_id text required=true")))
            .collect();
        // Administrators of the whole installation belong to no tenant, and what is only tried belongs to nobody.
        let above = [
            "admin_links",
            "admin_sessions",
            "admins",
            "probes",
            "tenants",
            "tool_keys",
        ];
        assert_eq!(without, above);
    });
}

#[test]
fn processes_that_start_at_once_migrate_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut urls = vec![format!("sqlite://{}", folder.path().join("new.db").display())];
    urls.extend(postgres().map(|server| TestDatabase::empty_postgres(&server)));
    for url in &urls {
        let start = Barrier::new(4);
        let started: Vec<Result<(), StoreError>> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        Store::open(url, 2).map(drop)
                    })
                })
                .collect();
            starts.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let used = Store::open(url, 1)
            .and_then(|store| store.write_blocking(|db| tenants::insert(db, &tenant("t"))));
        drop_postgres(url);
        assert!(started.iter().all(Result::is_ok), "{started:?}");
        used.unwrap();
    }
}

#[test]
fn a_database_from_a_newer_version_is_refused_and_left_alone() {
    on_both_databases(|database| {
        let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000000')";
        read(database, |db| Ok(db.batch_execute(newer)?));
        let error = Store::open(&database.url, 1).unwrap_err();
        assert!(
            matches!(&error, StoreError::Newer { found, .. } if found == "20990101000000"),
            "{error}"
        );
        assert!(error.to_string().contains("newer version of Cairn"), "{error}");
    });
}

/// A SQLite database of the program before the last migration, with an institution, and the versions of its last migration
/// and of the one that is to come.
fn outdated() -> (TestDatabase, String, String) {
    let database = TestDatabase::sqlite();
    write(&database, |db| tenants::insert(db, &tenant("t")));
    let names = migrations(Engine::Sqlite);
    let [.., before, last] = names.as_slice() else {
        panic!("there are many")
    };
    let version = |name: &str| name.split('_').next().unwrap().replace('-', "");
    let (before, last_version) = (version(before), version(last));
    read(&database, |db| {
        db.batch_execute(&script(Engine::Sqlite, last, "down"))?;
        let gone = format!("DELETE FROM __diesel_schema_migrations WHERE version = '{last_version}'");
        Ok(db.batch_execute(&gone)?)
    });
    (database, before, last_version)
}

/// The names of the files beside the database that an upgrade left.
fn copies(database: &TestDatabase) -> Vec<String> {
    let file = Path::new(database.url.trim_start_matches("sqlite://"));
    let listed = fs::read_dir(file.parent().unwrap()).unwrap();
    let names = listed.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut copies: Vec<String> = names.filter(|name| name.contains(".before-")).collect();
    copies.sort_unstable();
    copies
}

#[test]
fn an_old_database_is_copied_before_it_is_migrated_and_a_current_one_is_not() {
    let (database, before, _) = outdated();
    let upgraded = Store::open(&database.url, 1).unwrap();
    assert_eq!(upgraded.read_blocking(tenants::list).unwrap(), [tenant("t")]);
    let name = format!("cairn.db.before-{before}");
    assert_eq!(copies(&database), std::slice::from_ref(&name));
    let file = Path::new(database.url.trim_start_matches("sqlite://")).with_file_name(&name);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // It is the database as it was: its own program goes on with it.
    let target = file.with_file_name("again.db");
    let copied = backup::copy(&file.display().to_string(), &target).unwrap();
    assert_eq!(copied.migration(), before);
    fs::remove_file(&file).unwrap();
    Store::open(&database.url, 1).unwrap();
    assert_eq!(copies(&database), [""; 0], "nothing was brought up to date");
}

#[test]
fn a_migration_that_fails_leaves_the_old_database_and_its_copy() {
    let (database, before, _) = outdated();
    let last = migrations(Engine::Sqlite).pop().unwrap();
    // What it is to make is there already.
    read(&database, |db| {
        Ok(db.batch_execute(&script(Engine::Sqlite, &last, "up"))?)
    });
    for _ in 0..2 {
        let failed = Store::open(&database.url, 1).unwrap_err();
        assert!(matches!(failed, StoreError::Migration(_)), "{failed}");
        assert!(failed.to_string().contains("Nothing was changed"), "{failed}");
        assert_eq!(read(&database, tenants::list), [tenant("t")]);
        assert_eq!(copies(&database), [format!("cairn.db.before-{before}")]);
    }
    let target = Path::new(database.url.trim_start_matches("sqlite://")).with_file_name("again.db");
    let left = backup::copy(&database.url, &target).unwrap();
    assert_eq!(left.migration(), before);
}

#[test]
fn copies_of_upgrades_are_few_and_end() {
    let (database, before, _) = outdated();
    let file = Path::new(database.url.trim_start_matches("sqlite://")).to_owned();
    for version in ["20200101000000", "20210101000000", "20220101000000"] {
        fs::write(
            file.with_file_name(format!("cairn.db.before-{version}")),
            "a copy",
        )
        .unwrap();
    }
    Store::open(&database.url, 1).unwrap();
    let kept = [
        "cairn.db.before-20220101000000".to_owned(),
        format!("cairn.db.before-{before}"),
    ];
    assert_eq!(copies(&database), kept);
    before_upgrade::forget(&database.url, DateTime::UNIX_EPOCH).unwrap();
    assert_eq!(copies(&database), kept);
    before_upgrade::forget(&database.url, DateTime::UNIX_EPOCH + TimeDelta::days(99_999)).unwrap();
    assert_eq!(copies(&database), [""; 0]);
    assert!(file.exists());
}

#[test]
fn migrations_can_be_taken_back() {
    on_both_databases(|database| {
        read(database, |db| {
            for migration in migrations(database.engine).iter().rev() {
                db.batch_execute(&script(database.engine, migration, "down"))?;
            }
            assert_eq!(catalogue(db), BTreeSet::new());
            Ok(())
        });
    });
}

#[test]
fn institutions_that_shared_a_name_are_told_apart_when_no_two_may_any_more() {
    on_both_databases(|database| {
        let sql = |which| script(database.engine, "2026-11-30-000000_tenant_names", which);
        let named = |id: &str, name: &str, seconds: i64| Tenant {
            name: name.into(),
            created_at: at(seconds),
            ..tenant(id)
        };
        read(database, |db| {
            db.batch_execute(&sql("down"))?;
            for one in [
                named("t-3", "North Coast", 30),
                named("t-1", "North Coast", 10),
                named("t-2", " North Coast ", 20),
                named("t-4", "North Coast (3)", 40),
                named("t-5", "South Coast", 10),
            ] {
                tenants::insert(db, &one)?;
            }
            db.batch_execute(&sql("up"))?;
            let names: Vec<(TenantId, String)> = tenants::list(db)?
                .into_iter()
                .map(|one| (one.id, one.name))
                .collect();
            let expected = [
                ("t-1", "North Coast"),
                ("t-5", "South Coast"),
                ("t-2", "North Coast (2)"),
                ("t-3", "North Coast (3)"),
                // Somebody had called it so before.
                ("t-4", "North Coast (3) (t-4)"),
            ];
            assert_eq!(names, expected.map(|(id, name)| (id.into(), name.to_owned())));
            // What found the oldest finds it still.
            let found = tenants::by_name(db, "North Coast")?;
            assert_eq!(found.map(|one| one.id), Some("t-1".into()));
            Ok(())
        });
        for change in [
            (|db: &mut Db| tenants::insert(db, &named_twin("t-6"))) as fn(&mut Db) -> Result<(), StoreError>,
            |db| tenants::rename(db, &"t-5".into(), "North Coast"),
        ] {
            let refused = database.store.write_blocking(change);
            assert!(matches!(refused, Err(StoreError::AlreadyThere(_))), "{refused:?}");
        }
    });
}

/// An institution of a name that another one has.
fn named_twin(id: &str) -> Tenant {
    Tenant {
        name: "North Coast".into(),
        ..tenant(id)
    }
}

#[test]
fn sqlite_connections_are_set_up_as_decided() {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Text)]
        value: String,
    }
    let database = TestDatabase::sqlite();
    let value = |pragma: &str| {
        let sql = format!("SELECT CAST({pragma} AS TEXT) AS value FROM pragma_{pragma}");
        read(&database, |db| {
            Ok(diesel::sql_query(sql).get_result::<Setting>(db)?)
        })
        .value
    };
    assert_eq!(value("journal_mode"), "wal");
    assert_eq!(value("synchronous"), "1");
    assert_eq!(value("foreign_keys"), "1");
    assert_eq!(value("secure_delete"), "1");
    let sql = "SELECT CAST(timeout AS TEXT) AS value FROM pragma_busy_timeout";
    assert_eq!(
        read(&database, |db| Ok(
            diesel::sql_query(sql).get_result::<Setting>(db)?
        ))
        .value,
        "10000"
    );
}

#[test]
fn a_transaction_that_fails_leaves_nothing() {
    on_both_databases(|database| {
        let failed: Result<(), StoreError> = database.store.write_blocking(|db| {
            tenants::insert(db, &tenant("t"))?;
            Err(StoreError::Stale)
        });
        assert!(matches!(failed, Err(StoreError::Stale)));
        assert_eq!(read(database, tenants::list), []);
        // The connection is as good as new.
        write(database, |db| tenants::insert(db, &tenant("t")));
        assert!(!on_both_in_transaction(database));
    });
}

fn on_both_in_transaction(database: &TestDatabase) -> bool {
    use diesel::connection::{AnsiTransactionManager, TransactionManager, TransactionManagerStatus};
    read(database, |db| {
        Ok(on_both!(
            db,
            |connection| match AnsiTransactionManager::transaction_manager_status_mut(connection) {
                TransactionManagerStatus::Valid(status) => status.transaction_depth().is_some(),
                TransactionManagerStatus::InError => true,
            }
        ))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn work_runs_on_the_blocking_pool_and_a_panic_is_an_error() {
    for database in TestDatabase::all() {
        database.store.ping().await.unwrap();
        database
            .store
            .write(|db| tenants::insert(db, &tenant("t")))
            .await
            .unwrap();
        let broken = database.store.write::<(), _>(|db| {
            tenants::insert(db, &tenant("u"))?;
            panic!("a defect");
        });
        assert!(matches!(broken.await, Err(StoreError::Interrupted)));
        let left = database.store.read(tenants::list).await.unwrap();
        assert_eq!(left, [tenant("t")]);
        database
            .store
            .write(|db| tenants::insert(db, &tenant("v")))
            .await
            .unwrap();
    }
}

//! Databases for tests: every test of stored behaviour runs on SQLite and, where there is a server, on PostgreSQL. Tests of
//! pages, which only need some database, are dealt between the two ([`TestDatabase::dealt`]).
//!
//! `CAIRN_TEST_POSTGRES` holds the address of a server on which databases may be created. Without it tests say that
//! PostgreSQL was left out; with `CI=true` that is a failure. `CAIRN_TEST_DATABASES=all` runs every test on both.

pub(crate) mod proxy;
pub(crate) mod shortcuts;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use chrono::{DateTime, Utc};
use diesel::connection::{Connection, SimpleConnection};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::SqliteConnection;
use sha2::{Digest as _, Sha256};

pub(crate) use super::connection::Engine;
use super::connection::{Address, PATIENCE};
use super::{Db, Store, StoreError, migrate};

/// A new, empty, up-to-date database that goes away with this value.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    pub(crate) store: Store,
    pub(crate) url: String,
    pub(crate) engine: Engine,
    folder: Option<PathBuf>,
}

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// The PostgreSQL server for tests, if there is one.
///
/// # Panics
/// With `CI=true` and none.
#[must_use]
#[allow(clippy::panic, reason = "for tests only")]
pub(crate) fn postgres() -> Option<String> {
    match std::env::var("CAIRN_TEST_POSTGRES") {
        Ok(url) if !url.is_empty() => Some(url),
        _ if std::env::var("CI").as_deref() == Ok("true") => {
            panic!("CI=true, but CAIRN_TEST_POSTGRES names no PostgreSQL server")
        }
        _ => {
            static SAID: std::sync::Once = std::sync::Once::new();
            SAID.call_once(|| {
                say("left out: PostgreSQL (set CAIRN_TEST_POSTGRES to the address of a server)")
            });
            None
        }
    }
}

/// Which database the test of that name is dealt: always the same one, wherever its module moves. Nothing where the name
/// tells no test, as on the main thread, on which `--test-threads=1` runs them all.
fn dealt_to(thread: Option<&str>) -> Option<Engine> {
    let (_, test) = thread?.rsplit_once("::")?;
    let even = Sha256::digest(test).first().is_some_and(|byte| byte % 2 == 0);
    Some(if even { Engine::Sqlite } else { Engine::Postgres })
}

/// Says something to whoever runs the tests. The macros that print are kept back by the test harness.
pub(crate) fn say(text: &str) {
    // Where nobody can be told, nobody is.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Runs `test` on a new SQLite database and on a new PostgreSQL database, if there is a server.
pub(crate) fn on_both_databases(test: impl Fn(&TestDatabase)) {
    test(&TestDatabase::sqlite());
    if let Some(server) = postgres() {
        test(&TestDatabase::postgres(&server));
    }
}

#[allow(clippy::expect_used, reason = "for tests only")]
impl TestDatabase {
    /// The databases that there are, for tests that need to write their own loop (such as asynchronous ones).
    #[must_use]
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![Self::sqlite()];
        all.extend(postgres().map(|server| Self::postgres(&server)));
        all
    }

    /// The database that this test is dealt, or both with `CAIRN_TEST_DATABASES=all`; SQLite where there is no server.
    #[must_use]
    pub(crate) fn dealt() -> Vec<Self> {
        let every = std::env::var("CAIRN_TEST_DATABASES").as_deref() == Ok("all");
        match (postgres(), dealt_to(std::thread::current().name())) {
            (Some(server), Some(Engine::Postgres)) if !every => vec![Self::postgres(&server)],
            (Some(_), Some(Engine::Sqlite)) if !every => vec![Self::sqlite()],
            _ => Self::all(),
        }
    }

    /// A SQLite database in a folder of its own.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub(crate) fn sqlite() -> Self {
        let folder = loop {
            let folder = std::env::temp_dir().join(format!("cairn-test-{}", unique()));
            if std::fs::create_dir(&folder).is_ok() {
                break folder;
            }
        };
        let file = folder.join("cairn.db");
        std::fs::write(&file, migrated_sqlite(&file)).expect("a copy of a database");
        let url = format!("sqlite://{}", file.display());
        let store = migrated(&url).expect("a test database on SQLite");
        Self {
            store,
            url,
            engine: Engine::Sqlite,
            folder: Some(folder),
        }
    }

    /// A database on `server`.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub(crate) fn postgres(server: &str) -> Self {
        let url = copy_postgres(server, migrated_postgres(server));
        let store = migrated(&url).expect("a test database on PostgreSQL");
        Self {
            store,
            url,
            engine: Engine::Postgres,
            folder: None,
        }
    }

    /// The address of a new database on `server` without any table; nobody removes it but [`drop_postgres`].
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub(crate) fn empty_postgres(server: &str) -> String {
        copy_postgres(server, "template0")
    }
}

/// A copy of a database that was migrated; it is connected to when somebody asks, which many a test leaves to the server.
fn migrated(url: &str) -> Result<Store, StoreError> {
    Store::pooled(Address::parse(url, PATIENCE)?, 8, PATIENCE)
}

/// Makes a SQLite database of the first program that there was, with an institution.
///
/// # Panics
/// When it cannot be made.
#[allow(clippy::expect_used, reason = "for tests only")]
pub(crate) fn first_sqlite(file: &Path) {
    let path = file.to_str().expect("a name in UTF-8");
    let mut connection = SqliteConnection::establish(path).expect("a new database");
    connection
        .batch_execute("PRAGMA journal_mode = WAL")
        .expect("its log");
    migrate::run_first(&mut connection).expect("its tables");
    let institution = "INSERT INTO tenants (id, name, created_at) VALUES ('t', 'North Coast', 0)";
    connection.batch_execute(institution).expect("an institution");
}

/// The bytes of a SQLite database without any row, made at `file` by the first who asks; migrating takes as long as many a
/// test.
#[allow(clippy::expect_used, reason = "for tests only")]
fn migrated_sqlite(file: &Path) -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let path = file.to_str().expect("a name in UTF-8");
        let mut connection = SqliteConnection::establish(path).expect("a new database");
        connection
            .batch_execute("PRAGMA journal_mode = WAL")
            .expect("its log");
        let mut db = Db::Sqlite(connection);
        migrate::run(&mut db).expect("its tables");
        drop(db);
        std::fs::read(file).expect("its file")
    })
}

/// The name of a PostgreSQL database without any row, made by the first who asks. It goes when a later run finds that the
/// process which made it, and holds its lock, has ended.
#[allow(clippy::expect_used, reason = "for tests only")]
fn migrated_postgres(server: &str) -> &'static str {
    static MADE: OnceLock<(String, Mutex<PgConnection>)> = OnceLock::new();
    let (name, _) = MADE.get_or_init(|| {
        let mut admin = PgConnection::establish(server).expect("the PostgreSQL server");
        let abandoned = "SELECT name, 0::bigint AS rows FROM (SELECT datname::text AS name FROM pg_database \
            WHERE datname LIKE 'cairn\\_template\\_%' OFFSET 0) AS template WHERE pg_try_advisory_lock(hashtext(name))";
        let abandoned: Vec<Counted> = diesel::sql_query(abandoned)
            .load(&mut admin)
            .expect("the databases");
        for Counted { name, .. } in abandoned {
            let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
        let name = format!("cairn_template_{}", std::process::id());
        let lock = format!("SELECT pg_advisory_unlock_all(); SELECT pg_advisory_lock(hashtext('{name}'))");
        admin.batch_execute(&lock).expect("its lock");
        let url = create_postgres(&mut admin, server, &name, "template0");
        let mut db = Db::Postgres(PgConnection::establish(&url).expect("a new database"));
        migrate::run(&mut db).expect("its tables");
        (name, Mutex::new(admin))
    });
    name
}

/// A new copy of the database `template` on `server`: its address.
#[allow(clippy::expect_used, reason = "for tests only")]
fn copy_postgres(server: &str, template: &str) -> String {
    let name = format!("cairn_test_{}", unique().replace('-', "_"));
    let mut admin = PgConnection::establish(server).expect("the PostgreSQL server of CAIRN_TEST_POSTGRES");
    create_postgres(&mut admin, server, &name, template)
}

#[allow(clippy::expect_used, reason = "for tests only")]
fn create_postgres(admin: &mut PgConnection, server: &str, name: &str, template: &str) -> String {
    admin
        .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        .expect("no database of that name");
    admin
        .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
        .expect("a new database");
    let (rest, options) = server
        .split_once('?')
        .map_or((server, ""), |(rest, options)| (rest, options));
    let base = rest.rsplit_once('/').map_or(rest, |(base, _)| base);
    if options.is_empty() {
        format!("{base}/{name}")
    } else {
        format!("{base}/{name}?{options}")
    }
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// Counts the rows of each table that a query names.
macro_rules! count {
    ($connection:expr, $tables:expr) => {{
        let tables: Vec<Counted> = diesel::sql_query($tables).load($connection).expect("the tables");
        let mut counted = BTreeMap::new();
        for Counted { name, .. } in tables {
            let query = format!("SELECT '{name}' AS name, count(*) AS rows FROM \"{name}\"");
            let found: Vec<Counted> = diesel::sql_query(query).load($connection).expect("a count");
            counted.extend(found.into_iter().map(|table| (table.name, table.rows)));
        }
        counted
    }};
}

impl TestDatabase {
    /// How many rows each table has, by name.
    ///
    /// # Panics
    /// When they cannot be counted.
    #[must_use]
    #[allow(clippy::expect_used, reason = "for tests only")]
    pub(crate) fn rows(&self) -> BTreeMap<String, i64> {
        match self.engine {
            Engine::Sqlite => {
                let path = self.url.strip_prefix("sqlite://").expect("an address of SQLite");
                let mut connection = SqliteConnection::establish(path).expect("the test database");
                let tables = "SELECT name, 0 AS rows FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
                count!(&mut connection, tables)
            }
            Engine::Postgres => {
                let mut connection = PgConnection::establish(&self.url).expect("the test database");
                let tables = "SELECT table_name::text AS name, 0::bigint AS rows FROM information_schema.tables WHERE table_schema = 'public'";
                count!(&mut connection, tables)
            }
        }
    }
}

/// From now on nothing can be added to `table`: the database says `text`, such as "database or disk is full".
///
/// # Panics
/// When that cannot be arranged.
#[allow(clippy::expect_used, reason = "for tests only")]
pub(crate) async fn trouble(store: &Store, table: &'static str, text: &'static str) {
    let done = store.write(move |db| {
        let sql = match db {
            Db::Sqlite(_) => format!(
                "CREATE TRIGGER trouble_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{text}'); END"
            ),
            Db::Postgres(_) => format!(
                "CREATE FUNCTION trouble_{table}() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION '{text}'; END $$ \
                 LANGUAGE plpgsql; CREATE TRIGGER trouble_{table} BEFORE INSERT ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION trouble_{table}()"
            ),
        };
        Ok(db.batch_execute(&sql)?)
    });
    done.await.expect("trouble");
}

/// Nothing can be written any more, or again: as where a disk is mounted read-only. The owner of the process may be root, who
/// writes whatever the rights of a file are.
///
/// # Panics
/// When that cannot be arranged.
#[allow(clippy::expect_used, reason = "for tests only")]
pub(crate) fn read_only(store: &Store, on: bool) {
    let sql = match store.engine() {
        Engine::Sqlite => format!("PRAGMA query_only = {on}"),
        Engine::Postgres => format!("SET default_transaction_read_only = {on}"),
    };
    store.on_each_connection(&sql).expect("read-only");
}

/// The SQLite database cannot grow any more, or again; what is free in it is used up before.
///
/// # Panics
/// When that cannot be arranged.
#[allow(clippy::expect_used, reason = "for tests only")]
pub(crate) fn full(store: &Store, on: bool) {
    if on {
        store
            .on_each_connection("PRAGMA max_page_count = 1")
            .expect("full");
        let fill = "INSERT INTO probes (id, filler) SELECT hex(randomblob(9)), hex(zeroblob(1024))";
        while store
            .write_blocking(|db| Ok::<_, StoreError>(db.batch_execute(fill)?))
            .is_ok()
        {}
    } else {
        let room = "PRAGMA max_page_count = 1000000; DELETE FROM probes";
        store.on_each_connection(room).expect("room");
    }
}

/// How many jobs are due or being done, or will be tried again; not those that were put off until later.
///
/// # Panics
/// When they cannot be counted.
pub(crate) async fn jobs_left(store: &Store, now: DateTime<Utc>) -> i64 {
    count_jobs(store, "attempts > 0 OR", now).await
}

/// Jobs that run or are due; what failed or rests and waits for its time is none.
pub(crate) async fn jobs_due(store: &Store, now: DateTime<Utc>) -> i64 {
    count_jobs(store, "", now).await
}

#[allow(clippy::expect_used, reason = "for tests only")]
async fn count_jobs(store: &Store, also: &str, now: DateTime<Utc>) -> i64 {
    let query = format!(
        "SELECT 'jobs' AS name, count(*) AS rows FROM jobs \
         WHERE state = 'running' OR (state = 'waiting' AND ({also} run_at <= {}))",
        now.timestamp_micros()
    );
    let found = store.read(move |db| {
        let counted: Vec<Counted> = match db {
            Db::Sqlite(connection) => diesel::sql_query(&query).load(connection)?,
            Db::Postgres(connection) => diesel::sql_query(&query).load(connection)?,
        };
        Ok(counted.iter().map(|one| one.rows).sum())
    });
    found.await.expect("a count")
}

/// Every job that is held counts as abandoned, as a minute after the worker that held it was killed.
///
/// # Panics
/// When that cannot be written.
#[allow(clippy::expect_used, reason = "for tests only")]
pub(crate) async fn leases_run_out(store: &Store) {
    let sql = "UPDATE jobs SET locked_until = 0 WHERE locked_until IS NOT NULL";
    let done = store.write(move |db| Ok(db.batch_execute(sql)?));
    done.await.expect("no lease");
}

/// What failed waits until then for its next try by itself.
///
/// # Panics
/// When that cannot be written.
#[allow(clippy::expect_used, reason = "for tests only")]
pub(crate) async fn failed_jobs_wait(store: &Store, until: DateTime<Utc>) {
    let until = until.timestamp_micros();
    let sql = format!("UPDATE jobs SET run_at = {until} WHERE state = 'waiting' AND attempts > 0");
    let done = store.write(move |db| Ok(db.batch_execute(&sql)?));
    done.await.expect("that they wait");
}

/// What [`trouble`] did to `table` is over.
///
/// # Panics
/// When that cannot be arranged.
#[allow(clippy::expect_used, reason = "for tests only")]
pub(crate) async fn heal(store: &Store, table: &'static str) {
    let done = store.write(move |db| {
        let sql = match db {
            Db::Sqlite(_) => format!("DROP TRIGGER trouble_{table}"),
            Db::Postgres(_) => format!("DROP FUNCTION trouble_{table}() CASCADE"),
        };
        Ok(db.batch_execute(&sql)?)
    });
    done.await.expect("no trouble");
}

/// Removes the PostgreSQL database at `url`, whoever is connected.
pub(crate) fn drop_postgres(url: &str) {
    let name = url
        .split('?')
        .next()
        .and_then(|rest| rest.rsplit('/').next())
        .unwrap_or_default();
    let Ok(server) = std::env::var("CAIRN_TEST_POSTGRES") else {
        return;
    };
    if let (true, Ok(mut admin)) = (name.starts_with("cairn_test_"), PgConnection::establish(&server)) {
        let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &self.folder {
            Some(folder) => drop(std::fs::remove_dir_all(folder)),
            None => drop_postgres(&self.url),
        }
    }
}

fn unique() -> String {
    format!(
        "{}-{}",
        std::process::id(),
        COUNTER.fetch_add(1, Ordering::SeqCst)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_dealt_one_database_wherever_it_stands_and_both_occur() {
        let dealt = |number: u32, module: &str| dealt_to(Some(&format!("{module}::a_test_{number}")));
        let all: Vec<_> = (0..20).map(|number| dealt(number, "pages").unwrap()).collect();
        assert!(all.contains(&Engine::Sqlite) && all.contains(&Engine::Postgres));
        assert!((0..20).all(|number| dealt(number, "tests::pages") == dealt(number, "pages")));
        assert_eq!((dealt_to(Some("main")), dealt_to(None)), (None, None));
    }
}

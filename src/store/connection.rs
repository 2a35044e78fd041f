//! Connections: one enumeration over both databases, a pool, and the two ways to use it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::r2d2::{ManageConnection, NopErrorHandler, Pool, PooledConnection, R2D2Connection};
use diesel::sqlite::SqliteConnection;
use diesel::{QueryableByName, RunQueryDsl as _};

use super::committed::Telling;
use super::error::StoreError;
use super::limits;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
#[allow(
    clippy::large_enum_variant,
    reason = "a handful of connections live in the pool"
)]
pub(crate) enum Db {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Postgres(_) => "Db::Postgres",
            Self::Sqlite(_) => "Db::Sqlite",
        })
    }
}

/// Expands one statement for each database, where Diesel cannot build it for both at once: batches, upserts,
/// `returning`, locking clauses. `connection` is the concrete one. Every launch and every page also reads through it:
/// the concrete connection knows such a statement by its type, while [`Db`] writes its SQL anew each time.
macro_rules! on_both {
    ($db:expr, |$connection:ident| $body:expr) => {
        match $db {
            $crate::store::connection::Db::Postgres($connection) => $body,
            $crate::store::connection::Db::Sqlite($connection) => $body,
        }
    };
}

/// Which database an address names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Postgres,
    Sqlite,
}

/// A statement that PostgreSQL has not ended after so long is broken off.
pub(super) const LONGEST_STATEMENT: Duration = Duration::from_mins(2);
/// How long `/readyz` waits for the database.
const READY: Duration = Duration::from_millis(1_300);
/// What is said to libpq where the address does not say otherwise. A server that is away, or a network that swallows
/// everything, is noticed within seconds instead of the quarter of an hour for which an operating system tries again.
const SOCKET: [(&str, &str); 5] = [
    ("connect_timeout", "5"),
    ("tcp_user_timeout", "10000"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "2"),
];

/// How long a statement waits for a lock of another process, and a caller for a free connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Where a database is and how a connection is made ready.
#[derive(Clone)]
pub(super) struct Address {
    engine: Engine,
    url: String,
    patience: Duration,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("Address")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

impl Address {
    pub(super) fn parse(text: &str, patience: Duration) -> Result<Self, StoreError> {
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        let (engine, url) = match scheme {
            Some("postgres" | "postgresql") => (Engine::Postgres, with_timeouts(text)),
            Some("sqlite") => {
                let path = text.strip_prefix("sqlite://").unwrap_or(text);
                (Engine::Sqlite, path.to_owned())
            }
            Some(_) => {
                return Err(StoreError::Address(
                    "its scheme is neither sqlite nor postgres".to_owned(),
                ));
            }
            None => (Engine::Sqlite, text.to_owned()),
        };
        if engine == Engine::Sqlite && (url.trim().is_empty() || url.contains(":memory:")) {
            let wrong = "a SQLite database needs a file, because several connections share it";
            return Err(StoreError::Address(wrong.to_owned()));
        }
        Ok(Self {
            engine,
            url,
            patience,
        })
    }

    /// The file of a SQLite database, where it is named by a path.
    pub(super) fn file(&self) -> Option<PathBuf> {
        (self.engine == Engine::Sqlite && !self.url.starts_with("file:")).then(|| PathBuf::from(&self.url))
    }

    pub(super) fn connect(&self) -> Result<Db, StoreError> {
        match self.engine {
            Engine::Postgres => {
                let mut connection = PgConnection::establish(&self.url)?;
                let (locks, longest) = (self.patience.as_millis(), LONGEST_STATEMENT.as_millis());
                // A server that is cut off in the middle of a transaction holds what it has locked no longer than that.
                connection.batch_execute(&format!(
                    "SET application_name = 'cairn'; SET lock_timeout = {locks}; SET statement_timeout = {longest}; \
                     SET idle_in_transaction_session_timeout = {longest}; SET TIME ZONE 'UTC'"
                ))?;
                Ok(Db::Postgres(connection))
            }
            Engine::Sqlite => {
                let mut connection = SqliteConnection::establish(&self.url)?;
                // The time-out first, so that everything after it waits.
                connection.batch_execute(&format!("PRAGMA busy_timeout = {}", self.patience.as_millis()))?;
                self.write_ahead(&mut connection)?;
                // What is deleted is overwritten, so that nothing of whoever was erased stays in the file. Not FAST, which
                // leaves it in pages that are free; the zeros cost a write of pages that deleting touches anyway.
                connection.batch_execute(
                    "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON",
                )?;
                Ok(Db::Sqlite(connection))
            }
        }
    }

    /// Turns write-ahead logging on. A new file that several processes open at once answers "locked" here without
    /// waiting, whatever the time-out is, so that the waiting is ours.
    fn write_ahead(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let start = Instant::now();
        loop {
            match connection
                .batch_execute("PRAGMA journal_mode = WAL")
                .map_err(StoreError::from)
            {
                Err(StoreError::Busy) if start.elapsed() < self.patience => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                // A read-only file keeps the mode it has; writing to it says so later.
                Ok(()) | Err(StoreError::ReadOnly) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The address with [`SOCKET`] for whatever it says nothing about.
fn with_timeouts(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in SOCKET {
        if !url.contains(&format!("{name}=")) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&format!("{name}={value}"));
        }
    }
    url
}

impl ManageConnection for Address {
    type Connection = Db;
    type Error = StoreError;

    fn connect(&self) -> Result<Db, StoreError> {
        Self::connect(self)
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), StoreError> {
        db.ping().map_err(StoreError::from)
    }

    fn has_broken(&self, db: &mut Db) -> bool {
        std::thread::panicking() || db.is_broken()
    }
}

/// What SQLite says of emptying its log.
#[derive(QueryableByName)]
struct Emptied {
    /// Not 0 where somebody read or wrote meanwhile.
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// The database: a pool of connections. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: Pool<Address>,
    engine: Engine,
    patience: Duration,
    /// SQLite has one writer at a time: writers of this process queue here instead of polling the file's lock.
    writers: Arc<Mutex<()>>,
    /// Whether whoever asked waits no longer: then nothing more is begun, and nothing is committed.
    given_up: Arc<AtomicBool>,
}

impl Store {
    /// A pool of connections to `address`, none of which is open yet.
    pub(super) fn pooled(address: Address, connections: u32, patience: Duration) -> Result<Self, StoreError> {
        let engine = address.engine;
        let pool = Pool::builder()
            .max_size(connections.max(1))
            .min_idle(Some(0))
            .connection_timeout(patience)
            .test_on_check_out(engine == Engine::Postgres)
            .error_handler(Box::new(NopErrorHandler))
            .build(address)
            .map_err(|error| StoreError::unreachable(&error.to_string()))?;
        Ok(Self {
            pool,
            engine,
            patience,
            writers: Arc::new(Mutex::new(())),
            given_up: Arc::default(),
        })
    }

    /// Which database this is.
    #[must_use]
    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    /// Runs `work` with a connection, outside a transaction, on the blocking pool.
    ///
    /// # Errors
    /// What `work` says, or why there is no connection.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, StoreError> + Send + 'static,
    {
        self.read_with(work).await
    }

    /// Runs `work` in a transaction on the blocking pool; rolled back when it says `Err`.
    ///
    /// # Errors
    /// What `work` says, or why the transaction could not begin or end.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, StoreError> + Send + 'static,
    {
        self.write_with(work).await
    }

    /// Empties the write-ahead log of SQLite, in which pages stand as they were before something was deleted. Where
    /// somebody reads at this moment it is left for the next time: then the answer is `false`. PostgreSQL looks after its own.
    pub(crate) async fn settle(&self) -> Result<bool, StoreError> {
        // Whoever writes waits meanwhile, so it waits for readers a moment only.
        let patience = self.patience.as_millis();
        self.read(move |db| {
            let Db::Sqlite(connection) = db else {
                return Ok(true);
            };
            connection.batch_execute("PRAGMA busy_timeout = 250")?;
            let done = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Emptied>(connection);
            connection.batch_execute(&format!("PRAGMA busy_timeout = {patience}"))?;
            Ok(done?.busy == 0)
        })
        .await
    }

    /// Runs `work` where it may block.
    pub(super) async fn on_pool<T, E>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let given_up = Arc::new(AtomicBool::new(false));
        let store = Self {
            given_up: Arc::clone(&given_up),
            ..self.clone()
        };
        // What is logged there belongs to the same request or job.
        let span = tracing::Span::current();
        let task = tokio::task::spawn_blocking(move || {
            if store.is_given_up() {
                return Err(StoreError::Interrupted.into());
            }
            span.in_scope(|| work(&store))
        });
        let Some(limit) = limits::of(self.engine, self.patience) else {
            return task.await.unwrap_or_else(|_| Err(StoreError::Interrupted.into()));
        };
        // The thread waits on: for an answer of a database that is frozen no library stops waiting.
        match tokio::time::timeout(limit, task).await {
            Ok(done) => done.unwrap_or_else(|_| Err(StoreError::Interrupted.into())),
            Err(_) => {
                given_up.store(true, Ordering::SeqCst);
                Err(StoreError::TimedOut(limit.as_secs()).into())
            }
        }
    }

    fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::SeqCst)
    }

    /// As [`Self::read`], for work that can also fail in the caller's own way.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) async fn read_with<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        self.on_pool(move |store| store.read_blocking(work)).await
    }

    /// As [`Self::write`], for work that can also fail in the caller's own way; any `Err` rolls back.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(crate) async fn write_with<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        self.on_pool(move |store| store.write_blocking(work)).await
    }

    /// As [`Self::read_with`], on this thread: for the command line.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) fn read_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: FnOnce(&mut Db) -> Result<T, E>,
    {
        work(&mut *self.connection()?)
    }

    /// As [`Self::write_with`], on this thread: for the command line.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(crate) fn write_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: FnOnce(&mut Db) -> Result<T, E>,
    {
        let _turn = match self.engine {
            Engine::Sqlite => Some(self.writers.lock().unwrap_or_else(PoisonError::into_inner)),
            Engine::Postgres => None,
        };
        transaction_unless(&mut *self.connection()?, || self.is_given_up(), work)
    }

    /// As [`Self::write_with`], and once it says `Ok` even a power cut takes nothing back, and what was replaced is not
    /// left in unused parts of SQLite's file, which is written anew. For secrets that are encrypted anew.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(crate) async fn write_over<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        self.on_pool(move |store| store.write_over_blocking(work)).await
    }

    fn write_over_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: FnOnce(&mut Db) -> Result<T, E>,
    {
        let _turn = match self.engine {
            Engine::Sqlite => Some(self.writers.lock().unwrap_or_else(PoisonError::into_inner)),
            Engine::Postgres => None,
        };
        let mut connection = self.connection()?;
        if let Db::Sqlite(sqlite) = &mut *connection {
            sqlite
                .batch_execute("PRAGMA synchronous = FULL")
                .map_err(StoreError::from)?;
        }
        let done = transaction_unless(&mut connection, || self.is_given_up(), work);
        if let Db::Sqlite(sqlite) = &mut *connection {
            // What was asked for has happened by now, or not. Without room for it, or while somebody reads, the rest waits
            // for the database's own tidying.
            if done.is_ok() {
                let _ = sqlite.batch_execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
            }
            let _ = sqlite.batch_execute("PRAGMA synchronous = NORMAL");
        }
        done
    }

    /// Whether the database answers and is ours: for readiness. SQLite would answer a mere `SELECT 1` without its file.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        let asked = self.read(|db| Ok(db.batch_execute("SELECT 1 FROM tenants LIMIT 1")?));
        let answer = tokio::time::timeout(READY, asked).await;
        answer.unwrap_or_else(|_| Err(StoreError::TimedOut(READY.as_secs())))
    }

    /// Runs `sql` on every connection that there can be.
    #[cfg(test)]
    pub(super) fn on_each_connection(&self, sql: &str) -> Result<(), StoreError> {
        let mut all = Vec::new();
        for _ in 0..self.pool.max_size() {
            all.push(self.connection()?);
        }
        for connection in &mut all {
            connection.batch_execute(sql)?;
        }
        Ok(())
    }

    fn connection(&self) -> Result<PooledConnection<Address>, StoreError> {
        self.pool.get().map_err(|error| {
            let text = error.to_string();
            // The pool adds the last connection error after a colon; without one it was only out of connections. That error
            // is one of ours, whose sentence must not be said within itself.
            match text.split_once(": ") {
                Some((_, reason)) => StoreError::from_pool(reason),
                None => StoreError::PoolExhausted(self.patience.as_secs()),
            }
        })
    }
}

/// `work` in a transaction; on SQLite one that takes the writer's lock at once, so that it cannot fail half-way.
pub(super) fn transaction<T, E, F>(db: &mut Db, work: F) -> Result<T, E>
where
    E: From<StoreError>,
    F: FnOnce(&mut Db) -> Result<T, E>,
{
    transaction_unless(db, || false, work)
}

/// The same, rolled back where by then `is_given_up`: whoever asked was told that it was not done.
fn transaction_unless<T, E, F>(db: &mut Db, is_given_up: impl Fn() -> bool, work: F) -> Result<T, E>
where
    E: From<StoreError>,
    F: FnOnce(&mut Db) -> Result<T, E>,
{
    match db {
        Db::Postgres(connection) => AnsiTransactionManager::begin_transaction(connection),
        Db::Sqlite(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
        }
    }
    .map_err(StoreError::from)?;
    let telling = Telling::begin();
    let done = match work(db) {
        Ok(_) if is_given_up() => Err(StoreError::Interrupted.into()),
        done => done,
    };
    match done {
        Ok(value) => {
            on_both!(db, |connection| AnsiTransactionManager::commit_transaction(
                connection
            ))
            .map_err(StoreError::from)?;
            telling.committed();
            Ok(value)
        }
        Err(error) => {
            // A rollback that fails leaves a broken connection, which the pool then throws away.
            let _ = on_both!(db, |connection| AnsiTransactionManager::rollback_transaction(
                connection
            ));
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_long_a_dead_server_is_waited_for_unless_it_does_so_itself() {
        let url = with_timeouts("postgres://cairn@db.example/cairn");
        assert!(url.starts_with("postgres://cairn@db.example/cairn?connect_timeout=5&"));
        assert!(url.contains("&tcp_user_timeout=10000&keepalives_idle=10"));
        let own = with_timeouts("postgres://db.example/cairn?sslmode=require&connect_timeout=30");
        assert!(own.contains("?sslmode=require&connect_timeout=30&tcp_user_timeout=10000&"));
        assert_eq!(own.matches("connect_timeout").count(), 1);
    }
}

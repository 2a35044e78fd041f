//! What can go wrong with the database, each as a sentence that says what to do.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why there is no connection. What a driver says of it names host, port and user, which neither pages nor the log may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoReach {
    #[error("nobody listens at its address")]
    NobodyListens,
    #[error("it did not answer in time")]
    Silent,
    #[error("its host has no address")]
    NoHost,
    #[error("it does not let this user in")]
    NotLetIn,
    #[error("it knows no such database or user")]
    NoDatabase,
    #[error("it has no room for another connection")]
    NoRoom,
    #[error("it is starting or stopping")]
    NotUp,
    #[error("it ended the connection")]
    Ended,
    #[error("its file cannot be opened")]
    NoFile,
    #[error("there is no connection")]
    Other,
}

impl NoReach {
    /// The reason that a sentence of ours gives.
    fn repeated(sentence: &str) -> Self {
        let all = [
            Self::NobodyListens,
            Self::Silent,
            Self::NoHost,
            Self::NotLetIn,
            Self::NoDatabase,
            Self::NoRoom,
            Self::NotUp,
            Self::Ended,
            Self::NoFile,
        ];
        let said = all.into_iter().find(|one| sentence.contains(&one.to_string()));
        said.unwrap_or(Self::Other)
    }

    /// What a message of either driver means.
    fn of(message: &str) -> Self {
        const MEANINGS: [(&str, NoReach); 18] = [
            ("could not translate host name", NoReach::NoHost),
            ("connection refused", NoReach::NobodyListens),
            ("no such file or directory", NoReach::NobodyListens),
            ("timeout expired", NoReach::Silent),
            ("timed out", NoReach::Silent),
            ("no route to host", NoReach::Silent),
            ("could not receive", NoReach::Silent),
            ("authentication failed", NoReach::NotLetIn),
            ("no password supplied", NoReach::NotLetIn),
            ("pg_hba.conf", NoReach::NotLetIn),
            ("does not exist", NoReach::NoDatabase),
            ("too many clients", NoReach::NoRoom),
            ("remaining connection slots", NoReach::NoRoom),
            ("starting up", NoReach::NotUp),
            ("shutting down", NoReach::NotUp),
            ("terminating connection", NoReach::Ended),
            ("closed the connection", NoReach::Ended),
            ("unable to open", NoReach::NoFile),
        ];
        let lower = message.to_lowercase();
        let meaning = MEANINGS.iter().find(|(words, _)| lower.contains(words));
        meaning.map_or(Self::Other, |(_, meaning)| *meaning)
    }
}

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error(
        "The database address is not understood: {0}. Use sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME."
    )]
    Address(String),
    #[error(
        "The database cannot be reached: {0}. Check that it runs, that the address and password are right, and that the folder exists."
    )]
    Unreachable(NoReach),
    #[error(
        "All connections to the database have been busy for {0} seconds. Try again; if it stays so, raise database_connections."
    )]
    PoolExhausted(u64),
    #[error(
        "The database is locked by another program. Wait a moment and try again; if it stays so, find the process that holds it open."
    )]
    Busy,
    #[error(
        "The database is read-only. Give the user that runs Cairn the right to write to it and to its folder."
    )]
    ReadOnly,
    #[error(
        "The disk with the database is full. Free some space; nothing was lost and nothing was half written."
    )]
    Full,
    /// Holds what the operating system says.
    #[error(
        "The disk with the database and the files cannot be written to ({0}). Look into the log of the system: until it is mended pages can be read, and nothing can be saved."
    )]
    Disk(String),
    #[error(
        "The database did not answer within {0} seconds. Try again in a moment; if it stays so, see whether it runs and can be reached."
    )]
    TimedOut(u64),
    #[error(
        "The database was last used by a newer version of Cairn (it has migration {found}, this program knows none after {known}). Start that version or a later one, or restore the backup from before the upgrade."
    )]
    Newer { found: String, known: String },
    #[error(
        "The database could not be brought up to date: {0}. Nothing was changed; report this with the log."
    )]
    Migration(String),
    #[error(
        "The database has to be brought up to date, and could not be copied before: {0}. Nothing was changed. Give its folder room for a second copy, and the user that runs Cairn the right to write there."
    )]
    NotCopied(String),
    #[error("The database file is damaged or not a Cairn database: {0}. Restore the last backup.")]
    Damaged(String),
    /// A unique index refused a second one; names the index or its columns. On PostgreSQL the transaction in which it
    /// happened can only be rolled back.
    #[error("That exists already ({0}).")]
    AlreadyThere(String),
    #[error("Somebody else changed this in the meantime. Load it again and repeat the change.")]
    Stale,
    /// Names the thing.
    #[error("There is no such {0} (any more).")]
    Missing(&'static str),
    #[error("It is still used by {0} and stays.")]
    InUse(String),
    #[error("A stored value cannot be read: {column} holds {problem}. Report this with the log.")]
    Value { column: &'static str, problem: String },
    #[error("The database refused: {0}.")]
    Refused(String),
    #[error("The work on the database was interrupted; nothing was half written. Try again.")]
    Interrupted,
}

impl StoreError {
    /// The error whose sentence a pool repeats: all that it keeps of it.
    pub(super) fn from_pool(sentence: &str) -> Self {
        match Self::from_message(sentence) {
            Self::Refused(_) => Self::Unreachable(NoReach::repeated(sentence)),
            known => known,
        }
    }

    /// There is no connection, for the reason in a message of either driver.
    pub(super) fn unreachable(message: &str) -> Self {
        Self::Unreachable(NoReach::of(message))
    }

    /// What a message of either database means.
    pub(super) fn from_message(message: &str) -> Self {
        type Meaning = (&'static str, fn(&str) -> StoreError);
        const MEANINGS: [Meaning; 19] = [
            ("database is locked", |_| StoreError::Busy),
            ("database table is locked", |_| StoreError::Busy),
            ("deadlock detected", |_| StoreError::Busy),
            ("lock timeout", |_| StoreError::Busy),
            ("readonly database", |_| StoreError::ReadOnly),
            ("read-only transaction", |_| StoreError::ReadOnly),
            ("database or disk is full", |_| StoreError::Full),
            ("no space left on device", |_| StoreError::Full),
            ("disk i/o error", |_| {
                StoreError::Disk("disk I/O error".to_owned())
            }),
            ("read-only file system", |_| StoreError::ReadOnly),
            ("statement timeout", |_| {
                StoreError::TimedOut(super::connection::LONGEST_STATEMENT.as_secs())
            }),
            ("could not receive data", StoreError::unreachable),
            ("file is not a database", |_| {
                StoreError::Damaged("file is not a database".to_owned())
            }),
            ("disk image is malformed", |_| {
                StoreError::Damaged("database disk image is malformed".to_owned())
            }),
            ("unable to open database", StoreError::unreachable),
            ("could not connect", StoreError::unreachable),
            ("connection to server", StoreError::unreachable),
            ("terminating connection", StoreError::unreachable),
            ("server closed the connection", StoreError::unreachable),
        ];
        let lower = message.to_lowercase();
        let meaning = MEANINGS.iter().find(|(words, _)| lower.contains(words));
        let text = message.lines().next().unwrap_or_default().trim_end_matches('.');
        // A driver tries each address of a host and says of each why not: the reason may be in a later line.
        meaning.map_or_else(|| Self::Refused(text.to_owned()), |(_, make)| make(message))
    }
}

impl StoreError {
    /// What a failed write of a file beside the database means.
    pub(crate) fn of_the_disk(error: &std::io::Error) -> Self {
        match Self::from_message(&error.to_string()) {
            Self::Refused(text) => Self::Disk(text),
            known => known,
        }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, about) => Self::AlreadyThere(
                about
                    .constraint_name()
                    .unwrap_or_else(|| about.message())
                    .to_owned(),
            ),
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, about) => {
                Self::InUse(about.table_name().unwrap_or("other rows").to_owned())
            }
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Busy,
            DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => Self::ReadOnly,
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, about) => {
                Self::unreachable(about.message())
            }
            DieselError::DatabaseError(_, about) => Self::from_message(about.message()),
            DieselError::NotFound => Self::Missing("row"),
            DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<diesel::ConnectionError> for StoreError {
    fn from(error: diesel::ConnectionError) -> Self {
        let message = error.to_string();
        match Self::from_message(&message) {
            Self::Refused(_) => Self::unreachable(&message),
            known => known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_has_its_own_sentence() {
        let meant = |message: &str| StoreError::from_message(message).to_string();
        assert!(meant("database is locked").contains("locked by another program"));
        assert!(meant("attempt to write a readonly database").contains("read-only"));
        assert!(meant("database or disk is full").contains("Free some space"));
        assert!(meant("could not extend file: No space left on device").contains("Free some space"));
        assert!(meant("Read-only file system (os error 30)").contains("is read-only"));
        assert!(meant("disk I/O error").contains("nothing can be saved"));
        assert!(
            meant("canceling statement due to statement timeout")
                .contains("did not answer within 120 seconds")
        );
        assert!(meant("file is not a database").contains("Restore the last backup"));
        assert!(
            meant("FATAL: terminating connection due to administrator command").contains("cannot be reached")
        );
        for (said, expected) in [
            (
                "connection to server at \"db.inner\" (10.0.0.7), port 5433 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?",
                "nobody listens at its address",
            ),
            (
                "connection to server at \"10.0.0.7\", port 5433 failed: FATAL:  password authentication failed for user \"cairn\"",
                "it does not let this user in",
            ),
            (
                "could not translate host name \"db.inner\" to address: Name or service not known",
                "its host has no address",
            ),
        ] {
            let error = StoreError::from(diesel::ConnectionError::BadConnection(said.to_owned()));
            let told = error.to_string();
            assert!(told.contains(expected), "{told}");
            assert_eq!(told.matches("cannot be reached").count(), 1, "{told}");
            for inner in ["db.inner", "10.0.0.7", "5433", "\"cairn\""] {
                assert!(!told.contains(inner), "{told}");
            }
        }
        assert!(meant("deadlock detected").contains("try again"));
        assert!(meant("syntax error.\nLINE 1").ends_with("The database refused: syntax error."));
    }
}

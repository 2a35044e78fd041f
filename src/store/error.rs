//! What can go wrong with the database, each as a sentence that says what to do.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

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
    Unreachable(String),
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
            ("disk i/o error", |text| StoreError::Disk(text.to_owned())),
            ("read-only file system", |_| StoreError::ReadOnly),
            ("statement timeout", |_| {
                StoreError::TimedOut(super::connection::LONGEST_STATEMENT.as_secs())
            }),
            ("could not receive data", |text| {
                StoreError::Unreachable(text.to_owned())
            }),
            ("file is not a database", |text| {
                StoreError::Damaged(text.to_owned())
            }),
            ("disk image is malformed", |text| {
                StoreError::Damaged(text.to_owned())
            }),
            ("unable to open database", |text| {
                StoreError::Unreachable(text.to_owned())
            }),
            ("could not connect", |text| {
                StoreError::Unreachable(text.to_owned())
            }),
            ("connection to server", |text| {
                StoreError::Unreachable(text.to_owned())
            }),
            ("terminating connection", |text| {
                StoreError::Unreachable(text.to_owned())
            }),
            ("server closed the connection", |text| {
                StoreError::Unreachable(text.to_owned())
            }),
        ];
        let lower = message.to_lowercase();
        let meaning = MEANINGS.iter().find(|(words, _)| lower.contains(words));
        let text = message.lines().next().unwrap_or_default().trim_end_matches('.');
        meaning.map_or_else(|| Self::Refused(text.to_owned()), |(_, make)| make(text))
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
                Self::Unreachable(about.message().to_owned())
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
            Self::Refused(text) => Self::Unreachable(text),
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
        assert!(meant("deadlock detected").contains("try again"));
        assert!(meant("syntax error.\nLINE 1").ends_with("The database refused: syntax error."));
    }
}

//! Why a server does not start, and why a command on its data did nothing, in words for whoever runs it.

use super::errors;
use crate::service::StartError;
use crate::service::operations::backup::BackupError;
use crate::service::operations::master_key::RotationError;

/// Why Cairn does not start, and what to do.
#[must_use]
pub(crate) fn start(error: &StartError) -> String {
    match error {
        StartError::Listen(address, why) => {
            format!("Cannot listen on {address}: {why}. Is another server running there?")
        }
        StartError::Serve(why) => format!("The server could not be started: {why}"),
        StartError::DataFolder(folder, why) => format!("The data folder {folder} could not be made: {why}"),
        StartError::BeingChanged => {
            "The master key of this data is being changed by another command. Start again when that has ended."
                .to_owned()
        }
        StartError::DatabaseLost { database, folder } => format!(
            "The database {database} is not there or is empty, but {folder} holds the master key and files of one. \
             Put the database back from your last backup (its cairn.db, without cairn.db-wal and cairn.db-shm of another) and start \
             again. To begin with nothing instead, move everything out of {folder} first: badges that were issued are then lost."
        ),
        StartError::ToolKey(why) => format!("The tool's own key could not be made or read: {why}"),
        StartError::Net(why) => format!("The outbound client could not be made: {why}"),
        // What the modules below say of themselves is a sentence already.
        StartError::Secrets(_) | StartError::Store(_) | StartError::Blobs(_) => error.to_string(),
    }
}

/// Why the master key was not changed, or not to the end.
#[must_use]
pub(crate) fn rotation(error: &RotationError) -> String {
    match error {
        RotationError::InUse => "Somebody uses this data: a server, or another command. Stop every server of this installation and try again; \
             a running server would go on with the old master key. Nothing was changed."
            .to_owned(),
        RotationError::NewKeyNeeded => "The master key is in the setting master_key, so the new one must be given: make it with `openssl rand -base64 32`, \
             put it into a file that only you can read, and name that with --new-key-file (or give it to --new-key-file - on \
             the standard input). Nothing was changed."
            .to_owned(),
        RotationError::SameKey => "The new master key is the one that is in use. Nothing was changed.".to_owned(),
        RotationError::NotSwapped(why) => format!(
            "The stored keys are encrypted with the new master key now, but it could not take its place as a file: {why} \
             Run `cairn check`, which brings it to its end."
        ),
        RotationError::NotChanged(why) => format!("The master key was not changed: {}", errors::sentence(why)),
        RotationError::Start(why) => start(why),
    }
}

/// Why there is no backup.
#[must_use]
pub(crate) fn backup(error: &BackupError) -> String {
    match error {
        BackupError::There(folder) => {
            format!("{folder} is there already. Name another folder; nothing was written.")
        }
        BackupError::NoDatabase(folder) => format!(
            "There is no database in {folder} yet, so there is nothing to back up. Check the settings; nothing was written."
        ),
        BackupError::Write(folder, why) => {
            format!("The backup could not be written to {folder}: {why}. What was begun has been removed.")
        }
        BackupError::Read(file, why) => format!(
            "A file of the data folder could not be read: {file}: {why}. What was begun has been removed."
        ),
        // What the modules below say of themselves is a sentence already.
        BackupError::Store(_) | BackupError::Secrets(_) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::SecretsError;

    #[test]
    fn each_says_what_to_do_and_what_a_module_below_says_is_said_once() {
        let busy = start(&StartError::Listen(
            "127.0.0.1:80".parse().unwrap(),
            "in use".into(),
        ));
        assert_eq!(
            busy,
            "Cannot listen on 127.0.0.1:80: in use. Is another server running there?"
        );
        assert_eq!(
            start(&SecretsError::NotAKey.into()),
            SecretsError::NotAKey.to_string()
        );
        assert!(rotation(&RotationError::Start(StartError::BeingChanged)).ends_with("when that has ended."));
        assert!(backup(&BackupError::There("/b".into())).contains("Name another folder"));
    }
}

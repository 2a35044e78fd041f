//! A database that is not there any more beside what belonged to it: a new one in its place would answer that nobody ever
//! had a badge.

use secrecy::ExposeSecret as _;

use crate::secrets::key_file::KeyFile;
use crate::service::StartError;
use crate::settings::Settings;
use crate::store::Store;

/// Refuses to start where there is no database yet, but a master key and files of one.
///
/// # Errors
/// [`StartError::DatabaseLost`]; [`StartError::Store`] for an address that is not understood.
pub(super) fn refuse(settings: &Settings) -> Result<(), StartError> {
    let Some(database) = Store::missing(settings.database_url.expose_secret())? else {
        return Ok(());
    };
    let files = settings.data_dir.join("files");
    // The first start makes the database, then the key, then this folder. One that is empty may have been made for it by
    // whoever names the key in the settings.
    let was_used = match settings.master_key {
        None => KeyFile::in_folder(&settings.data_dir).path().exists() && files.is_dir(),
        Some(_) => std::fs::read_dir(&files)
            .is_ok_and(|mut files| files.any(|file| file.is_ok_and(|file| file.path().is_dir()))),
    };
    if was_used {
        return Err(StartError::DatabaseLost {
            database: database.display().to_string(),
            folder: settings.data_dir.display().to_string(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn settings(folder: &std::path::Path, more: &[(&str, &str)]) -> Settings {
        let mut environment = HashMap::from([("CAIRN_DATA_DIR".to_owned(), folder.display().to_string())]);
        for (name, value) in more {
            environment.insert((*name).to_owned(), (*value).to_owned());
        }
        Settings::load(None, &environment).unwrap()
    }

    #[test]
    fn a_first_start_is_told_from_a_database_that_was_lost() {
        let folder = tempfile::tempdir().unwrap();
        let by_file = settings(folder.path(), &[]);
        let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
        let by_setting = settings(folder.path(), &[("CAIRN_MASTER_KEY", key)]);
        let starts = |settings: &Settings| refuse(settings).is_ok();
        assert!(starts(&by_file) && starts(&by_setting), "nothing is there");
        std::fs::write(folder.path().join("master.key"), key).unwrap();
        assert!(starts(&by_file), "a key that was laid ready");
        std::fs::create_dir_all(folder.path().join("files")).unwrap();
        assert!(!starts(&by_file));
        assert!(starts(&by_setting), "a folder that was laid ready");
        std::fs::create_dir_all(folder.path().join("files/tenant")).unwrap();
        assert!(!starts(&by_setting));
        // A file without anything in it is as good as none; elsewhere there may be a database.
        std::fs::write(folder.path().join("cairn.db"), "").unwrap();
        assert!(!starts(&by_file));
        let nowhere = [("CAIRN_DATABASE_URL", "sqlite:///no/such/folder/cairn.db")];
        assert!(starts(&settings(folder.path(), &nowhere)), "opening it says more");
        let elsewhere = [("CAIRN_DATABASE_URL", "postgres://127.0.0.1/cairn")];
        assert!(starts(&settings(folder.path(), &elsewhere)));
        drop(Store::open(by_file.database_url.expose_secret(), 1).unwrap());
        assert!(starts(&by_file) && starts(&by_setting));
    }
}

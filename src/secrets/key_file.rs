//! The master key as a file in the data folder, and how another one takes its place.
//!
//! Three names: `master.key` is the key; `master.key.next` is the one that a change of the key prepares; after the change
//! the key before lies in `master.key.old-FINGERPRINT`, because backups from before open with nothing else. No key file
//! is ever removed or written over: whatever moment a process is killed at, every key that anything was encrypted with
//! is still there under one of these names.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{SecretsError, Vault};
use crate::random::{self, Random};

/// The key files of a data folder.
#[derive(Debug, Clone)]
pub(crate) struct KeyFile {
    folder: PathBuf,
}

impl KeyFile {
    /// Those of that data folder.
    #[must_use]
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Where the key lies.
    #[must_use]
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join("master.key")
    }

    /// Where the key lies that is to take its place.
    #[must_use]
    pub(crate) fn next_path(&self) -> PathBuf {
        self.folder.join("master.key.next")
    }

    /// Where `key` lies once it is not in use any more.
    #[must_use]
    pub(crate) fn old_path(&self, key: &Vault) -> PathBuf {
        self.folder.join(format!("master.key.old-{}", key.fingerprint()))
    }

    /// The key, if there is a file.
    ///
    /// # Errors
    /// [`SecretsError`] when it is malformed, can be read by others or cannot be used.
    pub(crate) fn current(&self) -> Result<Option<Vault>, SecretsError> {
        read(&self.path())
    }

    /// The key that a change of the key prepared, if there is one.
    ///
    /// # Errors
    /// As [`Self::current`].
    pub(crate) fn next(&self) -> Result<Option<Vault>, SecretsError> {
        read(&self.next_path())
    }

    /// The keys that are not in use any more, with their files.
    ///
    /// # Errors
    /// [`SecretsError::File`] when the folder cannot be read. Files that hold no key are passed over.
    pub(crate) fn old(&self) -> Result<Vec<(PathBuf, Vault)>, SecretsError> {
        let failed = |error| file_error(&self.folder, error);
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            if name.starts_with("master.key.old-")
                && let Ok(Some(key)) = read(&path)
            {
                found.push((path, key));
            }
        }
        Ok(found)
    }

    /// Makes the key at the first start, with rights for its owner alone. Where another process was first, its key is
    /// the one.
    ///
    /// # Errors
    /// [`SecretsError::File`] when it cannot be written.
    pub(crate) fn create(&self, random: &dyn Random) -> Result<Vault, SecretsError> {
        let made = Vault::new(random::bytes(random));
        let path = self.path();
        match create_private(&path, &made.text(), random) {
            Ok(()) => Ok(made),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let vanished = || file_error(&path, ErrorKind::NotFound.into());
                self.current()?.ok_or_else(vanished)
            }
            Err(error) => Err(file_error(&path, error)),
        }
    }

    /// Lays the next key ready on the disk: `given`, else the one that an interrupted change left, else a new one.
    ///
    /// # Errors
    /// As [`Self::current`]; [`SecretsError::File`] when it cannot be written.
    pub(crate) fn prepare(&self, given: Option<&Vault>, random: &dyn Random) -> Result<Vault, SecretsError> {
        let path = self.next_path();
        let failed = |error| file_error(&path, error);
        if let Some(left) = self.next()? {
            match given {
                // What an interrupted change left may be what the database is encrypted with by now, so it is used.
                None => return Ok(left),
                Some(given) if given.fingerprint() == left.fingerprint() => return Ok(left),
                Some(_) => std::fs::rename(&path, self.old_path(&left)).map_err(failed)?,
            }
        }
        let next = given
            .cloned()
            .unwrap_or_else(|| Vault::new(random::bytes(random)));
        create_private(&path, &next.text(), random).map_err(failed)?;
        Ok(next)
    }

    /// Lets the next key take the place of the key, which is kept as an old one. Can be done again after it was
    /// interrupted at any point. Says where the key before lies now.
    ///
    /// # Errors
    /// As [`Self::current`]; [`SecretsError::File`] when the files cannot be renamed.
    pub(crate) fn swap(&self) -> Result<Option<PathBuf>, SecretsError> {
        let path = self.path();
        let failed = |error| file_error(&path, error);
        let kept = match self.current()? {
            Some(before) => {
                let kept = self.old_path(&before);
                match std::fs::hard_link(&path, &kept) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(file_error(&kept, error)),
                }
                Some(kept)
            }
            None => None,
        };
        on_disk(&self.folder).map_err(failed)?;
        std::fs::rename(self.next_path(), &path).map_err(failed)?;
        on_disk(&self.folder).map_err(failed)?;
        Ok(kept)
    }
}

/// The key in a file of one's own; none where there is no file.
///
/// # Errors
/// [`SecretsError`] when it is malformed, can be read by others or cannot be used.
pub(crate) fn read(path: &Path) -> Result<Option<Vault>, SecretsError> {
    match std::fs::read_to_string(path).map(Zeroizing::new) {
        Ok(text) => {
            owner_only(path)?;
            Vault::from_text(&SecretString::from(text.as_str())).map(Some)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file_error(path, error)),
    }
}

fn file_error(path: &Path, error: std::io::Error) -> SecretsError {
    SecretsError::File(path.display().to_string(), error)
}

#[cfg(unix)]
fn owner_only(path: &Path) -> Result<(), SecretsError> {
    use std::os::unix::fs::PermissionsExt as _;
    let about = std::fs::metadata(path).map_err(|error| file_error(path, error))?;
    if about.permissions().mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(SecretsError::Open(path.display().to_string()))
    }
}

#[cfg(not(unix))]
fn owner_only(_: &Path) -> Result<(), SecretsError> {
    Ok(())
}

fn create_private(path: &Path, text: &str, random: &dyn Random) -> std::io::Result<()> {
    use std::io::Write as _;
    // Written beside its place and linked into it, so that nobody reads half a key.
    let folder = path.parent().unwrap_or(Path::new("."));
    let temporary = folder.join(format!(".master.key.{}", random::token::<9>(random)));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let linked = written.and_then(|()| std::fs::hard_link(&temporary, path));
    let _ = std::fs::remove_file(&temporary);
    linked.and_then(|()| on_disk(folder))
}

/// Waits until the names in a folder are on the disk, where the system can do so.
fn on_disk(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        std::fs::File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_key_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::in_folder(folder.path());
        assert!(file.current().unwrap().is_none());
        let first = file.create(&SeededRandom::new(1)).unwrap();
        let again = file.create(&SeededRandom::new(2)).unwrap();
        assert_eq!(first.fingerprint(), again.fingerprint());
        assert_eq!(
            file.current().unwrap().unwrap().fingerprint(),
            first.fingerprint()
        );
        assert_eq!(names(folder.path()), ["master.key"], "nothing else is left");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
            let error = file.current().unwrap_err();
            assert!(matches!(error, SecretsError::Open(_)), "{error}");
        }
    }

    #[test]
    fn the_next_key_takes_the_place_and_the_one_before_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::in_folder(folder.path());
        let before = file.create(&SeededRandom::new(1)).unwrap();
        let next = file.prepare(None, &SeededRandom::new(2)).unwrap();
        assert_ne!(before.fingerprint(), next.fingerprint());
        let same = file.prepare(None, &SeededRandom::new(3)).unwrap();
        assert_eq!(
            same.fingerprint(),
            next.fingerprint(),
            "what an interrupted change left is used"
        );
        // Killed after the first step of the swap: it is done again from the start.
        std::fs::hard_link(file.path(), file.old_path(&before)).unwrap();
        let kept = file.swap().unwrap().unwrap();
        assert_eq!(file.current().unwrap().unwrap().fingerprint(), next.fingerprint());
        assert_eq!(read(&kept).unwrap().unwrap().fingerprint(), before.fingerprint());
        let old = format!("master.key.old-{}", before.fingerprint());
        assert_eq!(names(folder.path()), ["master.key".to_owned(), old]);
        let [(_, old)] = file.old().unwrap().try_into().unwrap();
        assert_eq!(old.fingerprint(), before.fingerprint());
        assert!(file.swap().is_err(), "there is no next one");
        assert!(
            file.current().unwrap().is_some(),
            "and nothing was lost by trying"
        );
    }

    #[test]
    fn another_key_that_is_given_removes_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::in_folder(folder.path());
        file.create(&SeededRandom::new(1)).unwrap();
        let left = file.prepare(None, &SeededRandom::new(2)).unwrap();
        let given = Vault::new([9; 32]);
        let next = file.prepare(Some(&given), &SeededRandom::new(3)).unwrap();
        assert_eq!(next.fingerprint(), given.fingerprint());
        assert_eq!(file.next().unwrap().unwrap().fingerprint(), given.fingerprint());
        let [(_, old)] = file.old().unwrap().try_into().unwrap();
        assert_eq!(old.fingerprint(), left.fingerprint());
        let again = file.prepare(Some(&given), &SeededRandom::new(4)).unwrap();
        assert_eq!(again.fingerprint(), given.fingerprint());
    }
}

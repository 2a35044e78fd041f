//! The data folder belongs to the user that runs Cairn, and nobody else of the machine looks into it: evidence, the database
//! and archives are everybody's records.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// What was found open to others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Repair {
    /// Folders and files whose rights were taken back.
    pub(super) closed: usize,
    /// Those of which this could not be done: they belong to somebody else, or the disk is read-only.
    pub(super) left: usize,
}

/// Makes a folder that only this user can look into; one that is there stays as it is.
pub(super) fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Takes the rights of others back from the folder and everything below it, and says it in the log. Links are not followed.
/// A key file is left as it is: whoever starts Cairn is told of one that others could read, because they may have it now.
pub(super) fn close(folder: &Path) {
    let mut repair = Repair::default();
    // The folder itself may be behind a link.
    walk(
        &folder.canonicalize().unwrap_or_else(|_| folder.to_owned()),
        &mut repair,
    );
    let Repair { closed, left } = repair;
    if closed > 0 {
        tracing::warn!(
            closed,
            "folders and files of the data folder were open to other users and are closed now"
        );
    }
    if left > 0 {
        tracing::warn!(
            left,
            "folders and files of the data folder stay open to other users: this user may not close them"
        );
    }
}

fn walk(path: &Path, repair: &mut Repair) {
    let Ok(found) = path.symlink_metadata() else {
        return;
    };
    if found.is_symlink() || is_key(path) {
        return;
    }
    match shut(path, &found) {
        Ok(true) => repair.closed += 1,
        Ok(false) => {}
        // Removed since the folder was read.
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(_) => repair.left += 1,
    }
    if found.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            walk(&entry.path(), repair);
        }
    }
}

fn is_key(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name == "master.key" || name.starts_with("master.key.")
}

/// Whether others had rights; then they have none any more.
#[cfg(unix)]
fn shut(path: &Path, found: &fs::Metadata) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = found.permissions().mode();
    let is_open = mode & 0o077 != 0 && (found.is_dir() || found.is_file());
    if is_open {
        fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))?;
    }
    Ok(is_open)
}

#[cfg(not(unix))]
fn shut(_path: &Path, _found: &fs::Metadata) -> std::io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_is_open_to_others_is_closed_and_nothing_else_is_touched() {
        let place = tempfile::tempdir().unwrap();
        let (folder, outside) = (place.path().join("data"), place.path().join("outside"));
        let (files, key) = (folder.join("files"), folder.join("master.key"));
        make(&files).unwrap();
        assert_eq!((mode(&folder), mode(&files)), (0o700, 0o700));
        for (path, rights) in [
            (&outside, 0o644),
            (&folder.join("cairn.db"), 0o664),
            (&files.join("digest"), 0o600),
            (&key, 0o644),
        ] {
            fs::write(path, b"x").unwrap();
            set(path, rights);
        }
        std::os::unix::fs::symlink(&outside, folder.join("link")).unwrap();
        set(&folder, 0o755);
        let mut repair = Repair::default();
        walk(&folder, &mut repair);
        assert_eq!(repair, Repair { closed: 2, left: 0 });
        assert_eq!((mode(&folder), mode(&folder.join("cairn.db"))), (0o700, 0o600));
        assert_eq!(mode(&files.join("digest")), 0o600);
        assert_eq!(mode(&outside), 0o644, "a link leads out of the folder");
        assert_eq!(
            mode(&key),
            0o644,
            "of a key that others could read somebody must be told"
        );
        let mut again = Repair::default();
        walk(&folder, &mut again);
        assert_eq!(again, Repair::default());
    }
}

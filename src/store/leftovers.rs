//! Files of which only a part was written, because the process was killed meanwhile. The store of files writes beside its
//! aim, under `<name>#<number>`, and never lists or names those itself.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// The deepest that files lie below their folder: tenant, prefix, file.
const DEPTH: usize = 3;

/// Removes what was left before `before` anywhere below `folder`, and says how much of it.
///
/// # Errors
/// What the disk says of the folder itself. What cannot be removed now is met by the next sweep.
pub(crate) fn sweep(folder: &Path, before: SystemTime) -> io::Result<usize> {
    below(folder, before, DEPTH)
}

fn below(folder: &Path, before: SystemTime, depth: usize) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(folder)? {
        let Ok(entry) = entry else { continue };
        let Ok(about) = entry.metadata() else { continue };
        if about.is_dir() && depth > 1 {
            removed += below(&entry.path(), before, depth - 1).unwrap_or(0);
        } else if about.is_file()
            && entry.file_name().to_str().is_some_and(is_part)
            && about.modified().is_ok_and(|at| at < before)
            && fs::remove_file(entry.path()).is_ok()
        {
            removed += 1;
        }
    }
    Ok(removed)
}

/// Whether a file of that name is one of which only a part was written: ours are called by the hex of their digest.
fn is_part(name: &str) -> bool {
    name.rsplit_once('#').is_some_and(|(digest, number)| {
        !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && digest.len() == 64
            && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_a_kill_left_goes_and_what_is_being_written_or_whole_stays() {
        let folder = tempfile::tempdir().unwrap();
        let digest = "ab".repeat(32);
        let shelf = folder.path().join("tenant").join("ab");
        fs::create_dir_all(&shelf).unwrap();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let old = now - Duration::from_secs(7_200);
        let put = |name: &str, at: SystemTime| {
            let path = shelf.join(name);
            fs::write(&path, "work").unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(at).unwrap();
            path
        };
        let left = [
            put(&format!("{digest}#1"), old),
            put(&format!("{digest}#23"), old),
        ];
        let kept = [
            put(&digest, old),
            put(&format!("{digest}#2"), now),
            put("notes#1", old),
            put(&format!("{digest}#x"), old),
        ];
        let before = now - Duration::from_secs(3_600);
        assert_eq!(sweep(folder.path(), before).unwrap(), 2);
        assert!(left.iter().all(|path| !path.exists()));
        assert!(kept.iter().all(|path| path.exists()));
        assert_eq!(sweep(folder.path(), before).unwrap(), 0, "twice is once");
        assert!(sweep(&folder.path().join("nowhere"), before).is_err());
    }
}

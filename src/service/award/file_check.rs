//! A program of whoever runs the server that looks at each file before it is kept, such as a virus scanner.

use std::fs::File;
use std::io::{Error, ErrorKind, Result as IoResult};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::blobs::BlobError;
use crate::store::incoming::Whole;

/// How often, and after what pauses, it is looked whether the program has ended: a minute in all, and a second more for every
/// 2 MB.
const LOOKS: u64 = 1_200;
const BYTES_A_LOOK: u64 = 100_000;
const PAUSE: Duration = Duration::from_millis(50);

/// Whether the program finds the file harmful: it reads it from its standard input and ends with 0 for no, with 1 for
/// yes. Without a program nothing is.
///
/// # Errors
/// [`BlobError::Failed`] when it cannot be started, ends otherwise or does not end in time: then nobody knows, and
/// the file is not kept.
#[tracing::instrument(name = "file_check.finds_harm", skip_all)]
pub(crate) async fn finds_harm(cairn: &Cairn, whole: &Whole) -> Result<bool, ServiceError> {
    let Some(program) = cairn.settings.file_check.clone() else {
        return Ok(false);
    };
    let file = whole.open().await?;
    let looks = LOOKS.saturating_add(whole.about.size / BYTES_A_LOOK);
    let asked = tokio::task::spawn_blocking(move || ask(&program, file, looks)).await;
    let asked = asked.map_err(|error| ServiceError::Internal(error.to_string()))?;
    asked.map_err(|error| {
        tracing::error!(%error, "the program of the setting file_check could not tell");
        let why = "the program that checks files on this server did not say whether it is harmful";
        BlobError::Failed(why.to_owned()).into()
    })
}

fn ask(program: &str, file: File, looks: u64) -> IoResult<bool> {
    let mut words = program.split_whitespace();
    // Our own environment may hold the master key.
    let mut child = Command::new(words.next().unwrap_or_default())
        .args(words)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .stdin(Stdio::from(file))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    for _ in 0..looks {
        if let Some(status) = child.try_wait()? {
            return match status.code() {
                Some(0) => Ok(false),
                Some(1) => Ok(true),
                _ => Err(Error::other(status.to_string())),
            };
        }
        std::thread::sleep(PAUSE);
    }
    child.kill()?;
    child.wait()?;
    Err(Error::from(ErrorKind::TimedOut))
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{Seek as _, Write as _};

    use super::*;

    fn ask(program: &str, content: &[u8]) -> IoResult<bool> {
        let mut file = tempfile::tempfile()?;
        file.write_all(content)?;
        file.rewind()?;
        super::ask(program, file, LOOKS)
    }

    #[test]
    fn what_the_program_ends_with_is_its_answer_and_anything_else_is_none() {
        let large = vec![b'x'; 4 << 20];
        assert!(!ask("true", &large).unwrap(), "it need not read what it is given");
        assert!(ask("false", b"x").unwrap());
        assert!(
            !ask("grep -q EICAR", b"an EICAR file").unwrap(),
            "it is given the file"
        );
        assert!(ask("grep -q EICAR", b"a report").unwrap());
        for none in ["cairn-no-such-program", "", "sh /no/such/script"] {
            assert!(ask(none, b"x").is_err(), "{none}");
        }
        let endless = super::ask("sleep 60", tempfile::tempfile().unwrap(), 2).unwrap_err();
        assert_eq!(endless.kind(), ErrorKind::TimedOut);
    }
}

//! `cairn keys rotate-master`: another master key.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use secrecy::SecretString;

use crate::cli::{CommandError, actix_runtime};
use crate::clock::SystemClock;
use crate::random::SystemRandom;
use crate::secrets::{Vault, key_file};
use crate::service::operations::master_key;
use crate::settings::Settings;

/// What `--help` says.
pub(crate) const ROTATE_MASTER: &str = "\
Encrypt all stored keys with a new master key: the keys that sign badges, and the tool's own. They stay the same keys, so \
everything that was issued stays valid. Nothing opens with the old master key any more.

Stop every server of this installation first; a running one would go on with the old key. The command refuses while it \
sees one.

Where the key is the file master.key in the data folder, a new one is made and takes its place. If the command is killed \
meanwhile, the next start brings it to its end or goes on with the old key. The old key is kept as \
master.key.old-FINGERPRINT, because backups from before need it; move it to where they are. Servers with a data folder of \
their own each need the new file. Where the key is the setting master_key, the new one comes from --new-key-file, and you \
change the setting before you start again.

Nobody is signed out. Launches under way, forms that are open and links to files end with the old key; people open the \
page again.

If somebody may have seen the old key together with the database or a backup, they may have the signing keys as well: \
withdraw those, `cairn keys withdraw`.";

#[derive(Debug, Args)]
pub(crate) struct RotateMasterArguments {
    /// A file with the new key, 32 bytes in base64, that only you can read; - reads it from the standard input.
    #[arg(long, value_name = "FILE")]
    new_key_file: Option<PathBuf>,
}

/// Changes the key and says what is to be done next.
///
/// # Errors
/// A sentence when the new key cannot be read, a server runs, or the old key does not open the database.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn run(settings: Settings, arguments: &RotateMasterArguments) -> Result<(), CommandError> {
    let given = arguments.new_key_file.as_deref().map(new_key).transpose()?;
    actix_runtime(async move {
        let clock = Arc::new(SystemClock);
        let done = master_key::rotate(settings, clock, Arc::new(SystemRandom), given).await?;
        println!(
            "{} stored keys are encrypted with the new master key {}.",
            done.keys, done.after
        );
        match done.kept {
            Some(kept) => println!(
                "It is in the file master.key. Back it up apart from the database, and copy it to every other server of this \
                 installation.\nThe old key {} is kept in {}: backups from before open with nothing else. Move it to where \
                 they are.",
                done.before,
                kept.display()
            ),
            None => println!(
                "Before you start a server, put the new key into the setting master_key (variable CAIRN_MASTER_KEY), on every \
                 server: the old one opens nothing any more.\nKeep the old key {} as long as you keep backups from before: \
                 they open with nothing else.",
                done.before
            ),
        }
        Ok(())
    })
}

fn new_key(path: &Path) -> Result<Vault, CommandError> {
    if path.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(Vault::from_text(&SecretString::from(text))?);
    }
    key_file::read(path)?
        .ok_or_else(|| format!("There is no file {}. Nothing was changed.", path.display()).into())
}

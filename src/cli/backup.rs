//! `cairn backup`: the database and the files in one folder, while the server runs.

use std::path::PathBuf;

use clap::Args;

use super::CommandError;
use crate::clock::{Clock as _, SystemClock};
use crate::service::award::files::size_words;
use crate::service::operations::backup;
use crate::settings::Settings;

#[derive(Debug, Args)]
#[command(after_long_help = "\
A server may run meanwhile. The folder has the form of a data folder: to restore it, copy it to an empty place, put the \
master key there as master.key (or set master_key), name the place in data_dir, and run `cairn check`.

Of PostgreSQL only the files are copied. Dump the database first, then run this command, so that every file the dump \
names is there:

  pg_dump --format=custom --file=cairn.dump ADDRESS
  cairn backup DIR

The master key is never part of a backup, because it opens the private keys in it. Keep it elsewhere; manifest.json says \
which one the backup takes. `sha256sum -c SHA256SUMS` in the folder tells whether all of it is whole.")]
pub(crate) struct BackupArguments {
    /// The folder to write; it must not be there yet.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Writes the backup.
///
/// # Errors
/// A sentence when the folder is there or cannot be written, or the database cannot be read.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn run(settings: &Settings, arguments: &BackupArguments) -> Result<(), CommandError> {
    let shown = arguments.folder.display();
    let made = backup::make(settings, SystemClock.now(), &arguments.folder)?;
    let files = format!("{} files, {}", made.files, size_words(made.size));
    match made.database {
        Some(size) => println!("{shown}: the database, {}, and {files}.", size_words(size)),
        None => println!(
            "{shown}: {files}.\nThe database is in PostgreSQL and not in this folder. It must have been dumped before this \
             command: pg_dump --format=custom --file=cairn.dump ADDRESS"
        ),
    }
    if let Some(fingerprint) = made.master_key {
        println!("It takes the master key {fingerprint}, which is not in it: keep that elsewhere.");
    }
    for name in &made.damaged {
        println!("note    {name} is damaged in the data folder; it was copied as it is.");
    }
    Ok(())
}

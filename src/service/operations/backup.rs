//! A backup of an installation, taken while its server runs: the database, then the files. The database comes first, so
//! that every file it names is copied, or was erased since.
//!
//! The folder has the form of a data folder: `cairn.db` (not for PostgreSQL, whose own program dumps it), `files/`, and
//! beside them `manifest.json` and `SHA256SUMS`. The master key is never in it; the manifest says which one it takes.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use secrecy::ExposeSecret as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::secrets::key_file::KeyFile;
use crate::secrets::{SecretsError, Vault};
use crate::settings::Settings;
use crate::store::StoreError;
use crate::store::backup::{self, Copied};
use crate::store::incoming;

/// Why there is no backup. What was begun has been removed. People are told in the words of `web::words::starting`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupError {
    #[error("{0} is there already")]
    There(String),
    #[error("no database in {0}")]
    NoDatabase(String),
    #[error("writing to {0}: {1}")]
    Write(String, std::io::Error),
    /// A file of the data folder.
    #[error("reading {0}: {1}")]
    Read(String, std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    /// Bytes of the database; none where it is PostgreSQL, which the backup does not hold.
    pub(crate) database: Option<u64>,
    /// How many files, and their bytes together.
    pub(crate) files: usize,
    pub(crate) size: u64,
    /// Files whose content is not what it was when it was stored, below the data folder. They are in the backup as they
    /// are.
    pub(crate) damaged: Vec<String>,
    /// The fingerprint of the master key that it takes; none when no key is there to ask.
    pub(crate) master_key: Option<String>,
}

/// Writes a backup to the new folder `target`. Blocks.
///
/// # Errors
/// [`BackupError`]; then there is no folder `target`.
#[tracing::instrument(name = "backup.make", skip_all)]
pub(crate) fn make(settings: &Settings, now: DateTime<Utc>, target: &Path) -> Result<Made, BackupError> {
    if target.symlink_metadata().is_ok() {
        return Err(BackupError::There(target.display().to_string()));
    }
    let master_key = match &settings.master_key {
        Some(text) => Some(Vault::from_text(text)?),
        None => KeyFile::in_folder(&settings.data_dir).current()?,
    };
    // Beside its place, so that a backup is whole or not there.
    let mut draft = target.to_owned().into_os_string();
    draft.push(".part");
    let draft = Draft(draft.into());
    let wrote = |error| BackupError::Write(target.display().to_string(), error);
    private_folder(&draft.0).map_err(wrote)?;
    let mut sums = Sums::default();
    let copied = backup::copy(settings.database_url.expose_secret(), &draft.0.join("cairn.db"));
    let copied = copied.map_err(|error| match error {
        StoreError::Missing("database") => BackupError::NoDatabase(settings.data_dir.display().to_string()),
        error => error.into(),
    })?;
    let database = match copied {
        Copied::Sqlite { .. } => {
            let file = File::open(draft.0.join("cairn.db")).map_err(wrote)?;
            let (digest, size) = digest(&mut BufReader::new(&file), &mut std::io::sink()).map_err(wrote)?;
            file.sync_all().map_err(wrote)?;
            sums.add(&digest, "cairn.db");
            Some(size)
        }
        Copied::Postgres { .. } => None,
    };
    let mut made = Made {
        database,
        files: 0,
        size: 0,
        damaged: Vec::new(),
        master_key: master_key.map(|key| key.fingerprint()),
    };
    copy_files(&settings.data_dir, &draft.0, target, &mut made, &mut sums)?;
    let manifest = json!({
        "made_at": now.to_rfc3339_opts(SecondsFormat::Secs, true),
        "version": env!("CARGO_PKG_VERSION"),
        "migration": copied.migration(),
        "database": if made.database.is_some() { "sqlite" } else { "postgres" },
        "public_origin": settings.origin(),
        "identity_origin": settings.identity(),
        "files": made.files,
        "bytes_of_files": made.size,
        "master_key_fingerprint": made.master_key,
    });
    let manifest = format!("{manifest:#}\n");
    sums.add(&hex::encode(Sha256::digest(&manifest)), "manifest.json");
    write(&draft.0.join("manifest.json"), manifest.as_bytes()).map_err(wrote)?;
    write(&draft.0.join("SHA256SUMS"), sums.0.as_bytes()).map_err(wrote)?;
    fs::rename(&draft.0, target).map_err(wrote)?;
    Ok(made)
}

/// A folder that is removed when this value goes; once it has another name there is nothing to remove.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Lines as `sha256sum -c` reads them.
#[derive(Default)]
struct Sums(String);

impl Sums {
    fn add(&mut self, digest: &str, name: &str) {
        self.0.push_str(digest);
        self.0.push_str("  ");
        self.0.push_str(name);
        self.0.push('\n');
    }
}

/// Copies `files/TENANT/SHELF/DIGEST`, the form in which the store of blobs keeps them; what has another name there is
/// half written.
fn copy_files(
    from: &Path,
    draft: &Path,
    target: &Path,
    made: &mut Made,
    sums: &mut Sums,
) -> Result<(), BackupError> {
    let wrote = |error| BackupError::Write(target.display().to_string(), error);
    fs::create_dir(draft.join("files")).map_err(wrote)?;
    for tenant in names(&from.join("files"))? {
        for prefix in names(&from.join("files").join(&tenant))? {
            if prefix == incoming::FOLDER {
                continue;
            }
            let place = Path::new("files").join(&tenant).join(&prefix);
            fs::create_dir_all(draft.join(&place)).map_err(wrote)?;
            for name in names(&from.join(&place))?
                .into_iter()
                .filter(|name| is_digest(name))
            {
                let place = place.join(&name);
                let source = from.join(&place);
                let read = |error| BackupError::Read(source.display().to_string(), error);
                let file = match File::open(&source) {
                    Ok(file) => file,
                    // Erased since the folder was read.
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(read(error)),
                };
                let mut copy = BufWriter::new(File::create_new(draft.join(&place)).map_err(wrote)?);
                let (digest, size) = digest(&mut BufReader::new(file), &mut copy).map_err(wrote)?;
                copy.into_inner()
                    .map_err(std::io::IntoInnerError::into_error)
                    .and_then(|file| file.sync_all())
                    .map_err(wrote)?;
                let shown = format!("files/{tenant}/{prefix}/{name}");
                sums.add(&digest, &shown);
                if digest != name {
                    made.damaged.push(shown);
                }
                made.files = made.files.saturating_add(1);
                made.size = made.size.saturating_add(size);
            }
        }
    }
    Ok(())
}

fn is_digest(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The names in a folder, in order; none where there is no folder.
fn names(folder: &Path) -> Result<Vec<String>, BackupError> {
    let failed = |error| BackupError::Read(folder.display().to_string(), error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Vec::new());
        }
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Hands everything on, and says its SHA-256 in hex and how many bytes there were.
fn digest(from: &mut impl Read, to: &mut impl Write) -> std::io::Result<(String, u64)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    let mut size = 0_u64;
    loop {
        let read = from.read(&mut buffer)?;
        let part = buffer.get(..read).unwrap_or_default();
        if part.is_empty() {
            return Ok((hex::encode(hasher.finalize()), size));
        }
        hasher.update(part);
        to.write_all(part)?;
        size = size.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
}

/// A new folder for this process's user alone: a backup is everybody's record.
fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

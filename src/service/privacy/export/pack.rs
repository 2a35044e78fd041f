//! An archive in the making: a thread that packs what it is handed, and a file that goes away unless it is kept. Only a few
//! entries are ever in memory, however large the archive becomes.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::manifest;
use crate::service::base::error::ServiceError;
use crate::store::blobs::BlobError;

/// Parts that wait for the thread; each is a piece of a file.
const WAITING: usize = 2;

enum Step {
    /// A new entry with that name.
    Begin(String),
    /// More bytes of it.
    Part(Bytes),
    /// Asks for the sums of everything that is in so far.
    Sums(oneshot::Sender<String>),
}

/// An archive that is being written.
pub(crate) struct Pack {
    steps: mpsc::Sender<Step>,
    thread: oneshot::Receiver<Result<u64, String>>,
    file: Draft,
}

/// A file that is removed when this value goes, unless it was kept.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    kept: bool,
}

/// An archive that is whole.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) file: Draft,
    /// Bytes.
    pub(crate) size: u64,
}

impl Draft {
    /// Where it lies.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Lets it stay, from now on under that name.
    ///
    /// # Errors
    /// What the file system reports; then it is gone.
    pub(crate) fn keep_as(mut self, path: &Path) -> std::io::Result<()> {
        std::fs::rename(&self.path, path)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "an archive could not be removed");
        }
    }
}

/// That an archive could not be written or read.
pub(super) fn failed(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Blob(BlobError::Failed(error.to_string()))
}

impl Pack {
    /// Begins an archive at `path`, which must be free; its folder is made if missing. `now` is the date of its entries.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(crate) fn begin(path: PathBuf, now: DateTime<Utc>) -> Result<Self, ServiceError> {
        let (file, path) = begin(path).map_err(failed)?;
        let (steps, taken) = mpsc::channel(WAITING);
        // A thread of its own: those of the pool read the database for what is packed, and must not wait for each other.
        let (done, thread) = oneshot::channel();
        std::thread::Builder::new()
            .name("archive".to_owned())
            .spawn(move || {
                // Nobody listens when the archive was given up.
                let _ = done.send(write(file, taken, now));
            })
            .map_err(failed)?;
        let file = Draft { path, kept: false };
        Ok(Self { steps, thread, file })
    }

    /// Adds a file.
    ///
    /// # Errors
    /// When the thread has ended, for instance on a full disk; [`Pack::finish`] says why.
    pub(crate) async fn add(
        &mut self,
        name: impl Into<String>,
        content: impl Into<Bytes>,
    ) -> Result<(), ServiceError> {
        self.open(name).await?;
        self.part(content).await
    }

    /// Begins a file whose content comes in parts.
    ///
    /// # Errors
    /// As [`Pack::add`].
    pub(crate) async fn open(&mut self, name: impl Into<String>) -> Result<(), ServiceError> {
        self.step(Step::Begin(name.into())).await
    }

    /// More of the file that was opened last.
    ///
    /// # Errors
    /// As [`Pack::add`].
    pub(crate) async fn part(&mut self, content: impl Into<Bytes>) -> Result<(), ServiceError> {
        self.step(Step::Part(content.into())).await
    }

    /// The SHA-256 of every file that is in, as [`manifest::line`] writes them.
    ///
    /// # Errors
    /// As [`Pack::add`].
    pub(super) async fn sums(&mut self) -> Result<String, ServiceError> {
        let (ask, answer) = oneshot::channel();
        self.step(Step::Sums(ask)).await?;
        answer.await.map_err(failed)
    }

    async fn step(&mut self, step: Step) -> Result<(), ServiceError> {
        if self.steps.send(step).await.is_ok() {
            return Ok(());
        }
        Err(match (&mut self.thread).await {
            Ok(Err(reason)) => failed(reason),
            Ok(Ok(_)) => failed("the archive was closed early"),
            Err(error) => failed(error),
        })
    }

    /// Writes the end of the archive.
    ///
    /// # Errors
    /// What went wrong on the way; then the file is gone.
    pub(crate) async fn finish(self) -> Result<Packed, ServiceError> {
        drop(self.steps);
        let size = self.thread.await.map_err(failed)?.map_err(failed)?;
        Ok(Packed {
            file: self.file,
            size,
        })
    }
}

/// A new file at `path`. Where the data folder cannot be written to, one among the temporary files of the system: what is there
/// can be taken along all the same.
fn begin(path: PathBuf) -> std::io::Result<(File, PathBuf)> {
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    match folder.and_then(|()| create(&path)) {
        Ok(file) => Ok((file, path)),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::ReadOnlyFilesystem | ErrorKind::StorageFull
            ) =>
        {
            let elsewhere = std::env::temp_dir().join(path.file_name().unwrap_or_default());
            create(&elsewhere).map(|file| (file, elsewhere))
        }
        Err(error) => Err(error),
    }
}

/// A new file that only this process's user reads: an archive is somebody's whole record.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The sums of what was written, and of what is being written.
#[derive(Default)]
struct Sums {
    done: String,
    name: Option<String>,
    hash: Sha256,
}

impl Sums {
    fn begin(&mut self, name: String) {
        self.end();
        self.name = Some(name);
    }

    fn end(&mut self) {
        let sum = self.hash.finalize_reset();
        if let Some(name) = self.name.take() {
            self.done.push_str(&manifest::line(&name, &sum.into()));
        }
    }

    fn so_far(&mut self) -> String {
        self.end();
        self.done.clone()
    }
}

fn write(file: File, mut steps: mpsc::Receiver<Step>, now: DateTime<Utc>) -> Result<u64, String> {
    let said = |error: zip::result::ZipError| error.to_string();
    let mut archive = ZipWriter::new(BufWriter::new(file)).set_auto_large_file();
    let mut options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    if let Some(date) = dos_date(now) {
        options = options.last_modified_time(date);
    }
    let mut sums = Sums::default();
    while let Some(step) = steps.blocking_recv() {
        match step {
            Step::Begin(name) => {
                archive.start_file(name.as_str(), options).map_err(said)?;
                sums.begin(name);
            }
            Step::Part(bytes) => {
                archive.write_all(&bytes).map_err(|error| error.to_string())?;
                sums.hash.update(&bytes);
            }
            // Nobody listens when the archive was given up.
            Step::Sums(ask) => drop(ask.send(sums.so_far())),
        }
    }
    let file = archive.finish().map_err(said)?;
    let file = file.into_inner().map_err(|error| error.to_string())?;
    file.sync_all().map_err(|error| error.to_string())?;
    file.metadata()
        .map(|about| about.len())
        .map_err(|error| error.to_string())
}

/// A date as a ZIP holds it: from 1980 on.
fn dos_date(now: DateTime<Utc>) -> Option<zip::DateTime> {
    let small = |number: u32| u8::try_from(number).ok();
    zip::DateTime::from_date_and_time(
        u16::try_from(now.year()).ok()?,
        small(now.month())?,
        small(now.day())?,
        small(now.hour())?,
        small(now.minute())?,
        small(now.second())?,
    )
    .ok()
}

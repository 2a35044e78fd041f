//! Files on their way into the store: written as they come, so that no file is held in memory, and kept under their digest
//! when they are whole. They lie in the folder of the store, below their tenant and their person, and count with its bytes.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::ids::{PersonId, TenantId};
use crate::store::blobs::{BlobError, Blobs};
use crate::store::content::{About, Reading};

/// The folder of a tenant in which they lie. Finished files lie in folders of two characters.
pub(crate) const FOLDER: &str = "incoming";
/// Bytes that are read or written at once.
const BLOCK: usize = 256 << 10;

/// Where a file lies that comes in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) tenant: TenantId,
    pub(crate) person: PersonId,
    /// Of the activity.
    pub(crate) group: String,
    /// Of the file, within the activity: lower-case hex.
    pub(crate) name: String,
}

impl Place {
    fn file_name(&self) -> String {
        format!("{}.{}", self.group, self.name)
    }
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// It is there, and so many bytes with it.
    Added(u64),
    /// It does not follow on what is there, which has so many bytes.
    Elsewhere(u64),
}

/// A piece that was added or not, and how many bytes were removed to make room for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Added {
    pub(crate) piece: Piece,
    pub(crate) removed: u64,
}

/// A file that goes with this value, or back to where it came from.
#[derive(Debug)]
struct Draft {
    path: PathBuf,
    from: Option<PathBuf>,
}

impl Drop for Draft {
    fn drop(&mut self) {
        let gone = match &self.from {
            Some(from) => fs::rename(&self.path, from),
            None => fs::remove_file(&self.path),
        };
        if let Err(error) = gone
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, "a file that was on its way could not be put away");
        }
    }
}

/// A file that is being written. What was written goes with this value.
#[derive(Debug)]
pub(crate) struct Writing {
    file: File,
    draft: Draft,
    reading: Reading,
    waiting: Vec<u8>,
}

/// A file that is whole and not kept yet. It goes with this value, or can go on where it came in pieces.
#[derive(Debug)]
pub(crate) struct Whole {
    draft: Draft,
    pub(crate) about: About,
}

impl Writing {
    fn begin(path: PathBuf) -> io::Result<Self> {
        let file = create(&path)?;
        Ok(Self {
            file,
            draft: Draft { path, from: None },
            reading: Reading::default(),
            waiting: Vec::new(),
        })
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.reading.read(bytes);
        self.file.write_all(bytes)
    }

    /// More of the file.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when it cannot be written, for instance on a full disk.
    pub(crate) async fn write(mut self, bytes: &[u8]) -> Result<Self, BlobError> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() < BLOCK {
            return Ok(self);
        }
        on_disk(move || {
            let waiting = std::mem::take(&mut self.waiting);
            self.put(&waiting)?;
            Ok(self)
        })
        .await
    }

    /// The end of the file.
    ///
    /// # Errors
    /// As [`Writing::write`].
    pub(crate) async fn end(mut self) -> Result<Whole, BlobError> {
        on_disk(move || {
            let waiting = std::mem::take(&mut self.waiting);
            self.put(&waiting)?;
            Ok(Whole {
                draft: self.draft,
                about: self.reading.end(),
            })
        })
        .await
    }
}

impl Whole {
    /// The content, from its beginning.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when it cannot be read.
    pub(crate) async fn open(&self) -> Result<File, BlobError> {
        let path = self.draft.path.clone();
        on_disk(move || File::open(path)).await
    }
}

impl Blobs {
    fn incoming(&self, tenant: &TenantId, person: &PersonId) -> PathBuf {
        let folder = self.folder().join(tenant.as_str()).join(FOLDER);
        folder.join(person.as_str())
    }

    fn place(&self, place: &Place) -> PathBuf {
        self.incoming(&place.tenant, &place.person)
            .join(place.file_name())
    }

    /// Begins a file of `person` under a name that nobody else has.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when it cannot be made.
    pub(crate) async fn begin(
        &self,
        tenant: &TenantId,
        person: &PersonId,
        name: &str,
    ) -> Result<Writing, BlobError> {
        let path = self.incoming(tenant, person).join(format!("form.{name}"));
        on_disk(move || Writing::begin(path)).await
    }

    /// How many bytes are there of a file that comes in pieces.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when the disk does not say.
    pub(crate) async fn received(&self, place: &Place) -> Result<u64, BlobError> {
        let path = self.place(place);
        on_disk(move || length(&path)).await
    }

    /// Adds a piece of a file, which begins at `offset`. The first piece takes the place of what its person began to send to
    /// the same activity, and no more than `most` files of theirs are on their way. Nobody may add more than the file was
    /// said to have: what is whole does not change any more.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when it cannot be written.
    pub(crate) async fn add_piece(
        &self,
        place: &Place,
        offset: u64,
        bytes: Bytes,
        most: usize,
    ) -> Result<Added, BlobError> {
        let folder = self.incoming(&place.tenant, &place.person);
        let (group, name) = (format!("{}.", place.group), place.file_name());
        on_disk(move || {
            fs::create_dir_all(&folder)?;
            // Pieces of one person come one after another, whichever node takes them.
            let _alone = hold(&folder)?;
            let path = folder.join(&name);
            let mut removed = 0;
            if offset == 0 && length(&path)? == 0 {
                removed = make_room(&folder, &group, &name, most)?;
            }
            let piece = add(&path, offset, &bytes)?;
            Ok(Added { piece, removed })
        })
        .await
    }

    /// Takes a file of which all pieces are there, for one who hands it in: nobody else can take it meanwhile.
    ///
    /// # Errors
    /// [`BlobError::Missing`] when it is not there, [`BlobError::Failed`] when it cannot be read.
    pub(crate) async fn take_whole(&self, place: &Place, name: &str) -> Result<Whole, BlobError> {
        let from = self.place(place);
        let path = self
            .incoming(&place.tenant, &place.person)
            .join(format!("form.{name}"));
        let taken = on_disk(move || take_whole(from, path)).await?;
        taken.ok_or(BlobError::Missing)
    }

    /// Keeps a file under its digest. The same file is kept once for each tenant.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when it cannot be put there.
    pub(crate) async fn keep(
        &self,
        tenant: &TenantId,
        whole: Whole,
        now: DateTime<Utc>,
    ) -> Result<About, BlobError> {
        let to = self.file(tenant, &whole.about.digest);
        on_disk(move || {
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            // A file counts as new from here on, so that nobody removes it as one that is no longer used.
            let file = File::options().append(true).open(&whole.draft.path)?;
            file.set_modified(now.into())?;
            fs::rename(&whole.draft.path, to)?;
            Ok(whole.about.clone())
        })
        .await
    }

    /// Sets a whole file aside at `place`, until it is forgotten or swept. It takes the place of what its person set aside for
    /// the same group, and no more than `most` files of theirs are on their way. Says how many bytes went for it.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when it cannot be put there.
    pub(crate) async fn set_aside(&self, place: &Place, whole: Whole, most: usize) -> Result<u64, BlobError> {
        let folder = self.incoming(&place.tenant, &place.person);
        let (group, name) = (format!("{}.", place.group), place.file_name());
        on_disk(move || {
            let _alone = hold(&folder)?;
            let removed = make_room(&folder, &group, &name, most)?;
            let to = folder.join(name);
            let replaced = length(&to)?;
            fs::rename(&whole.draft.path, to)?;
            Ok(removed.saturating_add(replaced))
        })
        .await
    }

    /// All bytes of the file at `place`.
    ///
    /// # Errors
    /// [`BlobError::Missing`] when it is gone, [`BlobError::Failed`] when it cannot be read.
    pub(crate) async fn all_of(&self, place: &Place) -> Result<Vec<u8>, BlobError> {
        let path = self.place(place);
        let read = on_disk(move || match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        });
        read.await?.ok_or(BlobError::Missing)
    }

    /// Removes what is there of a file, and says how many bytes that was.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when it cannot be removed.
    pub(crate) async fn forget(&self, place: &Place) -> Result<u64, BlobError> {
        let path = self.place(place);
        on_disk(move || {
            let size = length(&path)?;
            match fs::remove_file(path) {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
                removed => removed.map(|()| size),
            }
        })
        .await
    }

    /// Removes all that a person began to send.
    ///
    /// # Errors
    /// [`BlobError::Failed`] when it cannot be removed.
    pub(crate) async fn forget_all_of(&self, tenant: &TenantId, person: &PersonId) -> Result<(), BlobError> {
        let folder = self.incoming(tenant, person);
        on_disk(move || gone(fs::remove_dir_all(folder))).await
    }
}

/// Runs what waits for the disk where it keeps nobody else waiting.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, BlobError> {
    let failed = |error: String| BlobError::Failed(error);
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| failed(error.to_string()))?
        .map_err(|error| failed(error.to_string()))
}

/// A new file that only the user of this process reads.
fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    private().create_new(true).open(path)
}

fn private() -> fs::OpenOptions {
    let mut options = File::options();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// That something is not there, whoever removed it.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn length(path: &Path) -> io::Result<u64> {
    match fs::metadata(path) {
        Ok(about) => Ok(about.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Keeps others from the folder while the answer is there.
#[cfg(unix)]
fn hold(folder: &Path) -> io::Result<Option<File>> {
    let folder = File::open(folder)?;
    folder.lock()?;
    Ok(Some(folder))
}

/// Where a folder cannot be locked, two pieces at once may both find room.
#[cfg(not(unix))]
fn hold(_: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

fn add(path: &Path, offset: u64, bytes: &[u8]) -> io::Result<Piece> {
    let there = length(path)?;
    if there != offset {
        return Ok(Piece::Elsewhere(there));
    }
    let mut file = private().create(true).truncate(false).open(path)?;
    file.seek(SeekFrom::Start(there))?;
    let added = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    match file.write_all(bytes) {
        Ok(()) => Ok(Piece::Added(there.saturating_add(added))),
        Err(error) => {
            // A part of a piece is no piece.
            file.set_len(there)?;
            Err(error)
        }
    }
}

fn take_whole(from: PathBuf, path: PathBuf) -> io::Result<Option<Whole>> {
    match fs::rename(&from, &path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        renamed => renamed?,
    }
    let draft = Draft {
        path,
        from: Some(from),
    };
    let mut file = File::open(&draft.path)?;
    let (mut reading, mut block) = (Reading::default(), vec![0; BLOCK]);
    loop {
        match file.read(&mut block)? {
            0 => break,
            read => reading.read(block.get(..read).unwrap_or_default()),
        }
    }
    Ok(Some(Whole {
        draft,
        about: reading.end(),
    }))
}

/// Says how many bytes it removed.
fn make_room(folder: &Path, group: &str, name: &str, most: usize) -> io::Result<u64> {
    let (mut others, mut removed) = (Vec::new(), 0_u64);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let other = entry.file_name().to_string_lossy().into_owned();
        if other == name || other.starts_with("form.") {
            continue;
        }
        let size = length(&entry.path())?;
        if other.starts_with(group) {
            gone(fs::remove_file(entry.path()))?;
            removed = removed.saturating_add(size);
        } else {
            let at = entry.metadata().and_then(|about| about.modified());
            others.push((at.unwrap_or(SystemTime::UNIX_EPOCH), entry.path(), size));
        }
    }
    others.sort();
    let too_many = others.len().saturating_add(1).saturating_sub(most);
    for (_, path, size) in others.into_iter().take(too_many) {
        gone(fs::remove_file(path))?;
        removed = removed.saturating_add(size);
    }
    Ok(removed)
}

/// Removes what was on its way and has not moved since `before`, anywhere below `folder`, and says how much of it.
///
/// # Errors
/// What the disk says of the folder itself. What cannot be removed now is met by the next sweep.
pub(crate) fn sweep(folder: &Path, before: SystemTime) -> io::Result<usize> {
    let mut removed = 0;
    for tenant in fs::read_dir(folder)? {
        let Ok(people) = fs::read_dir(tenant?.path().join(FOLDER)) else {
            continue;
        };
        for person in people.flatten() {
            for file in fs::read_dir(person.path()).into_iter().flatten().flatten() {
                let modified = file.metadata().and_then(|about| about.modified());
                if modified.is_ok_and(|at| at < before) && fs::remove_file(file.path()).is_ok() {
                    removed += 1;
                }
            }
            // Only an empty folder can be removed so.
            let _ = fs::remove_dir(person.path());
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::clock::{Clock as _, SystemClock};

    fn place(group: &str, name: &str) -> Place {
        Place {
            tenant: TenantId::from("t"),
            person: PersonId::from("p"),
            group: group.into(),
            name: name.into(),
        }
    }

    fn files(folder: &Path) -> usize {
        let found = |path: PathBuf| fs::read_dir(path).map_or(0, |files| files.flatten().count());
        found(folder.join("t").join(FOLDER).join("p"))
    }

    #[tokio::test]
    async fn a_file_is_kept_as_it_was_written_and_goes_when_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path()).unwrap();
        let (tenant, person) = (TenantId::from("t"), PersonId::from("p"));
        let content = vec![7_u8; 3 * BLOCK + 5];
        for kept in [true, false] {
            let mut writing = blobs.begin(&tenant, &person, "a").await.unwrap();
            for piece in content.chunks(100_000) {
                writing = writing.write(piece).await.unwrap();
            }
            assert_eq!(files(folder.path()), 1);
            let whole = writing.end().await.unwrap();
            assert_eq!(whole.about.size, content.len() as u64);
            assert_eq!(whole.about.digest, hex::encode(Sha256::digest(&content)));
            if kept {
                let about = blobs.keep(&tenant, whole, SystemClock.now()).await.unwrap();
                assert_eq!(blobs.get(&tenant, &about.digest).await.unwrap(), content);
            } else {
                drop(whole);
            }
            assert_eq!(files(folder.path()), 0);
        }
        drop(blobs.begin(&tenant, &person, "b").await.unwrap());
        assert_eq!(files(folder.path()), 0, "nothing is left of what broke off");
    }

    const MOST: usize = 2;

    fn piece(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[tokio::test]
    async fn pieces_follow_on_each_other_and_nothing_else_is_added() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path()).unwrap();
        let at = place("activity", "ab");
        assert_eq!(blobs.received(&at).await.unwrap(), 0);
        for (offset, text, becomes) in [
            (3, "x", Piece::Elsewhere(0)),
            (0, "one ", Piece::Added(4)),
            (0, "one ", Piece::Elsewhere(4)),
            (4, "two", Piece::Added(7)),
            (9, "x", Piece::Elsewhere(7)),
        ] {
            let added = blobs.add_piece(&at, offset, piece(text), MOST).await.unwrap();
            assert_eq!((added.piece, added.removed), (becomes, 0), "{text} at {offset}");
        }
        let both = tokio::join!(
            blobs.add_piece(&at, 7, piece(" a"), MOST),
            blobs.add_piece(&at, 7, piece(" b"), MOST),
        );
        let both = [both.0.unwrap().piece, both.1.unwrap().piece];
        assert!(
            both.contains(&Piece::Added(9)) && both.contains(&Piece::Elsewhere(9)),
            "{both:?}"
        );
    }

    #[tokio::test]
    async fn what_is_whole_is_taken_once_and_is_there_again_when_it_was_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path()).unwrap();
        let at = place("activity", "ab");
        blobs.add_piece(&at, 0, piece("one two"), MOST).await.unwrap();
        for _ in 0..2 {
            let whole = blobs.take_whole(&at, "c").await.unwrap();
            assert_eq!(whole.about.digest, hex::encode(Sha256::digest(b"one two")));
            let again = blobs.take_whole(&at, "d").await;
            assert!(matches!(again, Err(BlobError::Missing)));
            drop(whole);
            assert_eq!(blobs.received(&at).await.unwrap(), 7);
        }
        let whole = blobs.take_whole(&at, "c").await.unwrap();
        let about = blobs.keep(&at.tenant, whole, SystemClock.now()).await.unwrap();
        assert_eq!(blobs.get(&at.tenant, &about.digest).await.unwrap(), "one two");
        assert_eq!((blobs.received(&at).await.unwrap(), files(folder.path())), (0, 0));
    }

    #[tokio::test]
    async fn a_whole_file_lies_aside_until_another_takes_its_place_or_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path()).unwrap();
        let aside = async |name: &str, content: &[u8]| {
            let at = place("course", name);
            let writing = blobs.begin(&at.tenant, &at.person, name).await.unwrap();
            let whole = writing.write(content).await.unwrap().end().await.unwrap();
            (blobs.set_aside(&at, whole, MOST).await.unwrap(), at)
        };
        let (removed, first) = aside("aa", b"one").await;
        assert_eq!(removed, 0);
        assert_eq!(blobs.all_of(&first).await.unwrap(), b"one");
        assert_eq!(blobs.received(&first).await.unwrap(), 3);
        let (removed, second) = aside("bb", b"four").await;
        assert_eq!(removed, 3, "what it took the place of");
        assert!(matches!(blobs.all_of(&first).await, Err(BlobError::Missing)));
        assert_eq!(aside("bb", b"again").await.0, 4, "also of the same name");
        assert_eq!(files(folder.path()), 1);
        assert_eq!(blobs.forget(&second).await.unwrap(), 5);
        assert_eq!(blobs.forget(&second).await.unwrap(), 0, "once");
        assert_eq!(files(folder.path()), 0);
    }

    #[tokio::test]
    async fn a_person_has_few_files_on_their_way_and_one_for_an_activity() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path()).unwrap();
        let begin = async |at: &Place| blobs.add_piece(at, 0, piece("x"), MOST).await.unwrap().removed;
        let (first, second) = (place("one", "aa"), place("one", "bb"));
        assert_eq!((begin(&first).await, begin(&second).await), (0, 1));
        assert_eq!(
            blobs.received(&first).await.unwrap(),
            0,
            "another file took its place"
        );
        assert_eq!(begin(&place("two", "aa")).await, 0);
        let old = File::options().append(true).open(blobs.place(&second)).unwrap();
        old.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(begin(&place("three", "aa")).await, 1);
        assert_eq!(blobs.received(&second).await.unwrap(), 0, "the oldest one goes");
        assert_eq!(files(folder.path()), 2);
        let many: Vec<Place> = (0..8).map(|n| place(&format!("at-once-{n}"), "aa")).collect();
        let begun: Vec<u64> = futures_util::future::join_all(many.iter().map(begin)).await;
        assert_eq!(
            (begun.iter().sum::<u64>(), files(folder.path())),
            (8, 2),
            "also at once"
        );

        assert_eq!(sweep(folder.path(), SystemTime::UNIX_EPOCH).unwrap(), 0);
        let later = SystemTime::from(SystemClock.now()) + std::time::Duration::from_secs(60);
        assert_eq!(sweep(folder.path(), later).unwrap(), 2);
        assert!(!blobs.incoming(&first.tenant, &first.person).exists());
        begin(&first).await;
        blobs.forget_all_of(&first.tenant, &first.person).await.unwrap();
        assert_eq!(files(folder.path()), 0);
    }
}

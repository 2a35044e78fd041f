//! Files that students are sending: written to the store as they come, from a form or piece by piece. A file that comes in
//! pieces goes on where it stopped, also after the page was opened anew: what is there of it is known by whose it is, and
//! by its name, size and date.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::ids::{ActivityId, TenantId};
use crate::random;
use crate::service::Cairn;
use crate::service::award::evidence::{self, HandInProblem};
use crate::service::award::shares;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::AwardRefusal;
use crate::service::base::session::Visitor;
use crate::store::blobs::BlobError;
use crate::store::incoming::{Added, Piece, Place, Whole, Writing};

/// Most bytes of a piece: with the rest of its form it is less than the megabyte that nginx takes by itself.
pub(crate) const PIECE: usize = 768 << 10;
/// So many files of one person may be on their way in pieces, each to another activity.
const MOST: usize = 3;

/// A file that a student hands in.
#[derive(Debug)]
pub(crate) enum Sent {
    /// It came with the form.
    Here(Upload),
    /// It came in pieces before.
    InPieces(Announced),
}

/// A file that came with a form.
#[derive(Debug)]
pub(crate) struct Upload {
    name: String,
    size: u64,
    whole: Result<Whole, NotKept>,
    counted: Counted,
}

/// A file that is whole.
pub(super) struct Ready {
    pub(super) name: String,
    pub(super) whole: Whole,
    /// Of one that came in pieces, these count already.
    pub(super) counted: Option<Counted>,
}

/// Bytes that count for the institution, as long as this value is there or from then on.
#[derive(Debug)]
pub(super) struct Counted {
    cairn: Arc<Cairn>,
    tenant: TenantId,
    bytes: u64,
}

impl Counted {
    /// Counts more, unless there is no room.
    fn take(&mut self, bytes: u64) -> bool {
        let taken = shares::take(&self.cairn, &self.tenant, bytes);
        if taken {
            self.bytes = self.bytes.saturating_add(bytes);
        }
        taken
    }

    pub(super) fn for_good(mut self) {
        self.bytes = 0;
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.cairn.stored.give_back(&self.tenant, self.bytes);
    }
}

/// Why nothing is there of a file that came.
#[derive(Debug)]
enum NotKept {
    /// Whoever hands it in is told why before it is asked for.
    NotTaken,
    Wrong(HandInProblem),
    Failed(BlobError),
}

/// What is said of a file whose pieces come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announced {
    pub(crate) name: String,
    /// Bytes.
    pub(crate) size: u64,
    /// When it was changed last, as the browser says it.
    pub(crate) modified: String,
}

/// What became of a piece, or of the question how many are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// So many bytes of the file are there: the next piece begins here.
    Received(u64),
    Wrong(HandInProblem),
}

/// What a file is for.
#[derive(Debug)]
enum Purpose {
    /// It is handed in.
    HandIn(ActivityId),
    /// A teacher brings a gradebook.
    Gradebook,
    /// A student brings badges of other issuers.
    Badges,
}

/// A file that comes with a form which is being read.
#[derive(Debug)]
pub(crate) struct Receiving {
    counted: Counted,
    visitor: Visitor,
    purpose: Purpose,
    /// Bytes for which there is room.
    room: u64,
    size: u64,
    writing: Option<Writing>,
    not_kept: Option<NotKept>,
}

impl Receiving {
    /// Nothing is written before the first bytes of it are there.
    pub(crate) fn of(cairn: Arc<Cairn>, visitor: &Visitor, activity: ActivityId) -> Self {
        Self::new(cairn, visitor, Purpose::HandIn(activity))
    }

    /// The same for a gradebook that a teacher brings.
    pub(crate) fn of_gradebook(cairn: Arc<Cairn>, visitor: &Visitor) -> Self {
        Self::new(cairn, visitor, Purpose::Gradebook)
    }

    /// The same for badges of other issuers that a student brings.
    pub(crate) fn of_badges(cairn: Arc<Cairn>, visitor: &Visitor) -> Self {
        Self::new(cairn, visitor, Purpose::Badges)
    }

    fn new(cairn: Arc<Cairn>, visitor: &Visitor, purpose: Purpose) -> Self {
        Self {
            counted: Counted {
                cairn,
                tenant: visitor.tenant().clone(),
                bytes: 0,
            },
            visitor: visitor.clone(),
            purpose,
            room: 0,
            size: 0,
            writing: None,
            not_kept: None,
        }
    }

    /// The most bytes that are kept.
    pub(crate) fn most(&self) -> u64 {
        shares::largest(&self.counted.cairn.settings)
    }

    /// More of the file. What cannot be kept is said at the end: what else stands in the form is not to be lost for it.
    pub(crate) async fn add(&mut self, bytes: &[u8]) {
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.size = self.size.saturating_add(more);
        if self.not_kept.is_some() {
            return;
        }
        match self.written(bytes, more).await {
            Ok(writing) => self.writing = Some(writing),
            Err(reason) => {
                self.writing = None;
                self.not_kept = Some(reason);
            }
        }
    }

    async fn written(&mut self, bytes: &[u8], more: u64) -> Result<Writing, NotKept> {
        let writing = match self.writing.take() {
            Some(writing) => writing,
            None => self.begin().await?,
        };
        if self.size > self.room {
            return Err(NotKept::NotTaken);
        }
        if !self.counted.take(more) {
            return Err(NotKept::Wrong(HandInProblem::Institution));
        }
        writing.write(bytes).await.map_err(NotKept::Failed)
    }

    /// Bytes for which there is room; an error for somebody who may not send a file here.
    async fn room(&self) -> Result<u64, ServiceError> {
        let Counted { cairn, tenant, .. } = &self.counted;
        match &self.purpose {
            Purpose::Gradebook => self.visitor.teach()?,
            Purpose::HandIn(_) | Purpose::Badges => self.visitor.act_for_oneself()?,
        }
        let Purpose::HandIn(activity) = &self.purpose else {
            let institution = shares::institution(cairn, tenant).await;
            return Ok(self.most().min(institution));
        };
        let left = evidence::room(cairn, &self.visitor, activity, 0).await?;
        Ok(if left.versions == 0 { 0 } else { left.largest() })
    }

    /// Nothing is written for somebody who does not hand in here, or for whom there is no room.
    async fn begin(&mut self) -> Result<Writing, NotKept> {
        self.room = self.room().await.map_err(|_| NotKept::NotTaken)?;
        let Counted { cairn, tenant, .. } = &self.counted;
        let (name, person) = (
            random::token::<16>(cairn.random.as_ref()),
            &self.visitor.person.id,
        );
        let begun = cairn.blobs.begin(tenant, person, &name).await;
        begun.map_err(NotKept::Failed)
    }

    /// The end of the file, which its sender calls `name`; none for an empty one.
    pub(crate) async fn end(self, name: String) -> Option<Upload> {
        let whole = match (self.writing, self.not_kept) {
            (_, Some(reason)) => Err(reason),
            (Some(writing), None) => writing.end().await.map_err(NotKept::Failed),
            (None, None) => return None,
        };
        Some(Upload {
            name,
            size: self.size,
            whole,
            counted: self.counted,
        })
    }
}

/// Why a file cannot be set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::service) enum NotSetAside {
    /// It is larger than so many bytes.
    TooLarge(u64),
    /// There is no room for it among the files of the institution.
    NoRoom,
}

/// A file that lies aside until its sender has said what becomes of it: nothing is kept of it for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::service) struct Aside {
    /// As its sender calls it.
    pub(in crate::service) name: String,
    /// SHA-256 in lower-case hex.
    pub(in crate::service) digest: String,
}

/// Forgets a file that lies aside, so that there is room again.
///
/// # Errors
/// [`ServiceError::Blob`] when it could not be removed.
pub(in crate::service) async fn forget_aside(
    cairn: &Cairn,
    visitor: &Visitor,
    group: &str,
    digest: &str,
) -> Result<(), ServiceError> {
    let removed = cairn.blobs.forget(&aside(visitor, group, digest)).await?;
    cairn.stored.give_back(visitor.tenant(), removed);
    Ok(())
}

/// Where the file of that digest lies aside.
pub(in crate::service) fn aside(visitor: &Visitor, group: &str, digest: &str) -> Place {
    Place {
        tenant: visitor.tenant().clone(),
        person: visitor.person.id.clone(),
        group: group.to_owned(),
        name: digest.chars().filter(char::is_ascii_hexdigit).take(32).collect(),
    }
}

impl Upload {
    /// Sets the file aside in the place of what its sender set aside before for `group`.
    ///
    /// # Errors
    /// [`ServiceError::Blob`] when it could not be written.
    pub(in crate::service) async fn set_aside(
        self,
        cairn: &Cairn,
        visitor: &Visitor,
        group: &str,
    ) -> Result<Result<Aside, NotSetAside>, ServiceError> {
        let largest = shares::largest(&cairn.settings);
        let whole = match self.whole {
            Ok(whole) => whole,
            Err(NotKept::NotTaken) if self.size > largest => return Ok(Err(NotSetAside::TooLarge(largest))),
            Err(NotKept::NotTaken | NotKept::Wrong(_)) => return Ok(Err(NotSetAside::NoRoom)),
            Err(NotKept::Failed(error)) => return Err(error.into()),
        };
        let digest = whole.about.digest.clone();
        let place = aside(visitor, group, &digest);
        let removed = cairn.blobs.set_aside(&place, whole, MOST).await?;
        // It takes room as long as it lies there; what went for it does not any more.
        self.counted.for_good();
        cairn.stored.give_back(visitor.tenant(), removed);
        Ok(Ok(Aside {
            name: self.name,
            digest,
        }))
    }
}

impl Sent {
    /// Bytes.
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Here(upload) => upload.size,
            Self::InPieces(file) => file.size,
        }
    }

    /// Bytes of it that count for the institution already.
    pub(super) fn counted(&self) -> u64 {
        match self {
            Self::Here(upload) => upload.counted.bytes,
            Self::InPieces(file) => file.size,
        }
    }

    /// What is wrong with it, as far as it is known already.
    pub(super) fn wrong(&self, largest: u64) -> Option<HandInProblem> {
        match self {
            Self::Here(Upload {
                whole: Err(NotKept::Wrong(wrong)),
                ..
            }) => Some(*wrong),
            _ if self.size() > largest => Some(HandInProblem::File(largest)),
            _ => None,
        }
    }

    /// The whole file and what it is called.
    ///
    /// # Errors
    /// [`ServiceError::Blob`] when it could not be written or read.
    pub(super) async fn whole(
        self,
        cairn: &Cairn,
        visitor: &Visitor,
        activity: &ActivityId,
    ) -> Result<Result<Ready, HandInProblem>, ServiceError> {
        let file = match self {
            Self::Here(upload) => {
                return match upload.whole {
                    Ok(whole) => Ok(Ok(Ready {
                        name: upload.name,
                        whole,
                        counted: Some(upload.counted),
                    })),
                    Err(NotKept::Wrong(wrong)) => Ok(Err(wrong)),
                    // There was no room when it came, and there is now.
                    Err(NotKept::NotTaken) => Ok(Err(HandInProblem::Pieces {
                        received: 0,
                        size: upload.size,
                    })),
                    Err(NotKept::Failed(error)) => Err(error.into()),
                };
            }
            Self::InPieces(file) => file,
        };
        let place = place(visitor, activity, &file);
        let received = cairn.blobs.received(&place).await?;
        if received != file.size {
            return Ok(Err(HandInProblem::Pieces {
                received,
                size: file.size,
            }));
        }
        let name = random::token::<16>(cairn.random.as_ref());
        match cairn.blobs.take_whole(&place, &name).await {
            Ok(whole) => Ok(Ok(Ready {
                name: file.name,
                whole,
                counted: None,
            })),
            // It is being handed in at this moment, perhaps by a second click.
            Err(BlobError::Missing) => Err(AwardRefusal::EvidenceTwice.into()),
            Err(error) => Err(error.into()),
        }
    }
}

fn place(visitor: &Visitor, activity: &ActivityId, file: &Announced) -> Place {
    let about = format!("{}\n{}\n{}", file.size, file.modified, file.name);
    let mut name = hex::encode(Sha256::digest(about));
    name.truncate(32);
    Place {
        tenant: visitor.tenant().clone(),
        person: visitor.person.id.clone(),
        group: activity.to_string(),
        name,
    }
}

/// Takes a piece of a file with the place at which it begins, or says without one how much of the file is there.
///
/// # Errors
/// As [`evidence::hand_in`].
#[tracing::instrument(name = "uploads.piece", level = "debug", skip_all, fields(activity = activity.as_str()))]
pub(crate) async fn piece(
    cairn: &Arc<Cairn>,
    visitor: &Visitor,
    activity: &ActivityId,
    file: &Announced,
    piece: Option<(u64, Bytes)>,
) -> Result<Taken, ServiceError> {
    visitor.act_for_oneself()?;
    let place = place(visitor, activity, file);
    let there = cairn.blobs.received(&place).await?;
    // What is there of it counts already.
    let left = evidence::room(cairn, visitor, activity, there).await?;
    if file.size > left.file {
        return Ok(Taken::Wrong(HandInProblem::File(left.file)));
    }
    if let Some(wrong) = left.refuses(Some(file.size)) {
        return Ok(Taken::Wrong(wrong));
    }
    let Some((offset, bytes)) = piece else {
        return Ok(Taken::Received(there));
    };
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let fits = offset.checked_add(length).is_some_and(|end| end <= file.size);
    if !fits || bytes.len() > PIECE || offset != there {
        return Ok(Taken::Received(there));
    }
    let mut counted = Counted {
        cairn: Arc::clone(cairn),
        tenant: visitor.tenant().clone(),
        bytes: 0,
    };
    if !counted.take(length) {
        return Ok(Taken::Wrong(HandInProblem::Institution));
    }
    let Added { piece, removed } = cairn.blobs.add_piece(&place, offset, bytes, MOST).await?;
    cairn.stored.give_back(visitor.tenant(), removed);
    match piece {
        Piece::Added(there) => {
            counted.for_good();
            Ok(Taken::Received(there))
        }
        Piece::Elsewhere(there) => Ok(Taken::Received(there)),
    }
}

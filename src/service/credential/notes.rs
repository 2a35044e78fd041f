//! What holders say of their badges themselves: outside what is signed, and shown where they show it.

use crate::domain::holder_note::{HolderNote, Link};
use crate::ids::AwardId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::service::credential::share::held;
use crate::store::holder_notes;

/// Keeps what the visitor says of their own badge; nothing said is nothing kept.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but the holder; [`ServiceError::Masquerade`] for whoever acts as them.
#[tracing::instrument(name = "notes.write", skip_all, fields(award = award.as_str()))]
pub(crate) async fn write(
    cairn: &Cairn,
    visitor: &Visitor,
    award: &AwardId,
    said: Option<(String, Option<Link>)>,
    shown: bool,
) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, award, now) = (visitor.clone(), award.clone(), cairn.clock.now());
    let kept = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let (award, ..) = held(db, &visitor, &award)?;
        let Some((note, link)) = said else {
            return Ok(holder_notes::remove(db, visitor.tenant(), &award.id)?);
        };
        let note = HolderNote {
            award: award.id,
            note,
            link,
            shown,
            written_at: now,
        };
        Ok(holder_notes::set(db, visitor.tenant(), &note)?)
    });
    kept.await
}

/// What the visitor said of their own badge; to whoever acts as them, what others see of it.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but the holder.
#[tracing::instrument(name = "notes.read", level = "debug", skip_all, fields(award = award.as_str()))]
pub(crate) async fn read(
    cairn: &Cairn,
    visitor: &Visitor,
    award: &AwardId,
) -> Result<Option<HolderNote>, ServiceError> {
    let (visitor, award) = (visitor.clone(), award.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (award, ..) = held(db, &visitor, &award)?;
        let note = holder_notes::get(db, visitor.tenant(), &award.id)?;
        Ok(note.filter(|note| note.shown || visitor.act_for_oneself().is_ok()))
    });
    found.await
}

//! The badges of other issuers that a person brought, and their collections, in their archive.

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::file_name;
use super::pack::Pack;
use crate::domain::portfolio::{Collection, ForeignBadge};
use crate::ids::{PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::blobs::BlobError;
use crate::store::{Db, StoreError, collections, foreign_badges};

/// What a person brought, and chose of it.
pub(super) struct Portfolio {
    badges: Vec<ForeignBadge>,
    collections: Vec<Collection>,
}

impl Portfolio {
    pub(super) fn read(db: &mut Db, tenant: &TenantId, everybody: &[PersonId]) -> Result<Self, StoreError> {
        Ok(Self {
            badges: foreign_badges::of_people(db, tenant, everybody)?,
            collections: collections::of_people(db, tenant, everybody)?,
        })
    }

    /// The badges and the collections, told member by member.
    pub(super) fn told(&self) -> (Vec<Value>, Vec<Value>) {
        (
            self.badges.iter().map(told_badge).collect(),
            self.collections.iter().map(told_collection).collect(),
        )
    }

    /// Packs the files as they came.
    pub(super) async fn pack(
        &self,
        cairn: &Cairn,
        pack: &mut Pack,
        missing: &mut Vec<String>,
    ) -> Result<(), ServiceError> {
        for badge in &self.badges {
            pack_file(cairn, pack, badge, missing).await?;
        }
        Ok(())
    }
}

/// A badge of another issuer, as the archive tells it.
pub(super) fn told_badge(one: &ForeignBadge) -> Value {
    let says = &one.says;
    json!({
        "id": one.id, "name": says.name, "description": says.description, "achievement": says.achievement,
        "issuer": says.issuer, "issuer_calls_itself": says.issuer_name, "awarded_at": says.awarded_at,
        "valid_until": says.until, "brought_from": one.source, "brought_at": one.kept_at, "file": one.file,
        "file_in_archive": place(one), "picture": one.picture, "holder": one.holder,
        "last_found": one.standing, "more_about_that": one.why, "found_at": one.checked_at,
        "issuer_asked_at": one.tried_at,
    })
}

/// A collection, without what would open its link.
pub(super) fn told_collection(one: &Collection) -> Value {
    let link = one.link.as_ref();
    json!({
        "id": one.id, "title": one.title, "your_words": one.words, "badges": one.items,
        "last_changed": one.changed_at,
        "link": link.map(|link| json!({ "made": link.made_at, "works_until": link.until })),
    })
}

/// Packs the file of a badge as it came.
pub(super) async fn pack_file(
    cairn: &Cairn,
    pack: &mut Pack,
    badge: &ForeignBadge,
    missing: &mut Vec<String>,
) -> Result<(), ServiceError> {
    let name = place(badge);
    match cairn.blobs.content(&badge.tenant, &badge.file.digest).await {
        Ok((_, mut content)) => {
            pack.open(name).await?;
            while let Some(piece) = content.next().await {
                pack.part(piece?).await?;
            }
        }
        Err(error @ (BlobError::Missing | BlobError::Changed)) => {
            missing.push(format!("{name}: {error}"));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Where the file of a badge lies in the archive.
fn place(badge: &ForeignBadge) -> String {
    format!("elsewhere/{}/{}", badge.id, file_name(&badge.file.name))
}

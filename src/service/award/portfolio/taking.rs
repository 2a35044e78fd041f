//! Badges come: by a file or a link, one or many. They lie aside while their student looks at what they are; what is chosen
//! and confirmed is kept, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _};
use openbadges::verify::{Failure, Glance, PartVerdict};
use sha2::{Digest as _, Sha256};

use super::checking::{self, Judged};
use super::unpacking::{self, ONE, Piece};
use super::{LARGEST, MOST, brought, links};
use crate::domain::evidence::StoredFile;
use crate::domain::portfolio::{ForeignBadge, Holder, Says, Standing};
use crate::ids::ForeignBadgeId;
use crate::random::Random;
use crate::service::Cairn;
use crate::service::award::uploads::{self, NotSetAside, Receiving, Upload};
use crate::service::award::{files, shares};
use crate::service::base::error::ServiceError;
use crate::service::base::looks::{self, Whose};
use crate::service::base::refusal::PortfolioRefusal;
use crate::service::base::session::Visitor;
use crate::service::credential::outside;
use crate::store::blobs::BlobError;
use crate::store::{Db, foreign_badges};

/// Where what a student brings lies aside.
const GROUP: &str = "badges";
/// So many badges of one file are looked at at one time.
const AT_ONCE: usize = 4;
/// So long issuers are asked for all badges of one file, and then for their pictures.
const LONGEST: Duration = Duration::from_secs(25);
/// Most bytes of a picture that is fetched.
const PICTURE: usize = 1 << 20;
/// Most characters that are kept of what a badge says.
const TEXT: usize = 2_000;

/// What lies aside, as a form names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Brought {
    /// SHA-256 in lower-case hex.
    pub(crate) digest: String,
    /// As its sender calls it.
    pub(crate) name: String,
    /// Another address of theirs, by which they say that a badge is theirs.
    pub(crate) address: Option<String>,
}

/// What is in a file, before anything is kept.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    pub(crate) brought: Brought,
    pub(crate) lines: Vec<Line>,
}

/// A badge, or what may be one.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) index: usize,
    /// The file, or the address; within a record what it calls itself.
    pub(crate) called: String,
    /// Whether it came in a Comprehensive Learner Record, of which each badge is looked at by itself.
    pub(crate) in_record: bool,
    pub(crate) found: Result<Candidate, NotTaken>,
}

/// A badge that can be kept.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) says: Says,
    pub(crate) holder: Holder,
    pub(crate) standing: Standing,
    /// Whether they have it: then it takes the place of what is there.
    pub(crate) is_there: bool,
    /// Whether others may be asked for more of it.
    asks: bool,
    key: String,
    bytes: Bytes,
    source: Option<String>,
    picture: Option<String>,
}

/// Why a badge cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// Nothing was to be had at the address.
    NoAnswer,
    /// It is no badge, or what it is could not be read.
    NoBadge(Failure),
    /// It was changed, or never was genuine.
    Wrong(Failure),
    /// Its issuer has taken it back.
    Revoked,
    /// It is somebody else's.
    OtherHolder,
    /// That it is genuine could not be found out.
    NotConfirmed(Failure),
    /// It is a record of several badges; what each is called, and whether it is good.
    Record(Vec<(String, bool)>),
    /// Nobody was asked whether it is: others were as often today as they may be.
    UsedUp,
}

/// Sets a file aside and says what is in it. Nothing of it is kept.
///
/// # Errors
/// [`ServiceError::Masquerade`] for whoever acts as them; [`PortfolioRefusal`] for a file that is not taken.
#[tracing::instrument(name = "taking.bring", skip_all)]
pub(crate) async fn bring(
    cairn: &Cairn,
    visitor: &Visitor,
    upload: Option<Upload>,
    address: Option<String>,
) -> Result<Review, ServiceError> {
    visitor.act_for_oneself()?;
    let upload = upload.ok_or(PortfolioRefusal::Nothing)?;
    let aside = match upload.set_aside(cairn, visitor, GROUP).await? {
        Ok(aside) => aside,
        Err(NotSetAside::TooLarge(most)) => return Err(PortfolioRefusal::TooLarge(most.min(LARGEST)).into()),
        Err(NotSetAside::NoRoom) => return Err(PortfolioRefusal::NoRoom.into()),
    };
    let brought = Brought {
        digest: aside.digest,
        name: aside.name.chars().take(200).collect(),
        address,
    };
    let reviewed = review(cairn, visitor, &brought).await;
    if matches!(reviewed, Err(ServiceError::Refused(_))) {
        // Nothing can be done with it.
        uploads::forget_aside(cairn, visitor, GROUP, &brought.digest).await?;
    }
    reviewed
}

/// The same by a link to a badge.
///
/// # Errors
/// As [`bring`].
#[tracing::instrument(name = "taking.link", skip_all)]
pub(crate) async fn link(
    cairn: &Arc<Cairn>,
    visitor: &Visitor,
    link: &str,
    address: Option<String>,
) -> Result<Review, ServiceError> {
    visitor.act_for_oneself()?;
    let url = links::address(link.as_bytes()).ok_or(PortfolioRefusal::Link)?;
    let mut receiving = Receiving::of_badges(Arc::clone(cairn), visitor);
    receiving.add(url.as_str().as_bytes()).await;
    let upload = receiving.end(url.as_str().to_owned()).await;
    bring(cairn, visitor, upload, address).await
}

/// What is in a file that lies aside.
async fn review(cairn: &Cairn, visitor: &Visitor, brought: &Brought) -> Result<Review, ServiceError> {
    let pieces = pieces(cairn, visitor, brought).await?;
    let lines = look(cairn, visitor, brought, pieces).await?;
    Ok(Review {
        brought: brought.clone(),
        lines,
    })
}

async fn pieces(
    cairn: &Cairn,
    visitor: &Visitor,
    brought: &Brought,
) -> Result<Vec<(usize, Piece)>, ServiceError> {
    let place = uploads::aside(visitor, GROUP, &brought.digest);
    if cairn.blobs.received(&place).await? > LARGEST {
        return Err(PortfolioRefusal::TooLarge(LARGEST).into());
    }
    let bytes: Bytes = match cairn.blobs.all_of(&place).await {
        Err(BlobError::Missing) => return Err(PortfolioRefusal::Gone.into()),
        bytes => bytes?.into(),
    };
    if hex::encode(Sha256::digest(&bytes)) != brought.digest {
        return Err(PortfolioRefusal::Gone.into());
    }
    let name = brought.name.clone();
    let unpacked = tokio::task::spawn_blocking(move || unpacking::pieces(&name, &bytes)).await;
    let unpacked = unpacked.map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(unpacked?.into_iter().enumerate().collect())
}

/// Looks at each, a few at one time. When it takes too long, or others were asked as often today as they may be, the last ones are
/// judged by what needs no answer.
async fn look(
    cairn: &Cairn,
    visitor: &Visitor,
    brought: &Brought,
    pieces: Vec<(usize, Piece)>,
) -> Result<Vec<Line>, ServiceError> {
    let (tenant, person) = (visitor.tenant().clone(), visitor.person.id.clone());
    let known = cairn.store.read(move |db| {
        let addresses = checking::addresses(db, &tenant, &person)?;
        Ok((addresses, foreign_badges::of_people(db, &tenant, &[person])?))
    });
    let (mut holders, there) = known.await?;
    let told = holders.len();
    holders.extend(brought.address.clone());
    let there: BTreeSet<String> = there.into_iter().map(|badge| badge.key).collect();
    let whose = Whose::Person(&visitor.person.id);
    let granted = looks::take(cairn, visitor.tenant(), whose, pieces.len()).await?;
    let (began, holders, there) = (Instant::now(), &holders, &there);
    let looked = pieces
        .into_iter()
        .enumerate()
        .map(|(place, (index, piece))| async move {
            let asks = place < granted;
            let hurries = !asks || began.elapsed() > LONGEST;
            let found = candidate(cairn, &piece, holders, told, hurries).await?;
            let found = match found {
                Err(NotTaken::NoAnswer | NotTaken::NoBadge(_) | NotTaken::NotConfirmed(_)) if !asks => {
                    Err(NotTaken::UsedUp)
                }
                other => other,
            };
            let found = found.map(|found| Candidate {
                is_there: there.contains(&found.key),
                asks,
                ..found
            });
            let called = match links::address(&piece.bytes) {
                Some(address) => address.into(),
                None => piece.name,
            };
            Ok::<Line, ServiceError>(Line {
                index,
                called,
                in_record: piece.in_record,
                found,
            })
        });
    futures_util::stream::iter(looked)
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

async fn candidate(
    cairn: &Cairn,
    piece: &Piece,
    holders: &[String],
    told: usize,
    hurries: bool,
) -> Result<Result<Candidate, NotTaken>, ServiceError> {
    let Some((bytes, source)) = checking::behind(cairn, &piece.bytes, hurries, ONE).await else {
        return Ok(Err(NotTaken::NoAnswer));
    };
    let looked = outside::look(cairn, bytes.clone(), holders.to_vec(), hurries).await?;
    if !looked.verdict.parts.is_empty() {
        return Ok(Err(NotTaken::Record(named(&looked.verdict.parts))));
    }
    let worst = looked.verdict.worst().cloned().unwrap_or(Failure::NotChecked);
    let standing = match (checking::judged(&looked.verdict), &looked.said) {
        (Judged::Stands(Standing::Wrong, why), Some(_)) => {
            return Ok(Err(NotTaken::Wrong(why.unwrap_or(worst))));
        }
        (Judged::Stands(Standing::Revoked, _), _) => return Ok(Err(NotTaken::Revoked)),
        (Judged::Open(why), Some(_)) => return Ok(Err(NotTaken::NotConfirmed(why))),
        (Judged::Stands(standing, _), Some(_)) => standing,
        (_, None) => return Ok(Err(NotTaken::NoBadge(worst))),
    };
    let (Some(holder), Some(said)) = (checking::holder(&looked.holders, told), looked.said) else {
        return Ok(Err(NotTaken::OtherHolder));
    };
    // Rules go by who the issuer is: one that is kept under another id than the one that was checked would be somebody else.
    if kept_text(&said.issuer) != said.issuer {
        return Ok(Err(NotTaken::NoBadge(Failure::Missing("issuer"))));
    }
    Ok(Ok(Candidate {
        key: key(&said, &bytes),
        picture: said.picture.clone(),
        says: says(said),
        holder,
        standing,
        is_there: false,
        asks: false,
        bytes,
        source,
    }))
}

/// The badges of a record, each with whether it is good.
fn named(parts: &[PartVerdict]) -> Vec<(String, bool)> {
    let told = |part: &PartVerdict| {
        let name = lti::clean::line(&part.name).chars().take(TEXT).collect();
        (name, part.verdict.worst().is_none())
    };
    parts.iter().map(told).collect()
}

/// What a badge is known again by: one issuer has one credential of an id (Open Badges 3.0, section 8.4).
fn key(said: &Glance, bytes: &Bytes) -> String {
    let about = match &said.id {
        Some(id) => format!("{}\n{}", said.issuer, id.trim()).into_bytes(),
        None => bytes.to_vec(),
    };
    hex::encode(Sha256::digest(about))
}

/// A text as it is kept.
fn kept_text(text: &str) -> String {
    let clean = lti::clean::lines(text).into_owned();
    clean.trim().chars().take(TEXT).collect()
}

/// What is kept of what a badge says: no more than people read, and nothing that a database refuses.
fn says(said: Glance) -> Says {
    let text = kept_text;
    Says {
        name: text(&said.name),
        description: text(&said.description),
        achievement: said.achievement.as_deref().map(text),
        issuer: text(&said.issuer),
        issuer_name: said
            .issuer_name
            .as_deref()
            .map(text)
            .filter(|name| !name.is_empty()),
        awarded_at: said.awarded,
        until: said.until,
    }
}

/// Keeps what was chosen and can be confirmed, as it came, in the place of what was kept of it before. Says how many of those that
/// were chosen could not be confirmed any more.
///
/// # Errors
/// As [`bring`]; [`PortfolioRefusal::NoneChosen`] where nothing is left to be kept, [`PortfolioRefusal::Full`] where there is no
/// room among their badges.
#[tracing::instrument(name = "taking.keep", skip_all)]
pub(crate) async fn keep(
    cairn: &Cairn,
    visitor: &Visitor,
    brought: &Brought,
    chosen: &BTreeSet<usize>,
) -> Result<usize, ServiceError> {
    visitor.act_for_oneself()?;
    let mut pieces = pieces(cairn, visitor, brought).await?;
    pieces.retain(|(index, _)| chosen.contains(index));
    let asked = pieces.len();
    let lines = look(cairn, visitor, brought, pieces).await?;
    let (mut kept, began) = (0, Instant::now());
    for candidate in lines.into_iter().filter_map(|line| line.found.ok()) {
        let hurries = !candidate.asks || began.elapsed() > LONGEST;
        store(cairn, visitor, candidate, hurries).await?;
        kept += 1;
    }
    if kept == 0 {
        return Err(PortfolioRefusal::NoneChosen.into());
    }
    uploads::forget_aside(cairn, visitor, GROUP, &brought.digest).await?;
    Ok(asked.saturating_sub(kept))
}

/// Where it `hurries`, nobody is asked for a picture.
async fn store(
    cairn: &Cairn,
    visitor: &Visitor,
    found: Candidate,
    hurries: bool,
) -> Result<(), ServiceError> {
    let file = keep_file(
        cairn,
        visitor,
        &file_name(&found.says.name, &found.bytes),
        found.bytes.clone(),
    )
    .await?;
    let picture = match &found.picture {
        _ if files::is_picture(&file.media_type) => Some(file.clone()),
        Some(picture) if !hurries || picture.starts_with("data:") => {
            picture_of(cairn, visitor, picture).await
        }
        _ => None,
    };
    let (now, random) = cairn.moment();
    let badge = ForeignBadge {
        id: ForeignBadgeId::new(now, random.as_ref()),
        tenant: visitor.tenant().clone(),
        person: visitor.person.id.clone(),
        key: found.key,
        file,
        picture,
        source: found.source,
        says: found.says,
        holder: found.holder,
        standing: found.standing,
        why: None,
        checked_at: now,
        tried_at: now,
        kept_at: now,
    };
    let stored = cairn
        .store
        .write_with(move |db| put(db, badge, now, random.as_ref()));
    stored.await
}

fn put(
    db: &mut Db,
    badge: ForeignBadge,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), ServiceError> {
    let there = foreign_badges::of_people(db, &badge.tenant, std::slice::from_ref(&badge.person))?;
    let badge = match there.iter().find(|one| one.key == badge.key) {
        Some(before) => {
            let badge = ForeignBadge {
                id: before.id.clone(),
                kept_at: before.kept_at,
                ..badge
            };
            foreign_badges::replace(db, &badge)?;
            brought::forget_files(db, before, now, random)?;
            badge
        }
        None if there.len() >= MOST => return Err(PortfolioRefusal::Full(MOST).into()),
        None => {
            foreign_badges::insert(db, &badge)?;
            badge
        }
    };
    checking::decide(db, &badge, now, random)?;
    Ok(checking::plan(db, &badge, true, now, random)?)
}

/// Keeps a file, of which a job looks whether a badge has it in the end.
async fn keep_file(
    cairn: &Cairn,
    visitor: &Visitor,
    name: &str,
    bytes: Bytes,
) -> Result<StoredFile, ServiceError> {
    let (tenant, size) = (visitor.tenant(), u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    if shares::institution(cairn, tenant).await < size || !shares::take(cairn, tenant, size) {
        return Err(PortfolioRefusal::NoRoom.into());
    }
    let digest = hex::encode(Sha256::digest(&bytes));
    shares::look_after(cairn, tenant, &digest).await?;
    let kept = files::keep_bytes(cairn, tenant, name, bytes).await;
    if kept.is_err() {
        cairn.stored.give_back(tenant, size);
    }
    kept
}

/// The picture that a badge names, if it is one that can be shown: pages never ask its issuer for it.
async fn picture_of(cairn: &Cairn, visitor: &Visitor, picture: &str) -> Option<StoredFile> {
    let bytes = match picture.strip_prefix("data:") {
        Some(data) => {
            let (kind, content) = data.split_once(',')?;
            let content = kind.ends_with(";base64").then_some(content)?;
            Bytes::from(STANDARD.decode(content.trim()).ok()?)
        }
        None => outside::at_address(cairn, links::address(picture.as_bytes())?, PICTURE).await?,
    };
    let kind = infer::get(&bytes)?.mime_type();
    if bytes.len() > PICTURE || !files::is_picture(kind) {
        return None;
    }
    keep_file(cairn, visitor, "picture", bytes).await.ok()
}

/// What the file of a badge is called when it is saved.
fn file_name(name: &str, bytes: &[u8]) -> String {
    let start = bytes.trim_ascii_start();
    let ending = match start.first() {
        Some(0x89) => "png",
        Some(b'<') => "svg",
        Some(b'{') => "json",
        _ => "jwt",
    };
    let name: String = name.chars().take(80).collect();
    format!("{}.{ending}", name.replace(['/', '\\'], "-"))
}

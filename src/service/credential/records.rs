//! Comprehensive Learner Records (CLR 2.0): a badge that is earned by badges in one signed document with these, each byte by byte as
//! it was signed.
//!
//! A record is made when its holder asks for it, is signed once and kept: a badge in it that is revoked later shows by its own status
//! list. Others get it where its holder lets them have the files of every badge in it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::domain::audit::Action;
use crate::domain::award::Award;
use crate::domain::credential::{Credential, Record};
use crate::domain::decision::Decision;
use crate::ids::{AwardId, BadgeId, CredentialId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::minors;
use crate::service::base::refusal::CredentialRefusal;
use crate::service::base::session::Visitor;
use crate::service::credential::build::{Counted, profile, waived};
use crate::service::credential::email_hash;
use crate::service::credential::publish::{Published, read};
use crate::service::credential::renewals::Term;
use crate::service::credential::share::held;
use crate::service::credential::signing::{IssuingContext, Signer, internal};
use crate::store::{
    Db, StoreError, audit, awards, badges, credentials, decisions, lineages, people, programmes, records,
};
use openbadges::credential::{Association, AssociationType, ClrCredential, ClrSubject, IdentityObject, Part};
use openbadges::jwt;
use openbadges::verify::MAX_PARTS;

/// Most bytes of the badges in one record: other verifiers read 256 kB.
const MOST_BYTES: usize = 240_000;

/// The forms in which a record can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Token,
}

impl Form {
    /// Every form.
    pub(crate) const ALL: [Self; 2] = [Self::Json, Self::Token];

    /// The form that a file ending names.
    #[must_use]
    pub(crate) fn of_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.ending() == ending)
    }

    /// The ending of its files.
    #[must_use]
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Json => "clr.json",
            Self::Token => "clr.jwt",
        }
    }

    /// The record in this form, byte by byte as it was signed.
    #[must_use]
    pub(crate) fn of(self, record: Record) -> String {
        match self {
            Self::Json => record.document,
            Self::Token => record.token,
        }
    }
}

/// A badge that is earned by badges.
#[derive(Debug, Clone)]
pub(crate) struct Stack {
    /// Those that counted, in the order of its rule.
    pub(crate) parts: Vec<Term>,
    /// The course that each is of; a badge of the institution is of none.
    pub(crate) courses: HashMap<BadgeId, String>,
    /// What the institution did not ask for, by its names.
    pub(crate) waived: Vec<String>,
    /// When its record was made, if there is one.
    pub(crate) recorded: Option<DateTime<Utc>>,
    /// Whether its holder lets others have the files of every badge in that record.
    pub(crate) is_shared: bool,
    /// How many badges did not fit into that record.
    pub(crate) left_out: usize,
}

/// The badges that counted for a decision, as their holder has them. What is not there any more is left out.
pub(in crate::service) fn counted(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    decision: &Decision,
) -> Result<Vec<Term>, StoreError> {
    if decision.badges().is_empty() {
        return Ok(Vec::new());
    }
    let held = held_by(db, tenant, person)?;
    counted_of(db, tenant, &held, decision)
}

/// Every award of a person, and of whoever was joined into them.
fn held_by(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Award>, StoreError> {
    let present = people::present(db, tenant, person)?;
    let mut held = Vec::new();
    for one in people::everybody(db, tenant, &present)? {
        held.extend(awards::for_person(db, tenant, &one)?);
    }
    Ok(held)
}

/// As [`counted`], of what its holder has.
fn counted_of(
    db: &mut Db,
    tenant: &TenantId,
    held: &[Award],
    decision: &Decision,
) -> Result<Vec<Term>, StoreError> {
    let named = decision.badges();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let all = held.iter().map(|award| &award.badge);
    let lines = lineages::of_badges(db, tenant, all.chain(named.iter().map(|(badge, _)| *badge)))?;
    let mut found: Vec<Term> = Vec::with_capacity(named.len());
    for (badge, at) in named {
        let Some(award) = award_of(held, &lines, badge, at) else {
            continue;
        };
        if found.iter().any(|known| known.award.id == award.id) {
            continue;
        }
        if let Some(credential) = credentials::by_award(db, tenant, &award.id)? {
            let award = award.clone();
            found.push(Term { award, credential });
        }
    }
    Ok(found)
}

/// The award that counted: of that moment, and of the badge that is named, or of another one of its lineage, which counts for it.
fn award_of<'a>(
    held: &'a [Award],
    lines: &HashMap<BadgeId, BadgeId>,
    badge: &BadgeId,
    at: DateTime<Utc>,
) -> Option<&'a Award> {
    let then = || held.iter().filter(move |award| award.awarded_at == at);
    let line = lines.get(badge);
    then()
        .find(|award| award.badge == *badge)
        .or_else(|| then().find(|award| line.is_some() && lines.get(&award.badge) == line))
}

/// The names of what a decision did not ask for, because it was waived.
pub(in crate::service) fn waived_names(
    db: &mut Db,
    tenant: &TenantId,
    decision: &Decision,
) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    for part in waived(decision) {
        names.extend(badges::get(db, tenant, part)?.map(|part| part.design.name));
    }
    Ok(names)
}

/// What the credential of a new award says of the badges that counted for it.
///
/// # Errors
/// When one of them cannot be read.
pub(in crate::service) fn told(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    decision: &Decision,
) -> Result<Vec<Counted>, ServiceError> {
    let parts = counted(db, tenant, person, decision)?;
    parts
        .iter()
        .map(|part| Ok(Counted(read(&part.credential)?)))
        .collect()
}

/// What an award is earned by; nothing where no badge counted for it.
pub(in crate::service) fn stack(
    db: &mut Db,
    award: &Award,
    credential: &Credential,
) -> Result<Option<Stack>, StoreError> {
    let tenant = &award.tenant;
    let Some(record) = decisions::get(db, tenant, &award.decision)? else {
        return Ok(None);
    };
    let mut parts = counted(db, tenant, &award.person, &record.decision)?;
    if parts.is_empty() {
        return Ok(None);
    }
    // No page names the address of one that the institution's word on minors keeps.
    let holding = minors::of(db, tenant, &award.person)?;
    for term in &mut parts {
        term.credential.visibility.hidden |= holding.keeps_page(db, &term.credential)?;
    }
    let recorded = records::made_at(db, tenant, &credential.id)?;
    let waived = waived_names(db, tenant, &record.decision)?;
    let (mut is_shared, mut left_out) = (false, 0);
    if recorded.is_some() {
        is_shared = open_to_others(db, award, credential)?.is_some();
        left_out = gathered(db, award.clone(), credential.clone())?.left_out.len();
    }
    let ids: Vec<BadgeId> = parts.iter().map(|term| term.award.badge.clone()).collect();
    let courses = programmes::named(db, tenant, &ids)?.into_iter();
    Ok(Some(Stack {
        courses: courses.filter_map(|(id, one)| Some((id, one.course?))).collect(),
        parts,
        waived,
        recorded,
        is_shared,
        left_out,
    }))
}

/// What is read of a record to see which badges are in it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inside<'a> {
    #[serde(borrow)]
    credential_subject: InsideSubject<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InsideSubject<'a> {
    #[serde(borrow)]
    verifiable_credential: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// Whether others get the file of a badge.
fn is_open(credential: &Credential) -> bool {
    credential.visibility.downloads && !credential.visibility.hidden
}

/// The record of a badge, where its holder lets others have the file of every badge that is in it. It goes by what was signed: what
/// belongs together by now may be less.
fn open_to_others(db: &mut Db, award: &Award, credential: &Credential) -> Result<Option<Record>, StoreError> {
    let tenant = &award.tenant;
    let holding = minors::of(db, tenant, &award.person)?;
    if !is_open(credential) || holding.keeps_page(db, credential)? {
        return Ok(None);
    }
    let Some(record) = records::of_credential(db, tenant, &credential.id)? else {
        return Ok(None);
    };
    let Ok(read) = serde_json::from_str::<Inside<'_>>(&record.document) else {
        return Ok(None);
    };
    let present = people::present(db, tenant, &award.person)?;
    let holder = people::everybody(db, tenant, &present)?;
    for part in read.credential_subject.verifiable_credential {
        let named = serde_json::from_str::<Named>(part.get()).ok();
        let slug = named.as_ref().and_then(|named| named.id.rsplit('/').next());
        let known = match slug {
            Some(slug) => credentials::by_slug(db, slug)?,
            None => None,
        };
        let is_it = |known: &Credential| known.tenant == *tenant && known.document.trim() == part.get();
        let Some(known) = known.filter(|known| is_it(known) && is_open(known)) else {
            return Ok(None);
        };
        if holding.keeps_page(db, &known)? {
            return Ok(None);
        }
        let of_holder = awards::get(db, tenant, &known.award)?;
        if of_holder.is_none_or(|award| !holder.contains(&award.person)) {
            return Ok(None);
        }
    }
    Ok(Some(record))
}

/// A badge, those that counted for it, those that counted for these, and so on.
struct Gathered {
    /// The badge itself first.
    terms: Vec<Term>,
    /// Which of them counted for which, by their places: (whole, part).
    edges: Vec<(usize, usize)>,
    /// Those for which there was no room.
    left_out: HashSet<AwardId>,
}

/// As many as a verifier looks at, and reads. What counted for the badge itself comes first.
fn gathered(db: &mut Db, award: Award, credential: Credential) -> Result<Gathered, StoreError> {
    let tenant = award.tenant.clone();
    // Read once: a page that anybody may open asks for it.
    let held = held_by(db, &tenant, &award.person)?;
    let mut terms = vec![Term { award, credential }];
    let mut bytes: usize = terms.iter().map(|term| term.credential.document.len()).sum();
    let (mut edges, mut left_out, mut next) = (Vec::new(), HashSet::new(), 0);
    while let Some(whole) = terms.get(next).map(|term| term.award.clone()) {
        if let Some(record) = decisions::get(db, &tenant, &whole.decision)? {
            for part in counted_of(db, &tenant, &held, &record.decision)? {
                let known = terms.iter().position(|known| known.award.id == part.award.id);
                if let Some(place) = known {
                    edges.push((next, place));
                } else if terms.len() < MAX_PARTS && bytes + part.credential.document.len() <= MOST_BYTES {
                    bytes += part.credential.document.len();
                    edges.push((next, terms.len()));
                    terms.push(part);
                } else {
                    left_out.insert(part.award.id);
                }
            }
        }
        next += 1;
    }
    Ok(Gathered {
        terms,
        edges,
        left_out,
    })
}

/// Which achievement is a part of which. Two awards of one badge are one achievement, of which none may be a part of itself.
fn associations(edges: &[(usize, usize)], achievements: &[&str]) -> Vec<Association> {
    let mut told: Vec<(&str, &str)> = Vec::new();
    for (whole, part) in edges {
        let (Some(whole), Some(part)) = (achievements.get(*whole), achievements.get(*part)) else {
            continue;
        };
        if !told.contains(&(*whole, *part)) && !leads(&told, part, whole) {
            told.push((*whole, *part));
        }
    }
    told.into_iter()
        .map(|(whole, part)| Association::new(AssociationType::IsParentOf, whole, part))
        .collect()
}

/// Whether `to` is `from`, or a part of it by these (whole, part).
fn leads(told: &[(&str, &str)], from: &str, to: &str) -> bool {
    let (mut seen, mut open) = (HashSet::new(), vec![from]);
    while let Some(one) = open.pop() {
        if one == to {
            return true;
        }
        if seen.insert(one) {
            open.extend(
                told.iter()
                    .filter(|(whole, _)| *whole == one)
                    .map(|(_, part)| *part),
            );
        }
    }
    false
}

/// The record, not signed yet; `identifier` is by what its holder can be recognised.
fn build(
    signer: &Signer,
    gathered: &Gathered,
    identifier: Vec<IdentityObject>,
) -> Result<ClrCredential, ServiceError> {
    let parts = gathered
        .terms
        .iter()
        .map(|term| Part::of(&term.credential.document));
    let parts: Vec<Part> = parts.collect::<Result<_, _>>().map_err(internal)?;
    let (Some(first), Some(stack)) = (gathered.terms.first(), parts.first().map(Part::badge)) else {
        return Err(CredentialRefusal::NoParts.into());
    };
    let achievements: Vec<&str> = parts
        .iter()
        .map(|part| part.badge().credential_subject.achievement.id.as_str())
        .collect();
    let association = associations(&gathered.edges, &achievements);
    let file = format!("{}.{}", first.credential.slug, Form::Json.ending());
    // It is revoked with the badge: they have one place in the status list, which has to be of this issuer.
    let same_issuer = stack.issuer.id == signer.identity.did();
    Ok(ClrCredential {
        id: format!("{}{}", signer.identity.origin(), addresses::credential(&file)),
        name: stack.credential_subject.achievement.name.clone(),
        // Their holder may have more badges than these.
        partial: Some(true),
        issuer: profile(&signer.identity, &signer.issuer),
        valid_from: signer.context.now,
        valid_until: stack.valid_until,
        credential_status: stack.credential_status.clone().filter(|_| same_issuer),
        credential_subject: ClrSubject {
            id: stack.credential_subject.id.clone(),
            identifier,
            association,
            verifiable_credential: parts,
            ..ClrSubject::default()
        },
        ..ClrCredential::default()
    })
}

/// Puts the visitor's own badge and those that counted for it into one record, unless that was done. Says whether it was now.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but its holder; [`ServiceError::Masquerade`] for whoever acts as them; a
/// [`CredentialRefusal`] where no badge counted for it, and where it was revoked.
#[tracing::instrument(name = "records.make", skip_all, fields(award = award.as_str()))]
pub(crate) async fn make(cairn: &Cairn, visitor: &Visitor, award: &AwardId) -> Result<bool, ServiceError> {
    visitor.act_for_oneself()?;
    let (context, visitor, award) = (IssuingContext::of(cairn), visitor.clone(), award.clone());
    let made = cairn.store.write_retrying(move |db| -> Result<_, ServiceError> {
        let tenant = visitor.tenant();
        let (held_one, _, credential) = held(db, &visitor, &award)?;
        if held_one.revocation.is_some() {
            return Err(CredentialRefusal::Revoked.into());
        }
        if records::made_at(db, tenant, &credential.id)?.is_some() {
            return Ok(false);
        }
        // The parts say what they say; the record says nothing that the institution lets nobody say by now.
        let mut stack = read(&credential)?;
        email_hash::keep_to_policy(db, tenant, &visitor.person.id, &mut stack)?;
        let of = credential.id.clone();
        let gathered = gathered(db, held_one, credential)?;
        if gathered.edges.is_empty() {
            return Err(CredentialRefusal::NoParts.into());
        }
        let signer = context.signer(db, tenant)?;
        let unsigned = build(&signer, &gathered, stack.credential_subject.identifier)?;
        let record = Record {
            tenant: tenant.clone(),
            credential: of,
            document: signer.sign(&unsigned)?,
            token: signer.sign_record(&unsigned)?,
            made_at: context.now,
        };
        if !records::insert_once(db, &record)? {
            return Ok(false);
        }
        let entry = visitor.entry(Action::CredentialRecorded, award.as_str(), context.now);
        let entry =
            entry.detail(json!({ "badges": gathered.terms.len(), "left_out": gathered.left_out.len() }));
        audit::record(db, &entry, context.random.as_ref())?;
        Ok(true)
    });
    made.await
}

impl Signer {
    fn sign_record(&self, record: &ClrCredential) -> Result<String, ServiceError> {
        let key_id = self.identity.verification_method(self.token_key.verifying_key());
        let signed = jwt::sign_record(record, &self.token_key, &key_id).map_err(internal)?;
        Ok(signed.into_string())
    }
}

/// The record of a credential, as it was signed.
///
/// # Errors
/// [`ServiceError::NotFound`] where none was made.
#[tracing::instrument(name = "records.of", level = "debug", skip_all, fields(credential = credential.as_str()))]
pub(crate) async fn of(
    cairn: &Cairn,
    tenant: &TenantId,
    credential: &CredentialId,
) -> Result<Record, ServiceError> {
    let (tenant, credential) = (tenant.clone(), credential.clone());
    let found = cairn
        .store
        .read(move |db| records::of_credential(db, &tenant, &credential));
    found.await?.ok_or(ServiceError::NotFound("record"))
}

/// The record of a credential for others: as it was signed, if at this moment its holder lets others have every badge in it.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "records.for_others", level = "debug", skip_all, fields(credential = credential.as_str()))]
pub(crate) async fn for_others(
    cairn: &Cairn,
    tenant: &TenantId,
    credential: &CredentialId,
) -> Result<Option<Record>, ServiceError> {
    let (tenant, id) = (tenant.clone(), credential.clone());
    let found = cairn.store.read(move |db| {
        let Some(credential) = credentials::get(db, &tenant, &id)? else {
            return Ok(None);
        };
        match awards::get(db, &tenant, &credential.award)? {
            Some(award) => open_to_others(db, &award, &credential),
            None => Ok(None),
        }
    });
    Ok(found.await?)
}

/// Whether others get the record from the badge's page.
#[must_use]
pub(crate) fn is_given(published: &Published) -> bool {
    let stack = published.stack.as_ref();
    published.visibility().downloads && stack.is_some_and(|stack| stack.recorded.is_some() && stack.is_shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(edges: &[(usize, usize)], achievements: &[&str]) -> Vec<(String, String)> {
        let told = associations(edges, achievements).into_iter();
        told.map(|one| (one.source_id, one.target_id)).collect()
    }

    #[test]
    fn each_part_is_told_once_and_none_is_a_part_of_itself() {
        let pair = |whole: &str, part: &str| (whole.to_owned(), part.to_owned());
        assert_eq!(
            pairs(&[(0, 1), (0, 2), (2, 1)], &["a", "b", "c"]),
            [pair("a", "b"), pair("a", "c"), pair("c", "b")]
        );
        // Two terms of one badge, and a term that counted for what it was earned by.
        assert_eq!(
            pairs(&[(0, 1), (0, 2), (1, 3), (1, 4)], &["a", "b", "b", "a", "b"]),
            [pair("a", "b")]
        );
        assert!(pairs(&[(0, 9)], &["a"]).is_empty());
    }

    #[test]
    fn the_endings_of_files_are_read_as_they_are_written() {
        for form in Form::ALL {
            assert_eq!(Form::of_ending(form.ending()), Some(form));
        }
        assert_eq!(Form::of_ending("json"), None);
    }
}

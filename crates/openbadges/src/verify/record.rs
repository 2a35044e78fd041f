//! A Comprehensive Learner Record, or a presentation of several badges: each badge in it is verified like any other, by its own
//! proof, and what is said about how they belong together has to be about them.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::received::Received;
use super::verdict::{CheckKind, Failure, PartVerdict, Remark, Verdict};
use super::{Expected, Resolver, core, endorsements, holder, list, older, status, text};
use crate::credential::AssociationType;
use crate::credential::record::{cycle, part_and_whole};

/// The type of a record.
pub(super) const KIND: &str = "ClrCredential";
/// How many badges of one record or presentation are verified.
pub const MAX_PARTS: usize = 100;

/// Whether the document is a record.
pub(super) fn is_one(document: &Value) -> bool {
    list(document, "type").iter().any(|kind| kind == KIND)
}

/// The members that a record has to have.
pub(super) fn members(subject: &Value, remarks: &mut Vec<Remark>) -> Result<(), Failure> {
    if parts(subject).is_empty() {
        return Err(Failure::Missing("verifiableCredential"));
    }
    if text(subject, "id").is_none() && list(subject, "identifier").is_empty() {
        remarks.push(Remark::NoRecipient);
    }
    Ok(())
}

fn parts(subject: &Value) -> &[Value] {
    list(subject, "verifiableCredential")
}

/// Verifies everything in the record, and notes it beside the record's own checks.
pub(super) fn check(
    document: &Value,
    lists: &mut status::Lists,
    resolver: &dyn Resolver,
    now: DateTime<Utc>,
    verdict: &mut Verdict,
) {
    let subject = document.get("credentialSubject").unwrap_or(&Value::Null);
    let Some(mut known) = each(parts(subject), lists, resolver, now, verdict) else {
        return;
    };
    known.extend(list(subject, "achievement").iter().filter_map(id_of));
    verdict.note(CheckKind::Associations, associated(subject, &known));
}

/// Verifies each badge of a presentation with several, and whether all are of `holder`, where that is asked: nothing was signed about
/// all of them.
pub(super) fn check_several(
    all: &[Value],
    resolver: &dyn Resolver,
    now: DateTime<Utc>,
    holder: Option<&str>,
    verdict: &mut Verdict,
) {
    let mut lists = status::Lists::default();
    if each(all, &mut lists, resolver, now, verdict).is_none() {
        return;
    }
    if let Some(holder) = holder {
        let others = all.iter().filter_map(|part| {
            let document = Received::part(part).ok().map(|received| received.document);
            let subject = document
                .as_ref()
                .and_then(|document| document.get("credentialSubject"));
            holder::check(subject.unwrap_or(&Value::Null), holder).err()
        });
        let outcome = decisive(others).map_or(Ok(()), Err);
        verdict.note(CheckKind::Recipient, outcome);
    }
}

/// Verifies each of several badges; the ids of what they are about, or nothing where they are too many.
fn each(
    all: &[Value],
    lists: &mut status::Lists,
    resolver: &dyn Resolver,
    now: DateTime<Utc>,
    verdict: &mut Verdict,
) -> Option<Vec<String>> {
    if all.len() > MAX_PARTS {
        verdict.note::<()>(CheckKind::Parts, Err(Failure::TooManyParts(MAX_PARTS)));
        return None;
    }
    let mut known = Vec::with_capacity(all.len());
    for part in all {
        let (found, achievement) = judged(part, lists, resolver, now);
        verdict.parts.push(found);
        known.extend(achievement);
    }
    let outcome = worst(&verdict.parts).map_or(Ok(()), Err);
    verdict.note(CheckKind::Parts, outcome);
    Some(known)
}

fn id_of(achievement: &Value) -> Option<String> {
    text(achievement, "id").map(str::to_owned)
}

/// One part, and the id of what it is about.
fn judged(
    part: &Value,
    lists: &mut status::Lists,
    resolver: &dyn Resolver,
    now: DateTime<Utc>,
) -> (PartVerdict, Option<String>) {
    let mut verdict = Verdict::default();
    let Some(received) = verdict.note(CheckKind::Readable, Received::part(part)) else {
        let name = String::new();
        return (PartVerdict { name, verdict }, None);
    };
    let document = &received.document;
    // A record within a record is not looked into, and a badge before 3.0 is no credential.
    let shared = if is_one(document) || older::is_older(document) {
        let mut other = Verdict::default();
        other.note::<()>(CheckKind::Members, Err(Failure::OtherKind));
        other
    } else {
        core(&received, Expected::Badge, resolver, now)
    };
    verdict.checks.extend(shared.checks);
    verdict.remarks.extend(shared.remarks);
    let status = status::check(document, lists, resolver, now);
    verdict.note(CheckKind::Status, status);
    let endorsed = endorsements(document, lists, &mut verdict.remarks, resolver, now);
    verdict.note(CheckKind::Endorsements, endorsed);
    let achievement = document.pointer("/credentialSubject/achievement");
    let name = achievement
        .and_then(|achievement| text(achievement, "name"))
        .or_else(|| text(document, "name"))
        .unwrap_or_default();
    let part = PartVerdict {
        name: name.to_owned(),
        verdict,
    };
    (part, achievement.and_then(id_of))
}

/// What is wrong with a part, before what could not be checked.
fn worst(parts: &[PartVerdict]) -> Option<Failure> {
    let failed = |part: &PartVerdict| {
        let failure = part.verdict.worst()?.clone();
        Some(Failure::Part(part.name.clone(), Box::new(failure)))
    };
    decisive(parts.iter().filter_map(failed))
}

/// What is wrong before what could not be checked.
fn decisive(mut all: impl Iterator<Item = Failure>) -> Option<Failure> {
    let first = all.next()?;
    if first.is_unchecked() {
        all.find(|failure| !failure.is_unchecked()).or(Some(first))
    } else {
        Some(first)
    }
}

/// Whether the associations are of what is in the record, in words of the standard, and nothing is a part of itself.
fn associated(subject: &Value, known: &[String]) -> Result<(), Failure> {
    let known: HashSet<&str> = known.iter().map(String::as_str).collect();
    let mut edges = Vec::new();
    for association in list(subject, "association") {
        let kind = text(association, "associationType").unwrap_or_default();
        if !AssociationType::ALL.iter().any(|one| one.as_str() == kind) {
            return Err(Failure::Missing("associationType"));
        }
        let source = text(association, "sourceId").ok_or(Failure::Missing("sourceId"))?;
        let target = text(association, "targetId").ok_or(Failure::Missing("targetId"))?;
        if let Some(unknown) = [source, target].into_iter().find(|id| !known.contains(id)) {
            return Err(Failure::OtherAssociated(unknown.to_owned()));
        }
        edges.extend(part_and_whole(kind, source, target));
    }
    cycle(&edges).map_or(Ok(()), |id| Err(Failure::Circle(id.to_owned())))
}

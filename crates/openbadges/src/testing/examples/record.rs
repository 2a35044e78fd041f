//! A record of several badges of one learner.

use super::{full_badge, identity, issuer, key, moment};
use crate::credential::{
    Association, AssociationType, ClrCredential, ClrSubject, OpenBadgeCredential, Part, StatusEntry,
};
use crate::error::Error;
use crate::proof::{SignedBytes, sign};

/// Whose record it is: the parts are of the same learner.
const LEARNER: &str = "urn:uuid:01990000-0000-7000-9000-00000000c1a0";

/// An ordinary badge, signed.
///
/// # Errors
/// Never in practice: the issuer is fixed.
pub fn signed_badge(index: u32) -> Result<SignedBytes, Error> {
    let key = key();
    let method = issuer()?.verification_method(&key.verifying_key());
    sign(&full_badge(index)?, &key, &method, moment())
}

/// One badge of a record, not signed: achievement and status entry number `index`.
///
/// # Errors
/// Never in practice: the issuer is fixed.
pub fn part(index: u32) -> Result<OpenBadgeCredential, Error> {
    let mut badge = full_badge(index)?;
    badge.credential_subject.id = Some(LEARNER.to_owned());
    badge.credential_subject.identifier = vec![identity(0)];
    let achievement = &mut badge.credential_subject.achievement;
    achievement.id = format!("https://badges.example/badges/part/{index}");
    achievement.name = format!("Part {index}");
    Ok(badge)
}

/// A record of the badges 1 to `parts`, not signed itself; the first is the whole of which the others are parts. Its status entry
/// is number 0.
///
/// # Errors
/// Never in practice: the issuer is fixed.
pub fn record(parts: u32) -> Result<ClrCredential, Error> {
    let (issuer, key) = (issuer()?, key());
    let method = issuer.verification_method(&key.verifying_key());
    let mut signed = Vec::new();
    for index in 1..=parts {
        let text = sign(&part(index)?, &key, &method, moment())?;
        signed.push(Part::of(text.as_str())?);
    }
    let achievement = |part: &Part| part.badge().credential_subject.achievement.id.clone();
    let whole = signed.first().map(achievement).unwrap_or_default();
    let others = signed.iter().skip(1).map(achievement);
    let association = others.map(|other| Association::new(AssociationType::IsParentOf, &whole, &other));
    Ok(ClrCredential {
        id: "urn:uuid:01990000-0000-7000-8000-00000000c1a0".to_owned(),
        name: "Working together".to_owned(),
        partial: Some(true),
        issuer: full_badge(0)?.issuer,
        valid_from: moment(),
        credential_subject: ClrSubject {
            id: Some(LEARNER.to_owned()),
            identifier: vec![identity(0)],
            association: association.collect(),
            verifiable_credential: signed,
            ..ClrSubject::default()
        },
        credential_status: Some(StatusEntry::revocation(&issuer.status_url("1"), 0)),
        ..ClrCredential::default()
    })
}

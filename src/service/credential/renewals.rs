//! Terms of validity of one badge in one hand: which credential succeeds which.
//!
//! What is signed says in words that it renews, and from when to when the one before was valid; it gives no address. The
//! official schema has no member for one, the one that the data model offers (`relatedResource`, VC Data Model 2.0,
//! section 5.3) wants a digest of what stands there, where a page changes with its state; and what is signed could never
//! be withdrawn, although it would tell everybody who has the one file the unguessable address of the other. The pages
//! link the two, as long as they are there.

use crate::domain::award::Award;
use crate::domain::credential::{Credential, Visibility};
use crate::service::base::addresses;
use crate::service::base::minors;
use crate::store::{Db, StoreError, awards, credentials};

/// Another term of the same badge in the same hand.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    pub(crate) award: Award,
    pub(crate) credential: Credential,
}

/// The terms round one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Renewals {
    /// The term that this one renews.
    pub(crate) before: Option<Term>,
    /// The latest term after this one, unless it was revoked: this one is superseded.
    pub(crate) after: Option<Term>,
}

impl Term {
    /// Its public page, for readers of a page with this `visibility`: none where they would learn there what its
    /// holder keeps from them here.
    #[must_use]
    pub(crate) fn href_beside(&self, visibility: Visibility) -> Option<String> {
        let theirs = self.credential.visibility;
        let more = [
            (theirs.name, visibility.name),
            (theirs.evidence, visibility.evidence),
            (theirs.downloads, visibility.downloads),
        ];
        let tells_more = more.iter().any(|(there, here)| *there && !here);
        (!tells_more && !theirs.hidden).then(|| addresses::credential(&self.credential.slug))
    }
}

/// What an award renews, and what renewed it.
pub(in crate::service) fn of(db: &mut Db, award: &Award) -> Result<Renewals, StoreError> {
    let before = before(db, award)?;
    let after = awards::latest(db, &award.tenant, &award.badge, &award.person)?
        .filter(|latest| latest.cycle > award.cycle && latest.revocation.is_none());
    Ok(Renewals {
        before: term(db, before)?,
        after: term(db, after)?,
    })
}

/// The award of the term that this one renews.
pub(in crate::service) fn before(db: &mut Db, award: &Award) -> Result<Option<Award>, StoreError> {
    match award.cycle {
        ..=1 => Ok(None),
        cycle => awards::of_cycle(
            db,
            &award.tenant,
            &award.badge,
            &award.person,
            cycle.saturating_sub(1),
        ),
    }
}

fn term(db: &mut Db, award: Option<Award>) -> Result<Option<Term>, StoreError> {
    let Some(award) = award else { return Ok(None) };
    let Some(mut credential) = credentials::by_award(db, &award.tenant, &award.id)? else {
        return Ok(None);
    };
    // One that the institution's word on minors keeps is hidden, as if its holder had said so.
    let holding = minors::of(db, &award.tenant, &award.person)?;
    credential.visibility.hidden |= holding.keeps_page(db, &credential)?;
    Ok(Some(Term { award, credential }))
}

//! Awards of a group of people: stored one by one, signed together, in the caller's one transaction.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use super::work::{approved_work, graded};
use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::credential::{Credential, Visibility};
use crate::domain::decision::Decision;
use crate::ids::{AwardId, CredentialId, DecisionId, PersonId, RegistrationId, StatusListId, TenantId};
use crate::random;
use crate::service::base::error::ServiceError;
use crate::service::credential::build::{Parts, build};
use crate::service::credential::email_hash;
use crate::service::credential::records;
use crate::service::credential::renewals;
use crate::service::credential::signing::{Signer, internal};
use crate::store::{Db, awards, credentials, once_committed, people, registrations};
use crate::telemetry::metric;
use openbadges::credential::StatusEntry;
use openbadges::{OpenBadgeCredential, recipient};

/// For fewer signatures no other processor is asked to help.
const FEW: usize = 8;

/// An award that is stored, with a credential that is not signed yet: hand it to [`Signer::finish`] in the same transaction.
pub(in crate::service) struct Prepared {
    award: Award,
    slug: String,
    credential: OpenBadgeCredential,
    list: StatusListId,
    place: u32,
}

/// A credential in both of its signed forms.
struct Signed {
    document: String,
    token: String,
}

impl Signer {
    /// Makes the award with its signed credential. `None`: this cycle has its award already, made by whomever.
    ///
    /// # Errors
    /// What the store reports; then the transaction must be rolled back.
    pub(in crate::service) fn issue(
        &mut self,
        db: &mut Db,
        badge: &Badge,
        person: &PersonId,
        cycle: i32,
        decision: &Decision,
        record: &DecisionId,
    ) -> Result<Option<Award>, ServiceError> {
        let prepared = self.prepare(db, badge, person, cycle, decision, record)?;
        let made = self.finish(db, prepared.into_iter().collect())?;
        Ok(made.into_iter().next())
    }

    /// The issuer of a platform.
    fn platform(
        &mut self,
        db: &mut Db,
        tenant: &TenantId,
        id: &RegistrationId,
    ) -> Result<String, ServiceError> {
        if let Some(known) = self.platforms.get(id) {
            return Ok(known.clone());
        }
        let platform = registrations::get(db, tenant, id)?.ok_or(ServiceError::NotFound("platform"))?;
        self.platforms.insert(id.clone(), platform.issuer.clone());
        Ok(platform.issuer)
    }

    /// Makes the award and its credential, all but the signatures. `None` as [`Self::issue`].
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub(in crate::service) fn prepare(
        &mut self,
        db: &mut Db,
        badge: &Badge,
        person: &PersonId,
        cycle: i32,
        decision: &Decision,
        record: &DecisionId,
    ) -> Result<Option<Prepared>, ServiceError> {
        let (now, random) = (self.context.now, Arc::clone(&self.context.random));
        let award = Award {
            id: AwardId::new(now, random.as_ref()),
            tenant: badge.tenant.clone(),
            badge: badge.id.clone(),
            person: person.clone(),
            cycle,
            decision: record.clone(),
            awarded_at: now,
            valid_until: badge.design.expiry.end(now, self.issuer.zone),
            revocation: None,
            suspended_since: None,
        };
        let lineage = self.lineage(db, badge)?;
        if !awards::insert_counting(db, &award, lineage.as_ref())? {
            return Ok(None);
        }
        if badge.design.show_score {
            self.note_labels(db, badge)?;
        }
        let subject = self.subject(db, &award)?;
        let known = people::get(db, &badge.tenant, person)?.ok_or(ServiceError::NotFound("person"))?;
        let platform = self.platform(db, &badge.tenant, &known.registration)?;
        let mut recipients = vec![recipient::lti_user_salted(&platform, &known.sub, &subject.salt)];
        recipients.extend(email_hash::of_new_badge(db, &known, random.as_ref())?);
        let (list, list_slug, place) = self.take_place(db)?;
        let endorsements = self.endorsements(db, badge)?;
        let renews = renewals::before(db, &award)?;
        let counted = records::told(db, &badge.tenant, person, decision)?;
        let slug = random::token::<16>(random.as_ref());
        let credential = build(Parts {
            issuer: &self.issuer,
            identity: &self.identity,
            badge,
            award: &award,
            renews: renews.as_ref(),
            slug: &slug,
            subject: subject.urn,
            recipients,
            status: StatusEntry::revocation(&self.identity.status_url(&list_slug), place),
            endorsements,
            decision,
            labels: &self.labels,
            labels_elsewhere: &self.labels_elsewhere,
            evidence: &approved_work(db, badge, person, decision)?,
            counted: &counted,
            graded: &graded(db, badge, person, decision)?,
            waived: &records::waived_names(db, &badge.tenant, decision)?,
        });
        Ok(Some(Prepared {
            award,
            slug,
            credential,
            list,
            place,
        }))
    }

    /// Signs and stores the credentials of awards that were prepared, in the same transaction.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub(in crate::service) fn finish(
        &self,
        db: &mut Db,
        prepared: Vec<Prepared>,
    ) -> Result<Vec<Award>, ServiceError> {
        let signed = self.sign_all(&prepared)?;
        let mut made = Vec::with_capacity(prepared.len());
        for (one, signed) in prepared.into_iter().zip(signed) {
            let stored = Credential {
                id: CredentialId::new(self.context.now, self.context.random.as_ref()),
                tenant: one.award.tenant.clone(),
                award: one.award.id.clone(),
                issuer: self.issuer.id.clone(),
                document: signed.document,
                token: Some(signed.token),
                slug: one.slug,
                issued_at: self.context.now,
                status_list: one.list,
                status_position: i32::try_from(one.place).map_err(internal)?,
                visibility: Visibility::default(),
                left_out: None,
                reissued: None,
            };
            credentials::insert(db, &stored)?;
            made.push(one.award);
        }
        let count = u64::try_from(made.len()).unwrap_or_default();
        once_committed(db, move || metrics::counter!(metric::AWARDS).increment(count));
        Ok(made)
    }

    /// Both signatures of each, in the same order: on all processors where there are many.
    fn sign_all(&self, prepared: &[Prepared]) -> Result<Vec<Signed>, ServiceError> {
        let sign = |some: &[Prepared]| -> Result<Vec<Signed>, ServiceError> {
            let both = |one: &Prepared| {
                Ok(Signed {
                    document: self.sign(&one.credential)?,
                    token: self.sign_token(&one.credential)?,
                })
            };
            some.iter().map(both).collect()
        };
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let share = prepared.len().div_ceil(processors).max(FEW);
        let mut shares = prepared.chunks(share);
        let ours = shares.next().unwrap_or_default();
        thread::scope(|scope| {
            let others: Vec<_> = shares.map(|some| scope.spawn(move || sign(some))).collect();
            let mut signed = sign(ours)?;
            for other in others {
                let theirs = other.join().map_err(|_| internal("a signing thread stopped"))?;
                signed.extend(theirs?);
            }
            Ok(signed)
        })
    }
}

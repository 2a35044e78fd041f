//! A credential signed anew under its own id: the same badge for the same person, from a later moment on. Whoever keeps
//! credentials lets it take the place of the one before (Open Badges 3.0, section 9.4: same issuer, same id, later
//! `validFrom`); when it was awarded stays in `awardedDate`.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use crate::domain::audit::Action;
use crate::domain::credential::{Credential, ReissueCause, Reissued};
use crate::ids::AwardId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::CredentialRefusal;
use crate::service::base::session::Visitor;
use crate::service::credential::build::{has_link, is_about, is_part};
use crate::service::credential::email_hash;
use crate::service::credential::publish::read;
use crate::service::credential::share::held;
use crate::service::credential::signing::{IssuingContext, Signer};
use crate::store::{Db, audit, awards, records, reissues, submissions};
use openbadges::OpenBadgeCredential;
use openbadges::credential::{Evidence, ResultDescription, ResultEntry};

/// What a holder took out of the signed document, as it stood there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct LeftOut {
    result: Vec<ResultEntry>,
    result_description: Vec<ResultDescription>,
    evidence: Vec<Evidence>,
}

impl LeftOut {
    fn of(credential: &Credential) -> Result<Self, ServiceError> {
        let text = credential.left_out.as_deref();
        let known = text.map(serde_json::from_str).transpose();
        known.map(Option::unwrap_or_default).map_err(|error| {
            ServiceError::Internal(format!(
                "credential {}: what was left out: {error}",
                credential.id
            ))
        })
    }

    fn text(&self) -> Result<Option<String>, ServiceError> {
        if *self == Self::default() {
            return Ok(None);
        }
        serde_json::to_string(self)
            .map(Some)
            .map_err(|error| ServiceError::Internal(error.to_string()))
    }

    /// Takes the grades out of the document, with what they were measured by, or puts them back.
    fn grades(&mut self, document: &mut OpenBadgeCredential, said: bool) {
        let subject = &mut document.credential_subject;
        let descriptions = &mut subject.achievement.result_description;
        if said {
            subject.result.append(&mut self.result);
            descriptions.append(&mut self.result_description);
        } else {
            let taken: Vec<ResultEntry> = subject.result.drain(..).collect();
            let measured = |about: &ResultDescription| {
                taken
                    .iter()
                    .any(|entry| entry.result_description.as_ref() == Some(&about.id))
            };
            let (gone, left) = std::mem::take(descriptions).into_iter().partition(measured);
            *descriptions = left;
            self.result_description.extend::<Vec<_>>(gone);
            self.result.extend(taken);
        }
    }

    /// Takes what was handed in out of the document, or puts it back.
    fn work(&mut self, document: &mut OpenBadgeCredential, said: bool) {
        if said {
            document.evidence.append(&mut self.evidence);
        } else {
            let (parts, work) = std::mem::take(&mut document.evidence)
                .into_iter()
                .partition(is_part);
            document.evidence = parts;
            self.evidence.extend::<Vec<_>>(work);
        }
    }
}

/// Says the addresses that were handed in, or takes them out: an evidence has the address whose digest it tells.
fn addresses(document: &mut OpenBadgeCredential, handed_in: &[String], said: bool) {
    for evidence in &mut document.evidence {
        let about = handed_in.iter().find(|link| is_about(evidence, link));
        evidence.id = about.filter(|_| said).and_then(|link| iri(link));
    }
}

/// An address as an identifier that every processor takes: some letters that browsers let pass have to be escaped.
fn iri(link: &str) -> Option<String> {
    let url = Url::parse(link)
        .ok()
        .filter(|url| matches!(url.scheme(), "https" | "http"))?;
    let after = [
        Some(url.path().to_owned()),
        url.query().map(|query| format!("?{query}")),
        url.fragment().map(|fragment| format!("#{fragment}")),
    ];
    // What somebody wrote before the host is a name and a password.
    let mut iri = url.origin().ascii_serialization();
    for letter in after.iter().flatten().flat_map(|part| part.chars()) {
        if matches!(
            letter,
            '[' | ']' | '{' | '}' | '|' | '\\' | '^' | '`' | '"' | '<' | '>'
        ) {
            iri.push_str(&format!("%{:02X}", u32::from(letter)));
        } else {
            iri.push(letter);
        }
    }
    Some(iri)
}

/// What a signed document says of its holder beyond the badge itself. `None`: there is nothing of the kind to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Says {
    pub(crate) grades: Option<bool>,
    pub(crate) work: Option<bool>,
    /// Where the work is, where an address was handed in. It is said only if its holder wants it said.
    pub(crate) address: Option<bool>,
    /// A hash of its holder's e-mail address. Whether it could be said hangs on the holder, and not on the document.
    pub(crate) email: bool,
}

/// What its holder wants a signed document to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "wishes, each on its own")]
pub(crate) struct Wish {
    pub(crate) grades: bool,
    pub(crate) work: bool,
    pub(crate) address: bool,
    pub(crate) email: bool,
}

impl Wish {
    /// Whether that is what is said already.
    fn is_met_by(self, says: Says) -> bool {
        let as_wished = |is: Option<bool>, wish: bool| is.is_none_or(|is| is == wish);
        as_wished(says.grades, self.grades)
            && as_wished(says.work, self.work)
            && as_wished(says.address, self.address && self.work)
            && says.email == self.email
    }
}

/// What the document says now, and what it could say.
///
/// # Errors
/// [`ServiceError::Internal`] when what was left out cannot be read.
pub(crate) fn says(credential: &Credential, document: &OpenBadgeCredential) -> Result<Says, ServiceError> {
    let left_out = LeftOut::of(credential)?;
    let said = |there: bool, left: bool| (there || left).then_some(there);
    Ok(Says {
        grades: said(
            !document.credential_subject.result.is_empty(),
            !left_out.result.is_empty(),
        ),
        work: said(
            !document.evidence.iter().all(is_part),
            !left_out.evidence.is_empty(),
        ),
        address: said(
            document.evidence.iter().any(|one| one.id.is_some()),
            document.evidence.iter().chain(&left_out.evidence).any(has_link),
        ),
        email: email_hash::stands_in(document),
    })
}

/// Signs the visitor's own badge anew, so that it says their grades, their work, where that is and a hash of their e-mail
/// address, or does not. With nothing to change it is signed anew only where it has no token yet. Says whether it was.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but its holder; [`ServiceError::Masquerade`] for whoever acts as them;
/// [`ServiceError::Refused`] where no hash of their address may be signed.
#[tracing::instrument(name = "reissuing.set_says", skip_all, fields(award = award.as_str()))]
pub(crate) async fn set_says(
    cairn: &Cairn,
    visitor: &Visitor,
    award: &AwardId,
    wish: Wish,
) -> Result<bool, ServiceError> {
    visitor.act_for_oneself()?;
    let (context, visitor, award) = (IssuingContext::of(cairn), visitor.clone(), award.clone());
    let signed = cairn.store.write_retrying(move |db| -> Result<_, ServiceError> {
        let (held_one, _, credential) = held(db, &visitor, &award)?;
        if held_one.revocation.is_some() {
            return Err(CredentialRefusal::Revoked.into());
        }
        let mut document = read(&credential)?;
        let now = says(&credential, &document)?;
        if wish.is_met_by(now) && credential.token.is_some() {
            return Ok(false);
        }
        let Wish {
            grades,
            work,
            address,
            email,
        } = wish;
        let mut left_out = LeftOut::of(&credential)?;
        left_out.grades(&mut document, grades);
        left_out.work(&mut document, work);
        if now.address.is_some() {
            let handed_in = submissions::of_person(db, visitor.tenant(), &visitor.person.id)?;
            let links: Vec<String> = handed_in
                .into_iter()
                .filter_map(|one| one.artefact.link)
                .collect();
            addresses(&mut document, &links, address);
        }
        let random = context.random.as_ref();
        email_hash::say(db, &mut document, &visitor.person, email, random)?;
        let email = email_hash::stands_in(&document);
        let changed = Credential {
            left_out: left_out.text()?,
            ..credential
        };
        let signer = context.signer(db, visitor.tenant())?;
        again(db, &signer, &context, changed, document, ReissueCause::Holder)?;
        let entry = visitor.entry(Action::CredentialReissued, award.as_str(), context.now);
        let entry =
            entry.detail(json!({ "grades": grades, "work": work, "address": address, "email": email }));
        audit::record(db, &entry, random)?;
        Ok(true)
    });
    signed.await
}

/// Signs `document` with the issuer's keys of now and puts it in the place of the credential's own, in both forms. Nothing is
/// said again that the institution lets nobody say by now ([`email_hash::keep_to_policy`]). Records in which it stood are removed, to
/// be made anew. Run it in a transaction.
pub(in crate::service) fn again(
    db: &mut Db,
    signer: &Signer,
    context: &IssuingContext,
    credential: Credential,
    mut document: OpenBadgeCredential,
    cause: ReissueCause,
) -> Result<(), ServiceError> {
    if let Some(award) = awards::get(db, &credential.tenant, &credential.award)? {
        email_hash::keep_to_policy(db, &award.tenant, &award.person, &mut document)?;
    }
    document.proof.clear();
    let before = document.valid_from;
    document.awarded_date = document.awarded_date.or(Some(before));
    document.valid_from = later(before, document.valid_until, context.now);
    let was = credential.document.clone();
    let replaced = Credential {
        document: signer.sign(&document)?,
        token: Some(signer.sign_token(&document)?),
        reissued: Some(Reissued {
            at: context.now,
            cause,
        }),
        ..credential
    };
    reissues::replace(db, &replaced, &was)?;
    // A record of before would go on saying what this badge does not say any more, or be signed by a key that is withdrawn.
    if let Some(award) = awards::get(db, &replaced.tenant, &replaced.award)? {
        records::forget_person(db, &award.tenant, &award.person)?;
    }
    Ok(())
}

/// When what is signed at `now` begins to hold: later than what it replaces, and before its end. What has ended by now moves
/// on by a second.
fn later(before: DateTime<Utc>, until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    let second = TimeDelta::seconds(1);
    let wanted = if until.is_some_and(|until| until <= now) {
        before + second
    } else {
        now.max(before)
    };
    until.map_or(wanted, |until| wanted.min(until - second).max(before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use openbadges::testing::examples;
    use sha2::{Digest as _, Sha256};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn what_is_signed_anew_begins_later_and_before_its_end() {
        assert_eq!(later(at(10), None, at(50)), at(50));
        assert_eq!(later(at(10), Some(at(90)), at(50)), at(50));
        assert_eq!(later(at(10), Some(at(40)), at(50)), at(11), "it has ended");
        assert_eq!(later(at(10), Some(at(11)), at(50)), at(10), "no room");
        assert_eq!(later(at(60), None, at(50)), at(60), "a clock that was put back");
    }

    #[test]
    fn an_address_is_said_where_its_digest_is_and_only_as_wished() {
        let link = "https://work.example/a b?x=[1]|{2}".to_owned();
        let print = hex::encode(Sha256::digest(link.as_bytes()));
        let mut document = OpenBadgeCredential {
            evidence: vec![
                Evidence {
                    narrative: Some(format!("file: sha-256 ab; link: sha-256 {print}")),
                    ..Evidence::default()
                },
                Evidence {
                    narrative: Some("text: sha-256 ab".into()),
                    ..Evidence::default()
                },
            ],
            ..OpenBadgeCredential::default()
        };
        let others = ["https://work.example/other".to_owned(), link];
        addresses(&mut document, &others, true);
        assert_eq!(
            document.evidence[0].id.as_deref(),
            Some("https://work.example/a%20b?x=%5B1%5D%7C%7B2%7D")
        );
        assert_eq!(document.evidence[1].id, None);
        addresses(&mut document, &others, false);
        assert!(document.evidence.iter().all(|one| one.id.is_none()));
        assert_eq!(iri("javascript:alert(1)"), None);
        assert_eq!(iri("https://[::1]/x").as_deref(), Some("https://[::1]/x"));
    }

    #[test]
    fn what_was_taken_out_is_put_back_as_it_was() {
        let whole = examples::whole_badge(7).unwrap();
        let mut document = whole.clone();
        assert!(!whole.credential_subject.result.is_empty() && !whole.evidence.is_empty());
        let mut left_out = LeftOut::default();
        left_out.grades(&mut document, false);
        left_out.work(&mut document, false);
        assert!(document.credential_subject.result.is_empty() && document.evidence.is_empty());
        let text = left_out.text().unwrap().unwrap();
        let mut left_out: LeftOut = serde_json::from_str(&text).unwrap();
        // Asked for once more, nothing more is taken and nothing is lost.
        left_out.grades(&mut document, false);
        left_out.work(&mut document, true);
        left_out.grades(&mut document, true);
        let results = |of: &OpenBadgeCredential| of.credential_subject.result.clone();
        assert_eq!(results(&document), results(&whole));
        assert_eq!(document.evidence, whole.evidence);
        let mut measures = document.credential_subject.achievement.result_description.clone();
        let mut known = whole.credential_subject.achievement.result_description.clone();
        measures.sort_by(|one, other| one.id.cmp(&other.id));
        known.sort_by(|one, other| one.id.cmp(&other.id));
        assert_eq!(measures, known);
        assert_eq!(left_out.text().unwrap(), None);
    }
}

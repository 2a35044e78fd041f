//! Verification of a document from its bytes alone, ours or somebody else's: JSON with a proof inside, or a signed token.
//!
//! Everything fails closed: what cannot be fetched, read or understood is a failed check with its own sentence.
//! Fetching is the caller's: a [`Resolver`] answers from a cache, a database or the network.

mod files;
mod glance;
mod holder;
mod key;
mod older;
mod own;
mod received;
mod record;
mod status;
mod verdict;

use chrono::{DateTime, Utc};
use ed25519_dalek::Signature;
use serde_json::Value;

pub use glance::{Glance, glance};
pub use record::MAX_PARTS;
pub use verdict::{Check, CheckKind, Failure, Outcome, PartVerdict, Remark, Verdict};

use self::received::{Received, parse};
use super::contexts::VC_CONTEXT_1;
use super::credential::wire::VC_CONTEXT;
use super::foreign_key::ForeignKey;
use super::jsonld::JsonLdError;
use super::keys::PublicKey;
use super::nquads::{Graph, Node};
use super::proof::SUITE;
use super::vocab::vc;
use super::{bake, jsonld, jwt, multibase, proof};

/// The largest document that is read, in bytes.
pub const MAX_DOCUMENT: usize = 1 << 20;
/// The kind of proof that [`SUITE`] took the place of, and that signs in the same way.
const OLDER_SUITE: &str = "Ed25519Signature2020";
/// How many embedded endorsements are checked.
const MAX_ENDORSEMENTS: usize = 16;

/// Where identity documents and status lists come from.
pub trait Resolver {
    /// The DID document of a `did:web`; nothing when it cannot be had. `did:key` is never asked for.
    fn did_document(&self, did: &str) -> Option<Value>;
    /// The bytes of the status list at `url`; nothing when they cannot be had.
    fn status_list(&self, url: &str) -> Option<Vec<u8>>;
    /// Any other JSON document that a badge refers to: a key at an address, a list of revoked badges, what an issuer of
    /// Open Badges 2.0 hosts. Nothing when it cannot be had, which leaves open what hangs on it.
    fn document(&self, _url: &str) -> Option<Value> {
        None
    }
}

/// Which kind of credential a place calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Badge,
    Endorsement,
    StatusList,
}

impl Expected {
    fn types(self) -> &'static [&'static str] {
        match self {
            Self::Badge => &[
                "OpenBadgeCredential",
                "AchievementCredential",
                "EndorsementCredential",
                record::KIND,
            ],
            Self::Endorsement => &["EndorsementCredential"],
            Self::StatusList => &["BitstringStatusListCredential"],
        }
    }
}

/// Verifies a badge, an endorsement or a record with everything in it at the moment `now`. `bytes` are JSON or a compact token;
/// pictures are unpacked with [`super::bake::extract`] first.
#[must_use]
pub fn verify(bytes: &[u8], resolver: &dyn Resolver, now: DateTime<Utc>) -> Verdict {
    verify_of(bytes, resolver, now, None)
}

/// As [`verify`], and whether it is of whoever has the e-mail address or other identifier `holder`, where that is asked.
fn verify_of(bytes: &[u8], resolver: &dyn Resolver, now: DateTime<Utc>, holder: Option<&str>) -> Verdict {
    let mut verdict = Verdict::default();
    let Some(received) = verdict.note(CheckKind::Readable, parse(bytes)) else {
        return verdict;
    };
    if !received.several.is_empty() {
        verdict.remarks.push(Remark::SeveralPresented);
        record::check_several(&received.several, resolver, now, holder, &mut verdict);
        return verdict;
    }
    if received.presented {
        verdict.remarks.push(Remark::Presented);
    }
    let document = &received.document;
    if older::is_older(document) {
        older::verify(&received, resolver, now, holder, &mut verdict);
        return verdict;
    }
    let shared = core(&received, Expected::Badge, resolver, now);
    verdict.checks.extend(shared.checks);
    verdict.remarks.extend(shared.remarks);
    let mut lists = status::Lists::default();
    let status = status::check(document, &mut lists, resolver, now);
    verdict.note(CheckKind::Status, status);
    let endorsed = endorsements(document, &mut lists, &mut verdict.remarks, resolver, now);
    verdict.note(CheckKind::Endorsements, endorsed);
    if record::is_one(document) {
        record::check(document, &mut lists, resolver, now, &mut verdict);
    }
    if let Some(holder) = holder {
        let subject = document.get("credentialSubject").unwrap_or(&Value::Null);
        verdict.note(CheckKind::Recipient, holder::check(subject, holder));
    }
    verdict
}

/// Verifies a file as people have it: a picture with a badge in it, or what [`verify`] takes.
#[must_use]
pub fn verify_file(bytes: &[u8], resolver: &dyn Resolver, now: DateTime<Utc>) -> Verdict {
    verify_file_of(bytes, resolver, now, None)
}

/// As [`verify_file`], and whether the badge is of whoever has the e-mail address or other identifier `holder`, where that
/// is asked.
#[must_use]
pub fn verify_file_of(
    bytes: &[u8],
    resolver: &dyn Resolver,
    now: DateTime<Utc>,
    holder: Option<&str>,
) -> Verdict {
    if let Some(what) = files::other(bytes) {
        let mut verdict = Verdict::default();
        verdict.note::<()>(CheckKind::Readable, Err(Failure::NoBadge(what)));
        return verdict;
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let is_picture = bytes.starts_with(b"\x89PNG") || text.trim_ascii_start().starts_with(b"<");
    if !is_picture {
        return verify_of(text, resolver, now, holder);
    }
    match bake::extract(bytes) {
        Ok(inside) => verify_of(inside.as_bytes(), resolver, now, holder),
        Err(error) => {
            let mut verdict = Verdict::default();
            verdict.note::<()>(CheckKind::Readable, Err(error.into()));
            verdict
        }
    }
}

/// The checks that badges, endorsements and status lists share.
fn core(received: &Received, expected: Expected, resolver: &dyn Resolver, now: DateTime<Utc>) -> Verdict {
    let (document, token) = (&received.document, received.token.as_ref());
    let mut verdict = Verdict::default();
    let members = members(document, expected, &mut verdict.remarks);
    verdict.note(CheckKind::Members, members);
    let proof = match token {
        Some(token) => token.header().map(FoundProof::Token).map_err(Failure::from),
        None => find_proof(document, now),
    };
    let proof = verdict.note(CheckKind::Proof, proof);
    if let Some(token) = token {
        verdict.note(CheckKind::Claims, token.claims_agree().map_err(Failure::from));
    }
    let key = verdict.note(CheckKind::Key, find_key(document, proof.as_ref(), resolver));
    let message = match token {
        Some(_) => Ok(token_terms(document, &mut verdict.remarks)),
        None => terms(document, proof.as_ref()),
    };
    let message = verdict.note(CheckKind::Terms, message);
    verdict.note(
        CheckKind::Signature,
        signature(token, proof.as_ref(), key.as_ref(), message),
    );
    verdict.note(CheckKind::Period, period(document, now));
    verdict
}

/// Whether it is of data model 1.1, which Open Badges 3.0 allows beside 2.0.
fn is_older_model(document: &Value) -> bool {
    list(document, "@context").first().and_then(Value::as_str) == Some(VC_CONTEXT_1)
}

fn members(document: &Value, expected: Expected, remarks: &mut Vec<Remark>) -> Result<(), Failure> {
    if is_older_model(document) {
        remarks.push(Remark::OlderModel);
    } else if list(document, "@context").first().and_then(Value::as_str) != Some(VC_CONTEXT) {
        return Err(Failure::Context);
    }
    let types = list(document, "type");
    let has = |name: &str| types.iter().any(|kind| kind == name);
    let (first, wanted) = (
        expected.types().first().copied().unwrap_or_default(),
        expected.types(),
    );
    if !has("VerifiableCredential") {
        return Err(Failure::WrongType(first));
    }
    if !wanted.iter().any(|name| has(name)) {
        // A credential of another kind may be as good as any; what it has to hold is not known here.
        return Err(match expected {
            Expected::Badge => Failure::OtherKind,
            Expected::Endorsement | Expected::StatusList => Failure::WrongType(first),
        });
    }
    text(document, "id").ok_or(Failure::Missing("id"))?;
    issuer_id(document).ok_or(Failure::Missing("issuer"))?;
    let subject = document
        .get("credentialSubject")
        .filter(|subject| subject.is_object());
    let subject = subject.ok_or(Failure::Missing("credentialSubject"))?;
    if expected == Expected::Badge && has(record::KIND) {
        record::members(subject, remarks)?;
    } else if expected == Expected::Badge && !has("EndorsementCredential") {
        let achievement = subject
            .get("achievement")
            .ok_or(Failure::Missing("achievement"))?;
        for name in ["id", "name", "description"] {
            text(achievement, name).ok_or(Failure::Missing(name))?;
        }
        achievement.get("criteria").ok_or(Failure::Missing("criteria"))?;
        if text(subject, "id").is_none() && list(subject, "identifier").is_empty() {
            remarks.push(Remark::NoRecipient);
        }
        if !has_own_results(subject, achievement) {
            remarks.push(Remark::OtherResults);
        }
    } else if text(subject, "id").is_none() && expected != Expected::StatusList {
        return Err(Failure::Missing("credentialSubject.id"));
    }
    Ok(())
}

/// Whether each result is one that the badge describes, at a level that the description has (Open Badges 3.0, Result).
fn has_own_results(subject: &Value, achievement: &Value) -> bool {
    list(subject, "result").iter().all(|result| {
        let named = text(result, "resultDescription");
        let described = list(achievement, "resultDescription")
            .iter()
            .find(|entry| named.is_some() && text(entry, "id") == named);
        let levels = described.map_or(&[][..], |entry| list(entry, "rubricCriterionLevel"));
        let level = text(result, "achievedLevel");
        (named.is_none() || described.is_some())
            && (level.is_none() || levels.iter().any(|entry| text(entry, "id") == level))
    })
}

/// A proof that was found, with its pieces.
enum FoundProof {
    Embedded {
        /// The proof without its value, under the document's contexts.
        config: Value,
        method: String,
        signature: Signature,
    },
    Token(jwt::Header),
}

fn find_proof(document: &Value, now: DateTime<Utc>) -> Result<FoundProof, Failure> {
    let proofs = list(document, "proof");
    let known = |proof: &&Value| match text(proof, "type") {
        Some("DataIntegrityProof") => text(proof, "cryptosuite") == Some(SUITE),
        Some(OLDER_SUITE) => proof.get("cryptosuite").is_none(),
        _ => false,
    };
    if proofs.is_empty() {
        return Err(Failure::NoProof);
    }
    let mut candidates = proofs.iter().filter(known).peekable();
    candidates.peek().ok_or(Failure::UnknownProof)?;
    let proof = candidates
        .find(|proof| text(proof, "proofPurpose") == Some("assertionMethod"))
        .ok_or(Failure::Purpose)?;
    if proof.get("previousProof").is_some() {
        return Err(Failure::ProofChain);
    }
    if proof.get("expires").is_some() && moment(proof, "expires").is_none_or(|until| until <= now) {
        return Err(Failure::ProofExpired);
    }
    let signature = text(proof, "proofValue").ok_or(Failure::ProofValue)?;
    let signature = multibase::decode_signature(signature).map_err(|_| Failure::ProofValue)?;
    let mut config = proof.clone();
    if let Some(members) = config.as_object_mut() {
        members.remove("proofValue");
        members.insert(
            "@context".to_owned(),
            document.get("@context").cloned().unwrap_or_default(),
        );
    }
    let method = text(proof, "verificationMethod").unwrap_or_default().to_owned();
    Ok(FoundProof::Embedded {
        config,
        method,
        signature,
    })
}

fn find_key(
    document: &Value,
    proof: Option<&FoundProof>,
    resolver: &dyn Resolver,
) -> Result<ForeignKey, Failure> {
    let issuer = issuer_id(document).ok_or(Failure::IssuerNotADid)?;
    let (key, algorithm) = match proof.ok_or(Failure::NotChecked)? {
        FoundProof::Embedded { method, .. } => {
            (key::resolve(issuer, method, resolver)?, jwt::Algorithm::EdDsa)
        }
        FoundProof::Token(header) => (key::resolve_token(issuer, header, resolver)?, header.algorithm),
    };
    if key::fits(algorithm, &key) {
        Ok(key)
    } else {
        Err(Failure::KeyKind)
    }
}

/// What a proof inside signs; nothing without such a proof, and where blank nodes are too entangled to be told apart.
type Message = Option<[u8; 64]>;

/// Reads every member, of the document without its proofs and of the proof's configuration.
fn terms(document: &Value, proof: Option<&FoundProof>) -> Result<Message, Failure> {
    let mut bare = document.clone();
    if let Some(members) = bare.as_object_mut() {
        members.remove("proof");
    }
    let config = match proof {
        Some(FoundProof::Embedded { config, .. }) => Some(config),
        Some(FoundProof::Token(_)) | None => None,
    };
    let own = own::Own::read(&bare, config);
    if let Some((graph, config)) = own.as_ref().and_then(own::Own::graphs) {
        nothing_hidden(document, &graph)?;
        return Ok(config.and_then(|config| proof::bounded_message(&config, &graph)));
    }
    let quads = jsonld::quads(&bare)?;
    let graph = Graph::of(&quads);
    nothing_hidden(document, &graph)?;
    let config = config.map(jsonld::quads).transpose()?;
    let config = config.as_deref().map(Graph::of);
    Ok(config.and_then(|config| proof::bounded_message(&config, &graph)))
}

/// A token's signature covers its payload to the letter, so that what no context defines cannot be changed either.
fn token_terms(document: &Value, remarks: &mut Vec<Remark>) -> Message {
    let is_own = own::Own::read(document, None).is_some_and(|own| own.graphs().is_some());
    if !is_own && let Err(error) = jsonld::quads(document) {
        remarks.push(Remark::Undefined(error.to_string()));
    }
    None
}

/// RDF merges what is said about one id in several places. What decides about validity has to stand in the
/// credential itself, or one could move the revocation entry of a signed badge out of sight.
fn nothing_hidden(document: &Value, graph: &Graph<'_>) -> Result<(), Failure> {
    let id = text(document, "id").ok_or(Failure::Missing("id"))?;
    let terms = [
        ("credentialStatus", vc::CREDENTIAL_STATUS),
        ("validFrom", vc::VALID_FROM),
        ("validUntil", vc::VALID_UNTIL),
        ("issuanceDate", vc::ISSUANCE_DATE),
        ("expirationDate", vc::EXPIRATION_DATE),
        ("issuer", vc::ISSUER),
        ("credentialSubject", vc::CREDENTIAL_SUBJECT),
    ];
    for (name, predicate) in terms {
        let stated = graph.statements.iter().filter(|statement| {
            statement.predicate == predicate
                && statement.graph.is_none()
                && statement.subject == Node::Iri(id)
        });
        if stated.count() != list(document, name).len() {
            return Err(Failure::Hidden(name));
        }
    }
    Ok(())
}

fn signature(
    token: Option<&jwt::Token>,
    proof: Option<&FoundProof>,
    key: Option<&ForeignKey>,
    message: Option<Message>,
) -> Result<(), Failure> {
    // That it is of no key can be told without the issuer's.
    if token.is_some_and(|token| !token.has_signature()) {
        return Err(Failure::Signature);
    }
    let (Some(proof), Some(key)) = (proof, key) else {
        return Err(Failure::NotChecked);
    };
    let good = match (proof, token) {
        (FoundProof::Token(header), Some(token)) => token.verifies(header.algorithm, key),
        (FoundProof::Embedded { signature, .. }, None) => {
            let (Some(message), ForeignKey::Known(PublicKey::Ed25519(key))) = (message, key) else {
                return Err(Failure::NotChecked);
            };
            let message = message.ok_or(JsonLdError::TooComplex)?;
            key.verify_strict(&message, signature).is_ok()
        }
        _ => return Err(Failure::NotChecked),
    };
    if good { Ok(()) } else { Err(Failure::Signature) }
}

fn period(document: &Value, now: DateTime<Utc>) -> Result<(), Failure> {
    // Data model 1.1 knows both names, and means the older by "from when".
    let (starts, ends): (&[&'static str], &[&'static str]) = if is_older_model(document) {
        (&["issuanceDate", "validFrom"], &["expirationDate", "validUntil"])
    } else {
        (&["validFrom"], &["validUntil"])
    };
    let there = |name: &&&'static str| document.get(**name).is_some();
    if !starts.iter().any(|name| document.get(*name).is_some()) {
        return Err(Failure::Missing(starts.first().copied().unwrap_or("validFrom")));
    }
    for name in starts.iter().filter(there) {
        let from = moment(document, name).ok_or(Failure::Missing(name))?;
        if now < from {
            return Err(Failure::NotYetValid(from.to_rfc3339()));
        }
    }
    for name in ends.iter().filter(there) {
        let until = moment(document, name).ok_or(Failure::Missing(name))?;
        if until <= now {
            return Err(Failure::Expired(until.to_rfc3339()));
        }
    }
    Ok(())
}

/// Endorsements of the award, of the badge and of the issuer. One whose endorser took it back, or whose time is over, is told
/// and decides nothing: the badge is its issuer's, and nobody else can take it from its holder.
fn endorsements(
    document: &Value,
    lists: &mut status::Lists,
    remarks: &mut Vec<Remark>,
    resolver: &dyn Resolver,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let nothing = Value::Null;
    let issuer = document.get("issuer").unwrap_or(&nothing);
    let achievement = document
        .pointer("/credentialSubject/achievement")
        .unwrap_or(&nothing);
    let holders = [document, issuer, achievement];
    let all: Vec<&Value> = holders
        .iter()
        .flat_map(|holder| list(holder, "endorsement"))
        .collect();
    if all.len() > MAX_ENDORSEMENTS {
        return Err(Failure::TooManyEndorsements(MAX_ENDORSEMENTS));
    }
    for endorsement in all {
        let bad = |failure: &Failure| Failure::Endorsement(Box::new(failure.clone()));
        let mut found = core(
            &Received::bare(endorsement.clone()),
            Expected::Endorsement,
            resolver,
            now,
        );
        found.note(
            CheckKind::Status,
            status::check(endorsement, lists, resolver, now),
        );
        let is_over = |failure: &Failure| {
            matches!(
                failure,
                Failure::Expired(_) | Failure::Revoked | Failure::Suspended
            )
        };
        let over = found
            .checks
            .iter()
            .filter_map(|check| check.failure.clone())
            .find(is_over);
        for check in &mut found.checks {
            check.failure = check.failure.take().filter(|failure| !is_over(failure));
        }
        if let Some(failure) = found.worst() {
            return Err(bad(failure));
        }
        let about = endorsement
            .pointer("/credentialSubject/id")
            .and_then(Value::as_str);
        if about.is_none() || !holders.iter().any(|holder| text(holder, "id") == about) {
            return Err(Failure::OtherEndorsed);
        }
        let by = endorsement.get("issuer").unwrap_or(&nothing);
        let by = text(by, "name").or_else(|| issuer_id(endorsement));
        let by = by.unwrap_or_default().to_owned();
        remarks.push(match over {
            Some(failure) => Remark::EndorsementOver(by, failure.to_string()),
            None => Remark::Endorsed(by),
        });
    }
    Ok(())
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).map_or(&[], key::listed)
}

fn moment(value: &Value, name: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text(value, name)?).ok()?.to_utc())
}

fn issuer_id(document: &Value) -> Option<&str> {
    let issuer = document.get("issuer")?;
    issuer.as_str().or_else(|| text(issuer, "id"))
}

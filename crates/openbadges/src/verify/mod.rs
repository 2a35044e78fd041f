//! Verification of a document from its bytes alone, ours or somebody else's: JSON with a proof inside, or a signed token.
//!
//! Everything fails closed: what cannot be fetched, read or understood is a failed check with its own sentence.
//! Fetching is the caller's: a [`Resolver`] answers from a cache, a database or the network.

mod key;
mod own;
mod status;
mod verdict;

use chrono::{DateTime, Utc};
use ed25519_dalek::Signature;
use serde_json::Value;

pub use verdict::{Check, CheckKind, Failure, Outcome, Verdict};

use super::credential::wire::VC_CONTEXT;
use super::jsonld::JsonLdError;
use super::keys::PublicKey;
use super::nquads::{Graph, Node};
use super::proof::SUITE;
use super::vocab::vc;
use super::{jsonld, jwt, multibase, proof};

/// The largest document that is read, in bytes.
pub const MAX_DOCUMENT: usize = 1 << 20;
/// How many embedded endorsements are checked.
const MAX_ENDORSEMENTS: usize = 16;

/// Where identity documents and status lists come from.
pub trait Resolver {
    /// The DID document of a `did:web`; nothing when it cannot be had. `did:key` is never asked for.
    fn did_document(&self, did: &str) -> Option<Value>;
    /// The bytes of the status list at `url`; nothing when they cannot be had.
    fn status_list(&self, url: &str) -> Option<Vec<u8>>;
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
            ],
            Self::Endorsement => &["EndorsementCredential"],
            Self::StatusList => &["BitstringStatusListCredential"],
        }
    }
}

/// A document that was read, and the token that it came in, if it came in one.
struct Received {
    /// The credential, without the claims of a token.
    document: Value,
    token: Option<jwt::Token>,
}

/// Verifies a badge or an endorsement at the moment `now`. `bytes` are JSON or a compact token; pictures are unpacked
/// with [`super::bake::extract`] first.
#[must_use]
pub fn verify(bytes: &[u8], resolver: &dyn Resolver, now: DateTime<Utc>) -> Verdict {
    let mut verdict = Verdict::default();
    let Some(received) = verdict.note(CheckKind::Readable, parse(bytes)) else {
        return verdict;
    };
    let document = &received.document;
    verdict
        .checks
        .extend(core(&received, Expected::Badge, resolver, now).checks);
    let mut lists = status::Lists::default();
    let status = status::check(document, &mut lists, resolver, now);
    verdict.note(CheckKind::Status, status);
    let endorsed = endorsements(document, &mut lists, resolver, now);
    verdict.note(CheckKind::Endorsements, endorsed);
    verdict
}

fn parse(bytes: &[u8]) -> Result<Received, Failure> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(Failure::TooLarge(MAX_DOCUMENT));
    }
    if jwt::looks_like(bytes) {
        let token = jwt::read(bytes)?;
        return Ok(Received {
            document: token.credential(),
            token: Some(token),
        });
    }
    let document = strict_json::read(bytes).map_err(|error| Failure::NotJson(error.to_string()))?;
    Ok(Received::bare(document))
}

impl Received {
    /// A document with its proof inside.
    fn bare(document: Value) -> Self {
        Self {
            document,
            token: None,
        }
    }
}

/// The checks that badges, endorsements and status lists share.
fn core(received: &Received, expected: Expected, resolver: &dyn Resolver, now: DateTime<Utc>) -> Verdict {
    let (document, token) = (&received.document, received.token.as_ref());
    let mut verdict = Verdict::default();
    verdict.note(CheckKind::Members, members(document, expected));
    let proof = match token {
        Some(token) => token.header().map(FoundProof::Token).map_err(Failure::from),
        None => find_proof(document, now),
    };
    let proof = verdict.note(CheckKind::Proof, proof);
    if let Some(token) = token {
        verdict.note(CheckKind::Claims, token.claims_agree().map_err(Failure::from));
    }
    let key = verdict.note(CheckKind::Key, find_key(document, proof.as_ref(), resolver));
    let message = verdict.note(CheckKind::Terms, terms(document, proof.as_ref()));
    verdict.note(
        CheckKind::Signature,
        signature(token, proof.as_ref(), key.as_ref(), message),
    );
    verdict.note(CheckKind::Period, period(document, now));
    verdict
}

fn members(document: &Value, expected: Expected) -> Result<(), Failure> {
    if list(document, "@context").first().and_then(Value::as_str) != Some(VC_CONTEXT) {
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
    if expected == Expected::Badge && !has("EndorsementCredential") {
        let achievement = subject
            .get("achievement")
            .ok_or(Failure::Missing("achievement"))?;
        for name in ["id", "name", "description"] {
            text(achievement, name).ok_or(Failure::Missing(name))?;
        }
        achievement.get("criteria").ok_or(Failure::Missing("criteria"))?;
        if text(subject, "id").is_none() && list(subject, "identifier").is_empty() {
            return Err(Failure::NoRecipient);
        }
        results(subject, achievement)?;
    } else if text(subject, "id").is_none() && expected != Expected::StatusList {
        return Err(Failure::Missing("credentialSubject.id"));
    }
    Ok(())
}

/// Each result is one that the badge describes, at a level that the description has (Open Badges 3.0, Result).
fn results(subject: &Value, achievement: &Value) -> Result<(), Failure> {
    for result in list(subject, "result") {
        let named = text(result, "resultDescription");
        let described = list(achievement, "resultDescription")
            .iter()
            .find(|entry| named.is_some() && text(entry, "id") == named);
        if named.is_some() && described.is_none() {
            return Err(Failure::ResultLinks);
        }
        let levels = described.map_or(&[][..], |entry| list(entry, "rubricCriterionLevel"));
        let level = text(result, "achievedLevel");
        if level.is_some() && !levels.iter().any(|entry| text(entry, "id") == level) {
            return Err(Failure::ResultLinks);
        }
    }
    Ok(())
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
    let known = |proof: &&Value| {
        text(proof, "type") == Some("DataIntegrityProof") && text(proof, "cryptosuite") == Some(SUITE)
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
) -> Result<PublicKey, Failure> {
    let issuer = issuer_id(document).ok_or(Failure::IssuerNotADid)?;
    match proof.ok_or(Failure::NotChecked)? {
        FoundProof::Embedded { method, .. } => match key::resolve(issuer, method, resolver)? {
            key @ PublicKey::Ed25519(_) => Ok(key),
            PublicKey::P256(_) => Err(Failure::KeyKind),
        },
        FoundProof::Token(header) => {
            let key = key::resolve_token(issuer, header, resolver)?;
            match (header.algorithm, &key) {
                (jwt::Algorithm::Es256, PublicKey::P256(_))
                | (jwt::Algorithm::EdDsa, PublicKey::Ed25519(_)) => Ok(key),
                _ => Err(Failure::KeyKind),
            }
        }
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

/// RDF merges what is said about one id in several places. What decides about validity has to stand in the
/// credential itself, or one could move the revocation entry of a signed badge out of sight.
fn nothing_hidden(document: &Value, graph: &Graph<'_>) -> Result<(), Failure> {
    let id = text(document, "id").ok_or(Failure::Missing("id"))?;
    let terms = [
        ("credentialStatus", vc::CREDENTIAL_STATUS),
        ("validFrom", vc::VALID_FROM),
        ("validUntil", vc::VALID_UNTIL),
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
    key: Option<&PublicKey>,
    message: Option<Message>,
) -> Result<(), Failure> {
    let (Some(proof), Some(key)) = (proof, key) else {
        return Err(Failure::NotChecked);
    };
    let good = match (proof, token) {
        (FoundProof::Token(header), Some(token)) => token.verifies(header.algorithm, key),
        (FoundProof::Embedded { signature, .. }, None) => {
            let (Some(message), PublicKey::Ed25519(key)) = (message, key) else {
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
    let from = moment(document, "validFrom").ok_or(Failure::Missing("validFrom"))?;
    if now < from {
        return Err(Failure::NotYetValid(from.to_rfc3339()));
    }
    if document.get("validUntil").is_some() {
        let until = moment(document, "validUntil").ok_or(Failure::Missing("validUntil"))?;
        if until <= now {
            return Err(Failure::Expired(until.to_rfc3339()));
        }
    }
    Ok(())
}

/// Endorsements of the award, of the badge and of the issuer.
fn endorsements(
    document: &Value,
    lists: &mut status::Lists,
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
        if let Some(failure) = core(
            &Received::bare(endorsement.clone()),
            Expected::Endorsement,
            resolver,
            now,
        )
        .worst()
        {
            return Err(bad(failure));
        }
        status::check(endorsement, lists, resolver, now).map_err(|failure| bad(&failure))?;
        let about = endorsement
            .pointer("/credentialSubject/id")
            .and_then(Value::as_str);
        if about.is_none() || !holders.iter().any(|holder| text(holder, "id") == about) {
            return Err(Failure::OtherEndorsed);
        }
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

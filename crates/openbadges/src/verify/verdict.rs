//! What a verification found: one entry for each check, each with a sentence for the page.

use crate::bake::BakeError;
use crate::jsonld::JsonLdError;
use crate::jwt::JwtError;
use crate::status::StatusError;

/// The checks, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckKind {
    /// The bytes are a JSON document, or a token with one inside, of bearable size.
    Readable,
    /// The members that the standard requires are there.
    Members,
    /// There is a proof of the form that this verifier knows.
    Proof,
    /// The claims of a token say what the credential in it says; only of tokens.
    Claims,
    /// The signing key belongs to the issuer.
    Key,
    /// Every member is defined, so that the signature covers it.
    Terms,
    /// The signature is good.
    Signature,
    /// The present moment lies in the validity period.
    Period,
    /// The credential is not revoked.
    Status,
    /// The endorsements inside are good themselves.
    Endorsements,
    /// Every badge in a record or a presentation is good itself; only of those.
    Parts,
    /// What a record says about how its badges belong together is about them; only of records.
    Associations,
    /// It is what its issuer hosts; only of badges before 3.0.
    Hosted,
    /// It is of whoever has the identifier that was given; only where one was.
    Recipient,
}

impl CheckKind {
    /// A short name for the page.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Readable => "Document",
            Self::Members => "Required parts",
            Self::Proof => "Proof",
            Self::Claims => "Token",
            Self::Key => "Issuer's key",
            Self::Terms => "Meaning",
            Self::Signature => "Signature",
            Self::Period => "Validity period",
            Self::Status => "Revocation",
            Self::Endorsements => "Endorsements",
            Self::Parts => "Badges in it",
            Self::Associations => "How they belong together",
            Self::Hosted => "Hosted",
            Self::Recipient => "Recipient",
        }
    }

    fn passed(self) -> &'static str {
        match self {
            Self::Readable => "The document can be read.",
            Self::Members => "Everything that its standard requires is there.",
            Self::Proof => "The document carries a proof of a kind that is known here.",
            Self::Claims => "The token says the same as the badge in it.",
            Self::Key => "The key is one that the issuer publishes.",
            Self::Terms => "Every part of the document has a defined meaning.",
            Self::Signature => "Nothing was changed since the issuer signed it.",
            Self::Period => "It is valid at present.",
            Self::Status => "The issuer has not revoked it.",
            Self::Endorsements => "The endorsements in it are good, or there are none.",
            Self::Parts => "Every badge in it is good, each by the signature of its own issuer.",
            Self::Associations => "What it says about how its badges belong together is about badges in it.",
            Self::Hosted => "It is what its issuer hosts, where its issuer may change it or take it away.",
            Self::Recipient => "It is held by whoever has the address or identifier that was given.",
        }
    }
}

/// Why a check failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// More bytes than a credential has.
    #[error("The document is larger than {0} bytes.")]
    TooLarge(usize),
    /// Neither JSON nor a token, or broken off.
    #[error("This is not a badge, or not a whole one: it is neither JSON nor a signed token ({0}).")]
    NotJson(String),
    /// Something else than a credential; what it is.
    #[error("This is not a badge: {0}.")]
    NoBadge(&'static str),
    /// An object that names a member twice.
    #[error("The document says something twice, so that two readers could see two different badges: {0}.")]
    Repeated(String),
    /// A token that is refused before its signature is looked at.
    #[error("The signed token cannot be used: {0}.")]
    Token(#[from] JwtError),
    /// A required member is missing or of another kind than it should be.
    #[error("The document has no usable {0:?}.")]
    Missing(&'static str),
    /// A credential of another kind.
    #[error("The document is not the kind of credential that is expected here ({0}).")]
    WrongType(&'static str),
    /// A credential of a kind whose parts are not known here.
    #[error("The document is a credential of a kind that is not checked here.")]
    OtherKind,
    /// The W3C context is not the first.
    #[error("The document does not begin with the W3C context for credentials.")]
    Context,
    /// A picture that carries no badge, or none that can be read.
    #[error("The picture cannot be used: {0}.")]
    Picture(#[from] BakeError),
    /// A hosted badge that does not say where.
    #[error(
        "The badge is of a kind that its issuer's site vouches for, but it does not say where it is hosted."
    )]
    HostedNowhere,
    /// No answer from where it is hosted.
    #[error("The issuer's site vouches for a badge of this kind, and what it hosts could not be read ({0}).")]
    HostedUnavailable(String),
    /// Another award at that address.
    #[error("What its issuer hosts is another award: it differs in {0}.")]
    OtherHosted(&'static str),
    /// Hosted where its issuer hosts nothing.
    #[error("The issuer does not let its badges be hosted there ({0}).")]
    OtherHost(String),
    /// No proof inside.
    #[error("The document carries no proof.")]
    NoProof,
    /// Another kind of proof.
    #[error("The proof is of a kind that is not checked here; eddsa-rdfc-2022 and Ed25519Signature2020 are.")]
    UnknownProof,
    /// A proof that was made for something else.
    #[error("The proof was not made to assert the credential (proofPurpose).")]
    Purpose,
    /// Proofs that build on each other.
    #[error("The proof depends on another proof, which this verifier does not support.")]
    ProofChain,
    /// A proof value in a wrong notation.
    #[error("The proof's value is not a signature.")]
    ProofValue,
    /// A proof with a date of its own.
    #[error("The proof has expired.")]
    ProofExpired,
    /// An issuer that is not a DID.
    #[error("The issuer is not identified by did:web, did:key, did:jwk or its own site.")]
    IssuerNotADid,
    /// A key under another identity.
    #[error("The key does not belong to the issuer that the document names.")]
    OtherController,
    /// No answer from the issuer's host.
    #[error("The issuer's published key could not be fetched, so that it cannot be checked.")]
    IssuerUnavailable,
    /// A document of somebody else at that address.
    #[error("The issuer's identity document names another identity.")]
    OtherIdentity,
    /// A key that is not, or no longer, published.
    #[error("The issuer does not publish this key, or has withdrawn it.")]
    UnknownKey,
    /// A key that is published for other purposes.
    #[error("The issuer does not publish this key for signing credentials.")]
    KeyNotForAssertion,
    /// A key in a notation that is not known here.
    #[error("The key is not of a kind that this verifier knows.")]
    KeyForm,
    /// A key for the other form of credential.
    #[error("The key is not one for this kind of signature.")]
    KeyKind,
    /// The private half stands in public: anybody can sign with it.
    #[error("The issuer has published the private half of this key, so that anybody can sign with it.")]
    KeyGivenAway,
    /// The key in a token's header is not the published one.
    #[error("The key that the token carries is not the one that the issuer publishes.")]
    OtherKey,
    /// A member that the signature does not cover.
    #[error("A part of the document is not covered by its signature: {0}.")]
    Terms(#[from] JsonLdError),
    /// A statement about the credential that stands elsewhere than in it: the signature holds, but readers miss it.
    #[error("The document hides its {0} in another place.")]
    Hidden(&'static str),
    /// A bad signature, or none that could be checked.
    #[error("The signature is not good: the document was changed, or somebody else signed it.")]
    Signature,
    /// Earlier failures left nothing to check it with.
    #[error("The signature could not be checked, because of what is said above.")]
    NotChecked,
    /// Too early.
    #[error("It is not valid before {0}.")]
    NotYetValid(String),
    /// Too late.
    #[error("It expired at {0}.")]
    Expired(String),
    /// A status that is not a bitstring entry.
    #[error("The document uses a kind of status that this verifier does not know.")]
    UnknownStatus,
    /// No answer from the status list's host.
    #[error("The status list could not be fetched, so that revocation cannot be ruled out.")]
    StatusUnavailable,
    /// A list that does not verify itself.
    #[error("The status list itself is not good: {0}")]
    StatusListBad(Box<Failure>),
    /// A list of somebody else, or at another address.
    #[error("The status list is not the one of this issuer at that address.")]
    OtherStatusList,
    /// A list that cannot be unpacked.
    #[error("The status list cannot be used: {0}.")]
    StatusList(#[from] StatusError),
    /// The bit is set.
    #[error("The issuer has revoked it.")]
    Revoked,
    /// The bit of a suspension list is set.
    #[error("The issuer has suspended it.")]
    Suspended,
    /// More endorsements than are checked.
    #[error("The document carries more than {0} endorsements.")]
    TooManyEndorsements(usize),
    /// An endorsement that does not verify itself.
    #[error("An endorsement in it is not good: {0}")]
    Endorsement(Box<Failure>),
    /// An endorsement of something else.
    #[error("An endorsement in it is about something else.")]
    OtherEndorsed,
    /// More badges in a record than are checked.
    #[error("The record holds more than {0} badges; they are not checked here.")]
    TooManyParts(usize),
    /// A badge in a record that does not verify itself.
    #[error("A badge in it, “{0}”, is not good: {1}")]
    Part(String, Box<Failure>),
    /// An association of something that is not in the record.
    #[error("The record says how something belongs to it that is not in it ({0}).")]
    OtherAssociated(String),
    /// A whole that is a part of itself.
    #[error("By the record, something is a part of itself ({0}).")]
    Circle(String),
    /// Another identifier than the one that was given, of the same kind.
    #[error(
        "It does not match the address or identifier that was given: it is held by somebody else, or under another one."
    )]
    OtherRecipient,
    /// No identifier of the kind that was given; by what it knows its holder.
    #[error(
        "Whose it is cannot be told by what was given: the badge knows its holder by {0}. Ask its issuer."
    )]
    OtherIdentifier(String),
    /// A hash of another kind.
    #[error("The recipient is concealed in a way that is not read here.")]
    UnknownHash,
}

impl Failure {
    /// Whether it says only that something cannot be told here: the document may be good, and may be not. What cannot be read
    /// as a badge, or is none, is not proven wrong either.
    #[must_use]
    pub fn is_unchecked(&self) -> bool {
        match self {
            Self::TooLarge(_)
            | Self::NotJson(_)
            | Self::NoBadge(_)
            | Self::OtherKind
            | Self::HostedNowhere
            | Self::HostedUnavailable(_)
            | Self::UnknownProof
            | Self::ProofChain
            | Self::IssuerNotADid
            | Self::IssuerUnavailable
            | Self::NotChecked
            | Self::UnknownStatus
            | Self::StatusUnavailable
            | Self::OtherIdentifier(_)
            | Self::TooManyParts(_)
            | Self::UnknownHash
            | Self::Token(
                JwtError::UnknownAlgorithm(_)
                | JwtError::TooLarge
                | JwtError::NotCompact
                | JwtError::Base64(_)
                | JwtError::NotAnObject(_)
                | JwtError::TooDeep(_),
            )
            | Self::Terms(JsonLdError::UnknownContext(_) | JsonLdError::TooComplex) => true,
            // Which of two badges counts nobody can tell; any other picture may be damaged, or never have held one.
            Self::Picture(error) => *error != BakeError::BakedTwice,
            Self::StatusListBad(inner) | Self::Endorsement(inner) | Self::Part(_, inner) => {
                inner.is_unchecked()
            }
            _ => false,
        }
    }
}

/// What is unusual and harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// It is written in data model 1.1.
    OlderModel,
    /// It came in a presentation.
    Presented,
    /// Several came in one presentation.
    SeveralPresented,
    /// Neither an id nor an identifier of whose it is.
    NoRecipient,
    /// A result that the badge does not describe under that name.
    OtherResults,
    /// Something in a token has no defined meaning; the sentence says what.
    Undefined(String),
    /// What is hosted differs in members that do not decide; which.
    HostedDiffers(String),
    /// A good endorsement is in it, of whoever calls itself so.
    Endorsed(String),
    /// An endorsement in it, of whoever calls itself so, is genuine and holds no more; why.
    EndorsementOver(String, String),
}

impl Remark {
    /// It in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::OlderModel => {
                "It is written in data model 1.1, the one before today's. That says nothing against it."
                    .to_owned()
            }
            Self::Presented => {
                "The badge came in a presentation, as wallets hand badges on. The badge in it was checked; \
                                who presented it was not."
                    .to_owned()
            }
            Self::SeveralPresented => {
                "These badges came in a presentation. Each of them was checked; who presented them, and that they \
                                belong together, was not."
                    .to_owned()
            }
            Self::NoRecipient => "It names no recipient: it says nothing about who earned it.".to_owned(),
            Self::OtherResults => {
                "A result in it refers to a description or a level that the badge does not have under \
                                   that name."
                    .to_owned()
            }
            Self::Undefined(what) => {
                format!(
                    "Not all of it has a defined meaning ({what}); the token's signature covers that all the same."
                )
            }
            Self::HostedDiffers(what) => {
                format!("What its issuer hosts says something else in {what}; what is hosted counts.")
            }
            Self::Endorsed(by) => {
                format!(
                    "An endorsement in it is good. Whoever signed it calls itself “{by}”: judge by its web address."
                )
            }
            Self::EndorsementOver(by, why) => format!(
                "An endorsement in it, of whoever calls itself “{by}”, holds no more: {why} The badge itself is not touched by that."
            ),
        }
    }
}

/// What all checks together say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The signature was checked and everything passed.
    Valid,
    /// Something is wrong.
    Invalid,
    /// Nothing is known to be wrong, but something could not be checked here.
    Unknown,
}

/// One check and its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which check.
    pub kind: CheckKind,
    /// Why it failed; nothing where it passed.
    pub failure: Option<Failure>,
}

impl Check {
    /// Whether it passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failure.is_none()
    }

    /// The outcome in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.failure
            .as_ref()
            .map_or_else(|| self.kind.passed().to_owned(), ToString::to_string)
    }
}

/// All checks of one document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// In the order in which they ran. A document that cannot be read has one only.
    pub checks: Vec<Check>,
    /// What is true and worth knowing, but decides nothing.
    pub remarks: Vec<Remark>,
    /// What was found of each badge in a record or a presentation, in their order; of anything else nothing.
    pub parts: Vec<PartVerdict>,
}

/// What was found of one badge in a record or a presentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartVerdict {
    /// What it is called; nothing where it cannot be read.
    pub name: String,
    /// All of its own checks.
    pub verdict: Verdict,
}

impl Verdict {
    /// Whether the signature, or what the issuer hosts, was checked and everything passed.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        // Of a presentation of several badges nothing else is checked; a record has a signature of its own besides.
        let decides = |check: &Check| {
            matches!(
                check.kind,
                CheckKind::Signature | CheckKind::Hosted | CheckKind::Parts
            )
        };
        self.checks.iter().all(Check::passed) && self.checks.iter().any(decides)
    }

    /// What all checks together say: what is wrong decides before what is not known.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.worst() {
            Some(failure) if failure.is_unchecked() => Outcome::Unknown,
            None if self.is_valid() => Outcome::Valid,
            _ => Outcome::Invalid,
        }
    }

    /// Whether the document is genuine but revoked or suspended.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        matches!(
            self.failure(CheckKind::Status),
            Some(Failure::Revoked | Failure::Suspended)
        )
    }

    /// Whether the document is past its validity period.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        matches!(self.failure(CheckKind::Period), Some(Failure::Expired(_)))
    }

    /// Why a check failed, if it did.
    #[must_use]
    pub fn failure(&self, kind: CheckKind) -> Option<&Failure> {
        self.checks
            .iter()
            .find(|check| check.kind == kind)?
            .failure
            .as_ref()
    }

    /// The first failure of all.
    #[must_use]
    pub fn first_failure(&self) -> Option<&Failure> {
        self.checks.iter().find_map(|check| check.failure.as_ref())
    }

    /// The failure that decides: what is wrong before what could not be checked.
    #[must_use]
    pub fn worst(&self) -> Option<&Failure> {
        let mut failures = self.checks.iter().filter_map(|check| check.failure.as_ref());
        failures
            .find(|failure| !failure.is_unchecked())
            .or_else(|| self.first_failure())
    }

    pub(super) fn note<T>(&mut self, kind: CheckKind, outcome: Result<T, Failure>) -> Option<T> {
        let (value, failure) = match outcome {
            Ok(value) => (Some(value), None),
            Err(failure) => (None, Some(failure)),
        };
        self.checks.push(Check { kind, failure });
        value
    }
}

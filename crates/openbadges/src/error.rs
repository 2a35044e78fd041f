//! What can go wrong when a document is made or signed, in sentences. What is wrong with a document that is verified is a
//! [`Failure`](crate::verify::Failure).

use super::bake::BakeError;
use super::did::DidError;
use super::emit::EmitError;
use super::jsonld::JsonLdError;
use super::multibase::MultibaseError;
use super::status::StatusError;

/// Any failure, for callers that do not tell them apart.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The credential holds something that cannot be signed.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// The credential could not be written as JSON.
    #[error("the credential cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The credential already has a proof: a second one would change what was handed out.
    #[error("this credential is signed already; sign a copy without proof")]
    AlreadySigned,
    /// A foreign document that our contexts do not cover.
    #[error(transparent)]
    JsonLd(#[from] JsonLdError),
    /// A key or a signature in a wrong notation.
    #[error(transparent)]
    Multibase(#[from] MultibaseError),
    /// An identity origin or a slug that makes no `did:web`.
    #[error(transparent)]
    Did(#[from] DidError),
    /// A status list that cannot be read or written.
    #[error(transparent)]
    Status(#[from] StatusError),
    /// A picture that cannot carry a credential.
    #[error(transparent)]
    Bake(#[from] BakeError),
}

//! The signed documents: building, publishing, sharing, verifying and signing anew.

pub(crate) mod about;
pub(crate) mod baked;
pub(crate) mod build;
pub(crate) mod card;
pub(crate) mod email_hash;
pub(crate) mod endorsing;
pub(crate) mod fresh_lists;
pub(crate) mod notes;
pub(crate) mod outside;
pub(crate) mod publish;
pub(crate) mod qr;
pub(crate) mod records;
pub(crate) mod reissuing;
pub(crate) mod renewals;
pub(crate) mod share;
pub(crate) mod share_links;
mod signatures;
pub(crate) mod signing;
pub(crate) mod verifier;
pub(crate) mod withdrawing;

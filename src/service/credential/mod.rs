//! The signed documents: building, publishing, sharing, verifying and signing anew.

pub mod baked;
pub mod build;
pub mod publish;
pub mod qr;
pub mod reissuing;
pub mod renewals;
pub mod share;
pub mod share_links;
mod signatures;
pub mod signing;
pub mod verifier;
pub mod withdrawing;

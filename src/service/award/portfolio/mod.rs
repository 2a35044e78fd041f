//! Badges of other issuers that students bring, and collections of badges that they show. What comes is looked at before
//! anything is kept; only what could be confirmed is kept, as it came and as whose it is, and it is checked again by and by.

mod brought;
pub(crate) mod checking;
mod collecting;
pub(crate) mod documents;
mod links;
pub(crate) mod sheet;
mod taking;
mod unpacking;

pub(crate) use brought::{Elsewhere, again, elsewhere, remove};
pub(crate) use collecting::{
    Collecting, Opened, Shown, Typed, collect, collections, discard, end, mine, open, save, share,
};
pub(crate) use taking::{Brought, Line, NotTaken, Review, bring, keep, link};
pub(crate) use unpacking::MANY;

/// Most badges of other issuers that one person has.
pub(crate) const MOST: usize = 200;
/// Most bytes of a file that is brought.
pub(crate) const LARGEST: u64 = 16_000_000;

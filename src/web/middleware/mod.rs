//! What happens round every request, one thing a file.

mod address;
mod bounds;
pub(crate) mod compress;
pub(crate) mod guard;
pub(crate) mod headers;
pub(crate) mod limit;
pub(crate) mod span;
mod way_back;

//! What happens round every request, one thing a file.

pub(crate) mod address;
pub(crate) mod bounds;
pub(crate) mod compress;
pub(crate) mod headers;
pub(crate) mod limit;
pub(crate) mod span;

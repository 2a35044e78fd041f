//! What happens round every request, one thing a file.

pub mod address;
pub mod compress;
pub mod headers;
pub mod limit;
pub mod span;

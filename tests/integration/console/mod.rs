//! The console of administrators over HTTP.

mod entering;
pub mod keeper;

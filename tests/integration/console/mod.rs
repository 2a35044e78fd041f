//! The console of administrators over HTTP.

mod entering;
mod keeper;

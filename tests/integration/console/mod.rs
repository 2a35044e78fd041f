//! The console of administrators over HTTP.

mod entering;
mod keeper;
mod keys;
mod rules;
mod screens;
mod walls;

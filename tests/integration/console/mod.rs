//! The console of administrators over HTTP.

mod entering;
mod keeper;
mod keys;
mod provider;
mod rules;
mod screens;
mod walls;

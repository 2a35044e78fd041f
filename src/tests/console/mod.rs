//! The console of administrators over HTTP.

mod audit;
mod colour;
mod deployments;
mod entering;
pub mod keeper;
mod keys;
mod powers;
mod provider;
pub mod rules;
mod screens;
mod walls;

//! The console of administrators over HTTP.

pub mod admin_browser;
mod audit;
mod deployments;
mod entering;
mod keys;
mod powers;
mod provider;
pub mod rules;
mod screens;
mod tenants;

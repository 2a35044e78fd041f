//! The console of administrators over HTTP.

pub(crate) mod admin_browser;
mod anew;
mod assistants;
mod audit;
mod beyond;
mod coach;
mod colour;
mod deployments;
mod either_page;
mod endorsing;
mod entering;
mod holdings;
mod joining;
mod keys;
mod marks;
mod minors;
mod powers;
mod programmes;
mod provider;
pub(crate) mod rules;
mod screens;
mod shapes;
mod sharing;
mod skills;
mod taken_back;
mod tenants;
mod two_live;

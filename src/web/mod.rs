//! Pages: extract, call one service, show one view. The only room besides the practice LMS that knows actix.

pub mod accept;
pub mod admin;
pub mod archive;
pub mod artefact;
pub mod assets;
pub mod badge_facts;
pub mod badge_file;
pub mod course;
pub mod csv;
pub mod decided;
pub mod error;
pub mod extract;
pub mod frame;
pub mod instructor;
pub mod learner;
pub mod lti;
pub mod markdown;
pub mod middleware;
pub mod ops;
pub mod paged;
pub mod public;
pub mod reply;
pub mod routes;
pub mod rule_form;
pub mod views;
pub mod window;

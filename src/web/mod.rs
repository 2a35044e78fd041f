//! Pages: extract, call one service, show one view. The only room besides the practice LMS that knows actix.

pub mod assets;
pub mod course;
pub mod error;
pub mod extract;
pub mod lti;
pub mod middleware;
pub mod ops;
pub mod pages;
pub mod reply;
pub mod routes;
pub mod window;

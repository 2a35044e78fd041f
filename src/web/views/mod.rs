//! What each page shows, as plain data: one struct and one template for each page, by audience.
//!
//! A view knows no database and no HTTP. A handler fills the struct and renders it with [`askama::Template::render`].
//! Texts are escaped by the template; the only unescaped HTML is [`shared::SafeHtml`], which only
//! [`crate::web::markdown`] makes. Addresses (`*_href`, `action`) are chosen by the handler, so that views do not
//! know the routes.
//!
//! To add a page: a struct here with `#[derive(Template)]`, a template of the same name under `templates/`, a sample in
//! `samples/`, and a test there that names what a person must see on it.

pub(crate) mod admin;
pub(crate) mod instructor;
pub(crate) mod learner;
pub(crate) mod lti;
pub(crate) mod public;
pub(crate) mod shared;

//! Issuers and keys.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{LinkTo, ProblemList, StatusChip, When};

/// Every institution with the key that signs, and the keys that speak to platforms.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/issuers.html")]
pub(crate) struct IssuersPage {
    pub(crate) page: AdminPage,
    pub(crate) institutions: Vec<InstitutionLine>,
    /// Our own LTI keys; none for those who look after one institution.
    pub(crate) keys: Vec<KeyLine>,
    /// Where the next step of a change of the tool's key begins.
    pub(crate) tool_step: Option<LinkTo>,
    /// Where platforms read them.
    pub(crate) jwks_url: String,
}

/// An institution in the list.
#[derive(Debug, Clone)]
pub(crate) struct InstitutionLine {
    pub(crate) href: String,
    pub(crate) issuer: String,
    pub(crate) did: String,
    pub(crate) keys: String,
}

/// A key.
#[derive(Debug, Clone)]
pub(crate) struct KeyLine {
    /// Its public name.
    pub(crate) name: String,
    pub(crate) state: StatusChip,
    pub(crate) made: When,
    /// What can be done to it: the words, and where.
    pub(crate) act: Option<(&'static str, String)>,
}

/// One institution. Posts `name`, `issuer_name`, `url`, `email`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/issuer.html")]
pub(crate) struct IssuerPage {
    pub(crate) page: AdminPage,
    pub(crate) action: String,
    pub(crate) name: String,
    pub(crate) issuer_name: String,
    pub(crate) url: String,
    pub(crate) email: String,
    pub(crate) did: String,
    pub(crate) profile_href: String,
    pub(crate) keys: Vec<KeyLine>,
    pub(crate) rotate_href: String,
    /// Badges that a withdrawn key has signed and that wait to be signed anew.
    pub(crate) waiting: Option<String>,
    pub(crate) problems: ProblemList,
}

/// Before a key is withdrawn. Posts `reason`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/withdraw_key.html")]
pub(crate) struct WithdrawKeyPage {
    /// Its title is the question.
    pub(crate) page: AdminPage,
    /// The key's public name.
    pub(crate) key: String,
    /// What will happen, one sentence each.
    pub(crate) consequences: Vec<String>,
    pub(crate) action: String,
    pub(crate) reason: String,
    pub(crate) back_href: String,
    pub(crate) problems: ProblemList,
}

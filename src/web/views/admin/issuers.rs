//! Issuers and keys.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{LinkTo, ProblemList, StatusChip, When};

/// Every institution with the key that signs, and the keys that speak to platforms.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/issuers.html")]
pub struct IssuersPage {
    pub page: AdminPage,
    pub institutions: Vec<InstitutionLine>,
    /// Our own LTI keys; none for those who look after one institution.
    pub keys: Vec<KeyLine>,
    /// Where the next step of a change of the tool's key begins.
    pub tool_step: Option<LinkTo>,
    /// Where platforms read them.
    pub jwks_url: String,
}

/// An institution in the list.
#[derive(Debug, Clone)]
pub struct InstitutionLine {
    pub href: String,
    pub issuer: String,
    pub did: String,
    pub keys: String,
}

/// A key.
#[derive(Debug, Clone)]
pub struct KeyLine {
    /// Its public name.
    pub name: String,
    pub state: StatusChip,
    pub made: When,
    /// What can be done to it: the words, and where.
    pub act: Option<(&'static str, String)>,
}

/// One institution. Posts `name`, `issuer_name`, `url`, `email`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/issuer.html")]
pub struct IssuerPage {
    pub page: AdminPage,
    pub action: String,
    pub name: String,
    pub issuer_name: String,
    pub url: String,
    pub email: String,
    pub did: String,
    pub profile_href: String,
    pub keys: Vec<KeyLine>,
    pub rotate_href: String,
    /// Badges that a withdrawn key has signed and that wait to be signed anew.
    pub waiting: Option<String>,
    pub problems: ProblemList,
}

/// Before a key is withdrawn. Posts `reason`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/withdraw_key.html")]
pub struct WithdrawKeyPage {
    /// Its title is the question.
    pub page: AdminPage,
    /// The key's public name.
    pub key: String,
    /// What will happen, one sentence each.
    pub consequences: Vec<String>,
    pub action: String,
    pub reason: String,
    pub back_href: String,
    pub problems: ProblemList,
}

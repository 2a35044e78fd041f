//! The public page of a credential: is it genuine, and what was assessed?

use askama::Template;

use crate::web::views::shared::{
    CheckLine, CheckList, Downloads, LinkTo, PictureView, PublicPage, SafeHtml, When,
};

/// What anybody sees at the unguessable address. What its holder did not switch on is absent from the data, not hidden.
#[derive(Debug, Clone, Template)]
#[template(path = "public/credential.html")]
pub struct CredentialPage {
    pub page: PublicPage,
    pub name: String,
    pub picture: PictureView,
    /// The holder's name, only when switched on.
    pub holder: Option<String>,
    pub issuer: LinkTo,
    pub awarded: When,
    pub until: Option<When>,
    pub standing: PublicStanding,
    /// When it was renewed: it is superseded.
    pub renewed: Option<OtherTerm>,
    /// When the badge that it renews was awarded.
    pub renews: Option<OtherTerm>,
    /// "Is it genuine?": signature, revocation, dates, issuer.
    pub genuine: Vec<CheckLine>,
    /// When those checks were made.
    pub checked: When,
    /// The verifier page, with this badge's address where its files may be had.
    pub verifier_href: String,
    pub outcome: String,
    pub description: String,
    pub criteria: SafeHtml,
    /// "Application".
    pub kind: String,
    /// What that kind means to a verifier, in one sentence.
    pub kind_meaning: String,
    /// Hours, credits, level: term and value.
    pub facts: Vec<(String, String)>,
    /// Results, if the badge carries scores: "Cleaning exercise" and "86 of 100".
    pub results: Vec<(String, String)>,
    /// Only when switched on.
    pub evidence: Option<Vec<EvidenceLine>>,
    pub skills: Vec<LinkTo>,
    /// Only when switched on.
    pub downloads: Option<Downloads>,
    /// The badge on a sheet of paper.
    pub print_href: Option<String>,
    /// Until when a link shows this page, if it was opened by one.
    pub shared_until: Option<When>,
    /// For those who verify by machine: term and value (credential id, cryptosuite, verification method, status list).
    pub technical: Vec<(String, String)>,
}

/// What a credential is worth now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicStanding {
    InForce,
    /// Under review by its issuer; no file can show this.
    Suspended {
        when: When,
    },
    Expired {
        when: When,
    },
    /// `reason` may be empty.
    Revoked {
        when: When,
        reason: String,
    },
    /// The key that had signed it was withdrawn, and it waits to be signed with another.
    SigningAnew,
    /// A check failed that is none of these: the list below says which.
    Unproven,
}

/// Another term of the same badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherTerm {
    pub awarded: When,
    /// Its page; none where that would tell more than this one does.
    pub href: Option<String>,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceLine {
    /// "Project report, approved by an instructor".
    pub text: String,
    /// SHA-256 in lower-case hex of the file.
    pub digest: Option<String>,
    pub href: Option<String>,
}

impl CredentialPage {
    fn genuine_list(&self) -> CheckList<'_> {
        CheckList::public(&self.genuine)
    }
}

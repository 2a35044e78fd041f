//! The public page of a credential: is it genuine, and what was assessed?

use askama::Template;

use super::EndorsedBy;
use crate::web::views::shared::{
    CheckLine, CheckList, Download, Downloads, LinkTo, NoteView, PictureView, PublicPage, SafeHtml,
    StatusChip, Waiting, When,
};

/// What anybody sees at the unguessable address. What its holder did not switch on is absent from the data, not hidden.
#[derive(Debug, Clone, Template)]
#[template(path = "public/credential.html")]
pub(crate) struct CredentialPage {
    pub(crate) page: PublicPage,
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    /// The holder's name, only when switched on.
    pub(crate) holder: Option<String>,
    pub(crate) issuer: LinkTo,
    pub(crate) awarded: When,
    pub(crate) until: Option<When>,
    pub(crate) standing: PublicStanding,
    /// While it is being signed anew, the page looks again by itself.
    pub(crate) waiting: Option<Waiting>,
    /// How its badge is renewed once it has lapsed.
    pub(crate) renewal: Option<String>,
    /// When it was renewed: it is superseded.
    pub(crate) renewed: Option<OtherTerm>,
    /// When the badge that it renews was awarded.
    pub(crate) renews: Option<OtherTerm>,
    /// "Is it genuine?": signature, revocation, dates, issuer.
    pub(crate) genuine: Vec<CheckLine>,
    /// When those checks were made.
    pub(crate) checked: When,
    /// The verifier page, with this badge's address where its files may be had.
    pub(crate) verifier_href: String,
    /// The page of its badge, whoever holds it: what it takes today.
    pub(crate) about_href: String,
    pub(crate) outcome: String,
    pub(crate) description: String,
    pub(crate) criteria: SafeHtml,
    /// "Application".
    pub(crate) kind: String,
    /// What that kind means to a verifier, in one sentence.
    pub(crate) kind_meaning: String,
    /// Hours, credits, level: term and value.
    pub(crate) facts: Vec<(String, String)>,
    /// Results, if the badge carries scores: "Cleaning exercise" and "86 of 100".
    pub(crate) results: Vec<(String, String)>,
    /// Only when switched on.
    pub(crate) evidence: Option<Vec<EvidenceLine>>,
    /// The badges that counted for it; only when its holder shows what it was awarded for.
    pub(crate) parts: Vec<PublicPart>,
    /// The files of the record of all of them; only when switched on for each.
    pub(crate) record: Vec<Download>,
    /// How many badges that record has no room for, in words; none where all are in it.
    pub(crate) record_lacks: Option<String>,
    pub(crate) skills: Vec<LinkTo>,
    /// The holder's own words, where they show them.
    pub(crate) note: Option<NoteView>,
    /// Of its badge, whether it carries them or not.
    pub(crate) endorsements: Vec<EndorsedBy>,
    /// Only when switched on.
    pub(crate) downloads: Option<Downloads>,
    /// The badge on a sheet of paper.
    pub(crate) print_href: Option<String>,
    /// Until when a link shows this page, if it was opened by one.
    pub(crate) shared_until: Option<When>,
    /// For those who verify by machine: term and value (credential id, cryptosuite, verification method, status list).
    pub(crate) technical: Vec<(String, String)>,
}

/// A badge that counted for another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicPart {
    pub(crate) name: String,
    /// Its public page.
    pub(crate) href: Option<String>,
    /// The course that it is of.
    pub(crate) course: Option<String>,
    pub(crate) awarded: When,
    pub(crate) standing: StatusChip,
}

/// What a credential is worth now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicStanding {
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
pub(crate) struct OtherTerm {
    pub(crate) awarded: When,
    /// Its page; none where that would tell more than this one does.
    pub(crate) href: Option<String>,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EvidenceLine {
    /// "Project report, approved by an instructor".
    pub(crate) text: String,
    /// SHA-256 in lower-case hex of the file.
    pub(crate) digest: Option<String>,
    pub(crate) href: Option<String>,
}

impl CredentialPage {
    fn genuine_list(&self) -> CheckList<'_> {
        CheckList::public(&self.genuine)
    }
}

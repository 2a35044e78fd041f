//! What other bodies say of a badge: to whoever looks at it, to whoever is invited, and to whoever said it.

use askama::Template;

use crate::web::views::shared::{LinkTo, PictureView, ProblemList, PublicPage, SafeHtml, StatusChip, When};

/// One endorsement, as the page of a badge tells it.
#[derive(Debug, Clone)]
pub(crate) struct EndorsedBy {
    /// "Example Works", or what somebody says that it is.
    pub(crate) who: String,
    /// By what that name is vouched for.
    pub(crate) vouched: String,
    pub(crate) when: When,
    /// Which version of the badge it is about.
    pub(crate) version: i32,
    /// Why it does not hold for the badge as it is; none while it does.
    pub(crate) over: Option<&'static str>,
    pub(crate) state: StatusChip,
    pub(crate) comment: SafeHtml,
    /// Its own page, with the signed document.
    pub(crate) href: String,
}

/// An endorsement at its own address, and the issuer that was made for it at that one's.
#[derive(Debug, Clone, Template)]
#[template(path = "public/endorsement.html")]
pub(crate) struct EndorsementPage {
    pub(crate) page: PublicPage,
    pub(crate) endorsement: EndorsedBy,
    /// The badge that it is about.
    pub(crate) badge: LinkTo,
    pub(crate) institution: LinkTo,
    /// Term and value, for those who verify by machine.
    pub(crate) technical: Vec<(String, String)>,
    pub(crate) document: LinkTo,
}

/// Exactly what is endorsed.
#[derive(Debug, Clone)]
pub(crate) struct ToEndorse {
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) version: i32,
    pub(crate) outcome: String,
    pub(crate) description: String,
    pub(crate) criteria: SafeHtml,
    /// "Application".
    pub(crate) kind: String,
    pub(crate) kind_meaning: String,
    /// Hours, credits, level: term and value.
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) skills: Vec<LinkTo>,
    /// The rule as one sentence.
    pub(crate) rule: Option<String>,
    /// What has to be handed in: title, and what students read of it and of how it is assessed.
    pub(crate) evidence: Vec<(String, SafeHtml)>,
    /// Skills of no framework.
    pub(crate) in_words: Vec<String>,
    /// The badges that the rule asks for.
    pub(crate) parts: Vec<PartToEndorse>,
    /// The id of the achievement.
    pub(crate) achievement: String,
    /// SHA-256 of all that, as it stands in what is signed.
    pub(crate) digest: String,
}

/// A badge that another one asks for.
#[derive(Debug, Clone)]
pub(crate) struct PartToEndorse {
    pub(crate) page: LinkTo,
    /// The course that it is of; empty for one of the institution itself.
    pub(crate) course: String,
    pub(crate) outcome: String,
    pub(crate) criteria: SafeHtml,
}

/// An invitation. Posts to `action` either `how` = `sign` with `comment`, or `how` = `bring` with the file `endorsement` or
/// the text `pasted`; both with `seen`.
#[derive(Debug, Clone, Template)]
#[template(path = "public/endorse.html")]
pub(crate) struct EndorsePage {
    pub(crate) page: PublicPage,
    /// What the invited body is called, which nobody but whoever invited changes.
    pub(crate) body: String,
    pub(crate) institution: String,
    pub(crate) until: When,
    pub(crate) badge: ToEndorse,
    /// What was typed.
    pub(crate) comment: String,
    pub(crate) pasted: String,
    pub(crate) problems: ProblemList,
    pub(crate) action: String,
}

/// That it was signed, with the link of whoever did: it is shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "public/endorsed.html")]
pub(crate) struct EndorsedPage {
    pub(crate) page: PublicPage,
    pub(crate) badge: String,
    pub(crate) own_link: String,
}

/// An endorsement for whoever gave it. Posts `what`: `end`, `revoke`, `key` or `domain` with `domain`.
#[derive(Debug, Clone, Template)]
#[template(path = "public/own_endorsement.html")]
pub(crate) struct OwnEndorsementPage {
    pub(crate) page: PublicPage,
    pub(crate) endorsement: EndorsedBy,
    pub(crate) badge: String,
    pub(crate) institution: String,
    pub(crate) action: String,
    pub(crate) may_end: bool,
    pub(crate) may_revoke: bool,
    /// Whether Cairn has the key.
    pub(crate) keeps_key: bool,
    /// When it was taken.
    pub(crate) key_taken: Option<When>,
    /// The identity that was made for it.
    pub(crate) did: Option<String>,
    /// As typed.
    pub(crate) domain: String,
    pub(crate) problems: ProblemList,
    /// What was just done.
    pub(crate) done: Option<&'static str>,
    /// What cannot be undone and is asked for once more; posts it with `sure`.
    pub(crate) asks: Option<Asks>,
}

/// What an endorser cannot undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    Revoke,
    TakeKey,
}

impl Asks {
    /// By the word that the form posts as `what`.
    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Revoke, Self::TakeKey]
            .into_iter()
            .find(|one| one.word() == word)
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::TakeKey => "key",
        }
    }

    const fn question(self) -> &'static str {
        match self {
            Self::Revoke => "Take the endorsement back?",
            Self::TakeKey => "Download the key and delete Cairn’s copy?",
        }
    }

    const fn means(self) -> &'static str {
        match self {
            Self::Revoke => {
                "Every verifier reads from then on that you took it back, also for badges that carry it already. It cannot be undone: to endorse the badge again, you have to be invited again."
            }
            Self::TakeKey => {
                "The key is downloaded this one time, and Cairn’s copy is deleted at that moment. If the download fails or the file is lost, nobody can give it to you again. What you signed stays valid."
            }
        }
    }

    const fn button(self) -> &'static str {
        match self {
            Self::Revoke => "Yes, take it back",
            Self::TakeKey => "Yes, download it and delete the copy",
        }
    }
}

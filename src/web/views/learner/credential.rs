//! My credential: take it away, show it, or keep it to myself.

use askama::Template;

use crate::web::views::shared::{
    Certificate, Download, Downloads, Page, PictureView, ProblemList, StatusChip, When,
};

/// The owner's page of an award. Its switches post `show_name=yes`, `show_evidence=yes`, `allow_downloads=yes`.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/credential.html")]
pub(crate) struct MyCredentialPage {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) issuer_name: String,
    pub(crate) standing: StatusChip,
    pub(crate) awarded: When,
    pub(crate) until: Option<When>,
    /// Since when it is under review and does not count toward other badges.
    pub(crate) suspended: Option<When>,
    /// When it was renewed, and the page of the newer one.
    pub(crate) renewed: Option<(When, String)>,
    /// When the badge that it renews was awarded, and its page.
    pub(crate) renews: Option<(When, String)>,
    /// Why it was revoked.
    pub(crate) revoked_reason: Option<String>,
    /// Whether the institution lets badges have public pages.
    pub(crate) public: bool,
    /// Why not, where it does not.
    pub(crate) inside: &'static str,
    /// Whether the holder keeps the page to themselves.
    pub(crate) kept: bool,
    /// Whether it is kept because it was said that they are a minor, which was taken back.
    pub(crate) kept_by_word: bool,
    /// The absolute address that anybody can open.
    pub(crate) public_url: String,
    /// The same page as this server serves it, whatever name it has to others.
    pub(crate) open_href: String,
    pub(crate) downloads: Downloads,
    /// The badges that counted for it; none where no badge did.
    pub(crate) stack: Option<StackView>,
    /// The badge on a sheet of paper, with its holder's name.
    pub(crate) print_href: String,
    /// Only when others may have its preview.
    pub(crate) elsewhere: Option<Elsewhere>,
    /// Links by which it is or was shown for a time.
    pub(crate) links: Vec<SharedLine>,
    /// The whole address of a link that was just made; it is told once.
    pub(crate) fresh_link: Option<String>,
    /// Where `days` is posted to for a new link.
    pub(crate) link_action: String,
    /// For how many days a link may be made.
    pub(crate) link_days: Vec<u16>,
    pub(crate) switches: Switches,
    /// Where the holder's words post to.
    pub(crate) note_action: String,
    /// Where the switches post to.
    pub(crate) action: String,
    /// What the signed badge itself says; none where there is nothing to choose.
    pub(crate) says: Option<Says>,
    /// Whether it says grades or work, which the public page then shows only as far as that.
    pub(crate) says_results: bool,
    /// Why it cannot be checked against the holder's e-mail address; none where it can be chosen.
    pub(crate) no_email: Option<&'static str>,
    /// Where a wish to sign it anew posts to.
    pub(crate) sign_action: String,
    /// What the holder says of it themselves.
    pub(crate) note: NoteFields,
    /// How I learned this.
    pub(crate) timeline_href: String,
    /// That it was signed anew.
    pub(crate) signed_anew: Option<SignedAnew>,
    pub(crate) badge_href: Option<String>,
    /// Whether badges counted for it, which its public page then names.
    pub(crate) is_stack: bool,
    /// The public page of its badge: what it takes today.
    pub(crate) about_href: String,
    pub(crate) back_href: String,
    /// "My badges".
    pub(crate) back_text: &'static str,
}

/// What a badge was earned by, and the record of all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StackView {
    pub(crate) parts: Vec<StackPart>,
    /// The names of what was waived.
    pub(crate) waived: Vec<String>,
    /// When the record was made, if it was.
    pub(crate) recorded: Option<When>,
    /// How many badges did not fit into it, in words; none where all did.
    pub(crate) left_out: Option<String>,
    /// Its files, once it was made.
    pub(crate) downloads: Vec<Download>,
    /// Whether others get it from the public page.
    pub(crate) others_get_it: bool,
    /// Where the wish for a record is posted to; none where there is one, or can be none.
    pub(crate) make_action: Option<String>,
}

/// One badge that counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StackPart {
    pub(crate) name: String,
    /// Its own page; none for one that is held under another account.
    pub(crate) href: Option<String>,
    pub(crate) course: Option<String>,
    pub(crate) awarded: When,
    pub(crate) standing: StatusChip,
}

/// The holder's words as they are or were typed. Posts `note`, `link` and `shown=yes`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NoteFields {
    pub(crate) note: String,
    pub(crate) link: String,
    pub(crate) shown: bool,
    pub(crate) problems: ProblemList,
    /// Most characters of the note.
    pub(crate) most: usize,
}

/// What the signed badge says of its holder; none: there is nothing of the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Says {
    pub(crate) grades: Option<bool>,
    pub(crate) work: Option<bool>,
    /// Where the work is.
    pub(crate) address: Option<bool>,
    /// A hash of the holder's e-mail address.
    pub(crate) email: Option<bool>,
}

/// When the badge was signed anew, and whether files from before still verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedAnew {
    pub(crate) when: When,
    pub(crate) old_files_verify: bool,
}

/// A link by which the badge is or was shown for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SharedLine {
    pub(crate) made: When,
    pub(crate) until: When,
    pub(crate) withdrawn: Option<When>,
    /// Where to end it; none when it has ended.
    pub(crate) withdraw_action: Option<String>,
}

/// Ways to show the badge on other sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    /// LinkedIn's form with every field filled; only for a badge in force.
    pub(crate) linkedin_href: Option<String>,
    /// HTML to copy: a picture that links to the public page, without a script.
    pub(crate) snippet: String,
    /// A QR code of the public page as a `data:` address.
    pub(crate) code: String,
    /// The same of the signed file, which wallets read instead of a page.
    pub(crate) wallet_code: String,
}

/// The owner's badge on a sheet of paper.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/print.html")]
pub(crate) struct MyPrintPage {
    pub(crate) page: Page,
    pub(crate) certificate: Certificate,
    pub(crate) back_href: String,
}

/// What others see on the public page; all off at first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "four switches")]
pub(crate) struct Switches {
    /// The holder's name as the LMS gives it.
    pub(crate) name: bool,
    /// What was handed in.
    pub(crate) evidence: bool,
    /// Downloads for everybody, and the preview on other sites.
    pub(crate) downloads: bool,
    /// Nobody sees the page but by a link.
    pub(crate) hidden: bool,
}

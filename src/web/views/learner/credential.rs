//! My credential: take it away, show it, or keep it to myself.

use askama::Template;

use crate::web::views::shared::{Certificate, Downloads, Page, PictureView, StatusChip, When};

/// The owner's page of an award. Its switches post `show_name=yes`, `show_evidence=yes`, `allow_downloads=yes`.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/credential.html")]
pub struct MyCredentialPage {
    pub page: Page,
    pub name: String,
    pub picture: PictureView,
    pub issuer_name: String,
    pub standing: StatusChip,
    pub awarded: When,
    pub until: Option<When>,
    /// Since when it is under review and does not count toward other badges.
    pub suspended: Option<When>,
    /// When it was renewed, and the page of the newer one.
    pub renewed: Option<(When, String)>,
    /// When the badge that it renews was awarded, and its page.
    pub renews: Option<(When, String)>,
    /// Why it was revoked.
    pub revoked_reason: Option<String>,
    /// Whether the institution lets badges have public pages.
    pub public: bool,
    /// Whether the holder keeps the page to themselves.
    pub kept: bool,
    /// The absolute address that anybody can open.
    pub public_url: String,
    /// The same page as this server serves it, whatever name it has to others.
    pub open_href: String,
    pub downloads: Downloads,
    /// The badge on a sheet of paper, with its holder's name.
    pub print_href: String,
    /// Only when others may have its preview.
    pub elsewhere: Option<Elsewhere>,
    /// Links by which it is or was shown for a time.
    pub links: Vec<SharedLine>,
    /// The whole address of a link that was just made; it is told once.
    pub fresh_link: Option<String>,
    /// Where `days` is posted to for a new link.
    pub link_action: String,
    /// For how many days a link may be made.
    pub link_days: Vec<u16>,
    pub switches: Switches,
    /// Where the switches post to.
    pub action: String,
    /// What the signed badge itself says; none where there is nothing to choose.
    pub says: Option<Says>,
    /// Where a wish to sign it anew posts to.
    pub sign_action: String,
    /// That it was signed anew.
    pub signed_anew: Option<SignedAnew>,
    pub badge_href: String,
    pub back_href: String,
}

/// What the signed badge says of its holder; none: there is nothing of the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Says {
    pub grades: Option<bool>,
    pub work: Option<bool>,
}

/// When the badge was signed anew, and whether files from before still verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAnew {
    pub when: When,
    pub old_files_verify: bool,
}

/// A link by which the badge is or was shown for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedLine {
    pub made: When,
    pub until: When,
    pub withdrawn: Option<When>,
    /// Where to end it; none when it has ended.
    pub withdraw_action: Option<String>,
}

/// Ways to show the badge on other sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// LinkedIn's form with every field filled; only for a badge in force.
    pub linkedin_href: Option<String>,
    /// HTML to copy: a picture that links to the public page, without a script.
    pub snippet: String,
    /// A QR code of the public page as a `data:` address.
    pub code: String,
}

/// The owner's badge on a sheet of paper.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/print.html")]
pub struct MyPrintPage {
    pub page: Page,
    pub certificate: Certificate,
    pub back_href: String,
}

/// What others see on the public page; all off at first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "four switches")]
pub struct Switches {
    /// The holder's name as the LMS gives it.
    pub name: bool,
    /// What was handed in.
    pub evidence: bool,
    /// Downloads for everybody, and the preview on other sites.
    pub downloads: bool,
    /// Nobody sees the page but by a link.
    pub hidden: bool,
}

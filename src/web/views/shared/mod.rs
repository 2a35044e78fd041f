//! What pages share: the frame around them, links that work without cookies, states, times, checks and pictures.

mod certificate;
mod checks;
mod confirm;
mod error_page;
mod findings;
mod page;
mod paging;
mod parts;
mod status;
mod when;

pub use certificate::{Certificate, WhereToCheck};
pub use checks::{CheckLine, CheckList};
pub use confirm::ConfirmPage;
pub use error_page::{ErrorPage, FramedErrorPage};
pub use findings::{FindingLine, FindingList};
pub use page::{Audience, Flash, FormFields, FramedLink, NavItem, OpenGraph, Page, PublicPage};
pub use paging::Paging;
pub use parts::{
    ArtefactBox, ArtefactView, Choice, Download, Downloads, FieldAttributes, FieldProblem, FilePreview,
    FileView, LinkTo, PictureView, Problem, ProblemList, SafeHtml, Share, count_of, thousands,
};
pub use status::{Status, StatusChip, StatusIcon};
pub use when::When;

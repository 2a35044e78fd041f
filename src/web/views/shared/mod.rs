//! What pages share: the frame around them, links that work without cookies, states, times, checks and pictures.

mod certificate;
mod checks;
mod clash;
mod confirm;
mod error_page;
mod findings;
mod lms_work;
mod page;
mod paging;
mod parts;
mod sections;
mod status;
mod timeline;
mod waiting;
mod when;
mod zoned;

pub(crate) use certificate::{Certificate, WhereToCheck};
pub(crate) use checks::{CheckLine, CheckList};
pub(crate) use clash::{ClashLine, ClashPage, ClashView};
pub(crate) use confirm::ConfirmPage;
pub(crate) use error_page::{ErrorPage, WayBack, conflict, sent};
pub(crate) use findings::{FindingLine, FindingList};
pub(crate) use lms_work::{LmsFileLine, LmsWorkLine, LmsWorkList};
pub(crate) use page::{Audience, Flash, LinkedData, NavItem, OpenGraph, Page, PublicPage};
pub(crate) use paging::Paging;
pub(crate) use parts::{
    ArtefactView, Choice, Download, Downloads, FieldProblem, FilePreview, FileView, LinkTo, PictureView,
    Problem, ProblemList, SafeHtml, Share, count_of, thousands,
};
pub(crate) use sections::SectionList;
pub(crate) use status::{Status, StatusChip};
pub(crate) use timeline::{ChapterView, NoteView, StepView, TimelineView};
pub(crate) use waiting::Waiting;
pub(crate) use when::When;
pub(crate) use zoned::{AskForZone, ZoneName, ZoneQuestion, Zoned};

//! Pages for those who learn.

mod activity;
mod badge;
mod collections;
mod credential;
mod elsewhere;
mod my_badges;
mod my_data;

pub(crate) use activity::{ActivityPage, HandInFields, HandedIn, NotHandedIn, ReviewView};
pub(crate) use badge::LearnerBadgePage;
pub(crate) use collections::{CollectionPage, CollectionRow, CollectionsPage, ItemBox, KeptCollection};
pub(crate) use credential::{
    Elsewhere, MyCredentialPage, MyPrintPage, Says, SharedLine, SignedAnew, Switches,
};
pub(crate) use elsewhere::{ElsewherePage, ElsewhereReviewPage, ForeignRow, ReviewLine};
pub(crate) use my_badges::{EarnedRow, Hero, MyBadgesPage, ProgressRow, Reminder, StackRow};
pub(crate) use my_data::{EmailHashChoice, ErasurePage, MyDataPage};

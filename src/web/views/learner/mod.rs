//! Pages for those who learn.

mod accounts;
mod activity;
mod badge;
mod card;
mod collections;
mod credential;
mod elsewhere;
mod everywhere;
mod my_badges;
mod my_data;
mod programme;
mod timeline;

pub(crate) use accounts::{AccountReviewPage, AccountView, AccountsPage, AskingView, JoinedRow};
pub(crate) use activity::{ActivityPage, HandInFields, HandedIn, NotHandedIn, ReviewView};
pub(crate) use badge::LearnerBadgePage;
pub(crate) use card::CardPage;
pub(crate) use collections::{CollectionPage, CollectionRow, CollectionsPage, ItemBox, KeptCollection};
pub(crate) use credential::{
    Elsewhere, MyCredentialPage, MyPrintPage, NoteFields, Says, SharedLine, SignedAnew, StackPart, StackView,
    Switches,
};
pub(crate) use elsewhere::{ElsewherePage, ElsewhereReviewPage, ForeignRow, ReviewLine};
pub(crate) use everywhere::{BegunRow, EverywherePage, PartRow, StackCard, Way};
pub(crate) use my_badges::{EarnedRow, Hero, MyBadgesPage, ProgressRow, Reminder, StackRow};
pub(crate) use my_data::{EmailHashChoice, ErasurePage, MyDataPage};
pub(crate) use programme::ProgrammePage;
pub(crate) use timeline::{MyTimelinePage, ShownLine};

//! Pages for those who learn.

mod activity;
mod badge;
mod credential;
mod my_badges;
mod my_data;

pub use activity::{ActivityPage, HandInFields, HandedIn, ReviewView};
pub use badge::LearnerBadgePage;
pub use credential::{Elsewhere, MyCredentialPage, MyPrintPage, Says, SharedLine, SignedAnew, Switches};
pub use my_badges::{EarnedRow, Hero, MyBadgesPage, ProgressRow, Reminder, StackRow};
pub use my_data::{ErasurePage, MyDataPage};

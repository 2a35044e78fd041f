//! Pages round a launch: before leaving for the platform, when it is refused, and when a new link wants a purpose.

mod account;
mod auto_submit;
mod choose;
mod consent;
mod enter;
mod login;
mod no_course;
mod pending;
mod place;
mod prove;
mod refusal;
mod register;
mod returning;
mod storage;
mod waiting;

pub(crate) use account::{AccountPage, WaitingLine};
pub(crate) use auto_submit::AutoSubmitPage;
pub(crate) use choose::ChooseOpensPage;
pub(crate) use consent::ConsentPage;
pub(crate) use enter::EnterPage;
pub(crate) use login::LoginPage;
pub(crate) use no_course::NoCourse;
pub(crate) use pending::{PendingPage, Standing};
pub(crate) use place::{PlaceOption, PlacePage, PlaceReviewPage, PlannedView, WorkOfPage};
pub(crate) use prove::ProvePage;
pub(crate) use refusal::RefusalPage;
pub(crate) use register::{AskPage, RegisteredPage};
pub(crate) use returning::ReturningPage;
pub(crate) use storage::StorageView;
pub(crate) use waiting::{ToFramePage, WaitingForm, WaitingPage};

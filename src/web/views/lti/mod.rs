//! Pages round a launch: before leaving for the platform, when it is refused, and when a new link wants a purpose.

mod account;
mod auto_submit;
mod choose;
mod enter;
mod login;
mod no_course;
mod pending;
mod place;
mod prove;
mod refusal;
mod register;
mod storage;

pub use account::{AccountPage, WaitingLine};
pub use auto_submit::AutoSubmitPage;
pub use choose::ChooseOpensPage;
pub use enter::EnterPage;
pub use login::LoginPage;
pub use no_course::NoCourse;
pub use pending::{PendingPage, Standing};
pub use place::{PlaceOption, PlacePage, PlaceReviewPage, PlannedView, WorkOfPage};
pub use prove::ProvePage;
pub use refusal::RefusalPage;
pub use register::{AskPage, RegisteredPage};
pub use storage::StorageView;

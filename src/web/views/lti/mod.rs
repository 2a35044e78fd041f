//! Pages round a launch: before leaving for the platform, when it is refused, and when a new link wants a purpose.

mod account;
mod auto_submit;
mod choose;
mod login;
mod no_course;
mod pending;
mod place;
mod refusal;

pub use account::{AccountPage, FindingLine, WaitingLine};
pub use auto_submit::AutoSubmitPage;
pub use choose::ChooseOpensPage;
pub use login::LoginPage;
pub use no_course::NoCourse;
pub use pending::{PendingPage, Standing};
pub use place::{PlaceOption, PlacePage, PlaceReviewPage, PlannedView, WorkOfPage};
pub use refusal::RefusalPage;

//! Pages round a launch: before leaving for the platform, when it is refused, and when a new link wants a purpose.

mod auto_submit;
mod choose;
mod login;
mod no_course;
mod pending;
mod refusal;
mod register;

pub use auto_submit::AutoSubmitPage;
pub use choose::ChooseOpensPage;
pub use login::LoginPage;
pub use no_course::NoCourse;
pub use pending::PendingPage;
pub use refusal::RefusalPage;
pub use register::{AskPage, RegisteredPage};

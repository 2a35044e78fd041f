//! Pages round a launch: before leaving for the platform, when it is refused, and when a new link wants a purpose.

mod auto_submit;
mod choose;
mod enter;
mod login;
mod no_course;
mod pending;
mod prove;
mod refusal;
mod storage;

pub use auto_submit::AutoSubmitPage;
pub use choose::ChooseOpensPage;
pub use enter::EnterPage;
pub use login::LoginPage;
pub use no_course::NoCourse;
pub use pending::PendingPage;
pub use prove::ProvePage;
pub use refusal::RefusalPage;
pub use storage::StorageView;

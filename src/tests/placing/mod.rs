//! What an instructor puts into a course by deep linking, and the messages that open one student's work, the account, or
//! an installation that waits.

mod accepting;
mod account;
mod anew;
mod new_badge;
mod pending;
mod places;
mod points;
mod removing;
mod review;
mod screens;
mod walk;

use practice_lms::browser::{Browser, Page};
use practice_lms::{CourseRole, LoginForm, PracticeLms};

use reqwest::Method;

use crate::tests::harness::framed;

/// Somebody with that role in the first course, where an item is to be added.
pub(crate) async fn choose(lms: &PracticeLms, role: CourseRole, placement: &str) -> (Browser, Page) {
    let world = lms.world();
    let course = world.courses()[0].id;
    let person = world.member(course, role).unwrap().id;
    let form = world.selection_form(course, person, 0, placement).unwrap();
    open(lms, &form).await
}

/// A browser in the LMS's frame that was sent to the tool with that form.
pub(crate) async fn open(lms: &PracticeLms, form: &LoginForm) -> (Browser, Page) {
    let mut browser = framed(lms);
    let page = browser.launch(form).await.unwrap();
    (browser, page)
}

/// Sends the form of `page` whose action contains `action`.
pub(crate) async fn send(browser: &mut Browser, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
    let form = page.form(action).unwrap_or_else(|error| panic!("{error}"));
    browser.submit(page, &form, fields).await.unwrap()
}

/// The page that carries the signed answer to the LMS, not posted there yet.
pub(crate) async fn answer(browser: &mut Browser, review: &Page) -> Page {
    let form = review.form("/place/send").unwrap();
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form.filled(&[]))
        .finish();
    let url = review.url.join(&form.action).unwrap();
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let sent = browser.fetch(Method::POST, url.as_str(), &kind, body.into_bytes());
    sent.await.unwrap()
}

/// From the picker to the saved form of the LMS: its own page then.
pub(crate) async fn place(lms: &PracticeLms, placement: &str, fields: &[(&str, &str)]) -> Page {
    let (mut browser, picker) = choose(lms, CourseRole::Teacher, placement).await;
    assert_eq!(picker.status, 200, "{}", picker.words());
    let review = send(&mut browser, &picker, "/place/review", fields).await;
    assert_eq!(review.status, 200, "{}", review.words());
    let form = send(&mut browser, &review, "/place/send", &[]).await;
    assert!(
        form.url.as_str().starts_with(lms.origin()),
        "{}: {}",
        form.url,
        form.words()
    );
    assert_eq!(form.status, 200, "{}", form.words());
    send(&mut browser, &form, "/placed", &[]).await
}

/// Opens the link of that title in the first course.
pub(crate) async fn visit(lms: &PracticeLms, role: CourseRole, title: &str) -> (Browser, Page) {
    let world = lms.world();
    let course = world.courses()[0].id;
    let person = world.member(course, role).unwrap().id;
    let links = world.links(course);
    let link = links.iter().find(|link| link.title == title);
    let link = link.unwrap_or_else(|| panic!("no {title} among {links:?}")).id;
    open(lms, &world.launch_form(course, person, link).unwrap()).await
}

/// A new evidence activity, as the form has it.
pub(crate) const REPORT: [(&str, &str); 4] = [
    ("item", "new_activity"),
    ("title", "Field report"),
    ("instructions", "Two **pages**."),
    ("points", "25"),
];

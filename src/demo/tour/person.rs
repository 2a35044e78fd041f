//! Somebody in a practice LMS: chooses who to be, opens links of a course, and uses Cairn in its frame.

use std::time::Duration;

use base64::Engine as _;
use serde_json::Value;

use super::{During as _, Place, TourError, expect, reads};
use practice_lms::browser::{Browser, Form, Page, ThirdPartyCookies};

/// A person with a browser of their own.
pub(super) struct Person<'a> {
    place: &'a Place,
    pub(crate) browser: Browser,
    /// The address of the course in the LMS.
    course: String,
    /// What the last signed launch calls this person: the LMS's issuer, `#` and `sub`; empty before the first.
    pub(crate) identifier: String,
}

impl<'a> Person<'a> {
    /// Enters the LMS as the first person whose entry in the list contains `who`.
    pub(crate) async fn enter(place: &'a Place, course: &str, who: &str) -> Result<Self, TourError> {
        let step = format!("{who} enters the LMS");
        let browser = Browser::new().map_err(|error| TourError::Missing {
            step: step.clone(),
            what: error.to_string(),
        })?;
        // Inside the LMS's page, Cairn is a third party: only partitioned cookies come back.
        let mut browser = browser.framed_by(&place.lms, ThirdPartyCookies::PartitionedOnly);
        let start = browser.get(&place.lms).await.during(&step)?;
        let form = start.form("/practice/enter").during(&step)?;
        let course_id = form.option("course", course).during(&step)?.to_owned();
        let id = form.option("person", who).during(&step)?.to_owned();
        let choices = [("course", course_id.as_str()), ("person", id.as_str())];
        let page = browser.submit(&start, &form, &choices).await.during(&step)?;
        let page = expect(&step, page, course)?;
        Ok(Self {
            place,
            browser,
            course: page.url.to_string(),
            identifier: String::new(),
        })
    }

    /// Clicks a link of the course and is launched into Cairn.
    pub(crate) async fn open(&mut self, title: &str) -> Result<Page, TourError> {
        let step = format!("opening “{title}”");
        let course = self.browser.get(&self.course).await.during(&step)?;
        let link = course.link(title).during(&step)?;
        let around = self.browser.get(&link).await.during(&step)?;
        let frame = around.frames().into_iter().next().during(&step)?;
        let page = self.browser.get(&frame).await.during(&step)?;
        if let Some(token) = page.carried.iter().find_map(|form| form.value("id_token")) {
            self.identifier = identifier(token).during(&step)?;
        }
        if page.url.as_str().starts_with(&self.place.cairn) && page.status == 200 {
            return Ok(page);
        }
        expect(&step, page, "a page of Cairn")
    }

    /// Clicks a link of a page.
    pub(crate) async fn click(&mut self, page: &Page, words: &str) -> Result<Page, TourError> {
        let step = format!("clicking “{words}”");
        let link = page.link(words).during(&step)?;
        self.browser.get(&link).await.during(&step)
    }

    /// Fills in and sends a form.
    pub(crate) async fn send(
        &mut self,
        page: &Page,
        form: &Form,
        fields: &[(&str, &str)],
    ) -> Result<Page, TourError> {
        let step = format!("sending the form {}", form.action);
        self.browser.submit(page, form, fields).await.during(&step)
    }

    /// Types points into the LMS's gradebook, as its own page lets a teacher do.
    pub(crate) async fn grade(&mut self, student: &str, column: &str, points: &str) -> Result<(), TourError> {
        let step = format!("typing {points} for {student} in “{column}”");
        let address = format!("{}/gradebook", self.course);
        let page = self.browser.get(&address).await.during(&step)?;
        let form = page.form("/gradebook").during(&step)?;
        let label = format!("{student}, {column}");
        let cell = form
            .fields
            .iter()
            .find(|field| field.label.as_deref() == Some(label.as_str()));
        let name = cell.during(&step)?.name.clone();
        let saved = self.browser.submit(&page, &form, &[(&name, points)]).await;
        let form = saved.during(&step)?.form("/gradebook").during(&step)?;
        if form.value(&name) == Some(points) {
            Ok(())
        } else {
            Err(TourError::Missing {
                step,
                what: "the gradebook did not keep it".to_owned(),
            })
        }
    }

    /// Looks at an address again and again until the page reads `expected`: work that Cairn does on its own.
    pub(crate) async fn wait_for(&mut self, address: &str, expected: &str) -> Result<Page, TourError> {
        let step = format!("waiting for “{expected}”");
        let mut page = self.browser.get(address).await.during(&step)?;
        for _ in 0..200 {
            if page.status >= 400 || reads(&page.words(), expected) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(150)).await;
            page = self.browser.get(address).await.during(&step)?;
        }
        expect(&step, page, expected)
    }
}

/// Who a launch says that somebody is. Read here without any check: the tour wants to know what the LMS has said.
fn identifier(token: &str) -> Option<String> {
    let payload = token.split('.').nth(1)?;
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload)
        .ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    Some(format!(
        "{}#{}",
        claims.get("iss")?.as_str()?,
        claims.get("sub")?.as_str()?
    ))
}

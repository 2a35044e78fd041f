//! Work of one person, and its files.
//!
//! A key that enforces scopes is refused at the address that a file is listed with. What it may have is a signed address for a
//! file that was handed in: fetched at once, without the token, and neither shown nor kept.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::scope::Scope;
use super::submissions::Submission;
use super::{Canvas, is_safe};
use crate::course::{Attachment, Dropped, HandIn, Item, PersonKey, Row};
use crate::error::{Error, Reason};
use crate::transport::{Method, Request, Response};
use crate::wire::{self, Sent};

/// From the signed address to the storage behind it.
const MOST_REDIRECTS: usize = 3;

impl Canvas {
    /// One cell with its files. None where the person has none: the column is not assigned, or is withheld. `person` may be an
    /// id of the API or one of LTI ([`join::by_sub`](super::join::by_sub)).
    ///
    /// # Errors
    /// [`Error`]
    pub async fn submission(&self, course: &str, item: &Item, person: &str) -> Result<Option<Row>, Error> {
        let read = async {
            let path = [
                "courses",
                course,
                "assignments",
                item.key.as_str(),
                "submissions",
                person,
            ];
            let response = match self.get(self.url(&path, &[])?, Scope::Submission).await {
                Err(Reason::Gone) => return Ok(None),
                other => other?,
            };
            let raw: &RawValue = wire::read(&response.body)?;
            let (submission, person, key) =
                Submission::of(raw).ok_or(Reason::Malformed { line: 0, column: 0 })?;
            if key != item.key {
                return Err(Reason::Malformed { line: 0, column: 0 });
            }
            Ok(submission.row(person, item, true, &mut Dropped::default()))
        };
        read.await
            .map_err(|reason: Reason| reason.doing("Reading a submission"))
    }

    /// Fetches a file of a submission, of at most `most` bytes.
    ///
    /// # Errors
    /// [`Error`]; [`Reason::Gone`] for a file that was deleted, [`Reason::OtherFile`] for a login page in its place.
    pub async fn download(&self, hand_in: &HandIn, file: &Attachment, most: usize) -> Result<Bytes, Error> {
        let read = async {
            let signed = self.signed_address(hand_in, file).await?;
            let response = self.follow(signed, most).await?;
            check(&response, file)?;
            Ok(response.body)
        };
        read.await
            .map_err(|reason: Reason| reason.doing("Fetching a file"))
    }

    /// The person behind an id of LTI, or behind the token (`self`). Not needed where the member service tells the ids.
    ///
    /// # Errors
    /// [`Error`]; [`Reason::Gone`] for nobody that the token's person sees.
    pub async fn person(&self, id: &str) -> Result<PersonKey, Error> {
        #[derive(Deserialize)]
        struct Profile<'a> {
            #[serde(borrow, default)]
            id: Sent<'a>,
        }
        let read = async {
            let url = self.url(&["users", id, "profile"], &[])?;
            let response = self.get(url, Scope::Profile).await?;
            let profile: Profile<'_> = wire::read(&response.body)?;
            let id = wire::id(profile.id).ok_or(Reason::Malformed { line: 0, column: 0 })?;
            Ok(PersonKey::new(&id))
        };
        read.await
            .map_err(|reason: Reason| reason.doing("Looking up a person"))
    }

    async fn signed_address(&self, hand_in: &HandIn, file: &Attachment) -> Result<Url, Reason> {
        #[derive(Deserialize)]
        struct Answer<'a> {
            #[serde(borrow, default)]
            public_url: Sent<'a>,
        }
        let submission = hand_in.id.as_deref().ok_or(Reason::NoId)?;
        let url = self.url(
            &["files", &file.id, "public_url"],
            &[("submission_id", submission)],
        )?;
        let response = self.get(url, Scope::FileAddress).await?;
        let answer: Answer<'_> = wire::read(&response.body)?;
        wire::word(answer.public_url)
            .and_then(|text| Url::parse(&text).ok())
            .ok_or(Reason::Malformed { line: 0, column: 0 })
    }

    /// Without the token: the address is enough, and it is another server's.
    async fn follow(&self, mut url: Url, most: usize) -> Result<Response, Reason> {
        for _ in 0..=MOST_REDIRECTS {
            // Plain http only within a machine, and only if Canvas itself is there.
            if !is_safe(&url) || (url.scheme() == "http" && self.base.scheme() != "http") {
                return Err(Reason::ForeignHost);
            }
            let request = Request::new(Method::Get, url.clone(), self.limits.timeout, most)
                .header("user-agent", self.user_agent.clone());
            let response = self.transport.send(request).await?;
            match response.status {
                200..300 => return Ok(response),
                300..=399 => {
                    let to = response.header("location").and_then(|to| url.join(to).ok());
                    url = to.ok_or(Reason::Redirected(response.status))?;
                }
                404 | 410 => return Err(Reason::Gone),
                401 | 403 => return Err(Reason::NotAllowed),
                status if status >= 500 => return Err(Reason::OutOfOrder(Some(status))),
                status => return Err(Reason::Rejected(status)),
            }
        }
        Err(Reason::Endless)
    }
}

/// A login page comes with status 200 and the file's name.
fn check(response: &Response, file: &Attachment) -> Result<(), Reason> {
    let is_html = |text: &str| text.trim_start().to_ascii_lowercase().starts_with("text/html");
    let got_html = response.header("content-type").is_some_and(is_html);
    let wanted_html = file.media_type.as_deref().is_some_and(is_html);
    let length = u64::try_from(response.body.len()).ok();
    let other_size = file.size.is_some() && file.size != length;
    if (got_html && !wanted_html) || other_size {
        return Err(Reason::OtherFile);
    }
    Ok(())
}

//! A small browser over HTTP: cookies, redirects, forms and forms that submit themselves. No scripts.
//!
//! It stands in for a person's browser in tests and in the tour. Inside a frame it can treat cookies as real browsers do.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use reqwest::{Method, Url};

use super::login::LoginForm;

mod forms;
mod jar;
mod page;
mod sender;
#[cfg(test)]
mod tests;

use jar::Jar;
use sender::Sender;

pub use forms::{Field, Form, forms, unescape, words};
pub use jar::ThirdPartyCookies;
pub use page::Page;

/// Why the browser has no page.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// No complete answer came back.
    #[error("{0} gave no complete answer: {why}", why = whole(.1))]
    NoAnswer(String, reqwest::Error),
    /// An address could not be read.
    #[error("{0:?} is not an address")]
    BadAddress(String),
    /// More than twenty redirects and self-submitting forms in a row.
    #[error("the way from {0} leads in circles")]
    Circle(String),
    /// The form that was looked for is not in the page.
    #[error("{0} has no such form; its text begins: {1}")]
    NoForm(String, String),
    /// The link that was looked for is not in the page.
    #[error("{page} has no link {words:?}; it reads: {text}")]
    NoLink {
        page: String,
        words: String,
        text: String,
    },
}

/// The error with all that caused it: `reqwest` tells only that sending failed.
fn whole(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The browser of one person.
#[derive(Debug, Clone)]
pub struct Browser {
    client: reqwest::Client,
    jar: Jar,
    /// Headers of every request.
    always: Vec<(String, String)>,
    /// Whether it says of each request from what site it was sent, as browsers do since 2023.
    tells_site: bool,
}

impl Browser {
    /// A window of its own: all cookies come back.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    #[expect(
        clippy::disallowed_methods,
        reason = "a person's browser does not go through the tool's guarded HTTP client"
    )]
    pub fn new() -> std::io::Result<Self> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_mins(1))
            .no_proxy()
            // A server may end an idle connection in the moment it is used again; a browser would ask once more, and this one
            // opens a connection for each request.
            .pool_max_idle_per_host(0)
            .user_agent("cairn-practice-browser")
            .build()
            .map_err(std::io::Error::other)?;
        Ok(Self {
            client,
            jar: Jar::default(),
            always: Vec::new(),
            tells_site: true,
        })
    }

    /// The same browser sending this header with every request. It decodes nothing: a page that comes compressed because
    /// of it stays so.
    #[must_use]
    pub fn sending(mut self, name: &str, value: &str) -> Self {
        self.always.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same browser from before `Sec-Fetch-Site`: of a form it says `Origin` alone, and `null` where the page of the form
    /// lets nobody know of it.
    #[must_use]
    pub fn of_old(mut self) -> Self {
        self.tells_site = false;
        self
    }

    /// The same browser showing a frame inside a page of `origin`, with these rules for cookies.
    #[must_use]
    pub fn framed_by(mut self, origin: &str, third_party: ThirdPartyCookies) -> Self {
        self.jar.enter_frame(origin, third_party);
        self
    }

    /// The value of a cookie of that host.
    #[must_use]
    pub fn cookie(&self, host: &str, name: &str) -> Option<&str> {
        self.jar.get(host, name)
    }

    /// Names and values of the cookies of that host.
    #[must_use]
    pub fn cookies(&self, host: &str) -> Vec<(String, String)> {
        self.jar.of(host)
    }

    /// Sets a cookie by hand.
    pub fn set_cookie(&mut self, host: &str, name: &str, value: &str) {
        self.jar.set(host, name, value);
    }

    /// Forgets all cookies.
    pub fn clear_cookies(&mut self) {
        self.jar.clear();
    }

    /// Opens an address, following redirects and forms that submit themselves.
    ///
    /// # Errors
    /// [`BrowserError`] when there is no answer in the end; a page with status 4xx or 5xx is a page.
    pub async fn get(&mut self, url: &str) -> Result<Page, BrowserError> {
        self.walk(Method::GET, address(url)?, Vec::new(), None, Sender::Nobody)
            .await
    }

    /// Posts fields as a form on a page of the same site does.
    ///
    /// # Errors
    /// As [`Browser::get`].
    pub async fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Result<Page, BrowserError> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let url = address(url)?;
        let sender = Sender::same(&url);
        self.walk(
            Method::POST,
            url,
            body.into_bytes(),
            Some(FORM.to_owned()),
            sender,
        )
        .await
    }

    /// Posts a launch form and follows it through the tool and the LMS to the tool's page.
    ///
    /// # Errors
    /// As [`Browser::get`].
    pub async fn launch(&mut self, form: &LoginForm) -> Result<Page, BrowserError> {
        self.walk(
            Method::POST,
            address(&form.action)?,
            form.encoded().into_bytes(),
            Some(FORM.to_owned()),
            Sender::Elsewhere,
        )
        .await
    }

    /// Posts a launch form and stops there. To login initiation: the answer's `location` is the authentication request.
    /// A signed form to the tool: one plain launch, to be repeated at will.
    ///
    /// # Errors
    /// As [`Browser::get`].
    pub async fn login(&mut self, form: &LoginForm) -> Result<Page, BrowserError> {
        self.once(
            Method::POST,
            address(&form.action)?,
            form.encoded().into_bytes(),
            Some(FORM),
            &[],
            Some(&Sender::Elsewhere),
        )
        .await
    }

    /// Submits a form of `page` with `changes` to its fields; a field that it does not have is added.
    ///
    /// # Errors
    /// As [`Browser::get`].
    pub async fn submit(
        &mut self,
        page: &Page,
        form: &Form,
        changes: &[(&str, &str)],
    ) -> Result<Page, BrowserError> {
        let fields = form.filled(changes);
        let mut url = page
            .url
            .join(&form.action)
            .map_err(|_| BrowserError::BadAddress(form.action.clone()))?;
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&fields)
            .finish();
        if form.method == "post" {
            return self
                .walk(
                    Method::POST,
                    url,
                    body.into_bytes(),
                    Some(FORM.to_owned()),
                    Sender::on(page),
                )
                .await;
        }
        url.set_query(Some(&body));
        self.walk(Method::GET, url, Vec::new(), None, Sender::on(page))
            .await
    }

    /// Submits a form of `page` with files (`multipart/form-data`, RFC 7578): field, file name, media type, content.
    ///
    /// # Errors
    /// As [`Browser::get`].
    pub async fn submit_files(
        &mut self,
        page: &Page,
        form: &Form,
        changes: &[(&str, &str)],
        files: &[(&str, &str, &str, &[u8])],
    ) -> Result<Page, BrowserError> {
        const BOUNDARY: &str = "----practice-browser-7b1f9d3a2c";
        let url = page
            .url
            .join(&form.action)
            .map_err(|_| BrowserError::BadAddress(form.action.clone()))?;
        let mut body = Vec::new();
        for (name, value) in form.filled(changes) {
            if !files.iter().any(|(field, ..)| *field == name) {
                let part = format!(
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                );
                body.extend_from_slice(part.as_bytes());
            }
        }
        for (field, name, kind, content) in files {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.walk(
            Method::POST,
            url,
            body,
            Some(format!("multipart/form-data; boundary={BOUNDARY}")),
            Sender::on(page),
        )
        .await
    }

    /// One exchange, with headers of one's own: nothing is followed, cookies are sent and kept.
    ///
    /// # Errors
    /// As [`Browser::get`].
    pub async fn fetch(
        &mut self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Page, BrowserError> {
        self.once(method, address(url)?, body, None, headers, None).await
    }

    async fn walk(
        &mut self,
        method: Method,
        url: Url,
        body: Vec<u8>,
        content_type: Option<String>,
        mut sender: Sender,
    ) -> Result<Page, BrowserError> {
        let start = url.to_string();
        let mut way = vec![start.clone()];
        let mut carried = Vec::new();
        let content_type = content_type.as_deref();
        let mut page = self
            .once(method, url, body, content_type, &[], Some(&sender))
            .await?;
        for _ in 0..20 {
            let location = page
                .header("location")
                .filter(|_| (300..400).contains(&page.status));
            page = if let Some(location) = location {
                let next = page
                    .url
                    .join(location)
                    .map_err(|_| BrowserError::BadAddress(location.to_owned()))?;
                sender = sender.after(&page.url);
                self.once(Method::GET, next, Vec::new(), None, &[], Some(&sender))
                    .await?
            } else if let Some(form) = forms::self_submitting(&page.text()) {
                let next = page
                    .url
                    .join(&form.action)
                    .map_err(|_| BrowserError::BadAddress(form.action.clone()))?;
                let fields = form.filled(&[]);
                let body = url::form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(&fields)
                    .finish();
                let is_post = form.method == "post";
                sender = Sender::on(&page);
                carried.push(form);
                if is_post {
                    let body = body.into_bytes();
                    self.once(Method::POST, next, body, Some(FORM), &[], Some(&sender))
                        .await?
                } else {
                    let mut next = next;
                    next.set_query(Some(&body));
                    self.once(Method::GET, next, Vec::new(), None, &[], Some(&sender))
                        .await?
                }
            } else {
                page.way = way;
                page.carried = carried;
                return Ok(page);
            };
            way.push(page.url.to_string());
        }
        Err(BrowserError::Circle(start))
    }

    async fn once(
        &mut self,
        method: Method,
        url: Url,
        body: Vec<u8>,
        content_type: Option<&str>,
        headers: &[(&str, &str)],
        sender: Option<&Sender>,
    ) -> Result<Page, BrowserError> {
        let told = self.told(&method, &url, headers, sender);
        let mut request = self.client.request(method, url.clone()).body(body);
        for (name, value) in told {
            request = request.header(name, value);
        }
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let cookies = self.jar.header(&url);
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        let always = self
            .always
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in always.chain(headers.iter().copied()) {
            let name = HeaderName::try_from(name).map_err(|_| BrowserError::BadAddress(name.to_owned()))?;
            let value =
                HeaderValue::try_from(value).map_err(|_| BrowserError::BadAddress(value.to_owned()))?;
            request = request.header(name, value);
        }
        let failed = |error| BrowserError::NoAnswer(url.to_string(), error);
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status().as_u16();
        let headers: Vec<(String, String)> = answer
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        for (_, cookie) in headers.iter().filter(|(name, _)| *name == SET_COOKIE.as_str()) {
            self.jar.keep(&url, cookie);
        }
        let body = answer.bytes().await.map_err(failed)?.to_vec();
        Ok(Page {
            status,
            headers,
            body,
            url,
            way: Vec::new(),
            carried: Vec::new(),
        })
    }
}

impl Browser {
    /// What a request tells of its sender, but for what the caller tells itself.
    fn told(
        &self,
        method: &Method,
        url: &Url,
        headers: &[(&str, &str)],
        sender: Option<&Sender>,
    ) -> Vec<(&'static str, String)> {
        let Some(sender) = sender else {
            return Vec::new();
        };
        let site = self
            .tells_site
            .then(|| ("sec-fetch-site", sender.site(url).to_owned()));
        let origin = sender.origin(method).map(|origin| ("origin", origin));
        let own = self.always.iter().map(|(name, _)| name.as_str());
        let own: Vec<&str> = own.chain(headers.iter().map(|(name, _)| *name)).collect();
        let told = site.into_iter().chain(origin);
        told.filter(|(name, _)| !own.contains(name)).collect()
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn address(url: &str) -> Result<Url, BrowserError> {
    Url::parse(url).map_err(|_| BrowserError::BadAddress(url.to_owned()))
}

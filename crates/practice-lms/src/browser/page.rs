//! A page as it arrived, and what a test looks for in it.

use reqwest::Url;

use super::BrowserError;
use super::forms::{self, Form, forms};

/// A page as it arrived.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    /// Names in lower case; a name may repeat.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The address after all redirects.
    pub url: Url,
    /// Every address on the way, the last one included.
    pub way: Vec<String>,
    /// The forms that submitted themselves on the way.
    pub carried: Vec<Form>,
}

impl Page {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first header of that (lower-case) name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The forms in the page.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        forms(&self.text())
    }

    /// The first form whose action contains `part`.
    ///
    /// # Errors
    /// [`BrowserError::NoForm`].
    pub fn form(&self, part: &str) -> Result<Form, BrowserError> {
        self.forms()
            .into_iter()
            .find(|form| form.action.contains(part))
            .ok_or_else(|| {
                BrowserError::NoForm(self.url.to_string(), self.text().chars().take(300).collect())
            })
    }

    /// What a person reads: no tags, blanks run together.
    #[must_use]
    pub fn words(&self) -> String {
        forms::words(&self.text())
    }

    /// The address of the first link with exactly these words, made absolute.
    ///
    /// # Errors
    /// [`BrowserError::NoLink`].
    pub fn link(&self, words: &str) -> Result<String, BrowserError> {
        let found = forms::links(&self.text())
            .into_iter()
            .find(|(_, shown)| shown == words);
        let url = found.and_then(|(href, _)| self.url.join(&href).ok());
        url.map(String::from).ok_or_else(|| BrowserError::NoLink {
            page: self.url.to_string(),
            words: words.to_owned(),
            text: self.words().chars().take(300).collect(),
        })
    }

    /// The addresses of the pages that it shows in frames, made absolute.
    #[must_use]
    pub fn frames(&self) -> Vec<String> {
        let sources = forms::attribute_values_of(&self.text(), "iframe", "src");
        sources
            .into_iter()
            .filter_map(|src| self.url.join(&src).ok())
            .map(String::from)
            .collect()
    }

    /// The addresses of links (`href`) in the page that contain `part`, made absolute.
    #[must_use]
    pub fn links(&self, part: &str) -> Vec<String> {
        forms::attribute_values(&self.text(), "href")
            .into_iter()
            .filter(|href| href.contains(part))
            .filter_map(|href| self.url.join(&href).ok())
            .map(String::from)
            .collect()
    }
}

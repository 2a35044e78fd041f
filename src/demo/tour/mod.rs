//! The guided tour: a teacher and students of both practice LMSs walk the whole way from a new badge to one that was revoked, and an
//! administrator lets grades of the LMS's own count, over HTTP alone, as browsers do. Each step says what it does and holds the
//! answer against what a person would expect; the first one that does not hold ends the tour.

use std::path::Path;

use practice_lms::browser::{BrowserError, Page};

mod files;
mod native;
mod person;
mod story;
mod together;

pub(crate) use files::Entry;

/// One LMS of the tour, and Cairn behind it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// `moodle` or `canvas`.
    pub(crate) flavour: &'static str,
    /// The LMS's origin.
    pub(crate) lms: String,
    /// Where Cairn is reached.
    pub(crate) cairn: String,
    /// The origin that credentials name.
    pub(crate) identity: String,
    /// The platform as the console calls it.
    pub(crate) platform: String,
    /// A way into the console that works once.
    pub(crate) console: String,
    /// And another one, for what both LMSs have to do with.
    pub(crate) console_again: String,
}

/// Where the tour ended before its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TourError {
    #[error("{step}: {source}")]
    Browser { step: String, source: BrowserError },
    #[error("{step}: expected “{expected}”, but the page at {url} (status {status}) reads: {found}")]
    Unexpected {
        step: String,
        expected: String,
        url: String,
        status: u16,
        found: String,
    },
    #[error("{step}: {what}")]
    Missing { step: String, what: String },
    #[error("{0} could not be written: {1}")]
    File(String, std::io::Error),
}

/// Walks the tour in every place and leaves in `folder`: the credentials in every form, `index.json` that says what
/// each is, and below `site` the public documents that verifying needs, at their addresses.
///
/// # Errors
/// [`TourError`] for the first step that does not hold.
pub(crate) async fn walk(
    places: &[Place],
    folder: &Path,
    say: &dyn Fn(&str),
) -> Result<Vec<Entry>, TourError> {
    let mut entries = Vec::new();
    for place in places {
        say(&format!("\n{}, at {}", title(place), place.lms));
        entries.extend(story::walk(place, folder, say).await?);
        native::walk(place, say).await?;
    }
    entries.extend(together::walk(places, folder, say).await?);
    files::write_index(folder, &entries)?;
    say(&format!(
        "\nEverything held. {} files and index.json are in the folder.",
        entries.len()
    ));
    Ok(entries)
}

fn title(place: &Place) -> &'static str {
    match place.flavour {
        "canvas" => "In the Canvas-like LMS",
        _ => "In the Moodle-like LMS",
    }
}

/// Holds a page against what a person would look for.
fn expect(step: &str, page: Page, expected: &str) -> Result<Page, TourError> {
    if page.status < 400 && reads(&page.words(), expected) {
        return Ok(page);
    }
    Err(TourError::Unexpected {
        step: step.to_owned(),
        expected: expected.to_owned(),
        url: page.url.to_string(),
        status: page.status,
        found: page.words().chars().take(1_500).collect(),
    })
}

/// Whether `words` contain `expected` as whole words: "0 of 30" is not in "10 of 30", nor is "2 of 3" in "2 of 30".
fn reads(words: &str, expected: &str) -> bool {
    let joins = |before: Option<char>, after: Option<char>| {
        before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
    };
    words.match_indices(expected).any(|(at, found)| {
        let (before, rest) = words.split_at(at);
        let after = rest.strip_prefix(found).unwrap_or_default();
        !joins(before.chars().next_back(), found.chars().next())
            && !joins(found.chars().next_back(), after.chars().next())
    })
}

/// Names the step in which a browser found nothing.
trait During<T> {
    fn during(self, step: &str) -> Result<T, TourError>;
}

impl<T> During<T> for Result<T, BrowserError> {
    fn during(self, step: &str) -> Result<T, TourError> {
        self.map_err(|source| TourError::Browser {
            step: step.to_owned(),
            source,
        })
    }
}

impl<T> During<T> for Option<T> {
    fn during(self, step: &str) -> Result<T, TourError> {
        self.ok_or_else(|| TourError::Missing {
            step: step.to_owned(),
            what: "what the page should offer is not there".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::reads;

    #[test]
    fn a_number_is_read_whole() {
        let page = "10 of 30 students earn it. Close: 3";
        assert!(reads(page, "10 of 30 students") && reads(page, "earn it.") && reads(page, "3"));
        for less in ["0 of 30 students", "10 of 3", "0 of 3", "student", "Close: 30"] {
            assert!(!reads(page, less), "{less}");
        }
        assert!(reads("12 of 30, then 2 of 30", "2 of 30"), "a later place counts");
        assert!(!reads("", "1"));
    }
}

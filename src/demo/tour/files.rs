//! What the tour leaves behind: credentials in every form, an index, and a site for verifiers.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{During as _, Place, TourError};
use practice_lms::browser::{Browser, Page};

/// One file of `index.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    /// Within the folder.
    pub(crate) file: String,
    /// `json`, `png` or `svg`; `jwt`, `jwt.png` or `jwt.svg`; of a record of several badges `clr.json` or `clr.jwt`.
    pub(crate) form: String,
    /// `moodle` or `canvas`.
    pub(crate) flavour: String,
    /// `valid` or `revoked`.
    pub(crate) expected: String,
    /// Whose it is: what the hash in it was made of, without the salt.
    pub(crate) recipient: String,
}

/// Saves one form of a credential.
pub(super) fn save_credential(
    folder: &Path,
    place: &Place,
    name: &str,
    form: &str,
    (expected, recipient): (&str, &str),
    page: &Page,
) -> Result<Entry, TourError> {
    let file = format!("{}-{name}.{form}", place.flavour);
    write(&folder.join(&file), &page.body)?;
    Ok(Entry {
        file,
        form: form.to_owned(),
        flavour: place.flavour.to_owned(),
        expected: expected.to_owned(),
        recipient: recipient.to_owned(),
    })
}

/// Saves the public document at `url`, an address below the identity origin, at its path below `site`.
pub(super) async fn save_public(
    folder: &Path,
    place: &Place,
    anybody: &mut Browser,
    url: &str,
) -> Result<(), TourError> {
    let step = format!("fetching {url}");
    let path = url.strip_prefix(&place.identity).during(&step)?;
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let page = anybody
        .get(&format!("{}{path}", place.cairn))
        .await
        .during(&step)?;
    if page.status != 200 {
        return Err(TourError::Missing {
            step,
            what: format!("status {}", page.status),
        });
    }
    write(
        &folder.join("site").join(path.trim_start_matches('/')),
        &page.body,
    )
}

/// Writes `index.json`.
pub(super) fn write_index(folder: &Path, entries: &[Entry]) -> Result<(), TourError> {
    let index = serde_json::to_vec_pretty(entries)
        .map_err(|error| TourError::File("index.json".to_owned(), error.into()))?;
    write(&folder.join("index.json"), &index)
}

fn write(path: &PathBuf, bytes: &[u8]) -> Result<(), TourError> {
    let failed = |error| TourError::File(path.display().to_string(), error);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::write(path, bytes).map_err(failed)
}

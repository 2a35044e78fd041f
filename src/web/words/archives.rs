//! Why nothing of an archive was checked, in words for whoever checks it.

use crate::service::privacy::export::verifying::{ArchiveError, MAX_FILES};

/// What is wrong with the archive, and what to do.
#[must_use]
pub(crate) fn refused(error: &ArchiveError) -> String {
    match error {
        ArchiveError::NotAnArchive(said) => {
            format!("This is not a ZIP archive, or it broke off: {said}. Get the file again.")
        }
        ArchiveError::Inconsistent(said) => {
            format!("The archive contradicts itself: {said}. Nothing in it was checked.")
        }
        ArchiveError::TooManyFiles => {
            format!("The archive holds more than {MAX_FILES} files. Nothing in it was checked.")
        }
        ArchiveError::Name(name) => format!(
            "The archive names a file {name:?}, which would lie outside of its folder. Do not unpack it."
        ),
        ArchiveError::Twice(name) => format!(
            "The archive holds {name:?} twice. Which of them counts cannot be told; nothing in it was checked."
        ),
        ArchiveError::Bomb(bytes) => format!(
            "The archive would unpack to {bytes} bytes, far more than such archives have. Do not unpack it; nothing in it was checked."
        ),
        ArchiveError::TooLarge(name) => {
            format!("{name:?} is larger than any file of its kind. Nothing was checked.")
        }
        ArchiveError::IssuerTwice(issuer) => format!(
            "The archive holds two identity documents of {issuer}. Which of them counts cannot be told."
        ),
        ArchiveError::NoBadge => {
            "There is no badge in this archive, so there is nothing to prove.".to_owned()
        }
    }
}

//! What was handed in in the LMS, in words.

use crate::domain::lms_work::{Work, WorkFile, WorkKind};
use crate::service::award::files::{size_words, words};

/// "Files, attempt 2".
#[must_use]
pub(crate) fn what(work: &Work) -> String {
    let kind = match work.kind {
        Some(WorkKind::Files) => "Files",
        Some(WorkKind::Text) => "A text that was typed there",
        Some(WorkKind::Address) => "The address of a page",
        Some(WorkKind::Recording) => "A recording",
        Some(WorkKind::Annotation) => "Marks on a document",
        Some(WorkKind::Discussion) => "Posts in a discussion",
        Some(WorkKind::Quiz) => "A quiz",
        Some(WorkKind::Tool) => "Work in another tool",
        Some(WorkKind::Other) | None => "Work",
    };
    match work.attempt {
        Some(attempt) if attempt > 1 => format!("{kind}, attempt {attempt}"),
        _ => kind.to_owned(),
    }
}

/// "Report final.pdf".
#[must_use]
pub(crate) fn name(file: &WorkFile) -> String {
    file.name
        .clone()
        .unwrap_or_else(|| "A file without a name".to_owned())
}

/// "PDF document, 183 kB".
#[must_use]
pub(crate) fn facts(file: &WorkFile) -> String {
    let kind = file.media_type.as_deref().map_or("file", words);
    let size = file.size.map_or_else(|| "size not told".to_owned(), size_words);
    format!("{kind}, {size}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_what_is_known_of_it() {
        let mut file = WorkFile {
            name: Some("Report final.pdf".to_owned()),
            media_type: Some("application/pdf".to_owned()),
            size: Some(182_736),
            at: None,
        };
        assert_eq!(
            (name(&file).as_str(), facts(&file).as_str()),
            ("Report final.pdf", "PDF document, 183 kB")
        );
        file = WorkFile::default();
        assert_eq!(facts(&file), "file, size not told");
        assert_eq!(name(&file), "A file without a name");
        let again = Work {
            kind: Some(WorkKind::Files),
            attempt: Some(2),
            files: Vec::new(),
        };
        assert_eq!(what(&again), "Files, attempt 2");
        assert_eq!(what(&Work::default()), "Work");
    }
}

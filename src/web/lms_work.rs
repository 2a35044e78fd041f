//! What was handed in in the LMS, as the lines of a page.

use chrono::{DateTime, Utc};

use crate::domain::lms_work::WorkFile;
use crate::service::award::lms_work::LmsWork;
use crate::web::views::shared::{LmsFileLine, LmsWorkLine, LmsWorkList, When};
use crate::web::words::lms_work as words;

/// The lines; none where nothing is known.
#[must_use]
pub(crate) fn list(found: &[LmsWork], now: DateTime<Utc>) -> LmsWorkList {
    let file = |file: &WorkFile| LmsFileLine {
        name: words::name(file),
        facts: words::facts(file),
        when: file.at.map(|at| When::new(at, now)),
    };
    let line = |one: &LmsWork| LmsWorkLine {
        label: one.label.clone(),
        what: words::what(&one.work),
        when: one.at.map(|at| When::new(at, now)),
        files: one.work.files.iter().map(file).collect(),
        href: one.page.clone(),
    };
    LmsWorkList {
        lms: found.first().map_or("the course site", |one| one.source.words()),
        lines: found.iter().map(line).collect(),
        read: found
            .iter()
            .filter_map(|one| one.read_at)
            .min()
            .map(|at| When::new(at, now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::GradeSource;
    use crate::domain::lms_work::{Work, WorkKind};

    #[test]
    fn work_is_told_by_its_files_and_leads_to_the_page_of_the_lms_alone() {
        let found = LmsWork {
            label: "Essay".to_owned(),
            source: GradeSource::RestCanvas,
            at: None,
            read_at: None,
            work: Work {
                kind: Some(WorkKind::Files),
                attempt: Some(2),
                files: vec![WorkFile {
                    name: Some("<b>Report.pdf".to_owned()),
                    ..WorkFile::default()
                }],
            },
            page: Some("https://school.example/courses/1/assignments/2/submissions/3".to_owned()),
        };
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(list(&[], now).to_string().trim(), "");
        let html = list(&[found], now).to_string();
        for part in [
            "Handed in in Canvas",
            "Files, attempt 2",
            "file, size not told",
            "href=\"https://school.example/courses/1/assignments/2/submissions/3\" target=\"_blank\"",
            "no badge names them",
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
        assert!(!html.contains("<b>"), "{html}");
    }
}

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

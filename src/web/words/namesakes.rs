//! What tells things apart that bear one name.

use crate::domain::namesakes::Mark;
use crate::domain::zone::Zone;

/// A name with what tells it from the others: "Report (“Week 3” in the course)".
#[must_use]
pub(crate) fn told_apart(name: &str, mark: Option<&Mark>, zone: Zone) -> String {
    match mark {
        Some(mark) => format!("{name} ({})", words(mark, zone)),
        None => name.to_owned(),
    }
}

/// The same to stand in brackets after something else: ", “Week 3” in the course"; empty for what needs none.
#[must_use]
pub(crate) fn further(mark: Option<&Mark>, zone: Zone) -> String {
    mark.map(|mark| format!(", {}", words(mark, zone)))
        .unwrap_or_default()
}

fn words(mark: &Mark, zone: Zone) -> String {
    match mark {
        Mark::Link(title) => format!("“{title}” in the course"),
        Mark::Day(at) => format!("here since {}", zone.long_day(*at)),
        Mark::Moment(at) => format!("here since {}", zone.long(*at)),
        Mark::Number { nth, of } => format!("{nth} of {of}, oldest first"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::now;

    #[test]
    fn a_mark_stands_behind_the_name_and_nothing_where_there_is_none() {
        let says = |mark: &Mark| told_apart("Report", Some(mark), Zone::default());
        assert_eq!(told_apart("Report", None, Zone::default()), "Report");
        assert_eq!(
            says(&Mark::Link("Week 3".into())),
            "Report (“Week 3” in the course)"
        );
        assert_eq!(says(&Mark::Day(now())), "Report (here since 23 November 2026)");
        assert_eq!(
            says(&Mark::Moment(now())),
            "Report (here since 23 November 2026, 10:42 UTC)"
        );
        assert_eq!(
            says(&Mark::Number { nth: 2, of: 3 }),
            "Report (2 of 3, oldest first)"
        );
        assert_eq!(further(None, Zone::default()), "");
    }
}

//! Times: "4 minutes ago" to read, exact on hover and for screen readers. The words are our own, because the page's script
//! keeps them true as time goes by and has to choose the same ones.

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{DateTime, TimeDelta, Utc};

/// A moment as a page shows it; it draws itself as `<time>`.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "shared/when.html")]
pub(crate) struct When {
    /// RFC 3339 in UTC, for machines and for the script that keeps "4 minutes ago" true.
    pub(crate) iso: String,
    /// "23 Nov 2026, 10:42 UTC".
    pub(crate) exact: String,
    /// "4 minutes ago", "in 11 minutes"; a date when it is more than a week away.
    pub(crate) relative: String,
    /// Whether the text keeps moving (relative) or is a date.
    moving: bool,
}

impl HtmlSafe for When {}

impl When {
    /// A moment near `now`, in words.
    #[must_use]
    pub(crate) fn new(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let away = at - now;
        let moving = away.abs() < TimeDelta::days(7);
        let relative = if moving { in_words(away) } else { date(at) };
        Self {
            relative,
            moving,
            ..Self::date_only(at)
        }
    }

    /// A day: "23 Nov 2026", whatever the present moment.
    #[must_use]
    pub(crate) fn date_only(at: DateTime<Utc>) -> Self {
        Self {
            iso: at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            exact: at.format("%-d %b %Y, %H:%M UTC").to_string(),
            relative: date(at),
            moving: false,
        }
    }
}

fn date(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y").to_string()
}

fn in_words(away: TimeDelta) -> String {
    let seconds = away.num_seconds().abs();
    let (count, unit) = match seconds {
        0..45 => {
            return if away.num_seconds() > 0 {
                "in a moment".to_owned()
            } else {
                "just now".to_owned()
            };
        }
        45..5_400 => ((seconds + 30) / 60, "minute"),
        5_400..129_600 => ((seconds + 1_800) / 3_600, "hour"),
        _ => ((seconds + 43_200) / 86_400, "day"),
    };
    let count = count.max(1);
    let plural = if count == 1 { "" } else { "s" };
    if away.num_seconds() > 0 {
        format!("in {count} {unit}{plural}")
    } else {
        format!("{count} {unit}{plural} ago")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(seconds: i64) -> String {
        let now = DateTime::from_timestamp(1_795_430_000, 0).unwrap();
        When::new(now + TimeDelta::seconds(seconds), now).relative
    }

    #[test]
    fn near_times_are_words_and_far_ones_are_dates() {
        assert_eq!(words(-10), "just now");
        assert_eq!(words(-60), "1 minute ago");
        assert_eq!(words(-240), "4 minutes ago");
        assert_eq!(words(11 * 60), "in 11 minutes");
        assert_eq!(words(-7_200), "2 hours ago");
        assert_eq!(words(-3 * 86_400), "3 days ago");
        assert_eq!(words(-30 * 86_400), "24 Oct 2026");
    }
}

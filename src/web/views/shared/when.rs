//! Times: "4 minutes ago" to read, exact on hover and for screen readers. The words are our own, because the page's script
//! keeps them true as time goes by and has to choose the same ones. Days are those of the institution that a page is about:
//! its zone comes with the page ([`super::Zoned`]), so that nobody who makes a page has to think of it.

use std::fmt;

use askama::filters::HtmlSafe;
use askama::{FastWritable, NO_VALUES, Template, Values};
use chrono::{DateTime, TimeDelta, Utc};

use super::zoned::zone_of;
use crate::domain::zone::{Zone, last_moment};

/// A moment as a page shows it; it draws itself as `<time>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When {
    at: DateTime<Utc>,
    /// The present moment, where "4 minutes ago" is said of those near it.
    now: Option<DateTime<Utc>>,
}

/// The same, drawn.
#[derive(Debug, Template)]
#[template(path = "shared/when.html")]
struct Drawn {
    /// RFC 3339 in UTC, for machines and for the script that keeps "4 minutes ago" true.
    iso: String,
    /// "23 Nov 2026, 11:42 CET".
    exact: String,
    /// "4 minutes ago", "in 11 minutes"; a date when it is more than a week away.
    relative: String,
    /// Whether the text keeps moving (relative) or is a date.
    moving: bool,
}

/// The words of a moment without the `<time>`: for an attribute, or exact to the minute.
#[derive(Debug)]
pub(crate) struct Words<'a> {
    when: &'a When,
    exactly: bool,
}

impl HtmlSafe for When {}

impl When {
    /// A moment near `now`, in words.
    #[must_use]
    pub(crate) fn new(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self { at, now: Some(now) }
    }

    /// A day: "23 Nov 2026", whatever the present moment.
    #[must_use]
    pub(crate) fn date_only(at: DateTime<Utc>) -> Self {
        Self { at, now: None }
    }

    /// The last day of what ends at that moment: what ends with a day is valid on it.
    #[must_use]
    pub(crate) fn last_day(end: DateTime<Utc>) -> Self {
        Self::date_only(last_moment(end))
    }

    /// "4 minutes ago", or a day in that zone.
    #[must_use]
    pub(crate) fn relative(&self, zone: Zone) -> String {
        match self.moves() {
            Some(away) => in_words(away),
            None => zone.short_day(self.at),
        }
    }

    /// How far away it is, where that is what is said.
    fn moves(&self) -> Option<TimeDelta> {
        let away = self.at - self.now?;
        (away.abs() < TimeDelta::days(7)).then_some(away)
    }

    /// What is read, without the `<time>`.
    pub(crate) fn plain(&self) -> Words<'_> {
        Words {
            when: self,
            exactly: false,
        }
    }

    /// Day and time to the minute.
    pub(crate) fn exactly(&self) -> Words<'_> {
        Words {
            when: self,
            exactly: true,
        }
    }
}

impl FastWritable for When {
    fn write_into(&self, dest: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        let zone = zone_of(values);
        let drawn = Drawn {
            iso: self.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            exact: zone.short(self.at),
            relative: self.relative(zone),
            moving: self.moves().is_some(),
        };
        FastWritable::write_into(&drawn, dest, values)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_into(f, NO_VALUES).map_err(|_| fmt::Error)
    }
}

impl FastWritable for Words<'_> {
    fn write_into(&self, dest: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        let zone = zone_of(values);
        let text = if self.exactly {
            zone.short(self.when.at)
        } else {
            self.when.relative(zone)
        };
        Ok(dest.write_str(&text)?)
    }
}

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_into(f, NO_VALUES).map_err(|_| fmt::Error)
    }
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
    use super::super::Zoned;
    use super::*;

    fn words(seconds: i64) -> String {
        let now = DateTime::from_timestamp(1_795_430_000, 0).unwrap();
        When::new(now + TimeDelta::seconds(seconds), now).relative(Zone::UTC)
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

    #[derive(Template)]
    #[template(
        source = r#"{% for one in all %}<i title="{{ one.plain() }}">{{ one }} {{ one.exactly() }}</i>{% endfor %}"#,
        ext = "html"
    )]
    struct Some {
        all: Vec<When>,
    }

    #[test]
    fn a_page_shows_days_in_the_zone_that_it_is_shown_with() {
        let at: DateTime<Utc> = "2026-06-30T22:30:00Z".parse().unwrap();
        let page = Some {
            all: vec![When::date_only(at), When::last_day(at)],
        };
        let shown = |name: &str| {
            let zone = Zone::parse(name).unwrap();
            page.render_with_values(&Zoned { zone, asks: None }).unwrap()
        };
        let berlin = shown("Europe/Berlin");
        assert!(
            berlin.starts_with(
                "<i title=\"1 Jul 2026\"><time datetime=\"2026-06-30T22:30:00Z\" title=\"1 Jul 2026, 00:30 CEST\">1 Jul \
                 2026</time> 1 Jul 2026, 00:30 CEST</i>"
            ),
            "{berlin}"
        );
        assert!(shown("UTC").contains(">30 Jun 2026</time>"));
        assert_eq!(page.render().unwrap(), shown("UTC"));
        let midnight = When::last_day("2026-06-30T22:00:00Z".parse().unwrap());
        assert_eq!(
            midnight.relative(Zone::parse("Europe/Berlin").unwrap()),
            "30 Jun 2026"
        );
    }
}

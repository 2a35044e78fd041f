//! `/c/{course}/progress/over-time`: when badges were earned and where students stood, as pictures and as tables.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use chrono::{Datelike as _, Days, NaiveDate};

use crate::domain::badge::Badge;
use crate::domain::sentence::read_from;
use crate::domain::stage::Funnel;
use crate::ids::BadgeId;
use crate::service::award::over_time::{self, OverTime};
use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::instructor::progress::not_earnable;
use crate::web::paths::course;
use crate::web::plot::{self, Scale};
use crate::web::views::instructor::{AwardsLine, AwardsPlot, FunnelLine, FunnelPlot, OverTimePage};
use crate::web::views::shared::{Choice, When, count_of, thousands};

/// The table of a longer time has a line for each week.
const DAYS: i64 = 60;

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::OVER_TIME, web::get().to(page))
        .route(course::OVER_TIME, web::post().to(page));
}

/// The page, about the badge that `badge` names or about all.
///
/// # Errors
/// Forbidden for all but instructors.
pub(crate) async fn page(visit: Visit) -> Result<HttpResponse, AppError> {
    let badge = visit.query("badge").map(BadgeId::from);
    let seen = over_time::seen(&visit.cairn, &visit.visitor, badge).await?;
    let choice = |badge: &Badge| Choice::new(badge.id.as_str(), badge.design.name.as_str());
    visit.show(&OverTimePage {
        page: visit.page("Progress over time", Place::Progress),
        back_href: visit.href(&course::progress()),
        action: visit.href(&course::over_time()),
        badge: seen
            .badge
            .as_ref()
            .map(|badge| badge.id.to_string())
            .unwrap_or_default(),
        all_badges: seen.badges.iter().map(choice).collect(),
        students: small(seen.students),
        sources: sources(&seen),
        cannot: not_earnable(&visit, &seen.badges, &seen.not_earnable),
        awards: awards(&seen),
        funnel: funnel(&seen),
    })
}

/// Where the grades are read on which these numbers rest.
fn sources(seen: &OverTime) -> Option<String> {
    let whose = match (&seen.badge, seen.badges.len()) {
        (Some(_), _) | (None, 1) => "Its rule asks",
        (None, _) => "Their rules ask",
    };
    let read = read_from(&seen.sources);
    (!seen.sources.is_empty()).then(|| format!("{whose} for grades from {read}. These numbers rest on that."))
}

fn small(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}

/// A day as the page names it.
fn day(seen: &OverTime, day: NaiveDate) -> When {
    When::date_only(seen.zone.begin(day).unwrap_or(seen.now))
}

/// The picture and the table of what was earned.
fn awards(seen: &OverTime) -> Option<AwardsPlot> {
    let first = *seen.awards.keys().next()?;
    let last = seen.zone.day(seen.now).max(*seen.awards.keys().next_back()?);
    let span = (last - first).num_days();
    let total: i64 = seen.awards.values().sum();
    // One badge is seen against the class that could have it.
    let most = if seen.badge.is_some() {
        seen.students.max(total)
    } else {
        total
    };
    let mut so_far = 0;
    let points: Vec<(i64, i64)> = seen
        .awards
        .iter()
        .map(|(day, count)| {
            so_far += count;
            ((*day - first).num_days(), so_far)
        })
        .collect();
    let by_week = span > DAYS;
    Some(AwardsPlot {
        about: about_awards(seen, total, first),
        line: plot::steps(Scale::to(span, most), &points),
        most: small(most),
        first: day(seen, first),
        last: day(seen, last),
        by_week,
        lines: lines(seen, by_week),
    })
}

fn about_awards(seen: &OverTime, total: i64, first: NaiveDate) -> String {
    let since = day(seen, first).relative(seen.zone);
    let total = small(total);
    if seen.badge.is_some() {
        let of = thousands(small(seen.students));
        format!(
            "{} of {of} students have earned it, the first on {since}.",
            thousands(total)
        )
    } else {
        format!(
            "{} earned, the first on {since}.",
            count_of(total, "badge was", "badges were")
        )
    }
}

fn lines(seen: &OverTime, by_week: bool) -> Vec<AwardsLine> {
    let mut counts: BTreeMap<NaiveDate, i64> = BTreeMap::new();
    for (day, count) in &seen.awards {
        let back = if by_week {
            day.weekday().num_days_from_monday()
        } else {
            0
        };
        let from = day.checked_sub_days(Days::new(u64::from(back))).unwrap_or(*day);
        *counts.entry(from).or_default() += count;
    }
    let mut total = 0;
    let line = |(from, count): (NaiveDate, i64)| {
        total += count;
        AwardsLine {
            day: day(seen, from),
            earned: small(count),
            total: small(total),
        }
    };
    counts.into_iter().map(line).collect()
}

/// What the bands are, from below: class and name.
const BANDS: [(&str, &str); 5] = [
    ("band-earned", "earned"),
    ("band-met", "rule met"),
    ("band-near", "one condition missing"),
    ("band-begun", "begun"),
    ("band-rest", "not begun, or no longer held"),
];

fn parts(funnel: Funnel) -> [i64; 5] {
    [
        funnel.earned,
        funnel.met,
        funnel.near,
        funnel.begun,
        funnel.rest(),
    ]
}

/// The picture and the table of where students stood.
fn funnel(seen: &OverTime) -> Option<FunnelPlot> {
    let (first, _) = seen.funnels.first_key_value()?;
    let (last, newest) = seen.funnels.last_key_value()?;
    let most = seen.funnels.values().map(|one| one.students).max()?;
    let scale = Scale::to((*last - *first).num_days(), most);
    let mut below: Vec<(i64, i64)> = seen
        .funnels
        .keys()
        .map(|day| ((*day - *first).num_days(), 0))
        .collect();
    let mut bands = Vec::with_capacity(BANDS.len());
    for (place, (class, name)) in BANDS.into_iter().enumerate() {
        let heights = seen
            .funnels
            .values()
            .map(|funnel| parts(*funnel).into_iter().nth(place).unwrap_or_default());
        let band: Vec<(i64, i64, i64)> = below
            .iter()
            .zip(heights)
            .map(|((at, low), height)| (*at, *low, *low + height))
            .collect();
        bands.push((class, name, plot::band(scale, &band)));
        below = band.into_iter().map(|(at, _, high)| (at, high)).collect();
    }
    let lines = seen.funnels.iter().rev().map(|(on, funnel)| FunnelLine {
        day: day(seen, *on),
        students: small(funnel.students),
        counts: parts(*funnel).map(small),
    });
    Some(FunnelPlot {
        about: about_funnel(seen, *last, *newest),
        bands,
        most: small(most),
        first: day(seen, *first),
        last: day(seen, *last),
        lines: lines.collect(),
    })
}

fn about_funnel(seen: &OverTime, last: NaiveDate, newest: Funnel) -> String {
    let on = day(seen, last).relative(seen.zone);
    let number = |count: i64| thousands(small(count));
    let (earned, all) = (number(newest.earned), number(newest.students));
    let begun = number(newest.met + newest.near + newest.begun);
    if seen.badge.is_some() {
        format!(
            "Before the first check on {on}, {earned} of {all} students had earned it, and {begun} more had begun."
        )
    } else {
        format!("Before the first check on {on}, {earned} of {all} were earned, and {begun} more were begun.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::GradeSource;
    use crate::domain::zone::Zone;

    fn on(day: &str) -> NaiveDate {
        day.parse().unwrap()
    }

    fn seen(awards: &[(&str, i64)], funnels: &[(&str, Funnel)]) -> OverTime {
        OverTime {
            badges: Vec::new(),
            badge: None,
            sources: Vec::new(),
            not_earnable: Vec::new(),
            students: 30,
            awards: awards.iter().map(|(day, count)| (on(day), *count)).collect(),
            funnels: funnels.iter().map(|(day, funnel)| (on(day), *funnel)).collect(),
            zone: Zone::UTC,
            now: "2027-03-01T12:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_long_time_is_told_week_by_week_and_ends_with_today() {
        // A Monday, the Sunday of its week, and a Monday.
        let long = seen(&[("2026-11-23", 2), ("2026-11-29", 3), ("2026-11-30", 1)], &[]);
        let plot = awards(&long).unwrap();
        let told: Vec<(u32, u32)> = plot.lines.iter().map(|line| (line.earned, line.total)).collect();
        assert_eq!((plot.by_week, told), (true, vec![(5, 5), (1, 6)]));
        assert_eq!(plot.lines[0].day, day(&long, on("2026-11-23")));
        assert_eq!(plot.last, day(&long, on("2027-03-01")));
        assert_eq!(
            (plot.most, plot.line.ends_with("V0H1000")),
            (6, true),
            "{}",
            plot.line
        );
        assert!(
            plot.about
                .starts_with("6 badges were earned, the first on 23 Nov 2026")
        );
        let short = awards(&seen(&[("2027-02-26", 1)], &[])).unwrap();
        assert_eq!((short.by_week, short.lines.len()), (false, 1));
        assert_eq!(awards(&seen(&[], &[])), None);
    }

    #[test]
    fn the_sources_of_all_badges_are_named() {
        let mut all = seen(&[], &[]);
        assert_eq!(sources(&all), None);
        all.sources = vec![GradeSource::Ags, GradeSource::RestMoodle, GradeSource::Csv];
        assert_eq!(
            sources(&all).as_deref(),
            Some(
                "Their rules ask for grades from the gradebook, Moodle, and a gradebook file. These numbers rest on that."
            )
        );
    }

    #[test]
    fn bands_lie_on_each_other_and_fill_the_picture() {
        let all = Funnel {
            students: 30,
            earned: 15,
            met: 0,
            near: 3,
            begun: 6,
        };
        let none = Funnel {
            students: 30,
            ..Funnel::default()
        };
        let plot = funnel(&seen(&[], &[("2027-02-27", none), ("2027-02-28", all)])).unwrap();
        let paths: Vec<&str> = plot.bands.iter().map(|(_, _, path)| path.as_str()).collect();
        assert_eq!(
            paths[0], "M0 300L1000 150L1000 300L0 300Z",
            "half of them have earned it"
        );
        assert_eq!(
            paths[4], "M0 0L1000 0L1000 60L0 300Z",
            "the rest is above all others"
        );
        assert_eq!(plot.lines[0].counts, [15, 0, 3, 6, 6], "the newest first");
        assert_eq!(
            plot.about,
            "Before the first check on 28 Feb 2027, 15 of 30 were earned, and 9 more were begun."
        );
        assert_eq!(funnel(&seen(&[], &[])), None);
    }
}

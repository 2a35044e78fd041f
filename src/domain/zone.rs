//! The time zone of an institution, in which its days begin and end; and the one place where moments become the dates that
//! people read. What is signed, stored and exchanged stays in UTC.

use std::fmt;
use std::str::FromStr as _;

use chrono::{
    DateTime, Datelike as _, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset as _,
    TimeDelta, TimeZone as _, Utc,
};
use chrono_tz::{TZ_VARIANTS, Tz};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A zone of the tz database, by its name there, such as `Europe/Berlin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Zone(Tz);

/// Who said which zone an institution is in; later ones win over earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ZoneFrom {
    /// The browser of an administrator.
    Browser,
    /// A launch by an administrator of the platform.
    Platform,
    /// An administrator, in the console.
    Console,
}

/// The zone of an institution, and who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ZoneSet {
    pub(crate) zone: Zone,
    pub(crate) from: ZoneFrom,
}

impl ZoneFrom {
    const ALL: [Self; 3] = [Self::Browser, Self::Platform, Self::Console];

    /// The word that is stored.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Platform => "platform",
            Self::Console => "console",
        }
    }

    /// The one that is stored as that word.
    #[must_use]
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// Whether what it says takes the place of what is known: the first of a kind stays, so that two administrators who
    /// travel do not move the days of everybody.
    #[must_use]
    pub(crate) fn replaces(self, known: Option<ZoneSet>) -> bool {
        known.is_none_or(|known| known.from < self || self == Self::Console)
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| D::Error::custom(format!("{name:?} is no time zone")))
    }
}

impl Zone {
    pub(crate) const UTC: Self = Self(Tz::UTC);

    /// The zone of that name; none for what is no name, such as the `99` that Moodle says of whoever has chosen none.
    #[must_use]
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Tz::from_str(name.trim()).ok().map(Self)
    }

    /// Its name in the tz database.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether it is the one that counts where none is said.
    #[must_use]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    pub(crate) fn is_utc(&self) -> bool {
        *self == Self::UTC
    }

    /// The names that a form offers: places, and UTC.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        let places = TZ_VARIANTS.iter().map(|zone| zone.name());
        let is_place = |name: &&str| name.contains('/') && !name.starts_with("Etc/") || *name == "UTC";
        places.filter(is_place)
    }

    fn local(self, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&self.0)
    }

    /// The day that a moment lies in.
    #[must_use]
    pub(crate) fn day(self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date_naive()
    }

    /// What a clock on the wall shows.
    fn wall(self, at: DateTime<Utc>) -> NaiveDateTime {
        self.local(at).naive_local()
    }

    /// The moment at which a clock on the wall shows that: the first of two where it is put back, and where it is put
    /// forward over it the moment that a clock shows which was not.
    #[must_use]
    pub(crate) fn moment(self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self.0.from_local_datetime(&wall) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.to_utc()),
            LocalResult::None => {
                let day_before = wall.checked_sub_days(Days::new(1))?;
                let offset = self.0.offset_from_utc_datetime(&day_before).fix();
                let utc = wall.checked_sub_offset(offset)?;
                Some(utc.and_utc())
            }
        }
    }

    /// The first moment of a day. Where its midnight does not exist, that is when the clock is put forward over it.
    #[must_use]
    pub(crate) fn begin(self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let midnight = day.and_time(NaiveTime::MIN);
        if let LocalResult::Single(at) | LocalResult::Ambiguous(at, _) = self.0.from_local_datetime(&midnight)
        {
            return Some(at.to_utc());
        }
        // The clock jumps from before that day into it, at a moment between these two.
        let (mut before, mut within) = (
            midnight.and_utc().timestamp() - WIDEST,
            midnight.and_utc().timestamp() + WIDEST,
        );
        while within - before > 1 {
            let middle = before + (within - before) / 2;
            if self.day(DateTime::from_timestamp(middle, 0)?) < day {
                before = middle;
            } else {
                within = middle;
            }
        }
        DateTime::from_timestamp(within, 0)
    }

    /// The end of a day, which is the first moment of the next.
    #[must_use]
    pub(crate) fn end(self, day: NaiveDate) -> Option<DateTime<Utc>> {
        self.begin(day.succ_opt()?)
    }

    /// The same time on the wall so many months later, on the last day of a month that is shorter.
    #[must_use]
    pub(crate) fn months_after(self, at: DateTime<Utc>, months: u32) -> Option<DateTime<Utc>> {
        self.moment(self.wall(at).checked_add_months(Months::new(months))?)
    }

    /// The same time on the wall so many days later.
    #[must_use]
    pub(crate) fn days_after(self, at: DateTime<Utc>, days: u32) -> Option<DateTime<Utc>> {
        self.moment(self.wall(at).checked_add_days(Days::new(u64::from(days)))?)
    }

    /// "23 Nov 2026".
    #[must_use]
    pub(crate) fn short_day(self, at: DateTime<Utc>) -> String {
        self.local(at).format("%-d %b %Y").to_string()
    }

    /// "23 Nov 2026, 11:42 CET".
    #[must_use]
    pub(crate) fn short(self, at: DateTime<Utc>) -> String {
        self.local(at).format("%-d %b %Y, %H:%M %Z").to_string()
    }

    /// "11:42 CET", with its day where that is another one than `now` is on.
    #[must_use]
    pub(crate) fn clock(self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        if self.day(at) == self.day(now) {
            self.local(at).format("%H:%M %Z").to_string()
        } else {
            self.short(at)
        }
    }

    /// "23 November 2026".
    #[must_use]
    pub(crate) fn long_day(self, at: DateTime<Utc>) -> String {
        self.local(at).format("%-d %B %Y").to_string()
    }

    /// "23 November 2026", with the time of day unless a day begins there.
    #[must_use]
    pub(crate) fn long(self, at: DateTime<Utc>) -> String {
        if self.begins_a_day(at) {
            self.long_day(at)
        } else {
            self.local(at).format("%-d %B %Y, %H:%M %Z").to_string()
        }
    }

    /// Whether a day begins at that moment.
    #[must_use]
    pub(crate) fn begins_a_day(self, at: DateTime<Utc>) -> bool {
        self.begin(self.day(at)) == Some(at)
    }

    /// "2026-11-23", as a field for a day has it.
    #[must_use]
    pub(crate) fn field_day(self, at: DateTime<Utc>) -> String {
        self.local(at).format("%Y-%m-%d").to_string()
    }

    /// "2026-11-23T11:42", as a field for a day and a time has it.
    #[must_use]
    pub(crate) fn field(self, at: DateTime<Utc>) -> String {
        self.local(at).format("%Y-%m-%dT%H:%M").to_string()
    }

    /// "2026-11-23 11:42:00 +01:00", as a table has it.
    #[must_use]
    pub(crate) fn cell(self, at: DateTime<Utc>) -> String {
        self.local(at).format("%Y-%m-%d %H:%M:%S %:z").to_string()
    }

    /// Year and month.
    #[must_use]
    pub(crate) fn month(self, at: DateTime<Utc>) -> (i32, u32) {
        let day = self.day(at);
        (day.year(), day.month())
    }
}

/// "Nov 2026": the month of a day.
#[must_use]
pub(crate) fn month_of(day: NaiveDate) -> String {
    day.format("%b %Y").to_string()
}

/// The last moment before an end: what is valid until the end of a day is valid on that day, and not on the next.
#[must_use]
pub(crate) fn last_moment(end: DateTime<Utc>) -> DateTime<Utc> {
    end.checked_sub_signed(TimeDelta::seconds(1)).unwrap_or(end)
}

/// No clock is further from UTC, and none is put forward by more than a day.
const WIDEST: i64 = 40 * 3_600;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn only_the_name_of_a_zone_is_one() {
        for name in ["Europe/Berlin", " America/Lima ", "UTC", "Asia/Kathmandu"] {
            assert!(Zone::parse(name).is_some(), "{name}");
        }
        for text in [
            "99",
            "",
            "$Person.address.timezone",
            "Berlin",
            "+02:00",
            "europe/berlin\0",
        ] {
            assert_eq!(Zone::parse(text), None, "{text:?}");
        }
        let names: Vec<_> = Zone::names().collect();
        assert!(names.contains(&"UTC") && names.contains(&"Europe/Berlin") && names.len() > 300);
        assert!(names.iter().all(|name| Zone::parse(name).is_some()));
    }

    #[test]
    fn a_moment_is_another_day_elsewhere() {
        let at = utc("2026-06-30T22:30:00Z");
        assert_eq!(Zone::UTC.short_day(at), "30 Jun 2026");
        assert_eq!(zone("Europe/Berlin").short_day(at), "1 Jul 2026");
        assert_eq!(zone("America/New_York").long(at), "30 June 2026, 18:30 EDT");
        assert_eq!(zone("Europe/Berlin").short(at), "1 Jul 2026, 00:30 CEST");
        assert_eq!(Zone::UTC.short(at), "30 Jun 2026, 22:30 UTC");
        assert_eq!(zone("Asia/Kathmandu").cell(at), "2026-07-01 04:15:00 +05:45");
        assert_eq!(zone("Pacific/Auckland").month(at), (2026, 7));
    }

    #[test]
    fn the_end_of_a_day_is_the_first_moment_of_the_next_in_that_zone() {
        let end = |name, day| zone(name).end(date(day)).unwrap();
        assert_eq!(end("UTC", "2026-06-30"), utc("2026-07-01T00:00:00Z"));
        assert_eq!(end("Europe/Berlin", "2026-06-30"), utc("2026-06-30T22:00:00Z"));
        assert_eq!(end("America/New_York", "2026-06-30"), utc("2026-07-01T04:00:00Z"));
        let berlin = zone("Europe/Berlin");
        let last = last_moment(end("Europe/Berlin", "2026-06-30"));
        assert_eq!(berlin.day(last), date("2026-06-30"));
    }

    #[test]
    fn a_day_has_23_hours_where_the_clock_is_put_forward_and_25_where_it_is_put_back() {
        let berlin = zone("Europe/Berlin");
        let hours =
            |day: &str| (berlin.end(date(day)).unwrap() - berlin.begin(date(day)).unwrap()).num_hours();
        assert_eq!(hours("2026-03-29"), 23);
        assert_eq!(hours("2026-10-25"), 25);
        assert_eq!(hours("2026-06-30"), 24);
    }

    #[test]
    fn a_day_whose_midnight_does_not_exist_begins_when_the_clock_is_put_forward() {
        // Santiago puts the clock from 24:00 to 01:00.
        let santiago = zone("America/Santiago");
        let begin = santiago.begin(date("2026-09-06")).unwrap();
        assert_eq!(begin, utc("2026-09-06T04:00:00Z"));
        assert_eq!(santiago.long(begin), "6 September 2026");
        assert_eq!(santiago.day(last_moment(begin)), date("2026-09-05"));
        assert_eq!(santiago.end(date("2026-09-05")), Some(begin));
        // Samoa left a whole day out.
        let apia = zone("Pacific/Apia");
        assert_eq!(apia.begin(date("2011-12-30")), apia.begin(date("2011-12-31")));
    }

    #[test]
    fn a_time_on_the_wall_is_one_moment_also_where_there_are_none_or_two() {
        let at = |name, wall: &str| zone(name).moment(wall.parse().unwrap()).unwrap();
        assert_eq!(
            at("Europe/Berlin", "2026-07-01T12:00:00"),
            utc("2026-07-01T10:00:00Z")
        );
        assert_eq!(
            at("Europe/Berlin", "2026-03-29T02:30:00"),
            utc("2026-03-29T01:30:00Z"),
            "left out"
        );
        assert_eq!(
            at("Europe/Berlin", "2026-10-25T02:30:00"),
            utc("2026-10-25T00:30:00Z"),
            "the first of two"
        );
        assert_eq!(
            at("America/Santiago", "2026-09-06T00:00:00"),
            utc("2026-09-06T04:00:00Z")
        );
    }

    #[test]
    fn months_and_days_later_are_counted_on_the_wall() {
        let berlin = zone("Europe/Berlin");
        // Half past midnight on 31 January there.
        let at = utc("2027-01-30T23:30:00Z");
        assert_eq!(
            berlin.day(berlin.months_after(at, 1).unwrap()),
            date("2027-02-28")
        );
        let summer = utc("2026-10-20T22:30:00Z");
        assert_eq!(berlin.day(summer), date("2026-10-21"));
        assert_eq!(
            berlin.day(berlin.days_after(summer, 10).unwrap()),
            date("2026-10-31")
        );
    }

    #[test]
    fn who_says_more_wins_and_the_first_of_a_kind_stays() {
        let set = |from| {
            Some(ZoneSet {
                zone: Zone::UTC,
                from,
            })
        };
        assert!(ZoneFrom::Browser.replaces(None) && ZoneFrom::Platform.replaces(None));
        assert!(ZoneFrom::Platform.replaces(set(ZoneFrom::Browser)));
        assert!(!ZoneFrom::Browser.replaces(set(ZoneFrom::Browser)));
        assert!(!ZoneFrom::Platform.replaces(set(ZoneFrom::Platform)));
        assert!(!ZoneFrom::Platform.replaces(set(ZoneFrom::Console)));
        for from in ZoneFrom::ALL {
            assert!(ZoneFrom::Console.replaces(set(from)), "{from:?}");
            assert_eq!(ZoneFrom::parse(from.word()), Some(from));
        }
    }

    proptest! {
        #[test]
        fn each_day_ends_where_the_next_begins(days in 0_u64..40_000, index in 0_usize..300) {
            let name = Zone::names().nth(index).unwrap();
            let zone = zone(name);
            let day = date("1990-01-01").checked_add_days(Days::new(days)).unwrap();
            let (begin, end) = (zone.begin(day).unwrap(), zone.end(day).unwrap());
            prop_assert!(begin <= end);
            prop_assert!(zone.day(begin) >= day);
            prop_assert!(zone.day(last_moment(begin)) < day);
            prop_assert_eq!(zone.moment(zone.wall(begin)).is_some(), true);
        }
    }
}

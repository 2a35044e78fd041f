//! What a page is shown with besides its own content: the zone in which its days are named, and the question to an
//! administrator's browser where nobody has said yet where the institution is.

use std::any::Any;
use std::fmt;

use askama::filters::HtmlSafe;
use askama::{FastWritable, NO_VALUES, Template, Values};

use super::page::FormFields;
use crate::domain::zone::Zone;

const ZONE: &str = "zone";
const QUESTION: &str = "zone-question";

/// The values that go with a page. A page without any names its days in UTC.
#[derive(Debug, Clone, Default)]
pub(crate) struct Zoned {
    pub(crate) zone: Zone,
    pub(crate) asks: Option<ZoneQuestion>,
}

impl From<Zone> for Zoned {
    fn from(zone: Zone) -> Self {
        Self { zone, asks: None }
    }
}

impl Values for Zoned {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        match key {
            ZONE => Some(&self.zone),
            QUESTION => self.asks.as_ref().map(|asks| asks as &dyn Any),
            _ => None,
        }
    }
}

/// The zone of the page that is being made.
pub(super) fn zone_of(values: &dyn Values) -> Zone {
    askama::get_value::<Zone>(values, ZONE)
        .copied()
        .unwrap_or_default()
}

/// A form that the script of the page fills and sends by itself: it changes nothing where more is known.
#[derive(Debug, Clone, Template)]
#[template(path = "shared/zone_question.html")]
pub(crate) struct ZoneQuestion {
    pub(crate) action: String,
    /// As in [`super::Page::session`] and [`super::Page::csrf`].
    pub(crate) session: Option<String>,
    pub(crate) csrf: String,
}

impl ZoneQuestion {
    fn fields(&self) -> FormFields<'_> {
        FormFields::of(self.session.as_deref(), &self.csrf)
    }
}

/// The name of the page's zone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ZoneName;

/// The question, where there is one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskForZone;

impl HtmlSafe for AskForZone {}

impl FastWritable for ZoneName {
    fn write_into(&self, dest: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        Ok(dest.write_str(zone_of(values).name())?)
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_into(f, NO_VALUES).map_err(|_| fmt::Error)
    }
}

impl FastWritable for AskForZone {
    fn write_into(&self, dest: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        match askama::get_value::<ZoneQuestion>(values, QUESTION) {
            Ok(question) => FastWritable::write_into(question, dest, values),
            Err(_) => Ok(()),
        }
    }
}

impl fmt::Display for AskForZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_into(f, NO_VALUES).map_err(|_| fmt::Error)
    }
}

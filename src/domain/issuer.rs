//! Who stands behind a badge (Open Badges 3.0, `Profile`).

use std::fmt;

use chrono::{DateTime, Utc};

use crate::domain::authority::Authority;
use crate::domain::theme::Colour;
use crate::domain::zone::{Zone, ZoneSet};
use crate::ids::{IssuerId, TenantId};

/// An institution that uses Cairn: the owner of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) name: String,
    /// The colour of its pages; none is Cairn's own.
    pub(crate) accent: Option<Colour>,
    /// Where its days begin and end, and who said so; none counts as UTC.
    pub(crate) time_zone: Option<ZoneSet>,
    pub(crate) created_at: DateTime<Utc>,
}

impl Tenant {
    /// The zone that counts.
    #[must_use]
    pub(crate) fn zone(&self) -> Zone {
        self.time_zone.map_or(Zone::UTC, |set| set.zone)
    }
}

/// How much there is of an institution, for the first page of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Platforms that are turned on.
    pub(crate) platforms: i64,
    pub(crate) courses: i64,
    /// Installations that wait for somebody to accept them.
    pub(crate) waiting: i64,
    /// Installations whose platform may be one that is known.
    pub(crate) reviews: i64,
    pub(crate) last_launch: Option<DateTime<Utc>>,
}

/// The public face of an institution, with a `did:web` of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issuer {
    pub(crate) id: IssuerId,
    pub(crate) tenant: TenantId,
    /// The last part of its `did:web` and of its address: lower-case letters, digits and hyphens.
    pub(crate) slug: String,
    pub(crate) name: String,
    /// The institution's own site.
    pub(crate) url: Option<String>,
    pub(crate) email: Option<String>,
    /// As in [`Tenant::accent`]: the institution's, for pages that stand in its name.
    pub(crate) accent: Option<Colour>,
    /// As in [`Tenant::zone`].
    pub(crate) zone: Zone,
    pub(crate) marks: Marks,
}

/// By what others recognise an issuer, as far as it was said in the console.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Marks {
    /// The digest (hex) of its logo in the store of pictures; PNG or SVG.
    pub(crate) logo: Option<String>,
    pub(crate) ror: Option<Ror>,
    /// The number of its page at LinkedIn, which ties a badge on a profile to that page.
    pub(crate) linkedin: Option<LinkedInId>,
    pub(crate) authority: Authority,
}

impl Marks {
    /// Whether they tell who stands behind the issuer.
    #[must_use]
    pub(crate) fn tell_authority(&self) -> bool {
        self.ror.is_some() || self.authority.is_told()
    }
}

/// An identifier of the Research Organization Registry (ror.org): nine characters, the last two a check of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ror(String);

/// The alphabet of Crockford's base 32, in which they are written.
const ALPHABET: &str = "0123456789abcdefghjkmnpqrstvwxyz";

impl Ror {
    /// Reads it as people copy it: with or without the address before it.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let id = text
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .trim_start_matches("ror.org/");
        if id.len() != 9 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) || !id.starts_with('0') {
            return None;
        }
        let (number, check) = id.split_at(7);
        let number = number.chars().try_fold(0_u64, |sum, letter| {
            let value = ALPHABET
                .chars()
                .zip(0_u64..)
                .find(|(known, _)| *known == letter)?
                .1;
            Some(sum * 32 + value)
        })?;
        let check: u64 = check.parse().ok()?;
        // ISO 7064, MOD 97-10.
        (98 - number * 100 % 97 == check).then(|| Self(id.to_owned()))
    }

    /// The identifier as it is written everywhere: an address.
    #[must_use]
    pub(crate) fn address(&self) -> String {
        format!("https://ror.org/{}", self.0)
    }
}

/// The number of an organisation at LinkedIn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkedInId(String);

impl LinkedInId {
    /// Reads the number, or the address of a page that has it.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let number = if text.contains('/') {
            let mut parts = text.split('/').filter(|part| !part.is_empty());
            parts
                .by_ref()
                .find(|part| matches!(*part, "company" | "school" | "organization"))?;
            parts.next()?
        } else {
            text
        };
        let is_number = (1..=20).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Self(number.to_owned()))
    }
}

impl fmt::Display for LinkedInId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_of_an_organisation_is_read_as_it_is_copied_and_checked() {
        for typed in ["05dxps055", "https://ror.org/05dxps055", " ror.org/05DXPS055/ "] {
            let read = Ror::parse(typed).unwrap();
            assert_eq!(read.address(), "https://ror.org/05dxps055", "{typed}");
        }
        for wrong in [
            "",
            "05dxps056",
            "15dxps055",
            "05dxps05",
            "05dxpl055",
            "https://evil.example/05dxps055",
            "05dxps0€",
        ] {
            assert_eq!(Ror::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_page_at_linkedin_is_known_by_its_number() {
        for typed in [
            "1337",
            " https://www.linkedin.com/company/1337/ ",
            "https://www.linkedin.com/school/1337/about",
        ] {
            let read = LinkedInId::parse(typed);
            assert_eq!(read.map(|id| id.to_string()).as_deref(), Some("1337"), "{typed}");
        }
        for wrong in [
            "",
            "north-coast",
            "https://www.linkedin.com/company/north-coast/",
            "13 37",
            "https://www.linkedin.com/in/1337",
        ] {
            assert_eq!(LinkedInId::parse(wrong), None, "{wrong}");
        }
    }
}

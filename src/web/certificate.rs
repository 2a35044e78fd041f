//! A signed badge as a sheet of paper, for its public page and for its holder.

use chrono::DateTime;
use chrono::Utc;

use crate::domain::award::{Award, Standing};
use crate::domain::badge::Kind;
use crate::domain::sentence::number;
use crate::domain::tags::{hours_tag, level_tag, unit_tag};
use crate::domain::zone::Zone;
use crate::service::Cairn;
use crate::service::base::drawings::Asker;
use crate::service::base::error::ServiceError;
use crate::service::credential::baked;
use crate::service::credential::qr;
use crate::web::markdown;
use crate::web::views::shared::{Certificate, PictureView, When, WhereToCheck};
use openbadges::OpenBadgeCredential;

/// Characters of criteria that a sheet has room for, and lines.
const CRITERIA: (usize, usize) = (380, 7);
/// Characters of the outcome.
const OUTCOME: usize = 260;

/// What a sheet is made from.
pub(crate) struct Sheet<'a> {
    /// In which days are named.
    pub(crate) zone: Zone,
    pub(crate) document: &'a OpenBadgeCredential,
    /// Whose name stands on it.
    pub(crate) holder: Option<String>,
    pub(crate) warning: Option<Warning>,
    /// Where anybody can check it.
    pub(crate) address: Option<String>,
}

/// Why a badge must not be relied on.
pub(crate) enum Warning {
    Suspended(When),
    Expired(When),
    Revoked(When),
    Unproven,
}

impl Warning {
    /// What the award itself says, for its holder.
    #[must_use]
    pub(crate) fn of(award: &Award, now: DateTime<Utc>) -> Option<Self> {
        match award.standing(now) {
            Standing::InForce => None,
            Standing::Suspended => award.suspended_since.map(When::date_only).map(Self::Suspended),
            Standing::Expired => award.valid_until.map(When::last_day).map(Self::Expired),
            Standing::Revoked => award
                .revocation
                .as_ref()
                .map(|one| Self::Revoked(When::date_only(one.at))),
        }
    }

    fn words(&self, zone: Zone) -> (String, String) {
        let (word, sentence) = match self {
            Self::Suspended(when) => (
                "Suspended",
                format!(
                    "Under review since {}. Whether it counts is being decided; its page says how it stands.",
                    when.relative(zone)
                ),
            ),
            Self::Expired(when) => ("Expired", format!("It was valid until {}.", when.relative(zone))),
            Self::Revoked(when) => (
                "Revoked",
                format!(
                    "Its issuer took it back on {}. It is no longer valid.",
                    when.relative(zone)
                ),
            ),
            Self::Unproven => (
                "Not confirmed",
                "A check failed: do not rely on this badge.".to_owned(),
            ),
        };
        (word.to_owned(), sentence)
    }
}

/// The sheet for a signed badge.
///
/// # Errors
/// [`ServiceError::Internal`] when its address is too long for a QR code, [`ServiceError::Busy`] for somebody for whom too much is
/// to be drawn already.
pub(crate) async fn view(
    cairn: &Cairn,
    asker: &Asker,
    sheet: Sheet<'_>,
) -> Result<Certificate, ServiceError> {
    let document = sheet.document;
    let achievement = &document.credential_subject.achievement;
    let image = achievement.image.as_ref();
    let outcome = achievement.description.split("\n\n").next().unwrap_or_default();
    let narrative = achievement.criteria.narrative.as_deref().unwrap_or_default();
    let criteria = beginning(narrative, CRITERIA);
    let check = match sheet.address {
        Some(url) => Some(WhereToCheck {
            code: qr::picture(cairn, asker, &url).await?,
            url,
        }),
        None => None,
    };
    Ok(Certificate {
        name: achievement.name.clone(),
        picture: PictureView {
            src: image
                .and_then(|image| baked::picture_path(&image.id))
                .unwrap_or_default(),
            alt: image.and_then(|image| image.caption.clone()).unwrap_or_default(),
        },
        holder: sheet.holder,
        issuer: document.issuer.name.clone().unwrap_or_default(),
        awarded: When::date_only(document.awarded_date.unwrap_or(document.valid_from)),
        until: document.valid_until.map(When::last_day),
        warning: sheet.warning.map(|warning| warning.words(sheet.zone)),
        outcome: beginning(outcome, (OUTCOME, 4)).unwrap_or_else(|| outcome.to_owned()),
        shortened: criteria.is_some(),
        criteria: markdown::render(criteria.as_deref().unwrap_or(narrative)),
        facts: facts(document),
        number: check
            .as_ref()
            .is_none_or(|check: &WhereToCheck| check.url != document.id)
            .then(|| document.id.clone()),
        check,
    })
}

fn facts(document: &OpenBadgeCredential) -> Vec<String> {
    let achievement = &document.credential_subject.achievement;
    let tagged = |read: fn(&str) -> Option<&str>| achievement.tag.iter().find_map(|tag| read(tag));
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| achievement.tag.iter().any(|tag| tag == kind.word()));
    let facts = [
        kind.map(|kind| format!("{} badge", kind.word())),
        tagged(hours_tag).map(|hours| {
            if hours == "1" {
                "1 hour".to_owned()
            } else {
                format!("{hours} hours")
            }
        }),
        achievement
            .credits_available
            .map(|credits| format!("{} {}", number(credits), tagged(unit_tag).unwrap_or("credits"))),
        tagged(level_tag).map(|level| format!("Level {level}")),
    ];
    facts.into_iter().flatten().collect()
}

/// The beginning of a text with more characters or lines than there is room for, up to a whole word; nothing for a text
/// that fits.
fn beginning(text: &str, (characters, lines): (usize, usize)) -> Option<String> {
    let text = text.trim();
    let fewer: Vec<&str> = text.lines().take(lines).collect();
    let fewer = fewer.join("\n");
    let short: String = fewer.chars().take(characters).collect();
    if short.len() == text.len() {
        return None;
    }
    let whole = match short.rsplit_once(char::is_whitespace) {
        Some((whole, _)) if short.len() < fewer.len() => whole,
        _ => short.as_str(),
    };
    Some(format!("{} …", whole.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_does_not_fit_ends_with_a_whole_word() {
        assert_eq!(beginning("Cleans data.", (20, 2)), None);
        assert_eq!(
            beginning("Cleans data with care.", (16, 2)).as_deref(),
            Some("Cleans data …")
        );
        assert_eq!(beginning("a\nb\nc\n", (20, 2)).as_deref(), Some("a\nb …"));
        assert_eq!(beginning(&"x".repeat(30), (20, 2)).unwrap().chars().count(), 22);
    }
}

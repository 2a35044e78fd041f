//! Ways to show a badge elsewhere, once its holder lets sites have its preview: LinkedIn, a piece of HTML, a QR code.

use chrono::{DateTime, Utc};
use html_escape::encode_double_quoted_attribute;
use url::form_urlencoded::Serializer;

use crate::domain::award::Standing;
use crate::domain::zone::{Zone, last_moment};
use crate::service::Cairn;
use crate::service::base::drawings::Asker;
use crate::service::base::error::ServiceError;
use crate::service::credential::qr;
use crate::service::credential::share::Mine;
use crate::web::views::learner::Elsewhere;

/// LinkedIn's form for a certification of one's own; it asks nobody whether it is true.
const LINKEDIN: &str = "https://www.linkedin.com/profile/add";

/// What to use elsewhere; none while the public page has no preview and no picture for others.
///
/// # Errors
/// [`ServiceError::Internal`] when the address is too long for a QR code.
pub(super) async fn elsewhere(
    cairn: &Cairn,
    asker: &Asker,
    mine: &Mine,
    zone: Zone,
) -> Result<Option<Elsewhere>, ServiceError> {
    if !mine.policy.has_public_pages()
        || !mine.credential.visibility.downloads
        || mine.credential.visibility.hidden
        // What was taken back is not shown off.
        || mine.award.standing(mine.now) == Standing::Revoked
    {
        return Ok(None);
    }
    Ok(Some(Elsewhere {
        // Nothing is to be added to a profile that has ended or may end.
        linkedin_href: (mine.award.standing(mine.now) == Standing::InForce).then(|| linkedin(mine, zone)),
        snippet: snippet(mine),
        code: qr::picture(cairn, asker, &mine.public_url).await?,
        wallet_code: qr::picture(cairn, asker, &format!("{}.json", mine.public_url)).await?,
    }))
}

fn linkedin(mine: &Mine, zone: Zone) -> String {
    let achievement = &mine.document.credential_subject.achievement;
    let issuer = mine.document.issuer.name.as_deref().unwrap_or_default();
    let month = |at: DateTime<Utc>| {
        let (year, month) = zone.month(at);
        (year.to_string(), month.to_string())
    };
    let (issue_year, issue_month) = month(mine.award.awarded_at);
    let mut query = Serializer::new(String::new());
    query
        .append_pair("startTask", "CERTIFICATION_NAME")
        .append_pair("name", &achievement.name);
    // The number ties the entry to the institution's own page; the name alone leads to none.
    match &mine.linkedin {
        Some(number) => query.append_pair("organizationId", &number.to_string()),
        None => query.append_pair("organizationName", issuer),
    };
    query
        .append_pair("issueYear", &issue_year)
        .append_pair("issueMonth", &issue_month);
    if let Some((year, month)) = mine.award.valid_until.map(last_moment).map(month) {
        query
            .append_pair("expirationYear", &year)
            .append_pair("expirationMonth", &month);
    }
    query
        .append_pair("certUrl", &mine.public_url)
        .append_pair("certId", &mine.credential.slug);
    format!("{LINKEDIN}?{}", query.finish())
}

/// A picture that links to the public page, for any site.
fn snippet(mine: &Mine) -> String {
    let achievement = &mine.document.credential_subject.achievement;
    let issuer = mine.document.issuer.name.as_deref().unwrap_or_default();
    let alt = format!("{}, a badge issued by {issuer}", achievement.name);
    let alt = encode_double_quoted_attribute(&alt);
    let url = encode_double_quoted_attribute(&mine.public_url);
    format!(r#"<a href="{url}"><img src="{url}.png" alt="{alt}" width="200" height="200"></a>"#)
}

#[cfg(test)]
mod tests {
    use super::encode_double_quoted_attribute as escaped;

    #[test]
    fn a_name_cannot_leave_the_attribute() {
        assert_eq!(escaped("R&D \"><script>"), "R&amp;D &quot;&gt;&lt;script&gt;");
    }
}

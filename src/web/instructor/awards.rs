//! `/c/{course}/badges/{badge}/awards`: who holds a badge; `/renew` below the badge awards again what has lapsed, `/revoke` below the badge reviews taking some back, and
//! `/revoke/confirm` does it.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::award::Standing;
use crate::domain::badge::{Badge, Expiry};
use crate::domain::policy::Power;
use crate::ids::{AwardId, BadgeId, SectionId};
use crate::service::award::awarding;
use crate::service::award::holders::{self, AwardPage, Holder, Holders};
use crate::service::badge::pictures;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::policies;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paged;
use crate::web::paths::course;
use crate::web::views::instructor::{AwardRow, BadgeAwardsPage, Losing, RevokePage};
use crate::web::views::shared::{PictureView, Problem, ProblemList, SectionList, Status, StatusChip, When};
use crate::web::words;
use crate::web::words::errors;

/// Holders on one page.
const HOLDERS: i64 = 50;
/// Most awards that one form takes back: they change in one transaction, and each stands by name on the page before.
const MOST: usize = 500;

/// Lists the routes of these pages.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::BADGE_AWARDS, web::get().to(awards))
        .route(course::BADGE_AWARDS, web::post().to(awards))
        .route(course::BADGE_RENEW, web::post().to(renew))
        .route(course::BADGE_REVOKE, web::get().to(review))
        .route(course::BADGE_REVOKE, web::post().to(review))
        .route(course::BADGE_REVOKE_CONFIRM, web::post().to(revoke));
}

/// The holders.
///
/// # Errors
/// Forbidden for all but instructors; not found for a badge of elsewhere.
pub(crate) async fn awards(
    visit: Visit,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let badge = BadgeId::from(path.into_inner().1);
    let page = list(&visit, &badge, ProblemList::default()).await?;
    visit.show(&page)
}

async fn list(
    visit: &Visit,
    badge: &BadgeId,
    problems: ProblemList,
) -> Result<BadgeAwardsPage, ServiceError> {
    let part = paged::asked(visit, HOLDERS);
    let section = visit.query("section").map(SectionId::from);
    let Holders {
        badge,
        sections,
        section,
        shown,
        total,
        part,
        held,
        expired,
        revoked,
        former,
        lapsing,
        revocable,
        renewable,
    } = holders::page(&visit.cairn, &visit.visitor, badge, section, part).await?;
    let powers = policies::powers(&visit.cairn, &visit.visitor).await?;
    let may_revoke = powers.revoke;
    let now = visit.cairn.clock.now();
    let row = |holder: &Holder| {
        let award = &holder.award;
        let person = &award.person;
        AwardRow {
            award_id: award.id.to_string(),
            student: holder.person.display_name(),
            awarded: When::date_only(award.awarded_at),
            until: award.valid_until.map(When::last_day),
            standing: standing(award.standing(now)),
            suspended: award
                .suspended_since
                .filter(|_| award.standing(now) == Standing::Suspended)
                .map(When::date_only),
            reason: award.revocation.as_ref().map(|gone| gone.reason.clone()),
            renewable: powers.approve && holder.renewable,
            revocable: may_revoke && award.revocation.is_none(),
            decision_href: visit.href(&course::decision(&badge.id, person)),
            credential_href: holder.page.path(),
            kept: holder.page == AwardPage::Kept,
            former: holder.former,
        }
    };
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let path = course::badge_awards(&badge.id);
    let sections = SectionList::of(&sections, section.as_ref().map(|section| &section.id));
    let kept = [("section", sections.chosen.as_str())];
    let paging = paged::paging(visit, &path, &kept, part, shown.len(), total);
    // Who sees a part of the holders is not asked about all of them.
    let of_all = |count: usize| if section.is_none() { count } else { 0 };
    Ok(BadgeAwardsPage {
        page: visit.page(&badge.design.name, Place::Badges),
        picture: picture(&badge),
        rows: shown.iter().map(row).collect(),
        held: small(held),
        expired: small(expired),
        revoked: small(revoked),
        former: small(former),
        action: visit.href(&path),
        paging,
        sections,
        revoke_action: visit.href(&course::badge_revoke(&badge.id)),
        renew_action: visit.href(&course::badge_renew(&badge.id)),
        renewal: (badge.design.expiry != Expiry::Never)
            .then(|| words::renewals::to_everybody(badge.design.renewal)),
        renewable: if powers.approve { of_all(renewable) } else { 0 },
        renewing_is_kept: renewable > 0 && !powers.approve,
        lapsing,
        everyone: of_all(revocable),
        may_revoke,
        reading: visit.visitor.session.reading,
        problems,
        back_href: visit.href(""),
    })
}

fn picture(badge: &Badge) -> PictureView {
    PictureView {
        src: pictures::href(&badge.design.picture),
        alt: badge.design.picture_alt.clone(),
    }
}

fn standing(standing: Standing) -> StatusChip {
    match standing {
        Standing::InForce => Status::Earned.saying("Valid"),
        Standing::Suspended => Status::NeedsAttention.saying("Suspended"),
        Standing::Expired => Status::Neutral.saying("Expired"),
        Standing::Revoked => Status::NeedsAttention.saying("Revoked"),
    }
}

fn problem(field: &str, text: impl Into<String>) -> ProblemList {
    ProblemList(vec![Problem {
        field: field.to_owned(),
        text: text.into(),
    }])
}

/// Those ticked in the list, or the one that a link names.
fn chosen(visit: &Visit) -> Vec<AwardId> {
    let ticked = visit.fields.all("award").map(AwardId::from);
    let named = url::form_urlencoded::parse(visit.query_string.as_bytes())
        .filter(|(name, _)| name == "award")
        .map(|(_, id)| AwardId::from(id.into_owned()));
    ticked.chain(named).take(MOST.saturating_add(1)).collect()
}

/// What revoking the chosen ones would do.
///
/// # Errors
/// As [`awards`]; forbidden where the institution leaves it to administrators.
pub(crate) async fn review(
    visit: Visit,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    policies::check(&visit.cairn, &visit.visitor, Power::Revoke).await?;
    let badge = BadgeId::from(path.into_inner().1);
    let which = if visit.fields.get("everyone").is_some() {
        holders::everyone(&visit.cairn, &visit.visitor, &badge).await?
    } else {
        chosen(&visit)
    };
    if which.len() > MOST {
        return too_many(&visit, &badge).await;
    }
    let (known, holders) = holders::revocable(&visit.cairn, &visit.visitor, &badge, &which).await?;
    if holders.is_empty() {
        let text = if which.is_empty() {
            "Nobody was chosen. Tick the students whose badge is to be revoked."
        } else {
            "What was chosen is revoked already."
        };
        return visit.show_again(&list(&visit, &badge, problem("", text)).await?);
    }
    visit.show(&asking(&visit, &known, &holders, ProblemList::default()))
}

/// Revokes, when the number shown is still the number of those that would be revoked.
///
/// # Errors
/// As [`awards`]; a conflict when somebody else was faster.
pub(crate) async fn revoke(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let badge = BadgeId::from(path.into_inner().1);
    let which = chosen(&visit);
    if which.len() > MOST {
        return too_many(&visit, &badge).await;
    }
    let done_href = visit.href_saying(&course::badge_awards(&badge), "revoked");
    let (known, holders) = holders::revocable(&visit.cairn, &visit.visitor, &badge, &which).await?;
    if holders.is_empty() && !which.is_empty() {
        // The same form, sent twice.
        return Ok(visit.go(&done_href));
    }
    let confirmed = visit
        .fields
        .get("confirm")
        .and_then(|text| text.parse::<usize>().ok());
    if confirmed != Some(holders.len()) || holders.is_empty() {
        let sentence = "The number of badges to be revoked is no longer the one that was shown. Nothing was \
                        revoked; open the list again and choose once more.";
        return Err(ServiceError::form(ErrorKind::Conflict, "award.number", sentence).into());
    }
    let reason = visit.fields.text("reason");
    match awarding::revoke(&visit.cairn, &visit.visitor, &badge, &which, &reason).await {
        Ok(_) => Ok(visit.go(&done_href)),
        Err(error) if error.is_invalid() => visit.show_again(&asking(
            &visit,
            &known,
            &holders,
            problem("reason", errors::sentence(&error)),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Renews the award of one student, or of all whose badge has lapsed and who meet its rule.
///
/// # Errors
/// As [`awards`]; forbidden where the institution leaves it to administrators; a conflict for who does not meet the rule.
pub(crate) async fn renew(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let badge = BadgeId::from(path.into_inner().1);
    let mut which = if visit.fields.get("everyone").is_some() {
        holders::lapsed(&visit.cairn, &visit.visitor, &badge).await?
    } else {
        chosen(&visit)
    };
    // What is beyond stays in the list, for the next click.
    which.truncate(MOST);
    awarding::renew(&visit.cairn, &visit.visitor, &badge, &which).await?;
    Ok(visit.go(&visit.href_saying(&course::badge_awards(&badge), "renewed")))
}

/// The list again, with the sentence that these are more than one form takes back.
async fn too_many(visit: &Visit, badge: &BadgeId) -> Result<HttpResponse, AppError> {
    let text = format!(
        "At most {MOST} badges are revoked at once. Choose fewer, page by page; nothing was revoked."
    );
    visit.show_again(&list(visit, badge, problem("", text)).await?)
}

fn asking(visit: &Visit, badge: &Badge, holders: &[Holder], problems: ProblemList) -> RevokePage {
    let person = |holder: &Holder| Losing {
        award_id: holder.award.id.to_string(),
        student: holder.person.display_name(),
        awarded: When::date_only(holder.award.awarded_at),
    };
    RevokePage {
        page: visit.page(&format!("Revoke “{}”?", badge.design.name), Place::Badges),
        badge_name: badge.design.name.clone(),
        picture: picture(badge),
        people: holders.iter().map(person).collect(),
        reason: visit.fields.raw("reason").unwrap_or_default().to_owned(),
        problems,
        action: visit.href(&course::badge_revoke_confirm(&badge.id)),
        back_href: visit.href(&course::badge_awards(&badge.id)),
    }
}

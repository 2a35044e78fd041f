//! `/issuers/{slug}/achievements/{badge}`: what a badge stands for. It is the badge's name in every credential.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::{checks, endorsed, open_to_all, or_nothing, show_in};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::issuer::Issuer;
use crate::domain::sentence::number;
use crate::ids::BadgeId;
use crate::service::Cairn;
use crate::service::badge::pictures;
use crate::service::base::addresses;
use crate::service::credential::about::{self, About, Assessed, Other};
use crate::service::credential::build::criteria_in_full;
use crate::service::credential::endorsing::{self, Told};
use crate::service::credential::publish;
use crate::web::badge_facts::validity;
use crate::web::error::AppError;
use crate::web::views::public::AchievementPage;
use crate::web::views::shared::{LinkTo, PictureView, PublicPage, When, count_of};
use crate::web::{accept, markdown, words};

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(addresses::ACHIEVEMENT, web::get().to(achievement))
        .route(addresses::ACHIEVEMENT, web::head().to(achievement));
}

/// The page, or the achievement where JSON is asked for.
pub(crate) async fn achievement(
    cairn: web::Data<Cairn>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (slug, badge) = path.into_inner();
    let found = publish::badge(&cairn, &slug, &BadgeId::from(badge)).await;
    let (issuer, badge) = match or_nothing(found, "badge")? {
        Ok(found) => found,
        Err(nothing) => return Ok(nothing),
    };
    let endorsements = endorsing::about(&cairn, &badge).await?;
    match accept::best(
        &request,
        &["text/html", "application/ld+json", "application/json"],
    ) {
        "text/html" => {
            let about = about::of(&cairn, &badge).await?;
            show_in(
                issuer.zone,
                StatusCode::OK,
                &view(&issuer, &badge, &about, &endorsements),
            )
        }
        media => Ok(open_to_all(300)
            .insert_header(("content-type", media))
            .body(publish::achievement_document(&cairn, &issuer, &badge, &endorsements)?.to_string())),
    }
}

/// A link to another badge, with the course that it is of.
fn linked(issuer: &Issuer, other: &Other) -> (LinkTo, String) {
    let link = LinkTo {
        href: addresses::achievement(&issuer.slug, &other.id),
        text: other.name.clone(),
    };
    (link, other.course.clone().unwrap_or_default())
}

fn view(issuer: &Issuer, badge: &Badge, about: &About, endorsements: &[Told]) -> AchievementPage {
    let design = &badge.design;
    let mut facts = Vec::new();
    if let Some(hours) = design.hours {
        facts.push(("Hours of work".to_owned(), number(hours)));
    }
    if let Some(credits) = design.credits {
        let unit = design.details.credit_unit.as_deref().unwrap_or_default();
        let text = format!("{} {unit}", number(credits)).trim_end().to_owned();
        facts.push(("Credits".to_owned(), text));
    }
    if let Some(level) = &design.level {
        facts.push(("Level".to_owned(), level.clone()));
    }
    for (term, text) in [
        ("Course code", &design.details.code),
        ("Field of study", &design.details.field),
    ] {
        facts.extend(text.as_ref().map(|text| (term.to_owned(), text.clone())));
    }
    if !design.details.skills.is_empty() {
        facts.push(("Skills in words".to_owned(), design.details.skills.join(", ")));
    }
    facts.extend(validity(design));
    if let Some((least, most)) = about.hours {
        let text = if least == most {
            number(most)
        } else if least.is_zero() {
            format!("up to {}", number(most))
        } else {
            format!("{} to {}", number(least), number(most))
        };
        facts.push(("Hours of its parts".to_owned(), text));
    }
    if let Some(count) = about.holders {
        facts.push(("Held by".to_owned(), count_of(count, "person", "people")));
    }
    let links = |others: &[Other]| others.iter().map(|one| linked(issuer, one)).collect::<Vec<_>>();
    let skill = |one: &crate::domain::badge::Alignment| LinkTo {
        href: one.url.clone(),
        text: checks::skill(&one.name, one.framework.as_deref(), one.code.as_deref()),
    };
    let level = design.level.as_ref().zip(design.details.level_url.as_ref());
    let level = level.map(|(name, url)| LinkTo {
        href: url.clone(),
        text: format!("Level: {name}"),
    });
    AchievementPage {
        page: PublicPage::titled(&design.name).in_accent(issuer.accent),
        name: design.name.clone(),
        picture: PictureView {
            src: pictures::href(&design.picture),
            alt: design.picture_alt.clone(),
        },
        issuer: LinkTo {
            href: addresses::issuer(&issuer.slug),
            text: issuer.name.clone(),
        },
        outcome: design.outcome.clone(),
        description: design.description.clone(),
        criteria: markdown::render(&criteria_in_full(&design.criteria, &design.details.assessment)),
        kind: design.kind.word().to_owned(),
        kind_meaning: checks::meaning(design.kind, about.assessed == [Assessed::Badges]).to_owned(),
        facts,
        skills: design.alignments.iter().map(skill).chain(level).collect(),
        endorsements: endorsed::lines(endorsements, &issuer.name),
        retired: badge.state == BadgeState::Retired,
        rule: about.rule.clone(),
        assessed: about
            .assessed
            .iter()
            .map(|one| checks::assessed(*one).to_owned())
            .collect(),
        changed: When::date_only(about.changed_at),
        reviewed: about.reviewed_at.map(When::date_only),
        parts_end: about
            .terms
            .as_ref()
            .map(|terms| words::programmes::parts_end(terms.parts_end).to_owned()),
        prerequisites: links(&about.prerequisites),
        parts: links(&about.parts),
        above: links(&about.above),
    }
}

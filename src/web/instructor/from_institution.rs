//! `/c/{course}/institution`: badges of the institution that the course may take, and the form that says what of the course stands in
//! the places of a rule.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::badge::Design;
use crate::domain::institution_badge::{Place as Asked, Wants};
use crate::domain::sentence::number;
use crate::ids::BadgeId;
use crate::service::badge::pictures;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::refusal::{InstitutionBadgeRefusal, Refusal};
use crate::service::course::from_institution::{
    self, Changed, Form, Offer, Proposed, Standing, Taken, Waiting,
};
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{
    InstitutionBadgePage, InstitutionLine, InstitutionPage, OfferLine, PlaceRow,
};
use crate::web::views::shared::{Choice, LinkTo, PictureView, Problem, ProblemList, Status, count_of};
use crate::web::words::{self, institution_badges, states};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::INSTITUTION, web::get().to(list))
        .route(course::INSTITUTION, web::post().to(list))
        .route(course::INSTITUTION_BADGE, web::get().to(show))
        .route(course::INSTITUTION_BADGE, web::post().to(show))
        .route(course::INSTITUTION_TAKE, web::post().to(take));
}

/// What the course page says of them; nothing where there is none.
pub(super) fn line(visit: &Visit, waiting: Waiting) -> Option<OfferLine> {
    let Waiting {
        open,
        taken,
        newer,
        unanswered,
    } = waiting;
    if open == 0 && taken == 0 {
        return None;
    }
    let count = |count: usize| count_of(u32::try_from(count).unwrap_or(u32::MAX), "badge", "badges");
    let mut told = Vec::new();
    if open > 0 {
        told.push(format!("{} that this course can take", count(open)));
    }
    if newer > 0 {
        told.push(format!("a newer version exists of {}", count(newer)));
    }
    if unanswered > 0 {
        told.push(format!("say what the rule means here in {}", count(unanswered)));
    }
    Some(OfferLine {
        text: told.join("; "),
        href: visit.href(&course::institution()),
        action: "Badges of your institution",
    })
}

fn picture(design: &Design) -> PictureView {
    PictureView {
        src: pictures::href(&design.picture),
        alt: design.picture_alt.clone(),
    }
}

fn kind(design: &Design) -> String {
    format!("{} badge", design.kind.word())
}

async fn list(visit: Visit) -> Result<HttpResponse, AppError> {
    let (institution, offers) = from_institution::list(&visit.cairn, &visit.visitor).await?;
    visit.show(&InstitutionPage {
        page: visit.page("Badges of your institution", Place::Badges),
        institution,
        badges: offers.iter().map(|offer| offered(&visit, offer)).collect(),
        back_href: visit.href(""),
    })
}

fn offered(visit: &Visit, offer: &Offer) -> InstitutionLine {
    let form = |text: &str| {
        Some(LinkTo {
            href: visit.href(&course::institution_badge(&offer.badge)),
            text: text.to_owned(),
        })
    };
    let own = |id: &BadgeId| Some(visit.href(&course::badge_edit(id)));
    let (state, take, own_href) = match &offer.standing {
        Standing::Open => (Status::Neutral.saying("Not taken yet"), form("Take it"), None),
        Standing::Taken(id, state) => (states::badge(state), None, own(id)),
        Standing::Newer(id, _) => (
            Status::NeedsAttention.saying("A newer version exists"),
            form("Look at the newer version"),
            own(id),
        ),
        Standing::Unanswered(id, _) => (
            Status::NeedsAttention.saying("Not answered"),
            form("Say what its rule means here"),
            own(id),
        ),
    };
    InstitutionLine {
        name: offer.design.name.clone(),
        picture: picture(&offer.design),
        state,
        kind: kind(&offer.design),
        outcome: offer.design.outcome.clone(),
        asks: offer.asks.clone(),
        take,
        own_href,
    }
}

async fn show(visit: Visit, path: web::Path<(String, BadgeId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let form = from_institution::form(&visit.cairn, &visit.visitor, &id).await?;
    visit.show(&view(&visit, &form, Vec::new()))
}

/// The name of the field of a place.
fn field(place: &Asked) -> String {
    format!("place.{}", place.id)
}

fn view(visit: &Visit, form: &Form, problems: Vec<Problem>) -> InstitutionBadgePage {
    let Offer {
        badge,
        design,
        version,
        asks,
        standing,
    } = &form.offer;
    let newer = matches!(standing, Standing::Newer(..));
    let otherwise = form.otherwise.iter();
    let otherwise = otherwise.map(|one| {
        let what = institution_badges::part(one.part);
        match one.part {
            Changed::Picture => (what, "another one".to_owned(), "the one above".to_owned()),
            Changed::Name | Changed::Substance(_) => (what, one.before.clone(), one.after.clone()),
        }
    });
    let places = form.places.iter();
    InstitutionBadgePage {
        page: visit.page(&design.name, Place::Badges),
        institution: form.institution.clone(),
        picture: picture(design),
        kind: kind(design),
        outcome: design.outcome.clone(),
        criteria: design.criteria.clone(),
        asks: asks.clone(),
        newer,
        has_it: *standing != Standing::Open,
        otherwise: if newer { otherwise.collect() } else { Vec::new() },
        version: *version,
        rows: places
            .map(|one| row(visit, form, &one.place, one.proposed.as_ref()))
            .collect(),
        problems: ProblemList(problems),
        action: visit.href(&course::institution_take(badge)),
        confirm: match standing {
            Standing::Newer(..) => "Take the newer version",
            Standing::Unanswered(..) => "Save what its rule means here",
            Standing::Open | Standing::Taken(..) => "Take it",
        },
        elsewhere_href: visit.href(&course::grades_elsewhere()),
        back_href: visit.href(&course::institution()),
    }
}

fn row(visit: &Visit, form: &Form, place: &Asked, proposed: Option<&Proposed>) -> PlaceRow {
    let zone = visit.visitor.zone();
    let (label, asked, choices): (String, String, Vec<Choice>) = match &place.wants {
        Wants::Column { at_least, .. } => {
            let own = form.things.columns.iter().map(|item| {
                let mark = words::namesakes::further(form.column_marks.get(&item.id), zone);
                let words = format!("{} (of {} points{mark})", item.label, number(item.maximum));
                Choice::new(item.id.as_str(), words)
            });
            let elsewhere = form.things.elsewhere.iter().map(|column| {
                let words = format!("{} (read from {})", column.label, column.source.words());
                Choice::new(column.id.as_str(), words)
            });
            (
                format!("The assignment for “{}”", place.name),
                format!("At least {} percent are needed in it.", number(*at_least)),
                own.chain(elsewhere).collect(),
            )
        }
        Wants::Activity => {
            let choices = form.things.activities.iter().map(|one| {
                let mark = form.activity_marks.get(&one.id);
                let words = words::namesakes::told_apart(&one.title, mark, zone);
                Choice::new(one.id.as_str(), words)
            });
            (
                format!("The evidence activity for “{}”", place.name),
                "What is handed in there has to be approved.".to_owned(),
                choices.collect(),
            )
        }
    };
    let field = field(place);
    let typed = visit.fields.raw(&field).map(str::to_owned);
    let hint = match proposed.map(|proposed| proposed.by) {
        Some(Some(by)) => format!("{asked} {}", institution_badges::found_by(by)),
        Some(None) => format!("{asked} You chose it before."),
        None => format!("{asked} Nothing in this course was found for it: choose it."),
    };
    PlaceRow {
        chosen: typed.unwrap_or_else(|| proposed.map(|one| one.id.clone()).unwrap_or_default()),
        field,
        label,
        hint,
        choices,
    }
}

async fn take(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let pairs = visit.fields.pairs.iter();
    let answers: BTreeMap<String, String> = pairs
        .filter_map(|(name, value)| Some((name.strip_prefix("place.")?.to_owned(), value.clone())))
        .collect();
    let version = visit.fields.text("version").parse().unwrap_or_default();
    let taken = from_institution::take(&visit.cairn, &visit.visitor, &id, version, answers).await;
    match taken {
        Ok(Taken::New(badge)) => {
            let to = visit.href_saying(&course::badge_preview(&badge), "institution-taken");
            Ok(visit.go(&to))
        }
        Ok(Taken::Newer(badge)) => {
            let to = visit.href_saying(&course::badge_preview(&badge), "institution-newer");
            Ok(visit.go(&to))
        }
        Ok(Taken::Draft(badge)) => {
            let to = visit.href_saying(&course::badge_preview(&badge), "institution-draft");
            Ok(visit.go(&to))
        }
        Ok(Taken::Looks(badge)) => {
            let to = visit.href_saying(&course::badge_edit(&badge), "institution-looks");
            Ok(visit.go(&to))
        }
        Err(error) if error.kind() == ErrorKind::Unprocessable => {
            let form = from_institution::form(&visit.cairn, &visit.visitor, &id).await?;
            let problem = at_place(&form, &error);
            visit.show_again(&view(&visit, &form, vec![problem]))
        }
        Err(error) => Err(error.into()),
    }
}

/// What is refused, at the field of the place that it is about.
fn at_place(form: &Form, error: &ServiceError) -> Problem {
    use InstitutionBadgeRefusal::{OtherCourse, Twice, Unanswered};
    let about = error.refusals().iter().find_map(|refusal| match refusal {
        Refusal::InstitutionBadge(Unanswered { place } | OtherCourse { place } | Twice { place }) => {
            Some(place)
        }
        _ => None,
    });
    let mut places = form.places.iter().map(|one| &one.place);
    let place = about.and_then(|name| places.find(|place| place.name == *name));
    Problem {
        field: place.map(field).unwrap_or_default(),
        text: words::errors::sentence(error),
    }
}

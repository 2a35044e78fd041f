//! `/c/{course}/mine`: all my badges, of every course and platform of the institution.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use url::form_urlencoded::Serializer;

use super::credential::from_all;
use super::home::share;
use crate::domain::decision::Decision;
use crate::domain::sentence::{Audience, needs_all, next_step, progress};
use crate::service::award::everywhere::{self, Asked, Begun, Earned, Everywhere, PAGE, Part};
use crate::service::base::addresses;
use crate::service::institution::joining::accounts;
use crate::web::badge_facts::{picture_of, standing_chip};
use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paged;
use crate::web::paths::course;
use crate::web::views::learner::{BegunRow, EarnedRow, EverywherePage, Hero, PartRow, StackCard, Way};
use crate::web::views::shared::{Share, When};

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::ALL_MINE, web::get().to(show))
        .route(course::ALL_MINE, web::post().to(show));
}

/// The value of `list` that asks for everything on the way.
const ON_THE_WAY: &str = "way";

/// The page; `q` is what is looked for, `list=way` shows everything that is on the way, `page` turns it.
async fn show(visit: Visit) -> Result<HttpResponse, AppError> {
    let typed = visit.query("q").unwrap_or_default();
    let sought: String = typed.trim().chars().take(100).collect();
    let only = visit.query("list").as_deref() == Some(ON_THE_WAY);
    let asked = Asked {
        sought: Some(sought.clone()).filter(|text| !text.is_empty()),
        all_on_the_way: only,
        page: paged::asked(&visit, PAGE),
    };
    let all = everywhere::of_visitor(&visit.cairn, &visit.visitor, asked).await?;
    let offered =
        !visit.visitor.session.masquerade && accounts::is_offered(&visit.cairn, &visit.visitor).await?;
    visit.show(&view(&visit, &all, sought, only, offered))
}

fn view(visit: &Visit, all: &Everywhere, sought: String, only: bool, offered: bool) -> EverywherePage {
    let mut rows = all.on_the_way.iter();
    // One next step stands out, where nothing particular is asked for.
    let first = if only || !sought.is_empty() {
        None
    } else {
        rows.next()
    };
    let hero = first.map(|begun| hero(visit, all, begun));
    let on_the_way: Vec<BegunRow> = rows.map(|begun| row(visit, all, begun)).collect();
    let kept = [
        ("q", sought.as_str()),
        ("list", if only { ON_THE_WAY } else { "" }),
    ];
    let (shown, total) = if only {
        (on_the_way.len(), all.on_the_way_in_all)
    } else {
        (all.earned.len(), all.earned_in_all)
    };
    let here = all.on_the_way.len().saturating_add(all.stacks_begun);
    let here = i64::try_from(here).unwrap_or(i64::MAX);
    let more = (!only && all.on_the_way_in_all > here).then(|| {
        let mut query = Serializer::new(String::new());
        if !sought.is_empty() {
            query.append_pair("q", &sought);
        }
        query.append_pair("list", ON_THE_WAY);
        visit.href(&format!("{}?{}", course::all_mine(), query.finish()))
    });
    EverywherePage {
        page: visit.page("All my badges", Place::Everywhere),
        action: visit.href(&course::all_mine()),
        all_href: visit.href(&course::all_mine()),
        hero_course: first.map(|(_, at, _)| at.name().to_owned()).unwrap_or_default(),
        hero,
        on_the_way,
        on_the_way_in_all: all.on_the_way_in_all,
        more_href: more,
        only_on_the_way: only,
        stacks: all
            .stacks
            .iter()
            .map(|(begun, parts)| stack(visit, all, begun, parts))
            .collect(),
        earned: all.earned.iter().map(|one| earned(visit, all, one)).collect(),
        earned_in_all: all.earned_in_all,
        paging: paged::paging(visit, &course::all_mine(), &kept, all.page, shown, total),
        elsewhere_href: (!visit.visitor.session.masquerade).then(|| visit.href(&course::elsewhere())),
        collections_href: (!visit.visitor.session.masquerade).then(|| visit.href(&course::collections())),
        timeline_href: (all.earned_in_all > 0).then(|| visit.href(&course::my_timeline())),
        accounts_href: offered.then(|| visit.href(&course::accounts())),
        back_href: visit.href(""),
        sought,
    }
}

/// The page of this course, which a programme has in each, else the public one.
fn way(visit: &Visit, all: &Everywhere, (badge, at, _): &Begun) -> Way {
    if at.id == visit.visitor.course.id || all.home.as_ref() == Some(&at.id) {
        return Way::Here(visit.href(&course::badge(&badge.id)));
    }
    match &all.issuer {
        Some(issuer) => Way::Elsewhere(addresses::achievement(issuer, &badge.id)),
        None => Way::Nowhere,
    }
}

fn next(all: &Everywhere, (_, at, decision): &Begun) -> String {
    let step = next_step(decision, &all.names(&at.id), Audience::Student);
    step.strip_prefix("Next: ").map_or(step.clone(), str::to_owned)
}

fn hero(visit: &Visit, all: &Everywhere, begun: &Begun) -> Hero {
    let (badge, _, decision) = begun;
    Hero {
        name: badge.design.name.clone(),
        outcome: badge.design.outcome.clone(),
        picture: picture_of(badge),
        href: match way(visit, all, begun) {
            Way::Here(href) => href,
            Way::Elsewhere(_) | Way::Nowhere => String::new(),
        },
        progress: share(progress(decision)),
        next: next(all, begun),
        next_action: None,
    }
}

fn row(visit: &Visit, all: &Everywhere, begun: &Begun) -> BegunRow {
    let (badge, at, decision) = begun;
    BegunRow {
        name: badge.design.name.clone(),
        picture: picture_of(badge),
        way: way(visit, all, begun),
        course: at.name().to_owned(),
        progress: share(progress(decision)),
        next: next(all, begun),
    }
}

fn stack(visit: &Visit, all: &Everywhere, begun: &Begun, parts: &[Part]) -> StackCard {
    let (badge, at, decision) = begun;
    StackCard {
        name: badge.design.name.clone(),
        picture: picture_of(badge),
        way: way(visit, all, begun),
        course: at.name().to_owned(),
        progress: share_of_parts(parts),
        unit: unit_of_parts(decision),
        next: next(all, begun),
        parts: part_rows(parts),
    }
}

/// How many of its parts are held, whatever its rule makes of them: what the list beside it shows.
pub(super) fn share_of_parts(parts: &[Part]) -> Share {
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let held = parts.iter().filter(|part| part.is_held).count();
    Share::of(small(held), small(parts.len()))
}

/// What is counted there.
pub(super) fn unit_of_parts(decision: &Decision) -> &'static str {
    if needs_all(decision) {
        " parts"
    } else {
        " parts, of which not all are needed"
    }
}

pub(super) fn part_rows(parts: &[Part]) -> Vec<PartRow> {
    let called = |part: &Part| PartRow {
        name: part.name.clone().unwrap_or_else(|| "a deleted badge".to_owned()),
        course: part.course.clone(),
        is_held: part.is_held,
    };
    parts.iter().map(called).collect()
}

fn earned(visit: &Visit, all: &Everywhere, (award, badge, at): &Earned) -> EarnedRow {
    EarnedRow {
        name: badge.design.name.clone(),
        picture: picture_of(badge),
        href: visit.href(&from_all(&course::credential(&award.id))),
        earned: When::date_only(award.awarded_at),
        until: award.valid_until.map(When::last_day),
        standing: standing_chip(award, all.now),
        reminder: None,
        course: Some(at.name().to_owned()),
    }
}

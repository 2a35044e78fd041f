//! `/admin/programmes/{institution}`: stacks of the institution, over badges of all of its courses.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::domain::badge::BadgeState;
use crate::domain::programme::{Offered, Terms};
use crate::domain::sentence::sentence_in_full;
use crate::ids::{BadgeId, TenantId};
use crate::service::base::addresses;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::institution::programmes::accepting::{self, Changed};
use crate::service::institution::programmes::saving::{self, Turn};
use crate::service::institution::programmes::{self, Opened, Summary};
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::graph::{self, Node};
use crate::web::paths::console;
use crate::web::views::admin::{
    CopyLine, PartLine, ProgrammeLine, ProgrammeMapPage, ProgrammePage, ProgrammesPage,
};
use crate::web::views::shared::{LinkTo, count_of, thousands};
use crate::web::words;

mod editor;
mod trial;
mod waivers;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PROGRAMMES, web::get().to(choose))
        .route(console::PROGRAMMES_OF, web::get().to(list))
        .route(console::PROGRAMMES_MAP, web::get().to(map))
        .route(console::PROGRAMME, web::get().to(show))
        .route(console::PROGRAMME_TURN, web::post().to(turn))
        .route(console::PROGRAMME_ACCEPT, web::post().to(accept))
        .configure(editor::configure)
        .configure(trial::configure)
        .configure(waivers::configure);
}

async fn choose(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    visit
        .choose("Programmes", &console::programmes(), AdminPlace::Programmes)
        .await
}

/// A count as pages say it.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn hold(count: usize) -> String {
    let verb = if count == 1 { "holds" } else { "hold" };
    format!("{} {verb} it", count_of(number(count), "person", "people"))
}

async fn list(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let (institution, all) = programmes::list(&visit.cairn, &visit.admin, &tenant).await?;
    let title = format!("Programmes of {}", institution.name);
    let line = |one: &Summary| ProgrammeLine {
        name: one.badge.design.name.clone(),
        href: console::programme(&tenant, &one.badge.id),
        state: words::states::badge(&one.badge.state),
        has: format!(
            "{} · {}",
            count_of(number(one.parts), "badge", "badges"),
            hold(one.holders)
        ),
        waits: one.has_draft && one.badge.state != BadgeState::Draft,
    };
    visit.show(&ProgrammesPage {
        page: visit.page_of(&institution, &title, AdminPlace::Programmes),
        programmes: all.iter().map(line).collect(),
        new_href: console::programme_new(&tenant),
        map_href: console::programmes_map(&tenant),
    })
}

async fn show(visit: AdminVisit, path: web::Path<(TenantId, BadgeId)>) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let opened = programmes::open(&visit.cairn, &visit.admin, &tenant, &id).await?;
    let page = visit.page_of(
        &opened.institution,
        &opened.badge.design.name,
        AdminPlace::Programmes,
    );
    let (prerequisites, parts) = parts(&opened);
    let state = &opened.badge.state;
    let changes = *state != BadgeState::Retired;
    let has_rule = opened.rule().is_some_and(|rule| !rule.root.nodes.is_empty());
    visit.show(&ProgrammePage {
        page,
        state: words::states::badge(state),
        holders: hold(opened.holders),
        sentence: opened
            .rule()
            .filter(|_| has_rule)
            .map(|rule| sentence_in_full(&rule.root, &opened.names)),
        waits: opened.draft.is_some() && opened.active.is_some(),
        prerequisites,
        parts,
        terms: terms(&opened.programme.terms),
        hindrances: if changes && (opened.draft.is_some() || *state != BadgeState::Active) {
            opened
                .hindrances
                .iter()
                .map(words::programmes::hindrance)
                .collect()
        } else {
            Vec::new()
        },
        copies: opened.changed.iter().map(|one| copy(&opened, one)).collect(),
        accept_action: console::programme_accept(&tenant, &id),
        drawing: graph::draw(&nodes(&opened)),
        edit_href: changes.then(|| console::programme_edit(&tenant, &id)),
        try_href: (changes && has_rule).then(|| console::programme_trial(&tenant, &id)),
        waivers_href: console::programme_waivers(&tenant, &id),
        public: opened.active.is_some().then(|| LinkTo {
            href: addresses::achievement(&opened.issuer, &id),
            text: "Its public page".to_owned(),
        }),
        turn_action: console::programme_turn(&tenant, &id),
        can_pause: *state == BadgeState::Active,
        can_retire: changes,
        back_href: console::programmes_of(&tenant),
    })
}

/// What the terms say, a sentence each.
pub(super) fn terms(terms: &Terms) -> Vec<String> {
    let mut said = vec![words::programmes::parts_end(terms.parts_end).to_owned()];
    if terms.finish_begun {
        said.push("Who began under an earlier version may finish under it.".to_owned());
    }
    said
}

/// Whether it is a badge of the institution that courses take: no rule of its own decides.
fn is_for_courses(one: &Offered) -> bool {
    one.is_home && one.badge.active_rule.is_none()
}

fn course_of(one: &Offered) -> String {
    let none = || {
        if is_for_courses(one) {
            "a badge of the institution".to_owned()
        } else if one.is_home {
            "a programme".to_owned()
        } else {
            "a course without a name".to_owned()
        }
    };
    one.course.clone().unwrap_or_else(none)
}

/// The badges of the rule that is shown: what comes before it, and its parts.
fn parts(opened: &Opened) -> (Vec<PartLine>, Vec<PartLine>) {
    let line = |id: &BadgeId| match opened.parts.get(id) {
        Some(one) => PartLine {
            name: one.badge.design.name.clone(),
            course: course_of(one),
            href: addresses::achievement(&opened.issuer, id),
            retired: one.badge.state == BadgeState::Retired,
        },
        None => PartLine {
            name: "a deleted badge".to_owned(),
            course: String::new(),
            href: addresses::achievement(&opened.issuer, id),
            retired: true,
        },
    };
    let named = opened.rule().into_iter().flat_map(|rule| rule.root.badges());
    let (first, parts): (Vec<&BadgeId>, Vec<&BadgeId>) =
        named.partition(|id| opened.programme.terms.prerequisites.contains(*id));
    (
        first.into_iter().map(line).collect(),
        parts.into_iter().map(line).collect(),
    )
}

fn copy(opened: &Opened, one: &Changed) -> CopyLine {
    CopyLine {
        id: one.copy.badge.id.to_string(),
        name: one.copy.badge.design.name.clone(),
        course: course_of(&one.copy),
        href: addresses::achievement(&opened.issuer, &one.copy.badge.id),
        asks: one.asks.clone(),
        digest: one.digest.clone(),
    }
}

fn nodes(opened: &Opened) -> Vec<Node> {
    let Some(rule) = opened.rule() else {
        return Vec::new();
    };
    let first = &opened.programme.terms.prerequisites;
    let (comes_after, builds_on): (Vec<&BadgeId>, Vec<&BadgeId>) =
        rule.root.badges().partition(|id| first.contains(*id));
    let text = |ids: &[&BadgeId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let whole = Node {
        id: opened.badge.id.to_string(),
        name: opened.badge.design.name.clone(),
        href: console::programme(&opened.badge.tenant, &opened.badge.id),
        builds_on: text(&builds_on),
        comes_after: text(&comes_after),
    };
    let mut nodes: Vec<Node> = opened
        .parts
        .iter()
        .filter(|(id, _)| rule.root.badges().any(|named| named == *id))
        .map(|(id, one)| Node {
            id: id.to_string(),
            name: one.badge.design.name.clone(),
            href: addresses::achievement(&opened.issuer, id),
            builds_on: Vec::new(),
            comes_after: Vec::new(),
        })
        .collect();
    nodes.sort_by(|one, other| one.name.cmp(&other.name));
    nodes.push(whole);
    nodes
}

async fn map(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let found = programmes::map(&visit.cairn, &visit.admin, &tenant).await?;
    let href = |one: &Offered| {
        if is_for_courses(one) {
            console::badge(&tenant, &one.badge.id)
        } else if one.is_home {
            console::programme(&tenant, &one.badge.id)
        } else {
            addresses::achievement(&found.issuer, &one.badge.id)
        }
    };
    let nodes: Vec<Node> = found
        .badges
        .iter()
        .map(|(one, below)| Node {
            id: one.badge.id.to_string(),
            name: one.badge.design.name.clone(),
            href: href(one),
            builds_on: below.iter().map(ToString::to_string).collect(),
            comes_after: Vec::new(),
        })
        .collect();
    let name_of = |id: &BadgeId| {
        let known = found.badges.iter().find(|(one, _)| one.badge.id == *id);
        known.map(|(one, _)| format!("“{}”", one.badge.design.name))
    };
    let line = |(one, below): &(Offered, Vec<BadgeId>)| {
        let names: Vec<String> = below.iter().filter_map(name_of).collect();
        let says = if names.is_empty() {
            course_of(one)
        } else {
            format!("{} · builds on {}", course_of(one), names.join(", "))
        };
        let link = LinkTo {
            href: href(one),
            text: one.badge.design.name.clone(),
        };
        (link, says)
    };
    let title = format!("Badges that build on badges: {}", found.institution.name);
    visit.show(&ProgrammeMapPage {
        page: visit.page_of(&found.institution, &title, AdminPlace::Programmes),
        drawing: graph::draw(&nodes),
        lines: found.badges.iter().map(line).collect(),
        back_href: console::programmes_of(&tenant),
    })
}

async fn accept(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, BadgeId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let copy = BadgeId::from(visit.fields.text("copy"));
    let digest = visit.fields.text("digest");
    accepting::accept(&visit.cairn, &visit.admin, &tenant, &id, &copy, &digest).await?;
    Ok(visit.go(&visit.href_saying(&console::programme(&tenant, &id), "copy-counted")))
}

async fn turn(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, BadgeId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = path.into_inner();
    let (turn, notice) = match visit.fields.text("turn").as_str() {
        "pause" => (Turn::Pause, "programme-paused"),
        "retire" => (Turn::Retire, "programme-retired"),
        _ => {
            let sentence = "Choose whether to pause it or to retire it.";
            return Err(ServiceError::form(ErrorKind::Unprocessable, "turn", sentence).into());
        }
    };
    saving::turn(&visit.cairn, &visit.admin, &tenant, &id, turn).await?;
    Ok(visit.go(&visit.href_saying(&console::programme(&tenant, &id), notice)))
}

/// "214 of 3,120 students".
fn of_students(some: usize, all: usize) -> String {
    format!(
        "{} of {} students",
        thousands(number(some)),
        thousands(number(all))
    )
}

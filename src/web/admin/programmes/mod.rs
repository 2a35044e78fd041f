//! `/admin/programmes/{institution}`, and `/c/{course}/programmes` for instructors who were given that power: stacks of the institution,
//! over badges of all of its courses.

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
use crate::service::institution::programmes::trying;
use crate::service::institution::programmes::{self, Opened, Summary};
use crate::web::badge_facts::picture_of;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::programme_request::ProgrammeRequest;
use crate::web::extract::proven::Proven;
use crate::web::graph::{self, Node};
use crate::web::paths::{console, course};
use crate::web::views::admin::{
    ConsoleConfirmPage, CopyLine, MapLine, PartLine, ProgrammeLine, ProgrammeMapPage, ProgrammePage,
    ProgrammesPage,
};
use crate::web::views::instructor::{CoachList, DismissForm};
use crate::web::views::shared::{LinkTo, count_of, thousands};
use crate::web::words;

mod editor;
mod hints;
mod makers;
mod skills;
mod trial;
mod waivers;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PROGRAMMES, web::get().to(choose))
        .route(console::PROGRAMMES_OF, web::get().to(list))
        .route(console::PROGRAMMES_MAP, web::get().to(map))
        .route(console::PROGRAMME, web::get().to(show))
        .route(console::PROGRAMME_TURN, web::post().to(turn))
        .route(console::PROGRAMME_HINTS, web::post().to(hints::settle))
        .route(console::PROGRAMME_ACCEPT, web::post().to(accept))
        .configure(editor::configure)
        .configure(trial::configure)
        .configure(makers::configure)
        .configure(waivers::configure);
}

/// Lists the routes in a course: a view answers GET and POST, what changes something POST alone. Counting changed copies, waiving parts
/// and naming who makes programmes is for administrators.
pub(in crate::web) fn configure_in_course(config: &mut ServiceConfig) {
    config
        .route(course::PROGRAMMES, web::get().to(list))
        .route(course::PROGRAMMES, web::post().to(list))
        .route(course::PROGRAMMES_MAP, web::get().to(map))
        .route(course::PROGRAMMES_MAP, web::post().to(map))
        .route(course::PROGRAMME, web::get().to(show))
        .route(course::PROGRAMME, web::post().to(show))
        .route(course::PROGRAMME_TURN, web::post().to(turn))
        .route(course::PROGRAMME_HINTS, web::post().to(hints::settle))
        .configure(editor::configure_in_course)
        .configure(trial::configure_in_course);
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

async fn list(request: ProgrammeRequest) -> Result<HttpResponse, AdminError> {
    let (institution, all) = programmes::list(request.cairn(), request.by()?, &request.tenant).await?;
    let title = format!("Programmes of {}", institution.name);
    let line = |one: &Summary| ProgrammeLine {
        name: one.badge.design.name.clone(),
        href: request.programme_href(&one.badge.id),
        state: words::states::badge(&one.badge.state),
        has: format!(
            "{} · {}{}",
            count_of(number(one.parts), "badge", "badges"),
            hold(one.holders),
            match one.hints {
                0 => String::new(),
                hints => format!(" · {} on its design", count_of(number(hints), "hint", "hints")),
            }
        ),
        waits: match one.awaits {
            Some(true) => Some("waits for your approval"),
            Some(false) => Some("waits for a second person to approve it"),
            None if one.has_draft && one.badge.state != BadgeState::Draft => {
                Some("a change waits to be activated")
            }
            None => None,
        },
    };
    request.show(&ProgrammesPage {
        page: request.page_of(&institution, &title),
        programmes: all.iter().map(line).collect(),
        new_href: request.new_href(),
        map_href: request.map_href(),
        makers_href: request
            .is_console()
            .then(|| console::programme_makers(&request.tenant)),
    })
}

async fn show(request: ProgrammeRequest) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = (&request.tenant, &request.badge);
    let opened = programmes::open(request.cairn(), request.by()?, tenant, id).await?;
    let page = request.page_of(&opened.institution, &opened.badge.design.name);
    let is_console = request.is_console();
    let (prerequisites, parts) = parts(&opened);
    let dismiss = DismissForm {
        action: request.hints_action(id),
        from: String::new(),
    };
    let hints = CoachList::of(&page, Some(&dismiss), &opened.hints);
    let state = &opened.badge.state;
    let changes = *state != BadgeState::Retired;
    let has_rule = opened.rule().is_some_and(|rule| !rule.root.nodes.is_empty());
    request.show(&ProgrammePage {
        page,
        hints,
        dismissed: hints::lines(&opened, request.cairn().clock.now()),
        hints_action: dismiss.action,
        state: words::states::badge(state),
        picture: picture_of(&opened.badge),
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
        accept_action: is_console.then(|| console::programme_accept(tenant, id)),
        drawing: graph::draw(&nodes(&opened)),
        edit_href: changes.then(|| request.edit_href(id)),
        try_href: (changes && has_rule).then(|| request.trial_href(id)),
        waivers_href: is_console.then(|| console::programme_waivers(tenant, id)),
        public: opened.active.is_some().then(|| LinkTo {
            href: addresses::achievement(&opened.issuer, id),
            text: "Its public page".to_owned(),
        }),
        turn_action: request.turn_action(id),
        can_pause: *state == BadgeState::Active,
        can_retire: changes,
        back_href: request.list_href(),
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
        // The page itself.
        href: "#main".to_owned(),
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

async fn map(request: ProgrammeRequest) -> Result<HttpResponse, AdminError> {
    let found = programmes::map(request.cairn(), request.by()?, &request.tenant).await?;
    let public = |one: &Offered| addresses::achievement(&found.issuer, &one.badge.id);
    let own = |one: &Offered| {
        if is_for_courses(one) {
            request.institution_badge_href(&one.badge.id)
        } else {
            one.is_home.then(|| request.programme_href(&one.badge.id))
        }
    };
    let nodes: Vec<Node> = found
        .badges
        .iter()
        .map(|(one, below)| Node {
            id: one.badge.id.to_string(),
            name: one.badge.design.name.clone(),
            // To its line beside the drawing: in a frame without cookies a link opens no page of ours.
            href: if one.is_home {
                format!("#{}", line_of(one))
            } else {
                public(one)
            },
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
        MapLine {
            id: line_of(one),
            name: one.badge.design.name.clone(),
            own_href: own(one),
            public_href: public(one),
            says: if names.is_empty() {
                course_of(one)
            } else {
                format!("{} · builds on {}", course_of(one), names.join(", "))
            },
        }
    };
    let title = format!("Badges that build on badges: {}", found.institution.name);
    request.show(&ProgrammeMapPage {
        page: request.page_of(&found.institution, &title),
        drawing: graph::draw(&nodes),
        lines: found.badges.iter().map(line).collect(),
        back_href: request.list_href(),
    })
}

/// The id of its line in the page.
fn line_of(one: &Offered) -> String {
    format!("line-{}", one.badge.id)
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

/// What retiring a programme does, and one confirmation: there is no way back.
async fn ask_to_retire(request: &ProgrammeRequest) -> Result<HttpResponse, AdminError> {
    let (tenant, id) = (&request.tenant, &request.badge);
    let opened = programmes::open(request.cairn(), request.by()?, tenant, id).await?;
    let begun = if opened.active.is_some() {
        let trial = trying::trial(request.cairn(), request.by()?, tenant, id, 0).await?;
        trial.run.learners.saturating_sub(trial.run.holders.len())
    } else {
        0
    };
    let mut consequences = vec![match opened.holders {
        0 => "Nobody holds it.".to_owned(),
        1 => "1 person holds it and keeps it, with everything it says.".to_owned(),
        count => format!(
            "{} hold it and keep it, with everything it says.",
            count_of(number(count), "person", "people")
        ),
    }];
    if begun > 0 {
        consequences.push(format!(
            "{} at least one of its badges and not the whole; nobody of them can finish it.",
            count_of(number(begun), "person has", "people have")
        ));
    }
    consequences.push(
        "Nobody is awarded it any more. This cannot be undone: you would make a new programme. If it only is to rest for a while, pause it.".to_owned(),
    );
    let title = format!("Retire “{}”?", opened.badge.design.name);
    request.show(&ConsoleConfirmPage {
        page: request.page_of(&opened.institution, &title),
        consequences,
        action: request.turn_action(id),
        fields: vec![("turn", "retire".to_owned()), ("sure", "yes".to_owned())],
        confirm: "Retire the programme",
        danger: true,
        back_href: request.programme_href(id),
    })
}

async fn turn(Proven(request): Proven<ProgrammeRequest>) -> Result<HttpResponse, AdminError> {
    let (turn, notice) = match request.fields().text("turn").as_str() {
        "pause" => (Turn::Pause, "programme-paused"),
        "retire" if request.fields().get("sure").is_none() => return ask_to_retire(&request).await,
        "retire" => (Turn::Retire, "programme-retired"),
        _ => {
            let sentence = "Choose whether to pause it or to retire it.";
            return Err(ServiceError::form(ErrorKind::Unprocessable, "turn", sentence).into());
        }
    };
    saving::turn(
        request.cairn(),
        request.by()?,
        &request.tenant,
        &request.badge,
        turn,
    )
    .await?;
    Ok(request.go_saying(&request.programme_href(&request.badge), notice))
}

/// "214 of 3,120 students".
fn of_students(some: usize, all: usize) -> String {
    format!(
        "{} of {} students",
        thousands(number(some)),
        thousands(number(all))
    )
}

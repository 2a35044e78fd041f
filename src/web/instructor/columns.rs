//! `/c/{course}/columns`: when the grades of each gradebook column count.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, NaiveDateTime, Utc};

use crate::domain::course::LineItem;
use crate::domain::release::{Change, Counting, Release};
use crate::domain::zone::Zone;
use crate::ids::LineItemId;
use crate::service::base::clash::{Clash, Saving};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::refusal::ColumnRefusal;
use crate::service::course::releases::{self, Column, Columns};
use crate::web::clash;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{ColumnPanel, ColumnsPage};
use crate::web::views::shared::{ConfirmPage, Problem, ProblemList, count_of};
use crate::web::words;

/// As a form sends a moment.
const MOMENT: &str = "%Y-%m-%dT%H:%M";

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::COLUMNS, web::get().to(show))
        .route(course::COLUMNS, web::post().to(show))
        .route(course::COLUMNS_ANSWER, web::post().to(answer))
        .route(course::COLUMN_RELEASE, web::get().to(review))
        .route(course::COLUMN_RELEASE, web::post().to(review))
        .route(course::COLUMN_CHANGE, web::post().to(change));
}

async fn show(visit: Visit) -> Result<HttpResponse, AppError> {
    let found = releases::columns(&visit.cairn, &visit.visitor).await?;
    visit.show(&view(&visit, &found, ProblemList::default()))
}

fn view(visit: &Visit, found: &Columns, problems: ProblemList) -> ColumnsPage {
    ColumnsPage {
        page: visit.page("Gradebook columns", Place::Badges),
        why: words::releases::why(
            visit.visitor.registration.capabilities().product,
            found.columns.iter().any(|column| column.told_by_lms),
        ),
        all: words::releases::all(found.answer),
        answer_action: visit.href(&course::columns_answer()),
        seen: releases::seen_answer(found.answer).as_str().to_owned(),
        all_wait: found.answer == Some(Counting::OnRelease),
        columns: found.columns.iter().map(|one| panel(visit, one)).collect(),
        problems,
        reading: visit.visitor.session.reading,
        ended: visit.visitor.course.life.end().is_some(),
        deleted: found.deleted,
        back_href: visit.href(""),
    }
}

fn panel(visit: &Visit, column: &Column) -> ColumnPanel {
    let (item, release, zone) = (&column.item, &column.release, visit.visitor.zone());
    let review = course::column_release(&item.id);
    let names: Vec<String> = column.read_by.iter().map(|name| format!("“{name}”")).collect();
    let read = match names.as_slice() {
        [] => "No rule uses it.".to_owned(),
        names => format!("Read by {}.", names.join(", ")),
    };
    let chosen = if column.is_own {
        ""
    } else {
        " It follows what is set for new columns."
    };
    ColumnPanel {
        id: item.id.to_string(),
        label: words::namesakes::told_apart(&item.label, column.mark.as_ref(), zone),
        facts: if item.is_scale {
            format!("A scale of {} steps. {read}{chosen}", item.maximum.normalize())
        } else {
            format!("Of {} points. {read}{chosen}", item.maximum.normalize())
        },
        counting: if visit.visitor.course.life.end().is_some() {
            words::releases::of_ended(&item.label)
        } else if column.told_by_lms {
            words::rest_grades::released_there().to_owned()
        } else {
            words::releases::counting(&item.label, release, zone)
        },
        told_by_lms: column.told_by_lms,
        action: visit.href(&course::column_change(&item.id)),
        seen: releases::seen(release).as_str().to_owned(),
        at_once: release.counting == Counting::AtOnce,
        is_open: release.is_open(),
        is_planned: release.planned_at.is_some(),
        at: release.planned_at.map(|at| zone.field(at)).unwrap_or_default(),
        at_once_href: visit.href(&format!("{review}?as=at_once")),
        release_href: visit.href(&review),
    }
}

fn counting(word: &str) -> Option<Counting> {
    match word {
        "at_once" => Some(Counting::AtOnce),
        "on_release" => Some(Counting::OnRelease),
        _ => None,
    }
}

/// Something that no form of ours sends.
fn unknown() -> ServiceError {
    ServiceError::form(
        ErrorKind::Unprocessable,
        "column.counting",
        "Open the page of gradebook columns again and choose from there.",
    )
}

async fn answer(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let chosen = counting(&visit.fields.text("counting")).ok_or_else(unknown)?;
    let seen = clash::brought(&visit.fields);
    if let Saving::Clash(met) = releases::answer(&visit.cairn, &visit.visitor, chosen, Some(&seen)).await? {
        return answered_meanwhile(&visit, &met, chosen);
    }
    let back = match visit.fields.get("from") {
        Some("badges") => String::new(),
        _ => course::columns(),
    };
    Ok(visit.go(&visit.href_saying(&back, "counting")))
}

/// What a colleague chose for the course meanwhile, beside what was pressed.
fn answered_meanwhile(
    visit: &Visit,
    met: &Clash<Option<Counting>>,
    chosen: Counting,
) -> Result<HttpResponse, AppError> {
    let words = |answer| words::releases::all(answer).to_owned();
    let lines = vec![("New columns", words(met.theirs), words(Some(chosen)))];
    saved_meanwhile(visit, "New columns", met, course::columns_answer(), lines)
}

/// How a colleague left a column meanwhile, beside what was asked.
fn changed_meanwhile(
    visit: &Visit,
    met: &Clash<(LineItem, Release)>,
    change: Change,
) -> Result<HttpResponse, AppError> {
    let (item, release) = &met.theirs;
    let yours = release.insisted(change, visit.cairn.clock.now());
    let words = |release: &Release| words::releases::counting(&item.label, release, visit.visitor.zone());
    let lines = vec![("When they count", words(release), words(&yours))];
    let title = format!("“{}”", item.label);
    saved_meanwhile(visit, &title, met, course::column_change(&item.id), lines)
}

fn saved_meanwhile<T>(
    visit: &Visit,
    what: &str,
    met: &Clash<T>,
    action: String,
    lines: Vec<(&str, String, String)>,
) -> Result<HttpResponse, AppError> {
    let page = visit.page(&format!("{what}: changed meanwhile"), Place::Badges);
    let ways = clash::Ways {
        action: visit.href(&action),
        keep_href: visit.href(&course::columns()),
        note: "If you save yours, it counts from then on. What was awarded stays.",
        typed: visit.fields.text("action") == "plan",
    };
    let now = visit.cairn.clock.now();
    let view = clash::view(met, now, &visit.fields.pairs, &[], lines, &page, ways);
    visit.show_clash(page, view)
}

/// What a release does, before it is done.
async fn review(visit: Visit, path: web::Path<(String, LineItemId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let found = releases::review(&visit.cairn, &visit.visitor, &id).await?;
    let label = &found.item.label;
    let at_once = visit.query("as").as_deref() == Some("at_once");
    if found.release.is_open() && !at_once {
        return Ok(visit.go(&visit.href(&course::columns())));
    }
    let mut consequences: Vec<String> = Vec::new();
    for (badge, count) in &found.awards {
        consequences.push(match count {
            0 => format!("Nobody earns “{badge}” by it now."),
            1 => format!("1 student earns “{badge}” at once."),
            count => {
                let count = u32::try_from(*count).unwrap_or(u32::MAX);
                format!(
                    "{} earn “{badge}” at once.",
                    count_of(count, "student", "students")
                )
            }
        });
    }
    if found.awards.is_empty() {
        consequences.push("No active rule uses this column, so nobody earns a badge by it now.".to_owned());
    }
    consequences.push(
        "What Cairn has read in it counts, and so does what comes later. Students see in Cairn what their badges ask for and \
         what they have."
            .to_owned(),
    );
    consequences.push(
        "Nothing changes in the gradebook of the course site: show the grades to students there yourself."
            .to_owned(),
    );
    let (title, action, confirm) = if at_once {
        (
            format!("Count grades in “{label}” as soon as they are in the gradebook?"),
            "at_once",
            "Count them at once",
        )
    } else {
        (
            format!("Release the grades in “{label}”?"),
            "release",
            "Release the grades",
        )
    };
    visit.show(&ConfirmPage {
        page: visit.page(&title, Place::Badges),
        consequences,
        action: visit.href(&course::column_change(&id)),
        fields: vec![
            ("action".to_owned(), action.to_owned()),
            (
                clash::SEEN.to_owned(),
                releases::seen(&found.release).as_str().to_owned(),
            ),
        ],
        confirm: confirm.to_owned(),
        back_href: visit.href(&course::columns()),
    })
}

async fn change(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, LineItemId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let typed = visit.fields.text("at");
    let asked = match visit.fields.text("action").as_str() {
        "release" => Ok((Change::Release, "released")),
        "hold" => Ok((Change::Hold, "held")),
        "plan" => moment(&typed, visit.visitor.zone()).map(|at| (Change::Plan(at), "planned")),
        word => {
            let chosen = counting(word).ok_or_else(unknown)?;
            Ok((Change::Count(chosen), "counting"))
        }
    };
    let seen = clash::brought(&visit.fields);
    let done = match asked {
        Ok((change, notice)) => releases::change(&visit.cairn, &visit.visitor, &id, change, Some(&seen))
            .await
            .map(|saving| (saving, change, notice)),
        Err(error) => Err(error),
    };
    match done {
        Ok((Saving::Clash(met), change, _)) => changed_meanwhile(&visit, &met, change),
        Ok((Saving::Done, _, notice)) => Ok(visit.go(&visit.href_saying(&course::columns(), notice))),
        Err(error) if error.code() == "column.release-date" => {
            let problems = ProblemList(vec![Problem {
                field: format!("at-{id}"),
                text: AppError::from(error).sentence_with_id(),
            }]);
            let found = releases::columns(&visit.cairn, &visit.visitor).await?;
            let mut page = view(&visit, &found, problems);
            let panels = page.columns.iter_mut();
            panels
                .filter(|panel| panel.id == id.as_str())
                .for_each(|panel| panel.at.clone_from(&typed));
            visit.show_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}

/// The moment that was typed, as clocks in that zone show it.
fn moment(typed: &str, zone: Zone) -> Result<DateTime<Utc>, ServiceError> {
    let wall = NaiveDateTime::parse_from_str(typed, MOMENT).ok();
    wall.and_then(|wall| zone.moment(wall))
        .ok_or_else(|| ColumnRefusal::ReleaseDate.into())
}

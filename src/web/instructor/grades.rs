//! `/c/{course}/grades`: grades from elsewhere, brought by teachers as gradebook files.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::outside::{GradeFile, OutsideColumn};
use crate::domain::people::Person;
use crate::domain::reading::Why;
use crate::ids::{OutsideColumnId, PersonId};
use crate::service::award::files::size_words;
use crate::service::award::uploads::Receiving;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{GradesRefusal, Refusal};
use crate::service::course::outside::{
    self, Brought, Changes, Choice, Column, Review, ReviewColumn, Sources, ToConfirm, Took,
};
use crate::service::course::rest_grades::{self, Told};
use crate::service::institution::rest_access;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{
    AccessPanel, FileLine, GradesPage, GradesReviewPage, OutsidePanel, PickRow, RestColumnLine, RestPanel,
    SamePersonRow,
};
use crate::web::views::shared::{ConfirmPage, Problem, ProblemList, Waiting, When, thousands};
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::GRADES_ELSEWHERE, web::get().to(show))
        .route(course::GRADES_ELSEWHERE, web::post().to(show))
        .route(course::GRADES_READ, web::post().to(read))
        .route(course::GRADES_BRING, web::post().to(bring))
        .route(course::GRADES_USE, web::post().to(take))
        .route(course::GRADES_CHANGE, web::post().to(stop))
        .route(course::GRADES_REMOVE, web::get().to(ask))
        .route(course::GRADES_REMOVE, web::post().to(ask))
        .route(course::GRADES_REMOVE_CONFIRM, web::post().to(remove))
        .route(course::GRADES_ACCESS_END, web::post().to(take_access_back));
}

async fn show(visit: Visit) -> Result<HttpResponse, AppError> {
    visit.show(&page(&visit, Vec::new(), None).await?)
}

async fn read(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let waits = rest_grades::ask(&visit.cairn, &visit.visitor).await?;
    let notice = if waits { "grades-wait" } else { "grades-asked" };
    Ok(visit.go(&visit.href_saying(&course::grades_elsewhere(), notice)))
}

async fn bring(Proven(mut visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let upload = visit.fields.upload.take();
    match outside::bring(&visit.cairn, &visit.visitor, upload).await {
        Ok(found) => visit.show(&review(&visit, &found, None, Vec::new())),
        Err(error) => not_taken(&visit, error).await,
    }
}

/// The page on which a file is chosen, with why one was not taken.
async fn not_taken(visit: &Visit, error: ServiceError) -> Result<HttpResponse, AppError> {
    if !matches!(error, ServiceError::Refused(Refusal::Grades(_))) {
        return Err(error.into());
    }
    let problem = Problem {
        field: String::new(),
        text: words::errors::sentence(&error),
    };
    visit.show_again(&page(visit, vec![problem], None).await?)
}

async fn take(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let brought = Brought {
        digest: visit.fields.text("file"),
        name: visit.fields.text("name").chars().take(200).collect(),
    };
    let choice = Choice {
        columns: visit
            .fields
            .all("use")
            .filter_map(|index| index.parse().ok())
            .collect(),
        confirmed: visit.fields.all("is").filter_map(same_person).collect(),
        is_of_course: visit.fields.ticked("of_course"),
    };
    match outside::take(&visit.cairn, &visit.visitor, &brought, choice.clone()).await {
        Ok(Took::Done(changes)) => visit.show(&page(&visit, Vec::new(), Some(&changes)).await?),
        Ok(Took::Before) => {
            Ok(visit.go(&visit.href_saying(&course::grades_elsewhere(), "grades-used-before")))
        }
        // What was ticked is still there.
        Err(error) if is_of_the_choice(&error) => {
            let problem = Problem {
                field: String::new(),
                text: words::errors::sentence(&error),
            };
            match outside::review(&visit.cairn, &visit.visitor, &brought).await {
                Ok(found) => visit.show_again(&review(&visit, &found, Some(&choice), vec![problem])),
                Err(error) => not_taken(&visit, error).await,
            }
        }
        Err(error) => not_taken(&visit, error).await,
    }
}

fn is_of_the_choice(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::Refused(Refusal::Grades(
            GradesRefusal::NotConfirmed | GradesRefusal::NothingChosen
        ))
    )
}

/// "4/0190…": a row by its line, and the person it is of.
fn same_person(value: &str) -> Option<(u64, PersonId)> {
    let (line, person) = value.split_once('/')?;
    Some((line.parse().ok()?, PersonId::from(person)))
}

async fn stop(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, OutsideColumnId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    outside::stop(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying(&course::grades_elsewhere(), "grades-stopped")))
}

async fn ask(visit: Visit) -> Result<HttpResponse, AppError> {
    visit.teach()?;
    let found = outside::sources(&visit.cairn, &visit.visitor).await?;
    let read: BTreeSet<&String> = found.columns.iter().flat_map(|one| &one.read_by).collect();
    let names: Vec<String> = read.into_iter().map(|name| format!("“{name}”")).collect();
    let mut consequences = vec![format!(
        "The grades of {} are removed here, and what the files said of who is who and who is in which section.",
        words::outside::counted(found.columns.len(), "column", "columns")
    )];
    if !names.is_empty() {
        consequences.push(format!(
            "These rules use them and wait for grades until a new file comes: {}.",
            names.join(", ")
        ));
    }
    consequences.push("What was awarded stays. Nothing changes in the course site.".to_owned());
    visit.show(&ConfirmPage {
        page: visit.page("Remove all grades from files?", Place::Badges),
        consequences,
        action: visit.href(&course::grades_remove_confirm()),
        fields: Vec::new(),
        confirm: "Remove them".to_owned(),
        back_href: visit.href(&course::grades_elsewhere()),
    })
}

async fn remove(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    outside::remove(&visit.cairn, &visit.visitor).await?;
    Ok(visit.go(&visit.href_saying(&course::grades_elsewhere(), "grades-removed")))
}

async fn take_access_back(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    rest_access::take_back(&visit.cairn, &visit.visitor).await?;
    Ok(visit.go(&visit.href_saying(&course::grades_elsewhere(), "access-taken-back")))
}

/// How the whole gradebook is read, and what whoever teaches can do about it.
async fn access(visit: &Visit) -> Result<Option<AccessPanel>, AppError> {
    let Some(found) = rest_access::of_course(&visit.cairn, &visit.visitor).await? else {
        return Ok(None);
    };
    let may = !visit.visitor.session.reading;
    Ok(Some(AccessPanel {
        lead: words::rest_access::of_course(&found.standing),
        give: if found.has_own {
            "Sign in to Canvas again"
        } else {
            "Let Cairn read it"
        },
        give_action: (may && found.may_give).then(|| visit.href(&course::grades_access())),
        end_action: (may && found.has_own).then(|| visit.href(&course::grades_access_end())),
    }))
}

async fn page(
    visit: &Visit,
    problems: Vec<Problem>,
    changes: Option<&Changes>,
) -> Result<GradesPage, AppError> {
    let found = outside::sources(&visit.cairn, &visit.visitor).await?;
    let told = rest_grades::told(&visit.cairn, &visit.visitor).await?;
    let flavour = visit.visitor.registration.flavour;
    let newest = found.files.first().map(|file| &file.id);
    let limit = Receiving::of_gradebook(std::sync::Arc::clone(&visit.cairn), &visit.visitor).most();
    Ok(GradesPage {
        access: access(visit).await?,
        page: visit.page("Grades from elsewhere", Place::Badges),
        problems: ProblemList(problems),
        // A file that is being chosen is left alone by the page's script.
        waiting: told.is_under_way.then(|| Waiting {
            every: Some(LOOK_AGAIN),
            ..visit.waiting(&course::grades_elsewhere())
        }),
        rest: (told.is_on || !told.columns.is_empty()).then(|| rest_panel(visit, &told)),
        unreadable: words::outside::unreadable(
            if told.is_on {
                words::outside::BESIDE_REST
            } else {
                words::lms::native_grades(flavour)
            },
            found.columns.iter().any(|one| one.column.counts()),
        ),
        changes: changes.map(words::outside::changes),
        bring_action: visit.href(&course::grades_bring()),
        limit: size_words(limit.min(outside::LARGEST)),
        how: words::lms::gradebook_export(flavour),
        files: found.files.iter().map(|file| file_line(file, &found)).collect(),
        columns: found
            .columns
            .iter()
            .map(|column| panel(visit, column, column.column.file.as_ref() != newest))
            .collect(),
        remove_href: (!found.columns.is_empty()).then(|| visit.href(&course::grades_remove())),
        reading: visit.visitor.session.reading,
        back_href: visit.href(""),
    })
}

/// Seconds between two looks at how far a reading is.
const LOOK_AGAIN: u32 = 3;

fn rest_panel(visit: &Visit, told: &Told) -> RestPanel {
    let readings = told.readings.as_ref();
    let coverage = readings.and_then(|one| one.coverage.as_ref());
    let is_on = told.is_on;
    let of_whole = readings.and_then(|one| one.done.whole).filter(|_| is_on);
    let looked = readings
        .and_then(|one| one.done.changes)
        .filter(|at| is_on && Some(*at) != of_whole);
    let lms = told.interface.map_or("the course site", words::rest_grades::name);
    let all: Vec<OutsideColumn> = told.columns.iter().map(|one| one.column.clone()).collect();
    let may_ask = is_on && !visit.visitor.session.reading;
    RestPanel {
        page: visit.page("Grades from elsewhere", Place::Badges),
        title: format!("Grades read from {lms}"),
        state: words::rest_grades::state(is_on, told.interface),
        progress: (is_on && told.is_under_way).then(|| {
            let trouble = readings.filter(|one| one.begun_at.is_some());
            match trouble.and_then(|one| one.trouble.as_ref()) {
                _ if told.waits_for_turn => words::rest_grades::waits_for_turn().to_owned(),
                Some(Why::Passing(passing)) => words::rest_grades::waits_for_lms(*passing, readings),
                _ => words::rest_grades::progress(readings),
            }
        }),
        read: of_whole.map(|at| When::new(at, told.now)),
        covered: coverage.map(words::rest_grades::covered).unwrap_or_default(),
        unseen: coverage.and_then(words::rest_grades::unseen),
        looked: looked.map(|at| When::new(at, told.now)),
        trouble: readings
            .and_then(|one| one.trouble.as_ref())
            // While it is tried again nobody knows whether that is still so.
            .filter(|_| is_on && !told.is_under_way)
            .map(words::rest_grades::trouble),
        missing: coverage
            .filter(|_| is_on)
            .map(words::rest_grades::missing)
            .unwrap_or_default(),
        disagrees: told
            .disagree
            .iter()
            .map(|(label, students)| words::rest_grades::disagrees(label, *students, lms))
            .chain(
                told.hidden
                    .iter()
                    .map(|(label, count)| words::rest_grades::counts_unseen(label, *count, lms)),
            )
            .collect(),
        ask_action: may_ask.then(|| visit.href(&course::grades_read())),
        finds: told.interface.and_then(words::rest_grades::finds_more),
        columns_title: words::outside::counted(told.columns.len(), "column", "columns"),
        columns: told
            .columns
            .iter()
            .map(|column| rest_line(column, &all))
            .collect(),
    }
}

fn rest_line(column: &rest_grades::Column, all: &[OutsideColumn]) -> RestColumnLine {
    let names: Vec<String> = column.read_by.iter().map(|name| format!("“{name}”")).collect();
    let used = if names.is_empty() {
        String::new()
    } else {
        format!(" Used by {}.", names.join(", "))
    };
    RestColumnLine {
        label: match words::outside::mark(&column.column, all) {
            Some(mark) => format!("{} ({mark})", column.column.label),
            None => column.column.label.clone(),
        },
        facts: format!("{}{used}", words::rest_grades::facts(&column.column)),
        counting: words::rest_grades::counting(&column.column),
    }
}

fn file_line(file: &GradeFile, found: &Sources) -> FileLine {
    let by = file.brought_by.as_ref().and_then(|by| found.people.get(by));
    let by = by.map_or_else(|| "a former teacher".to_owned(), Person::display_name);
    let count = |count: i32| usize::try_from(count).unwrap_or_default();
    FileLine {
        name: if file.name.is_empty() {
            "A file".to_owned()
        } else {
            file.name.clone()
        },
        facts: format!(
            "{}, by {by}: {}, {} left out",
            words::outside::dialect(file.dialect),
            words::outside::students(count(file.matched)),
            words::outside::counted(count(file.unmatched), "row", "rows")
        ),
        when: When::new(file.brought_at, found.now),
    }
}

fn panel(visit: &Visit, column: &Column, is_missing: bool) -> OutsidePanel {
    let (one, counts) = (&column.column, column.column.counts());
    let names: Vec<String> = column.read_by.iter().map(|name| format!("“{name}”")).collect();
    let used = if names.is_empty() {
        "No rule uses it.".to_owned()
    } else {
        format!("Used by {}.", names.join(", "))
    };
    OutsidePanel {
        label: one.label.clone(),
        facts: format!(
            "{}, {}. {used}",
            words::outside::scope(one.scope),
            words::outside::measured(one.measure, one.maximum)
        ),
        counting: words::outside::counting(one.counting),
        is_missing: is_missing && counts,
        stop_action: counts.then(|| visit.href(&course::grades_change(&one.id))),
    }
}

/// What is in a file; `chosen` is what was ticked on this page before.
fn review(
    visit: &Visit,
    found: &Review,
    chosen: Option<&Choice>,
    problems: Vec<Problem>,
) -> GradesReviewPage {
    let more = found.more_to_confirm;
    GradesReviewPage {
        page: visit.page("What is in the file", Place::Badges),
        problems: ProblemList(problems),
        action: visit.href(&course::grades_use()),
        digest: found.file.digest.clone(),
        name: found.file.name.clone(),
        about: format!(
            "“{}” is a gradebook of {} with {}.",
            found.file.name,
            words::outside::dialect(found.dialect),
            words::outside::counted(found.rows, "student", "students")
        ),
        doubts: found
            .doubts
            .iter()
            .map(|one| words::outside::doubt(*one))
            .collect(),
        is_of_course: chosen.is_some_and(|chosen| chosen.is_of_course),
        columns: found.columns.iter().map(|one| pick(one, chosen)).collect(),
        matched: found
            .matched
            .iter()
            .map(|one| words::outside::matched(one.by, one.rows))
            .collect(),
        to_confirm: found.to_confirm.iter().map(|row| same(row, chosen)).collect(),
        more_to_confirm: (more > 0).then(|| {
            format!(
                "{} follow when you bring the file again: whom you confirm now is known then.",
                words::outside::counted(more, "more row", "more rows")
            )
        }),
        left_out: found
            .left_out
            .iter()
            .map(|row| {
                let name = row.name.as_deref().unwrap_or("no name");
                let line = thousands(u32::try_from(row.line).unwrap_or(u32::MAX));
                format!("Line {line}, {name}: {}", words::outside::left(row.why))
            })
            .collect(),
        left_out_in_all: found.left_out_in_all,
        changes: words::outside::changes(&found.changes),
        back_href: visit.href(&course::grades_elsewhere()),
    }
}

fn pick(column: &ReviewColumn, chosen: Option<&Choice>) -> PickRow {
    PickRow {
        index: column.index,
        label: column.label.clone(),
        facts: format!(
            "{}, {}: {}{}",
            words::outside::scope(column.scope),
            words::outside::measured(column.measure, column.maximum),
            words::outside::counted(column.grades, "grade", "grades"),
            if column.is_known { "; in use already" } else { "" }
        ),
        notes: words::outside::before_tick(column),
        ticked: chosen.map_or(column.ticked, |chosen| chosen.columns.contains(&column.index)),
        usable: !column.shares_name,
    }
}

fn same(row: &ToConfirm, chosen: Option<&Choice>) -> SamePersonRow {
    let line = thousands(u32::try_from(row.line).unwrap_or(u32::MAX));
    SamePersonRow {
        value: format!("{}/{}", row.line, row.person),
        text: format!("Line {line}: “{}” is {}", row.name, row.here),
        why: words::outside::guess(row.guess),
        ticked: chosen.is_some_and(|chosen| chosen.confirmed.contains(&(row.line, row.person.clone()))),
    }
}

//! `/c/{course}/students`: people of whom the course site cannot tell whether they are students, with a teacher's answer.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::membership::Answered;
use crate::ids::PersonId;
use crate::service::base::clash::{Clash, Saving};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::course::students::{self, Asked, InDoubt, Told};
use crate::web::clash;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{AskedLine, CourseBadgesPage, StudentsPage, ToldLine};
use crate::web::views::shared::When;
use crate::web::words;

/// Shown on the first page of a course; the page of its own has all of them.
const FIRST: usize = 5;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::STUDENTS, web::get().to(show))
        .route(course::STUDENTS, web::post().to(show))
        .route(course::STUDENT_ANSWER, web::post().to(answer));
}

async fn show(visit: Visit) -> Result<HttpResponse, AppError> {
    let (asked, now) = students::asked(&visit.cairn, &visit.visitor).await?;
    let told = |one: &Told| ToldLine {
        student: one.person.display_name(),
        is_student: one.is_student,
        seen: one.seen.as_str().to_owned(),
        by: one.by.clone().unwrap_or_else(|| "a former instructor".to_owned()),
        when: When::new(one.at, now),
        action: visit.href(&course::student_answer(&one.person.id)),
    };
    visit.show(&StudentsPage {
        page: visit.page("Who is a student", Place::Badges),
        asked: asked.waiting.iter().map(|one| line(&visit, one)).collect(),
        told: asked.told.iter().map(told).collect(),
        may_answer: asked.may_answer,
        reading: visit.visitor.session.reading,
        back_href: visit.href(""),
    })
}

fn line(visit: &Visit, one: &InDoubt) -> AskedLine {
    AskedLine {
        student: one.person.display_name(),
        seen: one.seen.as_str().to_owned(),
        why: words::students::asked(one.doubt, visit.visitor.zone()),
        action: visit.href(&course::student_answer(&one.person.id)),
    }
}

/// What the first page of the course shows of it.
pub(super) fn on_the_first_page(visit: &Visit, page: &mut CourseBadgesPage, asked: &Asked) {
    let any = !asked.waiting.is_empty() || !asked.told.is_empty();
    page.asked = asked
        .waiting
        .iter()
        .take(FIRST)
        .map(|one| line(visit, one))
        .collect();
    page.more_asked = u32::try_from(asked.waiting.len().saturating_sub(FIRST)).unwrap_or(u32::MAX);
    page.may_answer = asked.may_answer;
    page.students_href = any.then(|| visit.href(&course::students()));
}

async fn answer(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, PersonId)>,
) -> Result<HttpResponse, AppError> {
    let (_, person) = path.into_inner();
    let is_student = match visit.fields.get("is_student") {
        Some("yes") => true,
        Some("no") => false,
        _ => {
            return Err(ServiceError::form(
                ErrorKind::Unprocessable,
                "student.answer",
                "Say whether this person is a student: open the page again and press one of the two buttons.",
            )
            .into());
        }
    };
    let seen = clash::brought(&visit.fields);
    match students::answer(&visit.cairn, &visit.visitor, &person, is_student, Some(&seen)).await? {
        Saving::Done => Ok(visit.go(&visit.href_saying(&course::students(), "student-answered"))),
        Saving::Clash(met) => answered_meanwhile(&visit, &person, &met, is_student),
    }
}

/// What a colleague answered meanwhile, beside what was pressed.
fn answered_meanwhile(
    visit: &Visit,
    person: &PersonId,
    met: &Clash<Answered>,
    is_student: bool,
) -> Result<HttpResponse, AppError> {
    let title = if met.is_own {
        "You answered meanwhile"
    } else {
        "Somebody answered meanwhile"
    };
    let page = visit.page(title, Place::Badges);
    let words = |says: bool| if says { "a student" } else { "not a student" }.to_owned();
    let lines = vec![("This person is", words(met.theirs.is_student), words(is_student))];
    let ways = clash::Ways {
        action: visit.href(&course::student_answer(person)),
        keep_href: visit.href(&course::students()),
        note: "If you save yours, it counts from then on. What was awarded stays.",
        typed: false,
    };
    let now = visit.cairn.clock.now();
    let view = clash::view(met, now, &visit.fields.pairs, &[], lines, &page, ways);
    visit.show_clash(page, view)
}

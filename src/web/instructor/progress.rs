//! `/c/{course}/progress`: students by badges, to look at, to search and to take away.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use url::form_urlencoded::Serializer;

use crate::domain::page::Page;
use crate::service::award::course_badge::MOST;
use crate::service::award::progress::{self, Cell, Matrix, Row};
use crate::service::badge::pictures;
use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{MatrixCell, MatrixHead, MatrixRow, ProgressPage};
use crate::web::views::shared::PictureView;
use crate::web::{csv, decided, paged};

/// Students on one page.
const STUDENTS: i64 = 50;

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::PROGRESS, web::get().to(progress))
        .route(course::PROGRESS, web::post().to(progress))
        .route(course::PROGRESS_CSV, web::get().to(table))
        .route(course::PROGRESS_CSV, web::post().to(table));
}

/// The matrix, those whose name contains `q`.
///
/// # Errors
/// Forbidden for all but instructors.
pub(crate) async fn progress(visit: Visit) -> Result<HttpResponse, AppError> {
    let search = visit.query("q");
    let page = paged::asked(&visit, STUDENTS);
    let matrix = progress::matrix(&visit.cairn, &visit.visitor, search.clone(), page).await?;
    visit.show(&view(&visit, search.unwrap_or_default(), page, &matrix))
}

/// The same as a table for spreadsheets, whole: read in parts, so that no transaction is long.
///
/// # Errors
/// Forbidden for all but instructors.
pub(crate) async fn table(visit: Visit) -> Result<HttpResponse, AppError> {
    let search = visit.query("q");
    let mut page = Page::first(MOST);
    let mut rows: Vec<Vec<String>> = Vec::new();
    loop {
        let matrix = progress::matrix(&visit.cairn, &visit.visitor, search.clone(), page).await?;
        if rows.is_empty() {
            let names = matrix.badges.iter().map(|badge| badge.design.name.clone());
            let head = ["Student", "LMS user id"].map(str::to_owned);
            rows.push(head.into_iter().chain(names).collect());
        }
        rows.extend(matrix.rows.iter().map(|row| line(row, &matrix)));
        page.offset += MOST;
        if matrix.rows.is_empty() || page.offset >= matrix.total {
            break;
        }
    }
    Ok(csv::answer("progress.csv", rows)?)
}

fn line(row: &Row, matrix: &Matrix) -> Vec<String> {
    let words = row
        .cells
        .iter()
        .map(|cell| decided::standing(cell.award.as_ref(), cell.decision.as_ref(), matrix.now).word);
    [row.person.display_name(), row.person.sub.clone()]
        .into_iter()
        .chain(words)
        .collect()
}

fn view(visit: &Visit, search: String, page: Page, matrix: &Matrix) -> ProgressPage {
    let head = |badge: &crate::domain::badge::Badge| MatrixHead {
        name: badge.design.name.clone(),
        picture: PictureView {
            src: pictures::href(&badge.design.picture),
            alt: badge.design.picture_alt.clone(),
        },
        href: visit.href(&course::badge_awards(&badge.id)),
    };
    let row = |row: &Row| {
        let cell = |(badge, cell): (&crate::domain::badge::Badge, &Cell)| {
            let chip = decided::standing(cell.award.as_ref(), cell.decision.as_ref(), matrix.now);
            MatrixCell {
                status: chip.status,
                word: chip.word,
                href: Some(visit.href(&course::decision(&badge.id, &row.person.id))),
            }
        };
        MatrixRow {
            name: row.person.display_name(),
            cells: matrix.badges.iter().zip(&row.cells).map(cell).collect(),
        }
    };
    let csv_query = if search.is_empty() {
        String::new()
    } else {
        let query = Serializer::new(String::new()).append_pair("q", &search).finish();
        format!("?{query}")
    };
    ProgressPage {
        page: visit.page("Progress", Place::Progress),
        in_doubt: u32::try_from(matrix.in_doubt).unwrap_or(u32::MAX),
        students_href: visit.href(&course::students()),
        search_action: visit.href(&course::progress()),
        csv_href: visit.href(&format!("{}{csv_query}", course::progress_csv())),
        badges: matrix.badges.iter().map(head).collect(),
        rows: matrix.rows.iter().map(row).collect(),
        paging: paged::paging(
            visit,
            &course::progress(),
            &[("q", &search)],
            page,
            matrix.rows.len(),
            matrix.total,
        ),
        search,
    }
}

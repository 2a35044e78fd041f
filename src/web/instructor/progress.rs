//! `/c/{course}/progress`: students by badges, to look at, to order, to search and to take away.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, ServiceConfig};
use futures_util::stream::try_unfold;
use url::form_urlencoded::Serializer;

use crate::domain::badge::Badge;
use crate::domain::design_review::RuleProblem;
use crate::domain::facts::GradeSource;
use crate::domain::sentence::{Audience, progress as far};
use crate::domain::stage::{Order, Search, Sought};
use crate::ids::{BadgeId, SectionId};
use crate::service::Cairn;
use crate::service::award::progress::{self, Matrix, Part, Row};
use crate::service::badge::pictures;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{MatrixCell, MatrixHead, MatrixRow, NextBadge, ProgressPage};
use crate::web::views::shared::{Choice, LinkTo, PictureView, SectionList, Status};
use crate::web::words::{self, stages};
use crate::web::{csv, decided, paged};

/// Students on one page.
const STUDENTS: i64 = 50;
/// Badges side by side: as many as fit into 1,280 pixels. More of them are on pages of their own.
const COLUMNS: usize = 30;

/// The column of the file that names the sources of what decided.
const GRADES_FROM: &str = "Grades from";

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::PROGRESS, web::get().to(progress))
        .route(course::PROGRESS, web::post().to(progress))
        .route(course::PROGRESS_CSV, web::get().to(table))
        .route(course::PROGRESS_CSV, web::post().to(table));
}

/// Whom the address asks for, and in which order: `q` a part of the name, `badge`, `standing`, `section` and
/// `order`.
fn asked(visit: &Visit) -> (Search, Order) {
    let search = Search {
        name: visit.query("q"),
        badge: visit.query("badge").map(BadgeId::from),
        standing: visit.query("standing").and_then(|word| Sought::parse(&word)),
        section: visit.query("section").map(SectionId::from),
    };
    let order = visit.query("order").and_then(|word| Order::parse(&word));
    (search, order.unwrap_or_default())
}

/// The matrix of those who are asked for.
///
/// # Errors
/// Forbidden for all but instructors.
pub(crate) async fn progress(visit: Visit) -> Result<HttpResponse, AppError> {
    let (search, order) = asked(&visit);
    let page = paged::asked(&visit, STUDENTS);
    let matrix = progress::matrix(&visit.cairn, &visit.visitor, search, order, page).await?;
    let chosen = |badge: &Badge| matrix.search.badge.as_ref() == Some(&badge.id);
    let columns = Columns::of(&visit, matrix.badges.len(), matrix.badges.iter().position(chosen));
    let query = Query::of(&matrix.search, order, columns);
    let kept: Vec<(&str, &str)> = query
        .0
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let paging = paged::paging(
        &visit,
        &course::progress(),
        &kept,
        matrix.page,
        matrix.rows.len(),
        matrix.total,
    );
    let shown = ProgressPage {
        page: visit.page("Progress", Place::Progress),
        in_doubt: u32::try_from(matrix.in_doubt).unwrap_or(u32::MAX),
        students_href: visit.href(&course::students()),
        over_time_href: visit.href(&course::over_time()),
        search_action: visit.href(&course::progress()),
        everybody_href: visit.href(&course::progress()),
        csv_href: visit.href(&query.after(&course::progress_csv(), &["order", "columns"])),
        search: matrix.search.name.clone().unwrap_or_default(),
        badge: matrix
            .search
            .badge
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        standing: matrix.search.standing.map(Sought::word).unwrap_or_default(),
        order: order.word(),
        all_badges: matrix.badges.iter().map(choice).collect(),
        standings: Sought::all()
            .map(|sought| Choice::new(sought.word(), stages::sought(sought)))
            .collect(),
        sections: SectionList::of(&matrix.sections, matrix.search.section.as_ref()),
        in_no_section: u32::try_from(matrix.in_no_section).unwrap_or(u32::MAX),
        section_is_gone: matrix.section_is_gone,
        orders: Order::ALL
            .map(|order| Choice::new(order.word(), stages::order(order)))
            .into(),
        resting: resting(&matrix),
        cannot: not_earnable(&visit, &matrix.badges, &matrix.not_earnable),
        columns: columns.others(&visit, &query),
        badges: columns
            .of_these(&matrix.badges)
            .zip(columns.first + 1..)
            .map(|(badge, number)| head(&visit, badge, number))
            .collect(),
        rows: matrix
            .rows
            .iter()
            .map(|one| row(&visit, one, &matrix, columns))
            .collect(),
        paging,
    };
    visit.show(&shown)
}

/// The same as a table for spreadsheets, whole and by name, sent as it is read: neither a long transaction nor all of it in
/// memory.
///
/// # Errors
/// Forbidden for all but instructors.
pub(crate) async fn table(visit: Visit) -> Result<HttpResponse, AppError> {
    let (search, _) = asked(&visit);
    // Read before the answer begins, so that whoever may not see it is told so.
    let first = progress::part(&visit.cairn, &visit.visitor, search.clone(), None).await?;
    let walk = Walk {
        cairn: Arc::clone(&visit.cairn),
        visitor: visit.visitor,
        search,
        part: first,
        begun: false,
    };
    Ok(csv::stream("progress.csv", try_unfold(walk, Walk::step)))
}

/// The way through a whole table, from part to part.
struct Walk {
    cairn: Arc<Cairn>,
    visitor: Visitor,
    search: Search,
    part: Option<Part>,
    begun: bool,
}

impl Walk {
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, ServiceError> {
        let Some(part) = self.part.take() else {
            return Ok(None);
        };
        let lines = part.rows.iter().map(|row| line(row, &part));
        let bytes = if self.begun {
            csv::more(lines)?
        } else {
            let names = part.badges.iter().map(|badge| badge.design.name.clone());
            let head = ["Student", "LMS user id"].map(str::to_owned);
            let sections = SectionList::of(&part.sections, None);
            let sections = (!sections.is_empty()).then(|| sections.label().to_owned());
            let head: Vec<String> = head
                .into_iter()
                .chain(sections)
                .chain([GRADES_FROM.to_owned()])
                .chain(names)
                .collect();
            csv::document(std::iter::once(head).chain(lines))?
        };
        self.begun = true;
        self.part = progress::part(&self.cairn, &self.visitor, self.search.clone(), Some(part)).await?;
        Ok(Some((bytes.into(), self)))
    }
}

fn line(row: &Row, part: &Part) -> Vec<String> {
    let words = row
        .cells
        .iter()
        .map(|cell| decided::standing(cell.award.as_ref(), cell.decision.as_ref(), part.now).word);
    let sections = (!part.sections.is_empty()).then(|| {
        let names = part.section_names.get(&row.person.id);
        names.map(|names| names.join("; ")).unwrap_or_default()
    });
    [row.person.display_name(), row.person.sub.clone()]
        .into_iter()
        .chain(sections)
        .chain([grades_from(row, part)])
        .chain(words)
        .collect()
}

/// Where the grades were read by which a student's badges are decided.
fn grades_from(row: &Row, part: &Part) -> String {
    let cells = part.badges.iter().zip(&row.cells);
    let read = cells.filter_map(|(badge, cell)| {
        let sources = cell.decision.as_ref()?.sources();
        (!sources.is_empty()).then_some((badge.design.name.as_str(), sources))
    });
    sources(&read.collect::<Vec<_>>())
}

/// How a grade was read, told so that columns of Cairn and those of the LMS, which stand in one gradebook, are not taken for each
/// other.
const fn read_as(source: GradeSource) -> &'static str {
    match source {
        GradeSource::Ags => "Cairn's own columns",
        GradeSource::RestCanvas => "read from Canvas",
        GradeSource::RestMoodle => "read from Moodle",
        GradeSource::Csv => "a gradebook file",
    }
}

/// Each source with the badges that it decides, which are left out where those are all: "read from Canvas (Safe worker); Cairn's own
/// columns".
fn sources(read: &[(&str, Vec<GradeSource>)]) -> String {
    let told = GradeSource::ALL.into_iter().filter_map(|source| {
        let of = read.iter().filter(|(_, sources)| sources.contains(&source));
        let names: Vec<&str> = of.map(|(name, _)| *name).collect();
        match names.len() {
            0 => None,
            all if all == read.len() => Some(read_as(source).to_owned()),
            _ => Some(format!("{} ({})", read_as(source), names.join(", "))),
        }
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Which badges stand side by side.
#[derive(Debug, Clone, Copy)]
struct Columns {
    /// The place of the first, from 0.
    first: usize,
    all: usize,
}

impl Columns {
    /// Those that are asked for, else those among which the badge at `chosen` is.
    fn of(visit: &Visit, all: usize, chosen: Option<usize>) -> Self {
        let asked = visit.query("columns").and_then(|text| text.parse::<usize>().ok());
        let last = all.saturating_sub(1) / COLUMNS;
        let asked = asked.map(|number| number.saturating_sub(1));
        let page = asked
            .or(chosen.map(|place| place / COLUMNS))
            .unwrap_or(0)
            .min(last);
        Self {
            first: page * COLUMNS,
            all,
        }
    }

    /// Those of a list with one for each badge.
    fn of_these<T>(self, all: &[T]) -> impl Iterator<Item = &T> {
        all.iter().skip(self.first).take(COLUMNS)
    }

    fn number(self) -> usize {
        self.first / COLUMNS + 1
    }

    /// The ways to the other badges, none where all of them fit.
    fn others(self, visit: &Visit, query: &Query) -> Vec<LinkTo> {
        let pages = self.all.div_ceil(COLUMNS);
        let way = |page: usize| {
            let (first, last) = ((page - 1) * COLUMNS + 1, (page * COLUMNS).min(self.all));
            let query = query.with("columns", &page.to_string());
            LinkTo {
                href: visit.href(&query.after(&course::progress(), &[])),
                text: format!("Badges {first} to {last}"),
            }
        };
        (1..=pages)
            .filter(|page| *page != self.number())
            .map(way)
            .collect()
    }
}

/// What every address of this table keeps; what is usual is left out.
#[derive(Debug, Clone)]
struct Query(Vec<(&'static str, String)>);

impl Query {
    fn of(search: &Search, order: Order, columns: Columns) -> Self {
        let mut kept = Vec::new();
        kept.extend(search.name.clone().map(|name| ("q", name)));
        kept.extend(search.badge.as_ref().map(|badge| ("badge", badge.to_string())));
        kept.extend(
            search
                .standing
                .map(|sought| ("standing", sought.word().to_owned())),
        );
        kept.extend(
            search
                .section
                .as_ref()
                .map(|section| ("section", section.to_string())),
        );
        if order != Order::default() {
            kept.push(("order", order.word().to_owned()));
        }
        // A chosen badge would lead to its own columns.
        if columns.number() > 1 || search.badge.is_some() && columns.all > COLUMNS {
            kept.push(("columns", columns.number().to_string()));
        }
        Self(kept)
    }

    fn with(&self, name: &'static str, value: &str) -> Self {
        let others = self.0.iter().filter(|(known, _)| *known != name).cloned();
        Self(others.chain([(name, value.to_owned())]).collect())
    }

    /// That path with all of it but what is named.
    fn after(&self, path: &str, but: &[&str]) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in self.0.iter().filter(|(name, _)| !but.contains(name)) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }
}

fn choice(badge: &Badge) -> Choice {
    Choice::new(badge.id.as_str(), badge.design.name.as_str())
}

/// The badge that was chosen and rests, where the search goes by what is decided.
fn resting(matrix: &Matrix) -> Option<String> {
    let chosen = matrix.search.badge.as_ref()?;
    let goes_by_rule = matches!(matrix.search.standing, Some(Sought::At(stage)) if stage.is_decided());
    let badge = matrix.badges.iter().find(|badge| badge.id == *chosen)?;
    (goes_by_rule && badge.state.rests()).then(|| badge.design.name.clone())
}

/// Which of these badges nobody can earn, a sentence each. In a course that has ended nothing is earned any more.
pub(super) fn not_earnable(visit: &Visit, badges: &[Badge], found: &[(BadgeId, RuleProblem)]) -> Vec<String> {
    if visit.visitor.course.life.end().is_some() {
        return Vec::new();
    }
    let told = found.iter().filter_map(|(id, problem)| {
        let badge = badges.iter().find(|badge| badge.id == *id)?;
        Some(words::rules::cannot_be_earned(Some(&badge.design.name), problem))
    });
    told.collect()
}

fn head(visit: &Visit, badge: &Badge, number: usize) -> MatrixHead {
    MatrixHead {
        number,
        name: badge.design.name.clone(),
        picture: PictureView {
            src: pictures::href(&badge.design.picture),
            alt: badge.design.picture_alt.clone(),
        },
        href: visit.href(&course::badge_awards(&badge.id)),
    }
}

fn row(visit: &Visit, row: &Row, matrix: &Matrix, columns: Columns) -> MatrixRow {
    let pairs = matrix.badges.iter().zip(&row.cells);
    let cells = pairs.skip(columns.first).take(COLUMNS).map(|(badge, cell)| {
        let chip = decided::standing(cell.award.as_ref(), cell.decision.as_ref(), matrix.now);
        let is_chosen = matrix.search.badge.as_ref() == Some(&badge.id);
        let says_something = !matches!(chip.status, Status::NotMet | Status::Unknown);
        MatrixCell {
            badge: badge.design.name.clone(),
            status: chip.status,
            word: chip.word,
            href: visit.href(&course::decision(&badge.id, &row.person.id)),
            on_card: is_chosen || says_something || matrix.badges.len() <= ProgressPage::FEW,
        }
    });
    let next = row.next(&matrix.badges).map(|(badge, decision)| NextBadge {
        name: badge.design.name.clone(),
        word: far(decision).words(Audience::Teacher),
    });
    MatrixRow {
        name: row.person.display_name(),
        earned: row.earned(matrix.now),
        next,
        cells: cells.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_name_the_badges_that_they_decide_where_others_are_decided_otherwise() {
        let (ags, canvas, file) = (GradeSource::Ags, GradeSource::RestCanvas, GradeSource::Csv);
        assert_eq!(sources(&[]), "");
        assert_eq!(
            sources(&[("A", vec![canvas]), ("B", vec![canvas])]),
            "read from Canvas"
        );
        let mixed = [("A", vec![ags, file]), ("B", vec![ags]), ("C", vec![ags, file])];
        assert_eq!(sources(&mixed), "Cairn's own columns; a gradebook file (A, C)");
        let apart = [("A", vec![canvas]), ("B", vec![file])];
        assert_eq!(sources(&apart), "read from Canvas (A); a gradebook file (B)");
    }
}

//! `/c/{course}/badges/{badge}/rule/replay`: the rule over the gradebook of an earlier year. Every look is one form: the file comes
//! with it or comes back in it, and nothing of it stays here.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::replay::{Answer, Answers, CohortColumn, Other, PARTS, Replay, Scale};
use crate::domain::rule::Condition;
use crate::domain::sentence::label;
use crate::domain::subject::{Subject, as_node};
use crate::ids::BadgeId;
use crate::service::award::files::size_words;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{GradesRefusal, Refusal, ReplayRefusal};
use crate::service::course::replay::{self, Brought, LARGEST, Question, Tried};
use crate::web::badge_facts::picture_of;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::instructor::badge_form::decimal;
use crate::web::paths::course;
use crate::web::plot::{self, Scale as Drawn};
use crate::web::views::instructor::{
    AnswerRow, CohortList, DistancePlot, ReplayPage, ReplayResult, ReplaySetup,
};
use crate::web::views::shared::{Choice, Problem, ProblemList, count_of};
use crate::web::words;

/// Names that are shown of each list.
const SHOWN: usize = 50;
/// What begins the value of a column in a form.
const COLUMN: &str = "column.";

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::BADGE_REPLAY, web::get().to(show))
        .route(course::BADGE_REPLAY, web::post().to(show))
        .route(course::BADGE_REPLAY_TRY, web::post().to(try_out));
}

/// What was chosen and typed, by the word of what it is about.
#[derive(Debug, Default)]
struct Typed {
    chosen: BTreeMap<String, String>,
    points: BTreeMap<String, String>,
}

impl Typed {
    fn of(visit: &Visit) -> Self {
        let named = |prefix: &'static str| {
            visit.fields.pairs.iter().filter_map(move |(name, value)| {
                let word = name.strip_prefix(prefix)?;
                Some((
                    word.to_owned(),
                    value.trim().chars().take(200).collect::<String>(),
                ))
            })
        };
        Self {
            chosen: named("q.").collect(),
            points: named("of.").collect(),
        }
    }

    /// What of it is about another file too: columns are not.
    fn without_columns(mut self) -> Self {
        self.chosen.retain(|_, chosen| !chosen.starts_with(COLUMN));
        self.points.clear();
        self
    }

    /// The same as fields of a form, for a page that has no file to choose columns of.
    fn kept(self) -> Vec<(String, String)> {
        let chosen = self.without_columns().chosen.into_iter();
        chosen
            .filter(|(_, chosen)| !chosen.is_empty())
            .map(|(word, chosen)| (format!("q.{word}"), chosen))
            .collect()
    }

    /// The answers, and what of them cannot be read.
    fn answers(&self, tried: &Tried) -> (Answers, Vec<Problem>) {
        let (mut answers, mut problems) = (Answers::new(), Vec::new());
        for question in &tried.questions {
            let word = question.subject.word();
            match self.answer(&word) {
                Ok(Some(answer)) => {
                    answers.insert(question.subject.clone(), answer);
                }
                Ok(None) => {}
                Err(refusal) => problems.push(Problem {
                    field: format!("of.{word}"),
                    text: words::errors::sentence(&ServiceError::from(refusal)),
                }),
            }
        }
        (answers, problems)
    }

    fn answer(&self, word: &str) -> Result<Option<Answer>, ReplayRefusal> {
        let chosen = self.chosen.get(word).map_or("", String::as_str);
        let at = chosen.strip_prefix(COLUMN).and_then(|at| at.parse().ok());
        let points = self.points.get(word).filter(|typed| !typed.is_empty());
        Ok(match (chosen, at) {
            (_, Some(at)) => {
                let of = match points {
                    Some(typed) => Some(decimal(typed).ok_or(ReplayRefusal::Points)?),
                    None => None,
                };
                Some(Answer::Column { at, of })
            }
            ("met", None) => Some(Answer::Met),
            ("not-met", None) => Some(Answer::NotMet),
            ("open", None) => Some(Answer::Open),
            _ => None,
        })
    }
}

async fn show(visit: Visit, path: web::Path<(String, BadgeId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    match replay::tried(&visit.cairn, &visit.visitor, &id, None).await {
        Ok(tried) => visit.show(&start(&visit, &tried, Vec::new())),
        // Nothing to try yet: the rule comes first.
        Err(ServiceError::NotFound("rule")) => Ok(visit.go(&visit.href(&course::badge_rule(&id)))),
        Err(error) => Err(error.into()),
    }
}

/// The file of a form, whether it has other columns than the one before, and why another one was not taken.
struct Sent {
    brought: Option<Brought>,
    is_new: bool,
    refused: Option<ServiceError>,
}

async fn sent(visit: &Visit) -> Result<Sent, AppError> {
    let before = visit.fields.get("kept").map(str::to_owned);
    let mut sent = Sent {
        brought: None,
        is_new: false,
        refused: None,
    };
    if let Some(file) = visit.fields.file("file") {
        match replay::bring(&visit.visitor, file.bytes.clone()).await {
            Ok(brought) => {
                // The same columns once more: what was said of them holds.
                sent.is_new = visit.fields.text("columns") != brought.columns;
                sent.brought = Some(brought);
                return Ok(sent);
            }
            Err(error) => sent.refused = Some(of_a_file(error)?),
        }
    }
    // The one from before is still there when another one is no gradebook.
    match before {
        Some(kept) => match replay::again(&visit.visitor, kept).await {
            Ok(brought) => sent.brought = Some(brought),
            Err(error) => sent.refused = Some(of_a_file(error)?),
        },
        None if sent.refused.is_none() => sent.refused = Some(GradesRefusal::NoFile.into()),
        None => {}
    }
    Ok(sent)
}

/// Why a file is not taken; everything else is no matter of the file.
fn of_a_file(error: ServiceError) -> Result<ServiceError, AppError> {
    match error {
        ServiceError::Refused(Refusal::Grades(_) | Refusal::Replay(_)) => Ok(error),
        other => Err(other.into()),
    }
}

async fn try_out(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    visit.teach()?;
    let sent = sent(&visit).await?;
    let tried = match replay::tried(&visit.cairn, &visit.visitor, &id, sent.brought.as_ref()).await {
        Ok(tried) => tried,
        Err(ServiceError::NotFound("rule")) => {
            return Ok(visit.go(&visit.href(&course::badge_rule(&id))));
        }
        Err(error) => return Err(error.into()),
    };
    let typed = Typed::of(&visit);
    let refused: Vec<Problem> = sent.refused.iter().map(whole).collect();
    let Some(brought) = sent.brought else {
        return visit.show_again(&ReplayPage {
            chosen: typed.kept(),
            ..start(&visit, &tried, refused)
        });
    };
    if sent.is_new {
        let typed = typed.without_columns();
        return visit.show(&laid(&visit, &tried, &brought, &typed, Vec::new(), true));
    }
    let (answers, mut problems) = typed.answers(&tried);
    problems.extend(refused);
    if !problems.is_empty() {
        return visit.show_again(&laid(&visit, &tried, &brought, &typed, problems, false));
    }
    let page = laid(&visit, &tried, &brought, &typed, Vec::new(), false);
    match replay::run(&visit.cairn, &visit.visitor, &tried, brought, answers).await {
        Ok((brought, done)) => visit.show(&ReplayPage {
            result: Some(result(&tried, &brought, &done)),
            ..page
        }),
        Err(error @ ServiceError::Refused(Refusal::Replay(_))) => visit.show_again(&ReplayPage {
            problems: ProblemList(vec![whole(&error)]),
            ..page
        }),
        Err(error) => Err(error.into()),
    }
}

fn whole(error: &ServiceError) -> Problem {
    Problem {
        field: String::new(),
        text: words::errors::sentence(error),
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The page on which a file is chosen.
fn start(visit: &Visit, tried: &Tried, problems: Vec<Problem>) -> ReplayPage {
    let badge = &tried.badge;
    ReplayPage {
        page: visit.page(
            &format!("“{}” on an earlier year", badge.design.name),
            Place::Badges,
        ),
        picture: picture_of(badge),
        problems: ProblemList(problems),
        sentence: tried.sentence.clone(),
        version: words::versions::version(tried.rule.version, tried.rule.state),
        action: visit.href(&course::badge_replay_try(&badge.id)),
        limit: size_words(u64::try_from(LARGEST).unwrap_or(u64::MAX)),
        how: words::lms::gradebook_export(visit.visitor.registration.flavour),
        chosen: Vec::new(),
        setup: None,
        result: None,
        back_href: visit.href(&course::badge_rule(&badge.id)),
    }
}

/// The same with what stands for what in a file; a file that has just come has its columns proposed.
fn laid(
    visit: &Visit,
    tried: &Tried,
    brought: &Brought,
    typed: &Typed,
    problems: Vec<Problem>,
    proposes: bool,
) -> ReplayPage {
    let cohort = &brought.cohort;
    let rows = tried
        .questions
        .iter()
        .map(|question| row(tried, question, brought, typed, proposes));
    ReplayPage {
        setup: Some(ReplaySetup {
            about: format!(
                "The file has {} and {} of grades.",
                count_of(small(cohort.people.len()), "person", "people"),
                count_of(small(cohort.columns.len()), "column", "columns")
            ),
            kept: brought.kept.clone(),
            columns: brought.columns.clone(),
            rows: rows.collect(),
        }),
        ..start(visit, tried, problems)
    }
}

fn value_of(at: usize) -> String {
    format!("{COLUMN}{at}")
}

fn row(tried: &Tried, question: &Question, brought: &Brought, typed: &Typed, proposes: bool) -> AnswerRow {
    let word = question.subject.word();
    let columns = &brought.cohort.columns;
    let proposed = question.proposed.filter(|_| proposes);
    let chosen = match (typed.chosen.get(&word), proposed) {
        (Some(chosen), _) if !chosen.is_empty() => chosen.clone(),
        (_, Some((at, _))) => value_of(at),
        _ => String::new(),
    };
    let offered = question.columns.iter().filter_map(|at| {
        Some(Choice::new(
            value_of(*at),
            words::replay::column(columns.get(*at)?),
        ))
    });
    let ways = words::replay::WAYS
        .into_iter()
        .map(|(value, text)| Choice::new(value, text));
    let about: Vec<String> = question
        .conditions
        .iter()
        .map(|condition| called(condition, tried))
        .collect();
    let points = typed.points.get(&word).cloned().unwrap_or_default();
    AnswerRow {
        field: format!("q.{word}"),
        about: about.join(" · "),
        options: offered.chain(ways).collect(),
        note: if question.columns.is_empty() {
            words::replay::not_in_a_file(&question.subject)
        } else if proposes {
            words::replay::proposed(question.proposed.map(|(_, basis)| basis))
        } else {
            ""
        },
        taken: taken(tried, &question.subject, &chosen, &points, columns),
        points: (!question.columns.is_empty()).then(|| (format!("of.{word}"), points)),
        chosen,
    }
}

/// How the points of the chosen column are taken.
fn taken(tried: &Tried, subject: &Subject, chosen: &str, points: &str, columns: &[CohortColumn]) -> String {
    let at = chosen
        .strip_prefix(COLUMN)
        .and_then(|at| at.parse::<usize>().ok());
    let column = at.and_then(|at| columns.get(at));
    let (Some(column), Some(scale)) = (column, Scale::of(subject, &tried.names)) else {
        return String::new();
    };
    words::replay::out_of(scale.out_of(column, decimal(points)), scale.maximum)
}

fn called(condition: &Condition, tried: &Tried) -> String {
    label(&as_node(condition), &tried.names)
}

fn result(tried: &Tried, brought: &Brought, done: &Replay) -> ReplayResult {
    let name = |place: &usize| {
        let person = brought.cohort.people.get(*place);
        person.map(words::replay::person).unwrap_or_default()
    };
    let mut earned: Vec<String> = done.earned.iter().map(name).collect();
    earned.sort_by_key(|name| name.to_lowercase());
    let far = |other: &Other| {
        (
            name(&other.person),
            words::replay::short(other.short, other.is_open),
        )
    };
    ReplayResult {
        earned: words::replay::earned(done, &tried.badge.design.name),
        open: words::replay::open(done),
        stopped: words::replay::stopped_most(done, &tried.names),
        distances: (!done.others.is_empty()).then(|| distances(done)),
        stops: done
            .stops
            .iter()
            .map(|stop| (called(&stop.condition, tried), words::replay::stop(stop)))
            .collect(),
        lists: vec![
            CohortList {
                title: "Would have earned it",
                count: small(done.earned.len()),
                people: earned
                    .into_iter()
                    .take(SHOWN)
                    .map(|name| (name, String::new()))
                    .collect(),
            },
            CohortList {
                title: "The others, the nearest first",
                count: small(done.others.len()),
                people: done.others.iter().take(SHOWN).map(far).collect(),
            },
        ],
    }
}

fn distances(done: &Replay) -> DistancePlot {
    let counts: Vec<i64> = done
        .distances
        .iter()
        .map(|count| i64::try_from(*count).unwrap_or(i64::MAX))
        .collect();
    let most = done.distances.iter().copied().max().unwrap_or_default();
    let parts = i64::try_from(counts.len()).unwrap_or(i64::MAX);
    let scale = Drawn::to(parts, i64::try_from(most).unwrap_or(i64::MAX));
    DistancePlot {
        about: words::replay::distances(done),
        bars: plot::bars(scale, &counts),
        most: small(most),
        first: words::replay::part(0),
        last: words::replay::part(PARTS),
        lines: done
            .distances
            .iter()
            .enumerate()
            .map(|(place, count)| (words::replay::part(place), small(*count)))
            .collect(),
        untold: small(done.untold),
    }
}

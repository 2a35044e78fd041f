//! The dry run, its names as a file, and the activation that confirms its number.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::badge::BadgeState;
use crate::domain::coach::Found;
use crate::domain::dry_run::{DryRun, FunnelRow, NEAR_PERCENT};
use crate::domain::policy::Powers;
use crate::domain::sentence::{Audience, next_step, recorded_otherwise};
use crate::ids::{BadgeId, PersonId};
use crate::service::badge::coach;
use crate::service::badge::design::{self, Activated, Trial};
use crate::service::badge::lineage::{self, Change};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::base::policies;
use crate::web::badge_facts::picture_of;
use crate::web::csv;
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{
    Activation, CoachList, ConditionBar, Difference, DryRunPage, NameGroup, PersonLine,
};
use crate::web::views::shared::{Problem, ProblemList, Waiting, When, count_of, thousands};
use crate::web::words;

/// Those who meet the rule, but whose badge is not renewed by that alone.
const LAPSED: &str = "Had it until it lapsed";
/// Names that are read one after the other in a sentence.
const IN_A_SENTENCE: usize = 12;
/// Names shown of each group; the file has all of them.
const SHOWN: usize = 50;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::BADGE_PREVIEW, web::get().to(show))
        .route(course::BADGE_PREVIEW, web::post().to(show))
        .route(course::BADGE_PREVIEW_CSV, web::get().to(file))
        .route(course::BADGE_PREVIEW_CSV, web::post().to(file))
        .route(course::BADGE_ACTIVATE, web::post().to(activate));
}

async fn show(visit: Visit, path: web::Path<(String, BadgeId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    match design::trial(&visit.cairn, &visit.visitor, &id).await {
        Ok(trial) => {
            let powers = policies::powers(&visit.cairn, &visit.visitor).await?;
            let leaves = leaves(&visit, &id).await?;
            let hints = coach::before_activation(&visit.cairn, &visit.visitor, &id).await?;
            visit.show(&view(
                &visit,
                &trial,
                powers,
                &hints,
                ProblemList::default(),
                leaves,
            ))
        }
        // Nothing to try yet: the rule comes first.
        Err(ServiceError::NotFound("rule")) => Ok(visit.go(&visit.href(&course::badge_rule(&id)))),
        Err(error) => Err(error.into()),
    }
}

async fn activate(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, BadgeId)>,
) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let number = visit.fields.get("confirm").and_then(|number| number.parse().ok());
    let number = number.ok_or_else(|| {
        ServiceError::form(
            ErrorKind::Unprocessable,
            "activate.number",
            "Open the dry run again and activate from there.",
        )
    })?;
    let digest = visit.fields.text("digest");
    let asked = leaves(&visit, &id).await?;
    if let Some(first) = asked.as_deref().filter(|_| !visit.fields.ticked("leaves")) {
        let problem = Problem {
            field: "leaves".to_owned(),
            text: words::lineages::asks(first),
        };
        return again(&visit, &id, problem, asked).await;
    }
    let problem = match design::activate(&visit.cairn, &visit.visitor, &id, number, &digest).await? {
        Activated::Done => {
            let notice = if number == 0 { "activated-for-nobody" } else { "activated" };
            return Ok(visit.go(&visit.href_saying("", notice)));
        }
        Activated::Changed(now) if now == number => {
            "The rule or the students who would earn it have changed since you looked. Nothing was activated; this is how \
             it is now."
                .to_owned()
        }
        Activated::Changed(now) => format!(
            "The number has changed from {number} to {now} since you looked. Nothing was activated; this is how it is now."
        ),
        Activated::Blocked(_) => "The rule cannot be activated as it is. Nothing was changed.".to_owned(),
    };
    let problem = Problem {
        field: String::new(),
        text: problem,
    };
    again(&visit, &id, problem, asked).await
}

/// The badge for which a copy would count no more outside its course with what is tried out.
async fn leaves(visit: &Visit, id: &BadgeId) -> Result<Option<String>, AppError> {
    Ok(lineage::leaves(&visit.cairn, &visit.visitor, id, Change::Draft).await?)
}

/// The dry run as it is now, with why nothing was activated.
async fn again(
    visit: &Visit,
    id: &BadgeId,
    problem: Problem,
    leaves: Option<String>,
) -> Result<HttpResponse, AppError> {
    let trial = design::trial(&visit.cairn, &visit.visitor, id).await?;
    let powers = policies::powers(&visit.cairn, &visit.visitor).await?;
    let hints = coach::before_activation(&visit.cairn, &visit.visitor, id).await?;
    let problems = ProblemList(vec![problem]);
    visit.show_again(&view(visit, &trial, powers, &hints, problems, leaves))
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn view(
    visit: &Visit,
    trial: &Trial,
    powers: Powers,
    hints: &[Found],
    problems: ProblemList,
    leaves: Option<String>,
) -> DryRunPage {
    let (run, badge) = (&trial.run, &trial.badge);
    let page = visit.page(&format!("Who would earn “{}”?", badge.design.name), Place::Badges);
    let dismiss = powers
        .create
        .then(|| super::coach::dismissing(visit, badge.id.as_str()));
    let href = |to: fn(&BadgeId) -> String| visit.href(&to(&badge.id));
    let activation = Activation {
        action: href(course::badge_activate),
        number: small(run.number()),
        digest: run.digest.clone(),
    };
    let (unknown, lacking) = undecided(run);
    DryRunPage {
        hints: CoachList::of(&page, dismiss.as_ref(), hints),
        coach_href: visit.href(&course::coach()),
        page,
        badge_name: badge.design.name.clone(),
        picture: picture_of(badge),
        sentence: trial.sentence.clone(),
        students: small(run.learners),
        in_doubt: small(trial.in_doubt),
        students_href: visit.href(&course::students()),
        now: small(run.number()),
        met: met(run),
        near: small(run.near.len()),
        once_released: small(run.once_released),
        counting: trial
            .counting
            .iter()
            .map(|(label, release)| words::releases::counting(label, release, visit.visitor.zone()))
            .collect(),
        told_by_lms: trial
            .told_by_lms
            .iter()
            .map(|label| words::releases::told_by_lms(label))
            .chain(
                trial
                    .unseen
                    .iter()
                    .map(|(label, count)| words::rest_grades::unseen_in(label, *count)),
            )
            .chain(words::portfolio::cannot_count(trial.external).map(str::to_owned))
            .collect(),
        unread: trial
            .unread
            .iter()
            .map(|label| words::releases::unread(label))
            .collect(),
        paused: match &badge.state {
            BadgeState::Paused { reason } if trial.blocking.is_empty() => Some(words::rules::rest(reason)),
            BadgeState::Paused { .. } => Some(String::new()),
            _ => None,
        },
        columns_href: visit.href(&course::columns()),
        unknown,
        lacking,
        holders: small(run.holders.len()),
        lapsed: small(run.lapsed.len()),
        bars: run.funnel.iter().map(|row| bar(row, run.learners)).collect(),
        names: groups(trial)
            .into_iter()
            .map(|(title, people)| group(visit, trial, title, people))
            .collect(),
        difference: run.change.as_ref().map(|change| Difference {
            version: change.version,
            gained: small(change.gained.len()),
            added: first_names(&change.gained, |id| name(trial, id)),
            lost: small(change.lost.len()),
            removed: first_names(&change.lost, |id| name(trial, id)),
        }),
        activation: (powers.create && trial.can_activate && trial.blocking.is_empty()).then_some(activation),
        may_activate: powers.create,
        leaves,
        blocking: trial
            .blocking
            .iter()
            .map(|one| words::rules::blocking_of(one, &badge.state))
            .collect(),
        problems,
        failed_since: trial.failed_since,
        read: trial.read_at.map(|at| When::new(at, trial.now)),
        lms_read: trial.lms_read_at.map(|at| When::new(at, trial.now)),
        waiting: trial.first_reading.then(|| Waiting {
            every: Some(2),
            ..visit.waiting(&course::badge_preview(&badge.id))
        }),
        csv_href: href(course::badge_preview_csv),
        versions_href: href(course::badge_versions),
        replay_href: href(course::badge_replay),
        back_href: href(course::badge_rule),
    }
}

/// Of how many too little is known to decide, and of how many it is known that they have not handed in or completed it.
fn undecided(run: &DryRun) -> (u32, u32) {
    let unknown = run.not_released.len() + run.no_grade.len() + run.not_known.len() + run.waiting.len();
    let lacking = run.not_handed_in.len() + run.not_complete.len();
    (small(unknown), small(lacking))
}

/// Who meets the rule, where that is more than who would be awarded: "2 students meet the rule; both hold it already; 0 would
/// earn it now."
fn met(run: &DryRun) -> Option<String> {
    let (met, now) = (run.met, run.number());
    if met.all <= now {
        return None;
    }
    let meets = count_of(small(met.all), "student meets", "students meet");
    let mut parts = vec![format!("{meets} the rule")];
    match met.hold {
        0 => {}
        2 if met.all == 2 => parts.push("both hold it already".to_owned()),
        hold if hold == met.all && hold > 2 => parts.push("all of them hold it already".to_owned()),
        hold => parts.push(format!("{} it already", count_of(small(hold), "holds", "hold"))),
    }
    if !run.lapsed.is_empty() {
        parts.push(format!("{} had it until it lapsed", run.lapsed.len()));
    }
    if met.revoked > 0 {
        parts.push(format!("{} had it revoked", met.revoked));
    }
    parts.push(format!("{now} would earn it now."));
    Some(parts.join("; "))
}

fn bar(row: &FunnelRow, all: usize) -> ConditionBar {
    let words = |counts: &[(usize, String)]| {
        let said = counts.iter().filter(|(count, _)| *count > 0);
        said.map(|(count, word)| format!("{count} {word}"))
            .collect::<Vec<_>>()
            .join(" · ")
    };
    ConditionBar {
        label: row.label.clone(),
        yes: small(row.yes),
        near: small(row.near + row.waiting),
        near_words: words(&[
            (row.near, format!("within {NEAR_PERCENT} points")),
            (row.waiting, "waiting for review".to_owned()),
        ]),
        unknown: small(
            row.not_released + row.no_grade + row.not_handed_in + row.not_complete + row.not_known,
        ),
        unknown_words: words(&[
            (row.not_released, "not released yet".to_owned()),
            (row.no_grade, "no grade yet".to_owned()),
            (row.not_handed_in, "nothing handed in".to_owned()),
            (row.not_complete, "not completed".to_owned()),
            (row.not_known, "not known yet".to_owned()),
        ]),
        no: small(row.no),
        all: small(all),
    }
}

/// Everybody, by outcome.
fn groups(trial: &Trial) -> [(&'static str, &[PersonId]); 13] {
    let run = &trial.run;
    [
        ("Would earn it now", &run.awarded),
        (
            "Meet it, but a teacher has to say first whether they are students",
            &trial.unanswered,
        ),
        ("Miss it narrowly", &run.near),
        ("Wait for a review or an approval", &run.waiting),
        ("Have not handed in yet", &run.not_handed_in),
        ("Have not completed it yet", &run.not_complete),
        ("Of whom it is not known here yet", &run.not_known),
        ("Wait for grades to be released", &run.not_released),
        ("Have no grade yet", &run.no_grade),
        ("Do not meet it", &run.not_yet),
        ("Hold it already", &run.holders),
        (LAPSED, &run.lapsed),
        ("Had it revoked", &run.revoked),
    ]
}

fn name(trial: &Trial, id: &PersonId) -> String {
    trial.people.get(id).map_or_else(
        || "Student".to_owned(),
        crate::domain::people::Person::display_name,
    )
}

/// So many names that they are read in a sentence; all of them stand beside the versions.
fn first_names(people: &[PersonId], name: impl Fn(&PersonId) -> String) -> Vec<String> {
    let mut names: Vec<String> = people.iter().take(IN_A_SENTENCE).map(name).collect();
    let more = people.len().saturating_sub(IN_A_SENTENCE);
    if more > 0 {
        names.push(format!("and {} more", thousands(small(more))));
    }
    names
}

/// Why somebody does not earn it: the next step, as a teacher reads it. Whatever becomes of them, a grade that the gradebook
/// records in other points is said with both numbers.
fn note(trial: &Trial, title: &str, id: &PersonId) -> String {
    let decision = trial.decisions.get(id);
    let mut told = decision
        .map(|decision| recorded_otherwise(decision, &trial.names))
        .unwrap_or_default();
    let step = missing(trial, title, id);
    if !step.is_empty() {
        told.insert(0, step);
    }
    told.join(" · ")
}

fn missing(trial: &Trial, title: &str, id: &PersonId) -> String {
    if matches!(title, "Would earn it now" | "Hold it already" | "Had it revoked") {
        return String::new();
    }
    if title == LAPSED {
        return words::renewals::in_the_dry_run(trial.badge.design.renewal).to_owned();
    }
    let decision = trial.decisions.get(id);
    let step = decision
        .map(|decision| next_step(decision, &trial.names, Audience::Teacher))
        .unwrap_or_default();
    step.strip_prefix("Next: ").unwrap_or(&step).to_owned()
}

fn group(visit: &Visit, trial: &Trial, title: &str, people: &[PersonId]) -> NameGroup {
    let mut lines: Vec<PersonLine> = people
        .iter()
        .map(|id| PersonLine {
            name: name(trial, id),
            note: String::new(),
            href: Some(visit.href(&course::decision(&trial.badge.id, id))),
        })
        .zip(people)
        .map(|(line, id)| PersonLine {
            note: note(trial, title, id),
            ..line
        })
        .collect();
    lines.sort_by_key(|line| line.name.to_lowercase());
    lines.truncate(SHOWN);
    NameGroup {
        title: title.to_owned(),
        count: small(people.len()),
        people: lines,
    }
}

async fn file(visit: Visit, path: web::Path<(String, BadgeId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let trial = design::trial(&visit.cairn, &visit.visitor, &id).await?;
    let mut table = vec![["Student", "Outcome", "What is missing"].map(str::to_owned)];
    for (title, people) in groups(&trial) {
        let row = |id| [name(&trial, id), title.to_owned(), note(&trial, title, id)];
        let mut rows: Vec<_> = people.iter().map(row).collect();
        rows.sort_by_key(|[name, ..]| name.to_lowercase());
        table.extend(rows);
    }
    Ok(csv::answer("dry-run.csv", table)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::badge::Renewal;
    use crate::domain::dry_run::{Learner, dry_run};
    use crate::domain::sample::{Known, all, completed, handed_in, names, now, rule};

    #[test]
    fn whoever_has_not_handed_in_is_not_among_those_of_whom_too_little_is_known() {
        let learner = |person: &str, known: Known| Learner {
            person: person.into(),
            facts: known.0,
            latest: None,
            renewal: Renewal::Automatic,
        };
        let learners = [
            learner("ada", Known::default()),
            learner("ben", Known::default().handed_in("essay", None)),
        ];
        let run = dry_run(
            &rule(2, all([handed_in("essay", false)])),
            None,
            &learners,
            &names(),
            now(),
        );
        assert_eq!(undecided(&run), (1, 1));
        let learners = [learner("cleo", Known::default().completed("essay", false, None))];
        let run = dry_run(
            &rule(2, all([completed("essay")])),
            None,
            &learners,
            &names(),
            now(),
        );
        assert_eq!(undecided(&run), (0, 1));
    }

    #[test]
    fn names_in_a_sentence_are_few_whatever_the_class() {
        let people: Vec<PersonId> = (0..5_000).map(|n| PersonId::from(format!("p{n}"))).collect();
        let called = |people| first_names(people, |id| id.to_string()).join(", ");
        assert_eq!(called(&people[..2]), "p0, p1");
        assert!(called(&people[..12]).ends_with("p10, p11"));
        assert!(called(&people[..]).ends_with("p11, and 4,988 more"));
    }
}

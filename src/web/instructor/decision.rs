//! `/c/{course}/badges/{badge}/people/{person}`: one student and one badge, with every reason.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Utc};

use crate::domain::audit::Logged;
use crate::domain::award::Standing;
use crate::domain::badge::BadgeState;
use crate::domain::decision::{CheckedGroup, CheckedNode, Decision, DecisionRecord, Seen, Truth};
use crate::domain::evidence::SubmissionState;
use crate::domain::membership::Membership;
use crate::domain::policy::{Power, Powers};
use crate::domain::sentence::{Audience, lines, next_step, unmet_since};
use crate::ids::{BadgeId, PersonId};
use crate::service::award::holders::AwardPage;
use crate::service::award::lms_work;
use crate::service::award::progress::{self, Sight};
use crate::service::badge::pictures;
use crate::service::base::policies;
use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{DecisionPage, HistoryLine};
use crate::web::views::shared::{LinkTo, LmsWorkList, PictureView, When};
use crate::web::words;
use crate::web::{audit_words, decided};

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::DECISION, web::get().to(decision))
        .route(course::DECISION, web::post().to(decision));
}

/// The page.
///
/// # Errors
/// [`crate::service::base::error::ServiceError::Forbidden`] for all but instructors; not found for a badge or person of
/// elsewhere.
pub(crate) async fn decision(
    visit: Visit,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, badge, person) = path.into_inner();
    let (badge, person) = (BadgeId::from(badge), PersonId::from(person));
    let sight = progress::sight(&visit.cairn, &visit.visitor, &badge, &person).await?;
    let powers = policies::powers(&visit.cairn, &visit.visitor).await?;
    let work = lms_work::of_badge(&visit.cairn, &visit.visitor, &badge, &person).await?;
    let work = crate::web::lms_work::list(&work, sight.now);
    visit.show(&view(&visit, &sight, powers, work))
}

fn view(visit: &Visit, sight: &Sight, powers: Powers, work: LmsWorkList) -> DecisionPage {
    let student = sight.person.display_name();
    let name = sight.badge.design.name.clone();
    let about = |to: fn(&BadgeId, &PersonId) -> String| visit.href(&to(&sight.badge.id, &sight.person.id));
    let standing = sight.award.as_ref().map(|award| award.standing(sight.now));
    let held = standing.is_some_and(Standing::is_held);
    let reading = visit.visitor.session.reading;
    let settled = held || standing == Some(Standing::Revoked);
    let works = matches!(sight.badge.state, BadgeState::Active | BadgeState::Paused { .. });
    let open = works && !settled && sight.may_be_awarded();
    let decision = sight.decision.as_ref();
    let then = when_earned(sight).filter(|_| held);
    let missing = decision.filter(|decision| decision.outcome != Truth::Yes && !settled);
    let rule_version = decision.map(|decision| decision.rule_version);
    let assistant = visit.visitor.session.assistant;
    let waits = matches!(sight.membership(), Some(Membership::Waits(_)));
    DecisionPage {
        page: visit.page(&format!("{student}: {name}"), Place::Progress),
        student,
        badge_name: name,
        picture: PictureView {
            src: pictures::href(&sight.badge.design.picture),
            alt: sight.badge.design.picture_alt.clone(),
        },
        status: decided::standing(sight.award.as_ref(), decision, sight.now),
        need: decision.map_or_else(
            || "This badge has no rule yet.".to_owned(),
            |decision| decided::need(&decision.tree),
        ),
        checks: decision
            .map(|decision| decided::check_lines(decision, &sight.names, Audience::Teacher, sight.now))
            .unwrap_or_default(),
        earned: then
            .map(|then| decided::check_lines_then(then, &sight.names, Audience::Teacher, sight.now))
            .unwrap_or_default(),
        work,
        next: match (&sight.waits, &sight.award) {
            // In a course that has ended nothing follows any more.
            _ if visit.visitor.course.life.end().is_some() => None,
            (Some(waits), Some(award)) if works => {
                Some(words::renewals::to_a_teacher(waits, award, visit.visitor.zone()))
            }
            _ => missing.map(|decision| {
                let step = next_step(decision, &sight.names, Audience::Teacher);
                // The page says "Next:" itself.
                sentence(step.strip_prefix("Next: ").unwrap_or(&step))
            }),
        },
        next_action: missing
            .filter(|decision| open && !reading && waits_for_review(&decision.tree))
            .map(|_| LinkTo {
                href: visit.href(&course::evidence()),
                text: "Review it".to_owned(),
            }),
        withheld: sight
            .withheld
            .iter()
            .filter_map(|(item, grade)| {
                let (label, of) = (sight.names.line_item(item), grade.maximum.normalize());
                Some(format!("{label}: {} of {of}", grade.value?.normalize()))
            })
            .collect(),
        unseen: sight
            .unseen
            .iter()
            .filter(|_| missing.is_some())
            .map(|(label, count)| words::rest_grades::unseen_in(label, *count))
            .collect(),
        rule_version: rule_version.unwrap_or(0),
        decided: sight.confirmed.map(|at| When::new(at, sight.now)),
        approve_href: (powers.approve && open && sight.waits_for_approval()).then(|| about(course::approve)),
        by_hand_href: (powers.approve && open).then(|| about(course::award)),
        revoke_href: sight
            .award
            .as_ref()
            .filter(|_| held && powers.revoke)
            .map(|award| {
                let revoke = course::badge_revoke(&sight.badge.id);
                visit.href(&format!("{revoke}?award={}", award.id))
            }),
        left_to_others: [
            (open && !powers.approve && !reading).then(|| words::policies::kept(Power::Approve, assistant)),
            (held && !powers.revoke && !reading).then(|| words::policies::kept(Power::Revoke, assistant)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        credential_href: sight.page.path(),
        kept: sight.page == AwardPage::Kept,
        barred: words::students::membership(sight.membership(), visit.visitor.zone()),
        students_href: (waits && !reading).then(|| visit.href(&course::students())),
        history: history(sight),
        back_href: visit.href(&course::progress()),
    }
}

/// What was seen when a rule led to the award, where something of that is not so any more.
fn when_earned(sight: &Sight) -> Option<&Decision> {
    let (award, now) = (sight.award.as_ref()?, sight.decision.as_ref()?);
    let mut records = sight.history.iter();
    let then = &records.find(|record| record.id == award.decision)?.decision;
    let changed = !unmet_since(then, now, &sight.names, Audience::Teacher).is_empty();
    (then.outcome == Truth::Yes && changed).then_some(then)
}

/// The text with its first letter upper case.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next();
    first
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}

/// Whether something that was handed in waits for a review.
fn waits_for_review(group: &CheckedGroup) -> bool {
    group.nodes.iter().any(|node| match node {
        CheckedNode::Group(inner) => waits_for_review(inner),
        CheckedNode::Condition(condition) => matches!(
            condition.seen,
            Seen::Evidence {
                state: SubmissionState::HandedIn,
                ..
            }
        ),
    })
}

/// Decisions and what people did, newest first.
fn history(sight: &Sight) -> Vec<HistoryLine> {
    let mut all: Vec<(DateTime<Utc>, String)> = Vec::new();
    all.extend(sight.history.iter().map(|one| (one.decided_at, past(one, sight))));
    let line =
        |(entry, by): &(Logged, Option<String>)| (entry.at, audit_words::of_a_student(entry, by.as_deref()));
    all.extend(sight.log.iter().map(line));
    if let Some(award) = &sight.award {
        let text = match award.cycle {
            1 => "Awarded".to_owned(),
            cycle => format!("Awarded again, for the {cycle}. time"),
        };
        all.push((award.awarded_at, text));
    }
    // A stable order: what was said first of one moment stays first.
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let line = |(at, text)| HistoryLine {
        when: When::new(at, sight.now),
        text,
    };
    all.into_iter().map(line).collect()
}

/// "Not yet: Cleaning exercise: 71 of 100, needs 80 (version 2)".
fn past(stored: &DecisionRecord, sight: &Sight) -> String {
    let decision = &stored.decision;
    let version = decision.rule_version;
    if decision.outcome == Truth::Yes {
        return format!("Rule met (version {version})");
    }
    let open = lines(decision, &sight.names, Audience::Teacher)
        .into_iter()
        .filter(|line| line.truth != Truth::Yes)
        .map(|line| line.text);
    let open: Vec<String> = open.take(3).collect();
    format!("Not yet: {} (version {version})", open.join("; "))
}

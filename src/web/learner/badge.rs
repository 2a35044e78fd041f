//! `/c/{course}/badges/{badge}`: one badge as its student sees it, or a programme. Who teaches is taken to the editor of a badge.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Utc};

use super::home::{next_action, share};
use super::lapsing::reminder;
use super::next_step::next_words;
use super::programme;
use crate::domain::award::Award;
use crate::domain::decision::{CheckedNode, Decision};
use crate::domain::rule::Condition;
use crate::domain::sentence::{Audience, unmet_since};
use crate::ids::BadgeId;
use crate::service::award::everywhere;
use crate::service::award::learning::{self, Learning, MyBadge};
use crate::service::award::lms_work;
use crate::service::base::error::ServiceError;
use crate::web::badge_facts::{design_facts, picture_of, standing_chip};
use crate::web::decided::{check_lines, check_lines_then, need};
use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::markdown;
use crate::web::paths::course;
use crate::web::views::learner::LearnerBadgePage;
use crate::web::views::shared::{CheckLine, LinkTo, LmsWorkList, Status, When};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::BADGE, web::get().to(show))
        .route(course::BADGE, web::post().to(show));
}

/// One badge.
///
/// # Errors
/// [`ServiceError::NotFound`] for a badge of another course that is no programme, or one that is not active and was not earned.
async fn show(visit: Visit, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, badge) = path.into_inner();
    let id = BadgeId::from(badge);
    if visit.visitor.session.instructor && !visit.visitor.session.reading {
        return match everywhere::programme(&visit.cairn, &visit.visitor, &id).await {
            Ok(whole) => visit.show(&programme::page(&visit, &whole)),
            Err(ServiceError::NotFound(_)) => Ok(visit.go(&visit.href(&course::badge_edit(&id)))),
            Err(error) => Err(error.into()),
        };
    }
    let learning = learning::of_visitor(&visit.cairn, &visit.visitor).await?;
    let Some(mine) = learning.badges.iter().find(|mine| mine.badge.id == id) else {
        let whole = everywhere::programme(&visit.cairn, &visit.visitor, &id).await?;
        return visit.show(&programme::page(&visit, &whole));
    };
    let earned = match in_force(learning.now, mine) {
        Some(award) => learning::when_earned(&visit.cairn, award).await?,
        None => None,
    };
    let me = &visit.visitor.person.id;
    let work = lms_work::of_badge(&visit.cairn, &visit.visitor, &mine.badge.id, me).await?;
    let work = crate::web::lms_work::list(&work, learning.now);
    visit.show(&view(&visit, &learning, mine, earned.as_ref(), work))
}

fn in_force(now: DateTime<Utc>, mine: &MyBadge) -> Option<&Award> {
    mine.award.as_ref().filter(|award| award.standing(now).is_held())
}

fn view(
    visit: &Visit,
    learning: &Learning,
    mine: &MyBadge,
    earned: Option<&Decision>,
    work: LmsWorkList,
) -> LearnerBadgePage {
    let (design, now) = (&mine.badge.design, learning.now);
    let has_ended = learning.ended.is_some();
    let status = match &mine.award {
        Some(award) => standing_chip(award, now),
        // In a course that has ended nobody is on the way any more.
        None if has_ended => Status::Neutral.saying("Not earned"),
        None => Status::InProgress.chip(),
    };
    // What is known now says nothing of a badge that is earned: its grades may be gone since.
    let shown = earned.or(mine.decision.as_ref());
    let checks = shown.map(|decision| {
        let mut checks = if earned.is_some() {
            check_lines_then(decision, &learning.names, Audience::Student, now)
        } else {
            check_lines(decision, &learning.names, Audience::Student, now)
        };
        offer_hand_ins(visit, learning, decision, &mut checks);
        checks
    });
    let needed = shown
        .filter(|_| mine.decision.is_some())
        .map(|decision| need(&decision.tree));
    let since = earned.zip(mine.decision.as_ref());
    let since = since.map(|(then, decision)| unmet_since(then, decision, &learning.names, Audience::Student));
    let since = since.unwrap_or_default();
    LearnerBadgePage {
        page: visit.page(&design.name, Place::Badges),
        name: design.name.clone(),
        outcome: design.outcome.clone(),
        description: design.description.clone(),
        picture: picture_of(&mine.badge),
        status,
        progress: share(mine.progress()),
        need: needed.unwrap_or_else(|| "This badge is not awarded any more.".to_owned()),
        checks: checks.unwrap_or_default(),
        work,
        as_earned: earned.is_some(),
        checked: learning
            .checks
            .last_at
            .filter(|_| earned.is_none() || !since.is_empty())
            .map(|at| When::new(at, now)),
        since,
        next: mine
            .open
            .then(|| next_words(learning, mine, visit.visitor.zone()))
            .filter(|_| !has_ended),
        next_action: next_action(visit, learning, mine).filter(|_| !has_ended),
        revoked_reason: mine
            .award
            .as_ref()
            .and_then(|award| award.revocation.as_ref())
            .map(|revocation| revocation.reason.clone()),
        ended: has_ended,
        criteria: markdown::render(&design.criteria),
        facts: design_facts(design),
        reminder: reminder(learning, mine, visit.visitor.zone()),
        earned: in_force(now, mine).map(|award| When::date_only(award.awarded_at)),
        credential_href: mine
            .award
            .as_ref()
            .map(|award| visit.href(&course::credential(&award.id))),
        back_href: visit.href(""),
    }
}

/// Puts the way to each evidence activity at its line, where the outermost members stand line by line.
fn offer_hand_ins(visit: &Visit, learning: &Learning, decision: &Decision, checks: &mut [CheckLine]) {
    let nodes = decision.tree.distinct();
    if nodes.len() != checks.len() {
        return;
    }
    for (node, line) in nodes.into_iter().zip(checks) {
        let CheckedNode::Condition(checked) = node else {
            continue;
        };
        let Condition::EvidenceApproved { activity } = &checked.condition else {
            continue;
        };
        line.action = Some(LinkTo {
            href: visit.href(&course::activity(activity)),
            text: format!("Open {}", learning.names.activity(activity)),
        });
    }
}

//! `/c/{course}` for those who teach: the course's badges.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use crate::domain::badge::BadgeState;
use crate::domain::policy::{Powers, Regrade as Policy};
use crate::ids::{BadgeId, CopyId};
use crate::service::award::regrades::FallenGrade;
use crate::service::badge::design::{Obstacle, Overview, Summary};
use crate::service::base::trouble::Trouble;
use crate::service::course::home::Teaching;
use crate::service::course::releases;
use crate::service::course::scores::{Late, Untaken};
use crate::service::course::sync::{self, Beyond, Since, Stage};
use crate::service::credential::endorsing::Outgrown;
use crate::service::institution::programmes::{By, reviewing};
use crate::web::badge_facts::picture_of;
use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::instructor::{Attention, BadgeRow, CheckState, CourseBadgesPage};
use crate::web::views::shared::{Flash, Page, Status, Waiting, When};
use crate::web::words::{self, states};

/// Seconds between two looks at the page of a course whose platform is away.
const AWAY: u32 = 15;

/// The course's badges.
///
/// # Errors
/// An internal error when the page cannot be rendered.
pub(crate) async fn show(visit: &Visit, teaching: Teaching) -> Result<HttpResponse, AppError> {
    let Teaching {
        overview,
        progress,
        late,
        scores,
        powers,
        offers,
        of_institution,
        requests,
        refused,
        copied,
        fallen: (fallen, more),
        ask_when_grades_count,
        asked,
        endorsed_before,
        makes_programmes,
    } = teaching;
    let is_told = overview.rest_read.is_some_and(|read| read.rules);
    let stopped = overview.rest_read.and_then(|read| read.stopped);
    let goes_on = overview.course.life.end().is_none();
    let mut page = view(visit, overview, &progress, &late, copied.as_ref(), powers);
    page.rest_stopped = stopped.filter(|_| goes_on).map(words::rest_grades::stopped);
    page.offers = super::copied::lines(visit, offers);
    page.of_institution = super::from_institution::line(visit, of_institution);
    if page.reading {
        // Nothing of it could be settled.
        page.attention.clear();
        return visit.show(&page);
    }
    if makes_programmes {
        let by = By::visiting(&visit.visitor)?;
        let waiting = reviewing::awaiting(&visit.cairn, by, visit.visitor.tenant()).await?;
        page.programmes_href = Some(visit.href(&course::programmes()));
        page.programmes_waiting = words::programmes::awaiting(waiting);
    }
    page.requests = super::copied::requests(visit, requests);
    page.refused = super::copied::refused(visit, refused);
    page.ask_when_grades_count = ask_when_grades_count
        .then(|| words::releases::why(visit.visitor.registration.capabilities().product, is_told));
    page.attention.extend(fallen.iter().map(|one| fell(visit, one)));
    page.attention
        .extend(endorsed_before.iter().map(|one| outgrown(visit, one)));
    let untaken = scores.untaken.iter().map(|one| untaken(visit, one));
    page.attention.extend(untaken);
    page.more_attention = u32::try_from(more.saturating_add(scores.more)).unwrap_or_default();
    page.news.extend(scores.anew.iter().map(words::scores::anew));
    super::students::on_the_first_page(visit, &mut page, &asked);
    if let Some(since) = super::check::since(visit)
        && !progress.running
    {
        let (flash, problem) = ended(visit, since).await?;
        page.page.flash = Some(flash);
        page.check.problem = words::checks::late_beside(&late, problem.as_ref());
    }
    visit.show(&page)
}

/// A badge that asks something else than what was endorsed.
fn outgrown(visit: &Visit, one: &Outgrown) -> Attention {
    Attention {
        text: format!(
            "What “{}” asks was changed since {} endorsed it, so new badges do not carry that endorsement.",
            one.badge.design.name, one.body
        ),
        href: visit.href(&course::badge_endorsements(&one.badge.id)),
        action: "Ask again".to_owned(),
        resume_action: None,
    }
}

/// How the check ended that somebody asked for, and what went wrong with it.
async fn ended(visit: &Visit, since: DateTime<Utc>) -> Result<(Flash, Option<Trouble>), AppError> {
    let visitor = &visit.visitor;
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let found = sync::progress(&visit.cairn, tenant, course, Some(since)).await?;
    let is_well = match &found.stage {
        Stage::Ended(ended) => {
            let came = |since: Since| since.read && since.beyond != Beyond::Unread;
            ended.problem.is_none() && !ended.undecided && ended.since.is_some_and(came)
        }
        Stage::Reading
        | Stage::Beyond
        | Stage::Scores(_)
        | Stage::People(_)
        | Stage::Badges
        | Stage::CourseOver => true,
    };
    let flash = Flash {
        status: if is_well {
            Status::Earned
        } else {
            Status::NeedsAttention
        },
        text: words::checks::progress(&found, visitor.zone()),
    };
    let problem = match found.stage {
        Stage::Ended(ended) => ended.problem,
        _ => None,
    };
    Ok((flash, problem))
}

fn view(
    visit: &Visit,
    overview: Overview,
    progress: &sync::CheckProgress,
    late: &Late,
    copied: Option<&CopyId>,
    powers: Powers,
) -> CourseBadgesPage {
    let (checks, now) = (&overview.course.checks, overview.now);
    let has_ended = overview.course.life.end().is_some();
    let trouble = checks.problem.as_deref().map(Trouble::read);
    let last = trouble
        .as_ref()
        .map(|trouble| words::checks::of_a_check(trouble, checks, now, visit.visitor.zone()));
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    CourseBadgesPage {
        page: Page {
            // It says so itself, and why.
            says_it_ended: false,
            ..visit.page("Badges", Place::Badges)
        },
        check: CheckState {
            last: checks.last_at.map(|at| When::new(at, now)),
            failed: trouble.as_ref().is_some_and(Trouble::brought_no_news),
            next: checks.next_at.map(|at| When::new(at, now)),
            // Of a course that has ended nothing reaches the gradebook any more, and nobody could help it.
            problem: match (
                last,
                words::checks::late_beside(late, trouble.as_ref()).filter(|_| !has_ended),
            ) {
                (Some(problem), Some(late)) => Some(format!("{problem} {late}")),
                (problem, late) => problem.or(late),
            },
            running: progress
                .running
                .then(|| (small(progress.done), small(progress.total))),
            check_href: visit.href(&course::check()),
            status_href: visit.href(&course::check_status()),
            since: visit
                .query("since")
                .filter(|_| progress.running)
                .unwrap_or_default(),
        },
        waiting: waiting(visit, progress, trouble.as_ref()),
        ended: overview.course.life.end().map(words::checks::ended),
        reading: visit.visitor.session.reading,
        students: overview.students,
        students_note: if has_ended {
            Some(words::students::WHEN_LAST_READ)
        } else {
            words::students::count_note(overview.listing)
        },
        asked: Vec::new(),
        more_asked: 0,
        may_answer: false,
        students_href: None,
        lists_students: overview.lists_students,
        grades_read: grades_read(&overview),
        what_can_be_read: what_can_be_read(visit, &overview),
        rest_stopped: None,
        attention: overview
            .badges
            .iter()
            .filter_map(|badge| attention(visit, badge, copied, powers))
            .collect(),
        more_attention: 0,
        ask_when_grades_count: None,
        // Nobody is asked once somebody has chosen.
        counting_seen: releases::seen_answer(None).as_str().to_owned(),
        answer_action: visit.href(&course::columns_answer()),
        columns_href: visit.href(&course::columns()),
        elsewhere_href: visit.href(&course::grades_elsewhere()),
        offers: Vec::new(),
        of_institution: None,
        requests: Vec::new(),
        refused: Vec::new(),
        news: overview
            .badges
            .iter()
            // In a course that has ended nothing is decided any more.
            .filter(|_| !has_ended)
            .filter_map(|one| {
                let told = one.resumed.as_ref()?;
                Some(words::columns::resumed(&one.badge.design.name, told))
            })
            .collect(),
        badges: overview
            .badges
            .iter()
            .map(|badge| row(visit, badge, powers))
            .collect(),
        new_badge_href: powers.create.then(|| visit.href(&course::badge_new())),
        coach_href: visit.href(&course::coach()),
        programmes_href: None,
        programmes_waiting: None,
        evidence_href: visit.href(&course::evidence()),
        evidence_waiting: overview.waiting,
    }
}

/// How the page looks again: while a check runs, and while the platform is away and is asked again without a teacher.
fn waiting(visit: &Visit, progress: &sync::CheckProgress, trouble: Option<&Trouble>) -> Option<Waiting> {
    let mut reasons = trouble.iter().flat_map(|trouble| &trouble.reasons);
    let away = reasons.any(|reason| reason.away().is_some()) && visit.visitor.course.life.end().is_none();
    (progress.running || away).then(|| Waiting {
        every: (!progress.running).then_some(AWAY),
        ..visit.waiting("")
    })
}

/// Of which columns the grades are read.
fn grades_read(overview: &Overview) -> String {
    let (own, former, deleted) = (
        overview.columns,
        overview.columns_of_former,
        overview.columns_deleted,
    );
    let placed =
        (own > 0 || former > 0 || deleted > 0).then(|| words::columns::counted(own, former, deleted));
    words::columns::with_those_of_lms(placed, overview.columns_of_lms)
}

/// What a tool can see of a gradebook through LTI, and what not.
fn what_can_be_read(visit: &Visit, overview: &Overview) -> Vec<String> {
    if overview.course.life.end().is_some() {
        return vec![
            "Nothing is read of this course any more; what you see was read before it ended.".to_owned(),
        ];
    }
    let services = &overview.course.services;
    let mut sentences = Vec::new();
    if !overview.opened {
        sentences.push(
            "The course site tells Cairn who is in this course once a link to Cairn was opened in it. Until then nobody is \
             listed; nothing is wrong."
                .to_owned(),
        );
    }
    if services.line_items_url.is_some() {
        sentences.push(
            "Cairn reads the grades of columns that it placed in the gradebook: those that you make in a rule, and those \
             of evidence activities. A grade that you type there counts."
                .to_owned(),
        );
        if overview.columns_of_lms == 0 && overview.rest_read.is_none() {
            sentences.push(
                "Grades of the course site’s own assignments and quizzes cannot be read through LTI."
                    .to_owned(),
            );
        }
    } else if overview.opened {
        sentences.push(
            "The course site does not let Cairn read grades here. Rules can use evidence, badges, dates and approvals; \
             an administrator can turn the grade service on."
                .to_owned(),
        );
    }
    if overview.columns_of_lms > 0 || overview.rest_read.is_some() {
        let read = overview.rest_read.and_then(|read| read.at);
        let when = read.map(|at| When::new(at, overview.now).relative(visit.visitor.zone()));
        sentences.push(words::rest_grades::read(overview.columns_of_lms, when.as_deref()));
    }
    if overview.columns_elsewhere > 0 {
        sentences.push(words::outside::known(overview.columns_elsewhere));
    }
    if overview.opened && services.memberships_url.is_none() {
        sentences.push(
            "The list of students is not shared with Cairn: students appear once they open Cairn.".to_owned(),
        );
    }
    sentences.push(words::students::counted(overview.listing).to_owned());
    if visit.visitor.session.sections_only {
        sentences.push(words::students::WHOLE_COURSE.to_owned());
    }
    let person = &visit.visitor.person;
    if person.name.is_none() {
        sentences.push(format!(
            "The course site does not share names, so you see “{}” and the like. Badges need no name: they hold on to the \
             person’s identity at the course site. An administrator can turn names on.",
            person.display_name()
        ));
    }
    if person.email.is_none() {
        sentences.push("E-mail addresses are not shared, and Cairn does not need them.".to_owned());
    }
    sentences.push("A missing grade is unknown and never counts as zero.".to_owned());
    sentences
}

fn row(visit: &Visit, summary: &Summary, powers: Powers) -> BadgeRow {
    let badge = &summary.badge;
    let href = |to: fn(&BadgeId) -> String| visit.href(&to(&badge.id));
    let has_ended = visit.visitor.course.life.end().is_some();
    BadgeRow {
        name: badge.design.name.clone(),
        picture: picture_of(badge),
        state: if has_ended {
            states::badge_of_ended(&badge.state)
        } else if matches!(summary.problem, Some(Obstacle::CannotBeEarned(_))) {
            states::cannot_be_earned()
        } else {
            states::badge(&badge.state)
        },
        kind: format!("{} badge", badge.design.kind.word()),
        earned: summary.earned,
        earned_by_others: summary.earned_by_others,
        almost: if has_ended { 0 } else { summary.almost },
        problem: summary
            .problem
            .as_ref()
            // Why it rests stands under "Needs attention", with what to do.
            .filter(|problem| !has_ended && !matches!(problem, Obstacle::Rests(_)))
            .map(words::rules::obstacle),
        edit_href: href(course::badge_edit),
        rule_href: href(course::badge_rule),
        preview_href: href(course::badge_preview),
        awards_href: href(course::badge_awards),
        endorsements_href: badge
            .active_rule
            .is_some()
            .then(|| href(course::badge_endorsements)),
        retire_href: (powers.create && badge.state != BadgeState::Retired)
            .then(|| href(course::badge_retire)),
    }
}

fn attention(visit: &Visit, summary: &Summary, copied: Option<&CopyId>, powers: Powers) -> Option<Attention> {
    let BadgeState::Paused { reason } = &summary.badge.state else {
        return None;
    };
    let takes_new = summary.is_replaced && powers.create;
    Some(Attention {
        text: format!(
            "“{}” is paused and awards nothing: {}",
            summary.badge.design.name,
            words::rules::rest(reason)
        ),
        href: match copied {
            Some(copy) if summary.badge.active_rule.is_none() => visit.href(&course::copied(copy)),
            _ if summary.waits_for_a_word => visit.href(&course::badge_preview(&summary.badge.id)),
            _ if takes_new => visit.href(&course::badge_replaced(&summary.badge.id)),
            _ => visit.href(&course::badge_rule(&summary.badge.id)),
        },
        action: match copied {
            Some(_) if summary.badge.active_rule.is_none() => "Say what stands for it".to_owned(),
            _ if summary.waits_for_a_word => "Look at who would earn it".to_owned(),
            _ if takes_new => "Use the new columns".to_owned(),
            _ => "Look at its rule".to_owned(),
        },
        resume_action: (powers.create && summary.waits_for_a_word)
            .then(|| visit.href(&course::badge_resume(&summary.badge.id))),
    })
}

fn untaken(visit: &Visit, one: &Untaken) -> Attention {
    Attention {
        text: words::scores::untaken(one),
        href: visit.href(&course::submission(&one.submission)),
        action: "Look at the work".to_owned(),
        resume_action: None,
    }
}

fn fell(visit: &Visit, one: &FallenGrade) -> Attention {
    let still = match one.regrade.policy {
        Policy::Suspend => " It does not count until you decide.",
        _ => "",
    };
    Attention {
        text: format!(
            "{} earned “{}” and no longer meets its rule.{still}",
            one.student, one.badge_name
        ),
        href: visit.href(&course::regrade(&one.regrade.id)),
        action: "Look and decide".to_owned(),
        resume_action: None,
    }
}

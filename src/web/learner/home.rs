//! `/c/{course}` for everybody who does not teach: my badges in this course.

use actix_web::HttpResponse;

use super::everywhere::{part_rows, share_of_parts, unit_of_parts};
use super::lapsing::reminder;
use super::next_step::next_words;
use crate::domain::award::{Award, Standing};
use crate::domain::sentence::Progress;
use crate::service::award::learning::{Learning, MyBadge};
use crate::web::badge_facts::{picture_of, standing_chip};
use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::learner::{EarnedRow, Hero, MyBadgesPage, ProgressRow, StackRow};
use crate::web::views::shared::{LinkTo, Share, Waiting, When};
use crate::web::words;

/// My badges.
///
/// # Errors
/// An internal error when the page cannot be rendered.
pub(crate) fn show(visit: &Visit, learning: &Learning) -> Result<HttpResponse, AppError> {
    visit.show(&view(visit, learning))
}

fn view(visit: &Visit, learning: &Learning) -> MyBadgesPage {
    let now = learning.now;
    // In a course that has ended nobody is on the way any more.
    let open = match learning.ended {
        Some(_) => Vec::new(),
        None => learning.on_the_way(),
    };
    let mut others = open.into_iter();
    let hero = others.next();
    let earned = learning.earned().into_iter().map(|(mine, award)| EarnedRow {
        name: mine.badge.design.name.clone(),
        picture: picture_of(&mine.badge),
        href: address(visit, mine),
        earned: When::date_only(award.awarded_at),
        until: award.valid_until.map(When::last_day),
        standing: standing_chip(award, now),
        reminder: reminder(learning, mine, visit.visitor.zone()),
        course: None,
    });
    let elsewhere = learning.elsewhere.iter().map(|(award, badge, course)| EarnedRow {
        name: badge.design.name.clone(),
        picture: picture_of(badge),
        href: visit.href(&course::credential(&award.id)),
        earned: When::date_only(award.awarded_at),
        until: award.valid_until.map(When::last_day),
        standing: standing_chip(award, now),
        reminder: None,
        course: Some(course.name().to_owned()),
    });
    let is_revoked = |award: &Award| award.standing(now) == Standing::Revoked;
    let (mut revoked, mut held, mut held_elsewhere) = (Vec::new(), Vec::new(), Vec::new());
    for ((_, award), row) in learning.earned().into_iter().zip(earned) {
        if is_revoked(award) {
            revoked.push(row);
        } else {
            held.push(row);
        }
    }
    for ((award, ..), row) in learning.elsewhere.iter().zip(elsewhere) {
        if is_revoked(award) {
            revoked.push(row);
        } else {
            held_elsewhere.push(row);
        }
    }
    let stacks = learning.stacks().filter(|_| learning.ended.is_none());
    MyBadgesPage {
        page: visit.page("My badges", Place::Badges),
        data_href: visit.href(&course::my_data()),
        elsewhere_href: (!visit.visitor.session.masquerade).then(|| visit.href(&course::elsewhere())),
        hero: hero.map(|mine| Hero {
            name: mine.badge.design.name.clone(),
            outcome: mine.badge.design.outcome.clone(),
            picture: picture_of(&mine.badge),
            href: address(visit, mine),
            progress: share(mine.progress()),
            next: next_words(learning, mine, visit.visitor.zone()),
            next_action: next_action(visit, learning, mine),
        }),
        others: others
            .map(|mine| ProgressRow {
                name: mine.badge.design.name.clone(),
                picture: picture_of(&mine.badge),
                href: address(visit, mine),
                progress: share(mine.progress()),
                next: next_words(learning, mine, visit.visitor.zone()),
            })
            .collect(),
        earned: held,
        revoked,
        elsewhere: held_elsewhere,
        ended: learning.ended.is_some(),
        stacks: stacks
            .map(|mine| StackRow {
                name: mine.badge.design.name.clone(),
                picture: picture_of(&mine.badge),
                href: address(visit, mine),
                progress: share_of_parts(&mine.parts),
                unit: mine.decision.as_ref().map_or("", unit_of_parts),
                next: next_words(learning, mine, visit.visitor.zone()),
                parts: part_rows(&mine.parts),
            })
            .collect(),
        waiting: learning.first_reading.then(|| Waiting {
            every: Some(3),
            ..visit.waiting("")
        }),
        checked: learning.checks.last_at.map(|at| When::new(at, now)),
        next_check: learning
            .checks
            .next_at
            .filter(|_| learning.ended.is_none())
            .map(|at| When::new(at, now)),
        viewer_note: viewer_note(visit, learning).map(str::to_owned),
    }
}

/// Why this person earns nothing here now; in a course that has ended nobody does.
fn viewer_note(visit: &Visit, learning: &Learning) -> Option<&'static str> {
    if visit.visitor.session.sections_only {
        Some(words::students::OTHER_SECTIONS)
    } else if learning.ended.is_some() {
        None
    } else if learning.waits {
        Some(words::students::WAITS)
    } else if learning.may_earn {
        None
    } else {
        Some("You are not here as a student, so you cannot earn these badges. You see what students see.")
    }
}

fn address(visit: &Visit, mine: &MyBadge) -> String {
    visit.href(&course::badge(&mine.badge.id))
}

/// A share of the domain as the page draws it.
pub(super) fn share(progress: Progress) -> Share {
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Share::of(small(progress.met), small(progress.needed))
}

/// What the student can do about it here and now.
pub(super) fn next_action(visit: &Visit, learning: &Learning, mine: &MyBadge) -> Option<LinkTo> {
    let activity = mine
        .hand_in()
        .filter(|_| (learning.may_earn || learning.waits) && mine.open)?;
    Some(LinkTo {
        href: visit.href(&course::activity(activity)),
        text: format!("Hand in {}", learning.names.activity(activity)),
    })
}

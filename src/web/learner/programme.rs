//! A programme in the visit of whoever looks, student or teacher: its page in each course, and its card.

use super::everywhere::{part_rows, share_of_parts, unit_of_parts};
use crate::domain::sentence::{Audience, next_step};
use crate::service::award::everywhere::Whole;
use crate::service::base::addresses;
use crate::web::badge_facts::{design_facts, picture_of, standing_chip};
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::markdown;
use crate::web::paths::course;
use crate::web::views::learner::{CardPage, ProgrammePage};
use crate::web::views::shared::{Page, Share, Status, StatusChip};

/// The page.
pub(super) fn page(visit: &Visit, whole: &Whole) -> ProgrammePage {
    let design = &whole.badge.design;
    let (progress, unit) = far(whole);
    ProgrammePage {
        page: visit.page(&design.name, Place::Everywhere),
        name: design.name.clone(),
        outcome: design.outcome.clone(),
        description: design.description.clone(),
        picture: picture_of(&whole.badge),
        status: status(whole),
        progress,
        unit,
        next: next(whole),
        rule: whole.rule.clone(),
        parts: part_rows(&whole.parts),
        criteria: markdown::render(&design.criteria),
        facts: design_facts(design),
        credential_href: held(visit, whole),
        about_href: whole
            .issuer
            .as_ref()
            .map(|issuer| addresses::achievement(issuer, &whole.badge.id)),
        back_href: visit.href(&course::all_mine()),
    }
}

/// The card, which leads to what was earned, else to the page.
pub(super) fn card(visit: &Visit, whole: &Whole) -> CardPage {
    let name = &whole.badge.design.name;
    let (progress, unit) = far(whole);
    CardPage {
        page: Page {
            nav: Vec::new(),
            ..visit.page(name, Place::Elsewhere)
        },
        name: name.clone(),
        picture: picture_of(&whole.badge),
        status: status(whole),
        progress,
        unit,
        next: next(whole),
        action: None,
        href: held(visit, whole).unwrap_or_else(|| visit.href(&course::badge(&whole.badge.id))),
        class_href: None,
    }
}

fn is_held(whole: &Whole) -> bool {
    let award = whole.award.as_ref();
    award.is_some_and(|award| award.standing(whole.now).is_held())
}

/// The page of what was earned.
fn held(visit: &Visit, whole: &Whole) -> Option<String> {
    let award = whole.award.as_ref().filter(|_| is_held(whole))?;
    Some(visit.href(&course::credential(&award.id)))
}

fn status(whole: &Whole) -> StatusChip {
    match &whole.award {
        Some(award) => standing_chip(award, whole.now),
        None if whole.parts.iter().any(|part| part.is_held) => Status::InProgress.chip(),
        None => Status::Neutral.saying("Not begun"),
    }
}

/// How many of its parts are held, and what is counted.
fn far(whole: &Whole) -> (Option<Share>, &'static str) {
    let open = whole.decision.as_ref().filter(|_| !is_held(whole));
    open.map_or((None, ""), |decision| {
        (Some(share_of_parts(&whole.parts)), unit_of_parts(decision))
    })
}

fn next(whole: &Whole) -> Option<String> {
    let decision = whole.decision.as_ref().filter(|_| !is_held(whole))?;
    let step = next_step(decision, &whole.names, Audience::Student);
    Some(step.strip_prefix("Next: ").map_or(step.clone(), str::to_owned))
}

//! What the two pages of placing show.

use rust_decimal::Decimal;

use crate::domain::badge::BadgeState;
use crate::service::course::placing::{Chooser, Offer, Planned, Shape, What};
use crate::web::badge_facts::picture_of;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::lti::{PlaceOption, PlacePage, PlaceReviewPage, PlannedView};
use crate::web::views::shared::{Choice, Page, Problem, ProblemList, Status};
use crate::web::words;

/// The page to choose on, with what was typed before.
pub(super) fn page(visit: &Visit, chooser: &Chooser, problems: Vec<Problem>) -> PlacePage {
    let form = &visit.fields;
    // The badge that was made in between, if one was.
    let made = visit.query("badge").map(|id| format!("badge:{id}"));
    let chosen: Vec<&str> = form.all("item").chain(made.as_deref()).collect();
    let is_chosen = |value: &str| chosen.contains(&value);
    let option = |value: String, name: &str, text: &str| PlaceOption {
        is_chosen: is_chosen(&value),
        value,
        name: name.to_owned(),
        text: text.to_owned(),
        picture: None,
        state: None,
    };
    let badge = |offer: &Offer| PlaceOption {
        picture: Some(picture_of(&offer.badge)),
        state: match offer.badge.state {
            BadgeState::Draft => Some(Status::Neutral.saying("Draft")),
            BadgeState::Paused { .. } => Some(Status::NeedsAttention.saying("Paused")),
            _ => None,
        },
        ..option(
            format!("badge:{}", offer.badge.id),
            &offer.badge.design.name,
            &offer.badge.design.outcome,
        )
    };
    let takes_links = chooser.shapes.contains(&Shape::Open);
    // A draft has no public page to show yet; a link into Cairn is all that it can be.
    let draft = chooser.badges.iter().any(|offer| {
        let value = format!("badge:{}", offer.badge.id);
        offer.badge.state == BadgeState::Draft && made.as_ref() == Some(&value)
    });
    // A page that takes cards is the place for them.
    let usual = if draft && takes_links {
        Shape::Open
    } else if chooser.shapes.contains(&Shape::Card) {
        Shape::Card
    } else {
        chooser.shapes.first().copied().unwrap_or(Shape::Open)
    };
    let points = form.text("points");
    let mut new_activity = option(
        "new_activity".to_owned(),
        "A new evidence activity",
        "Students hand in text, a link or a file; you review it, and a badge can build on it.",
    );
    let mut my_badges = option(
        "my_badges".to_owned(),
        "My badges",
        "Each student sees what they have earned, what is missing, and one next step.",
    );
    // Where one thing is chosen, the usual one is; where several are, a tick that nobody made would place too much.
    if chosen.is_empty() && takes_links && usual == Shape::Open && !chooser.several {
        my_badges.is_chosen = true;
    }
    if problems.iter().any(|problem| !problem.field.is_empty()) {
        new_activity.is_chosen = true;
    }
    let (stacks, badges): (Vec<&Offer>, Vec<&Offer>) =
        chooser.badges.iter().partition(|offer| offer.is_stack);
    PlacePage {
        page: bare(visit, "Put badges into your course"),
        review_action: visit.href(&course::place_review()),
        cancel_action: visit.href(&course::place_cancel()),
        several: chooser.several,
        my_badges,
        badges: badges.into_iter().map(badge).collect(),
        stacks: stacks.into_iter().map(badge).collect(),
        activities: chooser
            .activities
            .iter()
            .map(|activity| {
                option(
                    format!("activity:{}", activity.id),
                    &words::namesakes::told_apart(
                        &activity.title,
                        chooser.marks.get(&activity.id),
                        visit.visitor.zone(),
                    ),
                    if chooser.unopened.contains(&activity.id) {
                        "An evidence activity that nobody has opened yet: perhaps it was chosen here and never saved in the course. On Cairn’s Evidence page you can remove it."
                    } else {
                        "An evidence activity that is there already; this makes another way to it."
                    },
                )
            })
            .collect(),
        new_activity,
        shapes: chooser
            .shapes
            .iter()
            .map(|shape| Choice::new(shape.word(), shape_words(*shape)))
            .collect(),
        shape: form
            .get("shape")
            .and_then(Shape::of_word)
            .filter(|shape| chooser.shapes.contains(shape))
            .unwrap_or(usual)
            .word()
            .to_owned(),
        takes_links,
        takes_any: !chooser.shapes.is_empty(),
        title: form.text("title"),
        instructions: form.text("instructions"),
        points: if points.is_empty() {
            "100".to_owned()
        } else {
            points
        },
        points_hint: match (chooser.columns, chooser.whole_points) {
            (true, true) => "A whole number from 1 to 100. A column in the gradebook comes with it.",
            (true, false) => "A column in the gradebook comes with it.",
            (false, _) => "A column in the gradebook is made when the activity is first opened.",
        },
        column_total: crate::web::words::lms::column_total(visit.visitor.registration.flavour),
        new_badge_href: chooser.makes_badges.then(|| visit.href(&course::badge_new())),
        problems: ProblemList(problems),
    }
}

fn shape_words(shape: Shape) -> &'static str {
    match shape {
        Shape::Open => "A link that opens it in Cairn, for the one who clicks",
        Shape::Next => "A small card that shows each student their own next step",
        Shape::Card => "A card with picture, name and what it proves",
        Shape::Link => "A plain link to the badge’s public page",
        Shape::Image => "The picture alone",
    }
}

/// The page that shows what will be placed.
pub(super) fn review_page(visit: &Visit, planned: &[Planned]) -> PlaceReviewPage {
    let count = planned.len();
    let form = &visit.fields;
    let mut kept: Vec<(String, String)> = ["shape", "title", "instructions", "points"]
        .into_iter()
        .map(|name| (name.to_owned(), form.text(name)))
        .collect();
    for one in planned {
        kept.push(("item".to_owned(), value(&one.pick.what)));
        kept.push(("id".to_owned(), one.pick.id.to_string()));
    }
    PlaceReviewPage {
        page: bare(
            visit,
            if count == 1 {
                "This goes into your course"
            } else {
                "These go into your course"
            },
        ),
        send_action: visit.href(&course::place_send()),
        back_action: visit.href(&course::place()),
        planned: planned.iter().map(planned_view).collect(),
        kept,
        button: if count == 1 {
            "Put it into the course".to_owned()
        } else {
            format!("Put {count} items into the course")
        },
    }
}

fn value(what: &What) -> String {
    match what {
        What::MyBadges => "my_badges".to_owned(),
        What::Badge(badge) => format!("badge:{badge}"),
        What::Activity(activity) => format!("activity:{activity}"),
        What::NewActivity { .. } => "new_activity".to_owned(),
    }
}

fn planned_view(planned: &Planned) -> PlannedView {
    let mut facts = Vec::new();
    let opens = match (&planned.pick.what, planned.pick.shape) {
        (What::Badge(_), Shape::Next) => {
            "A small card in the page: how far whoever looks is with this badge, and their next step."
        }
        (_, Shape::Card) => "A card with picture, name and outcome, which leads to its public page.",
        (_, Shape::Link) => "A link to its public page.",
        (_, Shape::Image) => "Its picture.",
        (What::MyBadges, _) => "Opens each student’s own badges in this course.",
        (What::Badge(_), _) => "Opens this badge: what is needed for it, and how far each student is.",
        (What::Activity(_) | What::NewActivity { .. }, _) => {
            "Opens the evidence activity: students hand in here."
        }
    };
    facts.push(opens.to_owned());
    if let Some(points) = planned.points {
        let unit = if points == Decimal::ONE { "point" } else { "points" };
        facts.push(format!(
            "Comes with a gradebook column of {} {unit}.",
            points.normalize()
        ));
    }
    PlannedView {
        title: planned.title.clone(),
        picture: planned.badge.as_ref().map(picture_of),
        facts,
        note: planned.is_draft.then(|| {
            "It is still a draft. Until you activate it, students who open this see their other badges."
                .to_owned()
        }),
    }
}

/// A page without ways that lead away: the course site waits for an answer from this frame.
pub(super) fn bare(visit: &Visit, title: &str) -> Page {
    Page {
        nav: Vec::new(),
        window_href: None,
        return_href: None,
        ..visit.page(title, Place::Elsewhere)
    }
}

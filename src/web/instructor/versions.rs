//! `/c/{course}/badges/{badge}/rule/versions`: two versions of a rule side by side.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::rule::RuleState;
use crate::domain::sentence::{Audience, Names, next_step};
use crate::domain::versions::Whom;
use crate::ids::BadgeId;
use crate::service::badge::design::{self, Affected, Asked, SideBySide, Told, Version};
use crate::service::base::error::ServiceError;
use crate::web::badge_facts::picture_of;
use crate::web::error::AppError;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paged;
use crate::web::paths::course;
use crate::web::views::instructor::{ConcernedLine, ListTab, VersionPanel, VersionsPage};
use crate::web::views::shared::{Choice, LinkTo, When};
use crate::web::words::versions as words;

/// Names on one page.
const SHOWN: i64 = 50;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::BADGE_VERSIONS, web::get().to(show))
        .route(course::BADGE_VERSIONS, web::post().to(show));
}

async fn show(visit: Visit, path: web::Path<(String, BadgeId)>) -> Result<HttpResponse, AppError> {
    let (_, id) = path.into_inner();
    let number = |name: &str| visit.query(name).and_then(|text| text.parse::<i32>().ok());
    let asked = Asked {
        before: number("from"),
        after: number("to"),
        whom: Whom::parse(&visit.query("who").unwrap_or_default()),
        page: paged::asked(&visit, SHOWN),
    };
    match design::side_by_side(&visit.cairn, &visit.visitor, &id, asked).await {
        Ok(found) => visit.show(&view(&visit, &found, asked)),
        // Nothing to compare yet: the rule comes first.
        Err(ServiceError::NotFound("rule")) => Ok(visit.go(&visit.href(&course::badge_rule(&id)))),
        Err(error) => Err(error.into()),
    }
}

fn view(visit: &Visit, found: &SideBySide, asked: Asked) -> VersionsPage {
    let badge = &found.badge;
    let here = course::badge_versions(&badge.id);
    let (from, to) = (found.before.version.number, found.after.version.number);
    let (earlier, later) = (from.to_string(), to.to_string());
    let kept = [
        ("from", earlier.as_str()),
        ("to", later.as_str()),
        ("who", found.whom.word()),
    ];
    let total = i64::try_from(found.total()).unwrap_or(i64::MAX);
    let tab = |whom: Whom| ListTab {
        way: LinkTo {
            href: visit.href(&format!("{here}?from={from}&to={to}&who={}", whom.word())),
            text: words::list(whom, &found.effects),
        },
        current: whom == found.whom,
    };
    let is_draft = found.after.version.state == RuleState::Draft;
    VersionsPage {
        page: visit.page(
            &format!("Versions of the rule of “{}”", badge.design.name),
            Place::Badges,
        ),
        picture: picture_of(badge),
        action: visit.href(&here),
        versions: found.versions.iter().map(option).collect(),
        before: panel(&found.before, found),
        after: panel(&found.after, found),
        changes: found
            .changes
            .iter()
            .map(|change| words::change(change, &found.names))
            .collect(),
        effects: words::effects(&found.effects, from, to),
        holders: words::holders(&found.effects, &found.fate, to),
        lists: Whom::ALL.into_iter().map(tab).collect(),
        people: found
            .people
            .iter()
            .map(|one| line(visit, badge, one, &found.names))
            .collect(),
        paging: paged::paging(visit, &here, &kept, asked.page, found.people.len(), total),
        preview_href: is_draft.then(|| visit.href(&course::badge_preview(&badge.id))),
        back_href: visit.href(&course::badge_rule(&badge.id)),
    }
}

fn option(version: &Version) -> Choice {
    Choice::new(
        version.number.to_string(),
        words::version(version.number, version.state),
    )
}

fn panel(told: &Told, found: &SideBySide) -> VersionPanel {
    VersionPanel {
        number: told.version.number.to_string(),
        title: words::version(told.version.number, told.version.state),
        sentence: told.sentence.clone(),
        activated: told.version.activated_at.map(|at| When::new(at, found.now)),
    }
}

fn line(visit: &Visit, badge: &crate::domain::badge::Badge, one: &Affected, names: &Names) -> ConcernedLine {
    let step = next_step(&one.decision, names, Audience::Teacher);
    ConcernedLine {
        name: one.person.display_name(),
        note: step.strip_prefix("Next: ").unwrap_or(&step).to_owned(),
        holds: if one.how.holds { "holds the badge" } else { "" },
        href: visit.href(&course::decision(&badge.id, &one.person.id)),
    }
}

//! `/admin/coach/{institution}`: what is worth a thought about the badges of all courses, in numbers.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::ids::TenantId;
use crate::service::institution::coaching::{self, AlikeBadges, CourseNumbers};
use crate::web::extract::admin::AdminVisit;
use crate::web::paths::console;
use crate::web::views::admin::{AlikeLine, CoachedCourse, InstitutionCoachPage};
use crate::web::views::shared::When;
use crate::web::words;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.route(console::COACH_OF, web::get().to(show));
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let report = coaching::report(&visit.cairn, &visit.admin, &tenant).await?;
    let line = |one: &CourseNumbers| CoachedCourse {
        name: one.course.clone().unwrap_or_else(|| "Programmes".to_owned()),
        href: one.course.is_none().then(|| console::programmes_of(&tenant)),
        badges: one.badges,
        blocks: one.blocks,
        should: one.should,
        could: one.could,
        dismissed: one.dismissed,
    };
    let title = format!("Design of badges: {}", report.tenant.name);
    visit.show(&InstitutionCoachPage {
        page: visit.page_of(&report.tenant, &title, AdminPlace::Elsewhere),
        made: When::new(report.now, report.now),
        numbers: vec![
            ("Courses with badges", report.courses),
            ("Badges", report.badges),
            ("Badges with nothing left to say", report.in_peace),
            ("Hints dismissed with a reason", report.dismissed),
        ],
        kinds: report
            .kinds
            .iter()
            .map(|(code, count)| (words::coach::kind(code), *count))
            .collect(),
        more: report
            .courses
            .saturating_sub(report.by_course.iter().filter(|one| one.course.is_some()).count()),
        courses: report.by_course.iter().map(line).collect(),
        alike: report.alike.iter().map(alike).collect(),
        more_alike: report.more_alike,
        issuer_href: console::issuer(&tenant),
    })
}

fn alike(one: &AlikeBadges) -> AlikeLine {
    AlikeLine {
        badges: one.badges.clone(),
        by: format!("They have {}.", words::coach::alike(&one.by)),
        more: one.count.saturating_sub(one.badges.len()),
    }
}

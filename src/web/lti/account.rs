//! `/lti/account`: what an administrator sees of Cairn inside the LMS (Canvas: account navigation).

use actix_web::HttpResponse;

use crate::domain::platform::DeploymentState;
use crate::service::base::session::frame_ancestors;
use crate::service::institution::account::{self, Account};
use crate::service::institution::self_test::{self, Report};
use crate::web::error::AppError;
use crate::web::extract::account::AccountVisit;
use crate::web::extract::proven::Proven;
use crate::web::views::lti::{AccountPage, WaitingLine};
use crate::web::views::shared::{Audience, FindingList, Page, Status};
use crate::web::{assets, paths, reply};

/// The page, by GET with the visit's cookie or by POST with its token.
///
/// # Errors
/// When there is no such visit, or it is over.
pub(crate) async fn show(visit: AccountVisit) -> Result<HttpResponse, AppError> {
    answer(&visit, None).await
}

async fn answer(visit: &AccountVisit, report: Option<&Report>) -> Result<HttpResponse, AppError> {
    let account = account::read(&visit.cairn, &visit.administrator).await?;
    let page = view(visit, &account, report);
    reply::framed(&page, &frame_ancestors(&visit.administrator.registration))
}

/// `POST /lti/account/test`: runs the self-test.
///
/// # Errors
/// As [`show`]; when the form did not come from the page of this visit.
pub(crate) async fn test(Proven(visit): Proven<AccountVisit>) -> Result<HttpResponse, AppError> {
    let platform = &visit.administrator.registration.id;
    let report = self_test::run(&visit.cairn, visit.administrator.tenant(), platform).await?;
    answer(&visit, Some(&report)).await
}

fn view(visit: &AccountVisit, account: &Account, report: Option<&Report>) -> AccountPage {
    let registration = &visit.administrator.registration;
    AccountPage {
        page: Page {
            title: "Cairn in this institution".to_owned(),
            course_name: registration.name.clone(),
            audience: Audience::Instructor,
            session: visit.carried.clone(),
            csrf: visit.cairn.form_proof(&visit.administrator.session),
            nav: Vec::new(),
            flash: None,
            locale: visit
                .administrator
                .session
                .locale
                .clone()
                .unwrap_or_else(|| "en".to_owned()),
            theme_href: account.accent.map(assets::accent),
            window_href: None,
            assistant: false,
            return_href: None,
            says_it_ended: false,
        },
        platform: registration.name.clone(),
        deployment_id: account.here.deployment_id.clone(),
        state: match account.here.state {
            DeploymentState::Accepted => Status::Earned.saying("Connected"),
            DeploymentState::Pending => Status::NeedsAttention.saying("Waits to be accepted"),
            DeploymentState::Refused => Status::NeedsAttention.saying("Refused"),
        },
        takes_new: registration.accepts_new_deployments,
        waiting: account
            .waiting
            .iter()
            .map(|(deployment, claim)| WaitingLine {
                deployment_id: deployment.deployment_id.clone(),
                seen_in: claim.seen_in.clone().and_then(|seen| seen.title),
                asked_by: claim.claimed_by.clone(),
            })
            .collect(),
        courses: account
            .courses
            .iter()
            .map(|course| course.name().to_owned())
            .collect(),
        more_courses: account.more_courses,
        findings: report.map(|report| FindingList::of(report, account.zone)),
        test_action: paths::ACCOUNT_TEST.to_owned(),
        console_href: format!("{}{}", visit.cairn.settings.origin(), paths::console::HOME),
    }
}

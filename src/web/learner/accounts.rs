//! `/c/{course}/mine/accounts`: accounts of several platforms of the institution that are one student's.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use crate::domain::accounts::Code;
use crate::domain::platform::JoinState;
use crate::ids::{AccountJoinId, JoinId};
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::Refusal;
use crate::service::institution::joining::accounts::{self, Account, Accounts, Joined, Why};
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::course;
use crate::web::views::learner::{AccountReviewPage, AccountView, AccountsPage, AskingView, JoinedRow};
use crate::web::views::shared::{Flash, Problem, ProblemList, Status, When, count_of};
use crate::web::words;

/// Lists the routes of these pages.
pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::ACCOUNTS, web::get().to(show))
        .route(course::ACCOUNTS, web::post().to(show))
        .route(course::ACCOUNT_CODE, web::post().to(code))
        .route(course::ACCOUNT_REVIEW, web::post().to(review))
        .route(course::ACCOUNT_AGREE, web::post().to(agree))
        .route(course::ACCOUNT_CONFIRM, web::post().to(confirm))
        .route(course::ACCOUNT_DECLINE, web::post().to(decline))
        .route(course::ACCOUNT_PART, web::post().to(part));
}

async fn show(visit: Visit) -> Result<HttpResponse, AppError> {
    let found = accounts::of_visitor(&visit.cairn, &visit.visitor).await?;
    visit.show(&view(&visit, &found, Vec::new(), None))
}

/// Shows a code; it is told once, on this page.
async fn code(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let code = accounts::show_code(&visit.cairn, &visit.visitor).await?;
    let found = accounts::of_visitor(&visit.cairn, &visit.visitor).await?;
    visit.show(&view(&visit, &found, Vec::new(), Some(&code)))
}

async fn review(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let typed = visit.fields.text("code");
    match accounts::look(&visit.cairn, &visit.visitor, &typed).await {
        Ok(pair) => visit.show(&AccountReviewPage {
            page: visit.page("Are both accounts yours?", Place::Everywhere),
            shown: account(&pair.shown),
            own: account(&pair.own),
            code: typed,
            agree_action: visit.href(&course::account_agree()),
            back_href: visit.href(&course::accounts()),
        }),
        Err(error) => not_taken(&visit, error).await,
    }
}

async fn agree(Proven(visit): Proven<Visit>) -> Result<HttpResponse, AppError> {
    let typed = visit.fields.text("code");
    match accounts::agree(&visit.cairn, &visit.visitor, &typed).await {
        Ok(()) => Ok(visit.go(&visit.href_saying(&course::accounts(), "account-agreed"))),
        Err(error) => not_taken(&visit, error).await,
    }
}

/// The page with the code that was typed, and why it joins nothing.
async fn not_taken(visit: &Visit, error: ServiceError) -> Result<HttpResponse, AppError> {
    if !error.is_invalid() || !matches!(error, ServiceError::Refused(Refusal::Join(_))) {
        return Err(error.into());
    }
    let problem = Problem::whole(words::errors::sentence(&error));
    let found = accounts::of_visitor(&visit.cairn, &visit.visitor).await?;
    visit.show_again(&view(visit, &found, vec![problem], None))
}

async fn confirm(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let id = AccountJoinId::from(path.into_inner().1);
    accounts::confirm(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying(&course::accounts(), "account-joined")))
}

async fn decline(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let id = AccountJoinId::from(path.into_inner().1);
    accounts::decline(&visit.cairn, &visit.visitor, &id).await?;
    Ok(visit.go(&visit.href_saying(&course::accounts(), "account-declined")))
}

async fn part(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let id = JoinId::from(path.into_inner().1);
    accounts::part(&visit.cairn, &visit.visitor, &id).await?;
    // Shown at once: the job ends this visit, and whoever was led on would perhaps find it over.
    let found = accounts::of_visitor(&visit.cairn, &visit.visitor).await?;
    visit.show(&view(&visit, &found, Vec::new(), None))
}

fn account(account: &Account) -> AccountView {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    AccountView {
        name: account.name.clone(),
        platforms: account.platforms.join(", "),
        has: format!(
            "{}, {}",
            count_of(number(account.badges), "badge", "badges"),
            count_of(number(account.hand_ins), "submission", "submissions")
        ),
    }
}

fn joined(visit: &Visit, one: &Joined, found: &Accounts) -> JoinedRow {
    JoinedRow {
        name: one.name.clone(),
        when: When::new(one.at, found.now),
        state: match one.state {
            JoinState::Asked => Status::InProgress.saying("Being joined"),
            JoinState::Done => Status::Earned.saying("Joined"),
            JoinState::Leaving => Status::InProgress.saying("Being taken back"),
            JoinState::Undone => Status::Neutral.saying("Taken back"),
        },
        part_action: (one.state == JoinState::Done).then(|| visit.href(&course::account_part(&one.id))),
    }
}

fn view(visit: &Visit, found: &Accounts, problems: Vec<Problem>, fresh: Option<&Code>) -> AccountsPage {
    let mut page = visit.page("Join your accounts", Place::Everywhere);
    page.flash = fresh.map(|_| Flash::ready("code")).or(page.flash);
    AccountsPage {
        page,
        problems: ProblemList(problems),
        institution: found.institution.clone(),
        own: account(&found.own),
        why_not: match found.refused {
            None => "",
            Some(Why::Policy) => "Your institution does not let students join their accounts themselves.",
            Some(Why::NotAStudent) => {
                "Accounts are joined this way only where both are of a student and of nothing else. This one teaches, assists or looks on in a course, or did."
            }
        },
        fresh_code: fresh.map(Code::in_two),
        open_until: found.open_until.map(|at| When::new(at, found.now)),
        code_action: visit.href(&course::account_code()),
        review_action: visit.href(&course::account_review()),
        code: visit.fields.text("code"),
        asks: found.asks.as_ref().map(|asks| AskingView {
            account: account(&asks.account),
            until: When::new(asks.until, found.now),
            confirm_action: visit.href(&course::account_confirm(&asks.id)),
            decline_action: visit.href(&course::account_decline(&asks.id)),
        }),
        agreed_with: found.agreed_with.iter().map(account).collect(),
        joined: found.joined.iter().map(|one| joined(visit, one, found)).collect(),
        again_href: visit.href(&course::accounts()),
        back_href: visit.href(&course::all_mine()),
    }
}

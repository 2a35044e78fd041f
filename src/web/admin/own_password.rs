//! `/admin/password`: one's own.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, ResponseError as _};
use secrecy::SecretString;

use super::error::AdminError;
use super::frame::{AdminPlace, problems};
use crate::service::base::error::ErrorKind;
use crate::service::institution::administrators::links;
use crate::service::institution::administrators::own_password::{self, Typed};
use crate::web::error::AppError;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::reply;
use crate::web::views::admin::OwnPasswordPage;
use crate::web::views::shared::ProblemList;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::PASSWORD, web::get().to(show))
        .route(console::PASSWORD, web::post().to(change));
}

async fn show(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    let has_one = own_password::has_one(&visit.cairn, &visit.admin).await?;
    visit.show(&view(&visit, has_one, ProblemList::default()))
}

fn view(visit: &AdminVisit, has_one: bool, problems: ProblemList) -> OwnPasswordPage {
    OwnPasswordPage {
        page: visit.page("Your password", AdminPlace::Elsewhere),
        has_one,
        problems,
    }
}

/// The field that a mistake concerns.
fn field(code: &str) -> &'static str {
    match code {
        "admin.old-password" => "old",
        "admin.password" | "admin.same-password" => "new",
        "admin.password-differs" => "again",
        _ => "",
    }
}

async fn change(Proven(visit): Proven<AdminVisit>) -> Result<HttpResponse, AdminError> {
    let sent = |name: &str| {
        links::typed(visit.fields.raw(name)).unwrap_or_else(|| SecretString::from(String::new()))
    };
    let typed = Typed {
        old: sent("old"),
        new: sent("new"),
        again: sent("again"),
    };
    match own_password::change(&visit.cairn, &visit.admin, &visit.session, typed).await {
        Ok(()) => Ok(visit.go(&visit.href_saying(&console::password(), "password"))),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::Unprocessable | ErrorKind::TooManyRequests
            ) =>
        {
            let page = view(&visit, true, problems(&error, field));
            let status = AppError::from(error).status_code();
            Ok(reply::html(status, &page, "'none'", "no-store")?)
        }
        Err(error) => Err(error.into()),
    }
}

//! `/admin/link/{token}`: the way in by a one-time link. The page only asks; its form uses the link up.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};

use super::error::AdminError;
use super::frame::problems;
use super::sign_in::{address, data, signed_in};
use crate::service::Cairn;
use crate::service::base::error::ErrorKind;
use crate::service::institution::administrators::known::Asking;
use crate::service::institution::administrators::links::{self, Entering, Invitation};
use crate::web::error::AppError;
use crate::web::extract::admin::kept_mark;
use crate::web::extract::fields::Fields;
use crate::web::extract::same_origin;
use crate::web::paths::console;
use crate::web::reply;
use crate::web::views::admin::LinkPage;
use crate::web::views::shared::{ProblemList, PublicPage};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::LINK, web::get().to(show))
        .route(console::LINK, web::post().to(enter));
}

async fn show(cairn: web::Data<Cairn>, token: web::Path<String>) -> Result<HttpResponse, AdminError> {
    let invitation = links::get(&cairn, &token).await?;
    Ok(reply::page(&view(
        &invitation,
        &token,
        &Fields::default(),
        ProblemList::default(),
    ))?)
}

fn view(invitation: &Invitation, token: &str, typed: &Fields, problems: ProblemList) -> LinkPage {
    LinkPage {
        page: PublicPage::titled("Welcome to Cairn’s console"),
        reach: invitation.institution.clone(),
        action: console::link(token),
        name: typed.text("name"),
        email: typed.text("email"),
        problems,
    }
}

/// The field that a mistake concerns.
fn field(code: &str) -> &'static str {
    match code {
        "admin.name" => "name",
        "admin.password" => "password",
        "admin.email" | "admin.email-taken" | "admin.both" => "email",
        _ => "",
    }
}

async fn enter(
    request: HttpRequest,
    token: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, AdminError> {
    let cairn: web::Data<Cairn> = data(&request)?;
    same_origin::demand(&request, &cairn.settings.origin())?;
    let fields = Fields::read_unproven(&request, payload).await?;
    let typed = Entering {
        name: fields.text("name"),
        email: fields.get("email").map(str::to_owned),
        password: links::typed(fields.raw("password")),
    };
    let (address, mark) = (address(&request), kept_mark(&request, &cairn));
    let asking = Asking {
        address: &address,
        browser: mark.as_deref(),
    };
    match links::enter(&cairn, &token, typed, asking).await {
        Ok(entered) => signed_in(
            &cairn,
            &entered,
            &format!("{}?notice=entered", console::overview()),
        ),
        Err(error) if matches!(error.kind(), ErrorKind::Unprocessable | ErrorKind::Conflict) => {
            let invitation = links::get(&cairn, &token).await?;
            let problems = problems(&error, field);
            let status = AppError::from(error).status_code();
            let page = view(&invitation, &token, &fields, problems);
            Ok(reply::html(status, &page, "'none'", "no-store")?)
        }
        Err(error) => Err(error.into()),
    }
}

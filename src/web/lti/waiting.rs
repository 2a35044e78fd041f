//! `POST /lti/waiting`: a frame that keeps no cookies asks what became of the window that it offered. The page asks by a
//! script and posts the answer to the platform itself; without scripts its button does the same, a page at a time.

use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::session::frame_ancestors;
use crate::service::course::placing::Signed;
use crate::service::course::placing::waiting::{Heard, hear};
use crate::web::error::AppError;
use crate::web::extract::posted::PostedForm;
use crate::web::views::lti::{AutoSubmitPage, WaitingForm, WaitingPage};
use crate::web::views::shared::PublicPage;
use crate::web::{paths, reply};

/// The field with what stays in the frame.
pub(super) const SECRET: &str = "secret";
/// The field with what goes along with the login of the window.
pub(super) const PASS: &str = "cairn_waiting";

/// `POST /lti/waiting`.
///
/// # Errors
/// When the form is none that a login page of ours made.
pub(crate) async fn ask(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
    body: PostedForm,
) -> Result<HttpResponse, AppError> {
    let pairs = super::login::pairs(&body);
    let field = |name: &str| {
        let found = pairs.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let by_script = request
        .headers()
        .get(ACCEPT)
        .is_some_and(|accepted| accepted == "application/json");
    let (pass, secret) = (field(PASS), field(SECRET));
    match hear(&cairn, pass, secret).await {
        Ok((_, heard)) if by_script => Ok(told(&heard)),
        Err(ServiceError::Refused(_)) if by_script => Ok(told(&Heard::Over)),
        Err(error) => Err(error.into()),
        Ok((registration, heard)) => {
            let ancestors = frame_ancestors(&registration);
            if let Heard::Chosen(signed) = &heard {
                return reply::framed(&on_its_way(signed), &ancestors);
            }
            let form = WaitingForm {
                action: paths::WAITING,
                pass: pass.to_owned(),
                secret: secret.to_owned(),
            };
            reply::framed(&page(&heard, form), &ancestors)
        }
    }
}

/// For the script.
fn told(heard: &Heard) -> HttpResponse {
    let answer = match heard {
        Heard::NotYet => json!({"state": "not-yet"}),
        Heard::Choosing => json!({"state": "choosing"}),
        Heard::Page => json!({"state": "page"}),
        Heard::Over => json!({"state": "over"}),
        Heard::Chosen(signed) => {
            json!({"state": "chosen", "action": signed.return_url.as_str(), "jwt": signed.jwt})
        }
    };
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(answer)
}

fn on_its_way(signed: &Signed) -> AutoSubmitPage {
    AutoSubmitPage {
        page: PublicPage::titled("Back to your course"),
        action: signed.return_url.to_string(),
        fields: vec![("JWT".to_owned(), signed.jwt.clone())],
        explanation: "What you chose in the other window goes into the form of your course now.".to_owned(),
        button: "Go on".to_owned(),
    }
}

fn page(heard: &Heard, form: WaitingForm) -> WaitingPage {
    let (title, sentence, asks) = match heard {
        Heard::NotYet | Heard::Choosing => (
            "Nothing chosen yet",
            "Choose in the other window what goes into your course, then come back here and look again.",
            true,
        ),
        Heard::Page => (
            "Cairn is open in another window",
            "Nothing more happens on this page.",
            false,
        ),
        Heard::Over | Heard::Chosen(_) => (
            "This page does not wait any more",
            "To choose something for your course, go back to where you add content to it and open Cairn there again.",
            false,
        ),
    };
    WaitingPage {
        page: PublicPage::titled(title),
        sentence,
        form: asks.then_some(form),
    }
}

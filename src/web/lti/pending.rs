//! An installation that nobody has accepted yet: what each person sees, and `POST /lti/claim`, by which an instructor or
//! administrator asks for it.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::service::Cairn;
use crate::service::base::session::frame_ancestors;
use crate::service::course::launch::Pending;
use crate::service::institution::sharing;
use crate::web::error::AppError;
use crate::web::extract::fields::Fields;
use crate::web::views::lti::{PendingPage, Standing};
use crate::web::views::shared::PublicPage;
use crate::web::{paths, reply};
use lti::registration::Registration;

/// The page of a launch from such an installation.
pub(super) fn page(
    cairn: &Cairn,
    registration: &Registration,
    waits: &Pending,
) -> Result<PendingPage, AppError> {
    let proof = cairn.claim_proof(registration, waits)?;
    let standing = match proof {
        None => Standing::NotReady,
        Some(_) if waits.is_reviewed => Standing::Reviewed,
        Some(_) if waits.is_refused => Standing::Refused,
        Some(_) if waits.is_asked => Standing::Asked,
        Some(proof) => Standing::MayAsk { proof },
    };
    let mut page = view(registration, Some(waits.deployment_id.clone()), standing);
    if waits.administers && !waits.is_reviewed && !waits.is_refused {
        let code = sharing::code(cairn, &registration.tenant, &registration.id, &waits.deployment)?;
        page.code = Some(code);
    }
    Ok(page)
}

/// Takes the claim of whoever the platform signed as an instructor or administrator: the sealed proof says who it is, so
/// no cookie is needed.
///
/// # Errors
/// When the proof is none of ours, or too old.
pub(crate) async fn claim(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, AppError> {
    let fields = Fields::read_unproven(&request, payload).await?;
    let registration = cairn
        .claim_deployment(fields.raw("proof").unwrap_or_default())
        .await?;
    let page = view(&registration, None, Standing::Asked);
    reply::framed(&page, &frame_ancestors(&registration))
}

fn view(registration: &Registration, deployment_id: Option<String>, standing: Standing) -> PendingPage {
    let title = match standing {
        Standing::NotReady => "Not ready yet",
        Standing::MayAsk { .. } => "Cairn is new here",
        Standing::Asked => "Asked for",
        Standing::Refused => "Not accepted",
        Standing::Reviewed => "One question first",
    };
    PendingPage {
        page: PublicPage::titled(title),
        platform: registration.name.clone(),
        deployment_id,
        standing,
        code: None,
        action: paths::CLAIM.to_owned(),
    }
}

//! For those who run the service: is it alive, is it ready, what does it count.

use actix_web::{HttpResponse, web};

use crate::service::Cairn;
use crate::service::base::room::{self, NotReady};
use crate::service::operations::gauges;
use crate::telemetry;

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok"
}

/// `GET /readyz`: the database answers too, and what people save can be kept. Within two seconds, whatever is the matter.
pub(crate) async fn readyz(cairn: web::Data<Cairn>) -> HttpResponse {
    let Err(error) = room::ready(&cairn).await else {
        return HttpResponse::Ok().body("ready");
    };
    tracing::error!(%error, "not ready");
    HttpResponse::ServiceUnavailable().body(match error {
        NotReady::Database(_) => "The database does not answer.",
        NotReady::Full => "The disk is full: pages can be read, and nothing can be saved.",
        NotReady::NotWritable => {
            "The database or the data folder cannot be written to: pages can be read, and nothing can be saved."
        }
    })
}

/// `GET /metrics`: the numbers in the text format of Prometheus. No person, course or token is in any label. It has a
/// listener of its own: behind a proxy on this machine everybody comes from this machine.
pub(crate) async fn metrics(cairn: web::Data<Cairn>) -> HttpResponse {
    // What was counted here is told although the database does not answer: that is when it is looked at.
    if let Err(error) = gauges::measure(&cairn).await {
        tracing::error!(error = %error, "the queue could not be measured");
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .insert_header(("x-content-type-options", "nosniff"))
        .body(telemetry::metrics_handle().render())
}

/// `GET /static/{version}/{file}`: style, accents, script and icons. The present version may be kept for ever.
pub(crate) async fn asset(path: web::Path<(String, String)>) -> HttpResponse {
    let (version, file) = path.into_inner();
    match crate::web::assets::find(&version, &file) {
        Some((found, present)) => HttpResponse::Ok()
            .content_type(found.content_type)
            .insert_header((
                "cache-control",
                if present {
                    "public, max-age=31536000, immutable"
                } else {
                    "no-cache"
                },
            ))
            .body(found.bytes.into_owned()),
        None => HttpResponse::NotFound().finish(),
    }
}

/// Any other address.
///
/// # Errors
/// Always: there is nothing.
pub(crate) async fn nothing_here() -> Result<HttpResponse, crate::web::error::AppError> {
    Err(crate::service::base::error::ServiceError::NotFound("page").into())
}

//! `/p/…`: badge pictures, drawn ones by what they show, uploaded ones by their digest. They are public, never change,
//! and cannot run anything.

use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use crate::service::Cairn;
use crate::service::badge::pictures::{self, Drawing};
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::web::error::AppError;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(addresses::DRAWN, web::get().to(drawn_svg))
        .route(addresses::DRAWN_PNG, web::get().to(drawn_png))
        .route(addresses::PICTURE, web::get().to(uploaded));
}

async fn drawn_svg(request: HttpRequest) -> HttpResponse {
    let drawing = Drawing::from_query(request.query_string());
    answer("image/svg+xml", Bytes::from(drawing.svg()))
}

async fn drawn_png(request: HttpRequest) -> Result<HttpResponse, AppError> {
    let svg = Drawing::from_query(request.query_string()).svg();
    let drawn = web::block(move || pictures::png(&svg, pictures::PNG_SIDE)).await;
    let png = drawn
        .map_err(|error| ServiceError::Internal(error.to_string()))?
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(answer("image/png", Bytes::from(png)))
}

async fn uploaded(cairn: web::Data<Cairn>, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let (media_type, bytes) = pictures::uploaded(&cairn, &path).await?;
    Ok(answer(media_type, bytes))
}

fn answer(media_type: &str, bytes: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("content-type", media_type))
        .insert_header((
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .insert_header(("access-control-allow-origin", "*"))
        .insert_header(("cache-control", "public, max-age=31536000, immutable"))
        .body(bytes)
}

//! `/p/…`: badge pictures, drawn ones by what they show, uploaded ones by their digest. They are public, never change,
//! and cannot run anything. A browser that asks again is told that it has the picture, before anything is drawn or read.

use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::tags::{has, is_tagged};
use crate::service::Cairn;
use crate::service::badge::pictures::{self, Drawing};
use crate::service::base::addresses;
use crate::service::base::drawings::{Asker, Key, Sort};
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::web::bounds::client;
use crate::web::error::AppError;
use crate::web::words::pictures::not_drawn;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(addresses::DRAWN, web::get().to(drawn_svg))
        .route(addresses::DRAWN_PNG, web::get().to(drawn_png))
        .route(addresses::PICTURE, web::get().to(uploaded));
}

/// The picture that the query asks for.
fn asked(request: &HttpRequest) -> Result<Drawing, ServiceError> {
    Drawing::asked(request.query_string()).map_err(|why| {
        let (code, sentence) = not_drawn(why);
        ServiceError::form(ErrorKind::BadRequest, code, sentence)
    })
}

async fn drawn_svg(cairn: web::Data<Cairn>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let drawing = asked(&request)?;
    let key = Key::of("drawn.svg", &drawing);
    if has(&request, &key) {
        return Ok(unchanged(&key));
    }
    let asker = Asker::Address(client(&request), Sort::Outline);
    let svg = pictures::outlined(&cairn, &asker, drawing).await?;
    Ok(answer(&key, "image/svg+xml", Bytes::from(svg)))
}

async fn drawn_png(cairn: web::Data<Cairn>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let drawing = asked(&request)?;
    let key = Key::of("drawn.png", &drawing);
    if has(&request, &key) {
        return Ok(unchanged(&key));
    }
    let asker = Asker::Address(client(&request), Sort::Pixels);
    let svg = pictures::outlined(&cairn, &asker, drawing).await?;
    let png = pictures::scaled(&cairn, &asker, svg).await?;
    Ok(answer(&key, "image/png", png))
}

async fn uploaded(
    cairn: web::Data<Cairn>,
    path: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let key = Key::of("uploaded", &path.as_str());
    if has(&request, &key) {
        return Ok(unchanged(&key));
    }
    let asker = Asker::Address(client(&request), Sort::Uploaded);
    let (media_type, bytes) = pictures::uploaded(&cairn, &asker, &path).await?;
    Ok(answer(&key, media_type, bytes))
}

fn answer(key: &Key, media_type: &str, bytes: Bytes) -> HttpResponse {
    kept_for_ever(&mut HttpResponse::Ok(), key)
        .insert_header(("content-type", media_type))
        .insert_header((
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .insert_header(("access-control-allow-origin", "*"))
        .body(bytes)
}

fn unchanged(key: &Key) -> HttpResponse {
    kept_for_ever(&mut HttpResponse::NotModified(), key).finish()
}

fn kept_for_ever<'a>(answer: &'a mut HttpResponseBuilder, key: &Key) -> &'a mut HttpResponseBuilder {
    is_tagged(answer, key).insert_header(("cache-control", "public, max-age=31536000, immutable"))
}

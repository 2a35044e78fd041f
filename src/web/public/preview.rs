//! What other sites ask for when somebody posts the address of a badge: the card (`/b/{slug}/card.png`), and oEmbed
//! (`/oembed`, oembed.com 1.0). Both are there once the holder lets others have the preview, and say no more than the page.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use html_escape::encode_double_quoted_attribute;
use serde::Serialize;

use super::credential::{off_the_web, title, withheld};
use super::tags::{has, is_tagged};
use super::{open_to_all, or_nothing, show, unlisted};
use crate::service::Cairn;
use crate::service::badge::pictures::CARD_SIZE;
use crate::service::base::addresses::{self, CREDENTIAL, folder};
use crate::service::base::drawings::{Asker, Sort};
use crate::service::base::error::ServiceError;
use crate::service::credential::card;
use crate::service::credential::publish::{self, Published};
use crate::web::bounds::client;
use crate::web::error::AppError;
use crate::web::paths;
use crate::web::views::shared::{ErrorPage, PublicPage};

/// Pixels that an embedded card is wide where the site does not say how much room it has.
const WIDTH: u32 = 600;

/// Lists the routes of these.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::CARD, web::get().to(picture))
        .route(paths::CARD, web::head().to(picture))
        .route(paths::OEMBED, web::get().to(oembed));
}

/// The badge at an address whose holder lets others have its preview, or the answer that says why not.
async fn shown(cairn: &Cairn, slug: &str) -> Result<Result<Published, HttpResponse>, AppError> {
    let found = publish::by_slug(cairn, slug).await;
    if let Err(error @ (ServiceError::Policy(_) | ServiceError::Kept)) = &found {
        return off_the_web(error).map(Err);
    }
    Ok(match or_nothing(found, "badge")? {
        Ok(published) if !published.visibility().downloads => Err(withheld(&published)?),
        other => other,
    })
}

/// The card. Search engines may have it where they may have the page.
pub(crate) async fn picture(
    cairn: web::Data<Cairn>,
    slug: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let published = match shown(&cairn, &slug).await? {
        Ok(published) => published,
        Err(refused) => return Ok(refused),
    };
    let asker = Asker::Address(client(&request), Sort::Badge);
    let card = card::of(&cairn, &asker, &published).await?;
    let key = card::key(&card);
    // The holder may switch it off at any moment: whoever has it asks again, and gets it no second time.
    let mut answer = open_to_all(0);
    is_tagged(&mut answer, &key).insert_header(("cross-origin-resource-policy", "cross-origin"));
    if has(&request, &key) {
        return Ok(answer.status(StatusCode::NOT_MODIFIED).finish());
    }
    let drawn = card::png(&cairn, &asker, card).await?;
    Ok(answer.insert_header(("content-type", "image/png")).body(drawn))
}

/// What a site embeds (oEmbed 1.0, section 2.3.4).
#[derive(Debug, Serialize)]
struct Embedded {
    version: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author_name: Option<String>,
    provider_name: String,
    provider_url: String,
    thumbnail_url: String,
    thumbnail_width: u32,
    thumbnail_height: u32,
    /// The card, which leads to the page; no script.
    html: String,
    width: u32,
    height: u32,
}

/// The badge whose address is asked about.
pub(crate) async fn oembed(cairn: web::Data<Cairn>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let asked = |name: &str| {
        url::form_urlencoded::parse(request.query_string().as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    if asked("format").is_some_and(|format| format != "json") {
        return other_format();
    }
    let slug = asked("url").and_then(|address| slug(&cairn, &address));
    let Some(slug) = slug else {
        return super::nothing("badge");
    };
    let published = match shown(&cairn, &slug).await? {
        Ok(published) => published,
        Err(refused) => return Ok(refused),
    };
    let room = |name: &str| asked(name).and_then(|side| side.parse().ok());
    let embedded = embedded(&cairn, &published, size(room("maxwidth"), room("maxheight")))?;
    let body = serde_json::to_string(&embedded).map_err(|error| ServiceError::Internal(error.to_string()))?;
    // It is for the site that asks; what is found is the page.
    Ok(unlisted(
        open_to_all(0)
            .insert_header(("content-type", "application/json"))
            .body(body),
    ))
}

fn embedded(
    cairn: &Cairn,
    published: &Published,
    (width, height): (u32, u32),
) -> Result<Embedded, ServiceError> {
    let document = publish::read(&published.credential)?;
    let identity = cairn.settings.identity();
    let slug = &published.credential.slug;
    let page = format!("{identity}{}", addresses::credential(slug));
    let card = format!("{identity}{}", paths::card(slug));
    let title = title(&document);
    let html = format!(
        r#"<a href="{}"><img src="{}" alt="{}" width="{width}" height="{height}"></a>"#,
        encode_double_quoted_attribute(&page),
        encode_double_quoted_attribute(&card),
        encode_double_quoted_attribute(&title),
    );
    Ok(Embedded {
        version: "1.0",
        kind: "rich",
        title,
        author_name: published.holder.clone(),
        provider_name: document.issuer.name.unwrap_or_default(),
        provider_url: format!("{identity}{}", addresses::issuer(&published.issuer.slug)),
        thumbnail_url: card,
        thumbnail_width: CARD_SIZE.0,
        thumbnail_height: CARD_SIZE.1,
        html,
        width,
        height,
    })
}

/// The last part of the address of a badge of ours, by either name of this server.
fn slug(cairn: &Cairn, address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let origin = url.origin().ascii_serialization();
    if origin != cairn.settings.identity() && origin != cairn.settings.origin() {
        return None;
    }
    let slug = url.path().strip_prefix(folder(CREDENTIAL))?;
    (!slug.is_empty() && !slug.contains(['/', '.'])).then(|| slug.to_owned())
}

/// The size of the card within that room.
fn size(most_wide: Option<u32>, most_high: Option<u32>) -> (u32, u32) {
    let (wide, high) = CARD_SIZE;
    let width = most_wide.unwrap_or(WIDTH).clamp(1, wide);
    let height = (width * high / wide).max(1);
    match most_high.map(|most| most.max(1)) {
        Some(most) if most < height => ((most * wide / high).max(1), most),
        _ => (width, height),
    }
}

/// Says that there is no other form (oEmbed 1.0, section 2.3.4: 501).
fn other_format() -> Result<HttpResponse, AppError> {
    let page = ErrorPage {
        page: PublicPage::titled("Only as JSON"),
        sentence: "What sites embed is answered as JSON alone.".to_owned(),
        kept: None,
        what_to_do: "Ask again with format=json, or without a format.".to_owned(),
        error_id: "oembed.format".to_owned(),
        way_back: None,
    };
    show(StatusCode::NOT_IMPLEMENTED, &page)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_card_fits_into_the_room_that_a_site_has() {
        assert_eq!(size(None, None), (600, 315));
        assert_eq!(size(Some(300), None), (300, 157));
        assert_eq!(size(Some(9_999), Some(9_999)), (1_200, 630));
        assert_eq!(size(None, Some(63)), (120, 63));
        assert_eq!(size(Some(0), Some(0)), (1, 1));
    }
}

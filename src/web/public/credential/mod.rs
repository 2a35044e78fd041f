//! `/b/{slug}`: a badge as anybody sees it, and its files for those whom its holder lets have them. Here is who gets which of
//! them; `page` makes the page, out of what `told` and `linked_data` read in the signed document.

mod linked_data;
mod page;
mod told;

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

pub(super) use page::{standing, title, view};

use super::{open_to_all, or_nothing, show, show_in, unlisted};
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::drawings::{Asker, Sort};
use crate::service::base::error::ServiceError;
use crate::service::credential::baked::{self, Form};
use crate::service::credential::publish::{self, Published};
use crate::service::credential::records;
use crate::web::badge_file;
use crate::web::bounds::client;
use crate::web::error::AppError;
use crate::web::views::shared::{ErrorPage, PublicPage};
use crate::web::words::errors;

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(addresses::CREDENTIAL, web::get().to(credential))
        .route(addresses::CREDENTIAL, web::head().to(credential));
}

/// The page, or a file: by the ending of the address, or else by what is accepted.
pub(crate) async fn credential(
    cairn: web::Data<Cairn>,
    name: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let ending = name.split_once('.');
    if let Some((slug, form)) =
        ending.and_then(|(slug, ending)| Some((slug, records::Form::of_ending(ending)?)))
    {
        return record(&cairn, slug, form, &request).await;
    }
    let (slug, named) = match ending {
        Some((slug, ending)) => match Form::of_ending(ending) {
            Some(form) => (slug, Some(form)),
            None => return super::nothing("badge"),
        },
        None => (name.as_str(), None),
    };
    let found = publish::by_slug(&cairn, slug).await;
    if let Err(error @ (ServiceError::Policy(_) | ServiceError::Kept)) = &found {
        return off_the_web(error);
    }
    let published = match or_nothing(found, "badge")? {
        Ok(published) => published,
        Err(nothing) => return Ok(nothing),
    };
    let asked = match named {
        Some(form) => Some((form, badge_file::media_type(form, &request))),
        None => badge_file::accepted(&request, published.credential.token.is_some()),
    };
    let Some((form, media)) = asked else {
        let checked = published.check(&cairn)?;
        let page = view(&cairn, &published, &checked, None);
        let listed = page.page.open_graph.is_some();
        let answer = show_in(published.issuer.zone, StatusCode::OK, &page)?;
        return Ok(if listed { answer } else { unlisted(answer) });
    };
    if !published.visibility().downloads {
        return withheld(&published);
    }
    let asker = Asker::Address(client(&request), Sort::Badge);
    let bytes = match baked::file(&cairn, &asker, &published.credential, form).await {
        Err(error @ ServiceError::NoToken) => return no_token(&published, &error),
        other => other?,
    };
    // The holder may switch it off at any moment.
    let mut answer = open_to_all(0);
    let document = publish::read(&published.credential)?;
    badge_file::describe(&mut answer, form, media, document.name.as_deref(), "inline");
    // A file is for whom the holder gives it to; what is found is the page.
    Ok(unlisted(answer.body(bytes)))
}

/// The record of a badge and those that counted for it, to those whom the holder lets have the files of all of them.
async fn record(
    cairn: &Cairn,
    slug: &str,
    form: records::Form,
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    let found = publish::by_slug(cairn, slug).await;
    if let Err(error @ (ServiceError::Policy(_) | ServiceError::Kept)) = &found {
        return off_the_web(error);
    }
    let published = match or_nothing(found, "badge")? {
        Ok(published) => published,
        Err(nothing) => return Ok(nothing),
    };
    if published
        .stack
        .as_ref()
        .is_none_or(|stack| stack.recorded.is_none())
    {
        return super::nothing("record");
    }
    let credential = &published.credential;
    let Some(record) = records::for_others(cairn, &credential.tenant, &credential.id).await? else {
        return withheld(&published);
    };
    let mut answer = open_to_all(0);
    let document = publish::read(credential)?;
    let media = badge_file::record_media_type(form, request);
    badge_file::describe_record(&mut answer, form, media, document.name.as_deref(), "inline");
    Ok(unlisted(answer.body(form.of(record))))
}

/// Says that this badge is older than its token form.
fn no_token(published: &Published, error: &ServiceError) -> Result<HttpResponse, AppError> {
    let page = ErrorPage {
        page: PublicPage::titled("This badge has no token form").in_accent(published.issuer.accent),
        sentence: errors::sentence(error),
        kept: None,
        what_to_do: "Take the data file (JSON) or a picture: each is signed and can be checked on its own."
            .to_owned(),
        error_id: error.code().to_owned(),
        way_back: None,
    };
    show(StatusCode::NOT_FOUND, &page)
}

/// Says that the institution keeps its badges off the web, or the holder this one.
pub(super) fn off_the_web(error: &ServiceError) -> Result<HttpResponse, AppError> {
    let page = ErrorPage {
        page: PublicPage::titled("This badge has no public page"),
        sentence: errors::sentence(error),
        kept: None,
        what_to_do: "A badge file carries its own signature: any Open Badges 3.0 verifier can check it."
            .to_owned(),
        error_id: error.code().to_owned(),
        way_back: None,
    };
    show(StatusCode::FORBIDDEN, &page)
}

/// Says that the holder has not switched files on. What the page at this address shows is not withheld.
pub(super) fn withheld(published: &Published) -> Result<HttpResponse, AppError> {
    let shown: String = published.credential.slug.chars().take(6).collect();
    let page = ErrorPage {
        page: PublicPage::titled("The holder keeps the files of this badge")
            .in_accent(published.issuer.accent),
        sentence: "The holder of this badge has not switched downloads on for others.".to_owned(),
        kept: Some("Its page shows what was assessed, who issued it and whether it is valid.".to_owned()),
        what_to_do: "Ask the holder to send you the file, or to switch downloads on.".to_owned(),
        error_id: format!("downloads-off · {shown}"),
        way_back: None,
    };
    show(StatusCode::FORBIDDEN, &page)
}

//! `/w/{token}`: a collection of badges that its holder shows for a time, as a page and as files.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};

use super::{open_to_all, or_nothing, sheet, show, unlisted};
use crate::domain::portfolio::ForeignBadge;
use crate::service::Cairn;
use crate::service::award::files;
use crate::service::award::portfolio::documents::Alone;
use crate::service::award::portfolio::{self, Opened, Shown, documents};
use crate::service::base::addresses;
use crate::service::base::error::{ErrorKind, ServiceError};
use crate::service::credential::baked;
use crate::service::credential::publish::Published;
use crate::web::badge_facts::standing_chip;
use crate::web::error::AppError;
use crate::web::views::public::{CollectionShownPage, ShownRow};
use crate::web::views::shared::{ErrorPage, LinkTo, PictureView, PublicPage, SafeHtml, Status, When, Zoned};
use crate::web::words::{self, errors};
use crate::web::{markdown, paths, reply};

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(paths::SHOWN, web::get().to(shown))
        .route(paths::SHOWN, web::head().to(shown))
        .route(paths::SHOWN_FILE, web::get().to(file));
}

/// What a link shows, or the page that says why it shows nothing.
pub(super) async fn opened(cairn: &Cairn, token: &str) -> Result<Result<Opened, HttpResponse>, AppError> {
    let found = portfolio::open(cairn, token).await;
    match &found {
        Err(error @ ServiceError::Policy(_)) => return Ok(Err(refused(error, StatusCode::FORBIDDEN)?)),
        Err(error) if error.kind() == ErrorKind::Gone => {
            return Ok(Err(refused(error, StatusCode::GONE)?));
        }
        _ => {}
    }
    or_nothing(found, "collection")
}

fn refused(error: &ServiceError, status: StatusCode) -> Result<HttpResponse, AppError> {
    let page = ErrorPage {
        page: PublicPage::titled("This collection is not shown"),
        sentence: errors::sentence(error),
        kept: Some("That says nothing about the badges in it, which may be as valid as before.".to_owned()),
        what_to_do: "Ask the holder for a new link, or for the badges’ files: any verifier can check them."
            .to_owned(),
        error_id: error.code().to_owned(),
        way_back: None,
    };
    show(status, &page)
}

async fn shown(cairn: web::Data<Cairn>, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let opened = match opened(&cairn, &token).await? {
        Ok(opened) => opened,
        Err(refused) => return Ok(refused),
    };
    let page = view(&cairn, &opened, &token)?;
    let zoned = Zoned::from(opened.zone);
    Ok(unlisted(reply::html_with(
        StatusCode::OK,
        &page,
        &zoned,
        "'none'",
        "no-cache",
    )?))
}

/// The badges as a file for machines.
async fn file(cairn: web::Data<Cairn>, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (token, name) = path.into_inner();
    let opened = match opened(&cairn, &token).await? {
        Ok(opened) => opened,
        Err(refused) => return Ok(refused),
    };
    let body = match name.as_str() {
        PRESENTATION => documents::presentation(&cairn, &opened).await?,
        REGISTRY => documents::registry(&opened)?.to_string(),
        _ => return alone(&cairn, &opened, &name).await,
    };
    let mut answer = open_to_all(0);
    answer.insert_header(("content-type", "application/json"));
    Ok(unlisted(answer.body(body)))
}

/// How the file of one badge is called before its place in the list, from 1.
const ALONE: &str = "badge-";

/// One badge as a file of its own.
async fn alone(cairn: &Cairn, opened: &Opened, name: &str) -> Result<HttpResponse, AppError> {
    let place = name
        .strip_prefix(ALONE)
        .and_then(|place| place.parse::<usize>().ok());
    let place = place.and_then(|place| place.checked_sub(1));
    let found = match place {
        Some(place) => documents::alone(cairn, opened, place).await?,
        None => None,
    };
    let (body, media, ending) = match found {
        None => return super::nothing("file"),
        Some(Alone::Json(body)) => (body, "application/json", "json"),
        Some(Alone::Text(body)) => (body, "text/plain; charset=utf-8", "txt"),
    };
    let mut answer = open_to_all(0);
    answer.insert_header(("content-type", media)).insert_header((
        "content-disposition",
        format!("attachment; filename=\"{name}.{ending}\""),
    ));
    Ok(unlisted(answer.body(body)))
}

const PRESENTATION: &str = "presentation.json";
const REGISTRY: &str = "registry.json";

fn view(cairn: &Cairn, opened: &Opened, token: &str) -> Result<CollectionShownPage, ServiceError> {
    let collection = &opened.collection;
    let mut rows = Vec::with_capacity(opened.badges.len());
    for (place, badge) in opened.badges.iter().enumerate() {
        let file = paths::shown_file(token, &format!("{ALONE}{}", place.saturating_add(1)));
        rows.push(match badge {
            Shown::Own(published) => own(cairn, published, file)?,
            Shown::Foreign(badge) => foreign(cairn, badge, file),
        });
    }
    Ok(CollectionShownPage {
        page: PublicPage::titled(&collection.title).in_accent(opened.accent),
        title: collection.title.clone(),
        words: collection.words.clone(),
        rows,
        until: collection.link.as_ref().map(|link| When::date_only(link.until)),
        presentation_href: paths::shown_file(token, PRESENTATION),
        registry_href: paths::shown_file(token, REGISTRY),
        verifier_href: paths::VERIFY,
        sheet_action: paths::shown_check(token, sheet::PAGE),
        table_action: paths::shown_check(token, sheet::TABLE),
        data_action: paths::shown_check(token, sheet::DATA),
    })
}

/// A badge of ours is checked now.
fn own(cairn: &Cairn, published: &Published, file_href: String) -> Result<ShownRow, ServiceError> {
    let checked = published.check(cairn)?;
    let achievement = &checked.document.credential_subject.achievement;
    let award = &published.award;
    let is_known = checked.verdict.is_valid() || checked.verdict.is_revoked() || checked.verdict.is_expired();
    let image = achievement.image.as_ref();
    let src = image.and_then(|image| baked::picture_path(&image.id));
    let page = (!published.visibility().hidden).then(|| LinkTo {
        href: addresses::credential(&published.credential.slug),
        text: "Its own page".to_owned(),
    });
    let about = LinkTo {
        href: addresses::achievement(&published.issuer.slug, &award.badge),
        text: "What this badge takes today".to_owned(),
    };
    Ok(ShownRow {
        says: achievement.description.clone(),
        criteria: achievement
            .criteria
            .narrative
            .as_deref()
            .map(markdown::render)
            .unwrap_or_default(),
        links: page.into_iter().chain([about]).collect(),
        file_href,
        name: achievement.name.clone(),
        issuer: checked.document.issuer.name.clone().unwrap_or_default(),
        issuer_id: checked.document.issuer.id.clone(),
        picture: src.map(|src| PictureView {
            src,
            alt: String::new(),
        }),
        standing: if is_known {
            standing_chip(award, checked.at)
        } else {
            Status::NeedsAttention.saying("Not genuine")
        },
        means: match checked.verdict.worst() {
            None => "Signature, key and the list of revoked badges were checked for this page.".to_owned(),
            Some(failure) => failure.to_string(),
        },
        holder: words::portfolio::whose(None),
        awarded: Some(When::date_only(award.awarded_at)),
        until: award.valid_until.map(When::last_day),
        checked: When::new(checked.at, checked.at),
    })
}

/// One of another issuer as it was found last: nobody is asked because somebody looks at a page.
fn foreign(cairn: &Cairn, badge: &ForeignBadge, file_href: String) -> ShownRow {
    let now = cairn.clock.now();
    let (says, standing) = (&badge.says, badge.standing(now));
    let links = [
        (&badge.source, "Its page at its issuer"),
        (&says.achievement, "What it takes, at its issuer"),
    ];
    let link = |(address, text): (&Option<String>, &str)| {
        let href = address.clone().filter(|address| is_web(address))?;
        Some(LinkTo {
            href,
            text: text.to_owned(),
        })
    };
    ShownRow {
        says: says.description.clone(),
        criteria: SafeHtml::default(),
        links: links.into_iter().filter_map(link).collect(),
        file_href,
        name: says.name.clone(),
        issuer: says.issuer_called().to_owned(),
        issuer_id: says.issuer.clone(),
        picture: badge.picture.as_ref().map(|picture| PictureView {
            src: files::address(cairn, &badge.tenant, picture, true),
            alt: String::new(),
        }),
        standing: words::portfolio::standing(standing),
        means: words::portfolio::means(standing).to_owned(),
        holder: words::portfolio::whose(Some(badge.holder)),
        awarded: says.awarded_at.map(When::date_only),
        until: says.until.map(When::last_day),
        checked: When::new(badge.checked_at, now),
    }
}

fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

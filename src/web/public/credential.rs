//! `/b/{slug}`: a badge as anybody sees it, and its files for those whom its holder lets have them.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};

use super::{checks, open_to_all, or_nothing, show, unlisted};
use crate::domain::badge::Kind;
use crate::domain::sentence::number;
use crate::openbadges::OpenBadgeCredential;
use crate::openbadges::credential::{Evidence, ResultEntry};
use crate::openbadges::{did, jwt};
use crate::service::Cairn;
use crate::service::baked::{self, Form};
use crate::service::credential::{hours_tag, level_tag};
use crate::service::error::ServiceError;
use crate::service::publish::{self, Checked, Published};
use crate::service::renewals::Term;
use crate::web::error::AppError;
use crate::web::views::public::{CredentialPage, EvidenceLine, OtherTerm, PublicStanding};
use crate::web::views::shared::{ErrorPage, LinkTo, OpenGraph, PictureView, PublicPage, When};
use crate::web::{badge_file, markdown};

/// Lists the routes of this page.
pub fn configure(config: &mut ServiceConfig) {
    config
        .route("/b/{name}", web::get().to(credential))
        .route("/b/{name}", web::head().to(credential));
}

/// The page, or a file: by the ending of the address, or else by what is accepted.
///
/// # Errors
/// What the store reports.
pub async fn credential(
    cairn: web::Data<Cairn>,
    name: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (slug, named) = match name.split_once('.') {
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
        let answer = show(StatusCode::OK, &page)?;
        return Ok(if listed { answer } else { unlisted(answer) });
    };
    if !published.shows().downloads {
        return withheld(slug);
    }
    let bytes = match baked::file(&cairn, &published.credential, form).await {
        Err(error @ ServiceError::NoToken) => return no_token(&error),
        other => other?,
    };
    // The holder may switch it off at any moment.
    let mut answer = open_to_all(0);
    let document = publish::read(&published.credential)?;
    badge_file::describe(&mut answer, form, media, document.name.as_deref(), "inline");
    // A file is for whom the holder gives it to; what is found is the page.
    Ok(unlisted(answer.body(bytes)))
}

/// Says that this badge is older than its token form.
fn no_token(error: &ServiceError) -> Result<HttpResponse, AppError> {
    let page = ErrorPage {
        page: PublicPage::titled("This badge has no token form"),
        sentence: error.to_string(),
        kept: None,
        what_to_do: "Take the data file (JSON) or a picture: each is signed and can be checked on its own."
            .to_owned(),
        error_id: error.code().to_owned(),
    };
    show(StatusCode::NOT_FOUND, &page)
}

/// Says that the institution keeps its badges off the web, or the holder this one.
pub(super) fn off_the_web(error: &ServiceError) -> Result<HttpResponse, AppError> {
    let page = ErrorPage {
        page: PublicPage::titled("This badge has no public page"),
        sentence: error.to_string(),
        kept: None,
        what_to_do: "A badge file carries its own signature: any Open Badges 3.0 verifier can check it."
            .to_owned(),
        error_id: error.code().to_owned(),
    };
    show(StatusCode::FORBIDDEN, &page)
}

/// Says that the holder has not switched files on. What the page at this address shows is not withheld.
fn withheld(slug: &str) -> Result<HttpResponse, AppError> {
    let page = ErrorPage {
        page: PublicPage::titled("The holder keeps the files of this badge"),
        sentence: "The holder of this badge has not switched downloads on for others.".to_owned(),
        kept: Some("Its page shows what was assessed, who issued it and whether it is valid.".to_owned()),
        what_to_do: "Ask the holder to send you the file, or to switch downloads on.".to_owned(),
        error_id: format!("downloads-off · {}", slug.chars().take(6).collect::<String>()),
    };
    show(StatusCode::FORBIDDEN, &page)
}

/// The page; `until` when a link shows it that ends then, and keeps it out of previews and away from its own address.
pub(super) fn view(
    cairn: &Cairn,
    published: &Published,
    checked: &Checked,
    until: Option<DateTime<Utc>>,
) -> CredentialPage {
    let downloads = published.shows().downloads && until.is_none();
    let document = &checked.document;
    let achievement = &document.credential_subject.achievement;
    let (outcome, description) = texts(&achievement.description);
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| achievement.tag.iter().any(|tag| tag == kind.word()));
    let image = achievement.image.as_ref();
    let slug = &published.credential.slug;
    CredentialPage {
        page: PublicPage {
            open_graph: downloads.then(|| preview(cairn, published, checked)),
            ..PublicPage::titled(&achievement.name)
        },
        name: achievement.name.clone(),
        picture: PictureView {
            src: image
                .and_then(|image| baked::picture_path(&image.id))
                .unwrap_or_default(),
            alt: image.and_then(|image| image.caption.clone()).unwrap_or_default(),
        },
        holder: published.holder.clone(),
        issuer: LinkTo {
            href: format!("/issuers/{}", published.issuer.slug),
            text: document
                .issuer
                .name
                .clone()
                .unwrap_or_else(|| published.issuer.name.clone()),
        },
        awarded: When::date_only(document.awarded_date.unwrap_or(document.valid_from)),
        until: document.valid_until.map(When::date_only),
        standing: standing(published, checked),
        renewed: other_term(published, published.renewals.after.as_ref()),
        renews: other_term(published, published.renewals.before.as_ref()),
        genuine: checks::genuine(
            &checked.verdict,
            &host(&document.issuer.id),
            published.suspended_at(checked),
        ),
        checked: When::new(checked.at, checked.at),
        verifier_href: if until.is_none() {
            verifier_href(cairn, published)
        } else {
            "/verify".to_owned()
        },
        shared_until: until.map(When::date_only),
        outcome,
        description,
        criteria: achievement
            .criteria
            .narrative
            .as_deref()
            .map(markdown::render)
            .unwrap_or_default(),
        kind: kind.map_or("Open", Kind::word).to_owned(),
        kind_meaning: kind.map(checks::meaning).unwrap_or_default().to_owned(),
        facts: facts(document),
        // A grade is the holder's as much as the work is.
        results: if published.shows().evidence {
            results(document)
        } else {
            Vec::new()
        },
        evidence: published.shows().evidence.then(|| evidence(&document.evidence)),
        skills: skills(document),
        downloads: downloads
            .then(|| badge_file::downloads(&format!("/b/{slug}"), published.credential.token.is_some())),
        print_href: until.is_none().then(|| format!("/b/{slug}/print")),
        technical: technical(published, document),
    }
}

/// The verifier page; it is told where the badge is only if the holder lets others have its files.
fn verifier_href(cairn: &Cairn, published: &Published) -> String {
    if !published.shows().downloads {
        return "/verify".to_owned();
    }
    let address = format!(
        "{}/b/{}.json",
        cairn.settings.identity(),
        published.credential.slug
    );
    let fragment = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("url", &address)
        .finish();
    format!("/verify#{fragment}")
}

/// The first paragraph, which is the outcome, and the rest.
fn texts(description: &str) -> (String, String) {
    let (first, rest) = description.split_once("\n\n").unwrap_or((description, ""));
    (first.to_owned(), rest.to_owned())
}

/// The host of a `did:web`.
fn host(issuer: &str) -> String {
    let address = did::document_url(issuer).ok();
    let url = address.and_then(|address| url::Url::parse(&address).ok());
    url.and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| issuer.to_owned())
}

fn other_term(published: &Published, term: Option<&Term>) -> Option<OtherTerm> {
    term.map(|term| OtherTerm {
        awarded: When::date_only(term.award.awarded_at),
        href: term.href_beside(published.shows()),
    })
}

/// What the checks say, in one word. Why it was revoked is between issuer and holder.
pub(super) fn standing(published: &Published, checked: &Checked) -> PublicStanding {
    let verdict = &checked.verdict;
    if let Some(revocation) = &published.award.revocation {
        return PublicStanding::Revoked {
            when: When::date_only(revocation.at),
            reason: String::new(),
        };
    }
    match checked.document.valid_until {
        Some(until) if verdict.is_expired() => PublicStanding::Expired {
            when: When::date_only(until),
        },
        _ if verdict.is_valid() => match published.suspended_at(checked) {
            Some(since) => PublicStanding::Suspended {
                when: When::date_only(since),
            },
            None => PublicStanding::InForce,
        },
        _ => PublicStanding::Unproven,
    }
}

fn preview(cairn: &Cairn, published: &Published, checked: &Checked) -> OpenGraph {
    let achievement = &checked.document.credential_subject.achievement;
    let issuer = &published.issuer.name;
    let by = match &published.holder {
        Some(holder) => format!("Earned by {holder}, issued by {issuer}."),
        None => format!("Issued by {issuer}."),
    };
    let address = format!("{}/b/{}", cairn.settings.identity(), published.credential.slug);
    OpenGraph {
        title: achievement.name.clone(),
        description: format!("{by} {}", texts(&achievement.description).0),
        image: format!("{address}.png"),
        image_alt: achievement
            .image
            .as_ref()
            .and_then(|image| image.caption.clone())
            .unwrap_or_default(),
        url: address,
    }
}

fn facts(document: &OpenBadgeCredential) -> Vec<(String, String)> {
    let achievement = &document.credential_subject.achievement;
    let mut facts = Vec::new();
    if let Some(hours) = achievement.tag.iter().find_map(|tag| hours_tag(tag)) {
        facts.push(("Hours of work".to_owned(), hours.to_owned()));
    }
    if let Some(credits) = achievement.credits_available {
        facts.push(("Credits".to_owned(), number(credits)));
    }
    if let Some(level) = achievement.tag.iter().find_map(|tag| level_tag(tag)) {
        facts.push(("Level".to_owned(), level.to_owned()));
    }
    if let Some(how) = &document.credential_subject.narrative {
        facts.push(("How it was awarded".to_owned(), how.clone()));
    }
    facts
}

/// "Cleaning exercise" and "86 of 100", as signed.
fn results(document: &OpenBadgeCredential) -> Vec<(String, String)> {
    let subject = &document.credential_subject;
    let described = |entry: &ResultEntry| {
        let id = entry.result_description.as_ref()?;
        let known = subject.achievement.result_description.iter();
        let about = known.into_iter().find(|about| about.id == *id)?;
        let value = entry.value.clone()?;
        let text = match &about.value_max {
            Some(most) => format!("{value} of {most}"),
            None => value,
        };
        Some((about.name.clone(), text))
    };
    subject.result.iter().filter_map(described).collect()
}

fn evidence(all: &[Evidence]) -> Vec<EvidenceLine> {
    let line = |one: &Evidence| {
        let parts = [
            one.name.as_deref(),
            one.description.as_deref(),
            one.genre.as_deref(),
        ];
        let text: Vec<&str> = parts.into_iter().flatten().collect();
        let id = one.id.as_deref().unwrap_or_default();
        let said = [one.narrative.as_deref(), one.description.as_deref(), Some(id)];
        EvidenceLine {
            text: if text.is_empty() {
                "What was handed in".to_owned()
            } else {
                text.join(", ")
            },
            digest: said.into_iter().flatten().find_map(digest),
            href: (id.starts_with("https://") || id.starts_with("http://")).then(|| id.to_owned()),
        }
    };
    all.iter().map(line).collect()
}

/// A SHA-256 in hex within a text.
fn digest(text: &str) -> Option<String> {
    let found = text
        .split(|c: char| !c.is_ascii_hexdigit())
        .find(|word| word.len() == 64)?;
    Some(found.to_ascii_lowercase())
}

fn skills(document: &OpenBadgeCredential) -> Vec<LinkTo> {
    let all = document.credential_subject.achievement.alignment.iter();
    all.map(|one| LinkTo {
        href: one.target_url.clone(),
        text: checks::skill(
            &one.target_name,
            one.target_framework.as_deref(),
            one.target_code.as_deref(),
        ),
    })
    .collect()
}

fn technical(published: &Published, document: &OpenBadgeCredential) -> Vec<(String, String)> {
    let mut rows = vec![
        ("Credential".to_owned(), document.id.clone()),
        ("Issuer".to_owned(), document.issuer.id.clone()),
    ];
    if let Some(proof) = document.proof.first() {
        rows.push((
            "Proof".to_owned(),
            "DataIntegrityProof, eddsa-rdfc-2022".to_owned(),
        ));
        rows.push((
            "Verification method".to_owned(),
            proof.verification_method.clone(),
        ));
    }
    let token = published.credential.token.as_deref();
    let header = token.and_then(|token| jwt::read(token.as_bytes()).ok()?.header().ok());
    if let Some(header) = header {
        let row = format!("VC-JWT, {}, {}", header.algorithm.name(), header.key_id);
        rows.push(("Token".to_owned(), row));
    }
    if let Some(status) = &document.credential_status {
        let place = status.status_list_index;
        rows.push(("Status list".to_owned(), status.status_list_credential.clone()));
        rows.push(("Place in the status list".to_owned(), place.to_string()));
    }
    rows.push((
        "Badge".to_owned(),
        document.credential_subject.achievement.id.clone(),
    ));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_is_the_first_paragraph() {
        assert_eq!(texts("Cleans data."), ("Cleans data.".into(), String::new()));
        assert_eq!(
            texts("One.\n\nTwo.\n\nThree."),
            ("One.".into(), "Two.\n\nThree.".into())
        );
    }

    #[test]
    fn the_domain_comes_from_the_identity() {
        assert_eq!(host("did:web:badges.example:issuers:a"), "badges.example");
        assert_eq!(host("did:key:z6Mk"), "did:key:z6Mk");
    }

    #[test]
    fn a_fingerprint_is_found_in_whatever_text_carries_it() {
        let hex = "0A".repeat(32);
        assert_eq!(digest(&format!("sha-256: {hex}.")), Some(hex.to_lowercase()));
        assert_eq!(digest("no fingerprint 0a0a"), None);
    }
}

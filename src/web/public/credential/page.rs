//! The page of a badge: what its document says, what its holder lets others see of it, and how it stands at this moment.

use chrono::{DateTime, Utc};

use super::{linked_data, told};
use crate::domain::badge::Kind;
use crate::service::Cairn;
use crate::service::badge::pictures::CARD_SIZE;
use crate::service::base::addresses;
use crate::service::credential::baked;
use crate::service::credential::build::is_part;
use crate::service::credential::publish::{self, Checked, Published};
use crate::service::credential::records::{self, Stack};
use crate::service::credential::renewals::Term;
use crate::web::badge_facts::standing_chip;
use crate::web::public::{checks, endorsed};
use crate::web::views::public::{CredentialPage, OtherTerm, PublicPart, PublicStanding};
use crate::web::views::shared::{LinkTo, OpenGraph, PictureView, PublicPage, Waiting, When, count_of};
use crate::web::words::renewals;
use crate::web::{badge_file, markdown, paths, timeline};
use openbadges::verify::Failure;
use openbadges::{OpenBadgeCredential, did};

/// The page; `until` when a link shows it that ends then, and keeps it out of previews and away from its own address.
pub(in crate::web::public) fn view(
    cairn: &Cairn,
    published: &Published,
    checked: &Checked,
    until: Option<DateTime<Utc>>,
) -> CredentialPage {
    let downloads = published.visibility().downloads && until.is_none();
    let document = &checked.document;
    let achievement = &document.credential_subject.achievement;
    let (outcome, description) = texts(&achievement.description);
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| achievement.tag.iter().any(|tag| tag == kind.word()));
    let is_stack = document.evidence.iter().any(is_part);
    let image = achievement.image.as_ref();
    let slug = &published.credential.slug;
    CredentialPage {
        page: PublicPage {
            open_graph: downloads.then(|| preview(cairn, published, checked)),
            ..PublicPage::titled(&title(document)).in_accent(published.issuer.accent)
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
            href: addresses::issuer(&published.issuer.slug),
            text: document
                .issuer
                .name
                .clone()
                .unwrap_or_else(|| published.issuer.name.clone()),
        },
        awarded: When::date_only(document.awarded_date.unwrap_or(document.valid_from)),
        until: document.valid_until.map(When::last_day),
        waiting: (standing(published, checked) == PublicStanding::SigningAnew && until.is_none())
            .then(|| Waiting::at(addresses::credential(slug), 20)),
        renewal: published.renewal.map(renewals::to_everybody),
        standing: standing(published, checked),
        renewed: other_term(published, published.renewals.after.as_ref(), until.is_none()),
        renews: other_term(published, published.renewals.before.as_ref(), until.is_none()),
        genuine: checks::genuine(
            &checked.verdict,
            &host(&document.issuer.id),
            published.suspended_at(checked),
            published.issuer.zone,
        ),
        checked: When::new(checked.at, checked.at),
        verifier_href: if until.is_none() {
            verifier_href(cairn, published)
        } else {
            paths::VERIFY.to_owned()
        },
        shared_until: until.map(When::date_only),
        about_href: addresses::achievement(&published.issuer.slug, &published.award.badge),
        outcome,
        description,
        criteria: achievement
            .criteria
            .narrative
            .as_deref()
            .map(markdown::render)
            .unwrap_or_default(),
        kind: kind.map_or("Open", Kind::word).to_owned(),
        kind_meaning: kind
            .map(|kind| checks::meaning(kind, is_stack))
            .unwrap_or_default()
            .to_owned(),
        facts: told::facts(document, published.issuer.zone),
        // A grade is the holder's as much as the work is.
        results: if published.visibility().evidence {
            told::results(document)
        } else {
            Vec::new()
        },
        evidence: published
            .visibility()
            .evidence
            .then(|| told::evidence(&document.evidence))
            // What was handed in for it was handed in for its parts.
            .filter(|lines| !is_stack || !lines.is_empty()),
        parts: if published.visibility().evidence {
            parts(published, checked.at, until.is_none())
        } else {
            Vec::new()
        },
        record: if until.is_none() && records::is_given(published) {
            badge_file::record_downloads(&addresses::credential(slug))
        } else {
            Vec::new()
        },
        record_lacks: record_lacks(published),
        skills: told::skills(document),
        note: published.note.as_ref().map(timeline::note),
        endorsements: endorsed::lines(&published.endorsements(checked), &published.issuer.name),
        downloads: downloads.then(|| {
            badge_file::downloads(&addresses::credential(slug), published.credential.token.is_some())
        }),
        print_href: until.is_none().then(|| paths::print(slug)),
        technical: told::technical(published, document, until.is_none()),
    }
}

/// The verifier page; it is told where the badge is only if the holder lets others have its files.
fn verifier_href(cairn: &Cairn, published: &Published) -> String {
    if !published.visibility().downloads {
        return paths::VERIFY.to_owned();
    }
    let file = format!("{}.json", published.credential.slug);
    let address = format!("{}{}", cairn.settings.identity(), addresses::credential(&file));
    let fragment = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("url", &address)
        .finish();
    format!("{}#{fragment}", paths::VERIFY)
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

fn other_term(published: &Published, term: Option<&Term>, with_address: bool) -> Option<OtherTerm> {
    term.map(|term| OtherTerm {
        awarded: When::date_only(term.award.awarded_at),
        href: term.href_beside(published.visibility()).filter(|_| with_address),
    })
}

/// "2 badges", where a record has no room for them.
fn record_lacks(published: &Published) -> Option<String> {
    let stack = published.stack.as_ref().filter(|stack| stack.left_out > 0)?;
    let count = u32::try_from(stack.left_out).unwrap_or(u32::MAX);
    Some(count_of(count, "badge", "badges"))
}

/// The badges that counted, each with what it is worth now. One that cannot be read is left out.
fn parts(published: &Published, now: DateTime<Utc>, with_address: bool) -> Vec<PublicPart> {
    let terms = published
        .stack
        .iter()
        .flat_map(|stack| stack.parts.iter().map(move |term| (stack, term)));
    let part = |(stack, term): (&Stack, &Term)| {
        let document = publish::read(&term.credential).ok()?;
        Some(PublicPart {
            name: document.credential_subject.achievement.name,
            href: term.href_beside(published.visibility()).filter(|_| with_address),
            course: stack.courses.get(&term.award.badge).cloned(),
            awarded: When::date_only(term.award.awarded_at),
            standing: standing_chip(&term.award, now),
        })
    };
    terms.filter_map(part).collect()
}

/// What the checks say, in one word. Why it was revoked is between issuer and holder.
pub(in crate::web::public) fn standing(published: &Published, checked: &Checked) -> PublicStanding {
    let verdict = &checked.verdict;
    if let Some(revocation) = &published.award.revocation {
        return PublicStanding::Revoked {
            when: When::date_only(revocation.at),
            reason: String::new(),
        };
    }
    match checked.document.valid_until {
        Some(until) if verdict.is_expired() => PublicStanding::Expired {
            when: When::last_day(until),
        },
        _ if verdict.is_valid() => match published.suspended_at(checked) {
            Some(since) => PublicStanding::Suspended {
                when: When::date_only(since),
            },
            None => PublicStanding::InForce,
        },
        // The badge is ours, from our own store: its key can only have been withdrawn.
        _ if verdict.first_failure() == Some(&Failure::UnknownKey) => PublicStanding::SigningAnew,
        _ => PublicStanding::Unproven,
    }
}

/// What the page is called: which badge, and whose.
pub(in crate::web::public) fn title(document: &OpenBadgeCredential) -> String {
    let name = &document.credential_subject.achievement.name;
    match &document.issuer.name {
        Some(issuer) => format!("{name}, a badge of {issuer}"),
        None => name.clone(),
    }
}

fn preview(cairn: &Cairn, published: &Published, checked: &Checked) -> OpenGraph {
    let document = &checked.document;
    let achievement = &document.credential_subject.achievement;
    let issuer = document.issuer.name.as_ref().unwrap_or(&published.issuer.name);
    let by = match &published.holder {
        Some(holder) => format!("Earned by {holder}, issued by {issuer}."),
        None => format!("Issued by {issuer}."),
    };
    let (identity, slug) = (cairn.settings.identity(), &published.credential.slug);
    let address = format!("{identity}{}", addresses::credential(slug));
    let asked = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("url", &address)
        .finish();
    OpenGraph {
        title: title(document),
        site_name: issuer.clone(),
        description: format!("{by} {}", texts(&achievement.description).0),
        image: format!("{identity}{}", paths::card(slug)),
        image_size: CARD_SIZE,
        image_alt: achievement
            .image
            .as_ref()
            .and_then(|image| image.caption.clone())
            .unwrap_or_default(),
        alternates: vec![
            ("application/vc+ld+json", format!("{address}.json")),
            (
                "application/json+oembed",
                format!("{identity}{}?{asked}", paths::OEMBED),
            ),
        ],
        linked_data: linked_data::script(document, &address),
        url: address,
    }
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
}

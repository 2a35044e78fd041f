//! `/admin/issuers`: who stands behind badges, with what key; below it one institution, and a new key for it.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::{AdminPlace, problem, problems};
use super::tool_keys;
use crate::domain::authority::TypedAuthority;
use crate::domain::issuer::Tenant;
use crate::domain::keys::{IssuerKey, KeyKind, KeyState};
use crate::domain::theme::Colour;
use crate::domain::zone::{Zone, ZoneFrom};
use crate::ids::{KeyId, TenantId};
use crate::service::badge::pictures;
use crate::service::base::addresses;
use crate::service::base::clash::{Clash, Saving, Seen};
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::service::credential::withdrawing::{self, Review};
use crate::service::institution::issuing::{self, Face, Institution, Logo};
use crate::web::clash;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::proven::Proven;
use crate::web::paths::console;
use crate::web::views::admin::{
    AccentPreview, ConsoleConfirmPage, InstitutionLine, IssuerPage, IssuersPage, KeyLine, WithdrawKeyPage,
};
use crate::web::views::shared::{Problem, ProblemList, When, count_of};
use crate::web::words::{self, states};

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route(console::ISSUERS, web::get().to(list))
        .route(console::ISSUER, web::get().to(show))
        .route(console::ISSUER, web::post().to(save))
        .route(console::ISSUER_COLOUR, web::post().to(colour))
        .route(console::ISSUER_ZONE, web::post().to(zone))
        .route(console::ISSUER_ROTATE, web::get().to(ask))
        .route(console::ISSUER_ROTATE, web::post().to(rotate))
        .route(console::KEY_WITHDRAW, web::get().to(review))
        .route(console::KEY_WITHDRAW, web::post().to(withdraw));
}

async fn list(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    let all = issuing::list(&visit.cairn, &visit.admin).await?;
    let line = |one: &Institution| InstitutionLine {
        href: console::issuer(&one.tenant.id),
        issuer: one.issuer.name.clone(),
        did: institutions::did(&visit.cairn, &one.issuer),
        keys: count_of(u32::try_from(one.keys.len()).unwrap_or(u32::MAX), "key", "keys"),
    };
    let (keys, tool_step) = tool_keys::lines(&visit).await?;
    let tenants: Vec<&Tenant> = all.iter().map(|one| &one.tenant).collect();
    visit.show(&IssuersPage {
        page: visit.page_of_all(&tenants, "Issuers and keys", AdminPlace::Issuers),
        institutions: all.iter().map(line).collect(),
        keys,
        tool_step,
        jwks_url: format!("{}{}", visit.cairn.settings.origin(), addresses::JWKS),
    })
}

async fn show(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let one = issuing::get(&visit.cairn, &visit.admin, &tenant).await?;
    let typed = Typed::saved(&one);
    let waiting = waiting(&visit, &tenant).await?;
    visit.show(&view(&visit, &one, typed, waiting, ProblemList::default()))
}

/// What stands in the fields of the page.
struct Typed {
    face: Face,
    colour: String,
    zone: String,
    /// What each of the three forms was filled from: names, colour, time zone.
    seen: [Seen; 3],
}

impl Typed {
    /// What is saved.
    fn saved(one: &Institution) -> Self {
        Self {
            face: Face {
                logo: Logo::Kept,
                ..one.face()
            },
            seen: [
                Seen::of(&one.face()),
                issuing::seen_colour(&one.tenant),
                issuing::seen_zone(&one.tenant),
            ],
            colour: one.tenant.accent.map(Colour::hex).unwrap_or_default(),
            zone: one.tenant.zone().name().to_owned(),
        }
    }
}

async fn waiting(visit: &AdminVisit, tenant: &TenantId) -> Result<Option<String>, ServiceError> {
    let waiting = withdrawing::waiting(&visit.cairn, tenant).await?;
    Ok((waiting > 0).then(|| badges_of(waiting)))
}

fn badges_of(count: i64) -> String {
    count_of(u32::try_from(count).unwrap_or(u32::MAX), "badge", "badges")
}

fn view(
    visit: &AdminVisit,
    one: &Institution,
    typed: Typed,
    waiting: Option<String>,
    problems: ProblemList,
) -> IssuerPage {
    let Typed {
        face,
        colour,
        zone,
        seen,
    } = typed;
    let [seen, colour_seen, zone_seen] = seen.map(|one| one.as_str().to_owned());
    let (id, now) = (&one.tenant.id, visit.cairn.clock.now());
    let keys = one.keys.iter().rev().map(|key| KeyLine {
        name: format!("{} {}", key.kind.name(), key.public_multibase),
        state: states::key(key.state),
        made: When::new(key.created_at, now),
        act: (key.state != KeyState::Withdrawn).then(|| ("Withdraw…", console::key_withdraw(id, &key.id))),
    });
    IssuerPage {
        page: visit.page_of(&one.tenant, &one.tenant.name, AdminPlace::Issuers),
        action: console::issuer(id),
        seen,
        colour_seen,
        zone_seen,
        name: face.name,
        issuer_name: face.issuer_name,
        url: face.url.unwrap_or_default(),
        email: face.email.unwrap_or_default(),
        logo_src: match &face.logo {
            Logo::New(digest) => Some(pictures::kept_png(digest)),
            Logo::Kept | Logo::Removed => one.issuer.marks.logo.as_deref().map(pictures::kept_png),
        },
        removes_logo: face.logo == Logo::Removed,
        logo_kept: match face.logo {
            Logo::New(digest) => digest,
            Logo::Kept | Logo::Removed => String::new(),
        },
        ror: face.ror.unwrap_or_default(),
        linkedin: face.linkedin.unwrap_or_default(),
        authority: face.authority,
        colour_action: console::issuer_colour(id),
        colour,
        preview: one.tenant.accent.map(AccentPreview::of),
        zone_action: console::issuer_zone(id),
        zone,
        zones: Zone::names().collect(),
        zone_said_by: one.tenant.time_zone.map(|set| said_by(set.from)),
        did: institutions::did(&visit.cairn, &one.issuer),
        profile_href: addresses::issuer(&one.issuer.slug),
        coach_href: console::coach_of(id),
        skills_href: console::skills_of(id),
        keys: keys.collect(),
        rotate_href: console::issuer_rotate(id),
        waiting,
        problems,
    }
}

async fn save(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    let (logo, refused) = logo(&visit, &tenant).await?;
    let form = &visit.fields;
    let typed = |name: &str| form.get(name).map(str::to_owned);
    let face = Face {
        name: form.text("name"),
        issuer_name: form.text("issuer_name"),
        url: typed("url"),
        email: typed("email"),
        logo,
        ror: typed("ror"),
        linkedin: typed("linkedin"),
        authority: TypedAuthority {
            accreditation: form.text("accreditation"),
            parent_name: form.text("parent_name"),
            parent_url: form.text("parent_url"),
            identifiers: form.text("identifiers").replace("\r\n", "\n"),
            official: form.text("official"),
        },
    };
    let seen = clash::brought(form);
    let wrong = match &refused {
        Some(_) => issuing::wrong(&visit.cairn, &visit.admin, &tenant, face.clone()).await?,
        None => match issuing::change(&visit.cairn, &visit.admin, &tenant, face.clone(), Some(&seen)).await {
            Ok(Saving::Clash(met)) => return face_saved_meanwhile(&visit, &met, face),
            Ok(Saving::Done) => return Ok(visit.go(&visit.href_saying(&console::issuer(&tenant), "saved"))),
            Err(error) if error.is_invalid() => Some(error),
            Err(error) => return Err(error.into()),
        },
    };
    let mut problems = wrong.map_or_else(ProblemList::default, |error| problems(&error, field_of));
    problems.0.extend(refused);
    let one = issuing::get(&visit.cairn, &visit.admin, &tenant).await?;
    let mut typed = Typed {
        face,
        ..Typed::saved(&one)
    };
    let [of_face, ..] = &mut typed.seen;
    *of_face = seen;
    let waiting = waiting(&visit, &tenant).await?;
    visit.show_again(&view(&visit, &one, typed, waiting, problems))
}

/// What a colleague saved of the names and marks meanwhile, beside what was typed.
fn face_saved_meanwhile(
    visit: &AdminVisit,
    met: &Clash<Institution>,
    face: Face,
) -> Result<HttpResponse, AdminError> {
    let saved = met.theirs.face();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    // The file itself does not come along; what was kept of it does.
    let (logo, kept) = match &face.logo {
        Logo::New(digest) if saved.logo != face.logo => ("another picture", digest.clone()),
        Logo::Removed if saved.logo != Logo::Removed => ("none", String::new()),
        _ => ("", String::new()),
    };
    let theirs_logo = match (&saved.logo, logo.is_empty()) {
        (_, true) => "",
        (Logo::New(_), false) => "a picture",
        _ => "none",
    };
    let lines = vec![
        ("Institution", saved.name.clone(), face.name),
        ("Issuer", saved.issuer_name.clone(), face.issuer_name),
        ("Its site", text(&saved.url), text(&face.url)),
        (
            "E-mail address for questions",
            text(&saved.email),
            text(&face.email),
        ),
        ("Logo", theirs_logo.to_owned(), logo.to_owned()),
        ("ROR identifier", text(&saved.ror), text(&face.ror)),
        ("LinkedIn page", text(&saved.linkedin), text(&face.linkedin)),
        (
            "Accreditation",
            saved.authority.accreditation.clone(),
            face.authority.accreditation.clone(),
        ),
        (
            "Parent organisation",
            format!("{} {}", saved.authority.parent_name, saved.authority.parent_url),
            format!("{} {}", face.authority.parent_name, face.authority.parent_url),
        ),
        (
            "Other identifiers",
            saved.authority.identifiers.clone(),
            face.authority.identifiers.clone(),
        ),
        (
            "Who answers for it",
            saved.authority.official.clone(),
            face.authority.official.clone(),
        ),
    ];
    let action = console::issuer(&met.theirs.tenant.id);
    let mut pairs = visit.fields.pairs.clone();
    if matches!(face.logo, Logo::New(_)) {
        // A picture that was chosen counts more than the box that takes one away; its file does not come a second time.
        pairs.retain(|(name, _)| name != "remove_logo");
    }
    saved_meanwhile(visit, met, action, &pairs, &[("logo_kept", kept)], lines)
}

/// The field that a refusal with that code is about.
fn field_of(code: &str) -> &'static str {
    match code {
        "institution.name" => "name",
        "issuer.name" => "issuer_name",
        "issuer.url" => "url",
        "issuer.logo" => "logo",
        "issuer.ror" => "ror",
        "issuer.linkedin" => "linkedin",
        "issuer.accreditation" => "accreditation",
        "issuer.parent" => "parent_name",
        "issuer.identifiers" => "identifiers",
        "issuer.official" => "official",
        _ => "email",
    }
}

/// What the form says of the logo. One that came with it is kept at once, so that it is not lost when something else is wrong.
async fn logo(visit: &AdminVisit, tenant: &TenantId) -> Result<(Logo, Option<Problem>), ServiceError> {
    if let Some(file) = visit.fields.file("logo") {
        let kept = issuing::keep_logo(&visit.cairn, &visit.admin, tenant, file.bytes.clone()).await?;
        return Ok(match kept {
            Ok(logo) => (logo, None),
            Err(refused) => {
                let problem = Problem {
                    field: "logo".to_owned(),
                    text: words::pictures::refused(&refused),
                };
                (Logo::Kept, Some(problem))
            }
        });
    }
    Ok(if visit.fields.ticked("remove_logo") {
        (Logo::Removed, None)
    } else {
        let kept = visit.fields.get("logo_kept").map(str::to_owned);
        (kept.map_or(Logo::Kept, Logo::New), None)
    })
}

/// What a colleague saved of an institution meanwhile, beside what was typed.
fn saved_meanwhile(
    visit: &AdminVisit,
    met: &Clash<Institution>,
    action: String,
    pairs: &[(String, String)],
    instead: &[(&str, String)],
    lines: Vec<(&str, String, String)>,
) -> Result<HttpResponse, AdminError> {
    let tenant = &met.theirs.tenant;
    let title = format!("{} was changed meanwhile", tenant.name);
    let page = visit.page_of(tenant, &title, AdminPlace::Issuers);
    let ways = clash::Ways {
        action,
        keep_href: console::issuer(&tenant.id),
        note: "If you save yours, it takes the place of what is saved. Badges that were issued keep what was signed.",
        typed: true,
    };
    let now = visit.cairn.clock.now();
    let view = clash::view(met, now, pairs, instead, lines, &page, ways);
    visit.show_clash(page, view)
}

async fn colour(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    let colour = visit.fields.text("colour");
    let seen = clash::brought(&visit.fields);
    match issuing::set_accent(&visit.cairn, &visit.admin, &tenant, &colour, Some(&seen)).await {
        Ok(Saving::Clash(met)) => {
            let theirs = met.theirs.tenant.accent.map(Colour::hex).unwrap_or_default();
            let (lines, typed) = (vec![("Colour", theirs, colour)], &visit.fields.pairs);
            saved_meanwhile(&visit, &met, console::issuer_colour(&tenant), typed, &[], lines)
        }
        Ok(Saving::Done) => Ok(visit.go(&visit.href_saying(&console::issuer(&tenant), "saved"))),
        Err(error) if error.is_invalid() => {
            let one = issuing::get(&visit.cairn, &visit.admin, &tenant).await?;
            let mut typed = Typed {
                colour,
                ..Typed::saved(&one)
            };
            let [_, of_colour, _] = &mut typed.seen;
            *of_colour = seen;
            let waiting = waiting(&visit, &tenant).await?;
            visit.show_again(&view(&visit, &one, typed, waiting, problem("colour", &error)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Who said where the institution is.
fn said_by(from: ZoneFrom) -> &'static str {
    match from {
        ZoneFrom::Browser => "As the browser of an administrator said.",
        ZoneFrom::Platform => "As the course site said of an administrator.",
        ZoneFrom::Console => "Chosen here.",
    }
}

async fn zone(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    let zone = visit.fields.text("zone");
    let is_guess = visit.fields.ticked("guess");
    let seen = clash::brought(&visit.fields);
    match issuing::set_zone(&visit.cairn, &visit.admin, &tenant, &zone, is_guess, Some(&seen)).await {
        Ok(Saving::Done) if is_guess => Ok(HttpResponse::NoContent().finish()),
        Ok(Saving::Clash(met)) => {
            let lines = vec![("Time zone", met.theirs.tenant.zone().name().to_owned(), zone)];
            let typed = &visit.fields.pairs;
            saved_meanwhile(&visit, &met, console::issuer_zone(&tenant), typed, &[], lines)
        }
        Ok(Saving::Done) => Ok(visit.go(&visit.href_saying(&console::issuer(&tenant), "saved"))),
        Err(error) if error.is_invalid() => {
            let one = issuing::get(&visit.cairn, &visit.admin, &tenant).await?;
            let mut typed = Typed {
                zone,
                ..Typed::saved(&one)
            };
            let [.., of_zone] = &mut typed.seen;
            *of_zone = seen;
            let waiting = waiting(&visit, &tenant).await?;
            visit.show_again(&view(&visit, &one, typed, waiting, problem("zone", &error)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn ask(visit: AdminVisit, tenant: web::Path<TenantId>) -> Result<HttpResponse, AdminError> {
    let one = issuing::get(&visit.cairn, &visit.admin, &tenant).await?;
    let signs = |key: &&IssuerKey| key.kind == KeyKind::Ed25519 && key.state == KeyState::Active;
    let active = one.keys.iter().find(signs);
    visit.show(&ConsoleConfirmPage {
        page: visit.page_of(
            &one.tenant,
            &format!("Sign the badges of {} with new keys?", one.tenant.name),
            AdminPlace::Issuers,
        ),
        consequences: vec![
            "From now on new badges are signed with new keys, one for each form that badges have.".to_owned(),
            "Every badge that was issued stays valid: the old keys stay in the public list of keys (did.json).".to_owned(),
            "Nothing changes for students and teachers, and nobody is told.".to_owned(),
        ],
        action: console::issuer_rotate(&tenant),
        fields: vec![(
            "expected",
            active.map(|key| key.public_multibase.clone()).unwrap_or_default(),
        )],
        confirm: "Sign with a new key",
        danger: false,
        back_href: console::issuer(&tenant),
    })
}

async fn rotate(
    Proven(visit): Proven<AdminVisit>,
    tenant: web::Path<TenantId>,
) -> Result<HttpResponse, AdminError> {
    let expected = visit.fields.text("expected");
    issuing::rotate(&visit.cairn, &visit.admin, &tenant, &expected).await?;
    Ok(visit.go(&visit.href_saying(&console::issuer(&tenant), "rotated")))
}

async fn review(visit: AdminVisit, path: web::Path<(TenantId, KeyId)>) -> Result<HttpResponse, AdminError> {
    let (tenant, key) = path.into_inner();
    let review = withdrawing::review(&visit.cairn, &visit.admin, &tenant, &key).await?;
    visit.show(&asking(&visit, &review, String::new(), ProblemList::default()))
}

fn asking(visit: &AdminVisit, review: &Review, reason: String, problems: ProblemList) -> WithdrawKeyPage {
    let mut consequences =
        vec!["The key is published no more: nothing that it signed verifies, whoever signed it.".to_owned()];
    if review.key.state == KeyState::Active {
        consequences.push("A new key signs from now on.".to_owned());
    }
    consequences.push(match review.badges {
        0 => "It has signed no badge that is still here, so nothing has to be signed anew.".to_owned(),
        badges => format!(
            "{} it signed will be signed anew, each with the address and the dates that it has. Until then they do not \
             verify; ten thousand take about a minute.",
            match badges {
                1 => "The one badge that".to_owned(),
                more => format!("The {more} badges that"),
            }
        ),
    });
    if review.lists > 0 {
        consequences.push("The lists of revoked badges that it signed are signed anew at once.".to_owned());
    }
    if review.badges > 0 {
        consequences.push(
            "Files that students have saved do not verify any more. Their page says so and offers the new ones."
                .to_owned(),
        );
    }
    consequences
        .push("Others may keep the list of keys for five minutes. This cannot be taken back.".to_owned());
    WithdrawKeyPage {
        page: visit.page_of(
            &review.tenant,
            &format!("Withdraw a key of {}?", review.tenant.name),
            AdminPlace::Issuers,
        ),
        key: format!("{} {}", review.key.kind.name(), review.key.public_multibase),
        consequences,
        action: console::key_withdraw(&review.tenant.id, &review.key.id),
        reason,
        back_href: console::issuer(&review.tenant.id),
        problems,
    }
}

async fn withdraw(
    Proven(visit): Proven<AdminVisit>,
    path: web::Path<(TenantId, KeyId)>,
) -> Result<HttpResponse, AdminError> {
    let (tenant, key) = path.into_inner();
    let reason = visit.fields.text("reason");
    match withdrawing::withdraw(&visit.cairn, &visit.admin, &tenant, &key, &reason).await {
        Ok(()) => Ok(visit.go(&visit.href_saying(&console::issuer(&tenant), "withdrawn"))),
        Err(error) if error.is_invalid() => {
            let review = withdrawing::review(&visit.cairn, &visit.admin, &tenant, &key).await?;
            visit.show_again(&asking(&visit, &review, reason, problem("reason", &error)))
        }
        Err(error) => Err(error.into()),
    }
}

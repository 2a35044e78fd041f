//! Institutions and their issuers in the console: made, renamed, given marks and a colour, and given a new signing key.

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use url::Url;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::authority::{Authority, AuthorityProblem, TypedAuthority};
use crate::domain::badge::Picture;
use crate::domain::issuer::{Counts, Issuer, LinkedInId, Marks, Ror, Tenant};
use crate::domain::keys::{IssuerKey, KeyState};
use crate::domain::theme::Colour;
use crate::domain::zone::{Zone, ZoneFrom, ZoneSet};
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::badge::pictures;
use crate::service::badge::uploads::UploadError;
use crate::service::base::clash::{self, Clash, Saving, Seen};
use crate::service::base::error::ServiceError;
use crate::service::base::institutions::{self, Making};
use crate::service::base::refusal::InstitutionRefusal;
use crate::service::base::wrong::Wrong;
use crate::service::base::zones;
use crate::service::institution::administrators::{Administrator, Operator, Scope, links};
use crate::store::console::counts;
use crate::store::{Db, StoreError, audit, issuers, tenants, token_keys};

/// An institution with its public face.
#[derive(Debug, Clone)]
pub(crate) struct Institution {
    pub(crate) tenant: Tenant,
    pub(crate) issuer: Issuer,
    /// Those that sign documents, then those that sign tokens; each oldest first.
    pub(crate) keys: Vec<IssuerKey>,
    pub(crate) counts: Counts,
}

/// What a form about an institution holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Face {
    /// What administrators call it.
    pub(crate) name: String,
    /// What badges say of who issued them.
    pub(crate) issuer_name: String,
    pub(crate) url: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) logo: Logo,
    /// Its identifier in the Research Organization Registry, as typed.
    pub(crate) ror: Option<String>,
    /// The number of its page at LinkedIn, or its address with the number, as typed.
    pub(crate) linkedin: Option<String>,
    /// Who stands behind it, as typed.
    pub(crate) authority: TypedAuthority,
}

/// What becomes of an issuer's logo. What is stored reads as [`Logo::New`], and as [`Logo::Removed`] where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum Logo {
    /// It stays as it is.
    Kept,
    Removed,
    /// The digest of one that [`keep_logo`] kept.
    New(String),
}

impl Institution {
    /// What the form about its names holds.
    #[must_use]
    pub(crate) fn face(&self) -> Face {
        face_of(&self.tenant, &self.issuer)
    }
}

fn face_of(tenant: &Tenant, issuer: &Issuer) -> Face {
    Face {
        name: tenant.name.clone(),
        issuer_name: issuer.name.clone(),
        url: issuer.url.clone(),
        email: issuer.email.clone(),
        logo: issuer.marks.logo.clone().map_or(Logo::Removed, Logo::New),
        ror: issuer.marks.ror.as_ref().map(Ror::address),
        linkedin: issuer.marks.linkedin.as_ref().map(ToString::to_string),
        authority: issuer.marks.authority.typed(),
    }
}

/// What the page shows of the colour.
#[must_use]
pub(crate) fn seen_colour(tenant: &Tenant) -> Seen {
    Seen::of(&tenant.accent.map(Colour::hex))
}

/// What the page shows of the time zone.
#[must_use]
pub(crate) fn seen_zone(tenant: &Tenant) -> Seen {
    Seen::of(&chosen_zone(tenant))
}

/// The time zone that somebody chose; what a browser or a platform says is nobody's choice.
fn chosen_zone(tenant: &Tenant) -> Option<&'static str> {
    let chosen = tenant.time_zone.filter(|set| set.from == ZoneFrom::Console);
    chosen.map(|set| set.zone.name())
}

/// The institution as somebody else saved it.
async fn meanwhile(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    action: Action,
    stored: fn(&Institution) -> Seen,
) -> Result<Saving<Institution>, ServiceError> {
    let theirs = get(cairn, admin, tenant).await?;
    let (id, viewer, now_is) = (tenant.clone(), admin.actor.clone(), theirs.clone());
    let met = cairn.store.read(move |db| {
        let (viewer, subject) = (viewer.as_str(), id.as_str());
        clash::met(db, &id, viewer, subject, &[action], now_is, &())
    });
    Ok(Saving::Clash(Box::new(Clash {
        seen: stored(&theirs),
        ..met.await?
    })))
}

/// Every institution that this administrator sees, oldest first.
#[tracing::instrument(name = "issuers.list", level = "debug", skip_all)]
pub(crate) async fn list(cairn: &Cairn, admin: &Administrator) -> Result<Vec<Institution>, ServiceError> {
    let scope = admin.scope.clone();
    let found = cairn.store.read_with(move |db| {
        let mut all = Vec::new();
        for tenant in seen(db, &scope)? {
            all.extend(whole(db, tenant)?);
        }
        Ok(all)
    });
    found.await
}

fn seen(db: &mut Db, scope: &Scope) -> Result<Vec<Tenant>, ServiceError> {
    Ok(match scope {
        Scope::Everything => tenants::list(db)?,
        Scope::Tenant(id) => tenants::get(db, id)?.into_iter().collect(),
    })
}

fn whole(db: &mut Db, tenant: Tenant) -> Result<Option<Institution>, ServiceError> {
    let Some(issuer) = issuers::for_tenant(db, &tenant.id)? else {
        return Ok(None);
    };
    Ok(Some(Institution {
        keys: institutions::all_keys(db, &issuer)?,
        counts: counts(db, &tenant.id)?,
        tenant,
        issuer,
    }))
}

/// One institution.
///
/// # Errors
/// [`ServiceError::NotFound`] for one that this administrator does not see.
#[tracing::instrument(name = "issuers.get", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn get(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<Institution, ServiceError> {
    admin.scope.allows(tenant)?;
    let id = tenant.clone();
    let found = cairn.store.read_with(move |db| {
        let tenant = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        whole(db, tenant)?.ok_or(ServiceError::NotFound("institution"))
    });
    found.await
}

/// Makes an institution with an issuer of the same name and a signing key.
///
/// # Errors
/// [`ServiceError::Forbidden`] for administrators of one institution; a sentence for a name that cannot be used or is
/// taken.
#[tracing::instrument(name = "issuers.create", skip_all)]
pub(crate) async fn create(
    cairn: &Cairn,
    admin: &Administrator,
    name: &str,
) -> Result<TenantId, ServiceError> {
    admin.scope.everything()?;
    let name = checked_name(name)?;
    let making = Making::new(cairn, &name, admin.into())?;
    let made = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        if tenants::by_name(db, &name)?.is_some() {
            return Err(ServiceError::Store(StoreError::AlreadyThere(name)));
        }
        let (tenant, _) = making.find_or_make(db)?;
        Ok(tenant.id)
    });
    match made.await {
        Err(ServiceError::Store(StoreError::AlreadyThere(_))) => Err(InstitutionRefusal::Known.into()),
        made => made,
    }
}

fn checked_name(name: &str) -> Result<String, ServiceError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(InstitutionRefusal::Name.into());
    }
    Ok(name.to_owned())
}

/// Cleans and keeps a logo for an institution, or says why it is refused. It is nobody's until [`change`] says so.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see; what the store of files reports.
#[tracing::instrument(name = "issuers.keep_logo", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn keep_logo(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    bytes: Bytes,
) -> Result<Result<Logo, UploadError>, ServiceError> {
    admin.scope.allows(tenant)?;
    let kept = pictures::clean_and_keep(cairn, bytes).await?;
    Ok(kept.map(|picture| match picture {
        Picture::Uploaded { digest, .. } => Logo::New(digest),
        Picture::Drawn { .. } | Picture::Composed(_) => Logo::Kept,
    }))
}

/// Changes what an institution and its issuer are called, over what `shown` is of and over nothing else. Badges that were
/// issued keep what was signed.
///
/// # Errors
/// As [`get`]; all values that cannot be used.
#[tracing::instrument(name = "issuers.change", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn change(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    face: Face,
    shown: Option<&Seen>,
) -> Result<Saving<Institution>, ServiceError> {
    admin.scope.allows(tenant)?;
    let mut typed = usable(cairn, tenant, face).await?;
    let (now, random) = cairn.moment();
    let (id, shown) = (tenant.clone(), shown.cloned());
    let actor = Actor::Administrator(admin.actor.clone());
    let changed = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let known = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let issuer = issuers::for_tenant(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let before = face_of(&known, &issuer);
        if typed.logo == Logo::Kept {
            typed.logo = before.logo.clone();
        }
        if before == typed {
            return Ok(());
        }
        clash::check(shown.as_ref(), &before)?;
        tenants::hold(db, &known)?;
        issuers::hold(db, &issuer)?;
        rename(db, &id, &typed.name)?;
        let issuer = Issuer {
            marks: marks(&typed, issuer.marks)?,
            name: typed.issuer_name,
            url: typed.url,
            email: typed.email,
            ..issuer
        };
        issuers::update(db, &issuer)?;
        let (action, subject) = (Action::InstitutionChanged, id.as_str());
        let entry = Entry::new(&id, actor, action, subject, now);
        let detail = json!({
            "name": typed.name, "issuer": issuer.name, "url": issuer.url, "email": issuer.email,
            "logo": issuer.marks.logo, "ror": typed.ror, "linkedin": typed.linkedin,
            "accreditation": issuer.marks.authority.accreditation, "parent": issuer.marks.authority.parent,
            "identifiers": issuer.marks.authority.identifiers,
        });
        Ok(audit::record(db, &entry.detail(detail), random.as_ref())?)
    });
    match changed.await {
        Ok(()) => Ok(Saving::Done),
        Err(error) if clash::was_faster(&error) => {
            let stored = |one: &Institution| Seen::of(&one.face());
            meanwhile(cairn, admin, tenant, Action::InstitutionChanged, stored).await
        }
        Err(error) => Err(error),
    }
}

/// All that is wrong with what a form holds; nothing is changed.
///
/// # Errors
/// As [`get`]; what the store reports.
#[tracing::instrument(name = "issuers.wrong", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn wrong(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    face: Face,
) -> Result<Option<ServiceError>, ServiceError> {
    admin.scope.allows(tenant)?;
    match usable(cairn, tenant, face).await {
        Ok(_) => Ok(None),
        Err(error) if error.is_invalid() => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// What a form holds as it is kept, or all that is wrong with it.
async fn usable(cairn: &Cairn, tenant: &TenantId, face: Face) -> Result<Face, ServiceError> {
    let mut wrong = Wrong::default();
    let name = wrong.take(checked_name(&face.name))?;
    let (id, wanted) = (tenant.clone(), name.clone());
    let free = cairn.store.read_with(move |db| demand_free(db, &id, &wanted));
    wrong.take(free.await)?;
    let issuer_name = wrong.take(checked_issuer_name(&face.issuer_name))?;
    let url = wrong.take(face.url.as_deref().map(site).transpose())?;
    let email = wrong.take(face.email.as_deref().map(links::email).transpose())?;
    // The digest comes back from the form: what it names must be there.
    if let Logo::New(digest) = &face.logo
        && pictures::stored(cairn, digest).await.is_err()
    {
        wrong.note(InstitutionRefusal::Logo);
    }
    let ror = wrong.take(ror(&face))?;
    let linkedin = wrong.take(linkedin(&face))?;
    let authority = match Authority::read(&face.authority) {
        Ok(authority) => authority,
        Err(problems) => {
            for problem in problems {
                wrong.note(InstitutionRefusal::Authority(problem));
            }
            Authority::default()
        }
    };
    wrong.end()?;
    Ok(Face {
        name,
        issuer_name,
        url,
        email,
        logo: face.logo,
        ror: ror.as_ref().map(Ror::address),
        linkedin: linkedin.as_ref().map(ToString::to_string),
        authority: authority.typed(),
    })
}

fn checked_issuer_name(name: &str) -> Result<String, ServiceError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(InstitutionRefusal::IssuerName.into());
    }
    Ok(name.to_owned())
}

/// Whether no other institution has that name.
fn demand_free(db: &mut Db, tenant: &TenantId, name: &str) -> Result<(), ServiceError> {
    if tenants::by_name(db, name)?.is_some_and(|one| one.id != *tenant) {
        return Err(InstitutionRefusal::NameTaken.into());
    }
    Ok(())
}

/// Institutions are found by name: by the command line, and when somebody signs in at a provider.
fn rename(db: &mut Db, tenant: &TenantId, name: &str) -> Result<(), ServiceError> {
    demand_free(db, tenant, name)?;
    match tenants::rename(db, tenant, name) {
        // Somebody gave it at this moment.
        Err(StoreError::AlreadyThere(_)) => Err(InstitutionRefusal::NameTaken.into()),
        done => Ok(done?),
    }
}

/// Gives the pages of an institution the colour that was typed, or with nothing typed Cairn's own, over what `shown` is of.
/// Pictures and issued badges stay as they are.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see; a sentence for what is no colour.
#[tracing::instrument(name = "issuers.set_accent", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn set_accent(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    typed: &str,
    shown: Option<&Seen>,
) -> Result<Saving<Institution>, ServiceError> {
    admin.scope.allows(tenant)?;
    let accent = colour(typed)?;
    let (now, random) = cairn.moment();
    let (id, shown) = (tenant.clone(), shown.cloned());
    let actor = Actor::Administrator(admin.actor.clone());
    let changed = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let known = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        if known.accent == accent {
            return Ok(());
        }
        clash::check(shown.as_ref(), &known.accent.map(Colour::hex))?;
        tenants::hold(db, &known)?;
        tenants::set_accent(db, &id, accent)?;
        let entry = Entry::new(&id, actor, Action::AccentChanged, id.as_str(), now);
        let detail = json!({"before": known.accent.map(Colour::hex), "after": accent.map(Colour::hex)});
        Ok(audit::record(db, &entry.detail(detail), random.as_ref())?)
    });
    match changed.await {
        Ok(()) => Ok(Saving::Done),
        Err(error) if clash::was_faster(&error) => {
            let stored = |one: &Institution| seen_colour(&one.tenant);
            meanwhile(cairn, admin, tenant, Action::AccentChanged, stored).await
        }
        Err(error) => Err(error),
    }
}

/// Sets where an institution is: what was typed, or, as a guess that counts only where nothing is known, what a browser
/// says.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see; a sentence for what is no name of a
/// time zone, unless it is a guess.
#[tracing::instrument(name = "issuers.set_zone", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn set_zone(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    typed: &str,
    is_guess: bool,
    shown: Option<&Seen>,
) -> Result<Saving<Institution>, ServiceError> {
    admin.scope.allows(tenant)?;
    let actor = Actor::Administrator(admin.actor.clone());
    if is_guess {
        zones::guess(cairn, tenant, actor, typed).await?;
        return Ok(Saving::Done);
    }
    let said = ZoneSet {
        zone: Zone::parse(typed).ok_or(InstitutionRefusal::TimeZone)?,
        from: ZoneFrom::Console,
    };
    let (now, random) = cairn.moment();
    let (id, shown) = (tenant.clone(), shown.cloned());
    let changed = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let known = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let zone = known.time_zone.map(|set| set.zone);
        if zone != Some(said.zone) {
            clash::check(shown.as_ref(), &chosen_zone(&known))?;
            tenants::hold(db, &known)?;
        }
        Ok(zones::learn(db, &id, said, actor, now, random.as_ref())?)
    });
    match changed.await {
        Ok(()) => Ok(Saving::Done),
        Err(error) if clash::was_faster(&error) => {
            let stored = |one: &Institution| seen_zone(&one.tenant);
            meanwhile(cairn, admin, tenant, Action::TimeZoneChanged, stored).await
        }
        Err(error) => Err(error),
    }
}

/// The colour that somebody typed, with or without the `#`.
fn colour(typed: &str) -> Result<Option<Colour>, ServiceError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let digits = typed.strip_prefix('#').unwrap_or(typed);
    let colour = Colour::parse(&format!("#{digits}")).ok_or(InstitutionRefusal::Accent)?;
    Ok(Some(colour))
}

/// What a form says of an issuer's marks, of which it may keep the logo.
fn marks(face: &Face, known: Marks) -> Result<Marks, ServiceError> {
    Ok(Marks {
        logo: match &face.logo {
            Logo::Kept => known.logo,
            Logo::Removed => None,
            Logo::New(digest) => Some(digest.clone()),
        },
        ror: ror(face)?,
        linkedin: linkedin(face)?,
        authority: Authority::read(&face.authority).map_err(|problems| {
            let first = problems.first().copied();
            InstitutionRefusal::Authority(first.unwrap_or(AuthorityProblem::Accreditation))
        })?,
    })
}

fn ror(face: &Face) -> Result<Option<Ror>, ServiceError> {
    let parse = |text: &str| Ror::parse(text).ok_or_else(|| InstitutionRefusal::Ror.into());
    face.ror.as_deref().map(parse).transpose()
}

fn linkedin(face: &Face) -> Result<Option<LinkedInId>, ServiceError> {
    let parse = |text: &str| LinkedInId::parse(text).ok_or_else(|| InstitutionRefusal::LinkedIn.into());
    face.linkedin.as_deref().map(parse).transpose()
}

fn site(text: &str) -> Result<String, ServiceError> {
    let url = Url::parse(text.trim()).ok().filter(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.username().is_empty()
            && url.as_str().len() <= 2_000
    });
    url.map(String::from)
        .ok_or_else(|| InstitutionRefusal::IssuerUrl.into())
}

/// Gives the issuer a new signing key of each kind. The old ones stay in `did.json`, so that what they signed still verifies.
/// `expected` is the public key that signs documents now, as the review page showed it.
///
/// # Errors
/// As [`get`]; [`ServiceError::Refused`] when another key signs by now: then the new one is there already.
#[tracing::instrument(name = "issuers.rotate", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn rotate<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    tenant: &TenantId,
    expected: &str,
) -> Result<(), ServiceError> {
    let by = by.into();
    by.scope().allows(tenant)?;
    let (now, random) = cairn.moment();
    let (vault, tenant, expected) = (cairn.vault.clone(), tenant.clone(), expected.to_owned());
    let actor = by.actor();
    let rotated = cairn.store.write_with(move |db| {
        let issuer = issuers::for_tenant(db, &tenant)?.ok_or(ServiceError::NotFound("issuer"))?;
        let active = issuers::active_key(db, &tenant, &issuer.id)?;
        if active.is_some_and(|key| key.public_multibase != expected) {
            return Err(InstitutionRefusal::IssuerKeyChanged.into());
        }
        let key = IssuerKey {
            state: KeyState::Active,
            ..institutions::new_key(&issuer, &vault, now, random.as_ref())
        };
        issuers::replace_active_key(db, &key)?;
        let token_key = institutions::new_token_key(&issuer, &vault, now, random.as_ref());
        token_keys::replace_active(db, &token_key)?;
        let (action, subject) = (Action::IssuerKeyRotated, issuer.id.as_str());
        let entry = Entry::new(&tenant, actor, action, subject, now);
        let (after, tokens) = (key.public_multibase, token_key.public_multibase);
        let entry = entry.detail(json!({"before": expected, "after": after, "tokens": tokens}));
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    rotated.await
}

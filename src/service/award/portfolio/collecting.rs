//! Collections: badges of a student, ours and others', on one page with the student's own words, for one application. Nobody
//! else sees one before its student makes a link, which ends.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::award::Standing;
use crate::domain::policy::Policy;
use crate::domain::portfolio::{Collection, CollectionLink, ForeignBadge, Item};
use crate::domain::theme::Colour;
use crate::domain::zone::Zone;
use crate::ids::{CollectionId, TenantId};
use crate::random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::minors::{self, Holding};
use crate::service::base::refusal::PortfolioRefusal;
use crate::service::base::session::{Visitor, digest};
use crate::service::credential::publish::{self, Published};
use crate::service::credential::share_links::DAYS;
use crate::store::{
    Db, awards, badges, collections as stored, credentials, foreign_badges, issuers, tenants,
};

/// Most collections of one person.
const MOST: usize = 50;
/// Most badges of one.
const ITEMS: usize = 50;
/// Most characters of a title, and of the holder's words.
const TITLE: usize = 120;
const WORDS: usize = 4_000;

/// What a student typed and chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) title: String,
    pub(crate) words: String,
    pub(crate) items: Vec<Item>,
}

/// A badge that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) item: Item,
    pub(crate) name: String,
    /// Whose it is.
    pub(crate) issuer: String,
}

/// A collection as its student edits it.
#[derive(Debug, Clone)]
pub(crate) struct Collecting {
    pub(crate) now: DateTime<Utc>,
    /// None: a new one.
    pub(crate) collection: Option<Collection>,
    pub(crate) choices: Vec<Choice>,
    /// What the institution lets others see of them.
    pub(crate) policy: Policy,
}

/// A collection with what it shows.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) collection: Collection,
    pub(crate) badges: Vec<Shown>,
    pub(crate) zone: Zone,
    pub(crate) accent: Option<Colour>,
}

/// A badge that a collection shows.
#[derive(Debug, Clone)]
pub(crate) enum Shown {
    /// One that was awarded here.
    Own(Box<Published>),
    /// One of another issuer.
    Foreign(Box<ForeignBadge>),
}

/// The visitor's collections, latest first.
///
/// # Errors
/// [`ServiceError::Masquerade`] for whoever acts as them.
#[tracing::instrument(name = "collecting.collections", level = "debug", skip_all)]
pub(crate) async fn collections(cairn: &Cairn, visitor: &Visitor) -> Result<Vec<Collection>, ServiceError> {
    visitor.act_for_oneself()?;
    let (tenant, person) = (visitor.tenant().clone(), visitor.person.id.clone());
    let found = cairn.store.read(move |db| {
        let holding = minors::of(db, &tenant, &person)?;
        let all = stored::of_people(db, &tenant, &[person])?;
        Ok(all
            .into_iter()
            .map(|one| without_ended(one, &holding))
            .collect::<Vec<_>>())
    });
    Ok(found.await?)
}

/// A collection of the visitor's, or what a new one can be made of.
///
/// # Errors
/// [`ServiceError::NotFound`] for somebody else's; [`ServiceError::Masquerade`] for whoever acts as them.
#[tracing::instrument(name = "collecting.collect", level = "debug", skip_all)]
pub(crate) async fn collect(
    cairn: &Cairn,
    visitor: &Visitor,
    id: Option<&CollectionId>,
) -> Result<Collecting, ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, id, now) = (visitor.clone(), id.cloned(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let holding = minors::of(db, visitor.tenant(), &visitor.person.id)?;
        let collection = id.map(|id| own(db, &visitor, &id)).transpose()?;
        Ok(Collecting {
            now,
            collection: collection.map(|one| without_ended(one, &holding)),
            choices: choices(db, &visitor, now)?,
            policy: holding.policy,
        })
    });
    found.await
}

/// The collection without a link that the institution's word on minors ended.
fn without_ended(collection: Collection, holding: &Holding) -> Collection {
    let link = collection.link.filter(|link| !holding.ends(link.made_at));
    Collection { link, ..collection }
}

fn own(db: &mut Db, visitor: &Visitor, id: &CollectionId) -> Result<Collection, ServiceError> {
    let found = stored::get(db, visitor.tenant(), id)?;
    let own = found.filter(|collection| collection.person == visitor.person.id);
    own.ok_or(ServiceError::NotFound("collection"))
}

/// What the visitor has: what was taken back is nothing to show.
fn choices(db: &mut Db, visitor: &Visitor, now: DateTime<Utc>) -> Result<Vec<Choice>, ServiceError> {
    let (tenant, person) = (visitor.tenant(), &visitor.person.id);
    let issuer = issuers::all_for_tenant(db, tenant)?.into_iter().next();
    let issuer = issuer.map(|issuer| issuer.name).unwrap_or_default();
    let mut found = Vec::new();
    for award in awards::for_person(db, tenant, person)? {
        if award.standing(now) == Standing::Revoked {
            continue;
        }
        if let Some(badge) = badges::get(db, tenant, &award.badge)? {
            found.push(Choice {
                item: Item::Award(award.id),
                name: badge.design.name,
                issuer: issuer.clone(),
            });
        }
    }
    for badge in foreign_badges::of_people(db, tenant, std::slice::from_ref(person))? {
        found.push(Choice {
            issuer: badge.says.issuer_called().to_owned(),
            item: Item::Foreign(badge.id),
            name: badge.says.name,
        });
    }
    Ok(found)
}

/// Keeps what was typed, as a new collection or over one that is there; its link stays.
///
/// # Errors
/// As [`collect`]; [`PortfolioRefusal`] for what cannot be kept.
#[tracing::instrument(name = "collecting.save", skip_all)]
pub(crate) async fn save(
    cairn: &Cairn,
    visitor: &Visitor,
    id: Option<&CollectionId>,
    typed: Typed,
) -> Result<CollectionId, ServiceError> {
    visitor.act_for_oneself()?;
    let (title, words) = (typed.title.trim().to_owned(), typed.words.trim().to_owned());
    if title.is_empty() || title.chars().count() > TITLE {
        return Err(PortfolioRefusal::Title(TITLE).into());
    }
    if words.chars().count() > WORDS {
        return Err(PortfolioRefusal::Words(WORDS).into());
    }
    let (now, random) = cairn.moment();
    let new = CollectionId::new(now, random.as_ref());
    let (visitor, id) = (visitor.clone(), id.cloned());
    let saved = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let before = id.map(|id| own(db, &visitor, &id)).transpose()?;
        let known = choices(db, &visitor, now)?;
        // In the order of the choices, each once, and nothing of others.
        let items: Vec<Item> = known
            .into_iter()
            .map(|choice| choice.item)
            .filter(|item| typed.items.contains(item))
            .collect();
        if items.is_empty() || items.len() > ITEMS {
            return Err(PortfolioRefusal::Items(ITEMS).into());
        }
        let collection = Collection {
            id: before.as_ref().map_or(new, |before| before.id.clone()),
            tenant: visitor.tenant().clone(),
            person: visitor.person.id.clone(),
            title,
            words,
            items,
            changed_at: now,
            link: before.as_ref().and_then(|before| before.link.clone()),
        };
        if before.is_some() {
            stored::rewrite(db, &collection)?;
        } else {
            let person = std::slice::from_ref(&visitor.person.id);
            if stored::of_people(db, visitor.tenant(), person)?.len() >= MOST {
                return Err(PortfolioRefusal::Collections(MOST).into());
            }
            stored::insert(db, &collection)?;
        }
        Ok(collection.id)
    });
    saved.await
}

/// Makes the link by which others see a collection, in the place of the one before, and gives its secret part, which is not
/// kept.
///
/// # Errors
/// As [`collect`]; [`ServiceError::Policy`] where the institution keeps badges off the web, or takes the visitor for a minor;
/// [`PortfolioRefusal::Days`] for another time than [`DAYS`].
#[tracing::instrument(name = "collecting.share", skip_all, fields(collection = id.as_str()))]
pub(crate) async fn share(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &CollectionId,
    days: u16,
) -> Result<String, ServiceError> {
    visitor.act_for_oneself()?;
    if !DAYS.contains(&days) {
        return Err(PortfolioRefusal::Days.into());
    }
    let now = cairn.clock.now();
    let token = random::token::<16>(cairn.random.as_ref());
    let link = CollectionLink {
        digest: digest(&token),
        made_at: now,
        until: now + TimeDelta::days(i64::from(days)),
    };
    let (visitor, id) = (visitor.clone(), id.clone());
    let made = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let collection = own(db, &visitor, &id)?;
        minors::policy_of(db, visitor.tenant(), &visitor.person.id)?.sharing()?;
        Ok(stored::set_link(
            db,
            visitor.tenant(),
            &collection.id,
            Some(&link),
        )?)
    });
    made.await?;
    Ok(token)
}

/// Ends the link of a collection. Doing it twice is doing it once.
///
/// # Errors
/// As [`collect`].
#[tracing::instrument(name = "collecting.end", skip_all, fields(collection = id.as_str()))]
pub(crate) async fn end(cairn: &Cairn, visitor: &Visitor, id: &CollectionId) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let ended = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let collection = own(db, &visitor, &id)?;
        Ok(stored::set_link(db, visitor.tenant(), &collection.id, None)?)
    });
    ended.await
}

/// Removes a collection, its link included; the badges stay.
///
/// # Errors
/// As [`collect`].
#[tracing::instrument(name = "collecting.discard", skip_all, fields(collection = id.as_str()))]
pub(crate) async fn discard(cairn: &Cairn, visitor: &Visitor, id: &CollectionId) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let removed = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        own(db, &visitor, &id)?;
        stored::remove(db, visitor.tenant(), &id)?;
        Ok(())
    });
    removed.await
}

/// A collection of the visitor's with what it shows.
///
/// # Errors
/// As [`collect`].
#[tracing::instrument(name = "collecting.mine", level = "debug", skip_all, fields(collection = id.as_str()))]
pub(crate) async fn mine(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &CollectionId,
) -> Result<Opened, ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let found = cairn.store.read_with(move |db| {
        let collection = own(db, &visitor, &id)?;
        opened(db, collection)
    });
    found.await
}

/// The collection that a link shows.
///
/// # Errors
/// [`ServiceError::NotFound`] for a link that never was, or was withdrawn; [`PortfolioRefusal::Over`] for one that has ended, and
/// [`PortfolioRefusal::Ended`] for one of a minor; [`ServiceError::Policy`] where the institution keeps badges off the web.
#[tracing::instrument(name = "collecting.open", level = "debug", skip_all)]
pub(crate) async fn open(cairn: &Cairn, token: &str) -> Result<Opened, ServiceError> {
    let (digest, now) = (digest(token), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let collection = stored::by_digest(db, &digest)?.ok_or(ServiceError::NotFound("collection"))?;
        let link = collection
            .link
            .clone()
            .ok_or(ServiceError::NotFound("collection"))?;
        if !link.is_open(now) {
            let zone = tenants::zone(db, &collection.tenant)?;
            return Err(PortfolioRefusal::Over(link.until, zone).into());
        }
        let holding = minors::of(db, &collection.tenant, &collection.person)?;
        holding.open()?;
        if holding.ends(link.made_at) {
            return Err(PortfolioRefusal::Ended.into());
        }
        opened(db, collection)
    });
    found.await
}

/// What it names and is still there, in its order.
fn opened(db: &mut Db, collection: Collection) -> Result<Opened, ServiceError> {
    let tenant: TenantId = collection.tenant.clone();
    let mut badges = Vec::with_capacity(collection.items.len());
    for item in &collection.items {
        match item {
            Item::Award(id) => {
                let of_holder =
                    awards::get(db, &tenant, id)?.filter(|award| award.person == collection.person);
                let Some(award) = of_holder else { continue };
                if let Some(credential) = credentials::by_award(db, &tenant, &award.id)? {
                    badges.extend(publish::load(db, credential)?.map(|own| Shown::Own(Box::new(own))));
                }
            }
            Item::Foreign(id) => {
                let found = foreign_badges::get(db, &tenant, id)?;
                let of_holder = found.filter(|badge| badge.person == collection.person);
                badges.extend(of_holder.map(|badge| Shown::Foreign(Box::new(badge))));
            }
        }
    }
    let issuer = issuers::all_for_tenant(db, &tenant)?.into_iter().next();
    Ok(Opened {
        badges,
        zone: tenants::zone(db, &tenant)?,
        accent: issuer.and_then(|issuer| issuer.accent),
        collection,
    })
}

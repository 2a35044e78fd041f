//! Who holds what in an institution: in numbers first, by name only where its policy lets administrators see names. What is counted
//! is counted in the database.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::badge::Badge;
use crate::domain::holdings::{Filter, Period, Sums, periods, skills};
use crate::domain::issuer::Tenant;
use crate::domain::page::Page;
use crate::ids::{AwardId, BadgeId, PlatformId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::InstitutionRefusal;
use crate::service::institution::administrators::Administrator;
use crate::store::awards::holdings::{self as stored, HeldBy, Wanted};
use crate::store::{Db, StoreError, audit, badges, joins, minors, platforms, policies, programmes, tenants};

/// Badges and skills on one page, and people on one.
pub(crate) const PAGE: i64 = 25;
pub(crate) const PEOPLE: i64 = 50;
/// Awards that an export reads at a time.
const PART: i64 = 1_000;

/// A badge with its copies, a programme or a skill, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// What the filter knows it by.
    pub(crate) key: String,
    pub(crate) name: String,
    /// How many people have it.
    pub(crate) people: i64,
    pub(crate) awards: i64,
}

/// A month or a year, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfPeriod {
    pub(crate) period: Period,
    /// How many people were awarded something in it.
    pub(crate) people: i64,
    pub(crate) sums: Sums,
}

/// The numbers of an institution.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) institution: Tenant,
    /// How many people have at least one of the badges that are meant.
    pub(crate) people: i64,
    pub(crate) sums: Sums,
    /// A part of the badges, and how many there are.
    pub(crate) badges: Vec<Line>,
    pub(crate) badges_in_all: i64,
    pub(crate) part: Page,
    pub(crate) programmes: Vec<Line>,
    /// A part of the skills, and how many there are.
    pub(crate) skills: Vec<Line>,
    pub(crate) skills_in_all: i64,
    pub(crate) skills_part: Page,
    pub(crate) periods: Vec<OfPeriod>,
    /// What can be chosen: programmes and platforms, each with its name.
    pub(crate) all_programmes: Vec<(BadgeId, String)>,
    pub(crate) platforms: Vec<(PlatformId, String)>,
    /// What the chosen badge and the chosen skill are called.
    pub(crate) lineage: Option<String>,
    pub(crate) skill: Option<String>,
    /// Whether the policy lets administrators see names.
    pub(crate) names: bool,
}

/// A part of who holds what, by name.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) now: DateTime<Utc>,
    pub(crate) institution: Tenant,
    pub(crate) rows: Vec<HeldBy>,
    pub(crate) total: i64,
    pub(crate) part: Page,
}

/// Names on their way into a file.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    pub(crate) now: DateTime<Utc>,
    pub(crate) institution: Tenant,
    wanted: Wanted,
}

/// What the badges of an institution say, as far as counting needs it.
struct Known {
    badges: HashMap<BadgeId, Badge>,
    programmes: Vec<(BadgeId, String)>,
    /// By what a skill is known: its name, and the badges that say it.
    skills: BTreeMap<String, (String, Vec<BadgeId>)>,
}

impl Known {
    fn of(db: &mut Db, tenant: &TenantId) -> Result<Self, StoreError> {
        let all = badges::of_tenant(db, tenant)?;
        let programmes = programmes::all(db, tenant)?;
        let mut by_skill: BTreeMap<String, (String, Vec<BadgeId>)> = BTreeMap::new();
        for badge in &all {
            let mut seen = HashSet::new();
            for (key, name) in skills(&badge.design) {
                if seen.insert(key.clone()) {
                    let (_, with) = by_skill.entry(key).or_insert_with(|| (name, Vec::new()));
                    with.push(badge.id.clone());
                }
            }
        }
        Ok(Self {
            badges: all.into_iter().map(|badge| (badge.id.clone(), badge)).collect(),
            programmes: programmes
                .into_iter()
                .map(|(_, badge)| (badge.id, badge.design.name))
                .collect(),
            skills: by_skill,
        })
    }

    fn name(&self, badge: &BadgeId) -> Option<String> {
        self.badges.get(badge).map(|badge| badge.design.name.clone())
    }

    /// The badges that a filter leaves; none: all of them.
    fn left(&self, filter: &Filter) -> Result<Option<Vec<BadgeId>>, ServiceError> {
        let of_skill = filter.skill.as_ref().map(|skill| {
            let found = self.skills.get(skill);
            found.map(|(_, badges)| badges.clone()).unwrap_or_default()
        });
        let Some(programme) = &filter.programme else {
            return Ok(of_skill);
        };
        if !self.programmes.iter().any(|(id, _)| id == programme) {
            return Err(ServiceError::NotFound("programme"));
        }
        Ok(Some(match of_skill {
            Some(some) => some.into_iter().filter(|badge| badge == programme).collect(),
            None => vec![programme.clone()],
        }))
    }
}

/// A filter as the database understands it, with days as they are in the institution.
fn wanted(
    known: &Known,
    institution: &Tenant,
    filter: &Filter,
    now: DateTime<Utc>,
) -> Result<Wanted, ServiceError> {
    let zone = institution.zone();
    Ok(Wanted {
        badges: known.left(filter)?,
        lineage: filter.lineage.clone(),
        platform: filter.platform.clone(),
        from: filter.from.and_then(|day| zone.begin(day)),
        before: filter.until.and_then(|day| zone.end(day)),
        held_at: (!filter.all).then_some(now),
    })
}

/// The numbers that a filter leaves, with a part of the badges and of the skills.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see, and for a programme that it does not have.
#[tracing::instrument(name = "holdings.seen", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn seen(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    filter: &Filter,
    part: Page,
    skills_part: Page,
) -> Result<Seen, ServiceError> {
    admin.scope.allows(tenant)?;
    let (id, filter, now) = (tenant.clone(), filter.clone(), cairn.clock.now());
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let institution = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let known = Known::of(db, &id)?;
        let wanted = wanted(&known, &institution, &filter, now)?;
        let (people, _) = stored::totals(db, &id, &wanted)?;
        let by_badge = stored::by_badge(db, &id, &wanted)?;
        let (lineages, badges_in_all) = stored::by_lineage(db, &id, &wanted, part)?;
        let (skills, skills_in_all) = by_skill(db, &id, &known, &wanted, skills_part)?;
        Ok(Seen {
            people,
            sums: sums(&known, &by_badge),
            badges: lineages.into_iter().map(|one| of_lineage(&known, one)).collect(),
            badges_in_all,
            part: part.within(badges_in_all),
            programmes: of_programmes(&known, &by_badge),
            skills,
            skills_in_all,
            skills_part: skills_part.within(skills_in_all),
            periods: by_period(db, &institution, &known, &wanted, &filter, now)?,
            platforms: of_platforms(db, &id)?,
            lineage: filter.lineage.as_ref().and_then(|lineage| known.name(lineage)),
            skill: filter
                .skill
                .as_ref()
                .and_then(|skill| Some(known.skills.get(skill)?.0.clone())),
            names: policies::get(db, &id)?.programme_names,
            all_programmes: known.programmes,
            institution,
        })
    });
    read.await
}

fn sums(known: &Known, by_badge: &[(BadgeId, i64, i64)]) -> Sums {
    let mut sums = Sums::default();
    for (badge, _, awards) in by_badge {
        if let Some(badge) = known.badges.get(badge) {
            sums.add(&badge.design, *awards);
        }
    }
    sums
}

fn of_lineage(known: &Known, one: stored::OfLineage) -> Line {
    // A lineage goes on where the badge in which it began is gone.
    let name = known.name(&one.lineage).or_else(|| known.name(&one.one));
    Line {
        key: one.lineage.to_string(),
        name: name.unwrap_or_default(),
        people: one.people,
        awards: one.awards,
    }
}

fn of_programmes(known: &Known, by_badge: &[(BadgeId, i64, i64)]) -> Vec<Line> {
    let of = |id: &BadgeId| by_badge.iter().find(|(badge, ..)| badge == id);
    let line = |(id, name): &(BadgeId, String)| {
        let (_, people, awards) = of(id)?;
        Some(Line {
            key: id.to_string(),
            name: name.clone(),
            people: *people,
            awards: *awards,
        })
    };
    known.programmes.iter().filter_map(line).collect()
}

/// A part of the skills by name, each counted by itself: two of one badge are two.
fn by_skill(
    db: &mut Db,
    tenant: &TenantId,
    known: &Known,
    wanted: &Wanted,
    part: Page,
) -> Result<(Vec<Line>, i64), StoreError> {
    let meant = wanted
        .badges
        .as_ref()
        .map(|some| some.iter().collect::<HashSet<_>>());
    let is_meant = |badge: &&BadgeId| meant.as_ref().is_none_or(|some| some.contains(*badge));
    let mut all: Vec<(&String, &String, Vec<BadgeId>)> = known
        .skills
        .iter()
        .map(|(key, (name, badges))| (key, name, badges.iter().filter(is_meant).cloned().collect()))
        .filter(|(_, _, badges): &(_, _, Vec<BadgeId>)| !badges.is_empty())
        .collect();
    all.sort_by_key(|(key, name, _)| (name.to_lowercase(), *key));
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let part = part.within(total);
    let (skip, take) = (
        usize::try_from(part.offset).unwrap_or(0),
        usize::try_from(part.limit).unwrap_or(0),
    );
    let mut lines = Vec::new();
    for (key, name, badges) in all.into_iter().skip(skip).take(take) {
        let of_skill = Wanted {
            badges: Some(badges),
            ..wanted.clone()
        };
        let (people, awards) = stored::totals(db, tenant, &of_skill)?;
        lines.push(Line {
            key: key.clone(),
            name: name.clone(),
            people,
            awards,
        });
    }
    Ok((lines, total))
}

/// What was awarded in each month or year that is meant, from the first award on.
fn by_period(
    db: &mut Db,
    institution: &Tenant,
    known: &Known,
    wanted: &Wanted,
    filter: &Filter,
    now: DateTime<Utc>,
) -> Result<Vec<OfPeriod>, StoreError> {
    let (tenant, zone) = (&institution.id, institution.zone());
    let Some(first) = stored::first(db, tenant, wanted)? else {
        return Ok(Vec::new());
    };
    let last: NaiveDate = filter.until.unwrap_or(zone.day(now)).min(zone.day(now));
    let mut all = Vec::new();
    for period in periods(zone.day(first), last) {
        let within = Wanted {
            from: zone.begin(period.first).max(wanted.from),
            before: zone.begin(period.after),
            ..wanted.clone()
        };
        let (people, _) = stored::totals(db, tenant, &within)?;
        all.push(OfPeriod {
            period,
            people,
            sums: sums(known, &stored::by_badge(db, tenant, &within)?),
        });
    }
    Ok(all)
}

/// Platforms that are one with no other, by name.
fn of_platforms(db: &mut Db, tenant: &TenantId) -> Result<Vec<(PlatformId, String)>, StoreError> {
    let joined = joins::joined_platforms(db, tenant)?;
    let mut all = Vec::new();
    for (platform, _) in minors::of_platforms(db, tenant)? {
        if joined.said(&platform.id) == platform.id {
            let named = platforms::named(db, tenant, &platform.id)?;
            all.push((platform.id, named.map_or(platform.issuer, |(name, _)| name)));
        }
    }
    Ok(all)
}

/// What the policy asks of whoever wants names.
fn named(
    db: &mut Db,
    tenant: &TenantId,
    filter: &Filter,
    now: DateTime<Utc>,
) -> Result<(Tenant, Wanted), ServiceError> {
    let institution = tenants::get(db, tenant)?.ok_or(ServiceError::NotFound("institution"))?;
    if !policies::get(db, tenant)?.programme_names {
        return Err(InstitutionRefusal::NamesHidden.into());
    }
    let known = Known::of(db, tenant)?;
    let wanted = wanted(&known, &institution, filter, now)?;
    Ok((institution, wanted))
}

/// A part of who holds what, by name.
///
/// # Errors
/// As [`seen`]; [`InstitutionRefusal::NamesHidden`] where the policy hides names.
#[tracing::instrument(name = "holdings.people", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn people(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    filter: &Filter,
    part: Page,
) -> Result<Listed, ServiceError> {
    admin.scope.allows(tenant)?;
    let (id, filter, now) = (tenant.clone(), filter.clone(), cairn.clock.now());
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (institution, wanted) = named(db, &id, &filter, now)?;
        let (_, total) = stored::totals(db, &id, &wanted)?;
        let part = part.within(total);
        Ok(Listed {
            rows: stored::listed(db, &id, &wanted, part)?,
            now,
            institution,
            total,
            part,
        })
    });
    read.await
}

/// Begins to take names away, which stands in the audit log from then on, with what was asked and how much it is.
///
/// # Errors
/// As [`people`].
#[tracing::instrument(name = "holdings.export", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn export(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    filter: &Filter,
) -> Result<Export, ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (id, filter) = (tenant.clone(), filter.clone());
    let actor = Actor::Administrator(admin.actor.clone());
    let begun = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (institution, wanted) = named(db, &id, &filter, now)?;
        let (_, awards) = stored::totals(db, &id, &wanted)?;
        let entry = Entry::new(&id, actor, Action::HoldingsExported, id.as_str(), now);
        let entry = entry.detail(json!({
            "awards": awards, "programme": filter.programme, "lineage": filter.lineage, "skill": filter.skill,
            "platform": filter.platform, "from": filter.from, "until": filter.until, "all": filter.all,
        }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(Export {
            now,
            institution,
            wanted,
        })
    });
    begun.await
}

/// The next part of an export; none is left where it is empty.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "holdings.part", level = "debug", skip_all)]
pub(crate) async fn part(
    cairn: &Cairn,
    export: &Export,
    after: Option<&AwardId>,
) -> Result<Vec<HeldBy>, ServiceError> {
    let (id, wanted, after) = (
        export.institution.id.clone(),
        export.wanted.clone(),
        after.cloned(),
    );
    let read = cairn
        .store
        .read(move |db| stored::some_after(db, &id, &wanted, after.as_ref(), PART));
    Ok(read.await?)
}

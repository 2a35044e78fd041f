//! Who holds what, over all courses of an institution: counted in the database, and listed a part at a time.

use chrono::{DateTime, Utc};
use diesel::dsl::min;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::Row;
use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::page::Page;
use crate::domain::people::Person;
use crate::ids::{AwardId, BadgeId, PlatformId, TenantId};
use crate::store::badges::Row as BadgeRow;
use crate::store::convert::{micros, opt_moment};
use crate::store::people::Row as PersonRow;
use crate::store::pieces::Piece;
use crate::store::schema::{awards, badges, people};
use crate::store::{Db, StoreError};

/// Most badges that are named in one question.
const MOST_BADGES: usize = 10_000;

/// Which awards are meant: of whoever was joined into somebody none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Those of these badges alone.
    pub(crate) badges: Option<Vec<BadgeId>>,
    /// Those of a badge and its copies alone.
    pub(crate) lineage: Option<BadgeId>,
    /// Those of people alone whom this platform names.
    pub(crate) platform: Option<PlatformId>,
    /// Awarded then or later.
    pub(crate) from: Option<DateTime<Utc>>,
    /// Awarded before then.
    pub(crate) before: Option<DateTime<Utc>>,
    /// The latest term alone of what is held at this moment; none: everything that was ever awarded.
    pub(crate) held_at: Option<DateTime<Utc>>,
}

/// A badge and its copies, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfLineage {
    /// Where the lineage begins.
    pub(crate) lineage: BadgeId,
    /// A badge of it that is there.
    pub(crate) one: BadgeId,
    pub(crate) people: i64,
    pub(crate) awards: i64,
}

/// An award with its badge and its holder.
pub(crate) type HeldBy = (Award, Badge, Person);

/// What a badge is listed under.
const LINEAGE: &str = "COALESCE(badges.lineage, badges.id)";

impl Wanted {
    /// As a condition; every part of it stands for itself.
    fn condition(&self, tenant: &TenantId) -> Piece<Bool> {
        let mut piece = Piece::sql("awards.tenant_id = ")
            .text(tenant.as_str())
            .then(" AND people.joined_into IS NULL");
        if let Some(some) = &self.badges {
            piece = piece.then(" AND awards.badge_id IN (''");
            for badge in some.iter().take(MOST_BADGES) {
                piece = piece.then(", ").text(badge.as_str());
            }
            piece = piece.then(")");
        }
        if let Some(lineage) = &self.lineage {
            piece = piece
                .then(" AND COALESCE(badges.lineage, badges.id) = ")
                .text(lineage.as_str());
        }
        if let Some(platform) = &self.platform {
            piece = piece
                .then(
                    " AND EXISTS (SELECT 1 FROM identities i WHERE i.person_id = awards.person_id AND i.platform_id = ",
                )
                .text(platform.as_str())
                .then(")");
        }
        if let Some(from) = self.from {
            piece = piece.then(" AND awards.awarded_at >= ").number(micros(from));
        }
        if let Some(before) = self.before {
            piece = piece.then(" AND awards.awarded_at < ").number(micros(before));
        }
        if let Some(at) = self.held_at {
            piece = piece
                .then(
                    " AND awards.revoked_at IS NULL \
                     AND NOT EXISTS (SELECT 1 FROM awards later WHERE later.badge_id = awards.badge_id \
                     AND later.person_id = awards.person_id AND later.cycle > awards.cycle) \
                     AND (awards.valid_until IS NULL OR awards.valid_until > ",
                )
                .number(micros(at))
                .then(")");
        }
        piece
    }
}

/// Awards with what a condition asks of them.
macro_rules! wanted {
    ($tenant:expr, $wanted:expr) => {
        awards::table
            .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
            .inner_join(people::table.on(people::id.eq(awards::person_id)))
            .filter(badges::tenant_id.eq($tenant.as_str()))
            .filter(people::tenant_id.eq($tenant.as_str()))
            .filter($wanted.condition($tenant))
    };
}

/// How many people have one of them, and how many there are.
pub(crate) fn totals(db: &mut Db, tenant: &TenantId, wanted: &Wanted) -> Result<(i64, i64), StoreError> {
    let number = Piece::<BigInt>::sql;
    Ok(on_both!(db, |connection| wanted!(tenant, wanted)
        .select((number("COUNT(DISTINCT awards.person_id)"), number("COUNT(*)")))
        .get_result(connection))?)
}

/// When the first of them was awarded.
pub(crate) fn first(
    db: &mut Db,
    tenant: &TenantId,
    wanted: &Wanted,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let first: Option<i64> = on_both!(db, |connection| wanted!(tenant, wanted)
        .select(min(awards::awarded_at))
        .get_result(connection))?;
    opt_moment(first)
}

/// Of each badge, how many people have it, and how many awards there are.
pub(crate) fn by_badge(
    db: &mut Db,
    tenant: &TenantId,
    wanted: &Wanted,
) -> Result<Vec<(BadgeId, i64, i64)>, StoreError> {
    let number = Piece::<BigInt>::sql;
    let rows: Vec<(String, i64, i64)> = on_both!(db, |connection| wanted!(tenant, wanted)
        .group_by(awards::badge_id)
        .select((
            awards::badge_id,
            number("COUNT(DISTINCT awards.person_id)"),
            number("COUNT(*)")
        ))
        .load(connection))?;
    Ok(rows
        .into_iter()
        .map(|(id, people, awards)| (id.into(), people, awards))
        .collect())
}

/// A part of the badges, each with its copies as one, those that most people have first; and how many such there are.
pub(crate) fn by_lineage(
    db: &mut Db,
    tenant: &TenantId,
    wanted: &Wanted,
    page: Page,
) -> Result<(Vec<OfLineage>, i64), StoreError> {
    let number = Piece::<BigInt>::sql;
    let total: i64 = on_both!(db, |connection| wanted!(tenant, wanted)
        .select(number("COUNT(DISTINCT COALESCE(badges.lineage, badges.id))"))
        .get_result(connection))?;
    let page = page.within(total);
    let rows: Vec<(String, String, i64, i64)> = on_both!(db, |connection| wanted!(tenant, wanted)
        .group_by(Piece::<Text>::sql(LINEAGE))
        .select((
            Piece::<Text>::sql(LINEAGE),
            Piece::<Text>::sql("MIN(badges.id)"),
            number("COUNT(DISTINCT awards.person_id)"),
            number("COUNT(*)"),
        ))
        .order(number(
            "COUNT(DISTINCT awards.person_id) DESC, COALESCE(badges.lineage, badges.id)"
        ))
        .offset(page.offset)
        .limit(page.limit)
        .load(connection))?;
    let line = |(lineage, one, people, awards): (String, String, i64, i64)| OfLineage {
        lineage: lineage.into(),
        one: one.into(),
        people,
        awards,
    };
    Ok((rows.into_iter().map(line).collect(), total))
}

/// A part of them with badge and holder, by the holder's name.
pub(crate) fn listed(
    db: &mut Db,
    tenant: &TenantId,
    wanted: &Wanted,
    page: Page,
) -> Result<Vec<HeldBy>, StoreError> {
    let rows: Vec<(Row, BadgeRow, PersonRow)> = on_both!(db, |connection| wanted!(tenant, wanted)
        .order((people::folded_name, people::id, awards::awarded_at, awards::id))
        .offset(page.offset)
        .limit(page.limit)
        .select((Row::as_select(), BadgeRow::as_select(), PersonRow::as_select()))
        .load(connection))?;
    held_by(rows)
}

/// A part of them by id, those after `after`: for going through all of them.
pub(crate) fn some_after(
    db: &mut Db,
    tenant: &TenantId,
    wanted: &Wanted,
    after: Option<&AwardId>,
    limit: i64,
) -> Result<Vec<HeldBy>, StoreError> {
    let after = after.map_or("", AwardId::as_str);
    let rows: Vec<(Row, BadgeRow, PersonRow)> = on_both!(db, |connection| wanted!(tenant, wanted)
        .filter(awards::id.gt(after))
        .order(awards::id)
        .limit(limit)
        .select((Row::as_select(), BadgeRow::as_select(), PersonRow::as_select()))
        .load(connection))?;
    held_by(rows)
}

fn held_by(rows: Vec<(Row, BadgeRow, PersonRow)>) -> Result<Vec<HeldBy>, StoreError> {
    rows.into_iter()
        .map(|(award, badge, person)| Ok((award.award()?, badge.badge()?, person.into())))
        .collect()
}

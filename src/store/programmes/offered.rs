//! The badges that programmes are made of.

use std::collections::HashMap;

use diesel::prelude::*;

use super::held::is_offered;
use crate::domain::badge::BadgeState;
use crate::domain::course::End;
use crate::domain::programme::Offered;
use crate::ids::{BadgeId, TenantId};
use crate::store::badges::Row as BadgeRow;
use crate::store::convert::CHUNK;
use crate::store::schema::{badges, courses};
use crate::store::{Db, StoreError, policies};

/// A badge, its lineage, the title and the short name of its course, and whether that is the home.
type Found = (
    BadgeRow,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<bool>,
);

/// The same, and whether its teacher offers it.
type Listed = (
    BadgeRow,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<bool>,
    Option<bool>,
);

fn told((row, lineage, title, label, home): Found) -> Result<Offered, StoreError> {
    let badge = row.badge()?;
    Ok(Offered {
        lineage: lineage.map_or_else(|| badge.id.clone(), BadgeId::from),
        course: title.or(label).filter(|_| home.is_none()),
        is_home: home.is_some(),
        badge,
    })
}

/// The badges of an institution that were activated, go on and are offered, in courses that their platform still has: oldest first,
/// and every badge of a lineage. Drafts are nobody's business.
pub(crate) fn offered(db: &mut Db, tenant: &TenantId) -> Result<Vec<Offered>, StoreError> {
    let offers = policies::get(db, tenant)?.offers;
    let rows: Vec<Listed> = on_both!(db, |connection| badges::table
        .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(courses::tenant_id.eq(tenant.as_str()))
        // One of the institution that courses take has no rule that decides.
        .filter(
            badges::active_rule_id
                .is_not_null()
                .or(badges::state.eq("active"))
        )
        .filter(badges::state.eq_any(["active", "paused"]))
        .filter(
            courses::ended_as
                .is_null()
                .or(courses::ended_as.assume_not_null().ne(End::Gone.word()))
        )
        .order((badges::created_at, badges::id))
        .select((
            BadgeRow::as_select(),
            badges::lineage,
            courses::title,
            courses::label,
            courses::home,
            badges::offered,
        ))
        .load(connection))?;
    let mut all = Vec::with_capacity(rows.len());
    for (row, lineage, title, label, home, by_teacher) in rows {
        let one = told((row, lineage, title, label, home))?;
        if one.is_home || is_offered(offers, by_teacher) {
            all.push(one);
        }
    }
    Ok(all)
}

/// The badges of those lineages that came by copying and were activated, oldest first, unless they are retired.
pub(crate) fn copies(
    db: &mut Db,
    tenant: &TenantId,
    lineages: &[BadgeId],
) -> Result<Vec<Offered>, StoreError> {
    let mut all = Vec::new();
    for some in lineages.chunks(CHUNK) {
        let rows: Vec<Found> = on_both!(db, |connection| badges::table
            .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
            .filter(badges::tenant_id.eq(tenant.as_str()))
            .filter(courses::tenant_id.eq(tenant.as_str()))
            .filter(badges::lineage.is_not_null())
            .filter(
                badges::lineage
                    .assume_not_null()
                    .eq_any(some.iter().map(BadgeId::as_str))
            )
            .filter(badges::lineage.assume_not_null().ne(badges::id))
            .filter(badges::active_rule_id.is_not_null())
            .filter(badges::state.eq_any(["active", "paused"]))
            .order((badges::created_at, badges::id))
            .select((
                BadgeRow::as_select(),
                badges::lineage,
                courses::title,
                courses::label,
                courses::home,
            ))
            .load(connection))?;
        for row in rows {
            all.push(told(row)?);
        }
    }
    Ok(all)
}

/// The badges with those ids, whatever state they are in; a draft that was never activated is not among them.
pub(crate) fn named(
    db: &mut Db,
    tenant: &TenantId,
    ids: &[BadgeId],
) -> Result<HashMap<BadgeId, Offered>, StoreError> {
    let mut all = HashMap::with_capacity(ids.len());
    for some in ids.chunks(CHUNK) {
        let rows: Vec<Found> = on_both!(db, |connection| badges::table
            .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
            .filter(badges::tenant_id.eq(tenant.as_str()))
            .filter(courses::tenant_id.eq(tenant.as_str()))
            .filter(badges::id.eq_any(some.iter().map(BadgeId::as_str)))
            .select((
                BadgeRow::as_select(),
                badges::lineage,
                courses::title,
                courses::label,
                courses::home,
            ))
            .load(connection))?;
        for row in rows {
            let one = told(row)?;
            if one.badge.state != BadgeState::Draft {
                all.insert(one.badge.id.clone(), one);
            }
        }
    }
    Ok(all)
}

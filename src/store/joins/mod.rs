//! That two platforms, courses or people are one: what an administrator said, and what it changed, so that it can be taken
//! back. Nothing that was signed is touched: an award goes over to the person who stays, its document does not change.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_word, micros, moment, word};
use super::schema::joins;
use super::{Db, StoreError};
use crate::domain::page::Page;
use crate::domain::platform::{Join, JoinKind, JoinState};
use crate::ids::{JoinId, PlatformId, TenantId};

mod awards;
mod courses;
mod grades;
mod hand_ins;
mod leaving;
mod moves;
mod people;
mod placed;
mod platforms;
mod roles;
mod sections;
mod since;
mod submissions;
mod visits;

pub(crate) use courses::{join as join_courses, make_room, part as part_courses};
pub(crate) use hand_ins::{hand_ins_go_home, taken_back};
pub(crate) use moves::{
    forget_person, key_to_platform, keys_back, name_to_platform, names_back, platforms_before,
};
pub(crate) use people::{join as join_people, part as part_people};
pub(crate) use placed::placed_goes;
pub(crate) use platforms::{platform_comes_back, platform_goes_over};
pub(crate) use since::{came_since, keeps_more};
pub(crate) use visits::{of_course as end_visits_of_course, of_person as end_visits_of_person};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = joins, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    kind: String,
    parent_id: Option<String>,
    from_id: String,
    into_id: String,
    state: String,
    asked_at: i64,
}

impl Row {
    fn join(self) -> Result<Join, StoreError> {
        Ok(Join {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            kind: from_word("joins.kind", &self.kind)?,
            parent: self.parent_id.map(JoinId::from),
            from: self.from_id,
            into: self.into_id,
            state: from_word("joins.state", &self.state)?,
            asked_at: moment(self.asked_at)?,
        })
    }
}

/// Keeps what somebody asked for. `false`: that is joined already, or about to be.
pub(crate) fn insert(db: &mut Db, join: &Join) -> Result<bool, StoreError> {
    let row = Row {
        id: join.id.to_string(),
        tenant_id: join.tenant.to_string(),
        kind: word(&join.kind)?,
        parent_id: join.parent.as_ref().map(ToString::to_string),
        from_id: join.from.clone(),
        into_id: join.into.clone(),
        state: word(&join.state)?,
        asked_at: micros(join.asked_at),
    };
    let added = on_both!(db, |connection| diesel::insert_into(joins::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(added == 1)
}

/// The join with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &JoinId) -> Result<Option<Join>, StoreError> {
    let row: Option<Row> = joins::table
        .filter(joins::tenant_id.eq(tenant.as_str()))
        .filter(joins::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::join).transpose()
}

/// What administrators said of an institution, newest first: joins within a join of platforms are not among them.
pub(crate) fn list(db: &mut Db, tenant: &TenantId, page: Page) -> Result<Vec<Join>, StoreError> {
    let rows: Vec<Row> = joins::table
        .filter(joins::tenant_id.eq(tenant.as_str()))
        .filter(joins::parent_id.is_null())
        .order((joins::asked_at.desc(), joins::id.desc()))
        .offset(page.offset)
        .limit(page.limit)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::join).collect()
}

/// The joins within a join of platforms, newest first.
pub(crate) fn within(db: &mut Db, tenant: &TenantId, parent: &JoinId) -> Result<Vec<Join>, StoreError> {
    let rows: Vec<Row> = joins::table
        .filter(joins::tenant_id.eq(tenant.as_str()))
        .filter(joins::parent_id.eq(parent.as_str()))
        .order((joins::asked_at.desc(), joins::id.desc()))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::join).collect()
}

/// The join by which something is not seen any more, if there is one.
pub(crate) fn open_of(
    db: &mut Db,
    tenant: &TenantId,
    kind: JoinKind,
    from: &str,
) -> Result<Option<Join>, StoreError> {
    let row: Option<Row> = joins::table
        .filter(joins::tenant_id.eq(tenant.as_str()))
        .filter(joins::kind.eq(word(&kind)?))
        .filter(joins::from_id.eq(from))
        .filter(joins::state.ne("undone"))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::join).transpose()
}

/// A platform, and those that were joined into it, also by way of others.
pub(crate) fn platforms_within(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
) -> Result<Vec<PlatformId>, StoreError> {
    let pairs: Vec<(String, String)> = on_both!(db, |connection| joins::table
        .filter(joins::tenant_id.eq(tenant.as_str()))
        .filter(joins::kind.eq("platform"))
        .filter(joins::state.ne("undone"))
        .select((joins::from_id, joins::into_id))
        .load(connection))?;
    let mut found = vec![platform.clone()];
    let mut next = 0;
    while let Some(into) = found.get(next).cloned() {
        for (from, _) in pairs.iter().filter(|(_, one)| one == into.as_str()) {
            if !found.iter().any(|known| known.as_str() == from) {
                found.push(from.as_str().into());
            }
        }
        next += 1;
    }
    Ok(found)
}

/// Which platforms of an institution are one with another: each with the one into which it was joined.
#[derive(Debug, Clone, Default)]
pub(crate) struct JoinedPlatforms(Vec<(PlatformId, PlatformId, JoinState)>);

impl JoinedPlatforms {
    /// What a platform is one with, by whatever was said and not taken back yet.
    #[must_use]
    pub(crate) fn said(&self, platform: &PlatformId) -> PlatformId {
        self.by(platform, |_| true)
    }

    /// The platform to which its deployments went: at once when it was said, and back at once.
    #[must_use]
    pub(crate) fn of_deployments(&self, platform: &PlatformId) -> PlatformId {
        self.by(platform, |state| state != JoinState::Leaving)
    }

    /// The platform to which its people and courses went: once the job was there, until it was there again.
    #[must_use]
    pub(crate) fn of_people(&self, platform: &PlatformId) -> PlatformId {
        self.by(platform, |state| state != JoinState::Asked)
    }

    fn by(&self, platform: &PlatformId, counts: impl Fn(JoinState) -> bool) -> PlatformId {
        let mut passed = vec![platform];
        let mut now = platform;
        while let Some((_, into, _)) = self
            .0
            .iter()
            .find(|(from, _, state)| from == now && counts(*state))
        {
            if passed.contains(&into) {
                break;
            }
            passed.push(into);
            now = into;
        }
        now.clone()
    }
}

/// The platforms of an institution that are one with another.
pub(crate) fn joined_platforms(db: &mut Db, tenant: &TenantId) -> Result<JoinedPlatforms, StoreError> {
    let rows: Vec<(String, String, String)> = on_both!(db, |connection| joins::table
        .filter(joins::tenant_id.eq(tenant.as_str()))
        .filter(joins::kind.eq("platform"))
        .filter(joins::state.ne("undone"))
        .select((joins::from_id, joins::into_id, joins::state))
        .load(connection))?;
    let mut all = Vec::with_capacity(rows.len());
    for (from, into, state) in rows {
        all.push((from.into(), into.into(), from_word("joins.state", &state)?));
    }
    Ok(JoinedPlatforms(all))
}

/// Goes from one state to the next. `false`: it was not in the first one.
pub(crate) fn advance(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: JoinState,
    to: JoinState,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let at = micros(now);
    let of = joins::table
        .filter(joins::tenant_id.eq(tenant.as_str()))
        .filter(joins::id.eq(id.as_str()))
        .filter(joins::state.eq(word(&from)?));
    let to_word = word(&to)?;
    let changed = match to {
        JoinState::Done => diesel::update(of)
            .set((joins::state.eq(to_word), joins::done_at.eq(Some(at))))
            .execute(db)?,
        JoinState::Undone => diesel::update(of)
            .set((joins::state.eq(to_word), joins::undone_at.eq(Some(at))))
            .execute(db)?,
        JoinState::Asked | JoinState::Leaving => {
            diesel::update(of).set(joins::state.eq(to_word)).execute(db)?
        }
    };
    Ok(changed == 1)
}

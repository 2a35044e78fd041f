//! Where platforms were asked to send their notices, one row for each deployment and type.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{micros, moment};
use super::schema::notice_handlers;
use super::{Db, StoreError};
use crate::ids::{DeploymentId, TenantId};

/// A subscription as it was last asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) deployment: DeploymentId,
    pub(crate) tenant: TenantId,
    /// For example `LtiContextCopyNotice`.
    pub(crate) notice_type: String,
    /// The platform's service that was asked.
    pub(crate) service: String,
    /// Our address that it was given; `None` when the platform refused.
    pub(crate) handler: Option<String>,
    pub(crate) at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = notice_handlers, treat_none_as_default_value = false)]
struct Row {
    deployment_id: String,
    notice_type: String,
    tenant_id: String,
    /// Both addresses, the platform's first, with a space between them: an address has none.
    service_url: String,
    subscribed_at: i64,
}

impl Row {
    fn subscription(self) -> Result<Subscription, StoreError> {
        let (service, handler) = self
            .service_url
            .split_once(' ')
            .map_or((self.service_url.as_str(), None), |(service, handler)| {
                (service, Some(handler.to_owned()))
            });
        Ok(Subscription {
            deployment: self.deployment_id.into(),
            tenant: self.tenant_id.into(),
            notice_type: self.notice_type,
            service: service.to_owned(),
            handler,
            at: moment(self.subscribed_at)?,
        })
    }
}

/// What a deployment was asked for.
pub(crate) fn for_deployment(
    db: &mut Db,
    tenant: &TenantId,
    deployment: &DeploymentId,
) -> Result<Vec<Subscription>, StoreError> {
    let rows: Vec<Row> = notice_handlers::table
        .filter(notice_handlers::tenant_id.eq(tenant.as_str()))
        .filter(notice_handlers::deployment_id.eq(deployment.as_str()))
        .order(notice_handlers::notice_type)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::subscription).collect()
}

/// Keeps what a platform was asked for, in place of what was kept before. Run it in a transaction.
pub(crate) fn keep(db: &mut Db, subscription: &Subscription) -> Result<(), StoreError> {
    diesel::delete(notice_handlers::table)
        .filter(notice_handlers::tenant_id.eq(subscription.tenant.as_str()))
        .filter(notice_handlers::deployment_id.eq(subscription.deployment.as_str()))
        .filter(notice_handlers::notice_type.eq(&subscription.notice_type))
        .execute(db)?;
    let row = Row {
        deployment_id: subscription.deployment.to_string(),
        notice_type: subscription.notice_type.clone(),
        tenant_id: subscription.tenant.to_string(),
        service_url: match &subscription.handler {
            Some(handler) => format!("{} {handler}", subscription.service),
            None => subscription.service.clone(),
        },
        subscribed_at: micros(subscription.at),
    };
    on_both!(db, |connection| diesel::insert_into(notice_handlers::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(())
}

//! Badges that do not begin empty: from an example, or as a duplicate of another badge of the course.

use std::sync::Arc;

use serde_json::json;

use super::own_badge;
use super::rule::save_rule;
use crate::domain::audit::Action;
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::design_review::MAX_NAME;
use crate::domain::policy::Power;
use crate::domain::starters::Starter;
use crate::ids::{BadgeId, RuleId};
use crate::service::Cairn;
use crate::service::base::activities;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::session::Visitor;
use crate::store::{audit, badges, line_items, rules};

/// Gives a new badge the rule of the example that it began as, over what the course has. Says whether there is one.
///
/// # Errors
/// As [`save_rule`].
#[tracing::instrument(name = "beginning.begin_rule", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn begin_rule(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
    starter: Starter,
) -> Result<bool, ServiceError> {
    visitor.teach()?;
    let asker = visitor.clone();
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, course) = (asker.tenant(), &asker.course.id);
        let mut items = line_items::for_course(db, tenant, course)?;
        let former = line_items::of_former(db, tenant, &items)?;
        items.retain(|item| !former.contains(&item.id));
        let activities = activities::in_course(db, tenant, course, |_| false)?;
        Ok(starter.rule(&items, &activities))
    });
    let Some(root) = read.await? else {
        return Ok(false);
    };
    save_rule(cairn, visitor, id, &root, None).await?;
    Ok(true)
}

/// Makes a draft like a badge of the course, with the rule that it has in hand; `called` stands behind its name. It is another
/// achievement, which is no copy of another term's.
///
/// # Errors
/// [`ServiceError::Forbidden`] for who may not make badges, [`ServiceError::NotFound`] for a badge of another course.
#[tracing::instrument(name = "beginning.duplicate", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn duplicate(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
    called: &str,
) -> Result<BadgeId, ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id, called) = (visitor.clone(), id.clone(), called.to_owned());
    let made = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let tenant = visitor.tenant();
        let known = own_badge(db, &visitor, &id)?;
        let draft = rules::draft(db, tenant, &id)?;
        let rule = match draft {
            Some(draft) => Some(draft),
            None => rules::active(db, tenant, &id)?,
        };
        let mut design = known.design;
        let room = MAX_NAME.saturating_sub(called.chars().count());
        let name: String = design.name.chars().take(room).collect();
        design.name = format!("{}{called}", name.trim_end());
        let new = Badge {
            id: BadgeId::new(now, random.as_ref()),
            state: BadgeState::Draft,
            design,
            active_rule: None,
            revision: 1,
            created_at: now,
            updated_at: now,
            tenant: known.tenant,
            course: known.course,
        };
        badges::insert(db, &new)?;
        if let Some(rule) = rule {
            let rule_id = RuleId::new(now, random.as_ref());
            rules::save_draft(db, tenant, &new.id, &rule.root, rule_id, now)?;
        }
        let entry = visitor.entry(Action::BadgeMade, new.id.as_str(), now);
        let entry = entry.detail(json!({"duplicate_of": id}));
        audit::record(db, &entry, random.as_ref())?;
        Ok(new.id)
    });
    made.await
}

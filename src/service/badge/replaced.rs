//! Gradebook columns that a rule reads and that are not there any more, while another one fits: the tool was registered anew, and
//! has columns of its own. They are offered; nothing is read instead until an instructor says so and has tried it out.

use std::collections::{HashMap, HashSet};

use super::design::{own_badge, save_rule, seen_now};
use super::lineage;
use crate::domain::badge::Badge;
use crate::domain::copying::{Mapping, match_columns};
use crate::domain::course::{LineItem, LineItemState};
use crate::domain::rule::Group;
use crate::ids::{BadgeId, LineItemId};
use crate::service::Cairn;
use crate::service::base::clash::Saving;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::BadgeRefusal;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, line_items, rules};

/// A column that is gone, and the one that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replaced {
    pub(crate) gone: LineItem,
    /// Whether it is there, and belongs to a registration through which the course is not read any more.
    pub(crate) is_of_former: bool,
    pub(crate) fits: LineItem,
}

/// What a badge's rule could read instead of columns that are gone.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) badge: Badge,
    pub(crate) columns: Vec<Replaced>,
    /// Names of gone columns for which nothing fits.
    pub(crate) missing: Vec<String>,
}

/// The rule that an instructor would go on with: the draft, else the active one.
fn rule_of(db: &mut Db, badge: &Badge) -> Result<Option<Group>, StoreError> {
    let rule = match rules::draft(db, &badge.tenant, &badge.id)? {
        Some(draft) => Some(draft),
        None => rules::active(db, &badge.tenant, &badge.id)?,
    };
    Ok(rule.map(|rule| rule.root))
}

fn read_by(root: &Group) -> HashSet<LineItemId> {
    root.line_items().cloned().collect()
}

/// The column that is there for each one that is gone: by our own resource id, by the link that it belongs to, by tag and name.
/// What could be two is none.
fn fitting(gone: &[LineItem], there: &[LineItem]) -> HashMap<LineItemId, LineItemId> {
    type Key = fn(&LineItem) -> Option<&String>;
    let ways: [Key; 2] = [
        |item| item.resource_id.as_ref(),
        |item| item.resource_link_id.as_ref(),
    ];
    let mut found: HashMap<LineItemId, LineItemId> = HashMap::new();
    for way in ways {
        let left: Vec<&LineItem> = gone.iter().filter(|item| !found.contains_key(&item.id)).collect();
        for item in &left {
            let Some(key) = way(item) else { continue };
            let same =
                |other: &&LineItem| way(other) == Some(key) && !found.values().any(|to| *to == other.id);
            let mut fits = there.iter().filter(same);
            let alone = left.iter().filter(|other| way(other) == Some(key)).count() == 1;
            if let (Some(only), None, true) = (fits.next(), fits.next(), alone) {
                found.insert(item.id.clone(), only.id.clone());
            }
        }
    }
    let left: Vec<LineItem> = gone
        .iter()
        .filter(|item| !found.contains_key(&item.id))
        .cloned()
        .collect();
    let free: Vec<LineItem> = there
        .iter()
        .filter(|item| !found.values().any(|to| *to == item.id))
        .cloned()
        .collect();
    let by_name = match_columns(&left, &free);
    found.extend(by_name.into_iter().map(|(from, found)| (from, found.to)));
    found
}

/// What the rule of a badge could read instead of what is gone.
pub(in crate::service) fn offer(db: &mut Db, badge: Badge) -> Result<Offer, StoreError> {
    let Some(root) = rule_of(db, &badge)? else {
        return Ok(Offer {
            badge,
            columns: Vec::new(),
            missing: Vec::new(),
        });
    };
    let read = read_by(&root);
    let items = line_items::for_course(db, &badge.tenant, &badge.course)?;
    let former = line_items::of_former(db, &badge.tenant, &items)?;
    let (gone, mut there): (Vec<LineItem>, Vec<LineItem>) = items
        .into_iter()
        .partition(|item| item.state == LineItemState::Gone);
    there.retain(|item| !read.contains(&item.id));
    let found = fitting(&gone, &there);
    let (mut columns, mut missing) = (Vec::new(), Vec::new());
    for item in gone.into_iter().filter(|item| read.contains(&item.id)) {
        let fits = found
            .get(&item.id)
            .and_then(|to| there.iter().find(|one| one.id == *to));
        match fits {
            Some(fits) => columns.push(Replaced {
                fits: fits.clone(),
                is_of_former: former.contains(&item.id),
                gone: item,
            }),
            None => missing.push(item.label),
        }
    }
    Ok(Offer {
        badge,
        columns,
        missing,
    })
}

/// What the rule of a badge of the visit's course could read instead of columns that are gone.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge of another course.
#[tracing::instrument(name = "replaced.review", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn review(cairn: &Cairn, visitor: &Visitor, id: &BadgeId) -> Result<Offer, ServiceError> {
    visitor.teach()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = own_badge(db, &visitor, &id)?;
        Ok(offer(db, badge)?)
    });
    found.await
}

/// Saves a draft that reads what fits instead of what is gone. It is tried out and activated as any other.
///
/// # Errors
/// As [`review`], and those of saving a rule.
#[tracing::instrument(name = "replaced.take", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn take(cairn: &Cairn, visitor: &Visitor, id: &BadgeId) -> Result<(), ServiceError> {
    let offer = review(cairn, visitor, id).await?;
    let mut mapping = Mapping::default();
    for one in offer.columns {
        mapping.columns.insert(one.gone.id, one.fits.id);
    }
    if mapping.columns.is_empty() {
        return Ok(());
    }
    let badge = offer.badge;
    let of_lineage = badge.clone();
    let read = cairn
        .store
        .read(move |db| Ok((rule_of(db, &badge)?, seen_now(db, &badge)?)));
    let (root, seen) = read.await?;
    let root = root.ok_or(ServiceError::NotFound("rule"))?;
    match save_rule(cairn, visitor, id, &mapping.apply(&root), Some(&seen)).await? {
        Saving::Done => {
            let carried = cairn
                .store
                .write(move |db| lineage::carry(db, &of_lineage, &mapping));
            Ok(carried.await?)
        }
        Saving::Clash(_) => Err(BadgeRefusal::SavedAtOnce.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    fn item(id: &str, label: &str, resource: Option<&str>, link: Option<&str>) -> LineItem {
        LineItem {
            id: id.into(),
            tenant: "t".into(),
            course: "c".into(),
            url: id.to_owned(),
            label: label.to_owned(),
            maximum: Decimal::ONE_HUNDRED,
            ruled_maximum: None,
            is_scale: false,
            resource_id: resource.map(str::to_owned),
            tag: None,
            resource_link_id: link.map(str::to_owned),
            state: LineItemState::Present,
        }
    }

    #[test]
    fn a_column_is_found_by_our_id_then_by_its_link_then_by_its_name() {
        let gone = [
            item("old-1", "Quiz", Some("r1"), None),
            item("old-2", "Essay", None, Some("l2")),
            item("old-3", "Report", None, None),
            item("old-4", "Talk", None, None),
        ];
        let there = [
            item("new-1", "Renamed", Some("r1"), Some("l9")),
            item("new-2", "Quiz", None, Some("l2")),
            item("new-3", "report ", None, None),
            item("new-5", "Talk", None, None),
            item("new-6", "Talk", None, None),
        ];
        let found = fitting(&gone, &there);
        let of = |id: &str| found.get(&LineItemId::from(id)).map(LineItemId::as_str);
        assert_eq!(of("old-1"), Some("new-1"));
        assert_eq!(of("old-2"), Some("new-2"));
        assert_eq!(of("old-3"), Some("new-3"));
        assert_eq!(of("old-4"), None, "two that fit are none");
    }
}

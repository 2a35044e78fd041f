//! Programmes in the archive of an institution: what each takes, in all of its versions, its terms, reviews and waivers, and who makes
//! them. Its badges for courses beside them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::pack::Pack;
use super::pretty;
use crate::domain::badge::Badge;
use crate::domain::institution_badge::InstitutionBadge;
use crate::domain::programme::{Maker, Programme, Review, Waiver};
use crate::domain::rule::{Rule, RuleState};
use crate::domain::sentence::{Names, sentence_in_full};
use crate::ids::{BadgeId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::store::programmes::makers;
use crate::store::{Db, StoreError, institution_badges, lineages, people, programmes, rules, tenants};

/// Packs `programmes.json`.
pub(super) async fn pack(cairn: &Cairn, tenant: &TenantId, pack: &mut Pack) -> Result<(), ServiceError> {
    let id = tenant.clone();
    let found = cairn.store.read(move |db| -> Result<_, StoreError> {
        let mut all = Vec::new();
        for (programme, badge) in programmes::all(db, &id)? {
            all.push(told(db, &programme, &badge)?);
        }
        let mut named = Vec::new();
        for one in makers::all(db, &id)? {
            named.push(
                json!({ "who": who(db, &id, &one.person)?, "since": one.at, "by_administrator": one.by }),
            );
        }
        let mut taken = Vec::new();
        for (one, badge) in institution_badges::all(db, &id)? {
            taken.push(told_institution_badge(db, &one, &badge)?);
        }
        let counted = lineages::accepted(db, &id)?;
        let counted = counted.into_iter().map(
            |(badge, substance, by, at)| json!({ "copy": badge, "substance": substance, "by": by, "at": at }),
        );
        Ok(json!({
            "programmes": all, "instructors_who_make_them": named,
            "changed_copies_that_count": counted.collect::<Vec<_>>(), "badges_that_courses_take": taken,
        }))
    });
    let document = found.await?;
    pack.add("programmes.json", pretty(&document)?).await
}

fn told(db: &mut Db, programme: &Programme, badge: &Badge) -> Result<Value, StoreError> {
    let (tenant, terms) = (&badge.tenant, &programme.terms);
    let versions = rules::for_badge(db, tenant, &badge.id)?;
    let named: BTreeSet<BadgeId> = versions
        .iter()
        .flat_map(|rule| rule.root.badges().cloned())
        .collect();
    let named: Vec<BadgeId> = named.into_iter().collect();
    let parts = programmes::named(db, tenant, &named)?;
    let names = Names {
        badges: parts
            .iter()
            .map(|(id, one)| (id.clone(), one.badge.design.name.clone()))
            .collect(),
        zone: tenants::zone(db, tenant)?,
        ..Names::default()
    };
    let told_parts: Vec<Value> = parts
        .iter()
        .map(|(id, one)| {
            json!({
                "badge": id, "name": one.badge.design.name, "course": one.course,
                "comes_before_it": terms.prerequisites.contains(id),
            })
        })
        .collect();
    let mut waivers = Vec::new();
    for one in programmes::all_waivers_of(db, tenant, &badge.id)? {
        waivers.push(told_waiver(db, &one)?);
    }
    let reviews = programmes::reviews_of(db, tenant, &badge.id)?;
    Ok(json!({
        "badge": badge.id, "design": badge.design, "state": badge.state,
        "when_a_part_ends": terms.parts_end, "who_began_may_finish": terms.finish_begun,
        "badges": told_parts,
        "versions": versions.iter().map(|rule| told_version(rule, &names, terms.finish_begun)).collect::<Vec<_>>(),
        "reviews": reviews.iter().map(told_review).collect::<Vec<_>>(), "waivers": waivers,
        "saved_by": programme.saved_by.as_ref().map(told_maker),
        "made": programme.created_at, "last_saved": programme.updated_at,
    }))
}

/// A badge that courses take: as it is edited, as they take it, and which of them may.
fn told_institution_badge(db: &mut Db, one: &InstitutionBadge, badge: &Badge) -> Result<Value, StoreError> {
    let reach = institution_badges::reach(db, &badge.tenant, &badge.id)?;
    Ok(json!({
        "badge": badge.id, "state": badge.state, "draft": one.draft, "published": one.published,
        "version": one.version, "published_at": one.published_at, "every_course": one.everywhere,
        "platforms": reach.platforms, "courses": reach.courses,
        "saved_by": one.saved_by, "made": one.created_at, "last_saved": one.updated_at,
    }))
}

fn told_version(rule: &Rule, names: &Names, finish_begun: bool) -> Value {
    json!({
        "version": rule.version, "state": rule.state, "rule": rule.root,
        "in_words": sentence_in_full(&rule.root, names), "made": rule.created_at,
        "decides_since": rule.activated_at,
        "may_be_finished_by_who_began": finish_begun && rule.state == RuleState::Superseded,
    })
}

fn told_maker(maker: &Maker) -> Value {
    match maker {
        Maker::Administrator(id) => json!({ "administrator": id }),
        Maker::Instructor(id) => json!({ "instructor": id }),
    }
}

fn told_review(review: &Review) -> Value {
    json!({
        "of": review.digest, "state": review.state, "asked": review.asked_at, "answered": review.answered_at,
        "asked_by": review.asked_by.as_ref().map(told_maker),
        "answered_by": review.answered_by.as_ref().map(told_maker), "to_be_changed": review.note,
    })
}

fn told_waiver(db: &mut Db, waiver: &Waiver) -> Result<Value, StoreError> {
    Ok(json!({
        "part": waiver.part, "for": who(db, &waiver.tenant, &waiver.person)?, "reason": waiver.reason,
        "by_administrator": waiver.by, "at": waiver.at, "taken_back": waiver.taken_back_at,
    }))
}

/// Somebody as `holders.csv` names them.
fn who(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Value, StoreError> {
    let known = people::get(db, tenant, person)?;
    Ok(known.map_or(
        Value::Null,
        |one| json!({ "name": one.name, "id_at_the_course_site": one.sub }),
    ))
}

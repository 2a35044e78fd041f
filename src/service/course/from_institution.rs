//! Badges of the institution that a course takes: beside those that come along with a copy, and never instead of them. A course says
//! once what of its own stands in the places of the rule; what it makes is a badge of its own whose lineage begins with the
//! institution's, so that a copy of the course needs no new answer for what came along.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::json;

use crate::domain::audit::Action;
use crate::domain::badge::{Badge, BadgeState, Design};
use crate::domain::copying::{FoundBy, Mapping};
use crate::domain::course::{Course, LineItemState};
use crate::domain::institution_badge::{InstitutionBadge, Place, Things, Unfit, Version, has_share};
use crate::domain::lineage::{Looks, Origin, Places, Substance, SubstancePart};
use crate::domain::namesakes::Mark;
use crate::domain::policy::Power;
use crate::domain::rule::Group;
use crate::domain::sentence::sentence_in_full;
use crate::ids::{ActivityId, BadgeId, LineItemId, RuleId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::badge::design::own_badge;
use crate::service::badge::lineage;
use crate::service::base::activities::in_course;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::InstitutionBadgeRefusal;
use crate::service::base::session::Visitor;
use crate::service::base::{names, namesakes, policies};
use crate::store::{
    Db, StoreError, audit, badges, institution_badges, joins, line_items, lineages, outside, platforms,
    rules, tenants,
};

/// One that the course may take, or has.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) badge: BadgeId,
    pub(crate) design: Design,
    /// Counts what was published.
    pub(crate) version: i32,
    /// What it asks, in words.
    pub(crate) asks: String,
    pub(crate) standing: Standing,
}

/// What a course made of one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Standing {
    /// Nothing yet.
    Open,
    /// It has it as it is.
    Taken(BadgeId, BadgeState),
    /// It has one that asks what an earlier version asked, or has the name or picture that the institution gave that.
    Newer(BadgeId, BadgeState),
    /// It has one in the places of which nothing stands any more: it came with a copy of another course, from which that did not
    /// come along, or somebody changed it.
    Unanswered(BadgeId, BadgeState),
}

/// How many a course may take, and of how many that it has something waits: a newer version, or an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) open: usize,
    pub(crate) taken: usize,
    pub(crate) newer: usize,
    pub(crate) unanswered: usize,
}

/// The form in which a course says what stands for what.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) institution: String,
    pub(crate) offer: Offer,
    pub(crate) places: Vec<ToFill>,
    pub(crate) things: Things,
    /// What tells columns and activities apart that bear one name.
    pub(crate) column_marks: HashMap<LineItemId, Mark>,
    pub(crate) activity_marks: HashMap<ActivityId, Mark>,
    /// What the newer version asks otherwise: what the course has, and what it would have.
    pub(crate) otherwise: Vec<Otherwise>,
}

/// A place, with what is proposed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToFill {
    pub(crate) place: Place,
    pub(crate) proposed: Option<Proposed>,
}

/// Something of the course that probably stands in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proposed {
    pub(crate) id: String,
    /// By what it was found; none where the course said it before.
    pub(crate) by: Option<FoundBy>,
}

/// What a newer version has otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changed {
    Substance(SubstancePart),
    Name,
    /// Which is seen, not read: what was and what is are empty.
    Picture,
}

/// A part of a badge as it is and as a newer version has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Otherwise {
    pub(crate) part: Changed,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    /// A draft of the course.
    New(BadgeId),
    /// The badge that the course had has the newer version as its draft.
    Newer(BadgeId),
    /// So has one that never decided about anybody.
    Draft(BadgeId),
    /// It has the name and the picture of the newer version, which asks nothing else.
    Looks(BadgeId),
}

/// Where a badge of a course comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Descent {
    pub(crate) institution: String,
    /// The institution's badge, where the course may look at what it is now.
    pub(crate) badge: BadgeId,
    pub(crate) is_newer: bool,
}

/// Those that the visit's course may take or has, with the name of the institution.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Policy`] where only administrators make badges.
#[tracing::instrument(name = "from_institution.list", level = "debug", skip_all)]
pub(crate) async fn list(cairn: &Cairn, visitor: &Visitor) -> Result<(String, Vec<Offer>), ServiceError> {
    visitor.teach()?;
    let visitor = visitor.clone();
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let mut offers = Vec::new();
        let mut all_taken = institution_badges::all_taken_in(db, visitor.tenant(), &visitor.course.id)?;
        for (one, template) in institution_badges::all(db, visitor.tenant())? {
            let Some(published) = &one.published else {
                continue;
            };
            let taken = all_taken.remove(&one.badge);
            let is_refused = refused(db, &visitor.course, &one, &template)?.is_some();
            if taken.is_none() && is_refused {
                continue;
            }
            let mut offer = offer(db, &visitor, &one, published, taken.as_ref())?;
            if let Some(badge) = taken.filter(|_| is_refused) {
                // What it has it keeps, and nothing newer is for it.
                offer.standing = Standing::Taken(badge.id, badge.state);
            }
            offers.push(offer);
        }
        Ok((institution(db, visitor.tenant())?, offers))
    });
    found.await
}

/// How many there are for the visit's course, for its first page.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn waiting(db: &mut Db, visitor: &Visitor) -> Result<Waiting, StoreError> {
    let mut waiting = Waiting::default();
    let mut all_taken = institution_badges::all_taken_in(db, visitor.tenant(), &visitor.course.id)?;
    for (one, template) in institution_badges::all(db, visitor.tenant())? {
        let Some(published) = &one.published else {
            continue;
        };
        match all_taken.remove(&one.badge) {
            Some(badge) => {
                waiting.taken += 1;
                let standing = match template.state {
                    BadgeState::Active => standing(db, Some(&badge), published)?,
                    _ => Standing::Open,
                };
                waiting.newer += usize::from(matches!(standing, Standing::Newer(..)));
                waiting.unanswered += usize::from(matches!(standing, Standing::Unanswered(..)));
            }
            None => waiting.open += usize::from(refused(db, &visitor.course, &one, &template)?.is_none()),
        }
    }
    Ok(waiting)
}

/// As [`waiting`], for a page that tells of nothing else.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "from_institution.for_course", level = "debug", skip_all)]
pub(crate) async fn for_course(cairn: &Cairn, visitor: &Visitor) -> Result<Waiting, ServiceError> {
    let visitor = visitor.clone();
    Ok(cairn.store.read(move |db| waiting(db, &visitor)).await?)
}

/// Why a course may not take one, if it may not.
fn refused(
    db: &mut Db,
    course: &Course,
    one: &InstitutionBadge,
    template: &Badge,
) -> Result<Option<InstitutionBadgeRefusal>, StoreError> {
    if template.state != BadgeState::Active || one.published.is_none() {
        return Ok(Some(InstitutionBadgeRefusal::Withdrawn));
    }
    if one.everywhere {
        return Ok(None);
    }
    let reach = institution_badges::reach(db, &one.tenant, &one.badge)?;
    if reach.courses.contains(&course.id) {
        return Ok(None);
    }
    if !reach.platforms.is_empty() {
        let home = platforms::home_of_course(db, &one.tenant, &course.id)?.platform;
        let joined = joins::joined_platforms(db, &one.tenant)?;
        let home = joined.of_people(&home);
        if reach.platforms.iter().any(|id| joined.of_people(id) == home) {
            return Ok(None);
        }
    }
    Ok(Some(InstitutionBadgeRefusal::NotAvailable))
}

fn institution(db: &mut Db, tenant: &TenantId) -> Result<String, ServiceError> {
    let institution = tenants::get(db, tenant)?.ok_or(ServiceError::NotFound("institution"))?;
    Ok(institution.name)
}

/// What a version asks, as badges that courses made of it are measured by.
fn substance(version: &Version) -> Substance {
    let none = Places::default();
    Substance::of(&version.asks.rule(), &version.design, &none, &BadgeId::clone)
}

/// What a badge of a course was measured by when it was taken.
fn measure(db: &mut Db, badge: &Badge) -> Result<Option<Origin>, StoreError> {
    let known = lineages::of_badge(db, &badge.tenant, &badge.id)?;
    Ok(known.and_then(|known| known.origin))
}

/// Whether a version looks as what was taken did; what a course called its own badge since is no matter. Of what was taken before it
/// was kept nobody can tell.
fn looks_alike(was: &Origin, published: &Version) -> bool {
    let looks = was.looks.as_ref();
    looks.is_none_or(|looks| *looks == Looks::of(&published.design))
}

/// What a course made of that version: nothing, the badge as it is, one of an earlier version, or one without an answer.
fn standing(db: &mut Db, taken: Option<&Badge>, published: &Version) -> Result<Standing, StoreError> {
    let Some(badge) = taken else {
        return Ok(Standing::Open);
    };
    let (id, state) = (badge.id.clone(), badge.state.clone());
    let Some(was) = measure(db, badge)? else {
        return Ok(Standing::Taken(id, state));
    };
    if was.substance != substance(published) || !looks_alike(&was, published) {
        return Ok(Standing::Newer(id, state));
    }
    let root = rule_of(db, badge)?;
    let stands = root.is_some_and(|root| published.asks.stand(&was.places.standing(&root)));
    Ok(if stands {
        Standing::Taken(id, state)
    } else {
        Standing::Unanswered(id, state)
    })
}

fn offer(
    db: &mut Db,
    visitor: &Visitor,
    one: &InstitutionBadge,
    published: &Version,
    taken: Option<&Badge>,
) -> Result<Offer, StoreError> {
    let names = published.asks.names(visitor.zone());
    Ok(Offer {
        badge: one.badge.clone(),
        design: published.design.clone(),
        version: one.version,
        asks: sentence_in_full(&published.asks.rule(), &names),
        standing: standing(db, taken, published)?,
    })
}

/// One that the visit's course may take, as it is published.
fn find(
    db: &mut Db,
    visitor: &Visitor,
    id: &BadgeId,
) -> Result<(InstitutionBadge, Badge, Version), ServiceError> {
    let missing = || ServiceError::NotFound("badge");
    let tenant = visitor.tenant();
    let one = institution_badges::get(db, tenant, id)?.ok_or_else(missing)?;
    let template = badges::get(db, tenant, id)?.ok_or_else(missing)?;
    // Courses learn nothing of a draft.
    let published = one.published.clone().ok_or_else(missing)?;
    match refused(db, &visitor.course, &one, &template)? {
        Some(refusal) => Err(refusal.into()),
        None => Ok((one, template, published)),
    }
}

/// What of a course may stand in a rule.
fn things(db: &mut Db, course: &Course) -> Result<Things, StoreError> {
    let mut columns = line_items::for_course(db, &course.tenant, &course.id)?;
    columns.retain(|item| item.state != LineItemState::Gone);
    let mut elsewhere = outside::columns(db, &course.tenant, &course.id)?;
    elsewhere.retain(has_share);
    Ok(Things {
        columns,
        elsewhere,
        activities: in_course(db, &course.tenant, &course.id, |_| false)?,
    })
}

/// The rule that a badge of the course has: the one that waits, or the one that decides.
fn rule_of(db: &mut Db, badge: &Badge) -> Result<Option<Group>, StoreError> {
    let rule = match rules::draft(db, &badge.tenant, &badge.id)? {
        Some(draft) => Some(draft),
        None => rules::active(db, &badge.tenant, &badge.id)?,
    };
    Ok(rule.map(|rule| rule.root))
}

/// The form for one of them.
///
/// # Errors
/// As [`list`]; [`ServiceError::NotFound`] for what is no published badge of the institution, an [`InstitutionBadgeRefusal`] for one
/// that the course may not take.
#[tracing::instrument(name = "from_institution.form", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn form(cairn: &Cairn, visitor: &Visitor, id: &BadgeId) -> Result<Form, ServiceError> {
    visitor.teach()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let (tenant, course) = (visitor.tenant(), &visitor.course);
        let (one, _, published) = find(db, &visitor, &id)?;
        let things = things(db, course)?;
        let taken = institution_badges::taken_in(db, tenant, &course.id, &id)?;
        let (mut said, mut otherwise) = (HashMap::new(), Vec::new());
        if let Some(badge) = &taken
            && let Some(was) = measure(db, badge)?
            && let Some(root) = rule_of(db, badge)?
        {
            said = was.places.standing(&root);
            let parts = was.substance.otherwise(&substance(&published));
            let names = names::of_course(db, tenant, &course.id)?;
            let (own, new) = (&badge.design, &published.design);
            let rule = || {
                let after = published.asks.names(visitor.zone());
                let after = sentence_in_full(&published.asks.rule(), &after);
                (sentence_in_full(&root, &names), after)
            };
            otherwise.extend(parts.into_iter().map(|part| {
                let (before, after) = match part {
                    SubstancePart::Rule => rule(),
                    SubstancePart::Outcome => (own.outcome.clone(), new.outcome.clone()),
                    SubstancePart::Criteria => (own.criteria.clone(), new.criteria.clone()),
                    SubstancePart::Assessment => {
                        (own.details.assessment.clone(), new.details.assessment.clone())
                    }
                };
                Otherwise {
                    part: Changed::Substance(part),
                    before,
                    after,
                }
            }));
            if !looks_alike(&was, &published) {
                otherwise.extend(other_looks(own, new));
            }
        }
        let mut proposed = published.asks.proposals(&things);
        let places = published.asks.places.iter().map(|place| {
            let before = said.remove(&place.id).filter(|id| things.has(id));
            let before = before.map(|id| Proposed { id, by: None });
            let found = proposed.remove(&place.id);
            let found = found.map(|(id, by)| Proposed { id, by: Some(by) });
            ToFill {
                place: place.clone(),
                proposed: before.or(found),
            }
        });
        let places: Vec<ToFill> = places.collect();
        Ok(Form {
            institution: institution(db, tenant)?,
            offer: offer(db, &visitor, &one, &published, taken.as_ref())?,
            places,
            column_marks: namesakes::of_columns(db, tenant, &course.id, &things.columns)?,
            activity_marks: namesakes::of_activities(db, tenant, &course.id, &things.activities)?,
            things,
            otherwise,
        })
    });
    found.await
}

/// What a badge of the course would look like otherwise.
fn other_looks(own: &Design, new: &Design) -> impl Iterator<Item = Otherwise> {
    let name = (own.name != new.name).then(|| Otherwise {
        part: Changed::Name,
        before: own.name.clone(),
        after: new.name.clone(),
    });
    let picture = (own.picture != new.picture).then(|| Otherwise {
        part: Changed::Picture,
        before: String::new(),
        after: String::new(),
    });
    name.into_iter().chain(picture)
}

/// Takes a badge of the institution, as `version` of it was shown, with what the course says of each place: a draft that its teachers
/// try out and activate as any other. Where the course has an earlier version, its badge gets the newer one as a draft.
///
/// # Errors
/// As [`form`]; an [`InstitutionBadgeRefusal`] for what is not answered as it has to be, and where the course has that version.
#[tracing::instrument(name = "from_institution.take", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn take(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
    version: i32,
    answers: BTreeMap<String, String>,
) -> Result<Taken, ServiceError> {
    visitor.teach()?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let (visitor, id) = (visitor.clone(), id.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Create)?;
        let (tenant, course) = (visitor.tenant(), &visitor.course);
        // Of two at the same moment the other one waits here, and finds what the first one took.
        institution_badges::hold(db, tenant, &id)?;
        let (one, template, published) = find(db, &visitor, &id)?;
        if one.version != version {
            return Err(InstitutionBadgeRefusal::OtherVersion.into());
        }
        let before = institution_badges::taken_in(db, tenant, &course.id, &id)?;
        if let Standing::Taken(..) = standing(db, before.as_ref(), &published)? {
            return Err(InstitutionBadgeRefusal::TakenAlready.into());
        }
        let things = things(db, course)?;
        let mapping = published.asks.filled(&answers, &things).map_err(unfit)?;
        let source = Badge {
            design: published.design.clone(),
            ..template
        };
        let root = published.asks.rule();
        let (taken, action) = match before {
            Some(badge) => {
                let by = (visitor.person.id.as_str(), now);
                let was = measure(db, &badge)?;
                let asked = mapping.apply(&root);
                let asks_the_same = was.is_some_and(|was| was.substance == substance(&published))
                    && rule_of(db, &badge)?.as_ref() == Some(&asked);
                lineage::follow(db, &badge, &source, &root, &mapping, by)?;
                badges::update_design(db, tenant, &badge.id, badge.revision, &source.design, now)?;
                let taken = if asks_the_same {
                    Taken::Looks(badge.id)
                } else {
                    let new = RuleId::new(now, random.as_ref());
                    rules::save_draft(db, tenant, &badge.id, &asked, new, now)?;
                    match badge.active_rule {
                        Some(_) => Taken::Newer(badge.id),
                        None => Taken::Draft(badge.id),
                    }
                };
                (taken, Action::InstitutionBadgeNewer)
            }
            None => {
                let badge = Badge {
                    id: BadgeId::new(now, random.as_ref()),
                    course: course.id.clone(),
                    state: BadgeState::Draft,
                    active_rule: None,
                    revision: 1,
                    created_at: now,
                    updated_at: now,
                    ..source.clone()
                };
                make(db, &badge, &source, &root, &mapping, random.as_ref())?;
                (Taken::New(badge.id), Action::InstitutionBadgeTaken)
            }
        };
        let (Taken::New(badge) | Taken::Newer(badge) | Taken::Draft(badge) | Taken::Looks(badge)) = &taken;
        let entry = visitor.entry(action, badge.as_str(), now);
        let entry = entry.detail(json!({
            "from": id, "version": version, "columns": mapping.columns, "elsewhere": mapping.elsewhere,
            "activities": mapping.activities,
        }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(taken)
    });
    done.await
}

/// A draft of the course, whose lineage begins with the institution's badge.
fn make(
    db: &mut Db,
    badge: &Badge,
    source: &Badge,
    root: &Group,
    mapping: &Mapping,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let now = badge.created_at;
    badges::insert(db, badge)?;
    lineage::begin_copy(db, &badge.id, source)?;
    let new = RuleId::new(now, random);
    rules::save_draft(db, &badge.tenant, &badge.id, &mapping.apply(root), new, now)?;
    lineage::remember(db, &badge.id, source, root, mapping)
}

fn unfit(unfit: Unfit) -> InstitutionBadgeRefusal {
    match unfit {
        Unfit::Unanswered { place } => InstitutionBadgeRefusal::Unanswered { place },
        Unfit::OtherCourse { place } => InstitutionBadgeRefusal::OtherCourse { place },
        Unfit::Twice { place } => InstitutionBadgeRefusal::Twice { place },
    }
}

/// Of which badge of the institution a badge of the course was made, in this course or in one that this is a copy of; none for any
/// other badge.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge of another course.
#[tracing::instrument(name = "from_institution.descent", level = "debug", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn descent(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &BadgeId,
) -> Result<Option<Descent>, ServiceError> {
    visitor.look()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = own_badge(db, &visitor, &id)?;
        let Some(known) = lineages::of_badge(db, &badge.tenant, &badge.id)?.filter(|known| known.is_copy)
        else {
            return Ok(None);
        };
        let Some(one) = institution_badges::get(db, &badge.tenant, &known.lineage)? else {
            return Ok(None);
        };
        let template = badges::get(db, &badge.tenant, &known.lineage)?;
        let is_offered = match &template {
            Some(template) => refused(db, &visitor.course, &one, template)?.is_none(),
            None => false,
        };
        let is_newer = match &one.published {
            Some(published) if is_offered && badge.state != BadgeState::Retired => {
                let standing = standing(db, Some(&badge), published)?;
                matches!(standing, Standing::Newer(..))
            }
            _ => false,
        };
        Ok(Some(Descent {
            institution: institution(db, &badge.tenant)?,
            badge: known.lineage,
            is_newer,
        }))
    });
    found.await
}

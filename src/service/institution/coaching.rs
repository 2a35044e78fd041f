//! What is worth a thought about the badges of all courses of an institution, in numbers first.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::domain::badge::{Badge, BadgeState};
use crate::domain::coach::{Dismissal, Likeness, Member, Weight, across};
use crate::domain::course::Course;
use crate::domain::endorsement::Endorsement;
use crate::domain::issuer::Tenant;
use crate::domain::rule::{Group, Rule};
use crate::ids::{BadgeId, CourseId, TenantId};
use crate::service::Cairn;
use crate::service::badge::coach::{endorsed, has_authority, look_over};
use crate::service::base::error::ServiceError;
use crate::service::institution::administrators::Administrator;
use crate::store::{
    badges, courses, dismissals, endorsements, institution_badges, lineages, programmes, rules, tenants,
};

/// Courses that the report lists, those first of which most is open.
const MOST_COURSES: usize = 200;
/// What the programmes of the institution are called among its courses.
const PROGRAMMES: &str = "the programmes";
/// Badges that are named of those that say the same.
const MOST_OF_GROUP: usize = 10;

/// The report on an institution.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) now: DateTime<Utc>,
    pub(crate) tenant: Tenant,
    pub(crate) courses: usize,
    /// Badges that are not retired, and of how many of them nothing is open.
    pub(crate) badges: usize,
    pub(crate) in_peace: usize,
    pub(crate) dismissed: usize,
    /// How often each kind of finding is open, the most frequent first.
    pub(crate) kinds: Vec<(&'static str, usize)>,
    pub(crate) by_course: Vec<CourseNumbers>,
    /// Badges of different courses that seem to say the same.
    pub(crate) alike: Vec<AlikeBadges>,
    /// How many such groups are not told.
    pub(crate) more_alike: usize,
}

/// Badges of different courses that seem to say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlikeBadges {
    /// Each with the course that it is of; at most [`MOST_OF_GROUP`].
    pub(crate) badges: Vec<(String, String)>,
    /// How many there are.
    pub(crate) count: usize,
    pub(crate) by: Vec<Likeness>,
}

/// What is open in one course.
#[derive(Debug, Clone)]
pub(crate) struct CourseNumbers {
    /// Of the institution's own badges: none.
    pub(crate) course: Option<String>,
    pub(crate) badges: usize,
    pub(crate) blocks: usize,
    pub(crate) should: usize,
    pub(crate) could: usize,
    pub(crate) dismissed: usize,
}

/// Everything there is of an institution, by course.
#[derive(Default)]
struct Gathered {
    badges: Vec<Badge>,
    in_hand: Vec<Rule>,
    dismissed: Vec<Dismissal>,
    signed: Vec<Endorsement>,
}

/// The report on an institution.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "coaching.report", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn report(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<Report, ServiceError> {
    admin.scope.allows(tenant)?;
    let (id, now) = (tenant.clone(), cairn.clock.now());
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let has_authority = has_authority(db, &id)?;
        let mut by_course: BTreeMap<CourseId, Gathered> = BTreeMap::new();
        let mut course_of: HashMap<BadgeId, CourseId> = HashMap::new();
        // What courses take awards nothing itself; what they made of it is looked at in each course.
        let own = institution_badges::all(db, &id)?;
        let own: HashSet<BadgeId> = own.into_iter().map(|(one, _)| one.badge).collect();
        for badge in badges::of_tenant(db, &id)? {
            if own.contains(&badge.id) {
                continue;
            }
            course_of.insert(badge.id.clone(), badge.course.clone());
            by_course
                .entry(badge.course.clone())
                .or_default()
                .badges
                .push(badge);
        }
        for rule in rules::in_hand(db, &id, None)? {
            let course = course_of.get(&rule.badge).and_then(|id| by_course.get_mut(id));
            if let Some(course) = course {
                course.in_hand.push(rule);
            }
        }
        for one in dismissals::standing(db, &id, None)? {
            if let Some(course) = by_course.get_mut(&one.course) {
                course.dismissed.push(one);
            }
        }
        for one in endorsements::signed(db, &id)? {
            let course = course_of.get(&one.badge).and_then(|id| by_course.get_mut(id));
            if let Some(course) = course {
                course.signed.push(one);
            }
        }
        let home = programmes::home(db, &id)?;
        let mut report = Report {
            now,
            tenant,
            courses: by_course
                .keys()
                .filter(|course| home.as_ref() != Some(*course))
                .count(),
            badges: 0,
            in_peace: 0,
            dismissed: 0,
            kinds: Vec::new(),
            by_course: Vec::new(),
            alike: Vec::new(),
            more_alike: 0,
        };
        let mut kinds: BTreeMap<&'static str, usize> = BTreeMap::new();
        let ids: Vec<&CourseId> = by_course.keys().collect();
        let known = courses::by_ids(db, &id, &ids)?;
        let name_of = |course: &CourseId| {
            if home.as_ref() == Some(course) {
                PROGRAMMES
            } else {
                known.get(course).map(Course::name).unwrap_or_default()
            }
        };
        let names = ids
            .iter()
            .map(|course| ((*course).clone(), name_of(course).to_owned()));
        let mut names: HashMap<CourseId, String> = names.collect();
        let lineage = lineages::of_badges(db, &id, course_of.keys())?;
        (report.alike, report.more_alike) = alike(&by_course, &lineage, &names);
        for (course, gathered) in by_course {
            let name = names.remove(&course).filter(|_| home.as_ref() != Some(&course));
            let numbers = count(&mut report, &mut kinds, name, gathered, has_authority);
            report.by_course.push(numbers);
        }
        report.kinds = kinds.into_iter().collect();
        report.kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let weight = |one: &CourseNumbers| (one.blocks, one.should, one.could);
        report.by_course.sort_by(|one, other| {
            weight(other)
                .cmp(&weight(one))
                .then(one.course.cmp(&other.course))
        });
        report.by_course.truncate(MOST_COURSES);
        Ok(report)
    });
    read.await
}

/// What says the same in different courses, with the names of these.
fn alike(
    by_course: &BTreeMap<CourseId, Gathered>,
    lineage: &HashMap<BadgeId, BadgeId>,
    names: &HashMap<CourseId, String>,
) -> (Vec<AlikeBadges>, usize) {
    let mut members = Vec::new();
    let mut told: HashMap<&BadgeId, (String, String)> = HashMap::new();
    for (course, gathered) in by_course {
        let mut roots: HashMap<&BadgeId, &Group> = HashMap::new();
        for rule in &gathered.in_hand {
            roots.entry(&rule.badge).or_insert(&rule.root);
        }
        for badge in &gathered.badges {
            if badge.state == BadgeState::Retired {
                continue;
            }
            let of = names.get(course).cloned().unwrap_or_default();
            told.insert(&badge.id, (badge.design.name.clone(), of));
            members.push(Member {
                badge,
                root: roots.get(&badge.id).copied(),
                is_endorsed: false,
            });
        }
    }
    let (groups, more) = across(&members, lineage);
    let groups = groups.into_iter().map(|group| AlikeBadges {
        count: group.badges.len(),
        badges: group
            .badges
            .iter()
            .take(MOST_OF_GROUP)
            .filter_map(|badge| told.get(badge).cloned())
            .collect(),
        by: group.by,
    });
    (groups.collect(), more)
}

/// Adds what is open in one course.
fn count(
    report: &mut Report,
    kinds: &mut BTreeMap<&'static str, usize>,
    course: Option<String>,
    gathered: Gathered,
    has_authority: bool,
) -> CourseNumbers {
    let Gathered {
        badges,
        in_hand,
        dismissed,
        signed,
    } = gathered;
    let endorsed = endorsed(&badges, &in_hand, &signed, report.now);
    let standing = look_over(&badges, &in_hand, &endorsed, has_authority, dismissed);
    // What is said of a set is said of a course, which the home of the programmes is not.
    let said: Vec<_> = standing
        .found
        .iter()
        .filter(|one| course.is_some() || one.badge.is_some())
        .collect();
    let open: Vec<_> = said.iter().copied().filter(|one| standing.is_open(one)).collect();
    let of = |weight: Weight| open.iter().filter(|one| one.finding.weight() == weight).count();
    for one in &open {
        let known = kinds.entry(one.finding.code()).or_default();
        *known = known.saturating_add(1);
    }
    let living = badges.iter().filter(|badge| badge.state != BadgeState::Retired);
    let is_left = |badge: &Badge| open.iter().all(|one| one.badge.as_ref() != Some(&badge.id));
    let (mut all, mut in_peace) = (0_usize, 0_usize);
    for badge in living {
        all = all.saturating_add(1);
        in_peace = in_peace.saturating_add(usize::from(is_left(badge)));
    }
    let at_rest = said.len().saturating_sub(open.len());
    report.badges = report.badges.saturating_add(all);
    report.in_peace = report.in_peace.saturating_add(in_peace);
    report.dismissed = report.dismissed.saturating_add(at_rest);
    CourseNumbers {
        course,
        badges: all,
        blocks: of(Weight::Blocks),
        should: of(Weight::Should),
        could: of(Weight::Could),
        dismissed: at_rest,
    }
}

//! What was handed in in the LMS to columns that rules name: shown beside a decision and beside evidence, opened in the LMS alone.
//!
//! It is in no credential: nobody has looked at it here, and a badge says what was seen of it with the condition.

use chrono::{DateTime, Utc};
use url::Url;

use crate::domain::facts::GradeSource;
use crate::domain::lms_work::Work;
use crate::domain::outside::OutsideColumn;
use crate::domain::rest_access::Interface;
use crate::domain::rule::{Condition, Rule};
use crate::ids::{ActivityId, BadgeId, OutsideColumnId, PersonId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::rest_access::course_id;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, cells, outside, platforms, rest_accesses, rules};

/// How the key of a column that has an id begins.
const ID: &str = "id:";

/// The work of one person in one column of the LMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LmsWork {
    /// What the column is called.
    pub(crate) label: String,
    pub(crate) source: GradeSource,
    pub(crate) at: Option<DateTime<Utc>>,
    pub(crate) read_at: Option<DateTime<Utc>>,
    pub(crate) work: Work,
    /// The page of the LMS on which whoever may see it finds it; none where it cannot be named.
    pub(crate) page: Option<String>,
}

/// What somebody handed in to the columns that the rule of a badge names.
///
/// # Errors
/// [`ServiceError::Forbidden`] for the work of others, for all but instructors.
#[tracing::instrument(name = "lms_work.of_badge", level = "debug", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn of_badge(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    person: &PersonId,
) -> Result<Vec<LmsWork>, ServiceError> {
    if *person != visitor.person.id {
        visitor.look()?;
    }
    let (visitor, badge, person) = (visitor.clone(), badge.clone(), person.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let rule = rules::active(db, visitor.tenant(), &badge)?;
        Ok(of_rules(db, &visitor, rule.as_slice(), &person)?)
    });
    found.await
}

/// What somebody handed in to the columns that are named by rules that ask for an evidence activity as well.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "lms_work.beside", level = "debug", skip_all, fields(activity = activity.as_str()))]
pub(crate) async fn beside(
    cairn: &Cairn,
    visitor: &Visitor,
    activity: &ActivityId,
    person: &PersonId,
) -> Result<Vec<LmsWork>, ServiceError> {
    visitor.look()?;
    let (visitor, activity, person) = (visitor.clone(), activity.clone(), person.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let mut asking = rules::all_active_for_course(db, visitor.tenant(), &visitor.course.id)?;
        let wanted = Condition::EvidenceApproved { activity };
        asking.retain(|rule| rule.root.conditions().contains(&&wanted));
        Ok(of_rules(db, &visitor, &asking, &person)?)
    });
    found.await
}

fn of_rules(
    db: &mut Db,
    visitor: &Visitor,
    asking: &[Rule],
    person: &PersonId,
) -> Result<Vec<LmsWork>, StoreError> {
    let mut named: Vec<OutsideColumnId> = Vec::new();
    for column in asking.iter().flat_map(|rule| rule.root.outside_columns()) {
        if !named.contains(column) {
            named.push(column.clone());
        }
    }
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let (tenant, course) = (visitor.tenant(), &visitor.course.id);
    let columns = outside::columns(db, tenant, course)?;
    let column = |id: &OutsideColumnId| columns.iter().find(|column| column.id == *id);
    named.retain(|id| column(id).is_some_and(is_shown));
    let kept = cells::work_of(db, tenant, person, &named)?;
    if kept.is_empty() {
        return Ok(Vec::new());
    }
    let pages = Pages::of(db, visitor, person)?;
    let all = kept.into_iter().filter_map(|kept| {
        let column = column(&kept.column)?;
        Some(LmsWork {
            label: column.label.clone(),
            source: column.source,
            at: kept.at,
            read_at: kept.read_at,
            page: pages.as_ref().and_then(|pages| pages.of_column(column)),
            work: kept.work,
        })
    });
    Ok(all.collect())
}

/// Whether it may be shown whose work it is: while the LMS is read, and not of what is anonymous or not published.
fn is_shown(column: &OutsideColumn) -> bool {
    let rest = column.rest.as_ref();
    column.source == GradeSource::RestCanvas
        && rest.is_some_and(|rest| {
            rest.is_on && rest.is_listed && rest.tells_hand_ins && rest.withheld.is_none()
        })
}

/// Where Canvas shows what one person handed in. Whoever opens it signs in there, and sees what they may.
struct Pages {
    address: Url,
    /// The numbers of the course and of the person.
    course: String,
    person: String,
}

impl Pages {
    fn of(db: &mut Db, visitor: &Visitor, person: &PersonId) -> Result<Option<Self>, StoreError> {
        let (tenant, course) = (visitor.tenant(), &visitor.course);
        let home = platforms::home_of_course(db, tenant, &course.id)?;
        let access = rest_accesses::of_platform(db, tenant, &home.platform)?;
        let access = access.filter(|access| access.interface == Interface::Canvas);
        let address = access.and_then(|access| Url::parse(&access.address).ok());
        let known = outside::known_of_person(db, tenant, person)?;
        let number = known
            .into_iter()
            .find(|(of, _)| *of == course.id)
            .and_then(|(_, known)| known.api_id);
        // An id of LTI in the place of the number names no page.
        let course = Some(course_id(Interface::Canvas, course)).filter(|id| is_number(id));
        let (Some(address), Some(person), Some(course)) = (address, number, course) else {
            return Ok(None);
        };
        Ok(Some(Self {
            address,
            course,
            person,
        }))
    }

    fn of_column(&self, column: &OutsideColumn) -> Option<String> {
        let assignment = column.key.strip_prefix(ID).filter(|id| is_number(id))?;
        let mut page = self.address.clone();
        page.set_query(None);
        page.set_fragment(None);
        page.path_segments_mut().ok()?.clear().extend([
            "courses",
            self.course.as_str(),
            "assignments",
            assignment,
            "submissions",
            self.person.as_str(),
        ]);
        Some(page.into())
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

//! In which sections a launch says that its person is.

use chrono::{DateTime, Utc};
use lti::claims::Launch;

use crate::domain::course::Course;
use crate::domain::section::{NamedSection, SectionKind, SectionSource};
use crate::ids::PersonId;
use crate::random::Random;
use crate::store::sections::{self, Told};
use crate::store::{Db, StoreError};

/// Most sections of one person that are kept.
const MOST: usize = 50;

/// Keeps them of those who learn, where the launch names any: what was known of this person before holds no more. By the sections
/// of those who teach nobody chooses.
pub(super) fn on_launch(
    db: &mut Db,
    course: &Course,
    person: &PersonId,
    launch: &Launch,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let Some(named) = launch.sections().filter(|_| launch.roles.may_learn()) else {
        return Ok(());
    };
    let all = named.iter().take(MOST);
    let all = all.filter_map(|one| NamedSection::of(one.id.as_deref(), &one.name));
    let told = Told {
        tenant: &course.tenant,
        course: &course.id,
        source: SectionSource::Launch,
        kind: SectionKind::Section,
    };
    sections::tell(db, told, &[(person.clone(), all.collect())], now, random)
}

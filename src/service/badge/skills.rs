//! Skills that a teacher chooses for a badge from the lists of the institution.

use crate::domain::skills::FoundSkill;
use crate::ids::{SkillId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, skills};

/// Words that are looked for at most.
const MOST_WORDS: usize = 6;

/// What the lists of the institution have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offer {
    /// Whether there is any list.
    pub(crate) is_there: bool,
    /// What was found, not more than [`skills::MOST_FOUND`].
    pub(crate) found: Vec<FoundSkill>,
}

/// The skills in whose names all words stand that were typed; none where nothing was.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "skills.search", level = "debug", skip_all)]
pub(crate) async fn search(cairn: &Cairn, visitor: &Visitor, sought: &str) -> Result<Offer, ServiceError> {
    visitor.teach()?;
    let (tenant, sought) = (visitor.tenant().clone(), sought.to_owned());
    Ok(cairn.store.read(move |db| offer(db, &tenant, &sought)).await?)
}

/// As [`search`], for whoever reads already and knows that they may.
///
/// # Errors
/// What the store reports.
pub(in crate::service) fn offer(db: &mut Db, tenant: &TenantId, sought: &str) -> Result<Offer, StoreError> {
    let words: Vec<String> = sought
        .split_whitespace()
        .take(MOST_WORDS)
        .map(str::to_owned)
        .collect();
    let is_there = !skills::lists(db, tenant)?.is_empty();
    let found = if is_there && !words.is_empty() {
        skills::search(db, tenant, &words)?
    } else {
        Vec::new()
    };
    Ok(Offer { is_there, found })
}

/// One of them by its id; none where its list is gone.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "skills.chosen", level = "debug", skip_all)]
pub(crate) async fn chosen(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &SkillId,
) -> Result<Option<FoundSkill>, ServiceError> {
    visitor.teach()?;
    let (tenant, id) = (visitor.tenant().clone(), id.clone());
    Ok(cairn.store.read(move |db| skills::get(db, &tenant, &id)).await?)
}

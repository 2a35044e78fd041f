//! A student who joins their own accounts of two platforms of the institution. A code is shown in a visit of one and typed in a visit
//! of the other, and both say yes to what they see of each other; then the same job does it that does what an administrator says.
//!
//! Nobody can know that both are of one person. So it gives no power: whoever is or was anything else than a student anywhere is left
//! out, nobody has two accounts of one platform by it, and administrators see what was joined so and can take it back.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use crate::domain::accounts::{ANSWERED_WITHIN, AccountJoin, Code, TYPED_WITHIN, are_near};
use crate::domain::membership::SeenAs;
use crate::domain::people::Person;
use crate::domain::platform::{JoinKind, JoinState};
use crate::domain::policy::Refusal;
use crate::ids::{AccountJoinId, JoinId, PersonId, TenantId};
use crate::random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::JoinRefusal;
use crate::service::base::session::Visitor;
use crate::service::institution::joining::{joins::take_back, people::say};
use crate::store::{
    Db, StoreError, account_joins, awards, course_teachers, enrolments, erasures, identities, joins, people,
    platforms, policies, rest_accesses, submissions, tenants,
};

/// An account as whoever joins it is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// The name as its LMS gives it.
    pub(crate) name: String,
    /// The platforms that it is of.
    pub(crate) platforms: Vec<String>,
    pub(crate) badges: usize,
    pub(crate) hand_ins: usize,
}

/// Somebody typed the visitor's code, and waits for a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asks {
    pub(crate) id: AccountJoinId,
    pub(crate) account: Account,
    pub(crate) until: DateTime<Utc>,
}

/// Two accounts of the visitor that are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Joined {
    pub(crate) id: JoinId,
    /// What the one that is not seen any more was called.
    pub(crate) name: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) state: JoinState,
}

/// How far the visitor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Accounts {
    pub(crate) now: DateTime<Utc>,
    pub(crate) institution: String,
    pub(crate) own: Account,
    /// Why nothing can be joined here.
    pub(crate) refused: Option<Why>,
    /// Until when a code that the visitor was shown can be typed.
    pub(crate) open_until: Option<DateTime<Utc>>,
    pub(crate) asks: Option<Asks>,
    /// The visitor agreed, and whoever was shown the code has not said yes.
    pub(crate) agreed_with: Vec<Account>,
    pub(crate) joined: Vec<Joined>,
}

/// Why a visitor joins nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Policy,
    NotAStudent,
}

/// The two accounts that a code would join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    /// Whose code it is, and who stays.
    pub(crate) shown: Account,
    pub(crate) own: Account,
}

/// Whether there is anything for a student to see of it: the institution lets them join accounts, or something was joined.
///
/// # Errors
/// What the store reports.
#[tracing::instrument(name = "accounts.is_offered", level = "debug", skip_all)]
pub(crate) async fn is_offered(cairn: &Cairn, visitor: &Visitor) -> Result<bool, ServiceError> {
    let (tenant, person) = (visitor.tenant().clone(), visitor.person.id.clone());
    let offered = cairn.store.read(move |db| {
        if policies::get(db, &tenant)?.account_joins {
            return Ok(true);
        }
        let all = account_joins::of_person(db, &tenant, &person)?;
        Ok(all.iter().any(|one| one.join.is_some()))
    });
    Ok(offered.await?)
}

/// How far the visitor is with joining accounts.
///
/// # Errors
/// [`ServiceError::Masquerade`] for whoever acts as them.
#[tracing::instrument(name = "accounts.of_visitor", level = "debug", skip_all)]
pub(crate) async fn of_visitor(cairn: &Cairn, visitor: &Visitor) -> Result<Accounts, ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, now) = (visitor.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, me) = (visitor.tenant(), &visitor.person.id);
        let institution = tenants::get(db, tenant)?.ok_or(ServiceError::NotFound("institution"))?;
        let refused = if !policies::get(db, tenant)?.account_joins {
            Some(Why::Policy)
        } else if is_more_than_a_student(db, &visitor)? {
            Some(Why::NotAStudent)
        } else {
            None
        };
        let mut told = Accounts {
            now,
            institution: institution.name,
            own: account(db, &visitor.person)?,
            refused,
            open_until: None,
            asks: None,
            agreed_with: Vec::new(),
            joined: Vec::new(),
        };
        for one in account_joins::of_person(db, tenant, me)? {
            if let Some(join) = &one.join {
                told.joined.extend(joined(db, tenant, join)?);
            } else if one.person != *me {
                let shown = people::get(db, tenant, &one.person)?;
                if let Some(shown) = shown.filter(|_| one.waits_for(now).is_some()) {
                    told.agreed_with.push(account(db, &shown)?);
                }
            } else if let Some(other) = one.waits_for(now) {
                if let Some(other) = people::get(db, tenant, other)? {
                    told.asks = Some(Asks {
                        account: account(db, &other)?,
                        until: one.until,
                        id: one.id,
                    });
                }
            } else if one.is_open(now) {
                told.open_until = Some(one.until);
            }
        }
        Ok(told)
    });
    found.await
}

/// A join as one of its two sides is told of it; none once it was taken back.
fn joined(db: &mut Db, tenant: &TenantId, id: &JoinId) -> Result<Option<Joined>, StoreError> {
    let Some(join) = joins::get(db, tenant, id)?.filter(|join| join.state != JoinState::Undone) else {
        return Ok(None);
    };
    let from = people::get(db, tenant, &PersonId::from(join.from.as_str()))?;
    Ok(Some(Joined {
        name: from.map(|from| from.display_name()).unwrap_or_default(),
        at: join.asked_at,
        state: join.state,
        id: join.id,
    }))
}

fn account(db: &mut Db, person: &Person) -> Result<Account, StoreError> {
    let (tenant, id) = (&person.tenant, &person.id);
    let mut known = Vec::new();
    for (platform, _) in identities::of_person(db, tenant, id)? {
        let name = platforms::named(db, tenant, &platform)?.map(|(name, _)| name);
        known.extend(name.filter(|name| !known.contains(name)));
    }
    Ok(Account {
        name: person.display_name(),
        platforms: known,
        badges: awards::for_person(db, tenant, id)?.len(),
        hand_ins: submissions::of_person(db, tenant, id)?.len(),
    })
}

/// Whether somebody is or was anything else than a student, in any course: by a launch, by a member list, as a teacher who is kept, or
/// as somebody who lets grades be read.
pub(super) fn is_or_was_staff(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<bool, StoreError> {
    let is_another = |seen: Option<SeenAs>| seen.is_some_and(|seen| seen.is_another());
    let is_seen = enrolments::for_person(db, tenant, person)?.iter().any(|one| {
        one.teaches || one.staff_seen_at.is_some() || is_another(one.launched) || is_another(one.listed)
    });
    Ok(is_seen
        || !course_teachers::courses_of(db, tenant, person)?.is_empty()
        || !rest_accesses::of_person(db, tenant, person)?.is_empty())
}

/// The same, and what this visit says itself.
fn is_more_than_a_student(db: &mut Db, visitor: &Visitor) -> Result<bool, StoreError> {
    let session = &visitor.session;
    if session.instructor || session.assistant || session.administrator || session.test_user {
        return Ok(true);
    }
    is_or_was_staff(db, visitor.tenant(), &visitor.person.id)
}

/// Whether this visit may join accounts at all.
fn may_join(db: &mut Db, visitor: &Visitor) -> Result<(), ServiceError> {
    if !policies::get(db, visitor.tenant())?.account_joins {
        return Err(Refusal::AccountJoins.into());
    }
    if is_more_than_a_student(db, visitor)? {
        return Err(JoinRefusal::NotAStudent.into());
    }
    Ok(())
}

/// What the database keeps of a code.
fn digest(tenant: &TenantId, code: &Code) -> String {
    hex::encode(Sha256::digest(format!("{tenant}/{}", code.as_str()).as_bytes()))
}

/// Shows the visitor a code, in the place of one that they were shown before. It is told once.
///
/// # Errors
/// [`ServiceError::Masquerade`] for whoever acts as them; a [`Refusal`] where the institution does not let students join accounts;
/// [`ServiceError::Refused`] for whoever is more than a student, and for codes in too quick a row.
#[tracing::instrument(name = "accounts.show_code", skip_all)]
pub(crate) async fn show_code(cairn: &Cairn, visitor: &Visitor) -> Result<Code, ServiceError> {
    visitor.act_for_oneself()?;
    cairn.throttle.code(visitor.tenant(), &visitor.person.id)?;
    let (now, random) = cairn.moment();
    let code = Code::of(random::bytes(random.as_ref()));
    let new = AccountJoin {
        id: AccountJoinId::new(now, random.as_ref()),
        tenant: visitor.tenant().clone(),
        person: visitor.person.id.clone(),
        digest: digest(visitor.tenant(), &code),
        made_at: now,
        until: now + TYPED_WITHIN,
        other: None,
        join: None,
    };
    let visitor = visitor.clone();
    let kept = cairn.store.write_with(move |db| -> Result<bool, ServiceError> {
        may_join(db, &visitor)?;
        Ok(account_joins::insert(db, &new)?)
    });
    if kept.await? {
        Ok(code)
    } else {
        // Somebody else has this very code: another one is asked for by hand.
        Err(JoinRefusal::TooOften.into())
    }
}

/// What the visitor would join by a code that they were shown elsewhere. Nothing is joined yet.
///
/// # Errors
/// As [`show_code`]; [`ServiceError::Refused`] for what is no code, one that is over or was used, and accounts that cannot be one.
#[tracing::instrument(name = "accounts.look", level = "debug", skip_all)]
pub(crate) async fn look(cairn: &Cairn, visitor: &Visitor, typed: &str) -> Result<Pair, ServiceError> {
    visitor.act_for_oneself()?;
    cairn.throttle.code(visitor.tenant(), &visitor.person.id)?;
    let (visitor, typed, now) = (visitor.clone(), Code::typed(typed), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (_, shown) = by_code(db, &visitor, typed.as_ref(), now)?;
        Ok(Pair {
            shown: account(db, &shown)?,
            own: account(db, &visitor.person)?,
        })
    });
    found.await
}

/// Says for the visitor that both accounts are theirs. Whoever was shown the code is asked as well.
///
/// # Errors
/// As [`look`].
#[tracing::instrument(name = "accounts.agree", skip_all)]
pub(crate) async fn agree(cairn: &Cairn, visitor: &Visitor, typed: &str) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    cairn.throttle.code(visitor.tenant(), &visitor.person.id)?;
    let (visitor, typed, now) = (visitor.clone(), Code::typed(typed), cairn.clock.now());
    let agreed = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let (open, _) = by_code(db, &visitor, typed.as_ref(), now)?;
        let (tenant, me) = (visitor.tenant(), &visitor.person.id);
        if account_joins::answer(db, tenant, &open.id, me, now, now + ANSWERED_WITHIN)? {
            Ok(())
        } else {
            Err(JoinRefusal::CodeUsed.into())
        }
    });
    agreed.await
}

/// Whose code it is, if the visitor's account can be one with theirs.
fn by_code(
    db: &mut Db,
    visitor: &Visitor,
    typed: Option<&Code>,
    now: DateTime<Utc>,
) -> Result<(AccountJoin, Person), ServiceError> {
    may_join(db, visitor)?;
    let (tenant, me) = (visitor.tenant(), &visitor.person.id);
    let code = typed.ok_or(JoinRefusal::CodeUnknown)?;
    let known = account_joins::by_digest(db, tenant, &digest(tenant, code))?;
    let known = known.ok_or(JoinRefusal::CodeUnknown)?;
    if known.person == *me {
        return Err(JoinRefusal::OwnCode.into());
    }
    if known.other.is_some() || known.join.is_some() {
        return Err(JoinRefusal::CodeUsed.into());
    }
    if !known.is_open(now) {
        return Err(JoinRefusal::CodeOver.into());
    }
    let shown = can_be_one(db, tenant, me, &known.person)?;
    Ok((known, shown))
}

/// The one who stays, if two accounts can be one at all.
fn can_be_one(
    db: &mut Db,
    tenant: &TenantId,
    from: &PersonId,
    into: &PersonId,
) -> Result<Person, ServiceError> {
    if from == into {
        return Err(JoinRefusal::OwnCode.into());
    }
    for person in [from, into] {
        people::get(db, tenant, person)?.ok_or(ServiceError::NotFound("person"))?;
        let is_joined = joins::open_of(db, tenant, JoinKind::Person, person.as_str())?.is_some();
        if is_joined || people::present(db, tenant, person)? != *person {
            return Err(JoinRefusal::AccountJoined.into());
        }
        if erasures::of_person(db, tenant, person)?.is_some() {
            return Err(JoinRefusal::AccountErasing.into());
        }
        if is_or_was_staff(db, tenant, person)? {
            return Err(JoinRefusal::NotAStudent.into());
        }
    }
    // Platforms that are about to be one are one.
    let said = joins::joined_platforms(db, tenant)?;
    let own = identities::of_person(db, tenant, from)?;
    let others = identities::of_person(db, tenant, into)?;
    let is_there = |platform| {
        others
            .iter()
            .any(|(other, _)| said.said(other) == said.said(platform))
    };
    if own.iter().any(|(platform, _)| is_there(platform)) {
        return Err(JoinRefusal::SamePlatform.into());
    }
    people::get(db, tenant, into)?.ok_or(ServiceError::NotFound("person"))
}

/// What waits for a yes of the visitor, and who typed their code.
fn waiting(
    db: &mut Db,
    visitor: &Visitor,
    id: &AccountJoinId,
    now: DateTime<Utc>,
) -> Result<(AccountJoin, PersonId), ServiceError> {
    let (tenant, me) = (visitor.tenant(), &visitor.person.id);
    let all = account_joins::of_person(db, tenant, me)?;
    let one = all.into_iter().find(|one| one.id == *id && one.person == *me);
    let one = one.ok_or(JoinRefusal::NothingWaits)?;
    let other = one.waits_for(now).cloned().ok_or(JoinRefusal::NothingWaits)?;
    Ok((one, other))
}

/// Says for the visitor, who was shown the code, that whoever typed it is they; a job joins both.
///
/// # Errors
/// As [`show_code`]; [`ServiceError::Refused`] where nothing waits, and for accounts that cannot be one any more.
#[tracing::instrument(name = "accounts.confirm", skip_all, fields(account_join = id.as_str()))]
pub(crate) async fn confirm(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &AccountJoinId,
) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let (now, random) = cairn.moment();
    let joined = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        may_join(db, &visitor)?;
        let (one, other) = waiting(db, &visitor, &id, now)?;
        let (tenant, me) = (visitor.tenant(), &visitor.person.id);
        people::hold(db, tenant, [&other, me])?;
        can_be_one(db, tenant, &other, me)?;
        let names = [people::get(db, tenant, &other)?, people::get(db, tenant, me)?];
        let [theirs, mine] = names.map(|one| one.and_then(|one| one.name));
        let names_differ = !are_near(theirs.as_deref(), mine.as_deref());
        let join = say(db, tenant, visitor.actor(), (&other, me), now, random.as_ref())?;
        if account_joins::settle(db, tenant, &one.id, (&join, names_differ), now)? {
            Ok(())
        } else {
            Err(JoinRefusal::NothingWaits.into())
        }
    });
    joined.await
}

/// Says for the visitor that whoever typed their code is somebody else. Nothing is joined.
///
/// # Errors
/// [`ServiceError::Masquerade`] for whoever acts as them; [`ServiceError::Refused`] where nothing waits.
#[tracing::instrument(name = "accounts.decline", skip_all, fields(account_join = id.as_str()))]
pub(crate) async fn decline(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &AccountJoinId,
) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, id, now) = (visitor.clone(), id.clone(), cairn.clock.now());
    let declined = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let (one, _) = waiting(db, &visitor, &id, now)?;
        account_joins::remove(db, visitor.tenant(), &one.id)?;
        Ok(())
    });
    declined.await
}

/// Has what the visitor joined be two accounts again, from a visit of either of them; a job does it. What an administrator joined
/// stays. It is let whatever the policy says by now.
///
/// # Errors
/// [`ServiceError::Masquerade`] for whoever acts as them; [`ServiceError::NotFound`] for a join that is not theirs;
/// [`ServiceError::Refused`] when it was taken back already, is still being done, or a later one builds on it.
#[tracing::instrument(name = "accounts.part", skip_all, fields(join = id.as_str()))]
pub(crate) async fn part(cairn: &Cairn, visitor: &Visitor, id: &JoinId) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let (now, random) = cairn.moment();
    let parted = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        let tenant = visitor.tenant();
        let own = account_joins::of_person(db, tenant, &visitor.person.id)?;
        let missing = || ServiceError::NotFound("join");
        let own = own.iter().any(|one| one.join.as_ref() == Some(&id));
        let join = joins::get(db, tenant, &id)?.filter(|_| own).ok_or_else(missing)?;
        take_back(db, &join, visitor.actor(), now, random.as_ref())
    });
    parted.await
}

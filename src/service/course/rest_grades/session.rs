//! One reading under way: what is asked is tried again as the library says, and each batch is one transaction, so that memory
//! does not grow with the course.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use gradebook_rest::{Batch, Category, Error, Grade, Item, Remedy, Row, Wait};

use super::columns::{Columns, Otherwise};
use super::deciding::{self, Asking};
use super::folk::Folk;
use super::why::{lost_right, of_trouble, why};
use super::work::work_of;
use crate::domain::cause::Cause;
use crate::domain::course::Course;
use crate::domain::reading::{Passing, Readings, Why};
use crate::ids::{OutsideColumnId, PersonId, RestGrantId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, AwaitTurn, BackgroundJob as _};
use crate::service::base::rest_access::{self, Reader, RestTrouble};
use crate::store::cells::{self, CellSeen, HandInTold};
use crate::store::platforms::Home;
use crate::store::{Db, StoreError, jobs, readings};

/// How often in a row a reading waits for a platform that is busy or away, before it is begun anew later.
const PATIENCE: u32 = 3;
/// Nobody else uses an access for so long after its holder was heard of last: its process may have been killed.
const TURN: TimeDelta = TimeDelta::minutes(1);
/// How often a holder is heard of, however long it waits for the platform.
const HEARD: Duration = Duration::from_secs(20);
/// When a reading whose token another one uses tries again of itself, where others wait as well. It is woken before, as soon as
/// that one ends, or by the first of those that wait, which looks as soon as a turn was not kept.
const QUEUE: TimeDelta = TimeDelta::minutes(10);
/// Badges are decided so long after the first grades of a reading came, so that not each batch decides them anew.
const GATHER: TimeDelta = TimeDelta::minutes(1);

/// Why a reading ends before its end.
pub(super) enum Stop {
    /// Nobody lets it be read any more.
    Off,
    /// Something is out of reach; where it passes, it is tried again after so long.
    Trouble(Why, Option<Duration>),
    Failed(ServiceError),
}

impl From<ServiceError> for Stop {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// A reading under way.
pub(super) struct Session<'a> {
    pub(super) cairn: &'a Cairn,
    pub(super) course: Course,
    pub(super) home: Home,
    pub(super) reader: Reader,
    /// Who has the turn.
    pub(super) holder: String,
    pub(super) cause: Cause,
    pub(super) begun: DateTime<Utc>,
    pub(super) folk: Folk,
    /// How many students the course had when it began.
    pub(super) students: u64,
    pub(super) columns: Columns,
    pub(super) readings: Readings,
    /// Cells that were read, and grades among them.
    pub(super) cells: i64,
    pub(super) grades: u64,
    pub(super) waits: u32,
    pub(super) renewed: bool,
    /// Whether a column is out of other points than it was.
    pub(super) is_rescaled: bool,
    /// Columns in which something changed of many: their badges are decided once the reading has ended.
    pub(super) many: BTreeSet<OutsideColumnId>,
}

impl Session<'_> {
    /// Does what helps against a failure, so that the same can be asked again.
    ///
    /// # Errors
    /// [`Stop`] where nothing helps now.
    pub(super) async fn mend(&mut self, error: &Error) -> Result<(), Stop> {
        match error.remedy() {
            Remedy::Wait(wait) if self.waits < PATIENCE => {
                self.waits = self.waits.saturating_add(1);
                self.say_away(why(&error.reason)).await?;
                self.pause(wait).await?;
                Ok(())
            }
            Remedy::Wait(wait) => Err(Stop::Trouble(
                why(&error.reason),
                Some(wait.pick(self.cairn.random.as_ref())),
            )),
            // Once for each answer: a renewed token that is refused as well was withdrawn.
            Remedy::Refresh if !self.renewed => {
                self.renewed = true;
                match rest_access::renew(self.cairn, &mut self.reader).await {
                    Ok(()) => Ok(()),
                    Err(RestTrouble::Failed(error)) => Err(Stop::Failed(error)),
                    Err(trouble) => {
                        let passes = matches!(trouble, RestTrouble::Away(_)).then_some(AWAY);
                        Err(Stop::Trouble(
                            of_trouble(&trouble).unwrap_or(Why::Consent),
                            passes,
                        ))
                    }
                }
            }
            _ => {
                rest_access::note(self.cairn, self.reader.held(), error).await?;
                Err(Stop::Trouble(why(&error.reason), None))
            }
        }
    }

    /// Stops where grades were refused for a right that was lost: it is said, and the reading has not come to its end.
    ///
    /// # Errors
    /// [`Stop`]
    pub(super) async fn stop_where_refused(&self, read: &gradebook_rest::Coverage) -> Result<(), Stop> {
        let Some(reason) = lost_right(read) else {
            return Ok(());
        };
        let error = Error {
            doing: "Reading the grades",
            reason: reason.clone(),
        };
        rest_access::note(self.cairn, self.reader.held(), &error).await?;
        Err(Stop::Trouble(why(reason), None))
    }

    /// Waits, and keeps the turn.
    pub(super) async fn pause(&self, wait: Wait) -> Result<(), Stop> {
        let time = wait.pick(self.cairn.random.as_ref());
        self.keep_turn().await?;
        self.cairn.timer.sleep(time).await;
        Ok(())
    }

    /// Says meanwhile that the platform is away. That it is busy is nothing to tell.
    async fn say_away(&mut self, why: Why) -> Result<(), Stop> {
        if why == Why::Passing(Passing::Busy) || self.readings.trouble.as_ref() == Some(&why) {
            return Ok(());
        }
        let (tenant, id, said) = (self.course.tenant.clone(), self.course.id.clone(), why.clone());
        let kept = self
            .cairn
            .store
            .write(move |db| readings::waits(db, &tenant, &id, Some(&said)));
        kept.await?;
        self.readings.trouble = Some(why);
        Ok(())
    }

    async fn keep_turn(&self) -> Result<(), Stop> {
        let now = self.cairn.clock.now();
        if take_turn(self.cairn, &self.reader, &self.holder, now).await? {
            Ok(())
        } else {
            Err(turn_lost())
        }
    }

    /// Something was answered.
    pub(super) fn answered(&mut self) {
        (self.waits, self.renewed) = (0, false);
    }

    /// Takes over which columns there are.
    pub(super) async fn take_columns(&mut self, items: &[Item], categories: &[Category]) -> Result<(), Stop> {
        let (now, random) = self.cairn.moment();
        let (course, cause) = (self.course.clone(), self.cause);
        let (columns, items, categories) = (self.columns.clone(), items.to_vec(), categories.to_vec());
        let kept = self
            .cairn
            .store
            .write_retrying(move |db| -> Result<_, ServiceError> {
                let mut columns = columns.clone();
                let random = random.as_ref();
                let Otherwise {
                    mut changed,
                    rescaled,
                } = columns.keep(db, &course, &items, &categories, now, random)?;
                changed.extend(forget_withheld(db, &course, &columns, now)?);
                for column in &rescaled {
                    let people = cells::unseen(db, &course.tenant, column, now + TURN)?;
                    cells::take_away(db, &course.tenant, column, &people)?;
                }
                let asking = Asking {
                    cause,
                    run_at: now,
                    now,
                    random,
                };
                deciding::columns(db, &course, &changed, &asking)?;
                Ok((columns, !rescaled.is_empty()))
            });
        let (columns, is_rescaled) = kept.await?;
        self.columns = columns;
        if is_rescaled {
            self.is_rescaled = true;
            // Everybody's grades in it are others: also where this reading breaks off.
            self.readings.done.whole = None;
        }
        Ok(())
    }

    /// Takes over some rows, and goes slower where the platform wants it.
    pub(super) async fn take(&mut self, batch: Batch) -> Result<(), Stop> {
        self.answered();
        if !batch.new_items.is_empty() {
            self.take_columns(&batch.new_items, &[]).await?;
        }
        let before = self.grades;
        let seen = self.cells_of(&batch.rows);
        if batch.is_again {
            // They are counted already.
            self.grades = before;
        } else {
            let read = i64::try_from(batch.rows.len()).unwrap_or(i64::MAX);
            self.cells = self.cells.saturating_add(read);
        }
        self.write(seen).await?;
        match batch.pause {
            Some(wait) => self.pause(wait).await,
            None => Ok(()),
        }
    }

    fn cells_of(&mut self, rows: &[Row]) -> Vec<CellSeen> {
        let mut seen = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(person) = self.folk.of(&row.person) else {
                continue;
            };
            let Some(column) = self.columns.get(&row.item) else {
                continue;
            };
            let grade = self.columns.told(column, &row.grade);
            self.grades = self
                .grades
                .saturating_add(u64::from(matches!(grade, cells::GradeTold::Is(..))));
            let tells_hand_ins = matches!(self.reader, Reader::Canvas(..))
                && column.rest.as_ref().is_some_and(|rest| rest.tells_hand_ins);
            let hand_in = tells_hand_ins.then(|| HandInTold {
                at: row.hand_in.as_ref().map(|work| work.at),
                late: row.hand_in.as_ref().and_then(|work| work.late),
                missing: row.grade == Grade::Missing,
            });
            seen.push(CellSeen {
                column: column.id.clone(),
                person,
                grade,
                hand_in,
                completion: None,
                work: row.hand_in.as_ref().filter(|_| tells_hand_ins).and_then(work_of),
            });
        }
        seen
    }

    /// How many grades of each column students do not see, as a reading found them.
    pub(super) fn unseen_in(&self, read: &gradebook_rest::Coverage) -> BTreeMap<OutsideColumnId, u64> {
        let told = read.unseen.iter();
        told.filter_map(|(key, count)| Some((self.columns.get(key)?.id.clone(), *count)))
            .collect()
    }

    /// Writes cells, and has those decided whom they concern, in one transaction.
    pub(super) async fn write(&mut self, seen: Vec<CellSeen>) -> Result<(), Stop> {
        let (now, random) = self.cairn.moment();
        let (course, cause, count) = (self.course.clone(), self.cause, self.cells);
        let turn = self.reader.held().grant.to_string();
        let holder = self.holder.clone();
        let was_away = matches!(self.readings.trouble, Some(Why::Passing(_)));
        let done = self
            .cairn
            .store
            .write_retrying(move |db| -> Result<_, ServiceError> {
                let (tenant, id) = (&course.tenant, &course.id);
                if !readings::is_on(db, tenant, id)? {
                    return Ok(Written::Off);
                }
                // Another reading that took this one for abandoned knows better by now.
                if !readings::take_turn(db, tenant, &turn, &holder, now, now + TURN)? {
                    return Ok(Written::TurnLost);
                }
                let changed = cells::take(db, tenant, id, &seen, now)?;
                readings::progress(db, tenant, id, count)?;
                if was_away {
                    readings::waits(db, tenant, id, None)?;
                }
                let asking = Asking {
                    cause,
                    run_at: now + GATHER,
                    now,
                    random: random.as_ref(),
                };
                Ok(Written::Done(deciding::people(db, &course, &changed, &asking)?))
            });
        match done.await? {
            Written::Done(many) => {
                self.many.extend(many);
                self.readings.trouble = self.readings.trouble.take().filter(|_| !was_away);
                Ok(())
            }
            Written::Off => Err(Stop::Off),
            Written::TurnLost => Err(turn_lost()),
        }
    }

    /// Takes away what no reading since this one began has seen: of those whom the interface knows, in these columns. Only where
    /// they were read to their end.
    pub(super) async fn take_away_unseen(&mut self, columns: &[OutsideColumnId]) -> Result<(), Stop> {
        let people: Arc<BTreeSet<PersonId>> = Arc::new(self.folk.people().into_iter().cloned().collect());
        for column in columns {
            let (now, random) = self.cairn.moment();
            let (course, cause, begun) = (self.course.clone(), self.cause, self.begun);
            let (column, people) = (column.clone(), Arc::clone(&people));
            let done = self
                .cairn
                .store
                .write_retrying(move |db| -> Result<_, ServiceError> {
                    let mut gone = cells::unseen(db, &course.tenant, &column, begun)?;
                    gone.retain(|person| people.contains(person));
                    cells::take_away(db, &course.tenant, &column, &gone)?;
                    let changed: Vec<(PersonId, OutsideColumnId)> =
                        gone.into_iter().map(|person| (person, column.clone())).collect();
                    let asking = Asking {
                        cause,
                        run_at: now,
                        now,
                        random: random.as_ref(),
                    };
                    Ok(deciding::people(db, &course, &changed, &asking)?)
                });
            self.many.extend(done.await?);
        }
        Ok(())
    }

    /// Columns that a whole reading has not seen are listed no more; their badges are decided.
    pub(super) async fn unlist(&mut self) -> Result<(), Stop> {
        if self.columns.unseen().next().is_none() {
            return Ok(());
        }
        let (now, random) = self.cairn.moment();
        let (course, cause, columns) = (self.course.clone(), self.cause, self.columns.clone());
        let done = self
            .cairn
            .store
            .write_retrying(move |db| -> Result<_, ServiceError> {
                let mut columns = columns.clone();
                let changed = columns.unlist(db, now)?;
                let asking = Asking {
                    cause,
                    run_at: now,
                    now,
                    random: random.as_ref(),
                };
                deciding::columns(db, &course, &changed, &asking)?;
                Ok(columns)
            });
        self.columns = done.await?;
        Ok(())
    }
}

/// What became of cells that were to be written.
enum Written {
    /// In these columns something changed of many.
    Done(Vec<OutsideColumnId>),
    Off,
    TurnLost,
}

/// Another reading took this one for abandoned.
fn turn_lost() -> Stop {
    Stop::Trouble(Why::Passing(Passing::Busy), Some(AWAY))
}

/// When what is away is asked again.
const AWAY: Duration = Duration::from_mins(2);

/// Of a column that students do not see no grade is kept.
fn forget_withheld(
    db: &mut Db,
    course: &Course,
    columns: &Columns,
    now: DateTime<Utc>,
) -> Result<Vec<OutsideColumnId>, StoreError> {
    let mut changed = Vec::new();
    let withheld = columns
        .seen()
        .filter(|column| column.rest.as_ref().is_some_and(|rest| rest.withheld.is_some()));
    for column in withheld {
        let people = cells::unseen(db, &course.tenant, &column.id, now + TURN)?;
        if !people.is_empty() {
            cells::take_away(db, &course.tenant, &column.id, &people)?;
            changed.push(column.id.clone());
        }
        // Of anonymous work nobody is told whose it is.
        cells::forget_work(db, &course.tenant, &column.id)?;
    }
    Ok(changed)
}

/// Takes the turn of the token of a reader, or keeps it; `false` while another reading has it.
pub(super) async fn take_turn(
    cairn: &Cairn,
    reader: &Reader,
    holder: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (held, holder) = (reader.held().clone(), holder.to_owned());
    let taken = cairn.store.write(move |db| {
        readings::take_turn(db, &held.tenant, held.grant.as_str(), &holder, now, now + TURN)
    });
    taken.await
}

/// Does `work`, and keeps the turn meanwhile.
pub(super) async fn holding<F: Future + Unpin>(
    cairn: &Cairn,
    reader: &Reader,
    holder: &str,
    mut work: F,
) -> F::Output {
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(HEARD) => {
                // A turn that another one has by now is noticed at the next write.
                if let Err(error) = take_turn(cairn, reader, holder, cairn.clock.now()).await {
                    tracing::warn!(%error, "the turn of a reading could not be kept");
                }
            }
        }
    }
}

/// When whoever waits for the turn of a token looks again, if nobody wakes it before; none while the token is free.
pub(super) fn look_again(
    db: &mut Db,
    tenant: &TenantId,
    grant: &RestGrantId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let Some(until) = readings::taken_until(db, tenant, grant.as_str(), now, now + TURN)? else {
        return Ok(None);
    };
    let first = jobs::first_below(db, tenant, AwaitTurn::NAME, grant.as_str())?;
    let another_looks = first.is_some_and(|at| at <= until);
    Ok(Some(if another_looks { now + QUEUE } else { until }))
}

/// Takes the turn of a token for a reading that begins; while another one has it, the reading waits until it is woken, and the
/// answer is `false`.
pub(super) async fn turn_or_wait(
    cairn: &Cairn,
    waits: AwaitTurn,
    tenant: &TenantId,
    holder: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (tenant, holder) = (tenant.clone(), holder.to_owned());
    let random = Arc::clone(&cairn.random);
    let taken = cairn.store.write(move |db| {
        // In one transaction: a turn that ends in between would wake nobody.
        if readings::take_turn(db, &tenant, waits.grant.as_str(), &holder, now, now + TURN)? {
            return Ok(true);
        }
        let at = look_again(db, &tenant, &waits.grant, now)?.unwrap_or(now + TURN);
        queue::enqueue(db, &tenant, &waits, at, now, random.as_ref())?;
        Ok(false)
    });
    taken.await
}

/// Gives the turn back, and wakes the reading that waits longest for it.
pub(super) async fn end_turn(cairn: &Cairn, reader: &Reader, holder: &str) -> Result<(), StoreError> {
    let (held, holder, now) = (reader.held().clone(), holder.to_owned(), cairn.clock.now());
    let ended = cairn.store.write(move |db| {
        let (tenant, grant) = (&held.tenant, held.grant.as_str());
        readings::end_turn(db, tenant, grant, &holder)?;
        jobs::wake_first_below(db, tenant, AwaitTurn::NAME, grant, now)
    });
    ended.await
}

//! A whole course: everybody at once where it is small, else group by group and person by person. All at once takes 20 s and
//! 4 MB for 300 people.

use std::collections::{HashMap, HashSet, VecDeque};

use futures_util::future::join_all;

use super::items::Hints;
use super::people::Person;
use super::report::{self, Cell};
use super::rights::Function;
use super::{Answer, Moodle, sent_id};
use crate::course::{
    Batch, Category, CategoryKey, CourseGrades, Coverage, Item, ItemKey, Part, PersonKey, Sight, Source,
};
use crate::error::{Error, Reason};
use crate::transport::NetError;
use crate::wire;

/// Cells of one answer: 50 people with 20 columns.
const CELLS: usize = 1_000;
/// How many people are asked for until one answer shows the columns.
const TRIES: usize = 5;
/// Columns that a course is taken to have while none is known.
const UNSAID_COLUMNS: usize = 40;
const DOING: &str = "Reading the grade report";

/// One call.
#[derive(Debug, Clone)]
enum Ask {
    Everybody,
    /// A group, and who of it is wanted.
    Group(String, Vec<PersonKey>),
    One(PersonKey),
}

/// The state of a reading.
#[derive(Debug)]
pub(crate) struct Reading {
    moodle: Moodle,
    course: String,
    asks: VecDeque<Ask>,
    wanted: HashSet<PersonKey>,
    items: HashMap<ItemKey, Item>,
    hints: Hints,
    ready: Option<Batch>,
    told: bool,
    pub(crate) coverage: Coverage,
}

impl Moodle {
    /// Opens the grades of a course for `people` ([`Moodle::people`], or whoever changed: [`Moodle::changes`]). Four short calls;
    /// the grades come with [`CourseGrades::next`].
    ///
    /// # Errors
    /// [`Error`]: without the grade report of anybody there is nothing to read.
    pub async fn grades(&self, course: &str, people: &[Person]) -> Result<CourseGrades, Error> {
        let opened = self.open(course, people).await;
        opened.map_err(|reason| reason.doing(DOING))
    }

    async fn open(&self, course: &str, people: &[Person]) -> Result<CourseGrades, Reason> {
        let people: Vec<&Person> = people.iter().filter(|person| !person.is_staff).collect();
        if people.len() > self.limits.people {
            return Err(Reason::TooMany(self.limits.people));
        }
        let (hints, missing) = self.read_hints(course).await?;
        let mut reading = Reading {
            moodle: self.clone(),
            course: sent_id(course)?.to_owned(),
            asks: VecDeque::new(),
            wanted: people.iter().map(|person| person.key.clone()).collect(),
            items: HashMap::new(),
            hints,
            ready: None,
            told: false,
            coverage: Coverage {
                missing,
                sight: Sight::Unknown,
                ..Coverage::default()
            },
        };
        for part in [Part::Assignments, Part::Categories] {
            if !reading
                .coverage
                .missing
                .iter()
                .any(|(lacking, _)| *lacking == part)
            {
                reading.coverage.whole.push(part);
            }
        }
        let items = reading.columns(&people).await?;
        let left: Vec<&Person> = people
            .into_iter()
            .filter(|person| reading.wanted.contains(&person.key))
            .collect();
        // Whoever has no columns says nothing of how many the others have.
        let columns = if items.is_empty() {
            UNSAID_COLUMNS
        } else {
            items.len()
        };
        reading.asks = asks(&left, columns);
        let categories = reading.categories(&items);
        Ok(CourseGrades {
            items,
            categories,
            is_concluded: None,
            source: Source::Moodle(Box::new(reading)),
        })
    }
}

/// What to ask for, so that no answer is larger than [`CELLS`].
fn asks(people: &[&Person], columns: usize) -> VecDeque<Ask> {
    let fits = |count: usize| count.saturating_mul(columns) <= CELLS;
    if people.len() > 1 && fits(people.len()) {
        return VecDeque::from([Ask::Everybody]);
    }
    let mut members: HashMap<&str, Vec<&PersonKey>> = HashMap::new();
    for person in people {
        for group in &person.groups {
            members.entry(group).or_default().push(&person.key);
        }
    }
    let mut groups: Vec<(&str, Vec<&PersonKey>)> = members
        .into_iter()
        .filter(|(_, keys)| keys.len() > 2 && fits(keys.len()))
        .collect();
    // The largest first; the id makes the order the same each time.
    groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(b.0)));
    let mut covered: HashSet<&PersonKey> = HashSet::new();
    let mut asks = VecDeque::new();
    for (group, keys) in groups {
        let fresh: Vec<PersonKey> = keys
            .into_iter()
            .filter(|key| covered.insert(key))
            .cloned()
            .collect();
        // A group of whom nearly all are known already costs more than they do one by one.
        match fresh.len() {
            0 => {}
            1 | 2 => asks.extend(fresh.into_iter().map(Ask::One)),
            _ => asks.push_back(Ask::Group(group.to_owned(), fresh)),
        }
    }
    let single = people.iter().filter(|person| !covered.contains(&person.key));
    asks.extend(single.map(|person| Ask::One(person.key.clone())));
    asks
}

impl Reading {
    /// The columns, from the report of the first who has one; that person's grades are kept for the first batch.
    async fn columns(&mut self, people: &[&Person]) -> Result<Vec<Item>, Reason> {
        for person in people.iter().take(TRIES) {
            match self.ask(&Ask::One(person.key.clone())).await {
                Ok(answer) => {
                    let batch = self.absorb(&answer)?;
                    if batch.new_items.is_empty() {
                        continue;
                    }
                    self.ready = Some(Batch {
                        rows: batch.rows,
                        ..Batch::default()
                    });
                    return Ok(batch.new_items);
                }
                Err(reason) if is_of_one(&reason) => {
                    self.wanted.remove(&person.key);
                    self.coverage.lacks_person(person.key.clone(), reason);
                }
                Err(reason) => return Err(reason),
            }
        }
        Ok(Vec::new())
    }

    fn categories(&self, items: &[Item]) -> Vec<Category> {
        let mut titles: HashMap<&CategoryKey, Option<String>> = HashMap::new();
        let mut order = Vec::new();
        for item in items {
            let Some(key) = &item.category else { continue };
            if item.kind == crate::Kind::CourseTotal {
                continue;
            }
            let title = self.hints.categories.get(item.key.as_str());
            let known = titles.entry(key).or_insert_with(|| {
                order.push(key);
                None
            });
            if known.is_none() && item.kind != crate::Kind::CategoryTotal {
                *known = title.filter(|title| !title.is_empty()).cloned();
            }
        }
        let category = |key: &CategoryKey| Category {
            key: key.clone(),
            title: titles.get(key).cloned().flatten(),
            weight: None,
            drop_lowest: 0,
            drop_highest: 0,
            never_drop: Vec::new(),
        };
        order.into_iter().map(category).collect()
    }

    async fn ask(&self, ask: &Ask) -> Result<Answer, Reason> {
        let (user, group) = match ask {
            Ask::Everybody => ("0", "0"),
            Ask::Group(group, _) => ("0", sent_id(group)?),
            // 0 would mean everybody.
            Ask::One(key) if key.as_str() == "0" => return Err(Reason::UnknownPerson),
            Ask::One(key) => (sent_id(key.as_str())?, "0"),
        };
        let parameters = [
            ("courseid", self.course.as_str()),
            ("userid", user),
            ("groupid", group),
        ];
        self.moodle.call(Function::Grades, &parameters).await
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Batch>, Error> {
        if let Some(batch) = self.ready.take() {
            return Ok(Some(batch));
        }
        loop {
            let asks = self.take();
            if asks.is_empty() {
                self.end();
                return Ok(None);
            }
            let answers = join_all(asks.iter().map(|ask| self.ask(ask))).await;
            let (mut batch, mut passing) = (Batch::default(), None);
            for (ask, answer) in asks.into_iter().zip(answers) {
                match answer.and_then(|answer| self.absorb(&answer)) {
                    Ok(read) => {
                        batch.rows.extend(read.rows);
                        batch.new_items.extend(read.new_items);
                        self.ask_for_the_absent(ask);
                    }
                    Err(reason) => {
                        if let Some(reason) = self.failed(ask, reason) {
                            passing = Some(reason);
                        }
                    }
                }
            }
            // What was read first: the failed ones stand in the queue again.
            match passing {
                _ if !batch.rows.is_empty() => return Ok(Some(batch)),
                Some(reason) => return Err(reason.doing(DOING)),
                None => {}
            }
        }
    }

    /// One large call, or as many small ones as may be under way.
    fn take(&mut self) -> Vec<Ask> {
        let most = self.moodle.limits.at_once.clamp(1, 4);
        let mut taken = Vec::new();
        while taken.len() < most {
            let is_small = matches!(self.asks.front(), Some(Ask::One(_)));
            if !is_small && !taken.is_empty() {
                break;
            }
            let Some(ask) = self.asks.pop_front() else { break };
            taken.push(ask);
            if !is_small {
                break;
            }
        }
        taken
    }

    fn end(&mut self) {
        let lacks = self
            .coverage
            .missing
            .iter()
            .any(|(part, _)| *part == Part::Grades);
        if !self.told && !lacks {
            self.coverage.whole.push(Part::Grades);
        }
        self.told = true;
    }

    /// Suspended people are missing from lists, and answered for when they are asked for by id.
    fn ask_for_the_absent(&mut self, ask: Ask) {
        let absent: Vec<PersonKey> = match ask {
            Ask::Everybody => self.wanted.drain().collect(),
            Ask::Group(_, keys) => keys.into_iter().filter(|key| self.wanted.contains(key)).collect(),
            Ask::One(key) => {
                if self.wanted.remove(&key) {
                    self.coverage.lacks_person(key, Reason::NotEnrolled);
                }
                return;
            }
        };
        for key in absent {
            self.wanted.insert(key.clone());
            self.asks.push_back(Ask::One(key));
        }
    }

    /// Puts back what may pass, takes apart what is too large, and notes the rest.
    fn failed(&mut self, ask: Ask, reason: Reason) -> Option<Reason> {
        let too_large = matches!(
            reason,
            Reason::Net(NetError::TimedOut | NetError::TooLarge(_) | NetError::BrokenOff)
                | Reason::OutOfOrder(Some(_))
                | Reason::HalfABody
        );
        match ask {
            Ask::Everybody if too_large => {
                self.asks.extend(self.wanted.iter().cloned().map(Ask::One));
                None
            }
            Ask::Group(_, keys) if too_large => {
                self.asks.extend(keys.into_iter().map(Ask::One));
                None
            }
            ask if reason.is_passing() => {
                self.asks.push_front(ask);
                Some(reason)
            }
            Ask::One(key) if is_of_one(&reason) => {
                self.wanted.remove(&key);
                self.coverage.lacks_person(key, reason);
                None
            }
            _ => {
                self.coverage.lacks(Part::Grades, reason);
                self.asks.clear();
                None
            }
        }
    }

    fn absorb(&mut self, answer: &Answer) -> Result<Batch, Reason> {
        let mut batch = Batch::default();
        let dropped = &mut self.coverage.dropped;
        for report in report::people(&answer.body, dropped)? {
            // Who is in two groups was read with the first.
            if !self.wanted.remove(&report.person) {
                dropped.strangers = dropped.strangers.saturating_add(1);
                continue;
            }
            let cells: Vec<(Cell<'_>, ItemKey)> = report
                .cells
                .iter()
                .filter_map(|raw| {
                    let cell = Cell::of(raw);
                    if cell.is_none() {
                        dropped.unreadable = dropped.unreadable.saturating_add(1);
                    }
                    cell
                })
                .collect();
            let hides = cells.iter().any(|(cell, _)| cell.hides_a_grade());
            for (cell, key) in cells {
                if !self.items.contains_key(&key) {
                    if self.items.len() >= self.moodle.limits.items {
                        return Err(Reason::TooMany(self.moodle.limits.items));
                    }
                    let item = cell.item(key.clone(), &self.hints);
                    self.items.insert(key.clone(), item.clone());
                    batch.new_items.push(item);
                }
                if let Some(item) = self.items.get(&key) {
                    let before = dropped.unseen();
                    let row = cell.row(report.person.clone(), item, hides, dropped);
                    if dropped.unseen() > before {
                        let unseen = self.coverage.unseen.entry(key).or_default();
                        *unseen = unseen.saturating_add(1);
                    }
                    batch.rows.extend(row);
                }
            }
        }
        Ok(batch)
    }
}

/// Whether a failure is that of one person and says nothing of the others.
fn is_of_one(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::UnknownPerson
            | Reason::NotEnrolled
            | Reason::NoId
            | Reason::Malformed { .. }
            | Reason::Net(NetError::TooLarge(_))
            | Reason::Code(_)
    )
}

impl Moodle {
    /// Whether the course is there: a deleted one and a missing right are the same to other functions.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn has_course(&self, course: &str) -> Result<bool, Error> {
        #[derive(serde::Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default)]
            courses: wire::Sent<'a>,
        }
        let read = async {
            let parameters = [("field", "id"), ("value", sent_id(course)?)];
            let answer = self.call(Function::CourseByField, &parameters).await?;
            let body: Body<'_> = wire::read(&answer.body)?;
            Ok(!wire::list(body.courses).is_empty())
        };
        read.await
            .map_err(|reason: Reason| reason.doing("Looking for the course"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(count: usize, group: impl Fn(usize) -> Vec<String>) -> Vec<Person> {
        let person = |at: usize| Person {
            groups: group(at),
            ..Person::of_sub(&(at + 1).to_string())
        };
        (0..count).map(person).collect()
    }

    fn asked(people: &[Person], columns: usize) -> VecDeque<Ask> {
        asks(&people.iter().collect::<Vec<_>>(), columns)
    }

    #[test]
    fn a_small_course_is_one_call_and_a_large_one_never_is() {
        let small = people(50, |_| Vec::new());
        assert!(matches!(asked(&small, 20).front(), Some(Ask::Everybody)));
        assert_eq!(asked(&small, 20).len(), 1);
        let large = people(300, |_| Vec::new());
        assert_eq!(asked(&large, 21).len(), 300);
        let grouped = people(300, |at| vec![(at / 30).to_string()]);
        assert_eq!(asked(&grouped, 21).len(), 10);
        // Who is in two groups is asked for once.
        let twice = people(300, |at| {
            vec![(at / 30).to_string(), "99".into(), (at % 7).to_string()]
        });
        let wanted: usize = asked(&twice, 21)
            .iter()
            .map(|ask| match ask {
                Ask::Group(_, keys) => keys.len(),
                _ => 1,
            })
            .sum();
        assert_eq!(wanted, 300);
    }
}

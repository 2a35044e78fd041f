//! A whole course by pages: first who takes part, with their totals, then all submissions.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::value::RawValue;
use url::Url;

use super::links::Walk;
use super::people::{Student, student};
use super::scope::Scope;
use super::submissions::Submission;
use super::{Canvas, PER_PAGE, answer};
use crate::course::{
    Batch, CourseGrades, Coverage, Dropped, Grade, Grading, Item, ItemKey, Kind, Part, PersonKey, Row,
    Source, Withheld,
};
use crate::error::{Error, Reason};
use crate::wire;

/// Ids in one address: with many more, links to the next page are left out of the answer.
const IDS: usize = 50;
/// What is heavy, personal and not read.
const LEFT_OUT: [&str; 3] = ["body", "preview_url", "discussion_entries"];

/// What of a course is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only these columns; none for all.
    pub items: Option<Vec<ItemKey>>,
    /// Only what was graded after. Posting, hiding and taking a grade away are not seen so: read all from time to time, and
    /// before anything is taken away.
    pub graded_since: Option<DateTime<Utc>>,
    /// These columns with what was handed in there: its files. They are read as they are now, whatever was graded since. Of no
    /// other column the files are asked for.
    pub files: Vec<ItemKey>,
}

/// A list of submissions, and whether it holds what its files are.
#[derive(Debug)]
struct List {
    walk: Walk,
    with_files: bool,
}

#[derive(Debug)]
enum Stage {
    People(Walk),
    Submissions(List),
    Done,
}

/// The state of a reading.
#[derive(Debug)]
pub(crate) struct Reading {
    canvas: Canvas,
    stage: Stage,
    lists: VecDeque<(Url, bool)>,
    items: HashMap<ItemKey, Item>,
    shows_totals: bool,
    people: HashSet<PersonKey>,
    knows_people: bool,
    /// Of each student, over all enrolments.
    sections: HashMap<PersonKey, BTreeSet<String>>,
    knows_sections: bool,
    all_grades: bool,
    /// Whether lists with files repeat what was read already.
    repeats: bool,
    pub(crate) coverage: Coverage,
}

impl Canvas {
    /// Opens the grades of a course. Two to five short calls; the grades come with [`CourseGrades::next`].
    ///
    /// # Errors
    /// [`Error`]: without the course and its columns there is nothing to read.
    pub async fn grades(&self, course: &str, wanted: &Wanted) -> Result<CourseGrades, Error> {
        let about = self.course(course).await?;
        let listed = self.assignments(course).await?;
        let mut coverage = Coverage::default();
        coverage.dropped.unreadable = listed.unreadable;
        let mut items = listed.rows;
        let categories = match self.assignment_groups(course).await {
            Ok(groups) => {
                if groups.unreadable == 0 {
                    coverage.whole.push(Part::Categories);
                }
                groups.rows
            }
            Err(error) if error.reason.is_passing() => return Err(error),
            Err(error) => {
                coverage.lacks(Part::Categories, error.reason);
                Vec::new()
            }
        };
        match self.read_sight(course).await {
            Ok(sight) => coverage.sight = sight,
            Err(reason) if reason.is_passing() => return Err(reason.doing("Reading the enrolments")),
            // The students' list will say the same.
            Err(_) => {}
        }
        let lists = self
            .submission_urls(course, wanted, &items)
            .map_err(|reason| reason.doing("Reading the submissions"))?;
        let mut total = Item::new(ItemKey::new(ItemKey::TOTAL), Kind::CourseTotal);
        total.grading = Grading::Percent;
        total.withheld = about.hides_totals.then_some(Withheld::HiddenTotals);
        items.push(total);
        let students = self
            .students_url(course, PER_PAGE)
            .map_err(|reason| reason.doing("Reading the enrolments"))?;
        let reading = Reading {
            canvas: self.clone(),
            stage: Stage::People(Walk::from(students)),
            lists,
            items: items
                .iter()
                .map(|item| (item.key.clone(), item.clone()))
                .collect(),
            shows_totals: !about.hides_totals,
            people: HashSet::new(),
            knows_people: true,
            sections: HashMap::new(),
            knows_sections: true,
            all_grades: wanted.graded_since.is_none(),
            repeats: wanted.items.is_none(),
            coverage,
        };
        Ok(CourseGrades {
            items,
            categories,
            is_concluded: about.is_concluded(),
            source: Source::Canvas(Box::new(reading)),
        })
    }

    /// The first pages of the lists that hold what is wanted, those with files last: of a cell that comes twice the later one
    /// counts.
    fn submission_urls(
        &self,
        course: &str,
        wanted: &Wanted,
        items: &[Item],
    ) -> Result<VecDeque<(Url, bool)>, Reason> {
        let since = wanted
            .graded_since
            .map(|since| since.to_rfc3339_opts(SecondsFormat::Secs, true));
        let mut query = vec![
            ("student_ids[]", "all"),
            ("per_page", PER_PAGE),
            // Ascending ids are paged by bookmark: fast, and stable while grades change.
            ("order", "id"),
            ("order_direction", "ascending"),
        ];
        query.extend(LEFT_OUT.map(|member| ("exclude_response_fields[]", member)));
        let path = ["courses", course, "students", "submissions"];
        let lists_of = |query: &[(&str, &str)], keys: &[&str]| -> Result<Vec<Url>, Reason> {
            let lists = keys.chunks(IDS).map(|ids| {
                let ids = ids.iter().map(|id| ("assignment_ids[]", *id));
                let query: Vec<(&str, &str)> = query.iter().copied().chain(ids).collect();
                self.url(&path, &query)
            });
            lists.collect()
        };
        // One id that is unknown or unpublished refuses them all.
        let among = |keys: &[ItemKey]| -> Vec<&str> {
            let named = items
                .iter()
                .filter(|item| item.withheld.is_none() && keys.contains(&item.key));
            named.map(|item| item.key.as_str()).collect()
        };
        let mut light = query.clone();
        light.push(("exclude_response_fields[]", "attachments"));
        if let Some(since) = &since {
            light.push(("graded_since", since));
        }
        let with_files = among(&wanted.files);
        let first = match &wanted.items {
            None => vec![self.url(&path, &light)?],
            Some(keys) => {
                let mut keys = among(keys);
                keys.retain(|key| !with_files.contains(key));
                lists_of(&light, &keys)?
            }
        };
        let mut lists: VecDeque<(Url, bool)> = first.into_iter().map(|url| (url, false)).collect();
        let files = lists_of(&query, &with_files)?;
        lists.extend(files.into_iter().map(|url| (url, true)));
        Ok(lists)
    }
}

impl Reading {
    /// As [`CourseGrades::sections`].
    pub(crate) fn sections(&self) -> Option<&HashMap<PersonKey, BTreeSet<String>>> {
        let knows_all = self.knows_sections && self.coverage.is_whole(Part::People);
        knows_all.then_some(&self.sections)
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Batch>, Error> {
        loop {
            let read = match &self.stage {
                Stage::People(_) => self.people_page().await,
                Stage::Submissions(_) => self.submissions_page().await,
                Stage::Done => return Ok(None),
            };
            match read {
                Ok(batch) if batch.rows.is_empty() && batch.pause.is_none() => {}
                Ok(batch) => return Ok(Some(batch)),
                Err(reason) if reason.is_passing() => return Err(reason.doing(self.doing())),
                Err(reason) => self.give_up(reason),
            }
        }
    }

    fn doing(&self) -> &'static str {
        match self.stage {
            Stage::People(_) => "Reading the enrolments",
            _ => "Reading the submissions",
        }
    }

    /// Leaves a part that cannot be read for the next one.
    fn give_up(&mut self, reason: Reason) {
        match self.stage {
            Stage::People(_) => {
                self.knows_people = false;
                self.coverage.lacks(Part::People, reason.clone());
                self.coverage.lacks(Part::Totals, reason);
                self.next_list();
            }
            _ => {
                self.all_grades = false;
                self.coverage.lacks(Part::Grades, reason);
                self.next_list();
            }
        }
    }

    fn next_list(&mut self) {
        if let Some((url, with_files)) = self.lists.pop_front() {
            let walk = Walk::from(url);
            self.stage = Stage::Submissions(List { walk, with_files });
            return;
        }
        self.stage = Stage::Done;
        if self.all_grades {
            self.coverage.whole.push(Part::Grades);
        }
    }

    async fn people_page(&mut self) -> Result<Batch, Reason> {
        let Stage::People(walk) = &mut self.stage else {
            return Ok(Batch::default());
        };
        let Some(url) = walk.at.clone() else {
            self.coverage.whole.push(Part::People);
            if self.shows_totals {
                self.coverage.whole.push(Part::Totals);
            }
            self.next_list();
            return Ok(Batch::default());
        };
        let response = self.canvas.get(url, Scope::Enrollments).await?;
        let rows: Vec<&RawValue> = wire::read(&response.body)?;
        let mut batch = Batch {
            pause: answer::pause(&response),
            ..Batch::default()
        };
        let dropped = &mut self.coverage.dropped;
        for raw in rows {
            let read = student(raw);
            match &read {
                Ok(None) => {}
                Ok(Some(Student {
                    person,
                    section: Some(section),
                    ..
                })) => {
                    let of_person = self.sections.entry(person.clone()).or_default();
                    of_person.insert(section.clone());
                }
                _ => self.knows_sections = false,
            }
            match read {
                Err(()) => dropped.unreadable = dropped.unreadable.saturating_add(1),
                Ok(None) => dropped.strangers = dropped.strangers.saturating_add(1),
                // Somebody of two sections comes twice, with the same total.
                Ok(Some(one)) if !self.people.insert(one.person.clone()) => {}
                Ok(Some(one)) if one.odd_score => dropped.unreadable = dropped.unreadable.saturating_add(1),
                Ok(Some(one)) if !self.shows_totals => {
                    dropped.hidden = dropped
                        .hidden
                        .saturating_add(u64::from(one.current_score.is_some()));
                }
                Ok(Some(one)) => batch.rows.push(Row {
                    person: one.person,
                    item: ItemKey::new(ItemKey::TOTAL),
                    grade: one.current_score.map_or(Grade::None, Grade::Percent),
                    at: None,
                    hand_in: None,
                }),
            }
        }
        let limits = self.canvas.limits;
        let on = if self.people.len() > limits.people {
            Err(Reason::TooMany(limits.people))
        } else {
            walk.go_on(&response, limits.pages)
        };
        // A page that was read is not thrown away because of the link after it.
        if let Err(reason) = on {
            self.give_up(reason);
        }
        Ok(batch)
    }

    async fn submissions_page(&mut self) -> Result<Batch, Reason> {
        let Stage::Submissions(List { walk, with_files }) = &mut self.stage else {
            return Ok(Batch::default());
        };
        let with_files = *with_files;
        let is_again = with_files && self.repeats;
        let Some(url) = walk.at.clone() else {
            self.next_list();
            return Ok(Batch::default());
        };
        let response = self.canvas.get(url, Scope::Submissions).await?;
        let rows: Vec<&RawValue> = wire::read(&response.body)?;
        let mut batch = Batch {
            pause: answer::pause(&response),
            is_again,
            ..Batch::default()
        };
        // What was left out before is counted once.
        let mut uncounted = Dropped::default();
        let Coverage {
            dropped,
            unseen,
            graded_until,
            ..
        } = &mut self.coverage;
        let dropped = if is_again { &mut uncounted } else { dropped };
        for raw in rows {
            let Some((submission, person, key)) = Submission::of(raw) else {
                dropped.unreadable = dropped.unreadable.saturating_add(1);
                continue;
            };
            if self.knows_people && !self.people.contains(&person) {
                dropped.strangers = dropped.strangers.saturating_add(1);
                continue;
            }
            *graded_until = submission.graded_at().max(*graded_until);
            match self.items.get(&key) {
                None => dropped.unknown_items = dropped.unknown_items.saturating_add(1),
                Some(item) => {
                    let before = dropped.unseen();
                    batch
                        .rows
                        .extend(submission.row(person, item, with_files, dropped));
                    if !is_again && dropped.unseen() > before {
                        let of_column = unseen.entry(key).or_default();
                        *of_column = of_column.saturating_add(1);
                    }
                }
            }
        }
        // A page that was read is not thrown away because of the link after it.
        if let Err(reason) = walk.go_on(&response, self.canvas.limits.pages) {
            self.give_up(reason);
        }
        Ok(batch)
    }
}

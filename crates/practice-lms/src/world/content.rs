//! Content that a tool put into a course.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::super::options::Flavour;
use super::World;
use super::data::Selection;
use super::model::{Link, Placement};

impl World {
    /// Installs a tool once more, in a course alone: launches from there come through another deployment, whose name is
    /// given.
    pub fn deploy_in_course(&self, tool: usize, course: u64) -> String {
        let name = match self.flavour() {
            Flavour::Moodle => (9_000 + course).to_string(),
            Flavour::Canvas => format!(
                "{}:{}",
                5_000 + course,
                hex::encode(ambient::random::bytes::<20>(self.random()))
            ),
        };
        if let Some(installed) = self.lock().tools.get_mut(tool) {
            installed.in_courses.insert(course, name.clone());
        }
        name
    }

    /// A teacher duplicates a link: the same parameters and column under new numbers. Gives the new link's number.
    pub fn duplicate_link(&self, course: u64, link: u64) -> Option<u64> {
        let mut data = self.lock();
        let known = data.courses.get(&course)?.link(link)?.clone();
        let title = format!("{} (copy)", known.title);
        let copy = data.add_link(self.random(), course, &title, known.placement, known.tool);
        let column = data.courses.get(&course)?.columns_of_link(link).next().cloned();
        if let Some(column) = column {
            let id = data.couple(course, copy, &title, column.maximum, known.tool);
            if let Some(new) = data.column_mut(course, id) {
                new.tag = column.tag;
                new.resource_id = column.resource_id;
                new.submission_review = column.submission_review;
            }
        }
        let new = data.link_mut(course, copy)?;
        new.custom.clone_from(&known.custom);
        new.url.clone_from(&known.url);
        new.lost_its_column = known.lost_its_column;
        Some(copy)
    }

    /// What Canvas's editor put into the course's page.
    #[must_use]
    pub fn course_page(&self, course: u64) -> Vec<String> {
        let data = self.lock();
        data.courses
            .get(&course)
            .map(|course| course.page.clone())
            .unwrap_or_default()
    }

    /// The selection that waits under that name.
    pub(crate) fn selection(&self, name: &str) -> Option<Selection> {
        self.lock().selections.get(name).cloned()
    }

    /// Keeps what the tool returned until the teacher saves it.
    pub(crate) fn keep_items(&self, name: &str, items: Vec<Value>) {
        if let Some(selection) = self.lock().selections.get_mut(name) {
            selection.items = items;
        }
    }

    /// Makes links of what the tool returned. `typed` is what the teacher left in the form of a single item: name,
    /// custom lines, points. Gives the new links' numbers.
    ///
    /// # Errors
    /// What the form says when it cannot be saved; nothing is made then.
    pub(crate) fn save_selection(
        &self,
        course: u64,
        name: &str,
        typed: Option<(&str, &str, &str)>,
    ) -> Result<Vec<u64>, String> {
        let selection = self.selection(name);
        let selection = selection.filter(|known| known.course == course);
        let selection = selection.ok_or("This form was saved already.")?;
        if selection.items.is_empty() {
            return Err("Required: choose content first.".into());
        }
        let mut news = Vec::new();
        for item in &selection.items {
            news.push(New::read(item, typed, self.flavour())?);
        }
        let mut data = self.lock();
        data.selections.remove(name);
        let mut made = Vec::new();
        for (new, item) in news.into_iter().zip(&selection.items) {
            let shown = shown(item);
            if selection.placement == "editor_button"
                && let Some(html) = shown
            {
                if let Some(course) = data.courses.get_mut(&course) {
                    course.page.push(html);
                }
                continue;
            }
            let placement = match (self.flavour(), &new.column) {
                (Flavour::Moodle, _) => Placement::Activity,
                (Flavour::Canvas, Some(_)) => Placement::Assignment,
                (Flavour::Canvas, None) if selection.placement.starts_with("assignment") => {
                    Placement::Assignment
                }
                (Flavour::Canvas, None) => Placement::ModuleItem,
            };
            let id = data.add_link(self.random(), course, &new.title, placement, selection.tool);
            if let Some((maximum, column)) = &new.column {
                let column_id = data.couple(course, id, &new.title, *maximum, selection.tool);
                let text = |key: &str| column.get(key).and_then(Value::as_str).map(str::to_owned);
                if let Some(made) = data.column_mut(course, column_id) {
                    made.tag = text("tag");
                    made.resource_id = text("resourceId");
                    made.submission_review = column.get("submissionReview").cloned();
                }
            }
            if let Some(link) = data.link_mut(course, id) {
                new.put(link);
            }
            made.push(id);
        }
        Ok(made)
    }
}

/// Parameters as Moodle keeps them: lines, which it splits again.
pub(crate) fn lines(item: &Value) -> String {
    let pairs = item.get("custom").and_then(Value::as_object);
    let line = |(key, value): (&String, &Value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{key}={text}")
    };
    let lines: Vec<String> = pairs.into_iter().flatten().map(line).collect();
    lines.join("\n")
}

/// What an editor puts into a page; none for a link to the tool.
fn shown(item: &Value) -> Option<String> {
    let text = |key: &str| {
        html_escape::encode_quoted_attribute(item.get(key).and_then(Value::as_str).unwrap_or_default())
    };
    match item.get("type").and_then(Value::as_str)? {
        "html" => item.get("html").and_then(Value::as_str).map(str::to_owned),
        "link" => Some(format!(
            "<p><a href=\"{}\">{}</a></p>",
            text("url"),
            text("title")
        )),
        "image" => Some(format!(
            "<p><img src=\"{}\" alt=\"{}\" width=\"{}\" height=\"{}\"></p>",
            text("url"),
            text("text"),
            item.get("width").and_then(Value::as_u64).unwrap_or(100),
            item.get("height").and_then(Value::as_u64).unwrap_or(100)
        )),
        _ => None,
    }
}

/// A link to be made.
struct New {
    title: String,
    description: String,
    url: Option<String>,
    custom: BTreeMap<String, String>,
    /// Points, and the line item as the tool sent it.
    column: Option<(Decimal, Value)>,
}

impl New {
    fn read(item: &Value, typed: Option<(&str, &str, &str)>, flavour: Flavour) -> Result<Self, String> {
        let text = |key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut title = text("title").unwrap_or_else(|| "Cairn".to_owned());
        // A line break inside a value begins another line: Moodle keeps all of it as one text.
        let mut custom = lines(item);
        let column = item.get("lineItem");
        let mut points = column
            .and_then(|column| column.get("scoreMaximum"))
            .map(Value::to_string);
        if let Some((name, lines, typed)) = typed {
            name.clone_into(&mut title);
            lines.clone_into(&mut custom);
            if column.is_some() {
                points = Some(typed.to_owned());
            }
        }
        if title.trim().is_empty() {
            return Err("Required: a name.".into());
        }
        let column = match column {
            None => None,
            Some(column) => {
                let points = points.unwrap_or_else(|| "100".to_owned());
                let sound: Option<Decimal> = points.trim().parse().ok();
                let sound = match flavour {
                    Flavour::Moodle => sound.filter(|points| {
                        points.scale() == 0 && *points >= Decimal::ONE && *points <= Decimal::ONE_HUNDRED
                    }),
                    Flavour::Canvas => sound.filter(|points| *points >= Decimal::ZERO),
                };
                let refused = "Invalid grade value. This must be an integer between 1 and 100";
                Some((sound.ok_or(refused)?, column.clone()))
            }
        };
        Ok(Self {
            title,
            description: text("text").unwrap_or_default(),
            url: text("url"),
            custom: custom
                .split(['\n', '\r'])
                .filter_map(|line| line.split_once('='))
                .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
                .collect(),
            column,
        })
    }

    fn put(&self, link: &mut Link) {
        link.url.clone_from(&self.url);
        link.custom.clone_from(&self.custom);
        link.description.clone_from(&self.description);
    }
}

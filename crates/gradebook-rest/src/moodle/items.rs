//! What the grade report does not say of its columns: dates, scales, names of categories.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::rights::Function;
use super::{Moodle, sent_id};
use crate::error::Reason;
use crate::wire::{self, Sent};

/// What is known of an activity.
#[derive(Debug, Clone, Default)]
pub(super) struct Hint {
    /// The maximum; of an assignment negative for a scale and 0 for none.
    pub grade: Option<Decimal>,
    pub due_at: Option<DateTime<Utc>>,
    /// Whether names are hidden from graders for now.
    pub blind: bool,
}

/// Hints by module and instance, and names of categories by the id of an item in them.
#[derive(Debug, Default)]
pub(super) struct Hints {
    activities: HashMap<(&'static str, String), Hint>,
    pub(super) categories: HashMap<String, String>,
}

impl Hints {
    pub(super) fn of(&self, module: &str, instance: &str) -> Option<&Hint> {
        let module = match module {
            "assign" => "assign",
            "quiz" => "quiz",
            _ => return None,
        };
        self.activities.get(&(module, instance.to_owned()))
    }
}

/// Activities of one kind, and how many the account may not see.
#[derive(Debug, Default)]
pub(super) struct Activities {
    pub found: Vec<(String, Hint)>,
    pub refused: usize,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    id: Sent<'a>,
    #[serde(borrow, default)]
    grade: Sent<'a>,
    #[serde(borrow, default)]
    duedate: Sent<'a>,
    #[serde(borrow, default)]
    timeclose: Sent<'a>,
    #[serde(borrow, default)]
    blindmarking: Sent<'a>,
    #[serde(borrow, default)]
    revealidentities: Sent<'a>,
}

impl Moodle {
    pub(super) async fn read_assignments(&self, course: &str) -> Result<Activities, Reason> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default)]
            courses: Sent<'a>,
            #[serde(borrow, default)]
            warnings: Sent<'a>,
        }
        #[derive(Deserialize)]
        struct Course<'a> {
            #[serde(borrow, default)]
            assignments: Sent<'a>,
        }
        // An account that is not enrolled sees nothing without the second one.
        let parameters = [
            ("courseids[0]", sent_id(course)?),
            ("includenotenrolledcourses", "1"),
        ];
        let answer = self.call(Function::Assignments, &parameters).await?;
        let body: Body<'_> = wire::read(&answer.body)?;
        let rows = wire::list(body.courses)
            .into_iter()
            .filter_map(wire::row::<Course<'_>>)
            .flat_map(|course| wire::list(course.assignments));
        let found: Vec<_> = rows.filter_map(activity).collect();
        refused(found, body.warnings, Function::Assignments)
    }

    pub(super) async fn read_quizzes(&self, course: &str) -> Result<Activities, Reason> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default)]
            quizzes: Sent<'a>,
            #[serde(borrow, default)]
            warnings: Sent<'a>,
        }
        let parameters = [("courseids[0]", sent_id(course)?)];
        let answer = self.call(Function::Quizzes, &parameters).await?;
        let body: Body<'_> = wire::read(&answer.body)?;
        let found: Vec<_> = wire::list(body.quizzes)
            .into_iter()
            .filter_map(activity)
            .collect();
        refused(found, body.warnings, Function::Quizzes)
    }

    /// How many columns there are by name, and in which category each is.
    pub(super) async fn read_categories(&self, course: &str) -> Result<HashMap<String, String>, Reason> {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default, rename = "gradeItems")]
            items: Sent<'a>,
        }
        #[derive(Deserialize)]
        struct Item<'a> {
            #[serde(borrow, default)]
            id: Sent<'a>,
            #[serde(borrow, default)]
            category: Sent<'a>,
        }
        let parameters = [("courseid", sent_id(course)?)];
        let answer = self.call(Function::GradeItems, &parameters).await?;
        let body: Body<'_> = wire::read(&answer.body)?;
        let named = wire::list(body.items).into_iter().filter_map(|raw| {
            let item: Item<'_> = wire::row(raw)?;
            let category = wire::line(item.category).unwrap_or_default();
            // Escaped here, whatever is asked for.
            let category = html_escape::decode_html_entities(&category).into_owned();
            Some((wire::id(item.id)?, category))
        });
        Ok(named.collect())
    }

    /// What the report leaves out. What cannot be read is left out and said.
    pub(super) async fn read_hints(
        &self,
        course: &str,
    ) -> Result<(Hints, Vec<(crate::Part, Reason)>), Reason> {
        let (mut hints, mut missing) = (Hints::default(), Vec::new());
        for (module, part) in [
            ("assign", self.read_assignments(course).await),
            ("quiz", self.read_quizzes(course).await),
        ] {
            match part {
                Ok(activities) => hints.activities.extend(
                    activities
                        .found
                        .into_iter()
                        .map(|(instance, hint)| ((module, instance), hint)),
                ),
                Err(reason) if reason.is_passing() => return Err(reason),
                Err(reason) => missing.push((crate::Part::Assignments, reason)),
            }
        }
        match self.read_categories(course).await {
            Ok(categories) => hints.categories = categories,
            Err(reason) if reason.is_passing() => return Err(reason),
            Err(reason) => missing.push((crate::Part::Categories, reason)),
        }
        Ok((hints, missing))
    }
}

fn activity(raw: &RawValue) -> Option<(String, Hint)> {
    let wire: Wire<'_> = wire::row(raw)?;
    let is = |sent| wire::flag(sent) == Some(true);
    let hint = Hint {
        grade: wire::decimal(wire.grade),
        due_at: wire::seconds(wire.duedate).or_else(|| wire::seconds(wire.timeclose)),
        blind: is(wire.blindmarking) && !is(wire.revealidentities),
    };
    Some((wire::id(wire.id)?, hint))
}

/// Warnings are where a missing right appears.
fn refused(found: Vec<(String, Hint)>, warnings: Sent<'_>, function: Function) -> Result<Activities, Reason> {
    #[derive(Deserialize)]
    struct Warning<'a> {
        #[serde(borrow, default)]
        item: Sent<'a>,
    }
    let of: Vec<String> = wire::list(warnings)
        .into_iter()
        .filter_map(|raw| wire::word(wire::row::<Warning<'_>>(raw)?.item))
        .collect();
    if of.iter().any(|item| item == "course") {
        return Err(Reason::CapabilityMissing {
            function: function.as_str(),
            capabilities: super::rights::COURSE,
        });
    }
    Ok(Activities {
        found,
        refused: of.iter().filter(|item| *item == "module").count(),
    })
}

/// Whether a warning says that an activity is closed. Code 3 says that there is nothing in it.
pub(super) fn is_closed(warnings: Sent<'_>) -> bool {
    #[derive(Deserialize)]
    struct Warning<'a> {
        #[serde(borrow, default)]
        warningcode: Sent<'a>,
    }
    wire::list(warnings).into_iter().any(|raw| {
        let code = wire::row::<Warning<'_>>(raw).and_then(|warning| wire::word(warning.warningcode));
        code.as_deref() == Some("1")
    })
}

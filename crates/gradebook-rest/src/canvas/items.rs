//! The columns of a course and their categories.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::scope::Scope;
use super::{Canvas, PER_PAGE};
use crate::course::{Category, CategoryKey, Grading, Item, ItemKey, Kind, Listed, LtiIds, Withheld};
use crate::error::{Error, Reason};
use crate::wire::{self, Sent};

#[derive(Deserialize)]
struct Assignment<'a> {
    #[serde(borrow, default)]
    id: Sent<'a>,
    #[serde(borrow, default)]
    name: Sent<'a>,
    #[serde(borrow, default)]
    assignment_group_id: Sent<'a>,
    #[serde(borrow, default)]
    points_possible: Sent<'a>,
    #[serde(borrow, default)]
    grading_type: Sent<'a>,
    #[serde(borrow, default)]
    grading_standard_id: Sent<'a>,
    #[serde(borrow, default)]
    submission_types: Sent<'a>,
    #[serde(borrow, default)]
    due_at: Sent<'a>,
    #[serde(borrow, default)]
    published: Sent<'a>,
    #[serde(borrow, default)]
    omit_from_final_grade: Sent<'a>,
    #[serde(borrow, default)]
    anonymous_grading: Sent<'a>,
    #[serde(borrow, default)]
    anonymize_students: Sent<'a>,
    #[serde(borrow, default)]
    is_quiz_assignment: Sent<'a>,
    #[serde(borrow, default)]
    is_quiz_lti_assignment: Sent<'a>,
    #[serde(borrow, default)]
    restrict_quantitative_data: Sent<'a>,
    #[serde(borrow, default)]
    lti_context_id: Sent<'a>,
    #[serde(borrow, default)]
    external_tool_tag_attributes: Sent<'a>,
}

impl Canvas {
    /// The columns of a course, unpublished and anonymous ones among them as [`Withheld`].
    ///
    /// # Errors
    /// [`Error`]
    pub async fn assignments(&self, course: &str) -> Result<Listed<Item>, Error> {
        let read = async {
            let query = [("per_page", PER_PAGE), ("order_by", "position")];
            let url = self.url(&["courses", course, "assignments"], &query)?;
            self.list(url, Scope::Assignments, item).await
        };
        read.await
            .map_err(|reason: Reason| reason.doing("Reading the assignments"))
    }

    /// The categories of a course.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn assignment_groups(&self, course: &str) -> Result<Listed<Category>, Error> {
        let read = async {
            let url = self.url(
                &["courses", course, "assignment_groups"],
                &[("per_page", PER_PAGE)],
            )?;
            self.list(url, Scope::AssignmentGroups, category).await
        };
        read.await
            .map_err(|reason: Reason| reason.doing("Reading the assignment groups"))
    }
}

fn item(raw: &RawValue) -> Option<Item> {
    #[derive(Deserialize)]
    struct Tool<'a> {
        #[serde(borrow, default)]
        resource_link_id: Sent<'a>,
    }
    let wire: Assignment<'_> = wire::row(raw)?;
    let is = |sent| wire::flag(sent) == Some(true);
    let mut item = Item::new(ItemKey::new(&wire::id(wire.id)?), kind(&wire));
    item.title = wire::line(wire.name);
    item.maximum = wire::decimal(wire.points_possible);
    item.category = wire::id(wire.assignment_group_id).map(|id| CategoryKey::new(&id));
    item.due_at = wire::moment(wire.due_at);
    item.counts_in_total = wire::flag(wire.omit_from_final_grade).map(|omitted| !omitted);
    item.hides_points = is(wire.restrict_quantitative_data);
    item.scheme = wire::id(wire.grading_standard_id);
    item.grading = match wire::word(wire.grading_type).as_deref() {
        Some("points" | "percent") => Grading::Points,
        Some("pass_fail") => Grading::PassFail,
        Some("letter_grade" | "gpa_scale") => Grading::Letters,
        Some("not_graded") => Grading::None,
        _ => Grading::Unknown,
    };
    // Of older versions only one of the two says it.
    let anonymous = wire::flag(wire.anonymize_students).unwrap_or_else(|| is(wire.anonymous_grading));
    item.withheld = if wire::flag(wire.published) == Some(false) {
        Some(Withheld::Unpublished)
    } else {
        anonymous.then_some(Withheld::Anonymous)
    };
    item.lti = LtiIds {
        assignment: wire::id(wire.lti_context_id),
        resource_link: wire::object::<Tool<'_>>(wire.external_tool_tag_attributes)
            .and_then(|tool| wire::id(tool.resource_link_id)),
    };
    Some(item)
}

fn kind(wire: &Assignment<'_>) -> Kind {
    let types = wire::list(wire.submission_types);
    let has = |word: &str| types.iter().any(|raw| raw.get().trim_matches('"') == word);
    let is = |sent| wire::flag(sent) == Some(true);
    if is(wire.is_quiz_assignment) || is(wire.is_quiz_lti_assignment) || has("online_quiz") {
        Kind::Quiz
    } else if has("discussion_topic") {
        Kind::Discussion
    } else if has("external_tool") {
        Kind::Tool
    } else if has("wiki_page") {
        Kind::Other
    } else {
        Kind::Assignment
    }
}

fn category(raw: &RawValue) -> Option<Category> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        id: Sent<'a>,
        #[serde(borrow, default)]
        name: Sent<'a>,
        #[serde(borrow, default)]
        group_weight: Sent<'a>,
        #[serde(borrow, default)]
        rules: Sent<'a>,
    }
    #[derive(Deserialize, Default)]
    struct Rules<'a> {
        #[serde(borrow, default)]
        drop_lowest: Sent<'a>,
        #[serde(borrow, default)]
        drop_highest: Sent<'a>,
        #[serde(borrow, default)]
        never_drop: Sent<'a>,
    }
    let wire: Wire<'_> = wire::row(raw)?;
    let rules: Rules<'_> = wire::object(wire.rules).unwrap_or_default();
    let count = |sent| {
        wire::integer(sent)
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or_default()
    };
    let kept = wire::list(rules.never_drop).into_iter();
    Some(Category {
        key: CategoryKey::new(&wire::id(wire.id)?),
        title: wire::line(wire.name),
        weight: wire::decimal(wire.group_weight),
        drop_lowest: count(rules.drop_lowest),
        drop_highest: count(rules.drop_highest),
        never_drop: kept
            .filter_map(|raw| wire::id(Some(raw)))
            .map(|id| ItemKey::new(&id))
            .collect(),
    })
}

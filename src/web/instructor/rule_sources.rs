//! What rules can name, by where it is read: columns of ours, what the LMS itself tells, and gradebook files.

use crate::domain::course::LineItem;
use crate::domain::design_review::{share_elsewhere, share_of};
use crate::domain::facts::GradeSource;
use crate::domain::lineage::Offered;
use crate::domain::outside::OutsideColumn;
use crate::domain::rule::GradeColumn;
use crate::domain::sentence::Names;
use crate::service::badge::design::RuleEditor;
use crate::web::rule_form::column_word;
use crate::web::views::instructor::{ChoiceGroup, CourseBadges};
use crate::web::views::shared::Choice;
use crate::web::words;

/// Most columns that are listed as not read.
pub(super) const MOST_UNREAD: usize = 30;

/// The sources in the order in which they are offered.
const SOURCES: [GradeSource; 3] = [GradeSource::RestCanvas, GradeSource::RestMoodle, GradeSource::Csv];

/// The columns of which something can be asked, by where they are read.
pub(super) fn by_source(
    editor: &RuleEditor,
    may_be_asked: impl Fn(&OutsideColumn) -> bool,
) -> Vec<ChoiceGroup> {
    let of = |source: GradeSource| {
        let columns = editor.outside.iter().filter(|column| column.source == source);
        let choices = columns.filter(|column| may_be_asked(column)).map(|column| {
            Choice::new(
                column.id.as_str(),
                words::outside::offered_among(column, &editor.outside),
            )
        });
        ChoiceGroup {
            label: words::outside::source(source),
            choices: choices.collect(),
        }
    };
    let groups = SOURCES.map(of).into_iter();
    groups.filter(|group| !group.choices.is_empty()).collect()
}

/// Badges that other courses offer, which come course by course.
pub(super) fn by_course(offered: &[Offered]) -> Vec<CourseBadges> {
    let courses = offered.chunk_by(|one, other| one.course == other.course);
    let group = |badges: &[Offered]| CourseBadges {
        label: badges
            .first()
            .map(|one| one.course_name.clone())
            .unwrap_or_default(),
        choices: badges
            .iter()
            .map(|one| Choice::new(one.badge.as_str(), one.name.as_str()))
            .collect(),
    };
    courses.map(group).collect()
}

/// The columns of which percent can be made, ours first.
pub(super) fn shares(editor: &RuleEditor, offered: &impl Fn(&LineItem) -> Choice) -> Vec<ChoiceGroup> {
    let ours = editor.items.iter().filter(|item| share_of(item).is_none());
    let ours = ours.map(|item| {
        let word = column_word(&GradeColumn::Ours(item.id.clone()));
        Choice::new(word, offered(item).label)
    });
    let ours = ChoiceGroup {
        label: words::outside::source(GradeSource::Ags),
        choices: ours.collect(),
    };
    let named = Names::default().with_elsewhere(editor.outside.iter().cloned());
    let has_share = |column: &OutsideColumn| {
        let name = named.elsewhere.get(&column.id);
        column.counts() && name.is_some_and(|name| share_elsewhere(name).is_none())
    };
    let mut groups = by_source(editor, has_share);
    for choice in groups.iter_mut().flat_map(|group| &mut group.choices) {
        choice.value = column_word(&GradeColumn::Elsewhere(choice.value.as_str().into()));
    }
    if !ours.choices.is_empty() {
        groups.insert(0, ours);
    }
    groups
}

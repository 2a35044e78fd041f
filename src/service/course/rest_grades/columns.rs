//! The columns that the interface tells of, as they are kept: known again by their ids, and by those of LTI where they are ours.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use gradebook_rest::{
    Activity, Category, CategoryKey, Grade, Grading, Item, ItemKey, Kind, LtiIds, Withheld as WithheldRead,
    moodle,
};
use rust_decimal::Decimal;
use url::Url;

use crate::domain::course::{Course, LineItem, LineItemState};
use crate::domain::facts::GradeSource;
use crate::domain::outside::{Counting, Measure, OutsideColumn, OutsideValue, RestColumn, Scope, Withheld};
use crate::ids::{LineItemId, OutsideColumnId};
use crate::random::Random;
use crate::store::cells::GradeTold;
use crate::store::{Db, StoreError, line_items, outside};

/// How the key of a column begins, as in files of Canvas.
const ID: &str = "id:";
/// Most characters of a title or a word that is kept.
const MOST: usize = 300;

/// The columns of a course that one interface tells of.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    source: GradeSource,
    by_key: HashMap<String, OutsideColumn>,
    /// Keys that this reading has seen.
    seen: BTreeSet<String>,
    /// Of those, the ones whose points students do not see.
    without_points: BTreeSet<String>,
    ours: Vec<LineItem>,
}

/// Columns that are something else than before.
#[derive(Debug, Default)]
pub(super) struct Otherwise {
    /// Measured or counted otherwise.
    pub(super) changed: Vec<OutsideColumnId>,
    /// Out of other points, so that what is known of their grades says nothing any more.
    pub(super) rescaled: Vec<OutsideColumnId>,
}

impl Columns {
    /// Those that are known.
    pub(super) fn of(db: &mut Db, course: &Course, source: GradeSource) -> Result<Self, StoreError> {
        let known = outside::columns(db, &course.tenant, &course.id)?.into_iter();
        let mut ours = line_items::for_course(db, &course.tenant, &course.id)?;
        ours.retain(|item| item.state != LineItemState::Gone);
        Ok(Self {
            source,
            by_key: known
                .filter(|column| column.source == source)
                .map(|column| (column.key.clone(), column))
                .collect(),
            seen: BTreeSet::new(),
            without_points: BTreeSet::new(),
            ours,
        })
    }

    /// The column that is kept for one of the interface.
    pub(super) fn get(&self, key: &ItemKey) -> Option<&OutsideColumn> {
        self.by_key.get(&key_of(key))
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &OutsideColumn> {
        self.by_key.values()
    }

    /// Those that this reading has seen.
    pub(super) fn seen(&self) -> impl Iterator<Item = &OutsideColumn> {
        self.by_key
            .values()
            .filter(|column| self.seen.contains(&column.key))
    }

    /// Those that were listed and that this reading has not seen.
    pub(super) fn unseen(&self) -> impl Iterator<Item = &OutsideColumn> {
        let listed = |column: &&OutsideColumn| column.rest.as_ref().is_some_and(|rest| rest.is_listed);
        self.by_key
            .values()
            .filter(listed)
            .filter(|column| !self.seen.contains(&column.key))
    }

    /// Takes over what is told of some columns.
    pub(super) fn keep(
        &mut self,
        db: &mut Db,
        course: &Course,
        items: &[Item],
        categories: &[Category],
        now: DateTime<Utc>,
        random: &dyn Random,
    ) -> Result<Otherwise, StoreError> {
        let titles: BTreeMap<&CategoryKey, &String> = categories
            .iter()
            .filter_map(|one| Some((&one.key, one.title.as_ref()?)))
            .collect();
        // The category of all others is the course itself, which tells nothing of a column.
        let of_course = items.iter().find(|item| item.kind == Kind::CourseTotal);
        let top = of_course.and_then(|item| item.category.as_ref());
        let mut otherwise = Otherwise::default();
        for item in items {
            let key = key_of(&item.key);
            let title = item.category.as_ref().and_then(|category| titles.get(category));
            let before = self.by_key.get(&key);
            let is_course = top.is_some() && item.category.as_ref() == top;
            let category = match title {
                Some(_) if is_course => None,
                Some(title) => Some(short(title)),
                // Titles of categories can be out of reach for a while.
                None => before.and_then(|known| known.rest.as_ref()?.category.clone()),
            };
            let column = OutsideColumn {
                id: before.map_or_else(|| OutsideColumnId::new(now, random), |known| known.id.clone()),
                tenant: course.tenant.clone(),
                course: course.id.clone(),
                source: self.source,
                key: key.clone(),
                label: label(item, category.as_deref()),
                maximum: item.maximum.filter(|points| *points > Decimal::ZERO),
                measure: measure(item.grading),
                scope: scope(item.kind),
                counting: match withheld(item) {
                    Some(_) => Counting::Not,
                    None => Counting::Released,
                },
                file: None,
                rest: Some(self.rest(item, before, category)),
            };
            if item.hides_points {
                self.without_points.insert(key.clone());
            }
            self.seen.insert(key.clone());
            if before != Some(&column) {
                outside::save_column(db, &column, None, now)?;
                if before.is_none_or(|known| is_read_otherwise(known, &column)) {
                    otherwise.changed.push(column.id.clone());
                }
                if before.is_some_and(|known| is_rescaled(known, &column)) {
                    otherwise.rescaled.push(column.id.clone());
                }
                self.by_key.insert(key, column);
            }
        }
        Ok(otherwise)
    }

    fn rest(&self, item: &Item, before: Option<&OutsideColumn>, category: Option<String>) -> RestColumn {
        let known = before.and_then(|known| known.rest.as_ref());
        let activity = item.activity.as_ref();
        RestColumn {
            is_on: known.is_none_or(|known| known.is_on),
            is_listed: true,
            ours: self.ours(item),
            category,
            due_at: item.due_at,
            activity: activity.map(|activity| activity.cmid.clone()),
            module: activity.map(|activity| activity.module.clone()),
            instance: activity.map(|activity| activity.instance.clone()),
            tells_hand_ins: self.tells_hand_ins(item),
            tells_completion: known.is_some_and(|known| known.tells_completion),
            withheld: withheld(item),
        }
    }

    fn tells_hand_ins(&self, item: &Item) -> bool {
        match self.source {
            GradeSource::RestMoodle => item.activity.as_ref().is_some_and(|one| one.module == "assign"),
            _ => !matches!(item.kind, Kind::CourseTotal | Kind::CategoryTotal | Kind::Manual),
        }
    }

    /// The column of ours that it is: by the id of its grade item (Moodle), or by that of its resource link (Canvas). Never by
    /// its name.
    fn ours(&self, item: &Item) -> Option<LineItemId> {
        let is_it = |known: &&LineItem| match self.source {
            GradeSource::RestMoodle => Url::parse(&known.url)
                .ok()
                .and_then(|url| moodle::of_line_item(&url))
                .is_some_and(|(_, key)| key == item.key),
            _ => {
                let of_link =
                    item.lti.resource_link.is_some() && item.lti.resource_link == known.resource_link_id;
                let of_id = item.lti.assignment.is_some() && item.lti.assignment == known.resource_link_id;
                of_link || of_id
            }
        };
        self.ours.iter().find(is_it).map(|known| known.id.clone())
    }

    /// Those that a whole reading has not seen are listed no more; says which.
    pub(super) fn unlist(
        &mut self,
        db: &mut Db,
        now: DateTime<Utc>,
    ) -> Result<Vec<OutsideColumnId>, StoreError> {
        let gone: Vec<OutsideColumn> = self.unseen().cloned().collect();
        let mut changed = Vec::new();
        for mut column in gone {
            if let Some(rest) = &mut column.rest {
                rest.is_listed = false;
            }
            outside::save_column(db, &column, None, now)?;
            changed.push(column.id.clone());
            self.by_key.insert(column.key.clone(), column);
        }
        Ok(changed)
    }

    /// Notes which activities tell of completion.
    pub(super) fn note_completion(
        &mut self,
        db: &mut Db,
        activities: &BTreeSet<String>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for column in self.by_key.values_mut() {
            let Some(rest) = &mut column.rest else { continue };
            let tells = rest.activity.as_ref().is_some_and(|one| activities.contains(one));
            if rest.tells_completion != tells {
                rest.tells_completion = tells;
                outside::save_column(db, column, None, now)?;
            }
        }
        Ok(())
    }

    /// What a cell says, as it is kept.
    pub(super) fn told(&self, column: &OutsideColumn, grade: &Grade) -> GradeTold {
        let behind = |points: &Option<Decimal>| points.filter(|_| !self.without_points.contains(&column.key));
        match grade {
            Grade::Points(points) => GradeTold::Is(OutsideValue::Points(*points), None),
            Grade::Percent(share) => GradeTold::Is(OutsideValue::Percent(*share), None),
            Grade::Scale { step, word, .. } => {
                let word = word.as_deref().map_or_else(|| step.to_string(), short);
                GradeTold::Is(OutsideValue::Word(word), None)
            }
            Grade::Letter { letter, points } => {
                GradeTold::Is(OutsideValue::Word(short(letter)), behind(points))
            }
            Grade::PassFail { passed, points } => {
                GradeTold::Is(OutsideValue::Passed(*passed), behind(points))
            }
            Grade::Excused => GradeTold::Is(OutsideValue::Excused, None),
            Grade::Pending => GradeTold::Stays,
            Grade::Missing | Grade::None => GradeTold::Nothing,
        }
    }
}

/// The key under which a column of the interface is kept.
fn key_of(key: &ItemKey) -> String {
    format!("{ID}{key}")
}

/// The key of a column as the interface calls it; none of one that files told of.
pub(super) fn item_key(column: &OutsideColumn) -> Option<ItemKey> {
    column.key.strip_prefix(ID).map(ItemKey::new)
}

/// As much of a kept column as is needed to ask for what changed in it.
pub(super) fn item_of(column: &OutsideColumn) -> Option<Item> {
    let rest = column.rest.as_ref()?;
    let activity = match (&rest.activity, &rest.module, &rest.instance) {
        (Some(cmid), Some(module), Some(instance)) => Some(Activity {
            cmid: cmid.clone(),
            module: module.clone(),
            instance: instance.clone(),
        }),
        _ => None,
    };
    Some(Item {
        key: item_key(column)?,
        title: Some(column.label.clone()),
        kind: Kind::Other,
        grading: Grading::Unknown,
        maximum: column.maximum,
        minimum: None,
        category: None,
        due_at: rest.due_at,
        counts_in_total: None,
        hides_points: false,
        scheme: None,
        withheld: rest
            .withheld
            .filter(|why| *why == Withheld::Anonymous)
            .map(|_| WithheldRead::Anonymous),
        activity,
        lti: LtiIds::default(),
    })
}

/// Whether what a rule reads there is something else now.
fn is_read_otherwise(before: &OutsideColumn, after: &OutsideColumn) -> bool {
    let ours = |column: &OutsideColumn| column.rest.as_ref().and_then(|rest| rest.ours.clone());
    before.maximum != after.maximum
        || before.measure != after.measure
        || before.counts() != after.counts()
        || ours(before) != ours(after)
}

/// Whether grades of Moodle are out of other points now, where it reckons them anew; those of Canvas stay what they are. Totals
/// are out of what each person has.
fn is_rescaled(before: &OutsideColumn, after: &OutsideColumn) -> bool {
    let points = before.maximum.zip(after.maximum);
    after.source == GradeSource::RestMoodle
        && after.scope == Scope::Item
        && points.is_some_and(|(before, after)| before != after)
}

fn short(text: &str) -> String {
    text.chars().take(MOST).collect()
}

/// Totals have no title of their own: the LMS names them in its reader's language.
fn label(item: &Item, category: Option<&str>) -> String {
    match (&item.title, item.kind, category) {
        (Some(title), ..) => short(title),
        (None, Kind::CategoryTotal, Some(category)) => format!("{category} total"),
        (None, Kind::CategoryTotal, None) => "Category total".to_owned(),
        (None, Kind::CourseTotal, _) => "Course total".to_owned(),
        (None, ..) => item.key.to_string(),
    }
}

fn measure(grading: Grading) -> Measure {
    match grading {
        Grading::Points | Grading::None | Grading::Unknown => Measure::Points,
        Grading::Percent => Measure::Percent,
        Grading::PassFail => Measure::PassFail,
        Grading::Letters | Grading::Scale => Measure::Words,
    }
}

fn scope(kind: Kind) -> Scope {
    match kind {
        Kind::CategoryTotal => Scope::Category,
        Kind::CourseTotal => Scope::Course,
        _ => Scope::Item,
    }
}

fn withheld(item: &Item) -> Option<Withheld> {
    match item.withheld {
        Some(WithheldRead::Unpublished) => Some(Withheld::Unpublished),
        Some(WithheldRead::Anonymous) => Some(Withheld::Anonymous),
        Some(WithheldRead::HiddenTotals) => Some(Withheld::Totals),
        None => (item.grading == Grading::None).then_some(Withheld::Ungraded),
    }
}

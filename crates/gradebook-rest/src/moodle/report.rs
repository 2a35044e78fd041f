//! The grade report: numbers are taken from `graderaw`, words from the HTML beside it.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::items::Hints;
use crate::course::{
    Activity, CategoryKey, Dropped, Grade, Grading, Item, ItemKey, Kind, PersonKey, Row, Withheld,
};
use crate::error::Reason;
use crate::number::step;
use crate::wire::{self, Sent};

/// One person's cells.
pub(super) struct Report<'a> {
    pub person: PersonKey,
    pub cells: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Cell<'a> {
    #[serde(borrow, default)]
    id: Sent<'a>,
    #[serde(borrow, default)]
    itemname: Sent<'a>,
    #[serde(borrow, default)]
    itemtype: Sent<'a>,
    #[serde(borrow, default)]
    itemmodule: Sent<'a>,
    #[serde(borrow, default)]
    iteminstance: Sent<'a>,
    #[serde(borrow, default)]
    categoryid: Sent<'a>,
    #[serde(borrow, default)]
    cmid: Sent<'a>,
    #[serde(borrow, default)]
    graderaw: Sent<'a>,
    #[serde(borrow, default)]
    gradedategraded: Sent<'a>,
    #[serde(borrow, default)]
    gradeishidden: Sent<'a>,
    #[serde(borrow, default)]
    gradeisoverridden: Sent<'a>,
    #[serde(borrow, default)]
    gradeneedsupdate: Sent<'a>,
    #[serde(borrow, default)]
    gradeformatted: Sent<'a>,
    #[serde(borrow, default)]
    grademin: Sent<'a>,
    #[serde(borrow, default)]
    grademax: Sent<'a>,
    #[serde(borrow, default)]
    rangeformatted: Sent<'a>,
}

/// The people of an answer; a row that is none is counted.
pub(super) fn people<'a>(body: &'a [u8], dropped: &mut Dropped) -> Result<Vec<Report<'a>>, Reason> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        usergrades: Vec<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct User<'a> {
        #[serde(borrow, default)]
        userid: Sent<'a>,
        #[serde(borrow)]
        gradeitems: Vec<&'a RawValue>,
    }
    let body: Body<'a> = wire::read(body)?;
    let mut found = Vec::with_capacity(body.usergrades.len());
    for raw in body.usergrades {
        let user: Option<User<'a>> = wire::row(raw);
        match user.and_then(|user| Some((wire::id(user.userid)?, user.gradeitems))) {
            Some((id, cells)) => found.push(Report {
                person: PersonKey::new(&id),
                cells,
            }),
            None => dropped.unreadable = dropped.unreadable.saturating_add(1),
        }
    }
    Ok(found)
}

impl<'a> Cell<'a> {
    /// What is no cell is none.
    pub(super) fn of(raw: &'a RawValue) -> Option<(Self, ItemKey)> {
        let cell: Self = wire::row(raw)?;
        let key = ItemKey::new(&wire::id(cell.id)?);
        Some((cell, key))
    }

    /// Whether a grade stands there that its student does not see.
    pub(super) fn hides_a_grade(&self) -> bool {
        self.is_hidden() && self.graderaw.is_some()
    }

    /// Whether the site itself says that it is hidden.
    pub(super) fn is_told_hidden(&self) -> bool {
        wire::flag(self.gradeishidden) == Some(true)
    }

    /// Whether a grade stands there that came from its activity.
    pub(super) fn is_graded_by_activity(&self) -> bool {
        wire::decimal(self.graderaw).is_some() && wire::flag(self.gradeisoverridden) != Some(true)
    }

    fn is_hidden(&self) -> bool {
        // What does not say "not hidden" is hidden.
        wire::flag(self.gradeishidden) != Some(false)
    }

    /// The column that the cell is in.
    pub(super) fn item(&self, key: ItemKey, hints: &Hints) -> Item {
        let module = wire::word(self.itemmodule);
        let instance = wire::id(self.iteminstance);
        let kind = self.kind();
        let hint = module
            .as_deref()
            .zip(instance.as_deref())
            .and_then(|(module, instance)| hints.of(module, instance));
        let mut item = Item::new(key, kind);
        item.title = wire::line(self.itemname);
        item.grading = self.grading(hint.and_then(|hint| hint.grade));
        item.maximum = wire::decimal(self.grademax).or_else(|| {
            hint.and_then(|hint| hint.grade)
                .filter(|most| *most > Decimal::ZERO)
        });
        item.minimum = wire::decimal(self.grademin);
        let is_total = matches!(kind, Kind::CategoryTotal | Kind::CourseTotal);
        if is_total && item.grading == Grading::Points && wire::decimal(self.grademax).is_some() {
            // Out of what its person has, and everybody has something else: percent is what all have in common.
            item.grading = Grading::Percent;
            (item.maximum, item.minimum) = (None, None);
        }
        item.category = match kind {
            // That of the course is the one of all others.
            Kind::CategoryTotal | Kind::CourseTotal => instance.as_deref().map(CategoryKey::new),
            _ => wire::id(self.categoryid).map(|id| CategoryKey::new(&id)),
        };
        if let Some(hint) = hint {
            item.due_at = hint.due_at;
            item.withheld = hint.blind.then_some(Withheld::Anonymous);
        }
        item.activity = wire::id(self.cmid)
            .zip(module.zip(instance))
            .map(|(cmid, (module, instance))| Activity {
                cmid,
                module: wire::one_line(&module),
                instance,
            });
        item
    }

    fn kind(&self) -> Kind {
        match wire::word(self.itemtype).as_deref() {
            Some("course") => Kind::CourseTotal,
            Some("category") => Kind::CategoryTotal,
            Some("manual") => Kind::Manual,
            _ => match wire::word(self.itemmodule).as_deref() {
                Some("assign") => Kind::Assignment,
                Some("quiz") => Kind::Quiz,
                Some("forum") => Kind::Discussion,
                Some("lti") => Kind::Tool,
                _ => Kind::Other,
            },
        }
    }

    /// The report names no scale: the ends of the range are its words. `hint` is the assignment's own grade.
    fn grading(&self, hint: Option<Decimal>) -> Grading {
        let range = wire::word(self.rangeformatted).map(|text| plain(&text));
        if hint.is_some_and(|grade| grade < Decimal::ZERO) {
            return Grading::Scale;
        }
        let points_hint = hint.is_some_and(|grade| grade > Decimal::ZERO);
        match range.as_deref().and_then(|range| range.split_once('\u{2013}')) {
            Some((least, most)) if least.trim().is_empty() && most.trim().is_empty() => Grading::None,
            Some((least, most)) if is_number(least) && is_number(most) => Grading::Points,
            Some(_) if !points_hint && self.is_of_steps() => Grading::Scale,
            Some(_) => Grading::Letters,
            None if points_hint => Grading::Points,
            None => self
                .formatted()
                .filter(|text| is_number(text))
                .map_or(Grading::Unknown, |_| Grading::Points),
        }
    }

    /// From 1 to a whole number, as a scale is.
    fn is_of_steps(&self) -> bool {
        let most = wire::decimal(self.grademax).and_then(step);
        wire::decimal(self.grademin) == Some(Decimal::ONE) && most.is_some_and(|most| most >= 1)
    }

    fn formatted(&self) -> Option<String> {
        wire::word(self.gradeformatted)
            .map(|text| plain(&text))
            .filter(|text| !text.is_empty() && text != "-")
    }

    /// What may be seen of the cell. `hides` says whether the person has hidden grades, which totals would betray.
    pub(super) fn row(
        self,
        person: PersonKey,
        item: &Item,
        hides: bool,
        dropped: &mut Dropped,
    ) -> Option<Row> {
        if item.withheld == Some(Withheld::Anonymous) {
            dropped.anonymous = dropped.anonymous.saturating_add(1);
            return None;
        }
        let raw = match self.graderaw {
            None => None,
            Some(sent) => {
                let number = wire::decimal(Some(sent));
                if number.is_none() {
                    dropped.unreadable = dropped.unreadable.saturating_add(1);
                    return None;
                }
                number
            }
        };
        let is_total = matches!(item.kind, Kind::CategoryTotal | Kind::CourseTotal);
        let is_unseen = raw.is_some() && (self.is_hidden() || (is_total && hides));
        if wire::flag(self.gradeneedsupdate) == Some(true) {
            dropped.broken = dropped.broken.saturating_add(1);
            // It is being reckoned anew: what was known is neither confirmed nor gone.
            return Some(Row {
                person,
                item: item.key.clone(),
                at: None,
                grade: if is_unseen { Grade::None } else { Grade::Pending },
                hand_in: None,
            });
        }
        let seen = match raw {
            Some(_) if is_unseen => {
                dropped.hidden = dropped.hidden.saturating_add(1);
                None
            }
            other => other,
        };
        Some(Row {
            person,
            item: item.key.clone(),
            at: seen.and_then(|_| wire::seconds(self.gradedategraded)),
            grade: seen.map_or(Grade::None, |number| self.value(item, number)),
            hand_in: None,
        })
    }

    /// From where to where the numbers of this person go.
    fn span(&self) -> Option<(Decimal, Decimal)> {
        let least = wire::decimal(self.grademin).unwrap_or_default();
        let most = wire::decimal(self.grademax)?;
        (most > least).then_some((least, most))
    }

    /// A number in percent of what this person's go to; none of what goes nowhere.
    fn percent(&self, number: Decimal) -> Option<Decimal> {
        let (least, most) = self.span()?;
        let above = number.checked_sub(least)?.checked_mul(Decimal::ONE_HUNDRED)?;
        let share = above.checked_div(most.checked_sub(least)?)?;
        // As exact as Moodle's own numbers.
        Some(share.round_dp(5).normalize())
    }

    fn value(&self, item: &Item, number: Decimal) -> Grade {
        let word = self.formatted().map(|text| without_number(&text));
        match (item.grading, word) {
            (Grading::Percent, _) => self.percent(number).map_or(Grade::None, Grade::Percent),
            (Grading::Scale, word) => match step(number) {
                Some(step_of) => Grade::Scale {
                    step: step_of,
                    of: wire::decimal(self.grademax).or(item.maximum).and_then(step),
                    word,
                },
                None => Grade::Points(number),
            },
            (Grading::Letters, Some(letter)) => Grade::Letter {
                letter,
                points: Some(number),
            },
            // A word, and nothing tells whether the number is a step or points.
            (Grading::Unknown, Some(letter)) if !is_number(&letter) => Grade::Letter { letter, points: None },
            _ => Grade::Points(number),
        }
    }
}

/// Text without tags and entities: `<i class="icon"></i>42.12` is `42.12`.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    wire::one_line(&html_escape::decode_html_entities(&text))
}

/// `42.12`, `84,25 %`, `13.30000 (D)`.
fn is_number(text: &str) -> bool {
    let text = text.trim();
    let bare = text.split_once(" (").map_or(text, |(number, _)| number);
    let known =
        |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '%' | ' ' | '\u{a0}' | '\u{2212}');
    bare.contains(|c: char| c.is_ascii_digit()) && bare.chars().all(known)
}

/// `D (13.30)` is the letter `D`.
fn without_number(text: &str) -> String {
    match text.rsplit_once(" (") {
        Some((word, rest)) if !word.is_empty() && is_number(rest.trim_end_matches(')')) => word.to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_out_of_html() {
        assert_eq!(
            plain("<i class=\"icon fa fa-check\" title=\"Pass\"></i>42.12"),
            "42.12"
        );
        assert_eq!(plain("Not yet&ndash;Yes &amp; more"), "Not yet\u{2013}Yes & more");
        assert_eq!(plain("<<>"), "");
        for number in ["42.12", "84,25 %", "13.30000 (D)", "-3.25", "0"] {
            assert!(is_number(number), "{number}");
        }
        for word in ["", "-", "B+", "D (13.30)", "1 star"] {
            assert!(!is_number(word), "{word}");
        }
        assert_eq!(without_number("D (13.30)"), "D");
        assert_eq!(without_number("Good (mostly)"), "Good (mostly)");
    }
}

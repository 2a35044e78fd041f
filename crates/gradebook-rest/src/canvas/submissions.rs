//! One submission: what of it may be seen.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::course::{
    Attachment, Dropped, Grade, Grading, HandIn, Item, ItemKey, PersonKey, Row, Withheld, WorkKind,
};
use crate::wire::{self, Sent};

/// Most files of one submission that are told.
const MOST_FILES: usize = 100;

#[derive(Deserialize)]
pub(super) struct Submission<'a> {
    #[serde(borrow, default)]
    id: Sent<'a>,
    #[serde(borrow, default)]
    assignment_id: Sent<'a>,
    #[serde(borrow, default)]
    user_id: Sent<'a>,
    #[serde(borrow, default)]
    attempt: Sent<'a>,
    #[serde(borrow, default)]
    workflow_state: Sent<'a>,
    #[serde(borrow, default)]
    submission_type: Sent<'a>,
    #[serde(borrow, default)]
    submitted_at: Sent<'a>,
    #[serde(borrow, default)]
    graded_at: Sent<'a>,
    #[serde(borrow, default)]
    posted_at: Sent<'a>,
    #[serde(borrow, default)]
    score: Sent<'a>,
    #[serde(borrow, default)]
    grade: Sent<'a>,
    #[serde(borrow, default)]
    grade_matches_current_submission: Sent<'a>,
    #[serde(borrow, default)]
    excused: Sent<'a>,
    #[serde(borrow, default)]
    late: Sent<'a>,
    #[serde(borrow, default)]
    missing: Sent<'a>,
    #[serde(borrow, default)]
    attachments: Sent<'a>,
}

impl<'a> Submission<'a> {
    /// Whose it is and in which column; none for what is no submission.
    pub(super) fn of(raw: &'a RawValue) -> Option<(Self, PersonKey, ItemKey)> {
        let wire: Self = wire::row(raw)?;
        let person = PersonKey::new(&wire::id(wire.user_id)?);
        let item = ItemKey::new(&wire::id(wire.assignment_id)?);
        Some((wire, person, item))
    }

    pub(super) fn graded_at(&self) -> Option<DateTime<Utc>> {
        wire::moment(self.graded_at)
    }

    /// The cell; none where the column is withheld or the row cannot be read, which is counted. `with_files`: they were asked for.
    pub(super) fn row(
        self,
        person: PersonKey,
        item: &Item,
        with_files: bool,
        dropped: &mut Dropped,
    ) -> Option<Row> {
        match item.withheld {
            Some(Withheld::Anonymous) => {
                dropped.anonymous = dropped.anonymous.saturating_add(1);
                return None;
            }
            Some(_) => {
                dropped.unknown_items = dropped.unknown_items.saturating_add(1);
                return None;
            }
            None => {}
        }
        let Some((grade, at)) = self.grade(item.grading, dropped) else {
            dropped.unreadable = dropped.unreadable.saturating_add(1);
            return None;
        };
        Some(Row {
            person,
            item: item.key.clone(),
            grade,
            at,
            hand_in: self.hand_in(with_files),
        })
    }

    /// What stands in the cell and since when; none where it cannot be read.
    fn grade(&self, grading: Grading, dropped: &mut Dropped) -> Option<(Grade, Option<DateTime<Utc>>)> {
        let score = match self.score {
            None => None,
            Some(sent) => Some(wire::decimal(Some(sent))?),
        };
        // The moment decides what is shown, so one that cannot be read is not taken for none.
        let posted = match self.posted_at {
            None => None,
            Some(sent) => Some(wire::moment(Some(sent))?),
        };
        let is = |sent| wire::flag(sent) == Some(true);
        let excused = is(self.excused);
        let has_grade = excused || score.is_some() || self.grade.is_some();
        let Some(posted) = posted else {
            if has_grade {
                dropped.unposted = dropped.unposted.saturating_add(1);
            }
            let missing = is(self.missing) && !has_grade;
            return Some((if missing { Grade::Missing } else { Grade::None }, None));
        };
        let at = self.graded_at().map_or(posted, |graded| graded.max(posted));
        if excused {
            return Some((Grade::Excused, Some(at)));
        }
        let Some(score) = score else {
            let grade = if is(self.missing) {
                Grade::Missing
            } else {
                Grade::None
            };
            return Some((grade, None));
        };
        let is_graded = wire::word(self.workflow_state).as_deref() == Some("graded");
        if !is_graded || wire::flag(self.grade_matches_current_submission) == Some(false) {
            return Some((Grade::Pending, None));
        }
        Some((self.value(grading, score), Some(at)))
    }

    fn value(&self, grading: Grading, score: Decimal) -> Grade {
        let word = wire::line(self.grade);
        match (grading, word) {
            (Grading::PassFail, Some(word)) if word == "complete" || word == "incomplete" => {
                Grade::PassFail {
                    passed: word == "complete",
                    points: Some(score),
                }
            }
            (Grading::PassFail, _) => Grade::PassFail {
                passed: score > Decimal::ZERO,
                points: Some(score),
            },
            (Grading::Letters, Some(letter)) => Grade::Letter {
                letter,
                points: Some(score),
            },
            _ => Grade::Points(score),
        }
    }

    fn hand_in(&self, with_files: bool) -> Option<HandIn> {
        let files = || {
            let listed = wire::list(self.attachments).into_iter();
            listed.filter_map(attachment).take(MOST_FILES).collect()
        };
        Some(HandIn {
            id: wire::id(self.id),
            at: wire::moment(self.submitted_at)?,
            attempt: wire::integer(self.attempt).and_then(|number| u32::try_from(number).ok()),
            late: wire::flag(self.late),
            kind: wire::word(self.submission_type).map(|word| kind(&word)),
            files: with_files.then(files),
        })
    }
}

/// How it was handed in, by Canvas's `submission_type`.
fn kind(word: &str) -> WorkKind {
    match word {
        "online_upload" => WorkKind::Files,
        "online_text_entry" => WorkKind::Text,
        "online_url" => WorkKind::Address,
        "media_recording" => WorkKind::Recording,
        "student_annotation" => WorkKind::Annotation,
        "discussion_topic" => WorkKind::Discussion,
        "online_quiz" => WorkKind::Quiz,
        "basic_lti_launch" | "external_tool" => WorkKind::Tool,
        _ => WorkKind::Other,
    }
}

/// What its list says of a file. Its address is not read: it may hold a secret with which anybody could open it.
fn attachment(raw: &RawValue) -> Option<Attachment> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        id: Sent<'a>,
        #[serde(borrow, default)]
        display_name: Sent<'a>,
        #[serde(borrow, default)]
        size: Sent<'a>,
        #[serde(borrow, default, rename = "content-type")]
        media_type: Sent<'a>,
        #[serde(borrow, default)]
        modified_at: Sent<'a>,
        #[serde(borrow, default)]
        updated_at: Sent<'a>,
    }
    let wire: Wire<'_> = wire::row(raw)?;
    Some(Attachment {
        id: wire::id(wire.id)?,
        name: wire::line(wire.display_name),
        size: wire::integer(wire.size).and_then(|size| u64::try_from(size).ok()),
        media_type: wire::line(wire.media_type),
        modified_at: wire::moment(wire.modified_at).or_else(|| wire::moment(wire.updated_at)),
    })
}

//! A timeline as pages show it: to its holder, and to those whom they show it.

use crate::domain::evidence::Artefact;
use crate::domain::holder_note::{HolderNote, Link};
use crate::service::Cairn;
use crate::service::award::timelines::{Chapter, Done};
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::web::badge_facts::{picture_of, standing_chip};
use crate::web::views::shared::{ChapterView, NoteView, StepView, TimelineView, When};
use crate::web::words::timelines as words;

/// For whom it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    Holder,
    /// Whoever is shown it; with grades and work or without.
    Others {
        evidence: bool,
    },
}

impl Reader {
    fn sees_evidence(self) -> bool {
        match self {
            Self::Holder => true,
            Self::Others { evidence } => evidence,
        }
    }
}

/// The badges of a timeline, each checked at this moment.
///
/// # Errors
/// [`ServiceError::Internal`] when a stored document is not one of ours.
pub(crate) fn view(
    cairn: &Cairn,
    chapters: &[Chapter],
    reader: Reader,
) -> Result<TimelineView, ServiceError> {
    let all: Result<Vec<_>, _> = chapters.iter().map(|one| chapter(cairn, one, reader)).collect();
    Ok(TimelineView { chapters: all? })
}

fn chapter(cairn: &Cairn, one: &Chapter, reader: Reader) -> Result<ChapterView, ServiceError> {
    let published = &one.published;
    let checked = published.check(cairn)?;
    let award = &published.award;
    let achievement = &checked.document.credential_subject.achievement;
    let outcome = achievement.description.split("\n\n").next().unwrap_or_default();
    let address = addresses::credential(&published.credential.slug);
    Ok(ChapterView {
        name: achievement.name.clone(),
        outcome: outcome.to_owned(),
        picture: picture_of(&one.badge),
        standing: standing_chip(award, checked.at),
        checked: words::checked(award.standing(checked.at), checked.verdict.is_valid()).to_owned(),
        awarded: When::date_only(award.awarded_at),
        until: award.valid_until.map(When::last_day),
        issuer: checked
            .document
            .issuer
            .name
            .clone()
            .unwrap_or_else(|| published.issuer.name.clone()),
        course: one.course.name().to_owned(),
        check_url: (!published.visibility().hidden)
            .then(|| format!("{}{address}", cairn.settings.identity())),
        steps: one.steps.iter().map(|done| step(done, reader)).collect(),
        note: one.note.as_ref().map(note),
    })
}

fn step(done: &Done, reader: Reader) -> StepView {
    let sees = reader.sees_evidence();
    // Who approved is told to the student alone.
    let is_told = sees && (done.step.shows_grade || reader == Reader::Holder);
    let work = done.work.as_ref().filter(|_| sees);
    let file = work.and_then(|work| work.file.as_ref());
    StepView {
        when: When::date_only(done.step.at),
        text: match (is_told, reader) {
            (true, Reader::Holder) => done.step.said.clone(),
            (true, Reader::Others { .. }) => done.step.told.clone(),
            (false, _) => done.step.asked.clone(),
        },
        link: work.and_then(web_address),
        file: file.map(|file| (file.name.clone(), file.digest.clone())),
    }
}

fn web_address(work: &Artefact) -> Option<String> {
    let link = Link::parse(work.link.as_deref()?)?;
    Some(link.as_str().to_owned())
}

/// The holder's words.
#[must_use]
pub(crate) fn note(note: &HolderNote) -> NoteView {
    NoteView {
        text: note.note.clone(),
        link: note.link.as_ref().map(|link| link.as_str().to_owned()),
        written: When::date_only(note.written_at),
        is_kept: !note.shown,
    }
}

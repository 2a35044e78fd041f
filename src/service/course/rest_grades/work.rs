//! What was handed in, as it is kept: of columns that rules name, and nothing that opens a file.

use gradebook_rest::{Attachment, HandIn, ItemKey, WorkKind as KindRead};

use super::columns::{Columns, item_key};
use super::watched::Watched;
use crate::domain::lms_work::{Work, WorkFile, WorkKind};
use crate::ids::OutsideColumnId;

/// Most letters of a name or a media type that are kept.
const MOST: usize = 200;

/// The columns whose work is read: those that a rule names, that tell of hand-ins, and that are none of ours. Whether students see
/// them, and whose work it is, is known once they are listed anew.
pub(super) fn named(columns: &Columns, watched: &Watched) -> Vec<(OutsideColumnId, ItemKey)> {
    let named = columns.all().filter(|column| {
        let is_asked = watched.grades.contains(&column.id) || watched.hand_ins.contains(&column.id);
        let rest = column.rest.as_ref();
        is_asked && rest.is_some_and(|rest| rest.tells_hand_ins && rest.ours.is_none())
    });
    named
        .filter_map(|column| Some((column.id.clone(), item_key(column)?)))
        .collect()
}

/// What was handed in; none where its files were not asked for.
pub(super) fn work_of(hand_in: &HandIn) -> Option<Work> {
    let listed = hand_in.files.as_ref()?;
    // Beside an address Canvas lists its own picture of that page.
    let is_address = hand_in.kind == Some(KindRead::Address);
    let files = listed.iter().filter(|_| !is_address).take(Work::MOST);
    Some(Work {
        kind: hand_in.kind.map(kind),
        attempt: hand_in.attempt,
        files: files.map(file).collect(),
    })
}

fn file(read: &Attachment) -> WorkFile {
    let short = |text: &String| text.chars().take(MOST).collect();
    WorkFile {
        name: read.name.as_ref().map(short),
        media_type: read.media_type.as_ref().map(short),
        size: read.size,
        at: read.modified_at,
    }
}

fn kind(read: KindRead) -> WorkKind {
    match read {
        KindRead::Files => WorkKind::Files,
        KindRead::Text => WorkKind::Text,
        KindRead::Address => WorkKind::Address,
        KindRead::Recording => WorkKind::Recording,
        KindRead::Annotation => WorkKind::Annotation,
        KindRead::Discussion => WorkKind::Discussion,
        KindRead::Quiz => WorkKind::Quiz,
        KindRead::Tool => WorkKind::Tool,
        KindRead::Other => WorkKind::Other,
    }
}

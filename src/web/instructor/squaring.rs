//! An uploaded picture that is not square: what is done about it, in the editors of badges.

use super::badge_form::{kept_name, uploaded};
use crate::domain::cut::{Cut, CutProblem};
use crate::domain::theme::Colour;
use crate::service::Cairn;
use crate::service::badge::pictures::{self, Whose};
use crate::service::base::error::ServiceError;
use crate::web::views::instructor::{BadgeFields, WholePicture};
use crate::web::views::shared::Problem;
use crate::web::words;

/// What became of it.
#[derive(Debug, Default)]
pub(in crate::web) struct Squared {
    /// The picture that is or was not square.
    pub(in crate::web) size: Option<WholePicture>,
    /// Why it is not yet.
    pub(in crate::web) problem: Option<Problem>,
}

/// Has the chosen square cut out of a picture that is not square, which stays to be cut otherwise. Of one that `is_new`, nobody was
/// asked yet.
pub(in crate::web) async fn squared(
    cairn: &Cairn,
    whose: Whose<'_>,
    fields: &mut BadgeFields,
    is_new: bool,
) -> Result<Squared, ServiceError> {
    if is_new {
        fields.picture_whole.clone_from(&fields.picture_kept);
        fields.cut.clear();
    }
    let known = uploaded(&fields.picture_whole).filter(|_| fields.picture_from == "uploaded");
    let Some(picture) = known else {
        return Ok(Squared::default());
    };
    let size = pictures::measured(cairn, whose, &picture).await?;
    let Some((width, height)) = size.filter(|(width, height)| width != height) else {
        // It is square, or not here: what is kept is looked at when it is saved.
        fields.picture_whole.clear();
        return Ok(Squared::default());
    };
    let problem = match chosen(fields) {
        Err(problem) => Some(words::pictures::uncut(problem)),
        Ok(how) => match pictures::cut(cairn, whose, &picture, how).await? {
            Ok(square) => {
                fields.picture_kept = kept_name(&square);
                None
            }
            Err(refused) => Some(words::pictures::refused(&refused)),
        },
    };
    if problem.is_some() {
        // What is shown is what there is to be cut.
        fields.picture_kept.clone_from(&fields.picture_whole);
    }
    Ok(Squared {
        size: Some(WholePicture {
            width,
            height,
            unit: if fields.picture_whole.ends_with(".svg") {
                "units"
            } else {
                "pixels"
            },
        }),
        problem: problem.map(|text| Problem {
            field: "cut".to_owned(),
            text,
        }),
    })
}

fn chosen(fields: &BadgeFields) -> Result<Cut, CutProblem> {
    let number = |text: &str| text.parse::<u32>().map_err(|_| CutProblem::Numbers);
    match fields.cut.as_str() {
        "whole" => Ok(Cut::Whole),
        "centre" => Ok(Cut::Centre),
        "start" => Ok(Cut::Start),
        "end" => Ok(Cut::End),
        "pad" => Colour::parse(&fields.cut_colour)
            .map(Cut::Pad)
            .ok_or(CutProblem::Colour),
        "square" => Ok(Cut::Square {
            left: number(&fields.cut_left)?,
            top: number(&fields.cut_top)?,
            side: number(&fields.cut_side)?,
        }),
        _ => Err(CutProblem::Unsaid),
    }
}

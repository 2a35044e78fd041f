//! `LtiSubmissionReviewRequest` (LTI Submission Review 1.0, section 3).

use super::{Checked, link_of};
use crate::claims::{LtiClaims, Message};
use crate::clean;
use crate::error::Refusal;

/// Row 22.
pub(super) fn validate(claims: &LtiClaims, checked: &Checked<'_>) -> Result<Message, Refusal> {
    let for_user = claims
        .for_user
        .as_ref()
        .and_then(|user| user.user_id.clone())
        .filter(|id| clean::is_id(id))
        .ok_or(Refusal::SubmissionReview("student (for_user.user_id)"))?;
    let lineitem = checked.ags.and_then(|ags| ags.lineitem.clone());
    let link = link_of(claims, checked);
    if lineitem.is_none() && link.is_none() {
        return Err(Refusal::SubmissionReview("grade column (line item)"));
    }
    Ok(Message::SubmissionReview {
        for_user,
        lineitem,
        link,
    })
}

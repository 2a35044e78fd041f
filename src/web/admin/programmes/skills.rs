//! Skills of the lists of the institution in the editor of a programme.

use crate::ids::SkillId;
use crate::service::base::error::ServiceError;
use crate::service::institution::programmes::skills;
use crate::web::extract::programme_request::ProgrammeRequest;
use crate::web::views::instructor::{AlignmentRow, BadgeFields, SkillPicker};
use crate::web::views::shared::Choice;

/// What is found for the words that were typed.
pub(super) async fn picker(request: &ProgrammeRequest) -> Result<SkillPicker, ServiceError> {
    let sought = request.fields().text("skill_search");
    let offer = skills::search(request.cairn(), request.by()?, &request.tenant, &sought).await?;
    let found = offer.found.into_iter().map(|one| {
        let code = one.skill.code.map(|code| format!(", {code}")).unwrap_or_default();
        Choice::new(
            one.id.to_string(),
            format!("{} ({}{code})", one.skill.name, one.list),
        )
    });
    Ok(SkillPicker {
        is_there: offer.is_there,
        sought,
        found: found.collect(),
    })
}

/// The buttons that add and remove skills.
pub(super) async fn change(request: &ProgrammeRequest, fields: &mut BadgeFields) -> Result<(), ServiceError> {
    let action = request.fields().text("action");
    if let Some(place) = action.strip_prefix("remove_alignment:") {
        let place: Option<usize> = place.parse().ok();
        if let Some(place) = place.filter(|place| *place < fields.alignments.len()) {
            fields.alignments.remove(place);
        }
    } else if let Some(id) = action.strip_prefix("take_skill:") {
        let id = SkillId::from(id.to_owned());
        let chosen = skills::chosen(request.cairn(), request.by()?, &request.tenant, &id).await?;
        if let Some(one) = chosen
            && fields.alignments.iter().all(|row| row.url != one.skill.url)
        {
            fields.alignments.push(AlignmentRow {
                name: one.skill.name,
                url: one.skill.url,
                code: one.skill.code.unwrap_or_default(),
                framework: one.list,
            });
        }
    }
    Ok(())
}

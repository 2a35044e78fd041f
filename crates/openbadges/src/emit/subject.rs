//! Learner, results and evidence as quads.

use super::{Emit, EmitError, Emitter, Node};
use crate::credential::{AchievementSubject, Evidence, IdentityObject, ResultEntry};
use crate::vocab::{datatype, ob, schema};

impl Emit for AchievementSubject {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        if self.id.is_none() && self.identifier.is_empty() {
            return Err(EmitError::NoRecipient);
        }
        let node = to.named_or_blank(self.id.as_deref())?;
        to.class(&node, ob::ACHIEVEMENT_SUBJECT);
        to.child(&node, ob::ACHIEVEMENT, &self.achievement)?;
        to.children(&node, ob::IDENTIFIER, &self.identifier)?;
        to.children(&node, ob::RESULT, &self.result)?;
        to.number(&node, ob::CREDITS_EARNED, self.credits_earned)?;
        to.moment(
            &node,
            ob::ACTIVITY_START_DATE,
            self.activity_start_date,
            datatype::HTTPS_DATE,
        )?;
        to.moment(
            &node,
            ob::ACTIVITY_END_DATE,
            self.activity_end_date,
            datatype::HTTPS_DATE,
        )?;
        to.text(&node, ob::TERM, self.term.as_deref())?;
        to.text(&node, ob::ROLE, self.role.as_deref())?;
        to.text(&node, ob::LICENSE_NUMBER, self.license_number.as_deref())?;
        to.text(&node, ob::NARRATIVE, self.narrative.as_deref())?;
        to.children(&node, ob::IMAGE, &self.image)?;
        Ok(node)
    }
}

impl Emit for IdentityObject {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = to.blank();
        to.class(&node, ob::IDENTITY_OBJECT);
        let hashed = if self.hashed { "true" } else { "false" };
        to.typed(&node, ob::HASHED, hashed, datatype::HTTPS_BOOLEAN)?;
        to.text(&node, ob::IDENTITY_HASH, self.identity_hash.as_str())?;
        to.text(&node, ob::IDENTITY_TYPE, self.identity_type.as_str())?;
        to.text(&node, ob::SALT, self.salt.as_deref())?;
        Ok(node)
    }
}

impl Emit for ResultEntry {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = to.blank();
        to.class(&node, ob::RESULT_CLASS);
        to.typed(
            &node,
            ob::RESULT_DESCRIPTION,
            self.result_description.as_deref(),
            datatype::HTTPS_ANY_URI,
        )?;
        to.typed(
            &node,
            ob::ACHIEVED_LEVEL,
            self.achieved_level.as_deref(),
            datatype::HTTPS_ANY_URI,
        )?;
        to.text(&node, schema::VALUE, self.value.as_deref())?;
        to.text(
            &node,
            ob::STATUS,
            self.status.map(crate::credential::ResultStatus::as_str),
        )?;
        to.children(&node, ob::ALIGNMENT, &self.alignment)?;
        Ok(node)
    }
}

impl Emit for Evidence {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = to.named_or_blank(self.id.as_deref())?;
        to.class(&node, ob::EVIDENCE_CLASS);
        to.text(&node, schema::NAME, self.name.as_deref())?;
        to.text(&node, ob::NARRATIVE, self.narrative.as_deref())?;
        to.text(&node, schema::DESCRIPTION, self.description.as_deref())?;
        to.text(&node, schema::GENRE, self.genre.as_deref())?;
        to.text(&node, schema::AUDIENCE, self.audience.as_deref())?;
        Ok(node)
    }
}

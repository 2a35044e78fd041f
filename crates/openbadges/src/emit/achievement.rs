//! The badge's own definition as quads.

use super::{Emit, EmitError, Emitter, Node};
use crate::credential::{
    Achievement, Alignment, Criteria, IdentifierEntry, Image, Profile, ResultDescription,
    RubricCriterionLevel,
};
use crate::vocab::{datatype, ob, schema};

impl Emit for Achievement {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, ob::ACHIEVEMENT_CLASS);
        to.text(&node, schema::NAME, self.name.as_str())?;
        to.text(&node, schema::DESCRIPTION, self.description.as_str())?;
        to.text(&node, ob::ACHIEVEMENT_TYPE, self.achievement_type.as_deref())?;
        to.child(&node, ob::CRITERIA, &self.criteria)?;
        to.children(&node, ob::IMAGE, &self.image)?;
        to.children(&node, ob::ALIGNMENT, &self.alignment)?;
        to.children(&node, ob::CREATOR, &self.creator)?;
        to.children(&node, ob::RESULT_DESCRIPTION, &self.result_description)?;
        self.tag
            .iter()
            .try_for_each(|tag| to.text(&node, schema::KEYWORDS, tag.as_str()))?;
        to.number(&node, ob::CREDITS_AVAILABLE, self.credits_available)?;
        to.text(&node, ob::FIELD_OF_STUDY, self.field_of_study.as_deref())?;
        to.text(&node, ob::HUMAN_CODE, self.human_code.as_deref())?;
        to.text(&node, ob::SPECIALIZATION, self.specialization.as_deref())?;
        to.text(&node, ob::VERSION, self.version.as_deref())?;
        to.text(&node, schema::IN_LANGUAGE, self.in_language.as_deref())?;
        to.children(&node, ob::OTHER_IDENTIFIER, &self.other_identifier)?;
        to.children(&node, ob::ENDORSEMENT, &self.endorsement)?;
        Ok(node)
    }
}

impl Emit for Criteria {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        if self.id.is_none() && self.narrative.is_none() {
            return Err(EmitError::NoCriteria);
        }
        let node = to.named_or_blank(self.id.as_deref())?;
        to.text(&node, ob::NARRATIVE, self.narrative.as_deref())?;
        Ok(node)
    }
}

impl Emit for Alignment {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = to.blank();
        to.class(&node, schema::ALIGNMENT_OBJECT);
        to.text(&node, schema::TARGET_NAME, self.target_name.as_str())?;
        to.typed(
            &node,
            schema::TARGET_URL,
            self.target_url.as_str(),
            datatype::HTTPS_ANY_URI,
        )?;
        to.text(&node, ob::TARGET_TYPE, self.target_type.as_deref())?;
        to.text(&node, ob::TARGET_CODE, self.target_code.as_deref())?;
        to.text(&node, schema::TARGET_FRAMEWORK, self.target_framework.as_deref())?;
        to.text(
            &node,
            schema::TARGET_DESCRIPTION,
            self.target_description.as_deref(),
        )?;
        Ok(node)
    }
}

impl Emit for ResultDescription {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, ob::RESULT_DESCRIPTION_CLASS);
        to.text(&node, schema::NAME, self.name.as_str())?;
        to.text(&node, ob::RESULT_TYPE, self.result_type.as_str())?;
        to.children(&node, ob::RUBRIC_CRITERION_LEVEL, &self.rubric_criterion_level)?;
        to.list(&node, ob::ALLOWED_VALUE, &self.allowed_value)?;
        to.typed(
            &node,
            ob::REQUIRED_LEVEL,
            self.required_level.as_deref(),
            datatype::HTTPS_ANY_URI,
        )?;
        to.text(&node, ob::REQUIRED_VALUE, self.required_value.as_deref())?;
        to.text(&node, ob::VALUE_MAX, self.value_max.as_deref())?;
        to.text(&node, ob::VALUE_MIN, self.value_min.as_deref())?;
        to.children(&node, ob::ALIGNMENT, &self.alignment)?;
        Ok(node)
    }
}

impl Emit for RubricCriterionLevel {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, ob::RUBRIC_CRITERION_LEVEL_CLASS);
        to.text(&node, schema::NAME, self.name.as_str())?;
        to.text(&node, schema::DESCRIPTION, self.description.as_deref())?;
        to.text(&node, ob::LEVEL, self.level.as_deref())?;
        to.text(&node, ob::POINTS, self.points.as_deref())?;
        to.children(&node, ob::ALIGNMENT, &self.alignment)?;
        Ok(node)
    }
}

impl Emit for Profile {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, ob::PROFILE);
        to.text(&node, schema::NAME, self.name.as_deref())?;
        to.typed(&node, schema::URL, self.url.as_deref(), datatype::HTTPS_ANY_URI)?;
        to.text(&node, schema::EMAIL, self.email.as_deref())?;
        to.text(&node, ob::PHONE, self.phone.as_deref())?;
        to.text(&node, schema::DESCRIPTION, self.description.as_deref())?;
        to.children(&node, ob::IMAGE, &self.image)?;
        to.text(&node, ob::OFFICIAL, self.official.as_deref())?;
        to.children(&node, ob::PARENT_ORG, self.parent_org.as_deref())?;
        to.children(&node, ob::OTHER_IDENTIFIER, &self.other_identifier)?;
        to.children(&node, ob::ENDORSEMENT, &self.endorsement)?;
        Ok(node)
    }
}

impl Emit for Image {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, ob::IMAGE_CLASS);
        to.text(&node, schema::CAPTION, self.caption.as_deref())?;
        Ok(node)
    }
}

impl Emit for IdentifierEntry {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = to.blank();
        to.class(&node, ob::IDENTIFIER_ENTRY);
        to.text(&node, ob::IDENTIFIER, self.identifier.as_str())?;
        to.text(&node, ob::IDENTIFIER_TYPE, self.identifier_type.as_str())?;
        Ok(node)
    }
}

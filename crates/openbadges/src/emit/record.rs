//! A Comprehensive Learner Record as quads. Its parts stand in the default graph, with their proofs as any embedded credential:
//! the published context gives them no graphs of their own.

use std::collections::HashSet;

use super::credential::{proofs, validity};
use super::{Emit, EmitError, Emitter, Node};
use crate::credential::record::{cycle, part_and_whole};
use crate::credential::{Association, ClrCredential, ClrSubject, Part};
use crate::vocab::{clr, datatype, schema, vc};

impl Emit for ClrCredential {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, vc::VERIFIABLE_CREDENTIAL);
        to.class(&node, clr::CLR_CREDENTIAL);
        to.text(&node, schema::NAME, self.name.as_str())?;
        to.text(&node, schema::DESCRIPTION, self.description.as_deref())?;
        let partial = self.partial.map(|partial| if partial { "true" } else { "false" });
        to.typed(&node, clr::PARTIAL, partial, datatype::XSD_PREFIX_BOOLEAN)?;
        to.child(&node, vc::ISSUER, &self.issuer)?;
        validity(to, &node, self.valid_from, self.valid_until)?;
        to.child(&node, vc::CREDENTIAL_SUBJECT, &self.credential_subject)?;
        to.children(&node, vc::CREDENTIAL_STATUS, &self.credential_status)?;
        proofs(to, &node, &self.proof)?;
        Ok(node)
    }
}

impl Emit for ClrSubject {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        if self.id.is_none() && self.identifier.is_empty() {
            return Err(EmitError::NoRecipient);
        }
        if self.verifiable_credential.is_empty() {
            return Err(EmitError::NoParts);
        }
        associated(self)?;
        let node = to.named_or_blank(self.id.as_deref())?;
        to.class(&node, clr::CLR_SUBJECT);
        to.children(&node, clr::IDENTIFIER, &self.identifier)?;
        to.children(&node, clr::VERIFIABLE_CREDENTIAL, &self.verifiable_credential)?;
        to.children(&node, clr::ACHIEVEMENT, &self.achievement)?;
        to.children(&node, clr::ASSOCIATION, &self.association)?;
        Ok(node)
    }
}

/// Whether the associations are of what is in the record, and nothing is a part of itself.
fn associated(subject: &ClrSubject) -> Result<(), EmitError> {
    let parts = subject.verifiable_credential.iter();
    let parts = parts.map(|part| &part.badge().credential_subject.achievement);
    let known: HashSet<&str> = parts
        .chain(&subject.achievement)
        .map(|achievement| achievement.id.as_str())
        .collect();
    let mut edges = Vec::new();
    for association in &subject.association {
        let Association {
            association_type,
            source_id,
            target_id,
            ..
        } = association;
        for id in [source_id, target_id] {
            if !known.contains(id.as_str()) {
                return Err(EmitError::UnknownAchievement(id.clone()));
            }
        }
        edges.extend(part_and_whole(association_type.as_str(), source_id, target_id));
    }
    cycle(&edges).map_or(Ok(()), |id| Err(EmitError::Circle(id.to_owned())))
}

impl Emit for Part {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let badge = self.badge();
        if badge.proof.is_empty() {
            return Err(EmitError::UnsignedPart(badge.id.clone()));
        }
        badge.emit(to)
    }
}

impl Emit for Association {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = to.blank();
        to.class(&node, clr::ASSOCIATION_CLASS);
        to.text(&node, clr::ASSOCIATION_TYPE, self.association_type.as_str())?;
        to.typed(
            &node,
            clr::SOURCE_ID,
            self.source_id.as_str(),
            datatype::XSD_PREFIX_ANY_URI,
        )?;
        to.typed(
            &node,
            clr::TARGET_ID,
            self.target_id.as_str(),
            datatype::XSD_PREFIX_ANY_URI,
        )?;
        Ok(node)
    }
}

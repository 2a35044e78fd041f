//! Badges, endorsements, status lists and their proofs as quads.

use chrono::{DateTime, Utc};
use oxrdf::Quad;

use super::{Emit, EmitError, Emitter, Node};
use crate::credential::wire::timestamp;
use crate::credential::{
    Context, CredentialSchema, EndorsementCredential, EndorsementSubject, OpenBadgeCredential, Proof,
    StatusEntry,
};
use crate::proof::SUITE;
use crate::status::{StatusListCredential, StatusListSubject};
use crate::vocab::{self, datatype, ob, schema, security, status, vc};

impl Emit for OpenBadgeCredential {
    fn emit(&self, to: &mut Emitter) -> Result<Node, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, vc::VERIFIABLE_CREDENTIAL);
        to.class(&node, ob::OPEN_BADGE_CREDENTIAL);
        to.text(&node, schema::NAME, self.name.as_deref())?;
        to.text(&node, schema::DESCRIPTION, self.description.as_deref())?;
        to.children(&node, ob::IMAGE, &self.image)?;
        to.child(&node, vc::ISSUER, &self.issuer)?;
        validity(to, &node, self.valid_from, self.valid_until)?;
        let awarded = self.awarded_date.map(timestamp);
        to.typed(
            &node,
            ob::AWARDED_DATE,
            awarded.as_deref(),
            datatype::XSD_PREFIX_DATE_TIME,
        )?;
        to.child(&node, vc::CREDENTIAL_SUBJECT, &self.credential_subject)?;
        to.children(&node, vc::EVIDENCE, &self.evidence)?;
        to.children(&node, vc::CREDENTIAL_STATUS, &self.credential_status)?;
        schemas(to, &node, self.context, &self.credential_schema)?;
        to.children(&node, ob::ENDORSEMENT, &self.endorsement)?;
        proofs(to, &node, &self.proof)?;
        Ok(node)
    }
}

impl Emit for EndorsementCredential {
    fn emit(&self, to: &mut Emitter) -> Result<Node, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, vc::VERIFIABLE_CREDENTIAL);
        to.class(&node, ob::ENDORSEMENT_CREDENTIAL);
        to.text(&node, schema::NAME, self.name.as_str())?;
        to.text(&node, schema::DESCRIPTION, self.description.as_deref())?;
        to.child(&node, vc::ISSUER, &self.issuer)?;
        validity(to, &node, self.valid_from, self.valid_until)?;
        to.child(&node, vc::CREDENTIAL_SUBJECT, &self.credential_subject)?;
        to.children(&node, vc::CREDENTIAL_STATUS, &self.credential_status)?;
        schemas(to, &node, self.context, &self.credential_schema)?;
        proofs(to, &node, &self.proof)?;
        Ok(node)
    }
}

impl Emit for EndorsementSubject {
    fn emit(&self, to: &mut Emitter) -> Result<Node, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, ob::ENDORSEMENT_SUBJECT);
        to.text(
            &node,
            ob::ENDORSEMENT_COMMENT,
            self.endorsement_comment.as_deref(),
        )?;
        Ok(node)
    }
}

impl Emit for StatusListCredential {
    fn emit(&self, to: &mut Emitter) -> Result<Node, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, vc::VERIFIABLE_CREDENTIAL);
        to.class(&node, status::BITSTRING_STATUS_LIST_CREDENTIAL);
        to.iri(&node, vc::ISSUER, &self.issuer)?;
        validity(to, &node, self.valid_from, self.valid_until)?;
        to.child(&node, vc::CREDENTIAL_SUBJECT, &self.credential_subject)?;
        proofs(to, &node, &self.proof)?;
        Ok(node)
    }
}

impl Emit for StatusListSubject {
    fn emit(&self, to: &mut Emitter) -> Result<Node, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, status::BITSTRING_STATUS_LIST);
        to.typed(
            &node,
            status::ENCODED_LIST,
            self.encoded_list.as_str(),
            datatype::MULTIBASE,
        )?;
        to.text(&node, status::STATUS_PURPOSE, self.status_purpose.as_str())?;
        Ok(node)
    }
}

impl Emit for StatusEntry {
    fn emit(&self, to: &mut Emitter) -> Result<Node, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, status::BITSTRING_STATUS_LIST_ENTRY);
        to.text(&node, status::STATUS_PURPOSE, self.status_purpose.as_str())?;
        to.text(
            &node,
            status::STATUS_LIST_INDEX,
            self.status_list_index.to_string().as_str(),
        )?;
        to.iri(
            &node,
            status::STATUS_LIST_CREDENTIAL,
            &self.status_list_credential,
        )?;
        Ok(node)
    }
}

impl Emit for CredentialSchema {
    fn emit(&self, to: &mut Emitter) -> Result<Node, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, vocab::SCHEMA_VALIDATOR);
        Ok(node)
    }
}

fn validity(
    to: &mut Emitter,
    node: &Node,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<(), EmitError> {
    to.typed(
        node,
        vc::VALID_FROM,
        timestamp(from).as_str(),
        datatype::DATE_TIME,
    )?;
    to.typed(
        node,
        vc::VALID_UNTIL,
        until.map(timestamp).as_deref(),
        datatype::DATE_TIME,
    )
}

fn schemas(
    to: &mut Emitter,
    node: &Node,
    context: Context,
    schemas: &[CredentialSchema],
) -> Result<(), EmitError> {
    if context == Context::Badge && !schemas.is_empty() {
        return Err(EmitError::SchemaWithoutContext);
    }
    to.children(node, vc::CREDENTIAL_SCHEMA, schemas)
}

/// The proofs of an embedded document, each in a graph of its own. The outer document has none while it is signed.
fn proofs(to: &mut Emitter, node: &Node, proofs: &[Proof]) -> Result<(), EmitError> {
    for proof in proofs {
        let graph = to.in_graph(|to| {
            let inside = configuration(to, proof)?;
            to.typed(
                &inside,
                security::PROOF_VALUE,
                proof.proof_value.as_str(),
                datatype::MULTIBASE,
            )
        })?;
        to.link(node, security::PROOF, &graph);
    }
    Ok(())
}

fn configuration(to: &mut Emitter, proof: &Proof) -> Result<Node, EmitError> {
    let node = to.blank();
    to.class(&node, security::DATA_INTEGRITY_PROOF);
    to.typed(
        &node,
        vocab::CREATED,
        timestamp(proof.created).as_str(),
        datatype::DATE_TIME,
    )?;
    to.typed(&node, security::CRYPTOSUITE, SUITE, datatype::CRYPTOSUITE)?;
    to.iri(&node, security::PROOF_PURPOSE, security::ASSERTION_METHOD)?;
    to.iri(&node, security::VERIFICATION_METHOD, &proof.verification_method)?;
    Ok(node)
}

/// The quads of a proof without its value: the other half of what is signed.
pub(crate) fn proof_config(proof: &Proof) -> Result<Vec<Quad>, EmitError> {
    let mut emitter = Emitter::new();
    configuration(&mut emitter, proof)?;
    Ok(emitter.quads)
}

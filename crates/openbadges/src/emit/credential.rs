//! Badges, endorsements, status lists and their proofs as quads.

use chrono::{DateTime, Utc};

use super::{Emit, EmitError, Emitter, Graph, Node};
use crate::credential::{
    Context, CredentialSchema, EndorsementCredential, EndorsementSubject, OpenBadgeCredential, Proof,
    StatusEntry,
};
use crate::proof::SUITE;
use crate::status::{StatusListCredential, StatusListSubject};
use crate::vocab::{self, datatype, ob, schema, security, status, vc};

impl Emit for OpenBadgeCredential {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, vc::VERIFIABLE_CREDENTIAL);
        to.class(&node, ob::OPEN_BADGE_CREDENTIAL);
        to.text(&node, schema::NAME, self.name.as_deref())?;
        to.text(&node, schema::DESCRIPTION, self.description.as_deref())?;
        to.children(&node, ob::IMAGE, &self.image)?;
        to.child(&node, vc::ISSUER, &self.issuer)?;
        validity(to, &node, self.valid_from, self.valid_until)?;
        to.moment(
            &node,
            ob::AWARDED_DATE,
            self.awarded_date,
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
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
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
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
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
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
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
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
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
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, status::BITSTRING_STATUS_LIST_ENTRY);
        to.text(&node, status::STATUS_PURPOSE, self.status_purpose.as_str())?;
        to.index(&node, status::STATUS_LIST_INDEX, self.status_list_index)?;
        to.iri(
            &node,
            status::STATUS_LIST_CREDENTIAL,
            &self.status_list_credential,
        )?;
        Ok(node)
    }
}

impl Emit for CredentialSchema {
    fn emit<'a>(&'a self, to: &mut Emitter<'a>) -> Result<Node<'a>, EmitError> {
        let node = Emitter::named(&self.id)?;
        to.class(&node, vocab::SCHEMA_VALIDATOR);
        Ok(node)
    }
}

pub(super) fn validity<'a>(
    to: &mut Emitter<'a>,
    node: &Node<'a>,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<(), EmitError> {
    to.moment(node, vc::VALID_FROM, from, datatype::DATE_TIME)?;
    to.moment(node, vc::VALID_UNTIL, until, datatype::DATE_TIME)
}

fn schemas<'a>(
    to: &mut Emitter<'a>,
    node: &Node<'a>,
    context: Context,
    schemas: &'a [CredentialSchema],
) -> Result<(), EmitError> {
    if context == Context::Badge && !schemas.is_empty() {
        return Err(EmitError::SchemaWithoutContext);
    }
    to.children(node, vc::CREDENTIAL_SCHEMA, schemas)
}

/// The proofs of an embedded document, each in a graph of its own. The outer document has none while it is signed.
pub(super) fn proofs<'a>(
    to: &mut Emitter<'a>,
    node: &Node<'a>,
    proofs: &'a [Proof],
) -> Result<(), EmitError> {
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

fn configuration<'a>(to: &mut Emitter<'a>, proof: &'a Proof) -> Result<Node<'a>, EmitError> {
    let node = to.blank();
    to.class(&node, security::DATA_INTEGRITY_PROOF);
    to.moment(&node, vocab::CREATED, proof.created, datatype::DATE_TIME)?;
    to.typed(&node, security::CRYPTOSUITE, SUITE, datatype::CRYPTOSUITE)?;
    to.iri(&node, security::PROOF_PURPOSE, security::ASSERTION_METHOD)?;
    to.iri(&node, security::VERIFICATION_METHOD, &proof.verification_method)?;
    Ok(node)
}

/// What a proof without its value states: the other half of what is signed.
pub(crate) fn proof_config(proof: &Proof) -> Result<Graph<'_>, EmitError> {
    let mut emitter = Emitter::new();
    configuration(&mut emitter, proof)?;
    Ok(emitter.all)
}

//! What a key of an issuer has signed. It is read from the signed forms themselves, because no column can be trusted to say
//! it: each program signs anew, an older one too, and one that does not know the column leaves it as it was.

use serde::Deserialize;

use crate::domain::credential::Credential;
use crate::domain::issuer::Issuer;
use crate::domain::keys::{IssuerKey, KeyKind};
use crate::ids::CredentialId;
use crate::service::base::error::ServiceError;
use crate::store::status_lists::{self, StatusList};
use crate::store::{Db, StoreError, reissues};
use openbadges::credential::Proof;
use openbadges::did::IssuerIdentity;
use openbadges::jwt;
use openbadges::keys::PublicKey;

/// How many forms are read at a time, and how many badges [`Signatures::next`] gives at most.
const AT_ONCE: i64 = 50;

/// The signatures of one key.
#[derive(Debug, Clone)]
pub(super) struct Signatures {
    issuer: Issuer,
    kind: KeyKind,
    /// The DID URL of the key, which its signatures name.
    method: String,
}

/// A signed document, as far as it says who signed it. What is within it may bear proofs of others.
#[derive(Deserialize)]
struct Signed {
    #[serde(default)]
    proof: Vec<Proof>,
}

impl Signatures {
    /// Those of `key`, as the issuer of that identity names it.
    ///
    /// # Errors
    /// [`ServiceError::Internal`] for a key that cannot be read.
    pub(super) fn of(
        identity: &IssuerIdentity,
        issuer: &Issuer,
        key: &IssuerKey,
    ) -> Result<Self, ServiceError> {
        let public = PublicKey::from_multikey(&key.public_multibase)
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        Ok(Self {
            issuer: issuer.clone(),
            kind: key.kind,
            method: identity.verification_method(&public),
        })
    }

    /// Whether the key signed the form of its kind of that credential.
    pub(super) fn is_on(&self, credential: &Credential) -> bool {
        let form = match self.kind {
            KeyKind::Ed25519 => Some(&credential.document),
            KeyKind::Es256 => credential.token.as_ref(),
        };
        form.is_some_and(|form| self.is_in(credential.id.as_str(), form))
    }

    /// The next badges of the issuer that the key signed, in the order of their ids, few enough for one transaction: those
    /// after `after`. None: there are no more.
    pub(super) fn next(
        &self,
        db: &mut Db,
        after: Option<&CredentialId>,
    ) -> Result<Vec<CredentialId>, StoreError> {
        let mut after = after.cloned();
        loop {
            let forms = self.forms(db, after.as_ref())?;
            let Some((last, _)) = forms.last() else {
                return Ok(Vec::new());
            };
            after = Some(last.clone());
            let signed = forms
                .into_iter()
                .filter(|(id, form)| self.is_in(id.as_str(), form));
            let signed: Vec<CredentialId> = signed.map(|(id, _)| id).collect();
            if !signed.is_empty() {
                return Ok(signed);
            }
        }
    }

    /// How many badges of the issuer it signed. Reads all that there are.
    pub(super) fn count(&self, db: &mut Db) -> Result<i64, StoreError> {
        let (mut after, mut count) = (None, 0_usize);
        loop {
            let signed = self.next(db, after.as_ref())?;
            let Some(last) = signed.last() else {
                return Ok(i64::try_from(count).unwrap_or(i64::MAX));
            };
            after = Some(last.clone());
            count = count.saturating_add(signed.len());
        }
    }

    /// The status lists of the issuer that it signed; keys for tokens sign none.
    pub(super) fn lists(&self, db: &mut Db) -> Result<Vec<StatusList>, StoreError> {
        if self.kind == KeyKind::Es256 {
            return Ok(Vec::new());
        }
        let mut all = status_lists::for_issuer(db, &self.issuer.tenant, &self.issuer.id)?;
        all.retain(|list| self.is_in(list.id.as_str(), &list.document));
        Ok(all)
    }

    fn forms(
        &self,
        db: &mut Db,
        after: Option<&CredentialId>,
    ) -> Result<Vec<(CredentialId, String)>, StoreError> {
        let (tenant, issuer) = (&self.issuer.tenant, &self.issuer.id);
        match self.kind {
            KeyKind::Ed25519 => reissues::documents(db, tenant, issuer, after, AT_ONCE),
            KeyKind::Es256 => reissues::tokens(db, tenant, issuer, after, AT_ONCE),
        }
    }

    /// Whether a signed form names the key. One that cannot be read names none: nobody could verify it or sign it anew, and
    /// it must not keep the others from being signed.
    fn is_in(&self, id: &str, form: &str) -> bool {
        let named = match self.kind {
            KeyKind::Ed25519 => proven_by(form, &self.method).ok(),
            KeyKind::Es256 => jwt::read_header(form.as_bytes())
                .map(|header| header.key_id.as_deref() == Some(self.method.as_str()))
                .ok(),
        };
        // What a reader says of a document may hold a part of it, and with it a name.
        named.unwrap_or_else(|| {
            tracing::error!(id, "what is stored as signed cannot be read");
            false
        })
    }
}

/// Whether a document has a proof of its own by that key.
fn proven_by(document: &str, method: &str) -> serde_json::Result<bool> {
    let signed: Signed = serde_json::from_str(document)?;
    Ok(signed
        .proof
        .iter()
        .any(|proof| proof.verification_method == method))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::zone::Zone;
    use openbadges::testing::examples;
    use serde_json::{Value, json};

    const OURS: &str = "did:web:x.example#zOurs";

    fn signatures(kind: KeyKind) -> Signatures {
        Signatures {
            issuer: Issuer {
                id: "i".into(),
                tenant: "t".into(),
                slug: "x".into(),
                name: "Example College".into(),
                url: None,
                email: None,
                accent: None,
                zone: Zone::UTC,
                marks: crate::domain::issuer::Marks::default(),
            },
            kind,
            method: OURS.to_owned(),
        }
    }

    fn proof(method: &str) -> Value {
        json!({
            "type": "DataIntegrityProof",
            "created": "2026-11-23T10:42:00Z",
            "verificationMethod": method,
            "cryptosuite": "eddsa-rdfc-2022",
            "proofPurpose": "assertionMethod",
            "proofValue": "z1",
        })
    }

    #[test]
    fn a_document_is_signed_by_the_key_of_its_own_proof() {
        let by_key = |document: &Value| signatures(KeyKind::Ed25519).is_in("c", &document.to_string());
        assert!(by_key(&json!({ "name": "Cells", "proof": [proof(OURS)] })));
        for other in [
            "did:web:x.example#zOursToo",
            "did:web:x.example#zours",
            "did:web:x.example#zOur_",
        ] {
            // An endorsement has a proof of its own, and anybody may write anything into a text.
            let within = json!({
                "name": format!("Signed by \"{OURS}\""),
                "verificationMethod": OURS,
                "endorsement": [{ "proof": [proof(OURS)] }],
                "proof": [proof(other)],
            });
            assert!(!by_key(&within), "{other}");
        }
        assert!(!by_key(&json!({ "verificationMethod": OURS })), "not signed yet");
        assert!(!by_key(&json!(OURS)), "one that cannot be read");
    }

    #[test]
    fn a_token_is_signed_by_the_key_that_its_header_names() {
        let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let mut badge = examples::whole_badge(7).unwrap();
        badge.proof.clear();
        let by_key = |method: &str| {
            let token = jwt::sign(&badge, &key, method).unwrap().into_string();
            signatures(KeyKind::Es256).is_in("c", &token)
        };
        assert!(by_key(OURS));
        assert!(!by_key("did:web:x.example#zOursToo"));
        assert!(!by_key("did:web:x.example#zours"));
        assert!(
            !signatures(KeyKind::Es256).is_in("c", OURS),
            "one that cannot be read"
        );
    }
}

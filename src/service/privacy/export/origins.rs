//! The identities that the badges of an archive were signed under. Beside the present one there are former ones where
//! `identity_origin` was changed: a badge keeps the DID that it was signed with, so an archive has to give keys and lists for
//! that one too.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::domain::credential::Credential;
use crate::domain::issuer::Issuer;
use crate::ids::{IssuerId, StatusListId};
use openbadges::OpenBadgeCredential;
use openbadges::did::IssuerIdentity;

/// Where the badges of an archive were at home when they were signed, with the lists that they name.
#[derive(Debug, Default)]
pub(super) struct Origins(BTreeMap<(IssuerId, String), BTreeSet<StatusListId>>);

/// An identity that an issuer had, and the lists that badges of that time name.
pub(super) struct Former<'a> {
    pub(super) identity: IssuerIdentity,
    pub(super) lists: &'a BTreeSet<StatusListId>,
}

impl Origins {
    /// Takes note of a badge that is packed.
    pub(super) fn note(&mut self, credential: &Credential, document: &OpenBadgeCredential) {
        let status = document.credential_status.as_ref();
        let Some(list) = status.and_then(|entry| Url::parse(&entry.status_list_credential).ok()) else {
            return;
        };
        let origin = list.origin().ascii_serialization();
        let lists = self.0.entry((credential.issuer.clone(), origin)).or_default();
        lists.insert(credential.status_list.clone());
    }

    /// The identities of that issuer beside its present one.
    pub(super) fn former(&self, issuer: &Issuer, present: &IssuerIdentity) -> Vec<Former<'_>> {
        let others = self
            .0
            .iter()
            .filter(|((known, origin), _)| *known == issuer.id && origin != present.origin());
        others
            .filter_map(|((_, origin), lists)| {
                let identity = IssuerIdentity::new(origin, &issuer.slug).ok()?;
                Some(Former { identity, lists })
            })
            .collect()
    }
}

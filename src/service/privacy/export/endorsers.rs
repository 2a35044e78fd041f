//! What other bodies said of badges, in the archive of an institution: the signed words, what came of them, and of those for whom Cairn
//! keeps an identity what verifiers need. Their private keys are in no archive, as nobody's are.

use serde_json::{Value, json};

use super::pack::Pack;
use super::pretty;
use crate::domain::endorsement::{Endorsement, InvitedBy};
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::credential::endorsing;
use crate::store::{StoreError, badges, endorsements};

/// Most endorsements that are packed, the latest first.
const MOST: i64 = 100_000;

/// Packs them: `endorsements.json` tells of each, invitations too.
pub(super) async fn pack(cairn: &Cairn, tenant: &TenantId, pack: &mut Pack) -> Result<(), ServiceError> {
    let id = tenant.clone();
    let found = cairn.store.read(move |db| -> Result<_, StoreError> {
        let mut all = Vec::new();
        for one in endorsements::of_tenant(db, &id, MOST)? {
            let badge = badges::get(db, &id, &one.badge)?;
            all.push((one, badge.map(|badge| badge.design.name)));
        }
        Ok(all)
    });
    let origin = cairn.settings.identity();
    let mut all = Vec::new();
    for (one, badge) in found.await? {
        all.push(told(&one, badge.as_deref()));
        let Some(given) = one.given else { continue };
        pack.add(format!("endorsements/{}.json", one.id), given.document.clone())
            .await?;
        if let (Some(issuer), Some((document, _, list))) =
            (&given.issuer, endorsing::fetched(&origin, &given)?)
        {
            let folder = format!("endorsers/{}", issuer.slug);
            pack.add(format!("{folder}/did.json"), pretty(&document)?).await?;
            pack.add(format!("{folder}/status.json"), list).await?;
        }
    }
    pack.add("endorsements.json", pretty(&Value::Array(all))?).await
}

/// An endorsement without anything that would open its links.
fn told(one: &Endorsement, badge: Option<&str>) -> Value {
    let domain = one.domain.as_ref();
    let mut told = json!({
        "id": one.id, "badge": one.badge, "badge_name": badge, "body": one.name, "address": one.email,
        "domain": domain.map(|known| json!({ "name": known.name, "by": known.by, "since": known.at, "no_longer_since": known.lost_at })),
        "invited_by": match &one.invited_by {
            InvitedBy::Teacher(id) => json!({ "teacher": id }),
            InvitedBy::Administrator(id) => json!({ "administrator": id }),
            InvitedBy::Nobody => Value::Null,
        },
        "invited": one.made_at, "link_works_until": one.until, "invitation_withdrawn": one.withdrawn_at,
    });
    if let (Some(members), Some(given)) = (told.as_object_mut(), &one.given) {
        let issuer = given.issuer.as_ref();
        let given = json!({
            "signed": given.at, "file": format!("endorsements/{}.json", one.id), "version": given.revision,
            "shown": given.shown, "substance": given.substance, "comment": given.comment,
            "inside_new_badges": given.carried, "ends": given.ended_at, "revoked": given.revoked_at,
            "issuer": issuer.map(|issuer| json!({
                "files": format!("endorsers/{}", issuer.slug), "publicKeyMultibase": issuer.public_multibase,
                "key_taken_by_the_endorser": issuer.key_taken_at,
            })),
        });
        members.insert("given".to_owned(), given);
    }
    told
}

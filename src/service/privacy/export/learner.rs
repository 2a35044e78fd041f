//! One person's archive: their badges in every form, what they handed in, and everything that is kept about them.

use super::origins::Origins;
use super::pack::Pack;
use super::reading::Reading;
use super::{
    HOW_TO_VERIFY, Issued, PARTS, about_me, date, new_path, pack_badge, pack_evidence, pack_frame,
    pack_issuers, pack_manifest, pretty, signer,
};
use tokio::sync::Semaphore;

use crate::domain::audit::Action;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::service::base::session::Visitor;
use crate::service::credential::publish::read;
use crate::service::credential::signing::Signer;
use crate::store::audit;
use crate::store::{StoreError, issuers, status_lists};

/// Archives of learners that are packed at one time; the others wait.
static ROOM: Semaphore = Semaphore::const_new(2);

/// Packs everything about the visitor. The file goes away when it was read.
///
/// # Errors
/// [`ServiceError::Masquerade`] for whoever acts as them; what the store and the disk report.
#[tracing::instrument(name = "learner.archive", skip_all)]
pub(crate) async fn archive(cairn: &Cairn, visitor: &Visitor) -> Result<Reading, ServiceError> {
    visitor.act_for_oneself()?;
    let (tenant, person) = (visitor.tenant().clone(), visitor.person.id.clone());
    let (now, random) = cairn.moment();
    let (of, who) = (tenant.clone(), person.clone());
    let mut about = cairn.store.read(move |db| about_me::read(db, &of, &who)).await?;
    let _room = ROOM
        .acquire()
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let mut pack = Pack::begin(new_path(cairn, &tenant), now)?;
    let (mut missing, mut origins) = (Vec::new(), Origins::default());
    for (credential, name) in &about.credentials {
        origins.note(credential, &read(credential)?);
        pack_badge(cairn, &mut pack, credential, name, &mut missing).await?;
    }
    for submission in about.submissions.clone() {
        if let Some(place) = pack_evidence(cairn, &mut pack, &submission, &mut missing).await? {
            about.lies(&submission.id, &place);
        }
    }
    about.portfolio.pack(cairn, &mut pack, &mut missing).await?;
    // Read last: no list is older than a badge that names it, nor than the moment that it is signed for. Without a badge
    // nobody signs.
    let signer = signer(cairn, &tenant).await?;
    let signs = |one: &Signer| {
        about
            .credentials
            .iter()
            .any(|(badge, _)| badge.issuer == one.issuer.id)
    };
    let signer = signer.filter(signs);
    let named: Vec<_> = about
        .credentials
        .iter()
        .map(|(one, _)| (one.issuer.clone(), one.status_list.clone()))
        .collect();
    let of = tenant.clone();
    let issued = cairn.store.read(move |db| {
        let mut all = Vec::new();
        for issuer in issuers::all_for_tenant(db, &of)? {
            if !named.iter().any(|(id, _)| *id == issuer.id) {
                continue;
            }
            let mut lists = status_lists::for_issuer(db, &of, &issuer.id)?;
            lists.retain(|list| named.iter().any(|(_, id)| *id == list.id));
            all.push(Issued {
                keys: institutions::all_keys(db, &issuer)?,
                issuer,
                lists,
            });
        }
        Ok(all)
    });
    let dids = pack_issuers(cairn, &mut pack, signer.as_ref(), &origins, issued.await?).await?;
    let badges = about.credentials.len();
    pack.add("about-me.json", pretty(&about.document())?).await?;
    let readme = format!(
        "Your badges and your data, packed on {}\n\n\
         about-me.json    Everything that is kept about you here: who you are, your courses, the\n\
        \x20                grades that were read, what you handed in, every decision with its\n\
        \x20                reasons, approvals, awards, visits, and the log of what was done.\n\
        \x20                Grades that your teachers have not released yet are not in it.\n\
         elsewhere/       Badges of other issuers that you brought, each as it came.\n\
         {PARTS}\n{HOW_TO_VERIFY}\n\
         It is yours, and about you: keep it where nobody else reads it.\n",
        date(now)
    );
    pack_frame(&mut pack, readme, &missing).await?;
    let count = u64::try_from(badges).unwrap_or(u64::MAX);
    pack_manifest(&mut pack, signer.as_ref(), dids, count).await?;
    let packed = pack.finish().await?;
    let entry = visitor.entry(Action::DataExported, person.as_str(), now);
    let entry = entry.detail(serde_json::json!({ "badges": badges }));
    let recorded = cairn
        .store
        .write(move |db| audit::record(db, &entry, random.as_ref()))
        .await;
    match recorded {
        // Nobody is kept from what is theirs because nothing can be written at the moment; the log has it.
        Err(error @ (StoreError::ReadOnly | StoreError::Full | StoreError::Disk(_))) => {
            tracing::warn!(%error, person = person.as_str(), "an archive was taken, and the audit log does not say so");
        }
        recorded => recorded?,
    }
    Reading::of_draft(packed.file).await
}

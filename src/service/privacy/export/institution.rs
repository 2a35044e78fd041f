//! An institution's archive: every badge that it issued, in every form, with the work behind it and what checkers need.
//! It is written as it is read, part by part, so that its size does not matter.

use std::collections::HashMap;
use std::path::PathBuf;

use super::origins::Origins;
use super::pack::{Pack, Packed};
use super::{
    HOW_TO_VERIFY, Issued, PARTS, date, endorsers, pack_badge, pack_evidence, pack_frame, pack_issuers,
    pack_manifest, portfolios, programmes, signer,
};
use crate::domain::award::Award;
use crate::domain::badge::Renewal;
use crate::domain::credential::Credential;
use crate::domain::people::Person;
use crate::ids::{BadgeId, CredentialId, PersonId, SubmissionId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::service::credential::publish::read;
use crate::store::{
    StoreError, awards, badges, credentials, issuers, people, status_lists, submissions, tenants,
};

/// Rows that are read at one time.
const PART: i64 = 200;

/// What an archive of an institution holds.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) packed: Packed,
    pub(crate) badges: u64,
    pub(crate) hand_ins: u64,
    /// Files that are not stored any more.
    pub(crate) missing: usize,
    /// The DID URL of the key that signed for it all; nobody has one where there is no issuer.
    pub(crate) signed_with: Option<String>,
}

/// Packs everything that an institution issued into a new file at `path`; `progress` is told how many badges are in.
///
/// # Errors
/// What the store and the disk report; then there is no file.
#[tracing::instrument(name = "institution.archive", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn archive<F>(
    cairn: &Cairn,
    tenant: &TenantId,
    path: PathBuf,
    progress: impl Fn(u64) -> F + Send + Sync,
) -> Result<Summary, ServiceError>
where
    F: Future<Output = Result<(), ServiceError>> + Send,
{
    let now = cairn.clock.now();
    let id = tenant.clone();
    let found = cairn.store.read(move |db| tenants::get(db, &id)).await?;
    let institution = found.ok_or(ServiceError::NotFound("institution"))?;
    let mut pack = Pack::begin(path, now)?;
    let (mut missing, mut origins) = (Vec::new(), Origins::default());
    let (mut badges, mut after) = (0, None);
    loop {
        let part = some_badges(cairn, tenant, after.clone()).await?;
        let Some(last) = part.last() else { break };
        after = Some(last.credential.id.clone());
        for one in part {
            let document = read(&one.credential)?;
            origins.note(&one.credential, &document);
            let name = document.credential_subject.achievement.name;
            pack_badge(cairn, &mut pack, &one.credential, &name, &mut missing).await?;
            badges += 1;
        }
        progress(badges).await?;
    }
    let (mut hand_ins, mut after) = (0, None::<SubmissionId>);
    loop {
        let (id, from) = (tenant.clone(), after.clone());
        let part = cairn
            .store
            .read(move |db| submissions::some_after(db, &id, from.as_ref(), PART))
            .await?;
        let Some(last) = part.last() else { break };
        after = Some(last.id.clone());
        for submission in part {
            pack_evidence(cairn, &mut pack, &submission, &mut missing).await?;
            hand_ins += 1;
        }
    }
    pack_holders(cairn, tenant, &mut pack).await?;
    programmes::pack(cairn, tenant, &mut pack).await?;
    portfolios::pack(cairn, tenant, &mut pack, &mut missing).await?;
    endorsers::pack(cairn, tenant, &mut pack).await?;
    // Read last: no list is older than a badge that names it, nor than the moment that it is signed for.
    let signer = signer(cairn, tenant).await?;
    let id = tenant.clone();
    let issued = cairn.store.read(move |db| {
        let mut all = Vec::new();
        for issuer in issuers::all_for_tenant(db, &id)? {
            all.push(Issued {
                keys: institutions::all_keys(db, &issuer)?,
                lists: status_lists::for_issuer(db, &id, &issuer.id)?,
                issuer,
            });
        }
        Ok(all)
    });
    let dids = pack_issuers(cairn, &mut pack, signer.as_ref(), &origins, issued.await?).await?;
    let readme = format!(
        "Every badge that was issued at {}, packed on {}\n\n\
         holders.csv      Who holds which badge: the folder of the badge, its name, the holder as\n\
        \x20                the course site named them, when it was awarded, until when it is\n\
        \x20                valid, when it was revoked, and how the badge is renewed once it has\n\
        \x20                lapsed: by something newer than the last award (newer), by a teacher\n\
        \x20                (by_hand), or while its rule is met (automatic).\n\
         programmes.json  Stacks of the institution: what each takes, in every version, its terms,\n\
        \x20                reviews and waived parts, and who makes them; badges that courses take.\n\
         portfolios/      What students brought of other issuers, the collections and timelines\n\
        \x20                that they show, and their own words on badges: a line of JSON each.\n\
         elsewhere/       The badges of other issuers, as they came.\n\
         endorsements/    What other bodies said of badges, each signed by whoever said it;\n\
        \x20                endorsements.json tells of each, also of those that were only asked.\n\
         endorsers/       Of those who have their identity here: public keys and status lists.\n\
         {PARTS}\n{HOW_TO_VERIFY}\n\
         It holds names and work of people: keep it as you keep their records.\n",
        institution.name,
        date(now)
    );
    pack_frame(&mut pack, readme, &missing).await?;
    pack_manifest(&mut pack, signer.as_ref(), dids, badges).await?;
    Ok(Summary {
        packed: pack.finish().await?,
        badges,
        hand_ins,
        missing: missing.len(),
        signed_with: signer.map(|one| one.identity.verification_method(&one.key.verifying_key())),
    })
}

/// A badge with its holder.
struct Held {
    credential: Credential,
    award: Option<Award>,
    person: Option<Person>,
    /// What its badge asks today before it is awarded again; none for an award without end.
    renewal: Option<Renewal>,
}

async fn some_badges(
    cairn: &Cairn,
    tenant: &TenantId,
    after: Option<CredentialId>,
) -> Result<Vec<Held>, ServiceError> {
    let tenant = tenant.clone();
    let part = cairn.store.read(move |db| -> Result<_, StoreError> {
        let rows = credentials::some_after(db, &tenant, after.as_ref(), PART)?;
        let ids: Vec<PersonId> = rows.iter().map(|(_, person)| person.clone()).collect();
        let known: HashMap<PersonId, Person> = people::by_ids(db, &tenant, &ids)?;
        let mut part = Vec::with_capacity(rows.len());
        let mut renewals: HashMap<BadgeId, Option<Renewal>> = HashMap::new();
        for (credential, person) in rows {
            let award = awards::get(db, &tenant, &credential.award)?;
            let renewal = match award.as_ref().filter(|award| award.valid_until.is_some()) {
                None => None,
                Some(award) => match renewals.get(&award.badge) {
                    Some(known) => *known,
                    None => {
                        let badge = badges::get(db, &tenant, &award.badge)?;
                        let renewal = badge.map(|badge| badge.design.renewal);
                        renewals.insert(award.badge.clone(), renewal);
                        renewal
                    }
                },
            };
            part.push(Held {
                renewal,
                award,
                person: known.get(&person).cloned(),
                credential,
            });
        }
        Ok(part)
    });
    Ok(part.await?)
}

/// The list of holders, for the records of the institution.
async fn pack_holders(cairn: &Cairn, tenant: &TenantId, pack: &mut Pack) -> Result<(), ServiceError> {
    pack.open("holders.csv").await?;
    let head = [
        "folder",
        "badge",
        "name",
        "email",
        "id at the course site",
        "awarded",
        "valid until",
        "revoked",
        "reason",
        "renewal",
    ];
    pack.part(line(&head.map(str::to_owned))?).await?;
    let mut after = None;
    loop {
        let part = some_badges(cairn, tenant, after.clone()).await?;
        let Some(last) = part.last() else { break };
        after = Some(last.credential.id.clone());
        let mut lines = Vec::new();
        for one in part {
            lines.extend(line(&row(&one)?)?);
        }
        pack.part(lines).await?;
    }
    Ok(())
}

fn row(one: &Held) -> Result<[String; 10], ServiceError> {
    let badge = read(&one.credential)?.credential_subject.achievement.name;
    let (award, person) = (one.award.as_ref(), one.person.as_ref());
    let day = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339();
    let revoked = award.and_then(|award| award.revocation.as_ref());
    Ok([
        super::badge_folder(&one.credential, &badge),
        badge,
        person.and_then(|one| one.name.clone()).unwrap_or_default(),
        person.and_then(|one| one.email.clone()).unwrap_or_default(),
        person.map(|one| one.sub.clone()).unwrap_or_default(),
        award.map(|award| day(award.awarded_at)).unwrap_or_default(),
        award
            .and_then(|award| award.valid_until)
            .map(day)
            .unwrap_or_default(),
        revoked.map(|one| day(one.at)).unwrap_or_default(),
        revoked.map(|one| one.reason.clone()).unwrap_or_default(),
        one.renewal
            .map(|renewal| renewal.word().to_owned())
            .unwrap_or_default(),
    ])
}

/// A line of a CSV file. What a spreadsheet would take for a formula is led by an apostrophe.
fn line(cells: &[String]) -> Result<Vec<u8>, ServiceError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let cells = cells.iter().map(|cell| {
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            format!("'{cell}")
        } else {
            cell.clone()
        }
    });
    writer.write_record(cells).map_err(super::internal)?;
    writer.into_inner().map_err(super::internal)
}

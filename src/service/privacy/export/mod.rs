//! Leaving with everything: archives that stand for themselves. [`learner`] packs what is about one person,
//! [`institution`] what an institution issued; [`verifying`] proves, without this service, that the badges in one verify.
//!
//! An archive is a ZIP with a signed [`manifest`], which names the institution: `README.txt`, `verify.html` (the page of
//! [`crate::service::credential::verifier`]), `badges/SLUG/badge.*`, `records/SLUG.clr.*`,
//! `evidence/SUBMISSION/…`, `issuers/SLUG/{did.json,keys.json}`, `status/SLUG.json` (and both once more for each of the former
//! identities, see [`origins`]), and `about-me.json` or
//! `holders.csv`; that of an institution also `programmes.json`, `portfolios/*.jsonl`, `elsewhere/`, `endorsements/` and
//! `endorsers/SLUG/{did.json,status.json}`. It never holds a private key.

use std::collections::BTreeSet;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::domain::credential::Credential;
use crate::domain::evidence::{StoredFile, Submission};
use crate::domain::issuer::Issuer;
use crate::domain::keys::IssuerKey;
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::base::drawings::Asker;
use crate::service::base::error::ServiceError;
use crate::service::base::institutions;
use crate::service::credential::baked::{self, Form};
use crate::service::credential::records;
use crate::service::credential::signing::{IssuingContext, Signer};
use crate::service::credential::verifier;
use crate::store::blobs::BlobError;
use crate::store::status_lists::StatusList;
use crate::store::{Db, issuers, token_keys};
use openbadges::did::IssuerIdentity;

mod about_me;
pub(crate) mod comparing;
mod dismissed;
mod endorsers;
pub(crate) mod exporting;
pub(crate) mod institution;
pub(crate) mod learner;
pub(crate) mod manifest;
mod mine;
mod origins;
pub(crate) mod pack;
mod portfolio;
mod portfolios;
mod programmes;
pub(crate) mod reading;
pub(crate) mod signer;
#[cfg(test)]
mod tests;
pub(crate) mod verifying;

use origins::{Former, Origins};
use pack::Pack;

/// Where archives are made, below the data folder.
const FOLDER: &str = "exports";

/// What stands in every README: what each part is, and how to check a badge without anybody.
const PARTS: &str = "\
verify.html      Open it in a browser: it checks badges, also with the net off.
                 Choose the badge together with its issuer's did.json and the file in
                 status/ when the issuer's site does not answer.
badges/          One folder for each badge, with every form of it: badge.json is the
                 signed badge itself, badge.png and badge.svg are its picture with the
                 signed badge inside; badge.jwt and the two pictures named after it are
                 the same badge signed as a token. One of them is enough.
records/         Of a badge that is earned by badges, if its holder had a record made: the
                 badge and these in one signed document (CLR 2.0), as JSON and as a token.
issuers/         Who issued: did.json is the published list of public keys that checkers
                 need, keys.json says since when each key was there and whether it still
                 signed. There is no secret key in this archive.
status/          The last lists of revoked badges, each signed by its issuer. A badge is
                 \"not revoked\" as of the date of its list; what was revoked later cannot be
                 in here.
evidence/        What was handed in, one folder for each hand-in.
SHA256SUMS       The SHA-256 of every file in here. SHA256SUMS.jws is the issuer's signature
                 over them: with it, a file that is missing, new or changed is noticed, and a
                 badge of an institution that this archive is not of.
";

/// How to prove the archive.
const HOW_TO_VERIFY: &str = "\
To prove that everything in here is as it was packed and still verifies, without this service,
its database or the net:  cairn verify-archive FILE.zip --issuer DID#KEY

Nothing in an archive can prove who packed it. Take DID and KEY from where you trust them, such as
the issuer's own page while it is there, and note them beside the archive. Without --issuer, or
with the DID alone, the command says who signed and leaves it to you to compare: it proves nothing
then, and its exit code is 3.
";

/// "26 November 2026, 11:20 UTC".
fn date(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

fn internal(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

/// JSON for people: indented.
fn pretty(value: &Value) -> Result<Bytes, ServiceError> {
    Ok(serde_json::to_vec_pretty(value).map_err(internal)?.into())
}

/// A name that every system takes for a file, never empty and never with a folder in it.
fn file_name(name: &str) -> String {
    let mut plain = String::new();
    for c in name.chars().take(80) {
        if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') {
            plain.push(c);
        } else {
            plain.push('_');
        }
    }
    let plain = plain.trim().trim_matches('.');
    if plain.is_empty() {
        "file".to_owned()
    } else {
        plain.to_owned()
    }
}

/// The folder of a badge: its name, then what makes it unique.
fn badge_folder(credential: &Credential, name: &str) -> String {
    let mut plain = String::new();
    for c in name.chars().take(40) {
        if c.is_ascii_alphanumeric() {
            plain.push(c.to_ascii_lowercase());
        } else if !plain.is_empty() && !plain.ends_with('-') {
            plain.push('-');
        }
    }
    let plain = plain.trim_matches('-');
    if plain.is_empty() {
        format!("badges/{}", credential.slug)
    } else {
        format!("badges/{plain}-{}", credential.slug)
    }
}

/// Every form of a badge. What cannot be made any more is said in `missing`, and the others are packed all the same.
async fn pack_badge(
    cairn: &Cairn,
    pack: &mut Pack,
    credential: &Credential,
    name: &str,
    missing: &mut Vec<String>,
) -> Result<String, ServiceError> {
    let folder = badge_folder(credential, name);
    let asker = Asker::Institution(credential.tenant.clone());
    let forms = Form::ALL
        .into_iter()
        .filter(|form| credential.token.is_some() || !form.is_token());
    for form in forms {
        let file = format!("{folder}/badge.{}", form.ending());
        match baked::file(cairn, &asker, credential, form).await {
            Ok(bytes) => pack.add(file, bytes).await?,
            Err(
                error @ (ServiceError::Blob(BlobError::Missing | BlobError::Changed)
                | ServiceError::NotFound(_)),
            ) => {
                missing.push(format!("{file}: {error}"));
            }
            Err(error) => return Err(error),
        }
    }
    pack_record(cairn, pack, credential, &folder).await?;
    Ok(folder)
}

/// The record of a badge and its parts, if one was made: of several badges, so that it lies in the folder of none.
async fn pack_record(
    cairn: &Cairn,
    pack: &mut Pack,
    credential: &Credential,
    folder: &str,
) -> Result<(), ServiceError> {
    let record = match records::of(cairn, &credential.tenant, &credential.id).await {
        Err(ServiceError::NotFound(_)) => return Ok(()),
        found => found?,
    };
    let (_, name) = folder.split_once('/').unwrap_or_default();
    for form in records::Form::ALL {
        let file = format!("records/{name}.{}", form.ending());
        pack.add(file, form.of(record.clone())).await?;
    }
    Ok(())
}

/// What was handed in: its text, link and file. Says where the file lies.
async fn pack_evidence(
    cairn: &Cairn,
    pack: &mut Pack,
    submission: &Submission,
    missing: &mut Vec<String>,
) -> Result<Option<String>, ServiceError> {
    let folder = format!("evidence/{}", submission.id);
    let artefact = &submission.artefact;
    for (name, text) in [("text.txt", &artefact.text), ("link.txt", &artefact.link)] {
        if let Some(text) = text {
            pack.add(format!("{folder}/{name}"), text.clone()).await?;
        }
    }
    let Some(file) = &artefact.file else {
        return Ok(None);
    };
    let name = evidence_file(&folder, file);
    match cairn.blobs.content(&submission.tenant, &file.digest).await {
        Ok((_, mut content)) => {
            pack.open(name.clone()).await?;
            while let Some(piece) = content.next().await {
                pack.part(piece?).await?;
            }
            Ok(Some(name))
        }
        Err(error @ (BlobError::Missing | BlobError::Changed)) => {
            missing.push(format!("{name}: {error}"));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn evidence_file(folder: &str, file: &StoredFile) -> String {
    format!("{folder}/file-{}", file_name(&file.name))
}

/// An issuer with its keys and the lists that are to come along.
struct Issued {
    issuer: Issuer,
    keys: Vec<IssuerKey>,
    lists: Vec<StatusList>,
}

/// Whoever signs for the institution, to be asked before anything is read that is signed; nobody where there is no issuer yet.
async fn signer(cairn: &Cairn, tenant: &TenantId) -> Result<Option<Signer>, ServiceError> {
    let (context, of) = (IssuingContext::of(cairn), tenant.clone());
    let signs = move |db: &mut Db| match context.signer(db, &of) {
        Ok(signer) => Ok(Some(signer)),
        Err(ServiceError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    };
    let tenant = tenant.clone();
    let has_keys = cairn
        .store
        .read(move |db| match issuers::for_tenant(db, &tenant)? {
            Some(issuer) => Ok(token_keys::active(db, &tenant, &issuer.id)?.is_some()),
            None => Ok(true),
        });
    // Only the first key for tokens has to be written; all others are served while nothing can be.
    if has_keys.await? {
        cairn.store.read_with(signs).await
    } else {
        cairn.store.write_with(signs).await
    }
}

/// Ends an archive of an institution (its DIDs) with the sums of its files and, where the keys of whoever signs are in it, the
/// signature over them.
async fn pack_manifest(
    pack: &mut Pack,
    signer: Option<&Signer>,
    institution: BTreeSet<String>,
    badges: u64,
) -> Result<(), ServiceError> {
    let sums = pack.sums().await?;
    if let Some(signer) = signer {
        let contents = manifest::Contents {
            institution,
            sums: &sums,
            badges,
        };
        let signature = manifest::sign(&signer.identity, &signer.key, signer.context.now, contents)?;
        pack.add(manifest::SIGNATURE, signature).await?;
    }
    pack.add(manifest::SUMS, sums).await
}

/// What checkers need beside the badges. The lists are as of the moment of the signer, and without an end. Says the DIDs that
/// keys are packed for.
async fn pack_issuers(
    cairn: &Cairn,
    pack: &mut Pack,
    signer: Option<&Signer>,
    origins: &Origins,
    all: Vec<Issued>,
) -> Result<BTreeSet<String>, ServiceError> {
    let mut institution = BTreeSet::new();
    for Issued { issuer, keys, lists } in all {
        let identity: IssuerIdentity = institutions::identity(cairn, &issuer)?;
        let folder = format!("issuers/{}", issuer.slug);
        let document = institutions::document(&identity, &keys)?;
        pack.add(format!("{folder}/did.json"), pretty(&document)?).await?;
        let history: Vec<Value> = keys
            .iter()
            .map(|key| {
                json!({
                    "publicKeyMultibase": key.public_multibase, "state": key.state, "since": key.created_at,
                })
            })
            .collect();
        let former = origins.former(&issuer, &identity);
        let formerly: Vec<&str> = former.iter().map(|one| one.identity.did()).collect();
        let about = json!({
            "id": identity.did(), "name": issuer.name, "url": issuer.url, "email": issuer.email, "keys": history,
            "formerly": formerly,
        });
        pack.add(format!("{folder}/keys.json"), pretty(&about)?).await?;
        institution.insert(identity.did().to_owned());
        let signer = signer.filter(|signer| signer.issuer.id == issuer.id);
        for list in &lists {
            let document = match signer {
                Some(signer) => signer.list_to_keep(&identity, list)?,
                None => list.document.clone(),
            };
            pack.add(format!("status/{}.json", list.slug), document).await?;
        }
        for (
            at,
            Former {
                identity,
                lists: named,
            },
        ) in former.iter().enumerate()
        {
            // Two origins may make one DID: http and https of a host.
            if institution.insert(identity.did().to_owned()) {
                let document = institutions::document(identity, &keys)?;
                pack.add(format!("{folder}/former-{at}/did.json"), pretty(&document)?)
                    .await?;
            }
            let Some(signer) = signer else { continue };
            // It is the same issuer with the same keys: it says under its former name too what it revoked.
            for list in lists.iter().filter(|list| named.contains(&list.id)) {
                let document = signer.list_to_keep(identity, list)?;
                pack.add(format!("status/{}-former-{at}.json", list.slug), document)
                    .await?;
            }
        }
    }
    Ok(institution)
}

/// The page that checks, and the words that explain.
async fn pack_frame(pack: &mut Pack, readme: String, missing: &[String]) -> Result<(), ServiceError> {
    pack.add("verify.html", verifier::page()?.html.clone()).await?;
    let mut readme = readme;
    if !missing.is_empty() {
        readme.push_str("\nThese files could not be put in, because they are not stored any more:\n");
        for line in missing {
            readme.push_str(&format!("  {line}\n"));
        }
    }
    pack.add("README.txt", readme).await
}

/// A path for an archive in the making that nobody can guess.
fn new_path(cairn: &Cairn, tenant: &TenantId) -> std::path::PathBuf {
    let name = crate::random::token::<16>(cairn.random.as_ref());
    let folder = cairn.settings.data_dir.join(FOLDER);
    folder.join(format!("{tenant}-{name}.zip"))
}

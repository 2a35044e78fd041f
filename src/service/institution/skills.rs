//! Lists of skills that an institution brings, from which its teachers choose: a look at a file first, and nothing of it is kept
//! before somebody said so. What the page needs to keep it travels packed in its form.

use std::collections::HashSet;
use std::io::{Cursor, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde_json::json;
use zip::ZipArchive;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::issuer::Tenant;
use crate::domain::skills::{ListedSkill, MOST_SKILLS, SkillFile, SkillList, read, why_not};
use crate::ids::{SkillListId, TenantId};
use crate::service::Cairn;
use crate::service::base::archives::has_few;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{InstitutionRefusal, SkillsRefusal};
use crate::service::institution::administrators::Administrator;
use crate::store::{audit, skills, tenants};

/// Bytes of a file.
const MOST_BYTES: usize = 4_000_000;
/// Characters of the field in which a list travels: forms take a megabyte of text.
const LONGEST: usize = 950_000;
/// Bytes that become of it.
const MOST_UNPACKED: u64 = 16 << 20;
/// How a ZIP begins.
const ZIPPED: &[u8] = b"PK\x03\x04";
/// Entries of a ZIP, whatever they are.
const MOST_ENTRIES: usize = 200;
/// Cells of a row: each takes far more room than the sign after it.
const MOST_CELLS: usize = 1_000;
/// Characters of the name of a list.
const MAX_NAME: usize = 100;

/// What is in a file, before anything of it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) file: SkillFile,
    /// The skills as they travel in the form.
    pub(crate) packed: String,
}

/// An institution with its lists.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "skills.lists", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn lists(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<(Tenant, Vec<SkillList>), ServiceError> {
    admin.scope.allows(tenant)?;
    let id = tenant.clone();
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let tenant = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        Ok((tenant, skills::lists(db, &id)?))
    });
    read.await
}

/// Looks at a file; nothing of it is kept.
///
/// # Errors
/// [`ServiceError::Refused`] for what is no list of skills.
pub(crate) fn look(bytes: &[u8]) -> Result<Look, ServiceError> {
    let file = read_file(bytes)?;
    let packed = packed(&file.skills).ok_or(InstitutionRefusal::Skills(SkillsRefusal::TooLarge))?;
    Ok(Look { file, packed })
}

fn read_file(bytes: &[u8]) -> Result<SkillFile, InstitutionRefusal> {
    if bytes.len() > MOST_BYTES {
        return Err(InstitutionRefusal::Skills(SkillsRefusal::TooLarge));
    }
    if bytes.starts_with(ZIPPED) {
        return read_text(&unzipped(bytes)?);
    }
    read_text(bytes)
}

/// The list in a ZIP: ESCO's own list of skills in one language is some 9 MB of text, and a third of that packed. Of several CSV
/// files, as ESCO hands them out, it is the one that is called after skills.
fn unzipped(bytes: &[u8]) -> Result<Vec<u8>, InstitutionRefusal> {
    let broken = || InstitutionRefusal::Skills(SkillsRefusal::NotText);
    if !has_few(bytes, MOST_ENTRIES) {
        return Err(broken());
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if archive.len() > MOST_ENTRIES {
        return Err(broken());
    }
    let mut chosen: Option<(bool, usize)> = None;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| broken())?;
        let name = String::from_utf8_lossy(entry.name_raw()).to_lowercase();
        let called = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_of_skills = called.starts_with("skills_");
        let is_better = chosen.is_none_or(|(known, _)| is_of_skills && !known);
        if called.ends_with(".csv") && !entry.is_dir() && is_better {
            chosen = Some((is_of_skills, index));
        }
    }
    let (_, index) = chosen.ok_or_else(broken)?;
    let entry = archive.by_index(index).map_err(|_| broken())?;
    let mut content = Vec::new();
    // What it says of its size is not believed.
    let most = MOST_UNPACKED.saturating_add(1);
    entry.take(most).read_to_end(&mut content).map_err(|_| broken())?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > MOST_UNPACKED {
        return Err(InstitutionRefusal::Skills(SkillsRefusal::TooLarge));
    }
    Ok(content)
}

fn read_text(bytes: &[u8]) -> Result<SkillFile, InstitutionRefusal> {
    let no_text = || InstitutionRefusal::Skills(SkillsRefusal::NotText);
    let text = std::str::from_utf8(bytes).map_err(|_| no_text())?;
    let text = text.trim_start_matches('\u{feff}');
    // Other encodings have zero bytes, which one database refuses.
    if text.contains('\0') {
        return Err(no_text());
    }
    let head = text.lines().next().unwrap_or_default();
    // The sign that stands most often between the names of the columns.
    let count = |sign: &u8| head.matches(char::from(*sign)).count();
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(count).unwrap_or(b',');
    let sign = char::from(separator);
    let mut lines = text.split(['\n', '\r']);
    if lines.any(|line| line.matches(sign).count() > MOST_CELLS) {
        return Err(no_text());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut is_whole = true;
    // Row by row: all of them at once are many times what the file is.
    let rows = reader.records().map_while(|record| {
        is_whole = record.is_ok();
        let record = record.ok()?;
        let cells = record.iter().take(MOST_CELLS).map(str::to_owned);
        Some(cells.collect::<Vec<String>>())
    });
    let file = read(rows);
    if !is_whole {
        return Err(no_text());
    }
    file.map_err(|why| InstitutionRefusal::Skills(SkillsRefusal::File(why)))
}

/// The skills as text; none of more than fit into a form.
fn packed(all: &[ListedSkill]) -> Option<String> {
    let mut packing = DeflateEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut packing, all).ok()?;
    let text = URL_SAFE_NO_PAD.encode(packing.finish().ok()?);
    (text.len() <= LONGEST).then_some(text)
}

/// The skills of that text. Anybody may have made it, so it is believed no more than a file.
fn unpacked(text: &str) -> Option<Vec<ListedSkill>> {
    if text.len() > LONGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let mut found = Vec::new();
    let unpacking = DeflateDecoder::new(bytes.as_slice());
    unpacking.take(MOST_UNPACKED).read_to_end(&mut found).ok()?;
    let all: Vec<ListedSkill> = serde_json::from_slice(&found).ok()?;
    let mut seen = HashSet::new();
    let is_sound = (1..=MOST_SKILLS).contains(&all.len())
        && all
            .iter()
            .all(|skill| why_not(skill, &seen).is_none() && seen.insert(skill.url.clone()));
    is_sound.then_some(all)
}

/// Keeps a list of which somebody had a look, in place of the one of that name. Badges that name skills keep them.
///
/// # Errors
/// As [`lists`]; [`ServiceError::Refused`] without a name, and for what did not come from the page.
#[tracing::instrument(name = "skills.bring", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn bring(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    name: &str,
    packed: &str,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(InstitutionRefusal::Skills(SkillsRefusal::Name).into());
    }
    let all = unpacked(packed).ok_or(InstitutionRefusal::Skills(SkillsRefusal::Lost))?;
    let (now, random) = cairn.moment();
    let (id, actor) = (tenant.clone(), Actor::Administrator(admin.actor.clone()));
    let kept = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let list = skills::bring(db, &id, &name, &all, now, random.as_ref())?;
        let entry = Entry::new(&id, actor, Action::SkillsBrought, list.as_str(), now);
        let entry = entry.detail(json!({"name": name, "skills": all.len()}));
        Ok(audit::record(db, &entry, random.as_ref())?)
    });
    kept.await
}

/// Removes a list. Badges that name its skills keep them. Again is the same as once.
///
/// # Errors
/// As [`lists`].
#[tracing::instrument(name = "skills.remove", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn remove(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    list: &SkillListId,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (id, list, actor) = (
        tenant.clone(),
        list.clone(),
        Actor::Administrator(admin.actor.clone()),
    );
    let gone = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        if skills::remove(db, &id, &list)? {
            let entry = Entry::new(&id, actor, Action::SkillsRemoved, list.as_str(), now);
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    gone.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_travels_in_a_form_and_is_believed_no_more_than_a_file() {
        let file = "\u{feff}conceptUri;preferredLabel;code\n\
                    http://data.europa.eu/esco/skill/1;\"clean; data\";S5\n\
                    somewhere;charts;\n";
        let look = look(file.as_bytes()).unwrap();
        assert_eq!(look.file.skills.len(), 1);
        assert_eq!(look.file.skills[0].name, "clean; data");
        assert_eq!(look.file.refused.len(), 1);
        assert_eq!(unpacked(&look.packed), Some(look.file.skills.clone()));
        let forged = ListedSkill {
            url: "javascript:alert(1)".into(),
            ..look.file.skills[0].clone()
        };
        assert_eq!(unpacked(&packed(&[forged]).unwrap()), None);
        let twice = [look.file.skills[0].clone(), look.file.skills[0].clone()];
        assert_eq!(unpacked(&packed(&twice).unwrap()), None);
        for wrong in ["", "no base64!", "AAAA"] {
            assert_eq!(unpacked(wrong), None, "{wrong}");
        }
    }

    /// Nine skills in the columns of ESCO's own files, with alternative labels on lines of their own.
    const ESCO: &[u8] = include_bytes!("cases/esco_skills_en.csv");

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut packing = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            let options = zip::write::SimpleFileOptions::default();
            packing.start_file(*name, options).unwrap();
            std::io::Write::write_all(&mut packing, content).unwrap();
        }
        packing.finish().unwrap().into_inner()
    }

    #[test]
    fn a_list_as_esco_publishes_it_is_read_plain_and_in_its_archive() {
        let plain = look(ESCO).unwrap().file;
        assert_eq!((plain.skills.len(), plain.refused.len()), (9, 0));
        assert_eq!(plain.skills[2].name, "welding, of thin sheets");
        assert_eq!(
            plain.skills[8].url,
            "http://data.europa.eu/esco/skill/00000000-0000-4000-8000-000000000009"
        );
        assert!(plain.skills.iter().all(|skill| skill.code.is_none()));
        let other =
            b"conceptUri,preferredLabel\nhttp://data.europa.eu/esco/occupation/1,beekeeper\n".as_slice();
        let archive = zip(&[
            ("ESCO/occupations_en.csv", other),
            ("ESCO/skills_en.csv", ESCO),
            ("ESCO/skillsHierarchy_en.csv", other),
        ]);
        assert_eq!(look(&archive).unwrap().file, plain);
        assert_eq!(look(&zip(&[("mine.csv", ESCO)])).unwrap().file, plain);
        let most = usize::try_from(MOST_UNPACKED).unwrap();
        let large = vec![b'x'; most + 1];
        let bomb = zip(&[("skills_en.csv", large.as_slice())]);
        let refused = |bytes: &[u8]| look(bytes).unwrap_err().code();
        assert_eq!(refused(&bomb), "skills.large");
        assert_eq!(
            refused(&zip(&[("readme.txt", b"nothing".as_slice())])),
            "skills.text"
        );
        assert_eq!(refused(b"PK\x03\x04 and no more"), "skills.text");
        // Some kilobytes that become millions of cells, and an index that says to have any number of entries.
        let cells = format!("name,url\n{}", ",".repeat(1 << 20));
        assert_eq!(
            refused(&zip(&[("skills_en.csv", cells.as_bytes())])),
            "skills.text"
        );
        let larger = [zip(&[("mine.csv", ESCO)]).as_slice(), b"PK\x06\x06PK\x06\x07"].concat();
        assert_eq!(refused(&larger), "skills.text");
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let zero = b"name,url\na\0b,https://x.example/1\n";
        for wrong in [b"\xff\xfe\x00".as_slice(), b"", b"a,b\n1,2\n", zero] {
            assert!(look(wrong).is_err(), "{wrong:?}");
        }
        let large = vec![b'x'; MOST_BYTES + 1];
        assert!(look(&large).is_err());
    }
}

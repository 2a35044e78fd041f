//! What is in a file that a student brings: one badge, an archive of them, or the export of a backpack. Nothing of it is
//! believed, and nothing grows in memory beyond the bounds here.

use std::collections::HashMap;
use std::fmt;
use std::io::{Cursor, Read as _};

use bytes::Bytes;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use zip::ZipArchive;

use crate::service::base::archives::has_few;
use crate::service::base::refusal::PortfolioRefusal;

/// Most badges in one file.
pub(crate) const MANY: usize = 100;
/// Most bytes of one badge, its picture included.
pub(crate) const ONE: u64 = 4 << 20;
/// Most bytes that an archive unpacks to.
const UNPACKED: u64 = 32 << 20;
/// Most entries of an archive, whatever they are.
const ENTRIES: usize = 2_000;
/// Most entries of a list that are held in memory, whatever they are: more says only that there are too many.
const LISTED: usize = 1_000;
/// Most characters of what a badge in a record calls itself.
const CALLED: usize = 200;
/// The endings of files that may be badges.
const ENDINGS: [&str; 8] = [".json", ".jsonld", ".jwt", ".jws", ".txt", ".png", ".svg", ".vc"];
/// The members under which exports list badges: Open Badges 3.0 and 2.1 APIs, backpacks of Badgr and Parchment, Credly,
/// presentations.
const LISTS: [&str; 10] = [
    "credential",
    "compactJwsString",
    "verifiableCredential",
    "assertions",
    "badges",
    "result",
    "results",
    "data",
    "credentials",
    "backpack",
];
/// What only a badge has: nothing in it is a list of others.
const OF_ONE: [&str; 5] = [
    "credentialSubject",
    "recipient",
    "proof",
    "verify",
    "verification",
];
/// Where Credly hosts what it issued (Open Badges 2.0), by its id there.
const CREDLY: &str = "https://api.credly.com/v1/obi/v2/badge_assertions/";

/// What may be one badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// As its file is called; within a record, as it calls itself.
    pub(super) name: String,
    /// A document, a token, a picture, or an address.
    pub(super) bytes: Bytes,
    /// Whether it came in a Comprehensive Learner Record.
    pub(super) in_record: bool,
}

/// All that may be badges in a file.
pub(super) fn pieces(name: &str, bytes: &Bytes) -> Result<Vec<Piece>, PortfolioRefusal> {
    let pieces = if bytes.starts_with(b"PK") {
        of_archive(bytes)?
    } else {
        of_file(name, bytes)
    };
    if pieces.is_empty() {
        return Err(PortfolioRefusal::Empty);
    }
    if pieces.len() > MANY {
        return Err(PortfolioRefusal::Many(MANY));
    }
    if pieces.iter().any(|piece| length(&piece.bytes) > ONE) {
        return Err(PortfolioRefusal::TooLarge(ONE));
    }
    Ok(pieces)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// A file that is no archive.
fn of_file(name: &str, bytes: &Bytes) -> Vec<Piece> {
    let recorded = recorded(bytes).unwrap_or_default();
    if !recorded.is_empty() {
        let one = |bytes: Vec<u8>| Piece {
            name: called(&bytes).unwrap_or_else(|| name.to_owned()),
            bytes: bytes.into(),
            in_record: true,
        };
        return recorded.into_iter().take(MANY + 1).map(one).collect();
    }
    let listed = listed(bytes).unwrap_or_default();
    if listed.is_empty() {
        return vec![Piece {
            name: name.to_owned(),
            bytes: bytes.clone(),
            in_record: false,
        }];
    }
    let one = |bytes: Vec<u8>| Piece {
        name: name.to_owned(),
        bytes: bytes.into(),
        in_record: false,
    };
    // One more than are taken says that there are too many.
    listed.into_iter().take(MANY + 1).map(one).collect()
}

fn of_archive(bytes: &Bytes) -> Result<Vec<Piece>, PortfolioRefusal> {
    let broken = |_| PortfolioRefusal::Archive;
    if !has_few(bytes, ENTRIES) {
        return Err(PortfolioRefusal::Archive);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes.clone())).map_err(broken)?;
    if archive.len() > ENTRIES {
        return Err(PortfolioRefusal::Archive);
    }
    let (mut left, mut found) = (UNPACKED, Vec::new());
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(broken)?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if entry.is_dir() || !may_be_one(&name) {
            continue;
        }
        if entry.size() > ONE {
            return Err(PortfolioRefusal::TooLarge(ONE));
        }
        // What it says of its size is not believed.
        let mut content = Vec::new();
        entry
            .take(ONE.min(left).saturating_add(1))
            .read_to_end(&mut content)
            .map_err(|_| PortfolioRefusal::Archive)?;
        let size = length(&content);
        if size > ONE || size > left {
            return Err(PortfolioRefusal::Archive);
        }
        left = left.saturating_sub(size);
        let called = name.rsplit(['/', '\\']).next().unwrap_or_default();
        found.extend(of_file(called, &content.into()));
        if found.len() > MANY {
            return Err(PortfolioRefusal::Many(MANY));
        }
    }
    Ok(found)
}

/// Whether a file of an archive may be a badge, by its name. Systems put files of their own beside others.
fn may_be_one(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    let is_hidden = name.starts_with('.') || path.starts_with("__MACOSX");
    !is_hidden && ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The members of an object that say what it is, each as it was written: a proof may cover its letters. Others take no room.
struct Members<'a>(HashMap<&'static str, &'a RawValue>);

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
        let mut found = HashMap::new();
        while let Some(name) = all.next_key::<String>()? {
            let value = all.next_value::<&'de RawValue>()?;
            let known = LISTS.iter().chain(OF_ONE.iter()).copied();
            for known in known.filter(|known| *known == name) {
                found.insert(known, value);
            }
        }
        Ok(Members(found))
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(MembersVisitor)
    }
}

/// The first entries of a list, each as it was written. Others take no room.
struct Listed<'a>(Vec<&'a RawValue>);

struct ListedVisitor;

impl<'de> Visitor<'de> for ListedVisitor {
    type Value = Listed<'de>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(one) = all.next_element::<&'de RawValue>()? {
            if found.len() < LISTED {
                found.push(one);
            }
        }
        Ok(Listed(found))
    }
}

impl<'de> Deserialize<'de> for Listed<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(ListedVisitor)
    }
}

/// A Comprehensive Learner Record (CLR 2.0), as far as it says what is in it.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, rename = "type")]
    kind: &'a RawValue,
    #[serde(borrow, rename = "credentialSubject")]
    subject: RecordSubject<'a>,
}

#[derive(Deserialize)]
struct RecordSubject<'a> {
    #[serde(borrow, rename = "verifiableCredential")]
    parts: &'a RawValue,
}

/// The badges of a record, each as it was signed: each is looked at by itself, because nothing of one says anything of another. Nothing
/// where it is none.
fn recorded(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let record: Record<'_> = serde_json::from_slice(plain(bytes)).ok()?;
    let is_one = record.kind.get().contains("\"ClrCredential\"");
    let Listed(parts) = serde_json::from_str(record.subject.parts.get()).ok()?;
    is_one.then(|| parts.into_iter().filter_map(element).collect())
}

/// What a badge calls itself.
fn called(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Badge {
        #[serde(rename = "credentialSubject")]
        subject: Subject,
    }
    #[derive(Deserialize)]
    struct Subject {
        achievement: Achievement,
    }
    #[derive(Deserialize)]
    struct Achievement {
        name: String,
    }
    let badge: Badge = serde_json::from_slice(bytes).ok()?;
    let name = lti::clean::line(&badge.subject.achievement.name).into_owned();
    Some(name.chars().take(CALLED).collect()).filter(|name: &String| !name.is_empty())
}

fn plain(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii()
}

/// What an export lists, each as it was written; nothing where it is no list.
fn listed(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let bytes = plain(bytes);
    if bytes.starts_with(b"[") {
        let Listed(all) = serde_json::from_slice(bytes).ok()?;
        return Some(all.into_iter().filter_map(element).collect());
    }
    let Members(members) = serde_json::from_slice(bytes).ok()?;
    if OF_ONE.iter().any(|name| members.contains_key(name)) && !members.contains_key("verifiableCredential") {
        return None;
    }
    let mut found = Vec::new();
    for list in LISTS.iter().filter_map(|name| members.get(name)) {
        if let Ok(Listed(all)) = serde_json::from_str(list.get()) {
            found.extend(all.into_iter().filter_map(element));
        }
    }
    // The one badge of a presentation is read as it came.
    let is_presented_alone = members.contains_key("verifiableCredential") && found.len() == 1;
    (!found.is_empty() && !is_presented_alone).then_some(found)
}

/// What of an entry of an export is the badge.
#[derive(Deserialize)]
struct Entry<'a> {
    id: Option<String>,
    /// Badgr and Parchment: where it is hosted.
    #[serde(rename = "openBadgeId")]
    hosted: Option<String>,
    /// Credly: it is one of theirs.
    #[serde(borrow)]
    badge_template: Option<&'a RawValue>,
    #[serde(borrow)]
    assertion: Option<&'a RawValue>,
    #[serde(borrow)]
    json: Option<&'a RawValue>,
}

fn element(one: &RawValue) -> Option<Vec<u8>> {
    let written = one.get();
    if written.starts_with('"') {
        let text: String = serde_json::from_str(written).ok()?;
        return Some(text.into_bytes());
    }
    if !written.starts_with('{') {
        return None;
    }
    let Ok(entry) = serde_json::from_str::<Entry<'_>>(written) else {
        return Some(written.as_bytes().to_vec());
    };
    if let Some(hosted) = entry.hosted {
        return Some(hosted.into_bytes());
    }
    let is_uuid = |id: &String| uuid::Uuid::parse_str(id).is_ok();
    if let (Some(_), Some(id)) = (entry.badge_template, entry.id.as_ref().filter(|id| is_uuid(id))) {
        return Some(format!("{CREDLY}{id}").into_bytes());
    }
    // How presentations of data model 2.0 carry tokens.
    let token = entry
        .id
        .as_deref()
        .and_then(|id| id.strip_prefix("data:application/vc+jwt,"));
    if let Some(token) = token {
        return Some(token.as_bytes().to_vec());
    }
    match entry.assertion.or(entry.json) {
        Some(inner) if inner.get().starts_with('{') => Some(inner.get().as_bytes().to_vec()),
        _ => Some(written.as_bytes().to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn names(name: &str, bytes: &[u8]) -> Result<Vec<String>, PortfolioRefusal> {
        let pieces = pieces(name, &Bytes::copy_from_slice(bytes))?;
        let text = |piece: Piece| String::from_utf8_lossy(&piece.bytes).into_owned();
        Ok(pieces.into_iter().map(text).collect())
    }

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn one_badge_is_one_badge_to_the_letter() {
        for one in [
            "{ \"credentialSubject\" : {} , \"badges\":[1] }",
            "{\"recipient\":{},\"badge\":{}}",
            "{\"verifiableCredential\":[{\"a\":1}]}",
            "a.b.c",
            "https://x.example/1",
            "not at all",
        ] {
            assert_eq!(names("x", one.as_bytes()).unwrap(), [one]);
        }
    }

    #[test]
    fn exports_of_backpacks_are_taken_apart_and_keep_their_letters() {
        let badge = "{\"credentialSubject\": {\"b\":2,  \"a\":1}}";
        let id = "54a07c5c-89f9-4c33-9731-e1b0d34f88b9";
        for (export, expected) in [
            (format!("[{badge},\"x.y.z\",7]"), vec![badge.to_owned(), "x.y.z".to_owned()]),
            (
                format!("{{\"credential\":[{badge}],\"compactJwsString\":[\"x.y.z\"]}}"),
                vec![badge.to_owned(), "x.y.z".to_owned()],
            ),
            (
                "{\"status\":{},\"result\":[{\"entityType\":\"BackpackAssertion\",\"openBadgeId\":\"https://api.badgr.io/public/assertions/1\"}]}"
                    .to_owned(),
                vec!["https://api.badgr.io/public/assertions/1".to_owned()],
            ),
            (
                format!("{{\"data\":[{{\"id\":\"{id}\",\"badge_template\":{{\"name\":\"x\"}}}}]}}"),
                vec![format!("{CREDLY}{id}")],
            ),
            (
                "{\"badges\":[{\"assertion\":{\"recipient\":{}}}]}".to_owned(),
                vec!["{\"recipient\":{}}".to_owned()],
            ),
            (
                "{\"type\":\"VerifiablePresentation\",\"proof\":{},\"verifiableCredential\":[\"a.b.c\",{\"id\":\"data:application/vc+jwt,d.e.f\"}]}"
                    .to_owned(),
                vec!["a.b.c".to_owned(), "d.e.f".to_owned()],
            ),
        ] {
            assert_eq!(names("export.json", export.as_bytes()).unwrap(), expected, "{export}");
        }
    }

    #[test]
    fn the_badges_of_a_record_are_looked_at_one_by_one_under_their_own_names() {
        let part = "{\"credentialSubject\": {\"achievement\": {\"name\":\"Basic\\nwelding\"}}}";
        let record = |kind: &str| {
            let subject = format!("{{\"achievement\":[],\"verifiableCredential\":[{part},\"a.b.c\"]}}");
            let record = format!("{{\"type\":{kind},\"credentialSubject\":{subject},\"proof\":{{}}}}");
            Bytes::from(record)
        };
        let found = pieces(
            "clr.json",
            &record("[\"VerifiableCredential\",\"ClrCredential\"]"),
        )
        .unwrap();
        let told: Vec<(&str, &[u8], bool)> = found
            .iter()
            .map(|piece| (piece.name.as_str(), &piece.bytes[..], piece.in_record))
            .collect();
        let [first, second] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert_eq!((first.1, first.2), (part.as_bytes(), true));
        assert!(
            first.0.starts_with("Basic") && !first.0.contains('\n'),
            "{}",
            first.0
        );
        assert_eq!(*second, ("clr.json", &b"a.b.c"[..], true));
        let other = pieces("x", &record("\"OpenBadgeCredential\"")).unwrap();
        assert!(other.len() == 1 && !other[0].in_record);
    }

    #[test]
    fn an_archive_gives_what_may_be_badges_and_nothing_of_the_system() {
        let packed = archive(&[
            ("badges/one.json", b"{\"recipient\":{}}"),
            ("__MACOSX/badges/._one.json", b"x"),
            (".hidden.json", b"x"),
            ("readme.pdf", b"%PDF"),
            ("two.JWT", b"a.b.c"),
        ]);
        assert_eq!(names("x.zip", &packed).unwrap(), ["{\"recipient\":{}}", "a.b.c"]);
        let none = archive(&[("readme.pdf", b"%PDF")]);
        assert_eq!(names("x.zip", &none), Err(PortfolioRefusal::Empty));
    }

    #[test]
    fn bombs_and_crowds_are_refused() {
        // An archive of so many entries is not read at all, whatever its index says.
        let few = archive(&[("one.json", b"{\"recipient\":{}}")]);
        assert!(names("x.zip", &few).is_ok());
        let many = [few.clone(), b"PK\x01\x02".repeat(ENTRIES + 1)].concat();
        assert!(!has_few(&many, ENTRIES) && has_few(&few, ENTRIES));
        assert_eq!(names("x.zip", &many), Err(PortfolioRefusal::Archive));
        let end = few.len() - 22;
        let larger = [
            &few[..end],
            &b"PK\x06\x06"[..],
            &[0_u8; 52][..],
            &b"PK\x06\x07"[..],
            &[0_u8; 16][..],
            &few[end..],
        ]
        .concat();
        assert!(!has_few(&larger, ENTRIES));

        let zeros = vec![0; usize::try_from(ONE).unwrap() + 1];
        let large = archive(&[("x.png", &zeros)]);
        assert_eq!(names("x.zip", &large), Err(PortfolioRefusal::TooLarge(ONE)));
        let some = vec![b' '; usize::try_from(ONE).unwrap()];
        let many: Vec<String> = (0..9).map(|n| format!("{n}.json")).collect();
        let files: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), some.as_slice())).collect();
        assert_eq!(names("x.zip", &archive(&files)), Err(PortfolioRefusal::Archive));
        let crowd = format!("[{}]", vec!["\"a.b.c\""; MANY + 1].join(","));
        assert_eq!(names("x", crowd.as_bytes()), Err(PortfolioRefusal::Many(MANY)));
        let crowd = format!("{{\"badges\":[{}]}}", vec!["\"\""; LISTED * 3].join(","));
        assert_eq!(names("x", crowd.as_bytes()), Err(PortfolioRefusal::Many(MANY)));
        assert_eq!(
            names("x", b"PK\x03\x04 not a whole one"),
            Err(PortfolioRefusal::Archive)
        );
        assert_eq!(names("x", &zeros), Err(PortfolioRefusal::TooLarge(ONE)));
    }
}

//! Files that people hand in: known by their content, kept outside the web root, and shown through links of a minute.

use bytes::Bytes;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::domain::evidence::StoredFile;
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::AwardRefusal;
use crate::store::blobs::Content;
use crate::store::content::{About, Reading};
use crate::store::incoming::Whole;

/// How long a link to a file works.
const LIVES: TimeDelta = TimeDelta::seconds(60);
/// What tickets are sealed for.
const PURPOSE: &str = "file ticket";
/// Most bytes of a text whose beginning is shown: all of it is read, since what was changed on the disk is not shown.
const READ_AT_ONCE: u64 = 1_000_000;
/// Characters of a file's name.
const MAX_NAME: usize = 200;

/// What a ticket opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    tenant: TenantId,
    digest: String,
    pub(crate) name: String,
    pub(crate) media_type: String,
    /// Whether it may be shown in the page, rather than only saved.
    pub(crate) inline: bool,
    /// Seconds since 1970.
    until: i64,
}

/// Keeps a file under its digest. What it is, is found out from its content; its name is only shown.
///
/// # Errors
/// [`ServiceError::Blob`] when it cannot be written.
#[tracing::instrument(name = "files.keep", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn keep(
    cairn: &Cairn,
    tenant: &TenantId,
    name: &str,
    whole: Whole,
) -> Result<StoredFile, ServiceError> {
    let about = cairn.blobs.keep(tenant, whole, cairn.clock.now()).await?;
    Ok(StoredFile {
        name: plain_name(name),
        media_type: sniff(&about).to_owned(),
        size: about.size,
        digest: about.digest,
    })
}

/// Keeps a file that is in memory, as [`keep`] does.
///
/// # Errors
/// [`ServiceError::Blob`] when it cannot be written.
pub(super) async fn keep_bytes(
    cairn: &Cairn,
    tenant: &TenantId,
    name: &str,
    bytes: Bytes,
) -> Result<StoredFile, ServiceError> {
    let mut reading = Reading::default();
    reading.read(&bytes);
    let about = reading.end();
    Ok(StoredFile {
        name: plain_name(name),
        media_type: sniff(&about).to_owned(),
        size: about.size,
        digest: cairn.blobs.put(tenant, bytes).await?,
    })
}

/// The name without folders and signs that no name needs.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '"' | '<' | '>'))
        .take(MAX_NAME)
        .collect();
    let kept = kept.trim().trim_matches('.').to_owned();
    if kept.is_empty() { "file".to_owned() } else { kept }
}

/// The media type by content: one of a few that are safe to name, else plain bytes.
fn sniff(about: &About) -> &'static str {
    // HTML, SVG and scripts are text to us, not documents that run.
    let found = infer::get(&about.head).filter(|kind| kind.matcher_type() != infer::MatcherType::Text);
    if let Some(kind) = found {
        return match kind.mime_type() {
            known @ ("application/pdf"
            | "application/zip"
            | "image/png"
            | "image/jpeg"
            | "image/gif"
            | "image/webp"
            | "video/mp4"
            | "video/webm"
            | "audio/mpeg"
            | "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            | "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            | "application/vnd.oasis.opendocument.text"
            | "application/vnd.oasis.opendocument.spreadsheet") => known,
            _ => "application/octet-stream",
        };
    }
    if about.is_text {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    }
}

/// What a person calls such a file.
#[must_use]
pub(crate) fn words(media_type: &str) -> &'static str {
    match media_type.split(';').next().unwrap_or_default() {
        "application/pdf" => "PDF document",
        "application/zip" => "ZIP archive",
        "image/png" | "image/jpeg" | "image/gif" | "image/webp" => "picture",
        "video/mp4" | "video/webm" => "video",
        "audio/mpeg" => "sound",
        "text/plain" => "text",
        kind if kind.contains("wordprocessing") || kind.ends_with("opendocument.text") => "text document",
        kind if kind.contains("spreadsheet") => "spreadsheet",
        kind if kind.contains("presentation") => "presentation",
        _ => "file",
    }
}

/// "1.4 MB".
#[must_use]
pub(crate) fn size_words(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => {
            let tenths = bytes.saturating_add(50_000) / 100_000;
            match (tenths / 10, tenths % 10) {
                (whole, 0) => format!("{whole} MB"),
                (whole, tenth) => format!("{whole}.{tenth} MB"),
            }
        }
    }
}

/// Whether it can be shown in the page: raster pictures alone.
#[must_use]
pub(crate) fn is_picture(media_type: &str) -> bool {
    matches!(
        media_type,
        "image/png" | "image/jpeg" | "image/gif" | "image/webp"
    )
}

/// The address of a file: a sealed ticket for this one file, good for a minute and nothing else, so that it needs no
/// session in the address. `inline` shows pictures in the page; everything else is saved.
#[must_use]
pub(crate) fn address(cairn: &Cairn, tenant: &TenantId, file: &StoredFile, inline: bool) -> String {
    let until = cairn
        .clock
        .now()
        .checked_add_signed(LIVES)
        .map_or(0, |at| at.timestamp());
    let ticket = Ticket {
        tenant: tenant.clone(),
        digest: file.digest.clone(),
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        inline: inline && is_picture(&file.media_type),
        until,
    };
    let plain = serde_json::to_vec(&ticket).unwrap_or_default();
    addresses::file(&cairn.vault.seal(PURPOSE, &plain, cairn.random.as_ref()))
}

/// Opens a ticket: what it is for, how many bytes it has, and they themselves.
///
/// # Errors
/// [`ServiceError::NotFound`] for one that is none of ours; [`ServiceError::Refused`] when its minute is over.
#[tracing::instrument(name = "files.open", level = "debug", skip_all)]
pub(crate) async fn open(cairn: &Cairn, sealed: &str) -> Result<(Ticket, u64, Content), ServiceError> {
    let plain = cairn
        .vault
        .open(PURPOSE, sealed)
        .map_err(|_| ServiceError::NotFound("file"))?;
    let ticket: Ticket = serde_json::from_slice(&plain).map_err(|_| ServiceError::NotFound("file"))?;
    if ticket.until < cairn.clock.now().timestamp() {
        return Err(AwardRefusal::FileLinkOver.into());
    }
    let (size, content) = cairn.blobs.content(&ticket.tenant, &ticket.digest).await?;
    Ok((ticket, size, content))
}

/// The beginning of a text file, for a look without leaving the page; none for anything else, or for a large one.
#[tracing::instrument(name = "files.beginning", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn beginning(cairn: &Cairn, tenant: &TenantId, file: &StoredFile) -> Option<String> {
    if !file.media_type.starts_with("text/plain") || file.size > READ_AT_ONCE {
        return None;
    }
    let bytes = cairn.blobs.get(tenant, &file.digest).await.ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    Some(text.chars().take(2_000).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(bytes: &[u8]) -> &'static str {
        let mut reading = Reading::default();
        reading.read(bytes);
        super::sniff(&reading.end())
    }

    #[test]
    fn what_a_file_is_comes_from_its_content_and_never_runs() {
        assert_eq!(sniff(b"%PDF-1.7\n"), "application/pdf");
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n----"), "image/png");
        for harmful in [
            "<script>alert(1)</script>",
            "<!doctype html><p>",
            "<svg onload=x>",
            "#!/bin/sh",
        ] {
            let found = sniff(harmful.as_bytes());
            assert!(found.starts_with("text/plain"), "{harmful}: {found}");
        }
        assert_eq!(sniff(&[0, 159, 146, 150]), "application/octet-stream");
    }

    #[test]
    fn a_name_is_only_a_name() {
        assert_eq!(plain_name("../../etc/passwd"), "passwd");
        assert_eq!(plain_name("C:\\work\\report.pdf"), "report.pdf");
        assert_eq!(plain_name("a\"b\r\nSet-Cookie: x"), "abSet-Cookie: x");
        assert_eq!(plain_name("…"), "…");
        assert_eq!(plain_name("/"), "file");
    }

    #[test]
    fn sizes_are_said_as_people_say_them() {
        assert_eq!(size_words(12), "12 bytes");
        assert_eq!(size_words(12_345), "13 kB");
        assert_eq!(size_words(1_440_000), "1.4 MB");
        assert_eq!(size_words(20_000_000), "20 MB");
    }
}

//! What was handed in, as pages show it; and the file behind a link of a minute.

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header::{
    Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue,
};
use actix_web::web::{self, ServiceConfig};

use crate::domain::evidence::{Artefact, SubmissionState};
use crate::ids::TenantId;
use crate::service::Cairn;
use crate::service::award::files;
use crate::service::base::addresses;
use crate::web::error::AppError;
use crate::web::views::shared::{ArtefactView, FilePreview, FileView, Status, StatusChip};

/// The route of files.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.route(addresses::FILE, web::get().to(file));
}

/// An artefact with fresh links to its file.
pub(crate) async fn view(cairn: &Cairn, tenant: &TenantId, artefact: &Artefact) -> ArtefactView {
    let file = match &artefact.file {
        None => None,
        Some(file) => {
            let preview = if files::is_picture(&file.media_type) {
                FilePreview::Picture(files::address(cairn, tenant, file, true))
            } else {
                files::beginning(cairn, tenant, file)
                    .await
                    .map_or(FilePreview::None, FilePreview::Text)
            };
            Some(FileView {
                name: file.name.clone(),
                kind: files::words(&file.media_type).to_owned(),
                size: files::size_words(file.size),
                digest: file.digest.clone(),
                href: files::address(cairn, tenant, file, false),
                preview,
            })
        }
    };
    ArtefactView {
        text: artefact.text.clone(),
        link: artefact.link.clone(),
        file,
    }
}

/// Where a hand-in stands, as a chip.
#[must_use]
pub(crate) fn state_chip(state: SubmissionState) -> StatusChip {
    match state {
        SubmissionState::HandedIn => Status::InProgress.saying("Waiting for review"),
        SubmissionState::ChangesAsked => Status::NeedsAttention.saying("Changes asked"),
        SubmissionState::Approved => Status::Earned.saying("Approved"),
        SubmissionState::Declined => Status::NotMet.saying("Declined"),
    }
}

/// A file: saved, or for raster pictures shown; in no case a page of ours that could run.
async fn file(cairn: web::Data<Cairn>, path: web::Path<String>) -> Result<HttpResponse, AppError> {
    let (ticket, size, content) = files::open(&cairn, &path).await?;
    let name = ExtendedValue {
        charset: Charset::Ext("UTF-8".to_owned()),
        language_tag: None,
        value: ticket.name.into_bytes(),
    };
    let disposition = ContentDisposition {
        disposition: if ticket.inline {
            DispositionType::Inline
        } else {
            DispositionType::Attachment
        },
        parameters: vec![DispositionParam::FilenameExt(name)],
    };
    Ok(HttpResponse::Ok()
        .insert_header(("content-type", ticket.media_type))
        .insert_header(disposition)
        .insert_header((
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header(("cross-origin-resource-policy", "same-origin"))
        .insert_header(("cache-control", "private, no-store"))
        .body(SizedStream::new(size, content)))
}

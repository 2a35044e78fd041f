//! The card of a badge for previews on other sites: drawn from what was signed, with no credential inside.

use crate::domain::theme::Colour;
use crate::service::Cairn;
use crate::service::badge::pictures::Card;
use crate::service::base::error::ServiceError;
use crate::service::credential::baked::source;
use crate::service::credential::publish::{Published, read};

/// The card as PNG: picture, name and issuer of the badge; its holder's name only where they show it.
///
/// # Errors
/// When the picture that the badge names is gone from the store, or cannot be drawn.
#[tracing::instrument(
    name = "card.png", level = "debug", skip_all,
    fields(credential = published.credential.id.as_str())
)]
pub(crate) async fn png(cairn: &Cairn, published: &Published) -> Result<Vec<u8>, ServiceError> {
    let document = read(&published.credential)?;
    let issuer = document.issuer.name.clone();
    let holder = published
        .holder
        .as_ref()
        .map(|holder| format!("Earned by {holder}"));
    let card = Card {
        picture: source(cairn, &document).await?,
        name: document.credential_subject.achievement.name,
        less: issuer.into_iter().chain(holder).collect(),
        accent: published.issuer.accent.map(Colour::hex),
    };
    // Drawing takes some ten milliseconds of one core.
    let drawn = tokio::task::spawn_blocking(move || card.png()).await;
    drawn
        .map_err(|error| ServiceError::Internal(error.to_string()))?
        .map_err(|error| ServiceError::Internal(error.to_string()))
}

//! The card of a badge for previews on other sites: drawn from what was signed, with no credential inside.

use bytes::Bytes;

use crate::domain::theme::Colour;
use crate::service::Cairn;
use crate::service::badge::pictures::Card;
use crate::service::base::drawings::{Asker, Key};
use crate::service::base::error::ServiceError;
use crate::service::credential::baked::source;
use crate::service::credential::publish::{Published, read};

/// What stands on the card of a badge: its picture, name and issuer; its holder's name only where they show it.
///
/// # Errors
/// When the picture that the badge names is gone from the store.
#[tracing::instrument(
    name = "card.of", level = "debug", skip_all,
    fields(credential = published.credential.id.as_str())
)]
pub(crate) async fn of(cairn: &Cairn, asker: &Asker, published: &Published) -> Result<Card, ServiceError> {
    let document = read(&published.credential)?;
    let issuer = document.issuer.name.clone();
    let holder = published
        .holder
        .as_ref()
        .map(|holder| format!("Earned by {holder}"));
    Ok(Card {
        picture: source(cairn, asker, &document).await?,
        name: document.credential_subject.achievement.name,
        less: issuer.into_iter().chain(holder).collect(),
        accent: published.issuer.accent.map(Colour::hex),
    })
}

/// What a card is kept under, as long as nothing on it changes.
#[must_use]
pub(crate) fn key(card: &Card) -> Key {
    Key::of("card", card)
}

/// The card as PNG.
///
/// # Errors
/// [`ServiceError::Busy`] for somebody for whom too much is to be drawn already; when the picture cannot be drawn.
#[tracing::instrument(name = "card.png", level = "debug", skip_all)]
pub(crate) async fn png(cairn: &Cairn, asker: &Asker, card: Card) -> Result<Bytes, ServiceError> {
    cairn.drawings.get(key(&card), asker, move || card.png()).await
}

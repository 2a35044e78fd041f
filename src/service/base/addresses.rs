//! The routes of this server that services name in documents, registrations and messages. Each is written once: the web
//! registers its handler under the constant, and whoever needs an address asks the function beside it. Those of pages that
//! only pages name are in `web::paths`.

/// Routes as constants for registering a handler, each with a function that fills it in. After the word `below` stand what
/// the constant begins with, and what the path begins with that the function makes.
macro_rules! routes {
    (below $registered:literal, $built:literal;
     $($(#[$about:meta])* $name:ident = $pattern:literal, $path:ident($($part:ident: $kind:ty),*);)*) => {$(
        $(#[$about])*
        pub(crate) const $name: &str = concat!($registered, $pattern);
        #[doc = concat!("The path of [`", stringify!($name), "`].")]
        #[must_use]
        pub(crate) fn $path($($part: $kind),*) -> String {
            format!("{}{}", $built, format_args!($pattern))
        }
    )*};
}
pub(crate) use routes;

/// Where a platform sends the browser to begin a launch.
pub(crate) const LOGIN: &str = "/lti/login";
/// The one redirect URI, and the target of every launch.
pub(crate) const LAUNCH: &str = "/lti/launch";
/// Our public keys towards platforms.
pub(crate) const JWKS: &str = "/lti/jwks";
/// Where platforms deliver notices.
pub(crate) const NOTICES: &str = "/lti/notices";
/// The JSON of a Canvas key made by hand.
pub(crate) const CANVAS_KEY: &str = "/lti/canvas.json";
/// Where Canvas sends the browser back of whoever lets grades be read by its REST API.
pub(crate) const REST_RETURN: &str = "/rest/return";
/// A picture drawn from its parameters.
pub(crate) const DRAWN: &str = "/p/drawn.svg";
/// The same in pixels.
pub(crate) const DRAWN_PNG: &str = "/p/drawn.png";
/// What pictures stand below.
pub(crate) const PICTURES: &str = folder(PICTURE);
/// What every page of the console stands below.
pub(crate) const CONSOLE: &str = "/admin";

/// The route of every issuer's DID document, and of its status lists.
pub(crate) use openbadges::did::{DOCUMENT as DID, STATUS as STATUS_LIST};

use crate::ids::{BadgeId, EndorsementId};

/// What a route begins with, up to its first variable.
#[must_use]
pub(crate) const fn folder(route: &str) -> &str {
    let (mut rest, mut length) = (route.as_bytes(), 0);
    while let [first, after @ ..] = rest
        && *first != b'{'
    {
        (rest, length) = (after, length + 1);
    }
    route.split_at(length).0
}

/// [`REST_RETURN`] as it stands among the redirect URIs of a key.
#[must_use]
pub(crate) fn rest_return(origin: &str) -> String {
    format!("{origin}{REST_RETURN}")
}

routes! {
    below "", "";

    /// Where a platform's administrator begins a dynamic registration.
    REGISTER = "/lti/register/{code}", register(code: &str);
    /// A credential: its page, or a file of it when the name ends so.
    CREDENTIAL = "/b/{name}", credential(name: &str);
    /// An issuer.
    ISSUER = "/issuers/{slug}", issuer(slug: &str);
    /// What a badge stands for.
    ACHIEVEMENT = "/issuers/{slug}/achievements/{badge}", achievement(slug: &str, badge: &BadgeId);
    /// What another body says of a badge, signed.
    ENDORSEMENT = "/endorsements/{id}", endorsement(id: &EndorsementId);
    /// An uploaded picture: its digest, with the ending of its type.
    PICTURE = "/p/{file}", picture(file: &str);
    /// What a student handed in, for whoever has the ticket.
    FILE = "/f/{ticket}", file(ticket: &str);
    /// What pages are made of: styles, scripts and icons, under the version that they are of.
    ASSET = "/static/{version}/{file}", asset(version: &str, file: &str);
}

/// Pages of the console whose addresses are sent out. The constants stand within the scope [`CONSOLE`].
pub(crate) mod console {
    routes! {
        below "", "/admin";

        /// The entry by a link that works once.
        LINK = "/link/{token}", link(token: &str);
        /// Where an identity provider sends the browser back.
        PROVIDER_RETURN = "/sign-in/return", provider_return();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_its_route_filled_in() {
        assert_eq!(ACHIEVEMENT, "/issuers/{slug}/achievements/{badge}");
        assert_eq!(achievement("abc", &"b1".into()), "/issuers/abc/achievements/b1");
        assert_eq!(console::LINK, "/link/{token}");
        assert_eq!(console::link("t"), format!("{CONSOLE}/link/t"));
        assert_eq!(picture("x.png"), format!("{PICTURES}x.png"));
        assert_eq!(PICTURES, "/p/");
        assert_eq!(folder(LAUNCH), LAUNCH);
        assert!(DRAWN.starts_with(PICTURES) && DRAWN_PNG.starts_with(PICTURES));
    }
}

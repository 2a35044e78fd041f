//! Refuses addresses with control characters in them before anything looks them up: no page of ours has such a name, and one
//! database refuses to be asked for U+0000 while the other finds nothing.

use actix_web::http::Uri;

use crate::service::base::error::{ErrorKind, ServiceError};

/// Looks at path and query, decoded once, as handlers see them. In a query, line breaks and tabs may stand: platforms have
/// hints of their own in it.
///
/// # Errors
/// A sentence for an address that is no text.
pub(super) fn check(uri: &Uri) -> Result<(), ServiceError> {
    if has(uri.path(), |byte| byte.is_ascii_control()) {
        return Err(ServiceError::NotFound("page"));
    }
    let is_odd = |byte: u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    if has(uri.query().unwrap_or_default(), is_odd) {
        return Err(ServiceError::form(
            ErrorKind::Unprocessable,
            "address.control-characters",
            "This address holds characters that cannot be read or typed (such as %00), so nothing was done. Open the page \
             from where you came, or take them out of the address.",
        ));
    }
    Ok(())
}

/// Whether a byte like that is encoded in an address; unencoded ones do not come as far as here.
fn has(encoded: &str, is_odd: impl Fn(u8) -> bool) -> bool {
    let byte = |rest: &str| {
        let digits = rest.get(..2)?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_hex.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
    };
    encoded.split('%').skip(1).filter_map(byte).any(is_odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(uri: &str) -> Option<&'static str> {
        check(&uri.parse().unwrap()).err().map(|error| error.code())
    }

    #[test]
    fn only_text_can_be_an_address() {
        for good in [
            "/",
            "/c/1?search=%C3%84da%20Fern",
            "/lti/login?hint=%7B%0A%09%7D",
            "/c/%25",
            "/c/%2500",
            "/c/%zz?%",
            "/c/1?search=50%+1",
        ] {
            assert_eq!(code(good), None, "{good}");
        }
        for bad in ["/c/%00", "/c/a%0Ab", "/c/%7f/badges", "/static/x%1b/y"] {
            assert_eq!(code(bad), Some("not-found"), "{bad}");
        }
        for bad in [
            "/c/1?search=%00",
            "/c/1?a%00=1",
            "/lti/login?iss=x%1B",
            "/c/1?a=1&b=%7F",
        ] {
            assert_eq!(code(bad), Some("address.control-characters"), "{bad}");
        }
    }
}

//! Whether a form was sent by a page of ours.

use actix_web::HttpRequest;

use crate::service::base::error::{ErrorKind, ServiceError};

/// Whether a page of `origin` sent it, as the browser says: a page can make up neither header.
#[must_use]
pub(crate) fn is_our_own(request: &HttpRequest, origin: &str) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match header("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => header("origin") == Some(origin),
    }
}

/// Demands it of a form that opens a visit or signs in. What such a form holds proves who may come in, and not that the
/// browser that sends it is theirs.
///
/// # Errors
/// A sentence when another site sent it, or a page that was saved to a file.
pub(crate) fn demand(request: &HttpRequest, origin: &str) -> Result<(), ServiceError> {
    if is_our_own(request, origin) {
        Ok(())
    } else {
        Err(ServiceError::form(
            ErrorKind::Forbidden,
            "form.foreign",
            "This form was not sent by a page of Cairn that is open in this browser, so nothing was opened. Open the page \
             where it belongs, in your course or in the console, and use the form there.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_form_counts_only_from_a_page_of_ours() {
        let ours = "https://tool.example";
        let sent = |headers: &[(&str, &str)]| {
            let request = headers.iter().fold(TestRequest::default(), |request, pair| {
                request.insert_header(*pair)
            });
            let request = request.to_http_request();
            assert_eq!(is_our_own(&request, ours), demand(&request, ours).is_ok());
            is_our_own(&request, ours)
        };
        assert!(sent(&[("sec-fetch-site", "same-origin")]));
        assert!(sent(&[("origin", ours)]));
        assert!(!sent(&[]));
        assert!(!sent(&[("origin", "null")]));
        assert!(!sent(&[("origin", "https://tool.example.evil.test")]));
        assert!(!sent(&[("sec-fetch-site", "cross-site"), ("origin", ours)]));
        assert!(!sent(&[("sec-fetch-site", "same-site")]));
        assert!(!sent(&[("sec-fetch-site", "none")]));
    }
}

//! Entity tags: a browser says which picture it has, and is told whether that is still the one.

use actix_web::http::header::{ETag, EntityTag, IfNoneMatch};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponseBuilder};

use crate::service::base::drawings::Key;

/// It may be compressed on its way, so it is the same picture and not always the same bytes.
fn tag(key: &Key) -> EntityTag {
    EntityTag::new_weak(key.as_str().to_owned())
}

/// Whether whoever asks has the picture of that key.
pub(super) fn has(request: &HttpRequest, key: &Key) -> bool {
    match request.get_header::<IfNoneMatch>() {
        Some(IfNoneMatch::Items(known)) => known.iter().any(|one| one.weak_eq(&tag(key))),
        // It is for whoever changes something; whether there is such a picture is not known here.
        Some(IfNoneMatch::Any) | None => false,
    }
}

/// Says of an answer that it is the picture of that key.
pub(super) fn is_tagged<'a>(answer: &'a mut HttpResponseBuilder, key: &Key) -> &'a mut HttpResponseBuilder {
    answer.insert_header(ETag(tag(key)))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_browser_is_believed_that_names_the_tag_and_no_other() {
        let key = Key::of("png", &1);
        let said = |text: &str| {
            let request = TestRequest::default().insert_header(("if-none-match", text));
            has(&request.to_http_request(), &key)
        };
        let tag = key.as_str();
        assert!(said(&format!("W/\"{tag}\"")) && said(&format!("\"other\", \"{tag}\"")));
        for other in ["*", "\"other\"", "nonsense", ""] {
            assert!(!said(other), "{other}");
        }
        assert!(!has(&TestRequest::default().to_http_request(), &key));
    }
}

//! What a compact token looks like (RFC 7515, section 7.1), for those who only have to tell it from JSON.

/// Whether `text` is a compact token: three parts in base64url.
#[must_use]
pub fn is_compact(text: &str) -> bool {
    let good = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.split('.').count() == 3 && text.split('.').all(good)
}

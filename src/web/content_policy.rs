//! What pages may load, and who may frame them.

/// The content security policy of our pages. `ancestors` are the sources that may frame one: `'none'`, `*`, or origins.
#[must_use]
pub(crate) fn policy(ancestors: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action *; base-uri 'none'; frame-ancestors {ancestors}"
    )
}

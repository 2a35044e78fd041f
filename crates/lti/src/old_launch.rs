//! Launches of LTI 1.0 to 1.2, which a platform posts where it was set up for them.

/// Whether this is a launch of LTI 1.0 to 1.2: a form that OAuth 1 signed, where 1.3 would have a token.
pub(crate) fn is_old_launch(pairs: &[(String, String)]) -> bool {
    let has = |wanted: &str| pairs.iter().any(|(name, _)| name == wanted);
    let is_signed_by_oauth = has("oauth_consumer_key") || has("oauth_signature");
    !has("id_token") && !has("error") && (has("lti_message_type") || is_signed_by_oauth)
}

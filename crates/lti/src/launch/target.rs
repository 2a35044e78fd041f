//! What a launch may open (row 19).

use url::Url;

use crate::claims::LtiClaims;
use crate::error::Refusal;

/// The tool's own origin and the paths on it that may be launched.
#[derive(Debug, Clone)]
pub struct Targets {
    origin: Url,
    paths: Vec<String>,
}

impl Targets {
    /// The `paths` (such as `/lti/launch`, compared whole) on the origin of `origin`.
    pub fn new(origin: Url, paths: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            origin,
            paths: paths.into_iter().map(Into::into).collect(),
        }
    }

    /// The signed target, if it is ours and, where `seen_at_login` is given, the one that the login asked for.
    pub(super) fn check(&self, claims: &LtiClaims, seen_at_login: Option<&Url>) -> Result<Url, Refusal> {
        let text = claims
            .target_link_uri
            .as_deref()
            .filter(|text| !text.is_empty())
            .ok_or(Refusal::TargetMissing)?;
        let url = Url::parse(text).map_err(|_| Refusal::TargetForeign)?;
        if url.origin() != self.origin.origin() || !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::TargetForeign);
        }
        if !self.paths.iter().any(|path| path == url.path()) {
            return Err(Refusal::TargetUnknown(url.path().chars().take(100).collect()));
        }
        if seen_at_login.is_some_and(|seen| *seen != url) {
            return Err(Refusal::TargetChanged);
        }
        Ok(url)
    }
}

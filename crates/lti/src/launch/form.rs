//! What the platform posts through the browser (row 1).

use crate::error::{PlatformRefusal, Refusal};
use crate::old_launch::is_old_launch;

/// Bytes of a whole form that are looked at.
const MAX_FORM: usize = 64 << 10;

/// The form of a launch, or of the platform's refusal to make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchForm {
    /// The sealed state.
    pub state: String,
    /// The signed message, or what the platform says instead.
    pub outcome: Result<String, PlatformRefusal>,
    /// Canvas repeats the storage frame of the login here.
    pub storage_target: Option<String>,
}

impl LaunchForm {
    /// Reads decoded name and value pairs; unknown names are passed over.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`], [`Refusal::OldLaunch`], [`Refusal::Repeated`], [`Refusal::StateMissing`] or
    /// [`Refusal::TokenMissing`].
    pub fn parse(pairs: &[(String, String)]) -> Result<Self, Refusal> {
        let size: usize = pairs
            .iter()
            .map(|(name, value)| name.len() + value.len() + 2)
            .sum();
        if size > MAX_FORM {
            return Err(Refusal::TooLarge);
        }
        if is_old_launch(pairs) {
            return Err(Refusal::OldLaunch);
        }
        let get = |name: &'static str| {
            let mut values = pairs
                .iter()
                .filter(|(known, _)| known == name)
                .map(|(_, value)| value);
            match (values.next(), values.next()) {
                (_, Some(_)) => Err(Refusal::Repeated(name)),
                (value, None) => Ok(value.filter(|value| !value.is_empty()).cloned()),
            }
        };
        let state = get("state")?;
        let id_token = get("id_token")?;
        let error = get("error")?;
        let description = get("error_description")?;
        let storage_target = get("lti_storage_target")?;
        let outcome = match (error, id_token) {
            // A platform's error helps the person even when its state got lost.
            (Some(error), _) if state.is_none() => {
                return Err(PlatformRefusal::of(&error, description.as_deref()).into());
            }
            (Some(error), _) => Err(PlatformRefusal::of(&error, description.as_deref())),
            (None, Some(token)) => Ok(token),
            (None, None) if state.is_none() => return Err(Refusal::StateMissing),
            (None, None) => return Err(Refusal::TokenMissing),
        };
        Ok(Self {
            state: state.ok_or(Refusal::StateMissing)?,
            outcome,
            storage_target,
        })
    }

    /// The signed message.
    ///
    /// # Errors
    /// The platform's own refusal.
    pub fn id_token(&self) -> Result<&str, Refusal> {
        self.outcome.as_deref().map_err(|refusal| refusal.clone().into())
    }
}

impl PlatformRefusal {
    /// The refusal behind an `error` of the platform (`OpenID` Connect core, section 3.1.2.6, and Canvas's own).
    #[must_use]
    pub fn of(error: &str, description: Option<&str>) -> Self {
        match error {
            "login_required" => Self::LoginRequired,
            "launch_no_longer_valid" => Self::LaunchNoLongerValid,
            "unauthorized_client" => Self::UnauthorizedClient,
            "invalid_request" => Self::InvalidRequest,
            "invalid_request_object" => Self::InvalidRequestObject,
            "invalid_scope" => Self::InvalidScope,
            "unsupported_response_type" => Self::UnsupportedResponseType,
            "access_denied" => Self::AccessDenied,
            other => {
                let text = description.map_or_else(|| other.to_owned(), |more| format!("{other}: {more}"));
                Self::Other(
                    text.chars()
                        .filter(|letter| !letter.is_control())
                        .take(200)
                        .collect(),
                )
            }
        }
    }
}

//! Signing in with e-mail and password.

use secrecy::SecretString;
use serde_json::json;

use super::known::{self, Asking, Browser, Entered};
use super::{open_session, password};
use crate::domain::audit::{Action, Actor, Entry};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::AccountRefusal;
use crate::store::{admins, audit};
use crate::telemetry::metric;

/// Most bytes of an address (RFC 5321, section 4.5.3.1.3): nothing longer is remembered for counting attempts.
const LONGEST_EMAIL: usize = 254;

/// Signs somebody in.
///
/// # Errors
/// [`ServiceError::Refused`]; or one and the same sentence for an unknown e-mail, a wrong password, and an account that
/// was turned off.
#[tracing::instrument(name = "sign_in.by_password", skip_all)]
pub(crate) async fn by_password(
    cairn: &Cairn,
    email: &str,
    typed: &SecretString,
    asking: Asking<'_>,
) -> Result<Entered, ServiceError> {
    let email = email.trim().to_lowercase();
    if email.len() > LONGEST_EMAIL {
        return Err(AccountRefusal::Wrong.into());
    }
    let browser = Browser::of(cairn, asking);
    if browser.is_none() {
        // Before the database is asked: this is what anybody can do.
        cairn.throttle.attempt(asking.address, &email)?;
    }
    let asked = email.clone();
    let known = cairn.store.read(move |db| admins::by_email(db, &asked)).await?;
    if let Some(browser) = &browser {
        match &known {
            Some(admin) if browser.knows(&admin.id) => cairn.throttle.attempt_known(browser.id(), &email)?,
            _ => cairn.throttle.attempt(asking.address, &email)?,
        }
    }
    let known = known.filter(|admin| admin.enabled);
    let stored = known.as_ref().and_then(|admin| admin.password_hash.clone());
    let fits = password::fits(typed, stored).await;
    let Some(admin) = known.filter(|_| fits) else {
        metrics::counter!(metric::ADMIN_SIGN_INS, "outcome" => "refused").increment(1);
        return Err(AccountRefusal::Wrong.into());
    };
    let (now, random) = cairn.moment();
    let browser = known::remember(cairn, browser, admin.id.clone())?;
    let opened = cairn.store.write(move |db| {
        let (reach, actor) = (admin.tenant.as_ref(), Actor::Administrator(admin.id.clone()));
        let entry = Entry::within(reach, actor, Action::AdminSignedIn, admin.id.as_str(), now);
        audit::record(db, &entry.detail(json!({"by": "password"})), random.as_ref())?;
        open_session(db, &admin.id, now, random.as_ref())
    });
    let token = opened.await?;
    metrics::counter!(metric::ADMIN_SIGN_INS, "outcome" => "password").increment(1);
    Ok(Entered { token, browser })
}

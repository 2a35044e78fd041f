//! `cairn check`: is everything as it must be? Prints a line for each thing looked at.

use std::sync::Arc;

use super::{CommandError, actix_runtime};
use crate::clock::SystemClock;
use crate::random::SystemRandom;
use crate::secrets::key_file::KeyFile;
use crate::service::Cairn;
use crate::service::base::institutions;
use crate::service::base::platforms;
use crate::service::institution::identity::{self, Seen};
use crate::settings::Settings;
use crate::web::words;

/// Looks at settings, database, keys and platforms.
///
/// # Errors
/// When anything failed; each failure has been printed before.
pub(crate) fn run(settings: &Settings) -> Result<(), CommandError> {
    let settings = settings.clone();
    actix_runtime(async move {
        let mut report = Report::default();
        report.fine(&format!(
            "settings: public origin {}, identity {}",
            settings.origin(),
            settings.identity()
        ));
        if !settings.passed_over.is_empty() {
            report.remark(&format!(
                "settings: {} are passed over; Kubernetes sets them for a service of this name",
                settings.passed_over.join(", ")
            ));
        }
        if settings.public_origin.scheme() != "https" && !settings.allow_http_loopback {
            report.remark(
                "settings: the public origin is not https; no LMS outside this machine will accept it",
            );
        }
        let cairn = match Cairn::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await {
            Ok(cairn) => cairn,
            Err(error) => {
                report.failed(&words::starting::start(&error));
                return report.end();
            }
        };
        report.fine(&format!("database: {:?}, up to date", cairn.store.engine()));
        report.fine(&format!("tool key: {}", cairn.tool_key.kid()));
        let origin = match cairn.settings.master_key {
            Some(_) => "from the settings",
            None => "from its file",
        };
        report.fine(&format!("master key: {}, {origin}", cairn.vault.fingerprint()));
        if cairn.settings.master_key.is_none()
            && KeyFile::in_folder(&cairn.settings.data_dir).next_path().exists()
        {
            report.remark(
                "master key: a change of it was interrupted before anything was changed; `cairn keys rotate-master` does it",
            );
        }
        for (issuer, keys) in institutions::issuer_keys(&cairn).await? {
            match keys
                .iter()
                .try_for_each(|key| institutions::can_be_used(&cairn.vault, key))
            {
                Ok(()) => report.fine(&format!(
                    "signing keys of {}: {} can be used",
                    issuer.name,
                    keys.len()
                )),
                Err(error) => report.failed(&format!(
                    "signing keys of {}: {}",
                    issuer.name,
                    words::errors::sentence(&error)
                )),
            }
            report.identity(&issuer.name, &identity::look(&cairn, &issuer, &keys).await?);
        }
        let all = platforms::list(&cairn).await?;
        if all.is_empty() {
            report.remark("platforms: none is registered yet; see `cairn platform add --help`");
        }
        for (_, registration) in all.iter().filter(|(_, registration)| registration.enabled) {
            for finding in platforms::probe(&cairn, registration).await {
                // Two platforms may have one name; their client ids tell them apart.
                let name = format!("{} (client id {})", registration.name, registration.client_id);
                match finding {
                    Ok(given) => report.fine(&format!("{name}: {}", words::platforms::given(given))),
                    Err(withheld) => {
                        let line =
                            words::platforms::withheld(&withheld, registration, &cairn.settings.origin());
                        report.failed(&format!("{name}: {line}"));
                    }
                }
            }
        }
        report.end()
    })
}

#[derive(Default)]
struct Report {
    failures: usize,
}

#[expect(clippy::print_stdout, reason = "this is the command line")]
impl Report {
    fn fine(&self, line: &str) {
        println!("ok      {line}");
    }

    fn remark(&self, line: &str) {
        println!("note    {line}");
    }

    fn failed(&mut self, line: &str) {
        self.failures += 1;
        println!("FAILED  {line}");
    }

    /// What stands where verifiers look for an issuer's keys.
    fn identity(&mut self, name: &str, (address, seen): &(String, Seen)) {
        match seen {
            Seen::Ours => self.fine(&format!("identity of {name}: {address} has its keys")),
            Seen::Other => self.failed(&format!(
                "identity of {name}: what stands at {address} is not ours, or an older state of it: badges cannot be \
                 verified with it. Have the identity origin lead to this server."
            )),
            Seen::Broken(status) => self.failed(&format!(
                "identity of {name}: {address} answers {status} without an identity document. Have the identity origin \
                 lead to this server."
            )),
            Seen::Unreached => self.remark(&format!(
                "identity of {name}: {address} does not answer. Where the server runs, look at the identity origin; \
                 verifiers ask there."
            )),
        }
    }

    fn end(&self) -> Result<(), CommandError> {
        if self.failures == 0 {
            Ok(())
        } else {
            Err(format!("{} checks failed; see above.", self.failures).into())
        }
    }
}

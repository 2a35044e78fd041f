//! `cairn platform add | list | show | remove`: registering a platform by hand.

use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};

use super::{CommandError, actix_runtime};
use crate::clock::SystemClock;
use crate::ids::RegistrationId;
use crate::random::SystemRandom;
use crate::service::Cairn;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::platforms;
use crate::service::base::refusal::{InstitutionRefusal, Refusal};
use crate::service::institution::administrators::Operator;
use crate::service::institution::connecting::{self, NewPlatform, Removed};
use crate::settings::Settings;
use lti::registration::{Flavour, RegistrationDraft};

#[derive(Debug, Subcommand)]
pub(crate) enum PlatformCommand {
    /// Register a platform with the values that its administration page shows.
    Add(AddArguments),
    /// List the registered platforms.
    List,
    /// Show one platform and the values to paste into its administration page.
    Show {
        /// Its id, as `list` prints it.
        id: String,
    },
    /// Remove a platform. One that courses were launched from is only turned off: badges stay verifiable.
    Remove {
        /// Its id, as `list` prints it.
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddArguments {
    /// The institution that owns it; made if there is none of that name.
    #[arg(long, default_value = "My institution")]
    institution: String,
    /// What to call the platform.
    #[arg(long)]
    name: String,
    #[arg(long, value_enum)]
    flavour: FlavourArgument,
    /// Platform ID (Moodle) or issuer (Canvas: https://canvas.instructure.com).
    #[allow(
        rustdoc::bare_urls,
        reason = "the help of the command line shows it as it stands"
    )]
    #[arg(long)]
    issuer: String,
    /// Client ID.
    #[arg(long)]
    client_id: String,
    /// Authentication request URL.
    #[arg(long)]
    authorization_url: String,
    /// Access token URL.
    #[arg(long)]
    token_url: String,
    /// Audience of the client assertion, if it is not the access token URL.
    #[arg(long)]
    token_audience: Option<String>,
    /// Public keyset URL.
    #[arg(long)]
    jwks_url: String,
    /// Deployment ID; may be repeated. None: every deployment that this platform signs is accepted.
    #[arg(long = "deployment")]
    deployments: Vec<String>,
    /// A host on which the platform's services are beside the hosts of its URLs, for instance a Canvas school's own; may be
    /// repeated.
    #[arg(long = "service-host")]
    service_hosts: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FlavourArgument {
    Moodle,
    Canvas,
    Other,
}

impl From<FlavourArgument> for Flavour {
    fn from(argument: FlavourArgument) -> Self {
        match argument {
            FlavourArgument::Moodle => Self::Moodle,
            FlavourArgument::Canvas => Self::Canvas,
            FlavourArgument::Other => Self::Other,
        }
    }
}

/// Runs one of the commands.
///
/// # Errors
/// A sentence for each value that cannot be used, and what the store reports.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn run(settings: Settings, command: PlatformCommand) -> Result<(), CommandError> {
    actix_runtime(async move {
        let allow_http_loopback = settings.allow_http_loopback;
        let cairn = Cairn::open(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        match command {
            PlatformCommand::Add(arguments) => {
                let new = NewPlatform {
                    institution: arguments.institution.into(),
                    draft: RegistrationDraft {
                        name: arguments.name,
                        issuer: arguments.issuer,
                        client_id: arguments.client_id,
                        authorization_url: arguments.authorization_url,
                        token_url: arguments.token_url,
                        token_audience: arguments.token_audience,
                        jwks_url: arguments.jwks_url,
                        flavour: arguments.flavour.into(),
                        algorithms: Vec::new(),
                        service_hosts: arguments.service_hosts,
                        accepts_new_deployments: arguments.deployments.is_empty(),
                        allow_http_loopback,
                        enabled: true,
                    },
                    deployments: arguments.deployments,
                };
                let added = connecting::add(&cairn, Operator::CommandLine, new)
                    .await
                    .map_err(not_added)?;
                println!("Registered {} as {}.\n", added.name, added.id);
                println!("{}", paste_table(&cairn));
            }
            PlatformCommand::List => {
                let all = platforms::list(&cairn).await?;
                if all.is_empty() {
                    println!("No platform is registered yet. See `cairn platform add --help`.");
                }
                for (tenant, registration) in all {
                    let state = if registration.enabled { "on" } else { "off" };
                    println!(
                        "{}  {:3}  {:7}  {}  ({}, {}, client id {})",
                        registration.id,
                        state,
                        registration.flavour.as_str(),
                        registration.name,
                        tenant.name,
                        registration.issuer,
                        registration.client_id
                    );
                }
            }
            PlatformCommand::Show { id } => {
                let registration = platforms::get(&cairn, &RegistrationId::from(id)).await?;
                println!("name              {}", registration.name);
                println!("issuer            {}", registration.issuer);
                println!("client id         {}", registration.client_id);
                println!("authorization     {}", registration.authorization_url);
                println!("token             {}", registration.token_url);
                println!("token audience    {}", registration.token_audience);
                println!("key set           {}", registration.jwks_url);
                println!("service hosts     {}", registration.service_hosts.join(", "));
                println!(
                    "new deployments   {}",
                    if registration.accepts_new_deployments {
                        "accepted"
                    } else {
                        "refused"
                    }
                );
                println!(
                    "state             {}\n",
                    if registration.enabled { "on" } else { "off" }
                );
                println!("{}", paste_table(&cairn));
            }
            PlatformCommand::Remove { id } => match remove(&cairn, id).await? {
                Removed::Gone => println!("Removed."),
                Removed::TurnedOff => println!(
                    "Turned off: courses were launched from it, or grades beyond LTI are switched on, so its rows are kept and its badges stay verifiable."
                ),
            },
        }
        Ok(())
    })
}

/// That it is registered already is said with the command that shows it.
fn not_added(error: ServiceError) -> CommandError {
    match error {
        ServiceError::Refused(Refusal::Institution(InstitutionRefusal::PlatformKnown)) => {
            "This issuer and client id are registered already. `cairn platform list` shows them.".into()
        }
        other => other.into(),
    }
}

async fn remove(cairn: &Cairn, id: String) -> Result<Removed, CommandError> {
    let id = RegistrationId::from(id);
    Ok(connecting::remove(cairn, Operator::CommandLine, &id).await?)
}

/// What to paste into a platform's administration page.
fn paste_table(cairn: &Cairn) -> String {
    let at = |path: &str| format!("{}{path}", cairn.settings.origin());
    let (launch, login, jwks) = (at(addresses::LAUNCH), at(addresses::LOGIN), at(addresses::JWKS));
    format!(
        "Paste into the platform:\n\
         \x20 tool URL, target link URI     {launch}\n\
         \x20 LTI version                   1.3\n\
         \x20 public key type               keyset URL\n\
         \x20 public keyset (JWK) URL       {jwks}\n\
         \x20 initiate login URL            {login}\n\
         \x20 redirection URI               {launch}\n\
         \x20 services                      grades: sync and column management; names and roles: on\n\
         \x20 privacy                       names are welcome, never needed; e-mail is not used"
    )
}

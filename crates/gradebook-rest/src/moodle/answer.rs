//! What an answer means: nearly every error is a success by its status.

use serde::Deserialize;

use super::rights::{COURSE, Function, GROUPS};
use crate::error::{AccountFault, Reason};
use crate::transport::Response;
use crate::wire::{self, Sent};

#[derive(Deserialize)]
struct Fault<'a> {
    #[serde(borrow, default)]
    errorcode: Sent<'a>,
}

/// The refusal in an answer.
pub(super) fn judge(response: &Response, function: Function) -> Result<(), Reason> {
    match response.status {
        200..300 => {}
        300..400 => return Err(Reason::Redirected(response.status)),
        403 if response.body.trim_ascii().is_empty() => return Err(Reason::ServicesOff),
        404 => return Err(Reason::NoAddress),
        429 => return Err(Reason::Throttled(crate::error::Wait::THROTTLED)),
        status if status == 408 || status >= 500 => return Err(Reason::OutOfOrder(Some(status))),
        status => return Err(Reason::Rejected(status)),
    }
    let body = response.body.trim_ascii_start();
    // XML begins like a web page; with our parameters only a page does.
    if body.first() != Some(&b'{') {
        return Ok(());
    }
    let fault: Option<Fault<'_>> = wire::read(body).ok();
    match fault.and_then(|fault| wire::word(fault.errorcode)) {
        Some(code) => Err(reason(&code, function)),
        None => Ok(()),
    }
}

/// By the code alone: the exception's name differs by version, and the message is in the account's language.
fn reason(code: &str, function: Function) -> Reason {
    match code {
        "invalidtoken" => Reason::TokenUnknown,
        "accessexception" => Reason::FunctionRefused(function.as_str()),
        "nopermissions" | "nopermission" | "cannotviewreport" | "nopermissiontoviewgrades" => lacks(function),
        "requireloginerror" | "errorcoursecontextnotvalid" => Reason::CapabilityMissing {
            function: function.as_str(),
            capabilities: COURSE,
        },
        "notingroup" | "accessdenied" => Reason::CapabilityMissing {
            function: function.as_str(),
            capabilities: GROUPS,
        },
        "invalidrecord" | "invalidrecordunknown" => Reason::Gone,
        "invaliduser" => Reason::UnknownPerson,
        "usernotenroled" => Reason::NotEnrolled,
        "wsaccessusersuspended" => Reason::Account(AccountFault::Suspended),
        "wsaccessusernologin" => Reason::Account(AccountFault::NoLogin),
        "wsaccessuserdeleted" => Reason::Account(AccountFault::Deleted),
        "wsaccessuserunconfirmed" => Reason::Account(AccountFault::Unconfirmed),
        "forcepasswordchangenotice" => Reason::Account(AccountFault::PasswordChange),
        "sitepolicynotagreed" => Reason::Account(AccountFault::Policy),
        "sitemaintenance" | "upgraderunning" => Reason::OutOfOrder(None),
        other => Reason::Code(
            other
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '/'))
                .take(60)
                .collect(),
        ),
    }
}

fn lacks(function: Function) -> Reason {
    Reason::CapabilityMissing {
        function: function.as_str(),
        capabilities: function.capabilities(),
    }
}

//! Which setting in the LMS mends what, in that LMS's own words.

use crate::service::institution::self_test::Setting;
use lti::registration::{Flavour, Registration};

const MOODLE_TOOL: &str =
    "In Moodle: Site administration, Plugins, External tool, Manage tools, the pencil (“Edit”) on Cairn";

/// What to do, for that platform.
pub(super) fn say(registration: &Registration, setting: Setting) -> String {
    match registration.flavour {
        Flavour::Moodle => moodle(setting),
        Flavour::Canvas => canvas(setting),
        Flavour::Other => other(setting).to_owned(),
    }
}

fn moodle(setting: Setting) -> String {
    let rest = match setting {
        Setting::PlatformKeys => {
            return "Compare the public keyset URL here with “Public keyset URL” under Manage tools, the list icon on Cairn (“View configuration details”), and let this server reach it.".to_owned();
        }
        Setting::FirstLaunch => {
            return "In Moodle: Manage tools, press Activate on Cairn's card. A new tool is not in the activity chooser; in a course: More, LTI External tools, turn “Show in activity chooser” on, and add Cairn as an activity.".to_owned();
        }
        Setting::ClientId => {
            return "Compare the client id here with “Client ID” under Manage tools, the list icon on Cairn, and look whether the tool was deleted there.".to_owned();
        }
        Setting::Clock => {
            return "Let the server of Moodle and this one set their clocks by NTP; Moodle takes the time of its server. A launch is refused when they differ by a minute.".to_owned();
        }
        Setting::OutOfOrder => {
            return "In Moodle: look at Site administration, Server, Maintenance mode, and into the error log of Moodle's web server. Test again when Moodle works by itself.".to_owned();
        }
        Setting::OurKeys => {
            "“Public key type” must be “Keyset URL”, and Moodle must be able to reach it (HTTP security: curl blocked hosts and allowed ports)."
        }
        Setting::Scopes => {
            "Services: “IMS LTI Assignment and Grade Services” on “Use this service for grade sync and column management”, and “IMS LTI Names and Role Provisioning” on “Use this service to retrieve members' information as per privacy settings”."
        }
        Setting::MembersService => {
            "Services: “IMS LTI Names and Role Provisioning” on “Use this service to retrieve members' information as per privacy settings”. Then open Cairn from the course once more."
        }
        Setting::GradeService => {
            "Services: “IMS LTI Assignment and Grade Services” on “Use this service for grade sync and column management”. Then open Cairn from the course once more."
        }
        Setting::Names => "Privacy: “Share launcher's name with tool” on “Always”, if names are wanted.",
        Setting::Emails => {
            "Privacy: “Share launcher's email with tool” on “Never”, unless students are to have badges that can be checked against their address."
        }
        Setting::EmailsForBadges => {
            "Privacy: “Share launcher's email with tool” on “Always”, if badges of other issuers are to count."
        }
    };
    format!("{MOODLE_TOOL}. {rest}")
}

fn canvas(setting: Setting) -> String {
    let text = match setting {
        Setting::PlatformKeys => {
            "Compare the public keyset URL here with Canvas's own (hosted: https://sso.canvaslms.com/api/lti/security/jwks), and let this server reach it."
        }
        Setting::OurKeys => {
            "In Canvas: Admin, Developer Keys, Cairn's key: “Public JWK URL” must be reachable from Canvas, and the state must be On."
        }
        Setting::ClientId => {
            "In Canvas: Admin, Developer Keys: the state of Cairn's key must be On, and its number must be the client id here."
        }
        Setting::Scopes => {
            "In Canvas: Admin, Developer Keys, edit Cairn's key, “LTI Advantage Services”: switch on everything about assignments, grades, submissions and “user data associated with the context”."
        }
        Setting::MembersService => {
            "In Canvas: Admin, Developer Keys, edit Cairn's key, “LTI Advantage Services”: switch on “Can retrieve user data associated with the context the tool is installed in”. Then open Cairn from the course once more."
        }
        Setting::GradeService => {
            "In Canvas: Admin, Developer Keys, edit Cairn's key, “LTI Advantage Services”: switch on the four about assignment data and submissions. Then open Cairn from the course once more."
        }
        Setting::Clock => {
            "Hosted Canvas keeps the right time: let this server set its clock by NTP. For a Canvas of your own, let its servers do so too. A launch is refused when they differ by a minute."
        }
        Setting::OutOfOrder => {
            "No setting of the Developer Key mends this. Hosted Canvas: look at status.instructure.com. A Canvas of your own: look into its log/production.log. Test again when Canvas works by itself."
        }
        Setting::Names => {
            "In Canvas: Admin, Developer Keys, edit Cairn's key, “Privacy Level”: “Name only”, if names are wanted."
        }
        Setting::Emails => {
            "In Canvas: Admin, Developer Keys, edit Cairn's key, “Privacy Level”: “Name only”, unless students are to have badges that can be checked against their e-mail address."
        }
        Setting::EmailsForBadges => {
            "In Canvas: Admin, Developer Keys, edit Cairn's key, “Privacy Level”: “Public”, if badges of other issuers are to count."
        }
        Setting::FirstLaunch => {
            "In Canvas: Admin, Developer Keys, set Cairn's key to On. Where Canvas did not install Cairn with its registration: Settings, Apps, View App Configurations, + App, “By Client ID”. Then open Badges in a course."
        }
    };
    text.to_owned()
}

fn other(setting: Setting) -> &'static str {
    match setting {
        Setting::PlatformKeys => {
            "Compare the public keyset URL here with the platform's, and let this server reach it."
        }
        Setting::OurKeys => {
            "In the platform, the tool's keyset URL must be ours, and the platform must be able to reach it."
        }
        Setting::ClientId => {
            "Compare the client id with the platform's, and look whether the tool is still switched on there."
        }
        Setting::Scopes => {
            "In the platform, allow the tool Assignment and Grade Services and Names and Role Provisioning Services."
        }
        Setting::MembersService => "In the platform, allow the tool Names and Role Provisioning Services.",
        Setting::GradeService => "In the platform, allow the tool Assignment and Grade Services.",
        Setting::Clock => {
            "Let both servers set their clocks by NTP; a launch is refused when they differ by a minute."
        }
        Setting::OutOfOrder => "Look whether the platform works by itself, and test again then.",
        Setting::Names => "In the platform, share names with the tool, if they are wanted.",
        Setting::Emails => {
            "In the platform, do not share e-mail addresses with the tool, unless students are to have badges that can be checked against theirs."
        }
        Setting::EmailsForBadges => {
            "In the platform, share e-mail addresses with the tool, if badges of other issuers are to count."
        }
        Setting::FirstLaunch => "Switch the tool on in the platform and open it from a course.",
    }
}

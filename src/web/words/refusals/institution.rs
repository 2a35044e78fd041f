//! What is refused to administrators, and what is not somebody's to do.

use crate::domain::authority::AuthorityProblem;
use crate::domain::skills::NoSkills;
use crate::service::base::refusal::{
    AccountRefusal, Forbidden, InstitutionRefusal, MinorsRefusal, NoAnswer, RegisteringStep, SkillsRefusal,
};
use crate::web::views::shared::thousands;

const fn skills(refusal: SkillsRefusal) -> &'static str {
    match refusal {
        SkillsRefusal::Name => "Name the framework in 1 to 100 characters, for instance ESCO.",
        SkillsRefusal::TooLarge => {
            "The file is too large. Put it into a ZIP of at most 4 MB, which may hold 16 MB, keep the columns with names, addresses and codes alone, or bring it in parts under several names."
        }
        SkillsRefusal::NotText => {
            "This is no CSV file in UTF-8, and no ZIP with one. Save it as “CSV UTF-8” and bring it again."
        }
        SkillsRefusal::File(NoSkills::Empty) => "There is no skill in this file.",
        SkillsRefusal::File(NoSkills::NoColumns) => {
            "The first row has to name a column of skills (such as name, preferredLabel, fullStatement) and one of their addresses (such as url, conceptUri)."
        }
        SkillsRefusal::File(NoSkills::TooMany) => {
            "A list takes up to 20,000 skills. Bring them in parts under several names."
        }
        SkillsRefusal::Lost => {
            "What was read of the file did not come back whole. Choose the file again; nothing was kept."
        }
    }
}

fn minors(refusal: MinorsRefusal) -> String {
    match refusal {
        MinorsRefusal::TooLarge(most) => format!(
            "A file takes up to {} ids. Bring them in parts. Nothing was changed.",
            thousands(u32::try_from(most).unwrap_or(u32::MAX))
        ),
        MinorsRefusal::NotText => {
            "This is no CSV file in UTF-8. Save it as “CSV UTF-8” and bring it again. Nothing was changed.".to_owned()
        }
        MinorsRefusal::Empty => {
            "There is no id in this file: each row begins with the user id of the course site. Nothing was changed."
                .to_owned()
        }
    }
}

pub(super) fn institution(refusal: &InstitutionRefusal) -> String {
    let fixed = match refusal {
        InstitutionRefusal::Unknown { name, known } => {
            let known = if known.is_empty() {
                "none yet".to_owned()
            } else {
                let known: Vec<String> = known.iter().map(|name| format!("“{name}”")).collect();
                known.join(", ")
            };
            return format!("There is no institution “{name}”. Known: {known}.");
        }
        InstitutionRefusal::PlatformValues(wrong) => {
            let sentences: Vec<String> = wrong.iter().map(ToString::to_string).collect();
            return sentences.join(" ");
        }
        InstitutionRefusal::Unreached { step, host, why } => return unreached(*step, host, why),
        InstitutionRefusal::Name => "Give the institution a name of 1 to 200 characters.",
        InstitutionRefusal::NameTaken => "There is another institution of that name. Choose another name.",
        InstitutionRefusal::Known => "There is an institution of that name already. Choose another name.",
        InstitutionRefusal::IssuerName => {
            "Give the issuer a name of 1 to 200 characters; it stands on every badge."
        }
        InstitutionRefusal::TimeZone => {
            "Choose a time zone by its name, such as Europe/Berlin or America/New_York. Nothing was changed."
        }
        InstitutionRefusal::Accent => {
            "Type the colour as # and six digits or letters from a to f, for instance #1f6f78, or leave the field empty."
        }
        InstitutionRefusal::IssuerUrl => {
            "Type the whole address of the institution’s site, for instance https://school.example."
        }
        InstitutionRefusal::Logo => "Choose the logo again: it was not stored completely.",
        InstitutionRefusal::Ror => {
            "Copy the ROR identifier as its page shows it, for instance https://ror.org/05dxps055; a letter of this one is wrong or missing. Or leave the field empty."
        }
        InstitutionRefusal::LinkedIn => {
            "Type the number of your page at LinkedIn, or its address with the number, for instance https://www.linkedin.com/company/1337; its name alone is not enough. Or leave the field empty."
        }
        InstitutionRefusal::NamesHidden => {
            "Your institution’s policies let administrators see how many hold a badge, and not who. Whoever may change the policies can allow names there."
        }
        InstitutionRefusal::Minors(refusal) => return minors(*refusal),
        InstitutionRefusal::Skills(refusal) => skills(*refusal),
        InstitutionRefusal::Authority(AuthorityProblem::Accreditation) => {
            "Say in at most 500 characters who accredits the institution, or leave the field empty."
        }
        InstitutionRefusal::Authority(AuthorityProblem::Parent) => {
            "Give the parent organisation a name of at most 200 characters and its site, which starts with https:// or http://; or leave both fields empty."
        }
        InstitutionRefusal::Authority(AuthorityProblem::Identifiers) => {
            "Write one identifier a line, the register first, for instance “IPEDS 123456”; at most 10. Or leave the field empty."
        }
        InstitutionRefusal::Authority(AuthorityProblem::Official) => {
            "Name in at most 200 characters who answers for the badges, or leave the field empty."
        }
        InstitutionRefusal::IssuerKeyChanged => {
            "Another key signs by now: somebody has changed it since this page was made. Nothing was done twice."
        }
        InstitutionRefusal::KeepDays => "Keep history for 30 to 3,650 days, or for ever.",
        InstitutionRefusal::ToolKeyChanged => {
            "The keys have changed since this page was made. Nothing was changed; look at them again."
        }
        InstitutionRefusal::ToolKeyTooYoung => {
            "Platforms may not know the new key yet: it must be published for ten minutes before it signs. Nothing was changed; come back then."
        }
        InstitutionRefusal::PlatformKnown => {
            "This issuer and client id are registered already. Look under Platforms."
        }
        InstitutionRefusal::PlatformKnownOtherwise => {
            "This platform is registered here already under the same client id, and this address may not change it. Look at it in Cairn's console under Platforms; to change it, choose Update in the platform with a new address of the same institution."
        }
        InstitutionRefusal::DeploymentId => {
            "A deployment id has 1 to 255 printable characters without blanks; copy it as the platform shows it."
        }
        InstitutionRefusal::DeploymentCode => {
            "This code is none of Cairn’s, or older than a day. Open Cairn from your platform once more as its administrator, and copy the new code."
        }
        InstitutionRefusal::DeploymentAnswered => {
            "Somebody has accepted or refused this deployment meanwhile. Nothing was changed."
        }
        InstitutionRefusal::InvitationNote => "Shorten the note to 200 characters.",
        InstitutionRefusal::InvitationLife => "Choose a time between 5 minutes and 90 days.",
        InstitutionRefusal::InvitationOver => {
            "This registration address is over. Make a new one in Cairn's console under Platforms, and paste that."
        }
        InstitutionRefusal::InvitationUsed => {
            "This registration address was used already; each works once. Make a new one in Cairn's console under Platforms, and paste that."
        }
    };
    fixed.to_owned()
}

fn unreached(step: RegisteringStep, host: &str, why: &NoAnswer) -> String {
    let what = match step {
        RegisteringStep::Configuration => "configuration",
        RegisteringStep::RegistrationEndpoint => "registration endpoint",
    };
    let why = match why {
        NoAnswer::Refused(why) | NoAnswer::Failed(why) => why.as_str(),
        NoAnswer::TimedOut => "it did not answer in time",
        NoAnswer::TooLarge => "its answer is too large",
    };
    format!(
        "The {what} of the platform on {host} could not be used: {why}. Nothing was registered. Check that this server may reach {host}, then start again on the platform's page."
    )
}

pub(super) const fn account(refusal: AccountRefusal) -> &'static str {
    match refusal {
        AccountRefusal::Name => "Type your name, in 1 to 100 characters; the audit log names you by it.",
        AccountRefusal::Email => "Type a whole e-mail address, for instance ada@school.example.",
        AccountRefusal::EmailTaken => {
            "An administrator with that e-mail address is known already. Sign in with it, or type another one."
        }
        AccountRefusal::Both => "Type both an e-mail address and a password, or neither.",
        AccountRefusal::Password => {
            "Choose a password of at least 12 characters; a few words in a row are easy to remember."
        }
        AccountRefusal::OldPassword => {
            "This is not your password. Nothing was changed; type the one with which you sign in now."
        }
        AccountRefusal::PasswordDiffers => {
            "The two new passwords differ. Nothing was changed; type the new one twice."
        }
        AccountRefusal::SamePassword => "The new password is the old one. Choose another.",
        AccountRefusal::PasswordChanged => {
            "Your password was changed somewhere else a moment ago. Nothing was changed here; sign in again."
        }
        AccountRefusal::NoPassword => {
            "Your account has no password, so there is none to change. Sign in as you did before; with a link of `cairn admin-link` you can enter once more and type an e-mail address and a password."
        }
        AccountRefusal::Wrong => {
            "E-mail address and password do not belong together. Look at both and try again."
        }
        AccountRefusal::Oneself => "You cannot turn yourself off. Ask another administrator to do it.",
        AccountRefusal::LinkOver => {
            "This link was used already, or its 30 minutes are over. Ask whoever gave it to you for a new one; on the server, `cairn admin-link` prints it."
        }
        AccountRefusal::Throttled => {
            "That was tried too often. Wait a minute and try again, or come in by another way: `cairn admin-link` on the server prints a link."
        }
    }
}

/// What is not somebody's to do.
pub(in crate::web::words) const fn forbidden(why: Forbidden) -> &'static str {
    match why {
        Forbidden::WholeInstallation => {
            "This concerns the whole installation. Ask the people who run this server to do it."
        }
        Forbidden::Instructors => "Only instructors of this course can do that.",
        Forbidden::OtherSections => {
            "The course site lets you see people of your own sections only. Cairn cannot tell who is in which section, so your institution keeps its pages for teachers from you. Ask another teacher of this course, or an administrator of Cairn to change the policy."
        }
        Forbidden::Students => "Only students of this course can hand in here.",
        Forbidden::RegisteringPage => {
            "This page is too old, or did not come from this registration. Nothing was changed; start again on the platform's page."
        }
        Forbidden::SignInElsewhere => {
            "This sign-in did not begin in this browser, or began more than ten minutes ago. Begin it again on the sign-in page."
        }
        Forbidden::EmailNotVouched => {
            "Your sign-in service does not vouch for your e-mail address, so Cairn does not know who you are. Ask the people who run it; where it says nothing of addresses at all, as Microsoft Entra ID does, the setting admin_oidc_trust_emails or a group lets you in."
        }
        Forbidden::GroupsLeftOut => {
            "You are signed in, but in so many groups that your sign-in service left all of them out. Ask the people who run it to name only the groups that are assigned to Cairn."
        }
        Forbidden::NotLetIn => {
            "You are signed in, but not as somebody who looks after Cairn. Ask the people who run this server to add you."
        }
        Forbidden::NoAccount => {
            "You are signed in, but nobody has made an account for you here yet. Ask an administrator of Cairn to invite you with your e-mail address."
        }
        Forbidden::NoInstitution => {
            "You are signed in, but the institution that you are to look after is not there. Ask the people who run this server to look at its settings."
        }
        Forbidden::AccountOff => {
            "Your account here was turned off. Ask another administrator to turn it on again."
        }
    }
}

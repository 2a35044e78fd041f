//! Keys, tokens, quotas and rights of the LMS's own interfaces, and what an administrator does to them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::World;
use super::data::Data;
use super::native::Completion;

/// Requests that are remembered.
const MOST: usize = 5_000;

/// Moodle: the capabilities with which an account reads everything and changes nothing.
pub const LEAST_ROLE: [&str; 18] = [
    "webservice/rest:use",
    "moodle/course:view",
    "moodle/course:viewhiddencourses",
    "moodle/course:viewparticipants",
    "moodle/user:viewdetails",
    "moodle/course:viewhiddenactivities",
    "moodle/course:ignoreavailabilityrestrictions",
    "moodle/site:accessallgroups",
    "gradereport/user:view",
    "moodle/grade:viewall",
    "moodle/grade:viewhidden",
    "mod/assign:view",
    "mod/assign:viewgrades",
    "mod/quiz:view",
    "mod/quiz:viewreports",
    "mod/lti:view",
    "report/progress:view",
    "report/completion:view",
];

/// Moodle: the functions of a service that reads.
pub const SERVICE_FUNCTIONS: [&str; 15] = [
    "core_webservice_get_site_info",
    "core_course_get_contents",
    "core_course_get_courses_by_field",
    "core_enrol_get_enrolled_users",
    "gradereport_user_get_grade_items",
    "mod_assign_get_assignments",
    "mod_assign_get_submissions",
    "mod_assign_get_grades",
    "mod_assign_get_submission_status",
    "mod_quiz_get_quizzes_by_courses",
    "mod_quiz_get_user_quiz_attempts",
    "core_completion_get_activities_completion_status",
    "core_completion_get_course_completion_status",
    "core_course_get_updates_since",
    "mod_lti_get_ltis_by_courses",
];

/// Everything about the LMS's own interfaces that changes.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    pub keys: Vec<ApiKey>,
    /// Consents that were asked for and not given yet, by their names.
    pub consents: HashMap<String, Consent>,
    /// By code.
    pub codes: HashMap<String, Code>,
    pub tokens: Vec<PersonToken>,
    /// Canvas: access tokens that were deleted, or replaced by a refresh.
    pub dead: HashSet<String>,
    pub quota: Quota,
    /// By access token.
    pub buckets: HashMap<String, Bucket>,
    /// What was asked: path and query, or Moodle's function and parameters, without any token. Oldest first.
    pub asked: VecDeque<String>,
    pub site: Site,
    /// Moodle: by token.
    pub ws_tokens: HashMap<String, WsToken>,
    /// Moodle: system roles of accounts, as capabilities.
    pub roles: BTreeMap<u64, BTreeSet<String>>,
}

/// Canvas: an API developer key.
#[derive(Debug, Clone)]
pub struct ApiKey {
    pub client_id: String,
    pub secret: String,
    pub redirect_uris: Vec<String>,
    pub scopes: BTreeSet<String>,
    /// "Enforce Scopes".
    pub enforces_scopes: bool,
    /// "Allow Include Parameters".
    pub allows_includes: bool,
    /// "State".
    pub is_on: bool,
    /// Tokens are over after an hour.
    pub expires_tokens: bool,
    /// A new consent ends the person's tokens before it.
    pub replaces_tokens: bool,
    /// Nobody is asked for consent.
    pub is_trusted: bool,
}

/// Canvas: a consent that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Consent {
    pub client_id: String,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub scopes: Vec<String>,
    pub challenge: Option<String>,
}

/// Canvas: a code, and what it will be worth.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub consent: Consent,
    pub person: u64,
    /// An administrator who acts as the person.
    pub real_person: Option<u64>,
    pub expires: DateTime<Utc>,
}

/// Canvas: what a person let a tool do.
#[derive(Debug, Clone)]
pub(crate) struct PersonToken {
    pub client_id: String,
    pub person: u64,
    pub real_person: Option<u64>,
    pub scopes: Vec<String>,
    pub access: String,
    pub refresh: String,
    pub expires: Option<DateTime<Utc>>,
    /// Over for good since then.
    pub ended: Option<DateTime<Utc>>,
}

/// Canvas: how many units a token has, how many come back each second, what a request under way takes in advance.
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    pub size: f64,
    pub per_second: f64,
    pub in_advance: f64,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            size: 600.0,
            per_second: 10.0,
            in_advance: 50.0,
        }
    }
}

/// What is used of a quota.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bucket {
    pub used: f64,
    pub at: DateTime<Utc>,
}

/// Moodle: the switches of the site.
#[derive(Debug, Clone, Default)]
pub(crate) struct Site {
    /// Web services, or the REST protocol, are off.
    pub is_off: bool,
    pub is_in_maintenance: bool,
    pub is_upgrading: bool,
    /// What the site calls itself, where that is not its address.
    pub url: Option<String>,
    /// What the whole-course report takes for each person.
    pub report_takes: Duration,
    /// The decimal sign of the reader's language is a comma.
    pub has_decimal_comma: bool,
    /// An older or newer one than the default's.
    pub release: Option<(String, String)>,
    /// Accounts that must change their password, or have not accepted the policy: the error code.
    pub barred: BTreeMap<u64, &'static str>,
}

/// Moodle: a token of a web service.
#[derive(Debug, Clone)]
pub(crate) struct WsToken {
    pub person: u64,
    pub functions: BTreeSet<String>,
    pub may_download: bool,
    pub until: Option<DateTime<Utc>>,
    /// Only from other addresses.
    pub is_elsewhere: bool,
    pub is_service_off: bool,
}

/// Canvas: a token as a person sees it under Approved Integrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedIntegration {
    pub client_id: String,
    pub person: u64,
    pub scopes: Vec<String>,
}

/// Canvas.
impl World {
    /// An administrator makes an API key with enforced scopes and without "Allow Include Parameters", and switches it on.
    pub fn add_api_key(&self, redirect_uris: &[&str], scopes: &[&str]) -> ApiKey {
        let secret = self.letters(64);
        let mut data = self.lock();
        let number = u64::try_from(data.rest.keys.len()).unwrap_or(u64::MAX);
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let key = ApiKey {
            client_id: (150_000_000_000_123_u64.saturating_add(number)).to_string(),
            secret,
            redirect_uris: texts(redirect_uris),
            scopes: texts(scopes).into_iter().collect(),
            enforces_scopes: true,
            allows_includes: false,
            is_on: true,
            expires_tokens: true,
            replaces_tokens: false,
            is_trusted: false,
        };
        data.rest.keys.push(key.clone());
        key
    }

    /// An administrator changes a key. Scope that is taken away, or enforcement that is switched on, ends all its tokens; scope that
    /// is added leaves them as they are, without it.
    pub fn change_api_key(&self, client_id: &str, change: impl FnOnce(&mut ApiKey)) -> bool {
        let mut data = self.lock();
        let rest = &mut data.rest;
        let Some(key) = rest.keys.iter_mut().find(|key| key.client_id == client_id) else {
            return false;
        };
        let before = key.clone();
        change(key);
        let is_narrower = !before.scopes.is_subset(&key.scopes);
        if is_narrower || (key.enforces_scopes && !before.enforces_scopes) {
            rest.end(|token| token.client_id == client_id);
        }
        true
    }

    /// An administrator deletes a key, and all tokens with it.
    pub fn delete_api_key(&self, client_id: &str) {
        let mut data = self.lock();
        data.rest.keys.retain(|key| key.client_id != client_id);
        data.rest.end(|token| token.client_id == client_id);
    }

    /// A token of a person, as if they had consented to all scopes of a key: access token and refresh token.
    pub fn api_token(&self, client_id: &str, person: u64) -> Option<(String, String)> {
        let (access, refresh) = (self.token_text(), self.token_text());
        let now = self.now();
        let mut data = self.lock();
        let key = data.rest.key(client_id)?.clone();
        data.rest.tokens.push(PersonToken {
            client_id: client_id.to_owned(),
            person,
            real_person: None,
            scopes: key.scopes.into_iter().collect(),
            access: access.clone(),
            refresh: refresh.clone(),
            expires: key.expires_tokens.then_some(now + TimeDelta::hours(1)),
            ended: None,
        });
        Some((access, refresh))
    }

    /// A person deletes the tool under Approved Integrations.
    pub fn revoke_api_tokens(&self, person: u64) {
        self.lock().rest.end(|token| token.person == person);
    }

    /// The hour of every access token is over; their refresh tokens hold.
    pub fn expire_api_tokens(&self) {
        let now = self.now();
        for token in &mut self.lock().rest.tokens {
            token.expires = Some(now);
        }
    }

    /// A token of a person is over for good: a date that the account set for it.
    pub fn end_api_tokens(&self, person: u64) {
        let now = self.now();
        for token in &mut self.lock().rest.tokens {
            if token.person == person {
                token.ended = Some(now);
            }
        }
    }

    /// What people let tools do, oldest first.
    #[must_use]
    pub fn approved_integrations(&self) -> Vec<ApprovedIntegration> {
        let data = self.lock();
        let tokens = data.rest.tokens.iter();
        tokens
            .map(|token| ApprovedIntegration {
                client_id: token.client_id.clone(),
                person: token.person,
                scopes: token.scopes.clone(),
            })
            .collect()
    }

    /// From now on tokens have this quota. Units come back by the clock of this LMS: where it stands still, none do.
    pub fn set_quota(&self, quota: Quota) {
        let mut data = self.lock();
        data.rest.quota = quota;
        data.rest.buckets.clear();
    }

    /// Every token has used its quota but for so many units.
    pub fn use_quota_up(&self, left: f64) {
        let now = self.now();
        let mut data = self.lock();
        let used = data.rest.quota.size - left;
        let tokens: Vec<String> = data
            .rest
            .tokens
            .iter()
            .map(|token| token.access.clone())
            .collect();
        for token in tokens {
            data.rest.buckets.insert(token, Bucket { used, at: now });
        }
    }

    /// `7~` and 64 letters.
    pub(crate) fn token_text(&self) -> String {
        format!("7~{}", self.letters(64))
    }
}

/// Moodle.
impl World {
    /// An administrator turns web services on or off.
    pub fn switch_web_services(&self, on: bool) {
        self.lock().rest.site.is_off = !on;
    }

    /// The site is in maintenance by its own page, or no longer: calls answer `sitemaintenance`.
    pub fn maintain(&self, on: bool) {
        self.lock().rest.site.is_in_maintenance = on;
    }

    /// An upgrade is running, or no longer: calls answer `upgraderunning`.
    pub fn upgrade(&self, on: bool) {
        self.lock().rest.site.is_upgrading = on;
    }

    /// What the site calls itself in `siteurl` from now on; None: its address, which is its issuer.
    pub fn set_site_url(&self, url: Option<&str>) {
        self.lock().rest.site.url = url.map(str::to_owned);
    }

    /// The release and the version that the site tells.
    pub fn set_release(&self, release: &str, version: &str) {
        self.lock().rest.site.release = Some((release.to_owned(), version.to_owned()));
    }

    /// The grade report of a whole course takes so long for each person in it: in Moodle 5.1 some 65 ms.
    pub fn slow_reports(&self, for_each_person: Duration) {
        self.lock().rest.site.report_takes = for_each_person;
    }

    /// The reader's language has a decimal comma, so that everything that is formatted has one.
    pub fn speak_with_comma(&self, on: bool) {
        self.lock().rest.site.has_decimal_comma = on;
    }

    /// An account must change its password (`forcepasswordchangenotice`) or accept the policy (`sitepolicynotagreed`), or is
    /// suspended (`wsaccessusersuspended`): the error code; None: nothing of that.
    pub fn bar_account(&self, person: u64, code: Option<&'static str>) {
        let barred = &mut self.lock().rest.site.barred;
        match code {
            Some(code) => drop(barred.insert(person, code)),
            None => drop(barred.remove(&person)),
        }
    }

    /// An administrator gives an account a system role with these capabilities, in place of the one before.
    pub fn give_role(&self, person: u64, capabilities: &[&str]) {
        let capabilities = capabilities.iter().map(|name| (*name).to_owned()).collect();
        self.lock().rest.roles.insert(person, capabilities);
    }

    /// The system role of an account loses a capability, or has it again.
    pub fn allow_capability(&self, person: u64, capability: &str, allowed: bool) {
        let mut data = self.lock();
        let role = data.rest.roles.entry(person).or_default();
        if allowed {
            role.insert(capability.to_owned());
        } else {
            role.remove(capability);
        }
    }

    /// An administrator makes a token for an account, of a service with these functions.
    pub fn add_ws_token(&self, person: u64, functions: &[&str]) -> String {
        let token = hex::encode(ambient::random::bytes::<16>(self.random()));
        let made = WsToken {
            person,
            functions: functions.iter().map(|name| (*name).to_owned()).collect(),
            may_download: true,
            until: None,
            is_elsewhere: false,
            is_service_off: false,
        };
        self.lock().rest.ws_tokens.insert(token.clone(), made);
        token
    }

    /// What the steps of a set-up make: an account with [`LEAST_ROLE`] that is enrolled nowhere, and its token for
    /// [`SERVICE_FUNCTIONS`].
    pub fn add_service_account(&self) -> (u64, String) {
        let account = self.add_account("badgereader", false);
        self.give_role(account, &LEAST_ROLE);
        let token = self.add_ws_token(account, &SERVICE_FUNCTIONS);
        (account, token)
    }

    /// Puts a function into the service of a token, or takes it out.
    pub fn serve_function(&self, token: &str, function: &str, served: bool) {
        self.change_ws_token(token, |token| {
            if served {
                token.functions.insert(function.to_owned());
            } else {
                token.functions.remove(function);
            }
        });
    }

    /// "Valid until" of a token.
    pub fn limit_ws_token(&self, token: &str, until: Option<DateTime<Utc>>) {
        self.change_ws_token(token, |token| token.until = until);
    }

    /// "IP restriction": whether the token is for other addresses than the one that asks.
    pub fn restrict_ws_token(&self, token: &str, elsewhere: bool) {
        self.change_ws_token(token, |token| token.is_elsewhere = elsewhere);
    }

    /// The service of a token is disabled, or enabled again.
    pub fn disable_service(&self, token: &str, disabled: bool) {
        self.change_ws_token(token, |token| token.is_service_off = disabled);
    }

    /// "Can download files".
    pub fn allow_downloads(&self, token: &str, allowed: bool) {
        self.change_ws_token(token, |token| token.may_download = allowed);
    }

    /// An administrator deletes a token.
    pub fn delete_ws_token(&self, token: &str) {
        self.lock().rest.ws_tokens.remove(token);
    }

    /// `userprivateaccesskey` of an account: a secret that must be kept nowhere.
    #[must_use]
    pub fn private_access_key(&self, person: u64) -> String {
        let key = aws_lc_rs::digest::digest(
            &aws_lc_rs::digest::SHA256,
            &[self.secret(), b"access key", &person.to_be_bytes()].concat(),
        );
        hex::encode(key).chars().take(32).collect()
    }

    /// The task that completes courses runs: whoever did everything that is tracked has completed the course.
    pub fn run_completion_task(&self, course: u64) {
        let now = self.now();
        let mut data = self.lock();
        let Some(course) = data.courses.get_mut(&course) else {
            return;
        };
        let done = |person: u64| {
            let columns = course
                .columns
                .iter()
                .filter(|column| column.facts.tracking.is_some());
            let mut columns =
                columns.map(|column| column.cells.get(&person).and_then(|cell| cell.facts.completion));
            let activities = course
                .facts
                .activities
                .iter()
                .filter(|one| one.tracking.is_some());
            let mut activities = activities.map(|activity| activity.done.get(&person).copied());
            let is_done = |done: Option<Completion>| done.is_some_and(|done| matches!(done.state, 1 | 2));
            columns.all(is_done) && activities.all(is_done)
        };
        let people: Vec<u64> = course
            .members
            .iter()
            .map(|(id, _)| *id)
            .filter(|id| done(*id))
            .collect();
        let completed = course.facts.completed.get_or_insert_default();
        for person in people {
            completed.entry(person).or_insert(now);
        }
    }

    fn change_ws_token(&self, token: &str, change: impl FnOnce(&mut WsToken)) {
        if let Some(token) = self.lock().rest.ws_tokens.get_mut(token) {
            change(token);
        }
    }
}

/// Both.
impl World {
    /// What was asked of the LMS's own interfaces with `part` in it, oldest first: path and query, or Moodle's function and
    /// parameters. Never a token.
    #[must_use]
    pub fn asked(&self, part: &str) -> Vec<String> {
        let data = self.lock();
        let asked = data.rest.asked.iter().filter(|one| one.contains(part));
        asked.cloned().collect()
    }

    /// Nothing was asked so far.
    pub fn forget_asked(&self) {
        self.lock().rest.asked.clear();
    }

    pub(crate) fn note_asked(&self, what: String) {
        let mut data = self.lock();
        if data.rest.asked.len() >= MOST {
            data.rest.asked.pop_front();
        }
        data.rest.asked.push_back(what);
    }
}

impl Rest {
    /// A key by its client id.
    pub(crate) fn key(&self, client_id: &str) -> Option<&ApiKey> {
        self.keys.iter().find(|key| key.client_id == client_id)
    }

    /// Ends tokens for good.
    pub(crate) fn end(&mut self, is_meant: impl Fn(&PersonToken) -> bool) {
        let dead = &mut self.dead;
        self.tokens.retain(|token| {
            let is_meant = is_meant(token);
            if is_meant {
                dead.insert(token.access.clone());
            }
            !is_meant
        });
    }

    /// What a token has used of its quota by now.
    pub(crate) fn used(&self, token: &str, now: DateTime<Utc>) -> f64 {
        self.buckets.get(token).map_or(0.0, |bucket| {
            let seconds = (now - bucket.at).as_seconds_f64().max(0.0);
            (bucket.used - seconds * self.quota.per_second).max(0.0)
        })
    }

    /// Uses so much of a quota, or gives it back.
    pub(crate) fn spend(&mut self, token: &str, now: DateTime<Utc>, units: f64) {
        let used = (self.used(token, now) + units).max(0.0);
        self.buckets.insert(token.to_owned(), Bucket { used, at: now });
    }
}

impl Data {
    /// Canvas: the account that a number or a name of its interfaces means.
    pub(crate) fn person_by_api_id(&self, id: u64) -> Option<u64> {
        let (shard, local) = (id / super::native::SHARD, id % super::native::SHARD);
        let person = self.people.get(&local)?;
        let fits = match shard {
            0 => person.shard.is_none(),
            1 => person.shard.is_none_or(|own| own == 1),
            other => person.shard == Some(other),
        };
        fits.then_some(local)
    }
}

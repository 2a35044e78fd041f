//! The names that there are.

/// Every setting, its default and its meaning: the one list from which the file is read, the environment is read and
/// the help is printed.
pub(crate) const KNOWN: &[(&str, &str, &str)] = &[
    ("listen", "127.0.0.1:8080", "address and port to listen on"),
    (
        "public_origin",
        "http://127.0.0.1:8080",
        "where browsers and platforms reach this server, without a path",
    ),
    (
        "metrics_listen",
        "127.0.0.1:9464",
        "address and port of /metrics, which is on no other; off for none",
    ),
    (
        "identity_origin",
        "the public origin",
        "what signed badges name as their home; never change it once badges exist",
    ),
    (
        "data_dir",
        "data",
        "folder for the database, evidence files and keys",
    ),
    (
        "database_url",
        "sqlite://DATA_DIR/cairn.db",
        "sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME",
    ),
    (
        "database_connections",
        "8",
        "most connections to the database, 1 to 100",
    ),
    (
        "master_key",
        "the file DATA_DIR/master.key",
        "32 bytes in base64 that encrypt the keys at rest",
    ),
    (
        "workers",
        "one for each core",
        "threads that answer requests, 1 to 64",
    ),
    (
        "check_interval_minutes",
        "15",
        "how often each active course is checked, 1 to 1440; 0 turns the schedule off",
    ),
    (
        "allow_http_loopback",
        "false",
        "accept platforms on http://127.0.0.1 and http://localhost, for trying out",
    ),
    (
        "requests_per_minute",
        "3000",
        "how often one network may log in and launch, and ask for public pages; a fifth as often it may deliver notices; 0 counts nothing",
    ),
    (
        "trusted_proxies",
        "none",
        "addresses or networks of the proxies in front, comma separated; their X-Forwarded-For is believed",
    ),
    (
        "connections_per_address",
        "2500",
        "connections that one address may hold, but for trusted proxies; a new one ends the one that was idle for longest; 0 counts none",
    ),
    (
        "requests_in_flight",
        "2500",
        "requests that one client behind a trusted proxy may have under way at once; 0 counts none",
    ),
    (
        "body_bytes_per_second",
        "500",
        "how fast the body of a request has to come on average, 0 to 100000; 0 waits for any",
    ),
    (
        "body_grace_seconds",
        "20",
        "how long a body may stand still beyond that, 1 to 600",
    ),
    (
        "body_longest_minutes",
        "60",
        "how long a body may take at most, 1 to 1440",
    ),
    (
        "hand_in_versions",
        "50",
        "versions that one student may hand in to one activity, 1 to 1000",
    ),
    (
        "hand_in_megabytes",
        "200",
        "megabytes of files in all of these versions, 1 to 100000",
    ),
    (
        "largest_file_megabytes",
        "20",
        "megabytes of one file that is handed in, 1 to 2000; it is sent in pieces, and goes on where it stopped",
    ),
    (
        "institution_megabytes",
        "50000",
        "megabytes of files that all students of one institution may hand in; 0 counts none",
    ),
    (
        "file_check",
        "none",
        "a program, with its arguments, that is given each file handed in on its standard input and ends with 0 for a good one, with 1 for a harmful one; clamdscan --no-summary - does",
    ),
    (
        "admin_oidc_issuer",
        "none",
        "the OpenID Connect provider at which administrators sign in, as its discovery document names it",
    ),
    ("admin_oidc_client_id", "none", "our client id at that provider"),
    (
        "admin_oidc_client_secret",
        "none",
        "our client secret at that provider",
    ),
    (
        "admin_oidc_emails",
        "none",
        "who may sign in there, separated by commas: an address, or @school.example for all of that domain; with => NAME a new account looks after that institution, with => * after everything, with neither only whoever has an account already comes in",
    ),
    (
        "admin_oidc_groups",
        "none",
        "the same for groups, for instance badge-admins => North Coast; whom a group names needs no e-mail address",
    ),
    (
        "admin_oidc_groups_claim",
        "groups",
        "the claim in which the provider names somebody's groups",
    ),
    (
        "admin_oidc_scopes",
        "email profile",
        "what is asked for besides openid, separated by blanks; Okta names groups only with the scope groups",
    ),
    (
        "admin_oidc_trust_emails",
        "false",
        "believe e-mail addresses of which the provider does not say whether they were verified (Microsoft Entra ID); only where the issuer is that of your own organisation",
    ),
    (
        "admin_oidc_hosted_domain",
        "none",
        "let in only people of this Google Workspace domain (claim `hd`)",
    ),
    ("log_format", "text", "text or json"),
    ("log", "info", "what to log, in the form of the RUST_LOG variable"),
];

/// Variables CAIRN_… that others read: the command line, the tests, and the scripts that run them.
pub(super) const OTHER_VARIABLES: [&str; 5] = [
    "CAIRN_CONFIG",
    "CAIRN_TEST_",
    "CAIRN_LOAD_",
    "CAIRN_SCREENS",
    "CAIRN_KIT",
];

/// All names, for the sentence that tells of a wrong one.
pub(super) fn known_names() -> String {
    let known: Vec<&str> = KNOWN.iter().map(|(known, _, _)| *known).collect();
    known.join(", ")
}

/// What other programs call what we have another name for.
const ELSEWHERE: [(&str, &str); 5] = [
    ("port", "listen"),
    ("host", "listen"),
    ("bind", "listen"),
    ("url", "public_origin"),
    ("base_url", "public_origin"),
];

/// The name that is most like `typed`: who wrote it probably meant that one.
pub(super) fn nearest(typed: &str) -> &'static str {
    let typed = typed.to_lowercase();
    if let Some((_, ours)) = ELSEWHERE.iter().find(|(theirs, _)| *theirs == typed) {
        return ours;
    }
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(known, &typed);
    let names = KNOWN.iter().map(|(known, _, _)| *known);
    names
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)))
        .unwrap_or_default()
}

use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn from(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let environment = pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    Settings::load(None, &environment)
}

#[test]
fn proxies_are_addresses_or_networks() {
    let settings = from(&[("CAIRN_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,2001:db8::/32")]).unwrap();
    let proxies: Vec<String> = settings.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32"]);
    assert!(from(&[]).unwrap().trusted_proxies.is_empty());
    let wrong = from(&[("CAIRN_TRUSTED_PROXIES", "proxy.example")]).unwrap_err();
    assert!(wrong.to_string().contains("`trusted_proxies`"), "{wrong}");
}

#[test]
fn nothing_set_is_enough_to_start() {
    let settings = from(&[]).unwrap();
    assert_eq!(settings.origin(), "http://127.0.0.1:8080");
    assert_eq!(settings.identity(), settings.origin());
    assert_eq!(settings.check_interval, Some(TimeDelta::minutes(15)));
}

#[test]
fn the_numbers_are_read_on_this_machine_unless_somebody_says_otherwise() {
    let listen = |text: &str| from(&[("CAIRN_METRICS_LISTEN", text)]).unwrap().metrics_listen;
    let default = from(&[]).unwrap().metrics_listen.unwrap();
    assert!(
        default.address.ip().is_loopback() && !default.chosen,
        "{default:?}"
    );
    let chosen = listen("10.0.0.5:9100").unwrap();
    assert_eq!(
        (chosen.address.to_string().as_str(), chosen.chosen),
        ("10.0.0.5:9100", true)
    );
    assert_eq!(listen("off"), None);
}

#[test]
fn each_wrong_value_is_named_with_what_it_must_be() {
    for (name, value) in [
        ("CAIRN_LISTEN", "8080"),
        ("CAIRN_METRICS_LISTEN", "9464"),
        ("CAIRN_PUBLIC_ORIGIN", "badges.example"),
        ("CAIRN_PUBLIC_ORIGIN", "https://badges.example/path"),
        ("CAIRN_IDENTITY_ORIGIN", "ftp://badges.example"),
        ("CAIRN_DATABASE_URL", "mysql://somewhere"),
        ("CAIRN_DATABASE_CONNECTIONS", "0"),
        ("CAIRN_WORKERS", "many"),
        ("CAIRN_HAND_IN_VERSIONS", "0"),
        ("CAIRN_HAND_IN_MEGABYTES", "0"),
        ("CAIRN_INSTITUTION_MEGABYTES", "much"),
        ("CAIRN_CHECK_INTERVAL_MINUTES", "-1"),
        ("CAIRN_ALLOW_HTTP_LOOPBACK", "maybe"),
        ("CAIRN_LOG_FORMAT", "xml"),
        ("CAIRN_LOG", "verbose"),
        ("CAIRN_LOG", "info,cairn=loud"),
    ] {
        let sentence = from(&[(name, value)]).unwrap_err().to_string();
        assert!(
            sentence.contains(&name.trim_start_matches("CAIRN_").to_lowercase()),
            "{sentence}"
        );
        assert!(sentence.contains("must be"), "{sentence}");
    }
}

#[test]
fn an_unknown_variable_is_named_and_its_value_is_not() {
    let sentence = from(&[
        ("CAIRN_MASTERKEY", "hunter2"),
        ("CAIRN_TEST_POSTGRES", "x"),
        ("HOME", "/"),
    ]);
    let sentence = sentence.unwrap_err().to_string();
    assert!(
        sentence.contains("`CAIRN_MASTERKEY`") && sentence.contains("The nearest is `CAIRN_MASTER_KEY`."),
        "{sentence}"
    );
    assert!(!sentence.contains("hunter2"), "{sentence}");
    assert!(from(&[("CAIRN_CONFIG", "cairn.toml"), ("CAIRN_LOG", "info,cairn=debug")]).is_ok());
}

#[test]
fn addresses_are_trusted_only_where_the_issuer_is_one_organisations() {
    let with = |issuer: &str, more: &[(&str, &str)]| {
        let mut pairs = vec![
            ("CAIRN_ADMIN_OIDC_ISSUER", issuer),
            ("CAIRN_ADMIN_OIDC_CLIENT_ID", "cairn"),
            ("CAIRN_ADMIN_OIDC_CLIENT_SECRET", "hush"),
            ("CAIRN_ADMIN_OIDC_EMAILS", "@school.example"),
            ("CAIRN_ADMIN_OIDC_TRUST_EMAILS", "true"),
        ];
        pairs.extend(more);
        from(&pairs).map(|settings| settings.admin_oidc.unwrap())
    };
    let tenant = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0";
    let entra = with(tenant, &[]).unwrap();
    assert!(entra.trusts_emails && entra.is_entra());
    for own in [
        "https://login.school.example/realms/staff",
        "https://school.okta.com",
    ] {
        assert!(!with(own, &[]).unwrap().is_entra());
    }
    for everybodys in [
        "https://login.microsoftonline.com/common/v2.0",
        "https://login.microsoftonline.com/organizations/v2.0",
        "https://login.microsoftonline.com/consumers/v2.0",
        "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "https://LOGIN.microsoftonline.com/9188040D-6C67-4C5B-B112-36A304B66DAD/v2.0",
        "https://login.microsoftonline.com/",
        "https://accounts.google.com",
        "https://appleid.apple.com",
    ] {
        let refused = with(everybodys, &[]).unwrap_err().to_string();
        assert!(
            refused.contains("`admin_oidc_trust_emails`"),
            "{everybodys}: {refused}"
        );
        assert!(refused.contains("your own organisation"), "{refused}");
    }
    let domain = [("CAIRN_ADMIN_OIDC_HOSTED_DOMAIN", "School.example")];
    let google = with("https://accounts.google.com", &domain).unwrap();
    assert_eq!(google.hosted_domain.as_deref(), Some("school.example"));
    assert!(
        with("https://appleid.apple.com", &domain).is_err(),
        "only Google says whose people they are"
    );
}

#[test]
fn a_service_of_our_name_in_kubernetes_is_passed_over_and_a_port_that_was_typed_is_not() {
    let links = [
        ("CAIRN_SERVICE_PORT", "8080"),
        ("CAIRN_SERVICE_HOST", "10.96.14.7"),
        ("CAIRN_PORT", "tcp://10.96.14.7:8080"),
        ("CAIRN_PORT_8080_TCP_ADDR", "10.96.14.7"),
        ("CAIRN_WORKERS", "3"),
    ];
    let settings = from(&links).unwrap();
    assert_eq!(settings.workers, 3);
    let passed_over = [
        "CAIRN_PORT",
        "CAIRN_PORT_8080_TCP_ADDR",
        "CAIRN_SERVICE_HOST",
        "CAIRN_SERVICE_PORT",
    ];
    assert_eq!(settings.passed_over, passed_over);
    for (variable, nearest) in [
        ("CAIRN_PORT", "`CAIRN_LISTEN`"),
        ("CAIRN_PUBLIC_URL", "`CAIRN_PUBLIC_ORIGIN`"),
        ("CAIRN_LISTEN_ON", "`CAIRN_LISTEN`"),
        ("CAIRN_DATABASE", "`CAIRN_DATABASE_URL`"),
    ] {
        let sentence = from(&[links[0], (variable, "8080")]).unwrap_err().to_string();
        assert!(sentence.contains(&format!("`{variable}`")), "{sentence}");
        assert!(
            sentence.contains(&format!("The nearest is {nearest}")),
            "{sentence}"
        );
    }
}

#[test]
fn a_sign_in_service_is_set_whole_and_lets_in_whom_it_names() {
    let mut pairs = vec![("CAIRN_ADMIN_OIDC_ISSUER", "https://login.school.example")];
    for (name, value) in [
        ("CAIRN_ADMIN_OIDC_CLIENT_ID", "cairn"),
        ("CAIRN_ADMIN_OIDC_CLIENT_SECRET", "hush"),
        (
            "CAIRN_ADMIN_OIDC_EMAILS",
            "@ops.example => *, Ada@school.example, Zoe@ops.example=>North Coast",
        ),
    ] {
        let missing = from(&pairs).unwrap_err().to_string();
        assert!(
            missing.contains(&name.trim_start_matches("CAIRN_").to_lowercase()),
            "{missing}"
        );
        pairs.push((name, value));
    }
    pairs.push(("CAIRN_ADMIN_OIDC_GROUPS", "badges => South Hill"));
    let provider = from(&pairs).unwrap().admin_oidc.unwrap();
    let groups = ["badges".to_owned()];
    let at = |name: &str| Some(Reach::Institution(name.to_owned()));
    for (email, groups, reach) in [
        ("ada@school.example", &groups[..0], Some(Reach::Account)),
        ("ada@school.example", &groups[..], Some(Reach::Account)),
        ("ben@school.example", &groups[..0], None),
        ("ben@school.example", &groups[..], at("South Hill")),
        ("eve@ops.example", &groups[..0], Some(Reach::Everything)),
        ("zoe@ops.example", &groups[..], at("North Coast")),
        ("eve@ops.example.evil.example", &groups[..0], None),
        ("eve@evilops.example", &groups[..0], None),
    ] {
        assert_eq!(provider.reach(Some(email), groups), reach.as_ref(), "{email}");
    }
    assert_eq!(
        provider.reach(None, &groups),
        at("South Hill").as_ref(),
        "a group needs no address"
    );
    assert_eq!(provider.reach(None, &[]), None);
    assert!(!format!("{provider:?}").contains("hush"));
    let last = pairs.len() - 1;
    for wrong in ["=> North Coast", "badges =>", "badges => , staff"] {
        pairs[last].1 = wrong;
        let sentence = from(&pairs).unwrap_err().to_string();
        assert!(
            sentence.contains("admin_oidc_groups") && sentence.contains("WHO => *"),
            "{sentence}"
        );
    }
    pairs[last].1 = "badges";
    pairs[0].1 = "login";
    assert!(
        from(&pairs)
            .unwrap_err()
            .to_string()
            .contains("admin_oidc_issuer")
    );
}

#[test]
fn a_wrong_database_address_does_not_repeat_its_password() {
    let sentence = from(&[("CAIRN_DATABASE_URL", "pg://cairn:hunter2@db")])
        .unwrap_err()
        .to_string();
    assert!(!sentence.contains("hunter2"));
}

#[test]
fn a_file_is_read_the_environment_wins_and_an_unknown_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cairn.toml");
    std::fs::write(&file, "workers = 3\ncheck_interval_minutes = 0\n").unwrap();
    let environment = HashMap::from([("CAIRN_WORKERS".to_owned(), "5".to_owned())]);
    let settings = Settings::load(Some(&file), &environment).unwrap();
    assert_eq!(settings.workers, 5);
    assert_eq!(settings.check_interval, None);

    std::fs::write(&file, "wrokers = 3\n").unwrap();
    let sentence = Settings::load(Some(&file), &HashMap::new())
        .unwrap_err()
        .to_string();
    assert!(
        sentence.contains("`wrokers`") && sentence.contains("The nearest is `workers`."),
        "{sentence}"
    );
}

/// The sample settings of `docs/`: the name and the value of each setting in it, and the default told above it.
fn sample() -> Vec<(String, String, String)> {
    let lines: Vec<&str> = include_str!("../../docs/cairn.toml").lines().collect();
    let mut found = Vec::new();
    for pair in lines.windows(2) {
        let setting = pair[1].strip_prefix('#').and_then(|text| text.split_once(" = "));
        let Some((name, value)) = setting.filter(|(name, _)| !name.contains(' ')) else {
            continue;
        };
        let default = pair[0].strip_prefix("# Default: ");
        let default = default.unwrap_or_else(|| panic!("{name} does not tell its default"));
        found.push((
            name.to_owned(),
            value.trim_matches('"').to_owned(),
            default.to_owned(),
        ));
    }
    found
}

#[test]
fn the_sample_has_every_setting_with_its_default() {
    let told: BTreeMap<_, _> = sample()
        .into_iter()
        .map(|(name, _, default)| (name, default))
        .collect();
    assert_eq!(told.len(), sample().len(), "a setting stands there twice");
    let known = KNOWN
        .iter()
        .map(|(name, default, _)| ((*name).to_owned(), (*default).to_owned()));
    assert_eq!(told, known.collect());
}

#[test]
fn the_sample_can_be_read_with_every_line_uncommented() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cairn.toml");
    let text: String = include_str!("../../docs/cairn.toml")
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.is_empty() && !setting.starts_with(' ') => format!("{setting}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(&file, &text).unwrap();
    let names: BTreeSet<String> = read_file(&file).unwrap().into_keys().collect();
    let known: BTreeSet<String> = KNOWN.iter().map(|(name, _, _)| (*name).to_owned()).collect();
    assert_eq!(names, known);
    Settings::load(Some(&file), &HashMap::new()).unwrap();
}

#[test]
fn the_values_of_the_sample_are_the_defaults_but_for_examples() {
    // Their default is no value that could be written there.
    let examples = [
        "identity_origin",
        "database_url",
        "master_key",
        "workers",
        "trusted_proxies",
        "file_check",
        "admin_oidc_issuer",
        "admin_oidc_client_id",
        "admin_oidc_client_secret",
        "admin_oidc_emails",
        "admin_oidc_groups",
        "admin_oidc_hosted_domain",
    ];
    for (name, value, default) in sample() {
        assert_eq!(value != default, examples.contains(&name.as_str()), "{name}");
    }
    let defaults: Vec<(String, String)> = sample()
        .into_iter()
        // A port that somebody chose has to be free, the default need not.
        .filter(|(name, _, _)| name != "metrics_listen" && !examples.contains(&name.as_str()))
        .map(|(name, value, _)| (format!("CAIRN_{}", name.to_uppercase()), value))
        .collect();
    let written = Settings::load(None, &defaults.into_iter().collect()).unwrap();
    assert_eq!(format!("{written:?}"), format!("{:?}", from(&[]).unwrap()));
}

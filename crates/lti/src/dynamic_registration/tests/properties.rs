//! Whatever is sent: no panic, and no registration with an endpoint that is not https.

use super::*;

/// JSON of any shape, in which the names that are looked for turn up often.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(json!("https://moodle.example.edu/x")),
        Just(json!("http://moodle.example.edu/x")),
        Just(json!("javascript:alert(1)")),
        Just(json!("RS256")),
    ];
    let name = prop_oneof![
        Just("issuer".to_owned()),
        Just("authorization_endpoint".to_owned()),
        Just("token_endpoint".to_owned()),
        Just("jwks_uri".to_owned()),
        Just("registration_endpoint".to_owned()),
        Just("id_token_signing_alg_values_supported".to_owned()),
        Just(PLATFORM_CONFIGURATION.to_owned()),
        Just(TOOL_CONFIGURATION.to_owned()),
        Just("client_id".to_owned()),
        Just("errors".to_owned()),
        ".{0,8}",
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn holds(configuration: &PlatformConfiguration) {
    let answer = read_answer(201, br#"{"client_id":"c"}"#).unwrap();
    if let Ok(made) = configuration.draft(&answer).check("r".into(), "t".into()) {
        for url in [&made.authorization_url, &made.token_url, &made.jwks_url] {
            assert_eq!(url.scheme(), "https", "{url}");
        }
        assert!(made.issuer.starts_with("https://"));
    }
    assert_eq!(configuration.registration_endpoint.scheme(), "https");
}

proptest! {
    /// What is granted now, and what an update would gain and lose, add up to what is asked for then.
    #[test]
    fn what_an_update_gains_and_loses_adds_up(granted in proptest::collection::vec(0_usize..9, 1..9)) {
        let canvas = canvas();
        let scope = |n: &usize| SCOPES.get(*n).map_or("openid", |one| one.scope).to_owned();
        let granted: Vec<String> = granted.iter().map(scope).collect();
        let (gained, lost) = TOOL.abilities_beside(&canvas, &granted);
        let (all, none) = (TOOL.abilities(&canvas), TOOL.abilities_beside(&moodle(), &[]));
        prop_assert_eq!(none, (Vec::new(), Vec::new()), "a platform that says nothing");
        for WantedScope { scope, purpose: words, .. } in SCOPES {
            let had = granted.iter().any(|known| known == scope);
            let will = all.contains(&words);
            prop_assert_eq!(gained.contains(&words), will && !had);
            prop_assert_eq!(lost.contains(&words), had && !will);
        }
        let narrow = TOOL.abilities_beside(&moodle(), &SCOPES.map(|one| one.scope.to_owned()));
        prop_assert_eq!(narrow, (Vec::new(), vec!["be told when a course is copied"]));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(status: u16, body: Vec<u8>) {
        let _ = read_answer(status, &body);
        let _ = PlatformConfiguration::read(&body, &url("https://moodle.example.edu/c"), false);
    }

    #[test]
    fn any_json_is_read_without_a_panic_and_never_becomes_an_insecure_registration(status: u16, document in any_json()) {
        let body = document.to_string();
        let _ = read_answer(status, body.as_bytes());
        if let Ok(configuration) = read(&document, "https://moodle.example.edu/c") {
            holds(&configuration);
        }
    }

    #[test]
    fn no_value_in_a_good_configuration_makes_an_insecure_registration(
        at in 0_usize..12, value in any_json(),
    ) {
        let mut document = moodle_document();
        let names: Vec<String> = document.as_object().unwrap().keys().cloned().collect();
        document[&names[at % names.len()]] = value;
        if let Ok(configuration) = read(&document, "https://moodle.example.edu/c") {
            holds(&configuration);
            let _ = facts().request(&configuration);
        }
    }
}

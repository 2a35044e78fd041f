//! What stands in the queue of an installation is understood by the next version, and written as the last one wrote it.

use std::fmt::Debug;

use serde_json::json;

use super::*;
use crate::domain::cause::Cause;

/// The row of a job: name, key, platform and payload.
#[track_caller]
fn stands<J: BackgroundJob + PartialEq + Debug>(
    name: &str,
    key: &str,
    platform: Option<&str>,
    payload: Value,
    job: J,
) {
    assert_eq!(J::NAME, name);
    assert_eq!(job.key(), key);
    let platform = platform.map(RegistrationId::from);
    assert_eq!(job.platform(), platform.as_ref());
    assert_eq!(
        serde_json::to_value(&job).unwrap(),
        payload,
        "the version before reads it"
    );
    let known: J = read(&payload, key, platform.as_ref()).unwrap();
    assert_eq!(known, job);
}

#[test]
fn stored_jobs_are_what_they_always_were() {
    let platform = || Some(RegistrationId::from("r-1"));
    stands(
        "check_course",
        "c-1",
        Some("r-1"),
        json!({"course": "c-1", "cause": "check-now"}),
        CheckCourse {
            course: "c-1".into(),
            cause: Cause::CheckNow,
            platform: platform(),
        },
    );
    stands(
        "decide_badge",
        "b-1",
        None,
        json!({"badge": "b-1", "cause": "activation"}),
        DecideBadge {
            badge: "b-1".into(),
            cause: Cause::Activation,
        },
    );
    stands(
        "decide_person",
        "c-1/p-1",
        None,
        json!({"course": "c-1", "person": "p-1", "cause": "hand-in"}),
        DecidePerson {
            course: "c-1".into(),
            person: "p-1".into(),
            cause: Cause::HandIn,
        },
    );
    stands(
        "ensure_item",
        "c-1/a-1",
        Some("r-1"),
        json!({"activity": "a-1"}),
        EnsureLineItem {
            activity: "a-1".into(),
            course: "c-1".into(),
            platform: platform(),
        },
    );
    stands(
        "send_score",
        "c-1/s-1",
        Some("r-1"),
        json!({"submission": "s-1"}),
        SendScore {
            submission: "s-1".into(),
            course: "c-1".into(),
            platform: platform(),
            person: None,
        },
    );
    stands(
        "subscribe_notices",
        "d-1",
        Some("r-1"),
        json!({
            "deployment": "d-1",
            "service": "https://lms.example/notices",
            "types": ["LtiContextCopyNotice"],
        }),
        SubscribeNotices {
            deployment: "d-1".into(),
            service: "https://lms.example/notices".parse().unwrap(),
            types: vec!["LtiContextCopyNotice".into()],
            platform: platform(),
        },
    );
    stands(
        "export",
        "x-1",
        None,
        json!({"export": "x-1"}),
        ExportInstitution { export: "x-1".into() },
    );
    stands(
        "erase-files",
        "e-1",
        None,
        json!({"digests": ["00ff"]}),
        EraseFiles {
            erasure: "e-1".into(),
            digests: vec!["00ff".into()],
            people: Vec::new(),
        },
    );
    stands(
        "erase-files",
        "e-1",
        None,
        json!({"digests": [], "people": ["p-1"]}),
        EraseFiles {
            erasure: "e-1".into(),
            digests: Vec::new(),
            people: vec!["p-1".into()],
        },
    );
    stands(
        "check_foreign",
        "f-1",
        None,
        json!({}),
        CheckForeign {
            badge: "f-1".into(),
            person: None,
        },
    );
    stands(
        "drop-unused-file",
        "00ff 1",
        None,
        json!({"digest": "00ff", "kept_at": "1970-01-01T00:00:00.000001Z"}),
        DropUnused {
            digest: "00ff".into(),
            kept_at: chrono::DateTime::from_timestamp_micros(1).unwrap(),
        },
    );
    stands(
        "read_grades",
        "c-1",
        None,
        json!({"cause": "check-now"}),
        ReadGrades {
            course: "c-1".into(),
            cause: Cause::CheckNow,
            platform: None,
        },
    );
    stands(
        "await_turn",
        "g-1/c-1",
        None,
        json!({"cause": "check-now"}),
        AwaitTurn {
            grant: "g-1".into(),
            course: "c-1".into(),
            cause: Cause::CheckNow,
        },
    );
    stands(
        "release_column",
        "i-1",
        None,
        json!({"item": "i-1"}),
        ReleaseColumn { item: "i-1".into() },
    );
    stands(
        "sign_anew",
        "k-1",
        None,
        json!({"key": "k-1"}),
        SignAnew {
            key: "k-1".into(),
            once_more: false,
        },
    );
}

#[test]
fn an_id_of_a_platform_is_the_key_whatever_is_in_it() {
    for (title, titled) in [(json!(null), None), (json!("Copy"), Some("Copy".to_owned()))] {
        stands(
            "notice",
            "https://lms.example/notices/1",
            None,
            json!({"deployment": "d-1", "context_id": "new", "title": title, "origins": ["old"]}),
            HandleNotice {
                notice: "https://lms.example/notices/1".into(),
                deployment: "d-1".into(),
                context_id: "new".into(),
                title: titled,
                origins: vec!["old".into()],
            },
        );
    }
}

#[test]
fn the_later_of_two_jobs_of_a_withdrawn_key_has_a_key_of_its_own() {
    let later = SignAnew {
        key: "k-1".into(),
        once_more: true,
    };
    assert_eq!(later.key(), "k-1 once more");
    let known: SignAnew = read(&json!({"key": "k-1"}), &later.key(), None).unwrap();
    assert_eq!(known.key, later.key);
}

#[test]
fn a_job_from_before_there_was_a_column_for_the_platform_is_read() {
    let known: CheckCourse = read(&json!({"course": "c-1", "cause": "launch"}), "c-1", None).unwrap();
    assert_eq!((known.cause, known.platform), (Cause::Launch, None));
}

#[test]
fn a_payload_of_another_shape_is_refused() {
    for payload in [
        json!({"course": "c-1"}),
        json!({"course": "c-1", "cause": "whim"}),
        json!([]),
    ] {
        assert!(read::<CheckCourse>(&payload, "c-1", None).is_err(), "{payload}");
    }
}

#[test]
fn work_about_a_person_says_whom_it_concerns() {
    let person = PersonId::from("p-1");
    let decide = DecidePerson {
        course: "c-1".into(),
        person: person.clone(),
        cause: Cause::HandIn,
    };
    let send = SendScore {
        submission: "s-1".into(),
        course: "c-1".into(),
        platform: None,
        person: Some(person.clone()),
    };
    assert_eq!((decide.person(), send.person()), (Some(&person), Some(&person)));
    assert_eq!(
        serde_json::to_value(&send).unwrap(),
        json!({"submission": "s-1"}),
        "whose it is stands in the column alone"
    );
    let badge = DecideBadge {
        badge: "b-1".into(),
        cause: Cause::Activation,
    };
    assert_eq!(badge.person(), None);
}

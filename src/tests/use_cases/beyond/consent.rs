//! Canvas: who may let it be read, and what comes back instead of a consent.

use std::time::Duration;

use gradebook_rest::Token;

use super::{ALEX, Bench, benches_of, parameters, reads};
use crate::domain::audit::Action;
use crate::domain::rest_access::{Access, Finding};
use crate::service::base::error::ServiceError;
use crate::service::base::operator::Operator;
use crate::service::base::rest_access::reader;
use crate::service::institution::rest_access::{self as access, NewKey, OfCourse, SCOPES};
use crate::service::privacy::erasing;
use crate::store::{admin_sessions, outside, rest_accesses};
use lti::registration::Flavour;
use practice_lms::{CourseRole, Endpoint, Fault as Wrong};

#[tokio::test]
async fn a_state_is_of_one_browser_one_session_and_one_use() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let key = bench.api_key();
        bench.save(&key, false).await.unwrap();
        let (ada, ben) = (
            bench.signed_in("ada", None).await,
            bench.signed_in("ben", None).await,
        );
        let (sent, state) = bench.agreed(&ada, ALEX).await;
        let (_, of_ben) = bench.agreed(&ben, ALEX).await;
        for kept in [None, Some(""), Some(of_ben.as_str()), Some("a guess")] {
            assert_eq!(bench.refused_back(&sent, kept).await, "rest.not-ours", "{kept:?}");
        }
        access::come_back(&bench.cairn, &sent, Some(&state))
            .await
            .unwrap();
        assert_eq!(bench.refused_back(&sent, Some(&state)).await, "rest.not-ours");
        assert_eq!(bench.refused_back(&[], Some(&state)).await, "rest.not-ours");

        let (sent, state) = bench.agreed(&ada, ALEX).await;
        bench.clock.advance(access::LIVES);
        assert_eq!(
            bench.refused_back(&sent, Some(&state)).await,
            "rest.not-ours",
            "too late"
        );

        let (sent, state) = bench.agreed(&ben, ALEX).await;
        let session = ben.session.clone();
        let out = bench
            .cairn
            .store
            .write(move |db| admin_sessions::delete(db, &session));
        out.await.unwrap();
        assert_eq!(
            bench.refused_back(&sent, Some(&state)).await,
            "rest.not-ours",
            "signed out"
        );
        assert_eq!(bench.stored().await.unwrap().1.len(), 1);
    }
}

#[tokio::test]
async fn what_canvas_answers_instead_of_a_code_is_named_and_links_nothing() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let key = bench.api_key();
        bench.save(&key, false).await.unwrap();
        let ada = bench.signed_in("ada", None).await;
        let platform = bench.platform();
        let begin = || access::begin(&bench.cairn, &ada.admin, &ada.session, &platform);

        let leaving = begin().await.unwrap();
        let denied = parameters(&bench.world.refuse_consent(&leaving.url).unwrap());
        assert_eq!(
            bench.refused_back(&denied, Some(&leaving.state)).await,
            "rest.denied"
        );

        // A key without a scope: the answer has no state.
        let leaving = begin().await.unwrap();
        let lacking = SCOPES[3].as_str();
        bench.world.change_api_key(&key.client_id, |key| {
            key.scopes.remove(lacking);
        });
        let sent = parameters(&bench.world.consent(&leaving.url, ALEX).unwrap());
        assert!(sent.iter().all(|(name, _)| name != "state"));
        let error = access::come_back(&bench.cairn, &sent, Some(&leaving.state))
            .await
            .unwrap_err();
        assert_eq!(error.code(), "rest.scopes");
        let told = crate::web::words::errors::sentence(&error);
        assert!(told.contains(lacking), "{told}");
        // What anybody could have written into an address is told to nobody.
        let forged = |error: &str| {
            let text = format!("{lacking} url:call-0123-4567");
            [("error", error), ("error_description", text.as_str())]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        let error = access::come_back(&bench.cairn, &forged("invalid_scope"), None)
            .await
            .unwrap_err();
        let told = crate::web::words::errors::sentence(&error);
        assert!(told.contains(lacking) && !told.contains("0123"), "{told}");
        let word = forged("call_0123_4567");
        assert_eq!(bench.refused_back(&word, None).await, "rest.not-ours");
        bench.world.change_api_key(&key.client_id, |key| {
            key.scopes.insert(lacking.to_owned());
        });

        bench
            .world
            .change_api_key(&key.client_id, |key| key.is_on = false);
        let sent = parameters(&bench.world.consent(&leaving.url, ALEX).unwrap());
        assert_eq!(bench.refused_back(&sent, Some(&leaving.state)).await, "rest.key");
        bench.world.change_api_key(&key.client_id, |key| key.is_on = true);

        let (sent, state) = bench.agreed(&ada, ALEX).await;
        bench
            .world
            .change_api_key(&key.client_id, |key| key.secret = "another".into());
        assert_eq!(
            bench.refused_back(&sent, Some(&state)).await,
            "rest.key",
            "a wrong secret"
        );
        bench
            .world
            .change_api_key(&key.client_id, |one| one.secret.clone_from(&key.secret));

        let leaving = begin().await.unwrap();
        let teacher = bench.world.member(bench.at, CourseRole::Teacher).unwrap();
        let sent = parameters(&bench.world.consent_as(&leaving.url, teacher.id, ALEX).unwrap());
        assert_eq!(
            bench.refused_back(&sent, Some(&leaving.state)).await,
            "rest.masqueraded"
        );

        let faults = bench.world.faults();
        let (sent, state) = bench.agreed(&ada, ALEX).await;
        faults.inject(Endpoint::PersonToken, &Wrong::Html, 1);
        assert_eq!(bench.refused_back(&sent, Some(&state)).await, "rest.away");
        assert!(bench.stored().await.unwrap().1.is_empty());
        assert_eq!(bench.times(Action::RestConsented).await, 0);
    }
}

#[tokio::test]
async fn a_consent_that_comes_while_everything_is_given_back_leaves_no_token_behind() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let key = bench.api_key();
        bench.save(&key, false).await.unwrap();
        let ada = bench.signed_in("ada", None).await;
        let (sent, state) = bench.agreed(&ada, ALEX).await;
        let faults = bench.world.faults();
        let before = faults.requests(Endpoint::PersonToken);
        let slow = Wrong::Delay(Duration::from_secs(20));
        faults.inject(Endpoint::PersonToken, &slow, 1);
        let meanwhile = async {
            while faults.requests(Endpoint::PersonToken) == before {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let revoked = access::revoke(&bench.cairn, Operator::CommandLine, &bench.platform()).await;
            faults.clear();
            revoked.unwrap();
        };
        let (came, ()) = tokio::join!(access::come_back(&bench.cairn, &sent, Some(&state)), meanwhile);
        assert_eq!(came.unwrap_err().code(), "rest.not-on");
        assert!(bench.world.approved_integrations().is_empty());
        assert!(bench.stored().await.is_none());
        assert_eq!(bench.times(Action::RestConsented).await, 0);
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_one_is_refused_value_by_value() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let key = bench.api_key();
        let save = async |address: &str, client_id: &str, secret: Option<&str>| {
            let new = NewKey::Canvas {
                address: address.to_owned(),
                client_id: client_id.to_owned(),
                secret: secret.map(Token::new),
                by_teachers: false,
            };
            access::save(&bench.cairn, Operator::CommandLine, &bench.platform(), new, None).await
        };
        let own = bench.world.origin().to_owned();
        let (deeper, known) = (format!("{own}/api/v1"), key.client_id.as_str());
        let (own, deeper) = (own.as_str(), deeper.as_str());
        let elsewhere = "https://elsewhere.example";
        for (address, client_id, secret, codes) in [
            (elsewhere, known, Some("s"), vec!["rest.address"]),
            (
                "",
                "",
                None,
                vec!["rest.address", "rest.client-id", "rest.secret"],
            ),
            (deeper, "1", Some("s"), vec!["rest.address"]),
            (own, "1 2", Some("a b"), vec!["rest.client-id", "rest.secret"]),
        ] {
            let error = save(address, client_id, secret).await.unwrap_err();
            let found: Vec<&str> = error.refusals().iter().map(|one| one.code()).collect();
            assert_eq!(found, codes, "{address}");
        }
        assert!(bench.stored().await.is_none());
        save(own, "1", Some("first")).await.unwrap();
        let before = bench.stored().await.unwrap().0.sealed_secret;
        // The secret is kept for the same key alone.
        save(own, "1", None).await.unwrap();
        assert_eq!(bench.stored().await.unwrap().0.sealed_secret, before);
        assert_eq!(save(own, "2", None).await.unwrap_err().code(), "rest.secret");
        // And for the same server: whoever may change the address is not to have it sent to theirs.
        let elsewhere = Access {
            address: elsewhere.to_owned(),
            ..bench.stored().await.unwrap().0
        };
        let moved = bench
            .cairn
            .store
            .write(move |db| rest_accesses::save(db, &elsewhere));
        moved.await.unwrap();
        assert_eq!(save(own, "1", None).await.unwrap_err().code(), "rest.secret");
        let token = NewKey::Moodle {
            token: Token::new("0".repeat(32)),
        };
        let error = access::save(
            &bench.cairn,
            Operator::CommandLine,
            &bench.platform(),
            token,
            None,
        )
        .await;
        assert_eq!(error.unwrap_err().code(), "rest.no-interface");
    }
}

#[tokio::test]
async fn a_teacher_lets_their_own_course_be_read_where_that_is_allowed() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        bench.check().await;
        let key = bench.api_key();
        let teacher = bench.teacher().await;
        let standing = async |bench: &Bench| {
            let found = access::of_course(&bench.cairn, &teacher).await.unwrap().unwrap();
            (found.standing, found.may_give, found.has_own)
        };
        assert_eq!(standing(&bench).await, (OfCourse::Off, false, false));
        bench.save(&key, false).await.unwrap();
        let error = access::begin_for_course(&bench.cairn, &teacher)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "rest.not-by-teachers");
        let learner = bench.world.students(bench.at)[0].clone();
        let learner = bench.learner(&learner).await;
        let error = access::begin_for_course(&bench.cairn, &learner)
            .await
            .unwrap_err();
        assert!(matches!(error, ServiceError::Forbidden(_)), "{error}");
        bench.save(&key, true).await.unwrap();
        assert_eq!(standing(&bench).await, (OfCourse::NotGiven, true, false));

        let person = bench.world.member(bench.at, CourseRole::Teacher).unwrap().id;
        let said = [(teacher.person.id.clone(), person.to_string())];
        let course = bench.course.clone();
        let known = bench
            .cairn
            .store
            .write(move |db| outside::remember_api_ids(db, &course.tenant, &course.id, &said));
        known.await.unwrap();
        // Somebody else is signed in to Canvas in this browser.
        let leaving = access::begin_for_course(&bench.cairn, &teacher).await.unwrap();
        let sent = parameters(&bench.world.consent(&leaving.url, ALEX).unwrap());
        assert_eq!(
            bench.refused_back(&sent, Some(&leaving.state)).await,
            "rest.other-person"
        );
        assert!(bench.stored().await.unwrap().1.is_empty());
        let leaving = access::begin_for_course(&bench.cairn, &teacher).await.unwrap();
        let sent = parameters(&bench.world.consent(&leaving.url, person).unwrap());
        let consented = access::come_back(&bench.cairn, &sent, Some(&leaving.state))
            .await
            .unwrap();
        assert_eq!(consented.course.as_ref(), Some(&bench.course.id));
        assert_eq!(consented.findings.found, [Finding::Works]);
        let name = teacher.person.display_name();
        assert_eq!(standing(&bench).await, (OfCourse::By(Some(name)), true, true));
        let found = bench.reader_of(&bench.cairn).await.unwrap().unwrap();
        reads(&bench, &found).await.unwrap();
        let elsewhere = reader(&bench.cairn, &bench.course.tenant, &bench.platform(), None).await;
        assert!(elsewhere.unwrap().is_none(), "it is for that course alone");

        access::take_back(&bench.cairn, &teacher).await.unwrap();
        access::take_back(&bench.cairn, &teacher).await.unwrap();
        assert!(bench.world.approved_integrations().is_empty());
        assert_eq!(standing(&bench).await, (OfCourse::NotGiven, true, false));
        assert_eq!(bench.times(Action::RestRevoked).await, 1);
    }
}

#[tokio::test]
async fn the_platform_of_another_institution_is_as_if_it_were_not_there() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let (key, _) = bench.switched_on().await;
        let other =
            crate::service::base::institutions::find_or_create(&bench.cairn, "South Hill School").await;
        let other = other.unwrap().0.id;
        let zoe = bench.signed_in("zoe", Some(&other)).await;
        let (cairn, platform) = (&bench.cairn, bench.platform());
        let grant = bench.stored().await.unwrap().1.remove(0).id;
        let new = NewKey::Canvas {
            address: bench.world.origin().to_owned(),
            client_id: key.client_id.clone(),
            secret: Some(Token::new("theirs")),
            by_teachers: true,
        };
        for error in [
            access::view(cairn, &zoe.admin.scope, &platform).await.err(),
            access::save(cairn, &zoe.admin, &platform, new, None).await.err(),
            access::turn(cairn, &zoe.admin, &platform, false, None)
                .await
                .err(),
            access::begin(cairn, &zoe.admin, &zoe.session, &platform)
                .await
                .err(),
            access::test(cairn, &zoe.admin, &platform, &grant).await.err(),
            access::revoke(cairn, &zoe.admin, &platform).await.err(),
        ] {
            assert!(
                matches!(error, Some(ServiceError::NotFound("platform"))),
                "{error:?}"
            );
        }
        assert!(
            access::overview(cairn, &zoe.admin.scope, &bench.registration.id)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(reader(cairn, &other, &platform, None).await.unwrap().is_none());
        assert!(bench.reader_of(cairn).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn whoever_is_erased_leaves_no_token_behind_here_or_in_canvas() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        bench.check().await;
        let (key, teacher) = (bench.api_key(), bench.teacher().await);
        let ada = bench.signed_in("ada", None).await;
        bench.save(&key, true).await.unwrap();
        let leaving = access::begin_for_course(&bench.cairn, &teacher).await.unwrap();
        let person = bench.world.member(bench.at, CourseRole::Teacher).unwrap().id;
        let sent = parameters(&bench.world.consent(&leaving.url, person).unwrap());
        access::come_back(&bench.cairn, &sent, Some(&leaving.state))
            .await
            .unwrap();
        let tenant = &bench.course.tenant;
        erasing::ask(&bench.cairn, &teacher, erasing::WORD).await.unwrap();
        let (_, waiting, _) = erasing::waiting(&bench.cairn, &ada.admin, tenant).await.unwrap();
        erasing::erase(&bench.cairn, &ada.admin, tenant, &waiting[0].id)
            .await
            .unwrap();
        assert!(bench.world.approved_integrations().is_empty());
        let (_, grants) = bench.stored().await.unwrap();
        assert!(grants.is_empty(), "{grants:?}");
    }
}

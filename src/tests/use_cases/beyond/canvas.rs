//! Canvas: what the token of an administrator reads, how it is renewed, and how it ends.

use chrono::TimeDelta;
use gradebook_rest::canvas::scope::Scope as CanvasScope;

use super::super::bench::node;
use super::{ALEX, benches_of, reads};
use crate::domain::audit::Action;
use crate::domain::rest_access::{Fault, Finding, GrantState};
use crate::service::base::operator::{Operator, Scope};
use crate::service::base::rest_access::{RestTrouble, note, renew};
use crate::service::institution::rest_access::{self as access, GivenBack, SCOPES, Standing};
use lti::registration::Flavour;
use practice_lms::{Endpoint, Fault as Wrong, Resource};

#[tokio::test]
async fn an_administrator_switches_canvas_on_and_every_secret_lies_encrypted() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        assert!(bench.reader_of(&bench.cairn).await.unwrap().is_none());
        let seen = access::view(&bench.cairn, &Scope::Everything, &bench.platform())
            .await
            .unwrap();
        assert_eq!(seen.standing(), Standing::Never);
        assert_eq!(seen.address, bench.world.origin(), "launches tell it");
        let (key, ada) = bench.switched_on().await;
        let found = bench.reader_of(&bench.cairn).await.unwrap().unwrap();
        reads(&bench, &found).await.unwrap();
        let integrations = bench.world.approved_integrations();
        assert_eq!(integrations.len(), 1);
        let asked: Vec<&str> = integrations[0].scopes.iter().map(String::as_str).collect();
        assert_eq!(asked, SCOPES.map(CanvasScope::as_str));
        let (kept, grants) = bench.stored().await.unwrap();
        let sealed = format!("{kept:?} {grants:?}");
        assert!(
            !sealed.contains(&key.secret) && !sealed.contains("7~"),
            "{sealed}"
        );
        assert!(grants[0].tokens.refresh.is_some() && grants[0].tested.is_some());
        let seen = access::view(&bench.cairn, &ada.admin.scope, &bench.platform())
            .await
            .unwrap();
        assert_eq!(seen.standing(), Standing::On);
        assert_eq!(seen.grants[0].by.as_deref(), Some("ada"));
        assert_eq!(bench.times(Action::RestSwitchedOn).await, 1);
        assert_eq!(bench.times(Action::RestConsented).await, 1);
        assert_eq!(bench.times(Action::RestTestedFaulty).await, 0);

        access::turn(
            &bench.cairn,
            &ada.admin,
            &bench.platform(),
            false,
            Some(&seen.seen),
        )
        .await
        .unwrap();
        assert!(bench.reader_of(&bench.cairn).await.unwrap().is_none());
        let again = access::turn(
            &bench.cairn,
            &ada.admin,
            &bench.platform(),
            true,
            Some(&seen.seen),
        )
        .await;
        assert_eq!(
            again.unwrap_err().code(),
            "rest.changed",
            "what was shown is another"
        );
        access::turn(&bench.cairn, &ada.admin, &bench.platform(), true, None)
            .await
            .unwrap();
        assert!(bench.reader_of(&bench.cairn).await.unwrap().is_some());
        assert_eq!(bench.times(Action::RestSwitchedOff).await, 1);
    }
}

#[tokio::test]
async fn two_readers_whose_token_ended_renew_it_once_on_whichever_node() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        bench.switched_on().await;
        let there = node(&bench.settings, &bench.clock, &bench.patience).await;
        let mut here = bench.reader_of(&bench.cairn).await.unwrap().unwrap();
        let mut other = bench.reader_of(&there).await.unwrap().unwrap();
        bench.world.expire_api_tokens();
        let refused = reads(&bench, &here).await.unwrap_err();
        assert_eq!(refused.remedy(), gradebook_rest::Remedy::Refresh);
        let before = bench.world.faults().requests(Endpoint::PersonToken);
        let (one, two) = tokio::join!(renew(&bench.cairn, &mut here), renew(&there, &mut other));
        one.unwrap();
        two.unwrap();
        let asked = bench.world.faults().requests(Endpoint::PersonToken) - before;
        assert_eq!(asked, 1, "a renewal ends the token of everybody else");
        assert_eq!(here.held(), other.held());
        reads(&bench, &here).await.unwrap();
        reads(&bench, &other).await.unwrap();

        // By the clock alone: nobody has to be refused first.
        bench.clock.advance(TimeDelta::minutes(60));
        let later = bench.reader_of(&bench.cairn).await.unwrap().unwrap();
        assert_ne!(later.held(), here.held());
        reads(&bench, &later).await.unwrap();
    }
}

#[tokio::test]
async fn a_scope_that_is_withdrawn_ends_the_tokens_and_asks_for_consent_again() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let (key, ada) = bench.switched_on().await;
        let mut found = bench.reader_of(&bench.cairn).await.unwrap().unwrap();
        bench.world.change_api_key(&key.client_id, |key| {
            key.scopes.remove(SCOPES[5].as_str());
        });
        let error = reads(&bench, &found).await.unwrap_err();
        assert_eq!(error.remedy(), gradebook_rest::Remedy::Refresh);
        let trouble = renew(&bench.cairn, &mut found).await.unwrap_err();
        assert!(matches!(trouble, RestTrouble::Consent), "{trouble}");
        let waits = bench.reader_of(&bench.cairn).await.unwrap_err();
        assert!(matches!(waits, RestTrouble::Consent), "{waits}");
        let grants = bench.stored().await.unwrap().1;
        assert_eq!(grants[0].state, GrantState::Consent);
        assert_eq!(bench.times(Action::RestConsentNeeded).await, 1);
        let findings = access::test(&bench.cairn, &ada.admin, &bench.platform(), &grants[0].id).await;
        assert_eq!(findings.unwrap().found, [Finding::Consent]);
        // Said once, however often it is met with.
        note(&bench.cairn, found.held(), &error).await.unwrap();
        assert_eq!(bench.times(Action::RestConsentNeeded).await, 1);

        bench.world.change_api_key(&key.client_id, |key| {
            key.scopes.insert(SCOPES[5].as_str().to_owned());
        });
        let (sent, state) = bench.agreed(&ada, ALEX).await;
        access::come_back(&bench.cairn, &sent, Some(&state))
            .await
            .unwrap();
        let found = bench.reader_of(&bench.cairn).await.unwrap().unwrap();
        reads(&bench, &found).await.unwrap();
    }
}

#[tokio::test]
async fn the_test_names_the_box_and_is_not_misled_by_pages_and_empty_refusals() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let (key, ada) = bench.switched_on().await;
        let grant = bench.stored().await.unwrap().1.remove(0).id;
        let platform = bench.platform();
        let test = || access::test(&bench.cairn, &ada.admin, &platform, &grant);
        bench
            .world
            .change_api_key(&key.client_id, |key| key.allows_includes = false);
        assert_eq!(
            test().await.unwrap().found,
            [Finding::Works, Finding::IncludesCut]
        );
        assert_eq!(bench.times(Action::RestTestedFaulty).await, 1);
        bench
            .world
            .change_api_key(&key.client_id, |key| key.allows_includes = true);
        let faults = bench.world.faults();
        faults.inject(Endpoint::Api(Resource::Course), &Wrong::Html, 1);
        assert_eq!(test().await.unwrap().found, [Finding::Away]);
        faults.inject(Endpoint::Api(Resource::Assignments), &Wrong::BareForbidden, 1);
        assert_eq!(test().await.unwrap().found, [Finding::Refused(Fault::NotAllowed)]);
        let state = bench.stored().await.unwrap().1.remove(0).state;
        assert_eq!(state, GrantState::On, "one course of many");
        assert_eq!(test().await.unwrap().found, [Finding::Works]);
        assert!(bench.reader_of(&bench.cairn).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn giving_back_ends_the_token_in_canvas_even_after_its_hour() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        for wait in [TimeDelta::zero(), TimeDelta::hours(3)] {
            let (_, ada) = if bench.times(Action::RestSwitchedOn).await == 0 {
                bench.switched_on().await
            } else {
                let (key, ben) = (bench.api_key(), bench.signed_in("ben", None).await);
                bench.save(&key, false).await.unwrap();
                let (sent, state) = bench.agreed(&ben, ALEX).await;
                access::come_back(&bench.cairn, &sent, Some(&state))
                    .await
                    .unwrap();
                (key, ben)
            };
            bench.clock.advance(wait);
            let given_back = access::revoke(&bench.cairn, &ada.admin, &bench.platform()).await;
            assert_eq!(given_back.unwrap(), GivenBack::All);
            assert!(bench.world.approved_integrations().is_empty(), "{wait}");
            assert!(bench.stored().await.is_none());
            assert!(bench.reader_of(&bench.cairn).await.unwrap().is_none());
        }
        let twice = access::revoke(&bench.cairn, Operator::CommandLine, &bench.platform()).await;
        assert_eq!(twice.unwrap_err().code(), "rest.not-on");
    }
}

#[tokio::test]
async fn a_token_that_canvas_cannot_take_back_now_is_deleted_here_and_that_is_said() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let (_, ada) = bench.switched_on().await;
        let faults = bench.world.faults();
        faults.inject(Endpoint::PersonToken, &Wrong::BadGateway, 1);
        let given_back = access::revoke(&bench.cairn, &ada.admin, &bench.platform()).await;
        assert_eq!(given_back.unwrap(), GivenBack::NotAll);
        assert!(bench.stored().await.is_none());
    }
}

//! Moodle: a token with the fewest rights, and what the test says of weaker and of stronger
//! ones.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use gradebook_rest::Token;
use gradebook_rest::moodle::{CAPABILITIES, Function};

use rust_decimal::Decimal;

use super::{Bench, SignedIn, benches};
use crate::domain::audit::Action;
use crate::domain::rest_access::{AccountFault, Fault, Finding, Findings, GrantState, List};
use crate::service::base::operator::{Operator, Scope};
use crate::service::base::rest_access::{RestTrouble, works};
use crate::service::institution::rest_access::{self as access, GivenBack, NewKey, Standing};
use practice_lms::{Endpoint, Fault as Wrong, Tracking};

impl Bench {
    /// The account, the role and the token that the steps of the console make.
    fn made_by_the_steps(&self) -> (u64, String) {
        let account = self.world.add_account("badgereader", false);
        let capabilities: Vec<&str> = CAPABILITIES.iter().map(|(name, _)| *name).collect();
        self.world.give_role(account, &capabilities);
        let functions = Function::NEEDED.iter().chain(&Function::USEFUL);
        let functions: Vec<&str> = functions.map(|one| one.as_str()).collect();
        let token = self.world.add_ws_token(account, &functions);
        (account, token)
    }

    async fn paste(&self, token: &str) {
        let new = NewKey::Moodle {
            token: Token::new(token),
        };
        access::save(&self.cairn, Operator::CommandLine, &self.platform(), new, None)
            .await
            .unwrap();
    }

    async fn test(&self, by: &SignedIn) -> Findings {
        let grant = self.stored().await.unwrap().1.remove(0).id;
        access::test(&self.cairn, &by.admin, &self.platform(), &grant)
            .await
            .unwrap()
    }

    /// A course in which each right shows: graded work and a graded quiz, and completion.
    fn shows_everything(&self) {
        let (world, at) = (&self.world, self.at);
        for (name, kind) in [("Field diary", "assignment"), ("Unit test", "quiz")] {
            let column = world.add_native(at, name, kind, Decimal::TEN);
            for student in world.students(at) {
                assert!(world.set_grade(at, column, student.id, Some(Decimal::from(8))));
            }
            assert!(world.change_column(at, column, |column| {
                column.tracking = Some(Tracking::Automatic);
            }));
        }
        assert!(world.change_course(at, |course| course.completed = Some(BTreeMap::new())));
    }

    async fn grant_state(&self) -> (GrantState, Option<Fault>) {
        let grant = self.stored().await.unwrap().1.remove(0);
        (grant.state, grant.fault)
    }
}

/// What was found, without what nothing in the course shows.
fn told(findings: &Findings) -> Vec<Finding> {
    let all = findings.found.iter();
    all.filter(|finding| !matches!(finding, Finding::Untried(_)))
        .cloned()
        .collect()
}

fn short(found: &[Finding]) -> Vec<List> {
    let lists = found.iter().filter_map(|finding| match finding {
        Finding::Short { list, .. } => Some(*list),
        _ => None,
    });
    lists.collect()
}

#[tokio::test]
async fn a_token_made_by_the_steps_of_the_console_reads_and_lies_encrypted() {
    for bench in benches().await {
        bench.check().await;
        let ada = bench.signed_in("ada", None).await;
        let (account, token) = bench.made_by_the_steps();
        bench.paste(&token).await;
        let findings = bench.test(&ada).await;
        assert_eq!(told(&findings), [Finding::Works], "{findings:?}");
        assert!(findings.counts.unwrap().people >= 12);
        assert!(bench.reader_of(&bench.cairn).await.unwrap().is_some());
        let (kept, grants) = bench.stored().await.unwrap();
        let sealed = format!("{kept:?} {grants:?}");
        assert!(!sealed.contains(&token), "{sealed}");
        let secret = bench.world.private_access_key(account);
        assert!(
            !sealed.contains(&secret),
            "what the site tells of the account is kept nowhere"
        );
        assert_eq!(bench.times(Action::RestTestedFaulty).await, 0);
        let given_back = access::revoke(&bench.cairn, &ada.admin, &bench.platform()).await;
        assert_eq!(given_back.unwrap(), GivenBack::ByHand);
        assert!(bench.reader_of(&bench.cairn).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_token_of_another_site_is_refused_before_anything_is_read_with_it() {
    for bench in benches().await {
        bench.check().await;
        let ada = bench.signed_in("ada", None).await;
        let (_, token) = bench.made_by_the_steps();
        bench.paste(&token).await;
        bench.world.set_site_url(Some("https://other.example"));
        bench.world.forget_asked();
        assert_eq!(bench.test(&ada).await.found, [Finding::Refused(Fault::OtherSite)]);
        assert!(
            bench.world.asked("courseid").is_empty(),
            "its numbers mean other courses"
        );
        let refused = bench.reader_of(&bench.cairn).await.unwrap_err();
        assert!(
            matches!(refused, RestTrouble::Refused(Fault::OtherSite)),
            "{refused}"
        );
        assert_eq!(bench.times(Action::RestTestedFaulty).await, 1);
    }
}

#[tokio::test]
async fn a_role_that_is_weaker_gives_shorter_lists_and_the_test_counts_them() {
    for bench in benches().await {
        bench.check().await;
        let ada = bench.signed_in("ada", None).await;
        let (account, token) = bench.made_by_the_steps();
        bench.paste(&token).await;
        bench.test(&ada).await;
        let right = "moodle/user:viewdetails";
        bench.world.allow_capability(account, right, false);
        let found = bench.test(&ada).await.found;
        let people = found.iter().find_map(|finding| match finding {
            Finding::Short {
                list: List::People,
                found,
                expected,
                capabilities,
            } => Some((*found, *expected, capabilities.clone())),
            _ => None,
        });
        let (seen, expected, capabilities) = people.unwrap_or_else(|| panic!("{found:?}"));
        assert!(seen == 1 && expected >= 12, "{seen} of {expected}");
        assert!(capabilities.iter().any(|one| one == right), "{capabilities:?}");
        assert_eq!(
            bench.grant_state().await.0,
            GrantState::On,
            "what is seen is read"
        );
        bench.world.allow_capability(account, right, true);

        // A right without which a function refuses: the one is named beside the other.
        bench
            .world
            .allow_capability(account, "gradereport/user:view", false);
        let found = bench.test(&ada).await.found;
        let named = found.iter().any(|finding| {
            matches!(finding, Finding::Refused(Fault::Capabilities { one_of, .. })
                if one_of.iter().any(|one| one == "gradereport/user:view"))
        });
        assert!(named, "{found:?}");
    }
}

#[tokio::test]
async fn what_a_site_lacks_is_named_and_what_is_too_strong_too() {
    for bench in benches().await {
        bench.check().await;
        let ada = bench.signed_in("ada", None).await;
        let (account, token) = bench.made_by_the_steps();
        bench.paste(&token).await;

        bench
            .world
            .serve_function(&token, Function::Updates.as_str(), false);
        let lacking = Fault::Function(Function::Updates.as_str().to_owned());
        assert_eq!(told(&bench.test(&ada).await), [Finding::Refused(lacking)]);
        bench
            .world
            .serve_function(&token, Function::Updates.as_str(), true);

        bench.world.switch_web_services(false);
        assert_eq!(
            bench.test(&ada).await.found,
            [Finding::Refused(Fault::ServicesOff)]
        );
        assert_eq!(
            bench.grant_state().await,
            (GrantState::Refused, Some(Fault::ServicesOff))
        );
        bench.world.switch_web_services(true);

        bench
            .world
            .bar_account(account, Some("forcepasswordchangenotice"));
        let barred = Fault::Account(AccountFault::PasswordChange);
        assert!(bench.test(&ada).await.found.contains(&Finding::Refused(barred)));
        bench.world.bar_account(account, None);

        bench.world.faults().inject(
            Endpoint::Function("core_webservice_get_site_info"),
            &Wrong::Html,
            1,
        );
        let before = bench.grant_state().await;
        assert_eq!(bench.test(&ada).await.found, [Finding::Away]);
        assert_eq!(
            bench.grant_state().await,
            before,
            "nothing is known, so nothing changes"
        );

        bench
            .world
            .serve_function(&token, "core_group_get_course_groups", true);
        assert_eq!(
            told(&bench.test(&ada).await),
            [Finding::Works, Finding::Superfluous(1)]
        );
        assert_eq!(bench.grant_state().await, (GrantState::On, None));

        let strong = bench.world.add_account("chief", true);
        let functions = Function::NEEDED.iter().chain(&Function::USEFUL);
        let functions: Vec<&str> = functions.map(|one| one.as_str()).collect();
        let token = bench.world.add_ws_token(strong, &functions);
        bench.paste(&token).await;
        assert!(bench.test(&ada).await.found.contains(&Finding::SiteAdministrator));

        bench.world.delete_ws_token(&token);
        assert_eq!(
            bench.test(&ada).await.found,
            [Finding::Refused(Fault::TokenUnknown)]
        );
    }
}

#[tokio::test]
async fn a_refusal_is_not_for_ever_and_is_gone_once_something_was_read() {
    for bench in benches().await {
        bench.check().await;
        let ada = bench.signed_in("ada", None).await;
        let (_, token) = bench.made_by_the_steps();
        bench.paste(&token).await;
        bench.world.switch_web_services(false);
        bench.test(&ada).await;
        assert!(bench.reader_of(&bench.cairn).await.is_err());
        bench.world.switch_web_services(true);
        bench.clock.advance(TimeDelta::hours(1));
        let found = bench.reader_of(&bench.cairn).await.unwrap().unwrap();
        works(&bench.cairn, found.held(), &bench.course.id).await.unwrap();
        assert_eq!(bench.grant_state().await, (GrantState::On, None));
        assert!(bench.reader_of(&bench.cairn).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn each_capability_that_the_role_lacks_is_named_or_said_to_be_untried() {
    for bench in benches().await {
        bench.check().await;
        let ada = bench.signed_in("ada", None).await;
        let (account, token) = bench.made_by_the_steps();
        bench.shows_everything();
        bench.paste(&token).await;
        let whole = bench.test(&ada).await;
        assert_eq!(told(&whole), [Finding::Works], "{whole:?}");
        for (right, _) in CAPABILITIES {
            bench.world.allow_capability(account, right, false);
            let found = bench.test(&ada).await.found;
            bench.world.allow_capability(account, right, true);
            let all_is_refused = Fault::Function(Function::SiteInfo.as_str().to_owned());
            let is_named = match right {
                "webservice/rest:use" => found == [Finding::Refused(all_is_refused)],
                "mod/assign:viewgrades"
                | "mod/quiz:viewreports"
                | "report/progress:view"
                | "report/completion:view" => found.contains(&Finding::Lacks(vec![right.to_owned()])),
                _ => format!("{found:?}").contains(&format!("\"{right}\"")),
            };
            assert!(is_named, "{right}: {found:?}");
        }
        assert_eq!(told(&bench.test(&ada).await), [Finding::Works]);
        bench
            .world
            .serve_function(&token, Function::GradeItems.as_str(), false);
        assert!(bench.test(&ada).await.found.contains(&Finding::Unnamed));
    }
}

#[tokio::test]
async fn a_second_test_finds_what_the_first_found_until_somebody_says_that_it_is_right() {
    for bench in benches().await {
        bench.check().await;
        let ada = bench.signed_in("ada", None).await;
        let (account, token) = bench.made_by_the_steps();
        bench.paste(&token).await;
        bench.test(&ada).await;
        bench.world.allow_capability(account, "mod/lti:view", false);
        let first = bench.test(&ada).await.found;
        assert!(short(&first).contains(&List::Activities), "{first:?}");
        assert!(
            !first.contains(&Finding::Works),
            "what is short is not whole: {first:?}"
        );
        // Nothing is counted while it is away, and nothing is forgotten.
        bench.world.faults().inject(
            Endpoint::Function("core_webservice_get_site_info"),
            &Wrong::Html,
            1,
        );
        assert_eq!(bench.test(&ada).await.found, [Finding::Away]);
        assert_eq!(bench.test(&ada).await.found, first);
        let platform = bench.platform();
        let known = access::view(&bench.cairn, &Scope::Everything, &platform).await;
        assert_eq!(known.unwrap().standing(), Standing::Attention);
        assert_eq!(
            bench.grant_state().await.0,
            GrantState::On,
            "what is seen is read"
        );

        let grant = bench.stored().await.unwrap().1.remove(0).id;
        access::accept_counts(&bench.cairn, &ada.admin, &platform, &grant)
            .await
            .unwrap();
        assert_eq!(bench.times(Action::RestCountsAccepted).await, 1);
        let found = bench.test(&ada).await.found;
        assert!(!short(&found).contains(&List::Activities), "{found:?}");
        assert!(
            short(&found).contains(&List::Columns),
            "Moodle itself names more of them: {found:?}"
        );
    }
}

#[tokio::test]
async fn what_was_refused_or_not_asked_for_is_not_short() {
    for bench in benches().await {
        bench.check().await;
        let ada = bench.signed_in("ada", None).await;
        let (account, token) = bench.made_by_the_steps();
        bench.paste(&token).await;
        bench.test(&ada).await;
        for (right, lists) in [
            ("moodle/course:view", Vec::new()),
            ("moodle/course:viewparticipants", Vec::new()),
            ("moodle/user:viewdetails", vec![List::People]),
        ] {
            bench.world.allow_capability(account, right, false);
            let found = bench.test(&ada).await.found;
            bench.world.allow_capability(account, right, true);
            assert_eq!(short(&found), lists, "{right}: {found:?}");
        }
    }
}

#[tokio::test]
async fn a_token_that_works_has_the_course_read_that_the_one_before_could_not() {
    use crate::domain::reading::Why;
    use crate::store::readings;
    for bench in benches().await {
        bench.check().await;
        let ada = bench.signed_in("ada", None).await;
        let trouble = async || {
            let course = bench.course.clone();
            let kept = bench
                .cairn
                .store
                .read(move |db| readings::of_course(db, &course.tenant, &course.id));
            kept.await.unwrap().map(|known| known.trouble)
        };
        // Never read before: nobody has to ask.
        let (_, token) = bench.made_by_the_steps();
        bench.paste(&token).await;
        bench.test(&ada).await;
        bench.work(&bench.cairn).await;
        assert_eq!(trouble().await, Some(None));

        bench.world.switch_web_services(false);
        bench.clock.advance(TimeDelta::hours(25));
        bench.check().await;
        bench.work(&bench.cairn).await;
        let refused = trouble().await;
        assert!(matches!(refused, Some(Some(Why::Refused(_)))), "{refused:?}");
        bench.test(&ada).await;
        bench.work(&bench.cairn).await;
        assert_eq!(trouble().await, refused, "it does not work yet");
        bench.world.switch_web_services(true);
        bench.test(&ada).await;
        bench.work(&bench.cairn).await;
        assert_eq!(trouble().await, Some(None));
    }
}

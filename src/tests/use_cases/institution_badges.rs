//! Badges of the institution in courses of two platforms: what each says once, what counts as one, and what is refused.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::bench::design;
use super::programmes::{activated, admin, made};
use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::badge::{BadgeState, Design, Expiry};
use crate::domain::course::{
    CopyFoundBy, CopyProof, CopyState, Course, CourseCopy, LineItem, LineItemState, Services,
};
use crate::domain::institution_badge::{Asks, Place, Reach, Version, Wants};
use crate::domain::lineage::SubstancePart;
use crate::domain::membership::SeenAs;
use crate::domain::platform::{Deployment, DeploymentState};
use crate::ids::{BadgeId, CopyId, DeploymentId, LineItemId, PersonId, PlatformId};
use crate::random::SystemRandom;
use crate::service::award::awarding;
use crate::service::badge::lineage;
use crate::service::base::institutions;
use crate::service::base::session::Visitor;
use crate::service::course::copying;
use crate::service::course::from_institution::{self, Changed, Standing, Taken};
use crate::service::credential::about;
use crate::service::institution::administrators::{Administrator, Operator, Scope};
use crate::service::institution::connecting::{self, NewPlatform};
use crate::service::institution::institution_badges::{self, Saved};
use crate::service::institution::programmes;
use crate::store::courses::CourseSeen;
use crate::store::enrolments::Role;
use crate::store::people::PersonSeen;
use crate::store::testing::shortcuts::{launch_course, launch_person};
use crate::store::{badges, copies, deployments, enrolments, line_items, people, rules};
use lti::registration::{Flavour, Registration, RegistrationDraft};

fn version(percent: i64) -> Version {
    let place = |id: &str, name: &str, tag: Option<&str>| Place {
        id: id.into(),
        name: name.into(),
        wants: Wants::Column {
            at_least: Decimal::from(percent),
            resource_id: None,
            tag: tag.map(str::to_owned),
        },
    };
    Version {
        design: Design {
            expiry: Expiry::Never,
            ..design("Data literate")
        },
        asks: Asks {
            places: vec![place("", "Final quiz", Some("final"))],
            ..Asks::default()
        },
    }
}

/// Saves it, and publishes it.
async fn published(bench: &Bench, known: Option<&BadgeId>, version: Version) -> BadgeId {
    let (cairn, tenant, by) = (&bench.cairn, &bench.course.tenant, admin("ada"));
    let seen = match known {
        Some(id) => {
            institution_badges::open(cairn, &by, tenant, id)
                .await
                .unwrap()
                .one
                .revision
        }
        None => 0,
    };
    let saved = institution_badges::save(cairn, &by, tenant, known.map(|id| (id, seen)), version).await;
    let Saved::Done(id) = saved.unwrap() else {
        panic!("it was not saved")
    };
    let opened = institution_badges::open(cairn, &by, tenant, &id).await.unwrap();
    for _ in 0..2 {
        institution_badges::publish(cairn, &by, tenant, &id, opened.one.revision)
            .await
            .unwrap();
    }
    id
}

/// Another course of that registration, with these columns, and its teacher.
pub(super) async fn course(bench: &Bench, of: &Registration, context: &str, columns: &[&str]) -> Visitor {
    let now = bench.clock.now();
    let deployment = Deployment {
        id: DeploymentId::new(now, &SystemRandom),
        tenant: of.tenant.clone(),
        registration: of.id.clone(),
        deployment_id: "1".into(),
        state: DeploymentState::Accepted,
    };
    let (registration, tenant) = (of.id.clone(), of.tenant.clone());
    let (context, columns) = (
        context.to_owned(),
        columns.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>(),
    );
    let made = bench.cairn.store.write(move |db| {
        let deployment = deployments::find_or_insert(db, &deployment, now)?;
        let seen = CourseSeen {
            tenant,
            registration,
            deployment: deployment.id,
            context_id: context.clone(),
            label: None,
            title: Some(format!("Course {context}")),
            services: Services::default(),
        };
        let course = launch_course(db, &seen, now, &SystemRandom)?;
        for label in columns {
            let item = LineItem {
                id: LineItemId::new(now, &SystemRandom),
                tenant: course.tenant.clone(),
                course: course.id.clone(),
                url: format!("https://lms.example/{context}/{label}"),
                label,
                maximum: Decimal::from(20),
                ruled_maximum: None,
                is_scale: false,
                resource_id: None,
                tag: None,
                resource_link_id: None,
                state: LineItemState::Present,
            };
            line_items::find_or_insert(db, &item, now)?;
        }
        Ok(course)
    });
    let course = made.await.unwrap();
    let teacher = bench.instructor().await;
    let mut session = teacher.session.clone();
    session.course = Some(course.id.clone());
    session.registration = of.id.clone();
    session.deployment = course.deployment.clone();
    Visitor {
        session,
        course,
        registration: of.clone(),
        ..teacher
    }
}

/// A second platform of the institution.
async fn second_platform(bench: &Bench) -> Registration {
    let at = |path: &str| format!("https://second.example/{path}");
    let draft = RegistrationDraft {
        name: "Second".into(),
        issuer: "https://second.example".into(),
        client_id: "second".into(),
        authorization_url: at("auth"),
        token_url: at("token"),
        token_audience: None,
        jwks_url: at("jwks"),
        flavour: Flavour::Moodle,
        algorithms: Vec::new(),
        service_hosts: Vec::new(),
        accepts_new_deployments: true,
        allow_http_loopback: false,
        enabled: true,
    };
    let new = NewPlatform {
        institution: "North Coast".into(),
        draft,
        deployments: Vec::new(),
    };
    connecting::add(&bench.cairn, Operator::CommandLine, new)
        .await
        .unwrap()
}

/// Somebody of that platform who learns in the course.
pub(super) async fn learner(bench: &Bench, of: &Registration, course: &Course, sub: &str) -> PersonId {
    let (of, course, now) = (of.clone(), course.clone(), bench.clock.now());
    let seen = PersonSeen {
        sub: sub.into(),
        name: None,
        email: None,
    };
    let role = Role {
        seen_as: SeenAs::Learner,
        listing: enrolments::listing_of(&of.capabilities()),
        teaches: false,
    };
    let made = bench.cairn.store.write(move |db| {
        let person = people::upsert_many(db, &of.tenant, &of.id, &[seen], now, &SystemRandom)?.remove(0);
        launch_person(db, &of.tenant, &course.id, &person.id, role, now)?;
        Ok(person.id)
    });
    made.await.unwrap()
}

/// What the form proposes, as the course answers it.
async fn answers(bench: &Bench, teacher: &Visitor, id: &BadgeId) -> (i32, BTreeMap<String, String>) {
    let form = from_institution::form(&bench.cairn, teacher, id).await.unwrap();
    let proposed = form.places.iter().map(|one| {
        let chosen = one.proposed.clone().map(|found| found.id).unwrap_or_default();
        (one.place.id.clone(), chosen)
    });
    (form.offer.version, proposed.collect())
}

async fn take(bench: &Bench, teacher: &Visitor, id: &BadgeId) -> Taken {
    let (version, answers) = answers(bench, teacher, id).await;
    from_institution::take(&bench.cairn, teacher, id, version, answers)
        .await
        .unwrap()
}

/// Activates the rule that waits.
async fn decides(bench: &Bench, badge: &BadgeId) {
    let (tenant, id, now) = (bench.course.tenant.clone(), badge.clone(), bench.clock.now());
    let done = bench.cairn.store.write(move |db| {
        let draft = rules::draft(db, &tenant, &id)?.unwrap();
        rules::activate(db, &tenant, &draft.id, now)
    });
    done.await.unwrap();
}

async fn outside(bench: &Bench, badge: &BadgeId) -> Option<BadgeId> {
    let (tenant, badge) = (bench.course.tenant.clone(), badge.clone());
    let found = bench.cairn.store.read(move |db| {
        let badge = badges::get(db, &tenant, &badge)?.unwrap();
        lineage::outside(db, &badge)
    });
    found.await.unwrap()
}

async fn standing(bench: &Bench, teacher: &Visitor) -> Vec<Standing> {
    let (institution, offers) = from_institution::list(&bench.cairn, teacher).await.unwrap();
    assert_eq!(institution, "North Coast");
    offers.into_iter().map(|offer| offer.standing).collect()
}

#[tokio::test]
async fn two_courses_of_two_platforms_take_one_badge_that_counts_as_one_and_a_copy_is_asked_nothing() {
    for bench in benches().await {
        bench.check().await;
        let (cairn, tenant) = (&bench.cairn, &bench.course.tenant);
        let template = published(&bench, None, version(80)).await;
        let teacher = bench.instructor().await;
        assert_eq!(standing(&bench, &teacher).await, [Standing::Open]);
        let Taken::New(first) = take(&bench, &teacher, &template).await else {
            panic!("it is new here")
        };
        decides(&bench, &first).await;
        let student = bench.world.students(bench.at).remove(0);
        bench.grade(student.id, Some("95"));
        bench.run().await;
        let person = bench.person(&student.sub).await;
        assert!(bench.holders(&first).await.contains_key(&person));

        let second = second_platform(&bench).await;
        let other = course(&bench, &second, "second", &["final QUIZ", "Homework"]).await;
        let Taken::New(there) = take(&bench, &other, &template).await else {
            panic!("it is new there")
        };
        decides(&bench, &there).await;
        let somebody = learner(&bench, &second, &other.course, "somebody").await;
        awarding::award_by_hand(cairn, &other, &there, &somebody, "Passed the exam.")
            .await
            .unwrap();
        bench.work(cairn).await;

        // Whoever has it of either course has it for a programme, whose page tells what it is.
        let (_, offered) = programmes::offered(cairn, &admin("ada"), tenant).await.unwrap();
        assert_eq!(
            offered.iter().map(|one| &one.lineage).collect::<Vec<_>>(),
            [&template]
        );
        let tower = made(&bench, "Tower", &[&template]).await;
        assert_eq!(activated(&bench, &tower).await, 2);
        let holders = bench.holders(&tower).await;
        assert!(holders.contains_key(&person) && holders.contains_key(&somebody));
        let (of, ids) = (tenant.clone(), [tower.clone(), template.clone()]);
        let read = cairn
            .store
            .read(move |db| Ok(ids.map(|id| badges::get(db, &of, &id).ok().flatten().unwrap())));
        let [whole, own] = read.await.unwrap();
        let told = about::of(cairn, &whole).await.unwrap();
        assert_eq!(told.parts.len(), 1, "{told:?}");
        let told = about::of(cairn, &own).await.unwrap();
        let rule = told.rule.unwrap();
        assert!(rule.contains("80") && rule.contains("Final quiz"), "{rule}");

        // A copy of the first course brings it with what was said there.
        let copied = course(&bench, &bench.registration, "copy", &["Final quiz"]).await;
        let copy = CourseCopy {
            id: CopyId::new(bench.clock.now(), &SystemRandom),
            tenant: tenant.clone(),
            course: copied.course.id.clone(),
            source: bench.course.id.clone(),
            found_by: CopyFoundBy::History,
            proof: Some(CopyProof::History),
            state: CopyState::Offered,
            created_at: bench.clock.now(),
            settled_at: None,
        };
        let (id, row) = (copy.id.clone(), copy);
        let offered = cairn.store.write(move |db| copies::offer(db, &row));
        assert!(offered.await.unwrap());
        let brought = copying::take(cairn, &copied, &id).await.unwrap();
        assert_eq!(brought, copying::Taken::Brought(1));
        let known = standing(&bench, &copied).await;
        let [Standing::Taken(own, BadgeState::Draft)] = known.as_slice() else {
            panic!("{known:?}")
        };
        let descent = from_institution::descent(cairn, &copied, own)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (descent.institution.as_str(), descent.is_newer),
            ("North Coast", false)
        );
        decides(&bench, own).await;
        assert_eq!(outside(&bench, own).await, Some(template.clone()));
        let again = answers(&bench, &copied, &template).await;
        let again = from_institution::take(cairn, &copied, &template, again.0, again.1).await;
        assert_eq!(again.unwrap_err().code(), "institution-badge.taken-already");
    }
}

#[tokio::test]
async fn a_newer_version_is_told_taken_by_the_same_form_and_what_was_taken_counts_meanwhile() {
    for bench in benches().await {
        bench.check().await;
        let (cairn, teacher) = (&bench.cairn, bench.instructor().await);
        let template = published(&bench, None, version(80)).await;
        let Taken::New(own) = take(&bench, &teacher, &template).await else {
            panic!("it is new")
        };
        decides(&bench, &own).await;
        let first = answers(&bench, &teacher, &template).await;
        let known = institution_badges::open(cairn, &admin("ada"), &bench.course.tenant, &template)
            .await
            .unwrap();
        let mut newer = version(90);
        newer.asks.places[0].id = known.one.draft.asks.places[0].id.clone();
        newer.design.criteria = "Reach 90 percent.".into();
        published(&bench, Some(&template), newer).await;
        let known = standing(&bench, &teacher).await;
        assert!(matches!(known.as_slice(), [Standing::Newer(badge, BadgeState::Active)] if *badge == own));
        let form = from_institution::form(cairn, &teacher, &template).await.unwrap();
        let parts: Vec<Changed> = form.otherwise.iter().map(|one| one.part).collect();
        let asked = [SubstancePart::Rule, SubstancePart::Criteria].map(Changed::Substance);
        assert_eq!(parts, asked);
        assert!(form.otherwise[0].after.contains("90"), "{:?}", form.otherwise);
        assert!(
            form.places[0].proposed.as_ref().unwrap().by.is_none(),
            "it was said before"
        );

        let stale = from_institution::take(cairn, &teacher, &template, first.0, first.1).await;
        assert_eq!(stale.unwrap_err().code(), "institution-badge.other-version");
        assert_eq!(take(&bench, &teacher, &template).await, Taken::Newer(own.clone()));
        assert_eq!(
            outside(&bench, &own).await,
            Some(template.clone()),
            "the rule that decides still counts"
        );
        decides(&bench, &own).await;
        assert_eq!(outside(&bench, &own).await, Some(template.clone()));
        let known = standing(&bench, &teacher).await;
        assert!(matches!(known.as_slice(), [Standing::Taken(..)]), "{known:?}");

        // Another name alone is told too, and taken without a rule to activate.
        let known = institution_badges::open(cairn, &admin("ada"), &bench.course.tenant, &template)
            .await
            .unwrap();
        let mut named = known.one.draft;
        named.design.name = "Data fluent".into();
        published(&bench, Some(&template), named).await;
        let known = standing(&bench, &teacher).await;
        assert!(matches!(known.as_slice(), [Standing::Newer(..)]), "{known:?}");
        let form = from_institution::form(cairn, &teacher, &template).await.unwrap();
        let parts: Vec<Changed> = form.otherwise.iter().map(|one| one.part).collect();
        assert_eq!(parts, [Changed::Name]);
        assert_eq!(take(&bench, &teacher, &template).await, Taken::Looks(own));
        let known = standing(&bench, &teacher).await;
        assert!(matches!(known.as_slice(), [Standing::Taken(..)]), "{known:?}");
    }
}

#[tokio::test]
async fn what_is_not_offered_or_not_answered_is_refused_with_its_reason() {
    for bench in benches().await {
        bench.check().await;
        let (cairn, tenant, by) = (&bench.cairn, &bench.course.tenant, admin("ada"));
        let two = {
            let mut two = version(80);
            let mut homework = two.asks.places[0].clone();
            homework.name = "Homework".into();
            two.asks.places.push(homework);
            two
        };
        let id = published(&bench, None, two).await;
        let teacher = course(&bench, &bench.registration, "third", &["Final quiz", "Essay"]).await;
        let (version, proposed) = answers(&bench, &teacher, &id).await;
        let form = from_institution::form(cairn, &teacher, &id).await.unwrap();
        let [quiz, homework] = [0, 1].map(|n| form.places[n].place.id.clone());
        assert_ne!(quiz, homework, "each place has a name of its own");
        let code = async |homework: &str, chosen: &str, version: i32| {
            let mut answers = proposed.clone();
            answers.insert(homework.to_owned(), chosen.to_owned());
            let taken = from_institution::take(cairn, &teacher, &id, version, answers).await;
            taken.map_err(|error| error.code())
        };
        assert_eq!(
            code(&homework, "", version).await,
            Err("institution-badge.unanswered")
        );
        let foreign = bench.item().await;
        assert_eq!(
            code(&homework, foreign.as_str(), version).await,
            Err("institution-badge.other-course")
        );
        assert_eq!(
            code(&homework, &proposed[&quiz], version).await,
            Err("institution-badge.twice")
        );

        // For a platform, for one course, for nobody.
        let reach = |platforms: Vec<PlatformId>, courses| Reach { platforms, courses };
        let offer = async |reach: Reach| {
            institution_badges::offer_to(cairn, &by, tenant, &id, false, reach)
                .await
                .unwrap();
            from_institution::form(cairn, &teacher, &id)
                .await
                .map(drop)
                .map_err(|error| error.code())
        };
        let opened = institution_badges::open(cairn, &by, tenant, &id).await.unwrap();
        let platform = opened.platforms[0].0.clone();
        assert_eq!(offer(reach(vec![platform], Vec::new())).await, Ok(()));
        assert_eq!(
            offer(reach(Vec::new(), vec![teacher.course.id.clone()])).await,
            Ok(())
        );
        assert_eq!(
            offer(reach(Vec::new(), vec![bench.course.id.clone()])).await,
            Err("institution-badge.not-available")
        );
        assert_eq!(standing(&bench, &teacher).await, []);
        for offered in [false, false] {
            institution_badges::turn(cairn, &by, tenant, &id, offered)
                .await
                .unwrap();
        }
        let withdrawn = from_institution::form(cairn, &teacher, &id).await;
        assert_eq!(withdrawn.unwrap_err().code(), "institution-badge.withdrawn");
        let opened = institution_badges::open(cairn, &by, tenant, &id).await.unwrap();
        let publish = institution_badges::publish(cairn, &by, tenant, &id, opened.one.revision).await;
        assert_eq!(publish.unwrap_err().code(), "institution-badge.withdrawn");

        // Nobody but its own administrators makes one, and none where no course could take it.
        let (south, _) = institutions::find_or_create(cairn, "South Hill School")
            .await
            .unwrap();
        let stranger = Administrator {
            scope: Scope::Tenant(south.id.clone()),
            ..admin("sue")
        };
        let refused = institution_badges::save(cairn, &stranger, tenant, None, self::version(80)).await;
        assert_eq!(refused.unwrap_err().code(), "not-found");
        let early = institution_badges::save(cairn, &stranger, &south.id, None, self::version(80)).await;
        assert_eq!(early.unwrap_err().code(), "institution-badge.no-platform");
        let nothing = Version {
            asks: Asks::default(),
            ..self::version(80)
        };
        let wrong = institution_badges::save(cairn, &by, tenant, None, nothing)
            .await
            .unwrap();
        assert!(matches!(wrong, Saved::Wrong(_, asked) if asked.len() == 1));
    }
}

//! Instructors who make programmes: what the power lets them do, what it does not, and when it ends.

use super::programmes::{activated, admin, first_part, made};
use super::{Bench, benches};
use crate::clock::Clock as _;
use crate::domain::audit::Action;
use crate::domain::badge::Expiry;
use crate::domain::page::Page;
use crate::domain::policy::Policy;
use crate::domain::programme::{Hindrance, Parts, PartsEnd, Place};
use crate::ids::{AdminId, BadgeId, PersonId, TenantId};
use crate::service::base::session::Visitor;
use crate::service::institution::administrators::{Administrator, Scope};
use crate::service::institution::programmes::By;
use crate::service::institution::programmes::reviewing::{self, Answer};
use crate::service::institution::programmes::saving::{self, Saved, Turn, Typed};
use crate::service::institution::programmes::{self, making, trying};
use crate::store::testing::shortcuts::logged;
use crate::store::{enrolments, policies};
use chrono::TimeDelta;

fn by(visitor: &Visitor) -> By {
    By::visiting(visitor).unwrap()
}

fn typed(name: &str, part: &BadgeId) -> Typed {
    let mut design = super::bench::design(name);
    design.expiry = Expiry::Never;
    Typed {
        design,
        parts: Parts {
            badges: vec![(part.clone(), Place::Required)],
            ..Parts::default()
        },
        parts_end: PartsEnd::Keeps,
        finish_begun: true,
    }
}

async fn set(bench: &Bench, policy: Policy) {
    let (of, now) = (bench.course.tenant.clone(), bench.clock.now());
    let done = bench
        .cairn
        .store
        .write(move |db| policies::set(db, &of, &policy, now));
    done.await.unwrap();
}

/// What the log says of the power and of programmes that were made, and who did it.
async fn told(bench: &Bench) -> Vec<(Action, String)> {
    let of = bench.course.tenant.clone();
    let log = bench
        .cairn
        .store
        .read(move |db| logged(db, &of, Page::first(200)));
    let of_power = |action: &Action| {
        matches!(
            action,
            Action::ProgrammeMakerNamed | Action::ProgrammeMakerEnded | Action::ProgrammeMade
        )
    };
    let log = log.await.unwrap().into_iter();
    log.filter_map(|entry| Some((entry.known().filter(of_power)?, entry.actor.id()?.to_owned())))
        .collect()
}

/// Their course lists them from now on as somebody who does not teach.
async fn teaches_no_more(bench: &Bench, person: &PersonId) {
    let (course, member) = (
        bench.course.clone(),
        enrolments::Member {
            person: person.clone(),
            seen_as: crate::domain::membership::SeenAs::Staff,
            active: true,
            teaches: false,
        },
    );
    let now = bench.clock.now() + TimeDelta::minutes(1);
    let done = bench.cairn.store.write(move |db| {
        enrolments::set_from_roster(db, &course.tenant, &course.id, std::slice::from_ref(&member), now)
    });
    done.await.unwrap();
}

#[tokio::test]
async fn an_instructor_makes_programmes_once_an_administrator_gave_them_the_power() {
    for bench in benches().await {
        let (student, first) = first_part(&bench).await;
        let (cairn, tenant) = (&bench.cairn, &bench.course.tenant);
        let tess = bench.instructor().await;
        let person = tess.person.id.clone();
        set(
            &bench,
            Policy {
                programme_reviews: true,
                programme_names: true,
                ..Policy::default()
            },
        )
        .await;
        let early = programmes::list(cairn, by(&tess), tenant).await;
        assert_eq!(early.unwrap_err().code(), "programme.not-given");
        let stranger = making::give(cairn, &admin("ada"), tenant, &student).await;
        assert_eq!(stranger.unwrap_err().code(), "programme.teaches-nowhere");
        let nobody = making::give(cairn, &admin("ada"), tenant, &"nobody".into()).await;
        assert_eq!(nobody.unwrap_err().code(), "not-found");
        let foreign = Administrator {
            actor: AdminId::from("eve"),
            name: "Eve".into(),
            scope: Scope::Tenant(TenantId::from("t-other")),
        };
        let refused = making::give(cairn, &foreign, tenant, &person).await;
        assert_eq!(refused.unwrap_err().code(), "not-found");
        for _ in 0..2 {
            making::give(cairn, &admin("ada"), tenant, &person).await.unwrap();
        }
        let list = making::list(cairn, &admin("ada"), tenant, "tess").await.unwrap();
        assert_eq!((list.named.len(), list.found.len()), (1, 1));
        assert!(list.found[0].since.is_some() && !list.found[0].courses.is_empty());

        let elsewhere = programmes::list(cairn, by(&tess), &TenantId::from("t-other")).await;
        assert_eq!(elsewhere.unwrap_err().code(), "not-found");
        let saved = saving::save(cairn, by(&tess), tenant, None, typed("Tower", &first)).await;
        let Saved::Done(tower) = saved.unwrap() else {
            panic!("it was not saved")
        };
        let trial = trying::trial(cairn, by(&tess), tenant, &tower, 0).await.unwrap();
        assert_eq!(
            (trial.run.number(), trial.hindrances),
            (1, vec![Hindrance::NotApproved])
        );
        assert_eq!(trial.names, None, "an instructor reads numbers alone");
        reviewing::ask(cairn, by(&tess), tenant, &tower).await.unwrap();
        let seen = trying::trial(cairn, &admin("ada"), tenant, &tower, 0)
            .await
            .unwrap();
        assert_eq!(seen.names.map(|names| names.len()), Some(1));
        let shown = seen.review.unwrap().digest;
        let own = reviewing::answer(cairn, by(&tess), tenant, &tower, &shown, Answer::Approve).await;
        assert_eq!(own.unwrap_err().code(), "programme.own-design");
        reviewing::answer(cairn, &admin("ada"), tenant, &tower, &shown, Answer::Approve)
            .await
            .unwrap();
        assert_eq!(activated(&bench, &tower).await, 1);
        assert!(bench.holders(&tower).await.contains_key(&student));

        // What an administrator designed, an instructor may approve.
        let other = made(&bench, "Another tower", &[&first]).await;
        reviewing::ask(cairn, &admin("ada"), tenant, &other)
            .await
            .unwrap();
        let trial = trying::trial(cairn, by(&tess), tenant, &other, 0).await.unwrap();
        let shown = trial.review.unwrap().digest;
        reviewing::answer(cairn, by(&tess), tenant, &other, &shown, Answer::Approve)
            .await
            .unwrap();

        making::take(cairn, &admin("ada"), tenant, &person).await.unwrap();
        for refused in [
            saving::turn(cairn, by(&tess), tenant, &tower, Turn::Pause).await,
            reviewing::ask(cairn, by(&tess), tenant, &tower).await,
            trying::activate(cairn, by(&tess), tenant, &tower, 1, "")
                .await
                .map(|_| ()),
            saving::save(cairn, by(&tess), tenant, None, typed("Late", &first))
                .await
                .map(|_| ()),
            programmes::open(cairn, by(&tess), tenant, &tower)
                .await
                .map(|_| ()),
            programmes::offered(cairn, by(&tess), tenant).await.map(|_| ()),
            programmes::map(cairn, by(&tess), tenant).await.map(|_| ()),
        ] {
            assert_eq!(refused.unwrap_err().code(), "programme.not-given");
        }
        let log = told(&bench).await;
        assert_eq!(log.len(), 4, "the power was given once: {log:?}");
        for (action, who) in [
            (Action::ProgrammeMakerNamed, "ada"),
            (Action::ProgrammeMade, person.as_str()),
            (Action::ProgrammeMade, "ada"),
            (Action::ProgrammeMakerEnded, "ada"),
        ] {
            assert!(log.contains(&(action, who.to_owned())), "{log:?}");
        }
    }
}

#[tokio::test]
async fn the_power_ends_when_no_course_shows_them_as_a_teacher_and_does_not_come_back() {
    for bench in benches().await {
        bench.check().await;
        let (cairn, tenant) = (&bench.cairn, &bench.course.tenant);
        let tess = bench.instructor().await;
        let person = tess.person.id.clone();
        making::give(cairn, &admin("ada"), tenant, &person).await.unwrap();
        making::forget(cairn).await.unwrap();
        programmes::list(cairn, by(&tess), tenant).await.unwrap();
        let student = bench.world.students(bench.at).remove(0);
        let looks = By::visiting(&bench.learner(&student).await);
        assert_eq!(looks.unwrap_err().code(), "forbidden");
        let mut acts_as = tess.clone();
        acts_as.session.masquerade = true;
        assert!(By::visiting(&acts_as).is_err(), "nobody who acts as them");
        teaches_no_more(&bench, &person).await;
        let refused = programmes::list(cairn, by(&tess), tenant).await;
        assert_eq!(refused.unwrap_err().code(), "programme.not-given");
        making::forget(cairn).await.unwrap();
        let list = making::list(cairn, &admin("ada"), tenant, "").await.unwrap();
        assert!(list.named.is_empty());
        bench.clock.advance(TimeDelta::hours(1));
        bench.check().await;
        let again = programmes::list(cairn, by(&tess), tenant).await;
        assert_eq!(
            again.unwrap_err().code(),
            "programme.not-given",
            "whoever teaches again asks again"
        );
    }
}

//! A programme whose drawing has something to show: eight badges in three levels.

use crate::domain::badge::{Badge, BadgeState};
use crate::domain::programme::{Parts, PartsEnd, Place};
use crate::domain::rule::{Condition, Group, Need, Node};
use crate::ids::{BadgeId, MakerId, RuleId, TenantId};
use crate::random::SystemRandom;
use crate::service::institution::administrators::{Administrator, Scope};
use crate::service::institution::programmes::saving::{self, Saved, Typed};
use crate::store::programmes::makers::{self, Given};
use crate::store::testing::shortcuts::{all_courses, first_tenant};
use crate::store::{badges, people, rules};
use crate::tests::harness::Scene;
use crate::tests::screens::Viewer;
use crate::tests::showing::stage::design;

/// How many badges build on others or are built on.
pub(crate) const BADGES: usize = 8;
/// How many the programme itself names.
pub(crate) const PARTS: usize = 4;

/// Five badges, two stacks over four of them, and over both stacks the programme, which one badge comes before and one is chosen for.
pub(crate) async fn programme(scene: &Scene, tenant: &TenantId) -> BadgeId {
    let mut ids = Vec::new();
    for name in [
        "Reading data",
        "Cleaning a messy dataset from a laboratory",
        "Scripting",
        "Automation",
        "Working safely",
    ] {
        ids.push(badge(scene, tenant, name, vec![Condition::InstructorApproves]).await);
    }
    let [reading, cleaning, scripting, automation, safety] = ids.as_slice() else {
        panic!("five badges")
    };
    let holds = |badge: &BadgeId| Condition::HoldsBadge {
        badge: badge.clone(),
        within_years: None,
    };
    let data = badge(
        scene,
        tenant,
        "Data literacy",
        vec![holds(reading), holds(cleaning)],
    )
    .await;
    let code = badge(
        scene,
        tenant,
        "Programming",
        vec![holds(scripting), holds(automation)],
    )
    .await;
    let typed = Typed {
        design: design("Tower of five stones"),
        parts: Parts {
            badges: vec![
                (safety.clone(), Place::Prerequisite),
                (data, Place::Required),
                (code, Place::Choice(0)),
                (reading.clone(), Place::Choice(0)),
            ],
            needed: [1, 0, 0, 0],
        },
        parts_end: PartsEnd::Lapses,
        finish_begun: true,
    };
    let by = Administrator {
        actor: "ada".into(),
        name: "Ada Lovelace".into(),
        scope: Scope::Everything,
    };
    let saved = saving::save(&scene.cairn, &by, tenant, None, typed).await;
    let tower = match saved.unwrap() {
        Saved::Done(tower) => tower,
        other => panic!("{other:?}"),
    };
    let (of, id, now) = (tenant.clone(), tower.clone(), scene.cairn.clock.now());
    let active = scene.cairn.store.write(move |db| {
        let draft = rules::draft(db, &of, &id)?.unwrap();
        rules::activate(db, &of, &draft.id, now)
    });
    active.await.unwrap();
    tower
}

/// The pages of programmes as an instructor sees them who was given the power to make some.
pub(crate) async fn within_a_course(viewer: &mut Viewer<'_>, scene: &Scene, home: &str, teacher: &str) {
    let (now, name) = (scene.cairn.clock.now(), teacher.to_owned());
    let given = scene.cairn.store.write(move |db| {
        let tenant = first_tenant(db)?.unwrap().id;
        let person = people::search(db, &tenant, &name, 1)?.remove(0).id;
        let given = Given {
            id: MakerId::new(now, &SystemRandom),
            tenant,
            person,
            by: "ada".into(),
            at: now,
        };
        makers::give(db, &given)
    });
    assert!(given.await.unwrap());
    viewer.goto("programmes", &format!("{home}/programmes")).await;
    viewer.chromium.reads("There is none yet.").await;
    viewer
        .goto("programme-new", &format!("{home}/programmes/new"))
        .await;
}

async fn badge(scene: &Scene, tenant: &TenantId, name: &str, asks: Vec<Condition>) -> BadgeId {
    let (of, now) = (tenant.clone(), scene.cairn.clock.now());
    let design = design(name);
    let made = scene.cairn.store.write(move |db| {
        let course = all_courses(db, &of)?.remove(0);
        let badge = Badge {
            id: BadgeId::new(now, &SystemRandom),
            tenant: of,
            course: course.id,
            state: BadgeState::Draft,
            design,
            active_rule: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        badges::insert(db, &badge)?;
        let root = Group {
            need: Need::All,
            nodes: asks.into_iter().map(Node::Condition).collect(),
        };
        let new = RuleId::new(now, &SystemRandom);
        let rule = rules::save_draft(db, &badge.tenant, &badge.id, &root, new, now)?;
        rules::activate(db, &badge.tenant, &rule.id, now)?;
        Ok(badge.id)
    });
    made.await.unwrap()
}

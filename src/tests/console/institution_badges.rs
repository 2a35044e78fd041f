//! A badge of the institution from the console into a course: made, published, taken with one answer, renewed and withdrawn.

use rust_decimal::Decimal;

use crate::domain::institution_badge::{Asks, Place, Version, Wants};
use crate::ids::{BadgeId, TenantId};
use crate::service::institution::administrators::{Administrator, Scope};
use crate::service::institution::institution_badges::{self, Saved};
use crate::store::testing::shortcuts::first_tenant;
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::showing::stage::{Stage, design, get};
use practice_lms::browser::Page;

/// One that every course may take: a column and an evidence activity.
pub(crate) async fn published(scene: &Scene) -> (TenantId, BadgeId) {
    let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
    let by = Administrator {
        actor: "ada".into(),
        name: "Ada Lovelace".into(),
        scope: Scope::Everything,
    };
    let place = |name: &str, wants: Wants| Place {
        id: String::new(),
        name: name.into(),
        wants,
    };
    let column = Wants::Column {
        at_least: Decimal::from(80),
        resource_id: Some("final".into()),
        tag: None,
    };
    let version = Version {
        design: design("Data literate"),
        asks: Asks {
            places: vec![
                place("Final quiz", column),
                place("Project report", Wants::Activity),
            ],
            needed: Some(1),
            approval: true,
        },
    };
    let saved = institution_badges::save(&scene.cairn, &by, &tenant, None, version).await;
    let Saved::Done(id) = saved.unwrap() else {
        panic!("it was not saved")
    };
    institution_badges::publish(&scene.cairn, &by, &tenant, &id, 1)
        .await
        .unwrap();
    (tenant, id)
}

/// The teacher's page of the course.
async fn page(stage: &mut Stage, rest: &str) -> Page {
    let url = stage.inside(rest);
    stage.teacher.get(&url).await.unwrap()
}

/// Sends the form that takes it, with that for its only place, or with what is proposed.
async fn take(stage: &mut Stage, page: &Page, chosen: Option<&str>) -> Page {
    let form = page.form("/take").unwrap();
    let sent = form.filled(&[]);
    let (field, _) = sent.iter().find(|(name, _)| name.starts_with("place.")).unwrap();
    let chosen: Vec<(&str, &str)> = chosen
        .map(|chosen| (field.as_str(), chosen))
        .into_iter()
        .collect();
    stage.teacher.submit(page, &form, &chosen).await.unwrap()
}

#[test]
fn a_badge_of_the_institution_is_made_published_taken_renewed_and_withdrawn() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let tenant = stage.course.tenant.clone();
        let mut ada = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let list = ada.get(&format!("/admin/badges/{tenant}")).await;
        assert!(list.words().contains("There is none yet."), "{}", list.words());
        let new = ada.get(&format!("/admin/badges/{tenant}/new")).await;
        let named = [
            ("name", "Data literate"),
            ("picture_alt", "A hexagon"),
            ("action", "save"),
        ];
        let empty = ada.send(&new, "/new", &named).await;
        assert_eq!(empty.status, 422);
        assert!(
            empty.words().contains("Say what the badge asks"),
            "{}",
            empty.words()
        );
        // A picture of one's own stays through what else is wrong, and becomes square as somebody says.
        let form = empty.form("/new").unwrap();
        let drawing = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><path fill="#205080" d="M0 0h20v10z"/></svg>"##;
        let file = [("picture", "p.svg", "image/svg+xml", drawing.as_slice())];
        let sent = ada
            .browser
            .submit_files(&empty, &form, &[("action", "save")], &file);
        let oblong = sent.await.unwrap();
        assert_eq!(oblong.status, 422);
        assert!(oblong.words().contains("It becomes square"), "{}", oblong.words());
        let cut = [("cut", "centre"), ("action", "refresh")];
        let empty = ada.send(&oblong, "/new", &cut).await;
        let kept = empty.form("/new").unwrap();
        let (square, whole) = (kept.value("picture_kept"), kept.value("picture_whole"));
        assert!(square.is_some() && whole.is_some() && square != whole);
        let asks = [
            ("place.0.kind", "column"),
            ("place.0.name", "Final quiz"),
            ("place.0.percent", "80"),
            ("action", "save"),
        ];
        let shown = ada.send(&empty, "/new", &asks).await;
        assert!(shown.words().contains("Saved. Courses take"), "{}", shown.words());
        let first = shown.words();
        assert!(!first.contains("an earlier version"), "{first}");
        assert!(
            first.contains("Then the courses that you choose below"),
            "{first}"
        );
        let own = shown.url.path().to_owned();
        let id = own.rsplit('/').next().unwrap().to_owned();
        let home = page(&mut stage, "").await;
        assert!(
            !home.words().contains("Badges of your institution"),
            "a draft is nobody's business"
        );
        let published = ada.send(&shown, "/publish", &[]).await;
        assert!(published.words().contains("Published."), "{}", published.words());
        assert!(published.words().contains("None yet."), "{}", published.words());

        let home = page(&mut stage, "").await;
        assert!(
            home.words().contains("1 badge that this course can take"),
            "{}",
            home.words()
        );
        let list = page(&mut stage, "/institution").await;
        assert!(list.words().contains("Not taken yet"), "{}", list.words());
        let form = page(&mut stage, &format!("/institution/{id}")).await;
        assert!(form.words().contains("Proposed by its name"), "{}", form.words());
        let silent = take(&mut stage, &form, Some("")).await;
        assert_eq!(silent.status, 422);
        assert!(
            silent
                .words()
                .contains("Choose what “Final quiz” is in this course"),
            "{}",
            silent.words()
        );
        let taken = take(&mut stage, &form, None).await;
        assert!(
            taken.words().contains("Taken. It is a draft of this course"),
            "{}",
            taken.words()
        );
        let badge = taken.url.path().rsplit('/').nth(1).unwrap().to_owned();
        let edit = format!("/badges/{badge}/edit");
        let editor = page(&mut stage, &edit).await;
        assert!(editor.words().contains("Badge of "), "{}", editor.words());
        assert!(!editor.words().contains("A newer version exists"));
        let only_theirs = "It says neither hours nor credits";
        assert!(
            !editor.words().contains(only_theirs),
            "a teacher cannot mend it without making another badge of it"
        );
        let twice = take(&mut stage, &form, None).await;
        assert_eq!(twice.status, 409);
        assert!(
            twice.words().contains("This course has this badge already"),
            "{}",
            twice.words()
        );

        let change = ada.get(&format!("{own}/edit")).await;
        let harder = [("place.0.percent", "90"), ("action", "save")];
        let saved = ada.send(&change, "/edit", &harder).await;
        ada.send(&saved, "/publish", &[]).await;
        let editor = page(&mut stage, &edit).await;
        assert!(
            editor.words().contains("A newer version exists"),
            "{}",
            editor.words()
        );
        let form = page(&mut stage, &format!("/institution/{id}")).await;
        assert!(
            form.words().contains("In the newer version:") && form.words().contains("90"),
            "{}",
            form.words()
        );
        let newer = take(&mut stage, &form, None).await;
        assert!(
            newer.words().contains("Taken. The draft asks that now"),
            "{}",
            newer.words()
        );

        let shown = ada.get(&own).await;
        let public = get(&shown.links("/achievements/")[0], "text/html").await;
        assert!(public.words().contains("Final quiz"), "{}", public.words());
        let few = ada.send(&shown, "/reach", &[("everywhere", "no")]).await;
        assert!(few.words().contains("Saved."), "{}", few.words());
        let away = page(&mut stage, &format!("/institution/{id}")).await;
        assert_eq!(away.status, 409);
        assert!(
            away.words().contains("offers this badge to other courses"),
            "{}",
            away.words()
        );
        let over = ada.send(&few, "/turn", &[("turn", "withdraw")]).await;
        assert!(over.words().contains("Withdrawn."), "{}", over.words());
        let log = ada.get(&format!("/admin/audit/{tenant}")).await;
        for said in [
            "published a version of a badge of the institution",
            "took a badge of the institution into a course",
            "withdrew a badge of the institution from courses",
        ] {
            assert!(log.words().contains(said), "{said}: {}", log.words());
        }
        stage.scene.end().await;
    });
}

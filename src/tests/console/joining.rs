//! Platforms that were registered anew, or call themselves by another name, and people who are there twice.

use lti::registration::Flavour;
use practice_lms::browser::Page;

use super::admin_browser::AdminBrowser;
use crate::domain::people::Person;
use crate::ids::RegistrationId;
use crate::service::base::{institutions, platforms as known};
use crate::service::institution::administrators::Scope;
use crate::store::platforms::{self, Home};
use crate::store::testing::shortcuts::{all_courses, first_tenant};
use crate::store::{awards, people};
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, framed, on_each_database};

/// Launches somebody of the Moodle, whatever page it leads to.
pub(super) async fn launch(scene: &Scene, person: u64) -> Page {
    let world = scene.moodle.world();
    let course = world.courses()[0].id;
    let link = world
        .links(course)
        .into_iter()
        .find(|one| one.title == "My badges");
    let form = world.launch_form(course, person, link.unwrap().id).unwrap();
    framed(&scene.moodle).launch(&form).await.unwrap()
}

pub(super) fn member(scene: &Scene, role: &str) -> practice_lms::world::MemberView {
    let world = scene.moodle.world();
    let mut all = world.members(world.courses()[0].id).into_iter();
    all.find(|one| format!("{:?}", one.role) == role).unwrap()
}

pub(super) async fn administrator(scene: &Scene) -> AdminBrowser {
    let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap();
    AdminBrowser::of(scene, &Scope::Tenant(tenant.id), "Ada").await
}

/// The registration of the Moodle as it is now.
pub(super) async fn registration(scene: &Scene) -> RegistrationId {
    let client = scene.moodle.registration().client_id;
    let all = known::list(&scene.cairn).await.unwrap();
    let found = all.into_iter().find(|(_, one)| one.client_id == client);
    found.unwrap().1.id
}

pub(super) async fn person(scene: &Scene, registration: &RegistrationId, sub: &str) -> Option<Person> {
    let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
    let (home, sub) = (Home::of(registration), sub.to_owned());
    let found = scene
        .cairn
        .store
        .read(move |db| people::by_sub(db, &tenant, &home, &sub));
    found.await.unwrap()
}

async fn courses(scene: &Scene) -> usize {
    let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
    let all = scene.cairn.store.read(move |db| all_courses(db, &tenant)).await;
    all.unwrap().len()
}

/// Opens the review of the deployment that waits.
pub(super) async fn review(admin: &mut AdminBrowser, registration: &RegistrationId) -> Page {
    let place = admin.get(&format!("/admin/platforms/p/{registration}")).await;
    assert!(place.words().contains("Its launches wait"), "{}", place.words());
    let href = place.links("/same").remove(0);
    let path = url::Url::parse(&href).map_or(href.clone(), |url| url.path().to_owned());
    admin.get(&path).await
}

#[test]
fn two_platforms_of_one_name_are_told_apart_and_share_what_they_tell() {
    on_each_database(|scene| async move {
        let all = known::list(&scene.cairn).await.unwrap();
        let old = scene.moodle.registration().client_id;
        let known = all.into_iter().find(|(_, one)| one.client_id == old);
        let (tenant, known) = known.unwrap();
        let mut admin = administrator(&scene).await;
        let list = admin.get("/admin/platforms").await;
        assert!(!list.words().contains("client id"), "{}", list.words());
        scene.moodle.world().register_anew(0);
        crate::demo::connect(&scene.cairn, &scene.moodle, Flavour::Moodle, &known.name)
            .await
            .unwrap();
        let list = admin.get("/admin/platforms").await.words();
        for client in [old, scene.moodle.registration().client_id] {
            assert!(list.contains(&format!("client id {client} at ")), "{list}");
        }
        assert_eq!(list.matches("client id").count(), 2, "{list}");
        let policies = admin.get(&format!("/admin/policies/{}", tenant.id)).await.words();
        let named = format!("“{}”", known.name);
        assert_eq!(policies.matches(&named).count(), 1, "{policies}");
        scene.end().await;
    });
}

#[test]
fn a_tool_that_was_removed_and_added_again_keeps_its_school_after_a_review() {
    on_each_database(|scene| async move {
        let (old, teacher) = (registration(&scene).await, member(&scene, "Teacher"));
        let mut before = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let badge = before.make_badge("First steps", "knowledge").await;
        let known_before = person(&scene, &old, &teacher.sub).await.unwrap();
        let course = before.course.clone();
        scene.at_rest().await;

        scene.moodle.world().register_anew(0);
        crate::demo::connect(&scene.cairn, &scene.moodle, Flavour::Moodle, "Moodle again")
            .await
            .unwrap();
        let new = registration(&scene).await;
        assert_ne!(new, old);
        let waits = launch(&scene, teacher.id).await;
        assert_eq!(waits.status, 403);
        assert!(waits.words().contains("One question first"), "{}", waits.words());
        let student = member(&scene, "Student");
        let told = launch(&scene, student.id).await;
        assert!(told.words().contains("not ready"), "{}", told.words());
        assert_eq!(
            person(&scene, &new, &teacher.sub).await,
            None,
            "nobody is taken over"
        );

        let mut admin = administrator(&scene).await;
        let overview = admin.get("/admin").await.words();
        assert!(
            overview.contains("1 installation may be a platform that is known"),
            "{overview}"
        );
        let list = admin.get("/admin/platforms").await;
        assert!(
            list.words().contains("may be a platform that is known"),
            "{}",
            list.words()
        );
        let page = review(&mut admin, &new).await;
        assert_eq!(
            list.links("/same"),
            [page.url.to_string()],
            "the list leads to the review"
        );
        for said in [
            "The same Moodle, registered anew?",
            "1 badge.",
            "Join: it is the same",
            "Keep apart",
        ] {
            assert!(page.words().contains(said), "{said}: {}", page.words());
        }
        let done = admin.send(&page, "/join", &[]).await;
        assert!(done.words().contains("Joined."), "{}", done.words());
        scene.at_rest().await;

        let mut after = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        assert_eq!(after.course, course);
        let page = after.get(&format!("/badges/{badge}/edit")).await;
        assert!(page.text().contains("First steps"), "{}", page.words());
        let known_after = person(&scene, &old, &teacher.sub).await.unwrap();
        assert_eq!(known_after.id, known_before.id);
        assert_eq!(person(&scene, &new, &teacher.sub).await, None);
        let all = courses(&scene).await;

        // The grades are read by the new registration.
        let check = after.get("").await;
        after.send(&check, "/check", &[]).await;
        scene.at_rest().await;

        // Taken back, people who are launched from there begin anew, and nothing of the others is lost.
        let list = admin.get("/admin/people").await;
        let href = list.links("/part").remove(0);
        let path = url::Url::parse(&href).map_or(href.clone(), |url| url.path().to_owned());
        let asked = admin.get(&path).await;
        assert!(
            asked.words().contains("since they were joined"),
            "{}",
            asked.words()
        );
        let parted = admin.send(&asked, "/part", &[]).await;
        assert!(parted.words().contains("Taken back."), "{}", parted.words());
        scene.at_rest().await;
        let apart = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        assert_ne!(apart.course, course);
        assert_eq!(courses(&scene).await, all + 1);
        assert_ne!(
            person(&scene, &new, &teacher.sub).await.unwrap().id,
            known_before.id
        );
        assert_eq!(
            person(&scene, &old, &teacher.sub).await.unwrap().id,
            known_before.id
        );

        scene.at_rest().await;
        // Joined once more, both are one again, with what came meanwhile.
        let place = admin.get(&format!("/admin/platforms/p/{new}")).await;
        let href = place.links("/same").remove(0);
        let path = url::Url::parse(&href).map_or(href.clone(), |url| url.path().to_owned());
        let page = admin.get(&path).await;
        assert!(
            page.words().contains("1 course. Each two become one"),
            "{}",
            page.words()
        );
        admin.send(&page, "/join", &[]).await;
        scene.at_rest().await;
        let again = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        assert_eq!(again.course, course);
        assert_eq!(courses(&scene).await, all);
        let log = admin.get("/admin/audit").await;
        let log = if log.words().contains("joined a platform") {
            log
        } else {
            let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
            admin.get(&format!("/admin/audit/{tenant}")).await
        };
        for said in [
            "launched from what may be another platform",
            "joined a platform with one that is known",
            "took back that two platforms are one",
        ] {
            assert!(log.words().contains(said), "{said}: {}", log.words());
        }
        scene.end().await;
    });
}

#[test]
fn a_site_that_calls_itself_by_another_name_takes_nobody_over() {
    on_each_database(|scene| async move {
        let (moodle, student) = (registration(&scene).await, member(&scene, "Student"));
        let open = Guest::open(&scene.moodle, 0, "Student", "My badges").await;
        let before = person(&scene, &moodle, &student.sub).await.unwrap();
        scene.at_rest().await;
        scene.moodle.world().set_guid(Some("another site"));
        let waits = launch(&scene, student.id).await;
        assert_eq!(waits.status, 403, "{}", waits.words());

        let mut admin = administrator(&scene).await;
        let page = review(&mut admin, &moodle).await;
        for said in [
            "under another name?",
            "The site identifiers differ",
            "another site",
        ] {
            assert!(page.words().contains(said), "{said}: {}", page.words());
        }
        let done = admin.send(&page, "/apart", &[]).await;
        assert!(done.words().contains("Kept apart."), "{}", done.words());
        let after = Guest::open(&scene.moodle, 0, "Student", "My badges").await;
        assert_ne!(after.course, open.course);
        let tenant = before.tenant.clone();
        let (of, sub) = (tenant.clone(), student.sub.clone());
        let both = scene.cairn.store.read(move |db| {
            let issuer = registrations_issuer(db, &of)?;
            let all = platforms::of_issuer(db, &of, &issuer)?;
            let mut found = Vec::new();
            for platform in all {
                let home = Home {
                    platform: platform.id,
                    registration: platform.registration,
                };
                found.extend(people::by_sub(db, &of, &home, &sub)?);
            }
            Ok(found)
        });
        let both = both.await.unwrap();
        assert_eq!(both.len(), 2, "{both:?}");
        assert!(both.iter().all(|one| one.sub == student.sub), "{both:?}");
        assert!(both.iter().any(|one| one.id == before.id));
        scene.end().await;
    });
}

/// The issuer of the Moodle of an institution.
fn registrations_issuer(
    db: &mut crate::store::Db,
    tenant: &crate::ids::TenantId,
) -> Result<String, crate::store::StoreError> {
    let all = crate::store::registrations::list(db, tenant)?;
    let moodle = all.into_iter().find(|one| one.flavour == Flavour::Moodle);
    Ok(moodle.unwrap().issuer)
}

#[test]
fn a_student_whose_account_was_made_anew_is_joined_with_a_review_and_apart_again() {
    on_each_database(|scene| async move {
        let moodle = registration(&scene).await;
        let student = member(&scene, "Student");
        Guest::open(&scene.moodle, 0, "Student", "My badges").await;
        let former = person(&scene, &moodle, &student.sub).await.unwrap();
        scene.moodle.world().rename_user(student.id, "9000001");
        launch(&scene, student.id).await;
        let present = person(&scene, &moodle, "9000001").await.unwrap();
        assert_ne!(former.id, present.id);
        let tenant = former.tenant.clone();

        let mut admin = administrator(&scene).await;
        let found = admin
            .get(&format!(
                "/admin/people/{tenant}?name={}",
                student.name.replace(' ', "+")
            ))
            .await;
        let form = found.form("/join").unwrap();
        let chosen = [("from", former.id.as_str()), ("into", present.id.as_str())];
        let page = admin.browser.submit(&found, &form, &chosen).await.unwrap();
        for said in [
            "Are these one person",
            "9000001",
            "Nothing that was signed is changed or revoked",
        ] {
            assert!(page.words().contains(said), "{said}: {}", page.words());
        }
        let joined = admin.send(&page, "/join", &[]).await;
        assert!(joined.words().contains("Joined."), "{}", joined.words());
        scene.at_rest().await;
        for sub in [student.sub.as_str(), "9000001"] {
            let now = person(&scene, &moodle, sub).await.unwrap();
            assert_eq!(now.id, present.id, "{sub}");
        }
        let (of, id) = (tenant.clone(), former.id.clone());
        let left = scene.cairn.store.read(move |db| {
            Ok((
                awards::for_person(db, &of, &id)?.len(),
                people::present(db, &of, &id)?,
            ))
        });
        assert_eq!(left.await.unwrap(), (0, present.id.clone()));

        let twice = admin
            .browser
            .submit(&page, &page.form("/join").unwrap(), &[])
            .await
            .unwrap();
        assert!(
            twice.words().contains("joined with somebody already"),
            "{}",
            twice.words()
        );
        let same = admin
            .get(&format!(
                "/admin/people/{tenant}/join?from={0}&into={0}",
                present.id
            ))
            .await;
        assert!(same.words().contains("two different people"), "{}", same.words());

        let list = admin.get(&format!("/admin/people/{tenant}")).await;
        let href = list.links("/part").remove(0);
        let path = url::Url::parse(&href).map_or(href.clone(), |url| url.path().to_owned());
        let asked = admin.get(&path).await;
        admin.send(&asked, "/part", &[]).await;
        scene.at_rest().await;
        let again = person(&scene, &moodle, &student.sub).await.unwrap();
        assert_eq!(again.id, former.id);
        let log = admin.get(&format!("/admin/audit/{tenant}")).await;
        for said in ["joined two people into one", "took back that two people are one"] {
            assert!(log.words().contains(said), "{said}: {}", log.words());
        }
        // Another institution's administrator sees none of this.
        let (other, _) = institutions::find_or_create(&scene.cairn, "South Hill School")
            .await
            .unwrap();
        let other = Scope::Tenant(other.id);
        let mut stranger = AdminBrowser::of(&scene, &other, "Otto").await;
        let closed = stranger.get(&format!("/admin/people/{tenant}")).await;
        assert_eq!(closed.status, 404, "{}", closed.words());
        scene.end().await;
    });
}

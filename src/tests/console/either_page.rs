//! Two platforms that are one are joined from the page of either: the same one stays, and its courses are read.

use practice_lms::CourseRole;

use super::admin_browser::AdminBrowser;
use super::joining::{administrator, registration, review};
use super::two_live::{ANEW, check, join, opened, part, path, second};
use crate::ids::RegistrationId;
use crate::service::base::platforms as known;
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};

const THIRD: &str = "Badges, third";

async fn client_id(scene: &Scene, id: &RegistrationId) -> String {
    let all = known::list(&scene.cairn).await.unwrap();
    let found = all.into_iter().find(|(_, one)| one.id == *id);
    found.unwrap().1.client_id
}

/// What the page of a registration says.
async fn page_of(admin: &mut AdminBrowser, id: &RegistrationId) -> practice_lms::browser::Page {
    admin.get(&format!("/admin/platforms/p/{id}")).await
}

/// The review that a page leads to where its platform was kept apart.
async fn after_all(admin: &mut AdminBrowser, id: &RegistrationId) -> practice_lms::browser::Page {
    let shown = page_of(admin, id).await;
    assert!(shown.words().contains("Kept apart"), "{}", shown.words());
    admin.get(&path(&shown.links("/same").remove(0))).await
}

/// Checks a course, which is read and not taken for another platform's.
async fn is_read(scene: &Scene, teacher: &mut Guest) {
    check(scene, teacher).await;
    let home = teacher.get("").await.words();
    assert!(!home.contains("calls itself by another name"), "{home}");
}

#[test]
fn joined_from_the_page_of_either_the_older_platform_stays_and_the_course_is_read() {
    on_each_database(|scene| async move {
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let teacher = world.member(world.courses()[0].id, CourseRole::Teacher).unwrap();
        let before = Guest::open(lms, 0, "Teacher", "My badges").await;
        scene.at_rest().await;
        let old = registration(&scene).await;
        let (new, link) = second(&scene).await;
        assert_eq!(opened(&scene, teacher.id, link).await.status, 403);
        let mut admin = administrator(&scene).await;
        let page = review(&mut admin, &new).await;
        join(&scene, &mut admin, &page).await;
        part(&mut admin).await;
        scene.at_rest().await;
        let apart = Guest::open(lms, 0, "Teacher", ANEW).await;
        assert_ne!(apart.course, before.course);
        scene.at_rest().await;

        let (older, newer) = (client_id(&scene, &old).await, client_id(&scene, &new).await);
        for from in [&old, &new] {
            let page = after_all(&mut admin, from).await;
            let words = page.words();
            for said in [
                format!("Client ID {older} {newer}"),
                format!("(client id {newer}) has the address of"),
                format!("(client id {older}), which is known here"),
            ] {
                assert!(words.contains(&said), "{said}: {words}");
            }
            join(&scene, &mut admin, &page).await;
            for link in [ANEW, "My badges"] {
                let mut both = Guest::open(lms, 0, "Teacher", link).await;
                assert_eq!(both.course, before.course, "{link}");
                is_read(&scene, &mut both).await;
            }
            for (id, other) in [(&old, &newer), (&new, &older)] {
                let shown = page_of(&mut admin, id).await.words();
                assert!(!shown.contains("Kept apart"), "{shown}");
                assert!(shown.contains("Joined with") && shown.contains(other), "{shown}");
            }
            part(&mut admin).await;
            scene.at_rest().await;
            for (link, course) in [(ANEW, &apart.course), ("My badges", &before.course)] {
                let mut own = Guest::open(lms, 0, "Teacher", link).await;
                assert_eq!(own.course, *course, "{link}");
                is_read(&scene, &mut own).await;
            }
        }
        scene.end().await;
    });
}

#[test]
fn a_third_registration_meets_the_two_that_are_one_from_whichever_page() {
    on_each_database(|scene| async move {
        let (lms, world) = (&scene.moodle, scene.moodle.world());
        let at = world.courses()[0].id;
        let teacher = world.member(at, CourseRole::Teacher).unwrap();
        let before = Guest::open(lms, 0, "Teacher", "My badges").await;
        scene.at_rest().await;
        let old = registration(&scene).await;
        let (new, link) = second(&scene).await;
        assert_eq!(opened(&scene, teacher.id, link).await.status, 403);
        let mut admin = administrator(&scene).await;
        let page = review(&mut admin, &new).await;
        join(&scene, &mut admin, &page).await;

        let (third, _) = second(&scene).await;
        let link = world.add_link(at, THIRD, 2, None);
        assert_eq!(opened(&scene, teacher.id, link).await.status, 403);
        let both = format!(
            "{}, {}",
            client_id(&scene, &new).await,
            client_id(&scene, &old).await
        );
        let told = format!("Client ID {both} {}", client_id(&scene, &third).await);
        let page = review(&mut admin, &third).await;
        assert!(page.words().contains(&told), "{told}: {}", page.words());
        let apart = admin.send(&page, "/apart", &[]).await;
        assert!(apart.words().contains("Kept apart."), "{}", apart.words());
        let other = Guest::open(lms, 0, "Teacher", THIRD).await;
        assert_ne!(other.course, before.course);
        scene.at_rest().await;

        for from in [&old, &new, &third] {
            let page = after_all(&mut admin, from).await;
            assert!(page.words().contains(&told), "{told}: {}", page.words());
        }
        let page = after_all(&mut admin, &old).await;
        join(&scene, &mut admin, &page).await;
        for link in [THIRD, ANEW, "My badges"] {
            let mut one = Guest::open(lms, 0, "Teacher", link).await;
            assert_eq!(one.course, before.course, "{link}");
            is_read(&scene, &mut one).await;
        }
        for id in [&old, &new, &third] {
            let shown = page_of(&mut admin, id).await.words();
            assert!(!shown.contains("Kept apart"), "{shown}");
            assert!(shown.contains("Joined with"), "{shown}");
        }
        scene.end().await;
    });
}

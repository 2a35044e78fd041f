//! Who lets an installation in that turns up unannounced: the switch of its platform, or an administrator who is asked.

use crate::ids::RegistrationId;
use crate::service::institution::administrators::Scope;
use crate::store::testing::shortcuts::first_tenant;
use practice_lms::browser::Page;
use practice_lms::{CourseRole, PracticeLms};

use super::pending::known;
use super::{open, send};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::{Scene, on_each_database};

/// Cairn's id for the platform behind `lms`.
async fn platform(scene: &Scene, lms: &PracticeLms) -> RegistrationId {
    let client = lms.registration().client_id;
    let all = crate::service::base::platforms::list(&scene.cairn).await.unwrap();
    let found = all.into_iter().find(|(_, one)| one.client_id == client);
    found.unwrap().1.id
}

/// Somebody with that role opens the first link of the course of that number at the LMS.
async fn enter(lms: &PracticeLms, course: u64, role: CourseRole) -> Page {
    let world = lms.world();
    let person = world.member(course, role).unwrap().id;
    let link = world.links(course)[0].id;
    open(lms, &world.launch_form(course, person, link).unwrap())
        .await
        .1
}

/// Presses the button of the console's page that changes `what`; of a deployment, that of the given one.
async fn press(
    admin: &mut AdminBrowser,
    scene: &Scene,
    place: &str,
    what: &str,
    deployment: Option<&str>,
) -> Page {
    let page = admin.get(place).await;
    let id = match deployment {
        Some(name) => Some(known(scene, name).await.0.unwrap().0.id.to_string()),
        None => None,
    };
    let mut forms = page.forms().into_iter();
    let form = forms.find(|form| {
        form.value("what") == Some(what) && id.as_deref().is_none_or(|id| form.value("value") == Some(id))
    });
    let form = form.unwrap_or_else(|| panic!("no {what} of {deployment:?}: {}", page.words()));
    admin.browser.submit(&page, &form, &[]).await.unwrap()
}

/// What the console's page says of one deployment.
fn line(page: &Page, deployment: &str) -> String {
    let words = page.words();
    let rest = words.split_once(deployment).map(|(_, rest)| rest);
    let rest = rest.unwrap_or_else(|| panic!("{deployment} is not listed: {words}"));
    rest.chars().take(300).collect()
}

/// The page of the course of that number, and nothing else.
fn opened(page: &Page, lms: &PracticeLms, course: u64) {
    let title = title(lms, course);
    assert_eq!(page.status, 200, "{}", page.words());
    assert!(page.url.path().starts_with("/c/"), "{}", page.url);
    assert!(page.words().contains(&title), "{title}: {}", page.words());
}

fn title(lms: &PracticeLms, course: u64) -> String {
    let all = lms.world().courses().into_iter();
    all.filter(|one| one.id == course)
        .map(|one| one.title)
        .next()
        .unwrap()
}

/// A page that opens nothing of the course, names none of its people, and left nothing of them in the database.
fn carries_nothing(page: &Page, lms: &PracticeLms, course: u64) {
    assert_eq!(page.status, 403, "{}", page.words());
    assert!(!page.url.path().starts_with("/c/"), "{}", page.url);
    let names = lms.world().members(course).into_iter().map(|one| one.name);
    for name in names.chain([title(lms, course)]) {
        assert!(!page.text().contains(&name), "{name}: {}", page.words());
    }
    assert!(page.links("/c/").is_empty(), "{}", page.text());
}

const OF_COURSES: [&str; 6] = [
    "courses",
    "people",
    "enrolments",
    "links",
    "sessions",
    "sightings",
];

#[test]
fn only_a_platform_that_accepts_all_lets_an_unknown_installation_in_at_once() {
    on_each_database(|scene| async move {
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let before = scene.database.rows();
        let mut waiting = Vec::new();
        for (name, lms) in scene.platforms() {
            let place = format!("/admin/platforms/p/{}", platform(&scene, lms).await);
            let one = lms.world().deploy_in_course(0, 2);
            let page = enter(lms, 2, CourseRole::Teacher).await;
            carries_nothing(&page, lms, 2);
            assert!(page.form("/lti/claim").is_ok(), "{name}: {}", page.words());
            // So does an administrator of the LMS, who may ask as well.
            lms.world().set_role(2, 2, Some(CourseRole::Teacher));
            let link = lms.world().links(2)[0].id;
            let form = lms.world().launch_form(2, 2, link).unwrap();
            let (_, page) = open(lms, &form).await;
            carries_nothing(&page, lms, 2);
            assert!(page.form("/lti/claim").is_ok(), "{name}: {}", page.words());
            let page = enter(lms, 2, CourseRole::Student).await;
            carries_nothing(&page, lms, 2);
            assert!(page.form("/lti/claim").is_err(), "{name}: {}", page.words());
            let listed = admin.get(&place).await;
            assert!(
                line(&listed, &one).trim_start().starts_with("waiting"),
                "{name}: {}",
                listed.words()
            );
            waiting.push(one);
        }
        let after = scene.database.rows();
        for table in OF_COURSES {
            assert_eq!(before[table], after[table], "{table}");
        }

        for ((name, lms), waiting) in scene.platforms().into_iter().zip(waiting) {
            let place = format!("/admin/platforms/p/{}", platform(&scene, lms).await);
            let page = press(&mut admin, &scene, &place, "accept-all", None).await;
            assert!(
                page.words()
                    .contains("Every deployment that this platform signs is accepted by itself."),
                "{name}: {}",
                page.words()
            );
            // One that was never seen, and the one that waits.
            let new = lms.world().deploy_in_course(0, 3);
            for (deployment, course) in [(&new, 3), (&waiting, 2)] {
                opened(&enter(lms, course, CourseRole::Teacher).await, lms, course);
                let listed = admin.get(&place).await;
                let said = line(&listed, deployment);
                assert!(said.trim_start().starts_with("accepted"), "{name}: {said}");
                let seen = format!("Seen first from the course “{}”", title(lms, course));
                assert!(said.contains(&seen), "{name}: {said}");
            }
            // What an administrator refused stays out, whatever the switch says.
            let page = press(&mut admin, &scene, &place, "set-aside", Some(&new)).await;
            assert!(
                line(&page, &new).contains("refused by Ada"),
                "{name}: {}",
                page.words()
            );
            let page = enter(lms, 3, CourseRole::Teacher).await;
            assert_eq!(page.status, 403, "{name}");
            assert!(
                page.words().contains("has refused this place"),
                "{name}: {}",
                page.words()
            );
            press(&mut admin, &scene, &place, "accept", Some(&new)).await;
            opened(&enter(lms, 3, CourseRole::Teacher).await, lms, 3);
            // Off again: the next one waits, and what was accepted stays.
            let page = press(&mut admin, &scene, &place, "accept-all", None).await;
            assert!(
                page.words()
                    .contains("New deployments wait until somebody accepts them."),
                "{name}: {}",
                page.words()
            );
            lms.world().deploy_in_course(0, 4);
            carries_nothing(&enter(lms, 4, CourseRole::Teacher).await, lms, 4);
            opened(&enter(lms, 2, CourseRole::Teacher).await, lms, 2);
        }
        scene.end().await;
    });
}

#[test]
fn a_teacher_asks_an_administrator_accepts_and_the_next_launch_opens_the_course() {
    on_each_database(|scene| async move {
        let own = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(own), "Ada").await;
        for (name, lms) in scene.platforms() {
            let deployment = lms.world().deploy_in_course(0, 2);
            let (mut browser, page) = super::visit(lms, CourseRole::Teacher, "My badges").await;
            let asked = send(&mut browser, &page, "/lti/claim", &[]).await;
            assert!(
                asked.words().contains("has been asked to accept"),
                "{name}: {}",
                asked.words()
            );

            // From the first page of the console on, by its links.
            let overview = admin.get("/admin").await;
            let list = overview.link("1 installation waits to be accepted").unwrap();
            let list = admin.browser.get(&list).await.unwrap();
            assert!(
                list.words().contains("1 waiting to be accepted"),
                "{name}: {}",
                list.words()
            );
            let id = platform(&scene, lms).await;
            let one = list.links(id.as_str()).remove(0);
            let page = admin.browser.get(&one).await.unwrap();
            let said = line(&page, &deployment);
            let teacher = lms.world().member(2, CourseRole::Teacher).unwrap();
            for part in [
                "waiting",
                &format!("Asked for by {}, instructor", teacher.name),
                &format!("(user {})", teacher.sub),
                &format!("“{}”", title(lms, 2)),
            ] {
                assert!(said.contains(part), "{name}, {part}: {said}");
            }
            let place = format!("/admin/platforms/p/{id}");
            let page = press(&mut admin, &scene, &place, "accept", Some(&deployment)).await;
            assert!(
                line(&page, &deployment).trim_start().starts_with("accepted"),
                "{name}: {}",
                page.words()
            );

            opened(&enter(lms, 2, CourseRole::Teacher).await, lms, 2);
            let student = enter(lms, 2, CourseRole::Student).await;
            assert_eq!(student.status, 200, "{name}: {}", student.words());
            let overview = admin.get("/admin").await;
            assert!(
                !overview.words().contains("to be accepted"),
                "{name}: {}",
                overview.words()
            );
        }
        scene.end().await;
    });
}

#[test]
fn an_administrator_who_declines_is_named_and_whoever_asked_is_told() {
    on_each_database(|scene| async move {
        let own = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(own), "Ada").await;
        for (name, lms) in scene.platforms() {
            let place = format!("/admin/platforms/p/{}", platform(&scene, lms).await);
            let deployment = lms.world().deploy_in_course(0, 2);
            let (mut browser, claim) = super::visit(lms, CourseRole::Teacher, "My badges").await;
            send(&mut browser, &claim, "/lti/claim", &[]).await;
            let page = press(&mut admin, &scene, &place, "set-aside", Some(&deployment)).await;
            let said = line(&page, &deployment);
            assert!(said.contains("refused by Ada"), "{name}: {said}");
            assert!(said.contains("Asked for by"), "{name}: {said}");
            let overview = admin.get("/admin").await;
            assert!(
                !overview.words().contains("to be accepted"),
                "{name}: {}",
                overview.words()
            );

            let page = enter(lms, 2, CourseRole::Teacher).await;
            carries_nothing(&page, lms, 2);
            assert!(
                page.words().contains("has refused this place"),
                "{name}: {}",
                page.words()
            );
            assert!(page.form("/lti/claim").is_err(), "{name}: {}", page.words());
            // The page that asks, still open somewhere, asks for nothing any more.
            let late = send(&mut browser, &claim, "/lti/claim", &[]).await;
            assert_eq!(late.status, 409, "{name}: {}", late.words());
            assert!(
                late.text().contains("deployment.refused"),
                "{name}: {}",
                late.words()
            );
            let student = enter(lms, 2, CourseRole::Student).await;
            assert!(
                student.words().contains("not ready"),
                "{name}: {}",
                student.words()
            );
            assert!(
                !student.words().contains("refused"),
                "{name}: {}",
                student.words()
            );

            press(&mut admin, &scene, &place, "accept", Some(&deployment)).await;
            opened(&enter(lms, 2, CourseRole::Teacher).await, lms, 2);
        }
        scene.end().await;
    });
}

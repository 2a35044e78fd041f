//! Who may create, approve and revoke: each power left to administrators by itself, in both flavours of launch. A page
//! offers nothing that is refused, and a form that is sent all the same changes nothing.

use crate::ids::TenantId;
use crate::store::testing::shortcuts::first_tenant;
use practice_lms::browser::Page;
use practice_lms::{CourseRole, PracticeLms};

use super::rules::policy;
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::showing::stage::Stage;

const ALEX: &str = "Alex Admin";

/// The person of that name at the page of a course; in Moodle the link is told first what it opens.
async fn enter(lms: &PracticeLms, course: usize, who: &str) -> Guest {
    let mut guest = Guest::open(lms, course, who, "My badges").await;
    let page = guest.page.clone();
    if page.form("/choose").is_ok() {
        guest.send(&page, "/choose", &[("opens", "my_badges")]).await;
    }
    guest
}

/// An instructor, and another one who is an administrator of the LMS.
async fn both(lms: &PracticeLms) -> (Guest, Guest) {
    let world = lms.world();
    let course = world.courses()[0].id;
    world.set_role(course, 2, Some(CourseRole::Teacher));
    (enter(lms, 0, "Tess Teacher").await, enter(lms, 0, ALEX).await)
}

async fn own(scene: &Scene) -> TenantId {
    scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id
}

/// The refusal of that power, with its sentence and its id.
fn refused(page: &Page, code: &str, sentence: &str) {
    assert_eq!(page.status, 403, "{}: {}", page.url, page.words());
    assert!(page.text().contains(code), "{code}: {}", page.words());
    assert!(page.words().contains(sentence), "{sentence}: {}", page.words());
    assert!(page.words().contains("Nothing was changed"), "{}", page.words());
}

fn offers(page: &Page, what: &str) -> bool {
    page.text().contains(what)
}

const CREATE: &str = "lets only administrators make and change badges";
const APPROVE: &str = "lets only administrators approve students and award badges by hand";
const REVOKE: &str = "lets only administrators revoke badges";

#[test]
fn making_is_left_to_administrators_while_approving_and_revoking_are_not() {
    on_each_database(|scene| async move {
        let tenant = own(&scene).await;
        for (name, lms) in scene.platforms() {
            let (mut tess, mut alex) = both(lms).await;
            let badge = tess.make_badge("Made before", "knowledge").await;
            let rule = tess.get(&format!("/badges/{badge}/rule")).await;
            let rule = tess.build(&rule, &[("action", "add::approval")]).await;
            let rule = tess.build(&rule, &[("action", "save")]).await;
            tess.until("", "Checked").await;
            let at = |rest: &str| format!("/badges/{badge}{rest}");
            // What was open before the policy was saved, and is sent after it.
            let course = tess.get("").await;
            let new = tess.get("/badges/new").await;
            let edit = tess.get(&at("/edit")).await;
            let preview = tess.preview(&badge).await;
            let retire = tess.get(&at("/retire")).await;
            for (page, what) in [
                (&course, "/badges/new"),
                (&course, "/retire"),
                (&edit, "value=\"save\""),
                (&rule, "value=\"save\""),
                (&rule, "create_column"),
                (&preview, "/activate"),
            ] {
                assert!(offers(page, what), "{name}, {what}: {}", page.text());
            }
            policy(&scene, &tenant, &[("create", "administrators")]).await;
            let before = scene.database.rows();

            for (rest, lacks) in [
                (String::new(), vec!["/badges/new", "/retire"]),
                (at("/edit"), vec!["value=\"save\"", "value=\"save_and_rule\""]),
                (
                    at("/rule"),
                    vec!["value=\"save\"", "value=\"dry_run\"", "create_column"],
                ),
                (at("/preview"), vec!["/activate"]),
            ] {
                let page = tess.get(&rest).await;
                assert_eq!(page.status, 200, "{name}, {rest}: {}", page.words());
                assert!(page.words().contains(CREATE), "{name}, {rest}: {}", page.words());
                for what in lacks {
                    assert!(!offers(&page, what), "{name}, {rest}, {what}: {}", page.text());
                }
                let page = alex.get(&rest).await;
                assert!(!page.words().contains(CREATE), "{name}, {rest}: {}", page.words());
            }
            for rest in ["/badges/new".to_owned(), at("/retire")] {
                refused(&tess.get(&rest).await, "policy.create", CREATE);
            }
            let named = [("name", "Too late"), ("kind", "knowledge"), ("action", "save")];
            let sent = tess.send_files(&new, "/badges/save", &named, &[]).await;
            refused(&sent, "policy.create", CREATE);
            let save = at("/save");
            let sent = tess.send_files(&edit, &save, &named, &[]).await;
            refused(&sent, "policy.create", CREATE);
            let more = [("action", "save")];
            refused(&tess.build(&rule, &more).await, "policy.create", CREATE);
            let column = [
                ("column.label", "Of my own"),
                ("column.points", "10"),
                ("action", "create_column"),
            ];
            refused(&tess.build(&rule, &column).await, "policy.create", CREATE);
            refused(
                &tess.send(&preview, "/activate", &[]).await,
                "policy.create",
                CREATE,
            );
            refused(
                &tess.send(&retire, "/retire/confirm", &[]).await,
                "policy.create",
                CREATE,
            );
            let after = scene.database.rows();
            for table in ["badges", "rules", "line_items", "awards"] {
                assert_eq!(before[table], after[table], "{name}: {table}");
            }
            let course = alex.get("").await;
            assert!(
                course.words().contains("Made before"),
                "{name}: {}",
                course.words()
            );
            assert!(!course.words().contains("Too late"), "{name}: {}", course.words());
            let columns = lms.world().line_items(2);
            assert!(
                columns.iter().all(|one| one.label != "Of my own"),
                "{name}: {columns:?}"
            );

            // An administrator does all of it; and the instructor approves, which nobody kept from them.
            let badge = alex.make_badge("Made by Alex", "knowledge").await;
            let rule = alex.get(&format!("/badges/{badge}/rule")).await;
            let rule = alex.build(&rule, &[("action", "add::approval")]).await;
            let saved = alex.build(&rule, &[("action", "save")]).await;
            assert!(saved.words().contains("Saved."), "{name}: {}", saved.words());
            alex.activate(&badge).await;
            let student = person(&mut tess, &badge).await;
            let ask = tess.browser.get(&format!("{student}/approve")).await.unwrap();
            let done = tess.send(&ask, "/approve/confirm", &[("reason", "Seen")]).await;
            assert!(done.words().contains("Approved."), "{name}: {}", done.words());
            let retire = alex.get(&format!("/badges/{badge}/retire")).await;
            let done = alex.send(&retire, "/retire/confirm", &[]).await;
            assert!(done.words().contains("Retired."), "{name}: {}", done.words());
            policy(&scene, &tenant, &[("create", "instructors")]).await;
        }
        scene.end().await;
    });
}

/// The address of the first student's page for a badge.
async fn person(teacher: &mut Guest, badge: &str) -> String {
    let progress = teacher.get("/progress").await;
    let mut links = progress.links(&format!("/badges/{badge}/people/")).into_iter();
    links.next().unwrap_or_else(|| panic!("{}", progress.words()))
}

/// An active badge that an instructor's approval earns, and the address of the first student's page for it.
async fn active(teacher: &mut Guest, name: &str) -> (String, String) {
    let badge = teacher.make_badge(name, "knowledge").await;
    let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
    let rule = teacher.build(&rule, &[("action", "add::approval")]).await;
    teacher.build(&rule, &[("action", "save")]).await;
    teacher.until("", "Checked").await;
    teacher.activate(&badge).await;
    let student = person(teacher, &badge).await;
    (badge, student)
}

#[test]
fn approving_is_left_to_administrators_while_making_and_revoking_are_not() {
    on_each_database(|scene| async move {
        let tenant = own(&scene).await;
        for (name, lms) in scene.platforms() {
            let (mut tess, mut alex) = both(lms).await;
            let (_, student) = active(&mut tess, "Seen in class").await;
            let mut open = Vec::new();
            let page = tess.browser.get(&student).await.unwrap();
            for what in ["approve", "award"] {
                assert!(
                    offers(&page, &format!("/{what}\"")),
                    "{name}, {what}: {}",
                    page.text()
                );
                let asking = format!("{student}/{what}");
                open.push(tess.browser.get(&asking).await.unwrap());
            }
            policy(&scene, &tenant, &[("approve", "administrators")]).await;
            let before = scene.database.rows();
            let page = tess.browser.get(&student).await.unwrap();
            assert!(page.words().contains(APPROVE), "{name}: {}", page.words());
            for (what, open) in ["approve", "award"].into_iter().zip(&open) {
                assert!(
                    !offers(&page, &format!("/{what}\"")),
                    "{name}, {what}: {}",
                    page.text()
                );
                let asking = format!("{student}/{what}");
                refused(
                    &tess.browser.get(&asking).await.unwrap(),
                    "policy.approve",
                    APPROVE,
                );
                let action = format!("/{what}/confirm");
                let sent = tess.send(open, &action, &[("reason", "Because")]).await;
                refused(&sent, "policy.approve", APPROVE);
            }
            let after = scene.database.rows();
            for table in ["approvals", "awards", "credentials"] {
                assert_eq!(before[table], after[table], "{name}: {table}");
            }
            let page = alex.browser.get(&student).await.unwrap();
            assert!(!page.words().contains("Because"), "{name}: {}", page.words());

            // An administrator awards; and the instructor makes a badge, and revokes that award.
            let ask = alex.browser.get(&format!("{student}/award")).await.unwrap();
            let done = alex.send(&ask, "/award/confirm", &[("reason", "I saw it")]).await;
            assert!(done.words().contains("Awarded."), "{name}: {}", done.words());
            tess.make_badge("Made meanwhile", "knowledge").await;
            let page = tess.browser.get(&student).await.unwrap();
            let revoke = page.links("/revoke?award=").remove(0);
            let ask = tess.browser.get(&revoke).await.unwrap();
            let done = tess
                .send(&ask, "/revoke/confirm", &[("reason", "By mistake")])
                .await;
            assert!(done.words().contains("Revoked."), "{name}: {}", done.words());
            policy(&scene, &tenant, &[("approve", "instructors")]).await;
        }
        scene.end().await;
    });
}

#[test]
fn revoking_is_left_to_administrators_while_making_and_approving_are_not() {
    on_each_database(|scene| async move {
        let tenant = own(&scene).await;
        for (name, lms) in scene.platforms() {
            let (mut tess, mut alex) = both(lms).await;
            let (badge, student) = active(&mut tess, "Given by hand").await;
            policy(&scene, &tenant, &[("revoke", "administrators")]).await;
            let ask = tess.browser.get(&format!("{student}/award")).await.unwrap();
            let done = tess.send(&ask, "/award/confirm", &[("reason", "I saw it")]).await;
            assert!(done.words().contains("Awarded."), "{name}: {}", done.words());

            let theirs = alex.browser.get(&student).await.unwrap();
            let revoke = theirs.links("/revoke?award=").remove(0);
            let list = format!("/badges/{badge}/awards");
            for page in [tess.browser.get(&student).await.unwrap(), tess.get(&list).await] {
                assert!(page.words().contains(REVOKE), "{name}: {}", page.words());
                assert!(!offers(&page, "/revoke"), "{name}: {}", page.text());
            }
            let page = alex.get(&list).await;
            assert!(page.form("/revoke").is_ok(), "{name}: {}", page.text());
            refused(&tess.browser.get(&revoke).await.unwrap(), "policy.revoke", REVOKE);
            // The administrator's review page, sent by the instructor with a proof of their own.
            let review = alex.browser.get(&revoke).await.unwrap();
            let form = review.form("/revoke/confirm").unwrap();
            let page = tess.get("").await;
            let proof = page.form("/check").unwrap().value("csrf").unwrap().to_owned();
            let fields = [("csrf", proof.as_str()), ("reason", "Because")];
            let sent = tess.browser.submit(&review, &form, &fields).await.unwrap();
            refused(&sent, "policy.revoke", REVOKE);
            let page = alex.browser.get(&student).await.unwrap();
            assert!(
                !page.links("/revoke?award=").is_empty(),
                "{name}: it is still held"
            );
            assert!(!page.words().contains("Because"), "{name}: {}", page.words());

            tess.make_badge("Made meanwhile", "knowledge").await;
            let reason = [("reason", "By mistake")];
            let done = alex.browser.submit(&review, &form, &reason).await.unwrap();
            assert!(done.words().contains("Revoked."), "{name}: {}", done.words());
            policy(&scene, &tenant, &[("revoke", "instructors")]).await;
        }
        scene.end().await;
    });
}

#[test]
fn a_fallen_grade_is_kept_by_an_instructor_and_revoked_by_an_administrator_alone() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, award, _) = stage.earned().await;
        stage.grade(0, 50);
        stage.check().await;
        let course = stage.inside("");
        let mut href = None;
        for _ in 0..300 {
            let page = stage.teacher.get(&course).await.unwrap();
            href = page.links("/regrades/").into_iter().next();
            if href.is_some() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let href = href.unwrap();
        let open = stage.teacher.get(&href).await.unwrap();
        assert!(offers(&open, "value=\"revoke\""), "{}", open.text());
        policy(
            &stage.scene,
            &stage.course.tenant,
            &[("revoke", "administrators")],
        )
        .await;
        let page = stage.teacher.get(&href).await.unwrap();
        assert!(!offers(&page, "value=\"revoke\""), "{}", page.text());
        assert!(offers(&page, "value=\"keep\""), "{}", page.text());
        assert!(page.words().contains(REVOKE), "{}", page.words());
        let form = open.form("/settle").unwrap();
        let fields = [("verdict", "revoke"), ("reason", "It fell")];
        let sent = stage.teacher.submit(&open, &form, &fields).await.unwrap();
        refused(&sent, "policy.revoke", REVOKE);
        let still = stage.latest(&badge, &award.person).await.unwrap();
        assert!(still.revocation.is_none(), "{still:?}");
        let fields = [("verdict", "keep"), ("reason", "A typing mistake")];
        let kept = stage.teacher.submit(&page, &form, &fields).await.unwrap();
        assert!(kept.words().contains("The badge stays."), "{}", kept.words());
        stage.scene.end().await;
    });
}

#[test]
fn where_only_administrators_make_badges_a_copied_course_brings_none_by_an_instructor() {
    on_each_database(|scene| async move {
        let tenant = own(&scene).await;
        for (name, lms) in scene.platforms() {
            let (mut tess, _) = both(lms).await;
            tess.make_badge("Comes along", "knowledge").await;
            let world = lms.world();
            let copy = world.copy_course(2, "The same in spring").unwrap();
            world.set_role(copy, 2, Some(CourseRole::Teacher));
            let at = world.courses().iter().position(|one| one.id == copy).unwrap();
            let mut tess = enter(lms, at, "Tess Teacher").await;
            let course = tess.until("", "Bring its badge and its rule?").await;
            let href = course.links("/copied/").remove(0);
            let offer = tess.browser.get(&href).await.unwrap();
            assert!(offer.form("/take").is_ok(), "{name}: {}", offer.text());
            policy(&scene, &tenant, &[("create", "administrators")]).await;
            let course = tess.get("").await;
            assert!(course.links("/copied/").is_empty(), "{name}: {}", course.words());
            refused(&tess.browser.get(&href).await.unwrap(), "policy.create", CREATE);
            for what in ["/take", "/decline"] {
                refused(&tess.send(&offer, what, &[]).await, "policy.create", CREATE);
            }
            let mut alex = enter(lms, at, ALEX).await;
            let offer = alex.browser.get(&href).await.unwrap();
            let brought = alex.send(&offer, "/take", &[]).await;
            assert!(
                brought.words().contains("The badges came along."),
                "{name}: {}",
                brought.words()
            );
            policy(&scene, &tenant, &[("create", "instructors")]).await;
        }
        scene.end().await;
    });
}

//! Every screen in Chromium: at 320 and 1280 pixels, light and dark, after the tour has filled the course. Each is held
//! against what people would stumble over; with `CAIRN_SCREENS` set, a picture of each is left in that folder.

mod shown;

use crate::demo::{places, tour};
use crate::domain::policy::{Policy, Regrade};
use crate::domain::theme::{Accent, Colour};
use crate::service::institution::administrators::Operator;
use crate::service::institution::rest_access;
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::first_tenant;
use crate::store::{badges, erasures, policies, tenants};
use practice_lms::{CourseRole, PracticeLms};
use thirtyfour::prelude::*;

use crate::tests::chromium::{Chromium, LOOKS};
use crate::tests::console::tower;
use crate::tests::grades_of_lms::{moodle, switch_on};
use crate::tests::harness::Scene;

/// Looks at screens and remembers what is wrong with them.
pub(crate) struct Viewer<'a> {
    pub(crate) chromium: &'a Chromium,
    pub(crate) wrong: Vec<String>,
}

impl Viewer<'_> {
    /// Looks at the page that is open.
    pub(crate) async fn inspect(&mut self, name: &str) {
        self.wrong.extend(self.chromium.inspect(name, &LOOKS).await);
    }

    pub(crate) async fn goto(&mut self, name: &str, url: &str) {
        self.chromium.driver.goto(url).await.unwrap();
        self.inspect(name).await;
    }

    /// The first link of the page whose address ends so.
    pub(crate) async fn link(&self, ending: &str) -> String {
        let links = self.chromium.driver.find_all(By::Css("a[href]")).await.unwrap();
        for link in links {
            let href = link.prop("href").await.unwrap().unwrap_or_default();
            if href.split('?').next().unwrap_or_default().ends_with(ending)
                || href.contains(&format!("{ending}?"))
            {
                return href;
            }
        }
        let url = self.chromium.driver.current_url().await.unwrap();
        panic!("{url} has no link that ends with {ending}");
    }

    /// Presses the button with these words.
    pub(crate) async fn press(&self, words: &str) {
        self.chromium.press(words).await;
    }
}

/// Opens a link of a course in a window of its own, as that person.
pub(crate) async fn launch(chromium: &Chromium, lms: &PracticeLms, course: usize, link: &str, who: &str) {
    let world = lms.world();
    let course = world.courses()[course].id;
    let id = world
        .links(course)
        .into_iter()
        .find(|found| found.title == link)
        .unwrap()
        .id;
    let members = world.members(course);
    let person = members.iter().find(|member| member.name == who).unwrap().id;
    let page = format!("{}/course/{course}/link/{id}?user={person}", lms.origin());
    chromium.driver.goto(&page).await.unwrap();
    let window = chromium.driver.find(By::Css(".toolhead a")).await.unwrap();
    let href = window.prop("href").await.unwrap().unwrap();
    chromium.driver.goto(&href).await.unwrap();
    chromium.driver.query(By::Css("main h1")).first().await.unwrap();
}

#[test]
fn every_screen_is_fit_for_everybody() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let folder = tempfile::tempdir().unwrap();
        let places = places(&scene.cairn, &scene.moodle, &scene.canvas).await.unwrap();
        let quiet = |_: &str| {};
        tour::walk(&places[..1], folder.path(), &quiet).await.unwrap();
        let mut viewer = Viewer {
            chromium: &chromium,
            wrong: Vec::new(),
        };

        let teacher = scene.moodle.world().member(2, CourseRole::Teacher).unwrap().name;
        instructor(&mut viewer, &scene, &teacher).await;
        asking(&mut viewer, &scene, &teacher).await;
        copied(&mut viewer, &scene, &teacher).await;
        learner(&mut viewer, &scene).await;
        public(&mut viewer, &scene).await;
        fallen(&mut viewer, &scene, &teacher).await;
        suspended(&mut viewer, &scene).await;
        in_doubt(&mut viewer, &scene, &teacher).await;
        coloured(&mut viewer, &scene, &teacher).await;
        let wrong = viewer.wrong;
        assert!(
            wrong.is_empty(),
            "{} things to mend:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        chromium.end().await;
        scene.end().await;
    });
}

async fn instructor(viewer: &mut Viewer<'_>, scene: &Scene, teacher: &str) {
    launch(viewer.chromium, &scene.moodle, 1, "My badges", teacher).await;
    viewer.inspect("choose").await;
    launch(viewer.chromium, &scene.moodle, 0, "My badges", teacher).await;
    viewer.inspect("course").await;
    let home = viewer.chromium.driver.current_url().await.unwrap().to_string();
    let new = viewer.link("/badges/new").await;
    let (edit, awards) = (viewer.link("/edit").await, viewer.link("/awards").await);
    let (progress, evidence) = (viewer.link("/progress").await, viewer.link("/evidence").await);
    let (preview, retire) = (viewer.link("/preview").await, viewer.link("/retire").await);
    viewer.goto("editor-new", &new).await;
    viewer.press("Save, then its rule").await;
    viewer.inspect("editor-problems").await;
    let driver = &viewer.chromium.driver;
    driver.goto(edit.as_str()).await.unwrap();
    let unfold = "document.getElementById('f-icon').open = true";
    driver.execute(unfold, Vec::new()).await.unwrap();
    viewer.inspect("editor").await;
    viewer.goto("rule", &edit.replace("/edit", "/rule")).await;
    // A group within the rule, with two rows that say nothing yet.
    for button in ["group:", "add:GROUP:grade", "add:GROUP:grade", "save"] {
        let press = "const all = [...document.querySelectorAll('button[name=action]')]; \
                     const groups = all.map(b => b.value).filter(v => /^group:[0-9]/.test(v)); \
                     const path = (groups.pop() || '').replace('group:', ''); \
                     const wanted = arguments[0].replace('GROUP', path); \
                     all.find(b => b.value === wanted).click(); return wanted;";
        let chromium = viewer.chromium;
        let pressed = chromium.driver.execute(press, vec![button.into()]);
        chromium.leaving(async { drop(pressed.await.unwrap()) }).await;
    }
    viewer.chromium.reads("Choose an assignment.").await;
    viewer.inspect("rule-problems").await;
    grades(viewer, &home).await;
    grades_of_lms(viewer, scene, &home).await;
    viewer.goto("dry-run", &preview).await;
    viewer.goto("coach", &format!("{home}/coach")).await;
    earlier_year(viewer, &preview.replace("/preview", "/rule")).await;
    viewer.goto("retire", &retire).await;
    viewer.goto("awards", &awards).await;
    viewer
        .chromium
        .driver
        .find(By::Css("input[name=award]"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    viewer.press("Revoke the chosen ones…").await;
    viewer.inspect("revoke").await;
    viewer.goto("evidence", &format!("{evidence}?state=all")).await;
    let waiting = viewer
        .chromium
        .driver
        .find(By::Css(".line-main a"))
        .await
        .unwrap();
    let review = waiting.prop("href").await.unwrap().unwrap();
    viewer.goto("review", &review).await;
    viewer.goto("progress", &progress).await;
    let cell = viewer
        .chromium
        .driver
        .find(By::Css(".matrix td a"))
        .await
        .unwrap();
    let decision = cell.prop("href").await.unwrap().unwrap();
    viewer.goto("decision", &decision).await;
    viewer.goto("over-time", &format!("{progress}/over-time")).await;
    viewer.chromium.reads("The same as a table").await;
    viewer
        .goto("progress-nobody", &format!("{progress}?q=nobody-is-called-so"))
        .await;
    viewer.goto("not-here", &format!("{home}/badges/none/edit")).await;
    let by_hand = format!("{}/award", decision_of(viewer, &progress).await);
    viewer.goto("by-hand", &by_hand).await;
    tower::within_a_course(viewer, scene, &home, teacher).await;
}

/// Grades are read from the LMS itself, with something out of reach, and no more.
async fn grades_of_lms(viewer: &mut Viewer<'_>, scene: &Scene, home: &str) {
    let account = switch_on(scene).await;
    let place = format!("{home}/grades");
    viewer.goto("grades-on", &place).await;
    viewer.press("Read all grades now").await;
    viewer.chromium.reads("All grades are being read.").await;
    scene.at_rest().await;
    viewer.goto("grades-read", &place).await;
    let world = scene.moodle.world();
    world.allow_capability(account, "mod/quiz:view", false);
    viewer.press("Read all grades now").await;
    viewer.chromium.reads("All grades are being read.").await;
    scene.at_rest().await;
    viewer.goto("grades-out-of-reach", &place).await;
    viewer.chromium.reads("What is out of reach").await;
    let platform = moodle(scene).await;
    rest_access::turn(&scene.cairn, Operator::CommandLine, &platform, false, None)
        .await
        .unwrap();
    viewer.goto("grades-off", &place).await;
}

/// A gradebook file is looked at and used: with names of which nobody is sure, rows of nobody, and a column that is held back.
async fn grades(viewer: &mut Viewer<'_>, home: &str) {
    let place = format!("{home}/grades");
    viewer.goto("grades-none", &place).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("grades.csv");
    let text = "Student,ID,SIS User ID,SIS Login ID,Section,Weekly quiz (501),Viva (502)\n,,,,,,Manual Posting\n\
                \x20   Points Possible,,,,,10,20\nSomebody,41,S-001,,A,9,18\nBen Bergström,42,,,A,7,\nNobody,43,,,A,1,=1+1\n";
    std::fs::write(&file, text).unwrap();
    let input = viewer.chromium.driver.find(By::Id("f-file")).await.unwrap();
    input.send_keys(file.display().to_string()).await.unwrap();
    viewer.press("Look at the file").await;
    viewer.chromium.reads("What is in the file").await;
    viewer.inspect("grades-review").await;
    let sure = viewer
        .chromium
        .driver
        .find_all(By::Name("of_course"))
        .await
        .unwrap();
    for said in sure {
        said.click().await.unwrap();
    }
    viewer.press("Use these grades").await;
    viewer.chromium.reads("The grades of the file count now").await;
    viewer.inspect("grades-used").await;
    viewer.goto("grades", &place).await;
    viewer.goto("grades-remove", &format!("{place}/remove")).await;
}

/// A rule beside its other version, and over the gradebook of an earlier year.
async fn earlier_year(viewer: &mut Viewer<'_>, rule: &str) {
    viewer.goto("versions", &format!("{rule}/versions")).await;
    viewer.goto("replay", &format!("{rule}/replay")).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("earlier.csv");
    let text = "Student,ID,Section,Quiz (7)\n    Points Possible,,,50\nUna,1,A,40\nDov,2,A,31\n";
    std::fs::write(&file, text).unwrap();
    let input = viewer.chromium.driver.find(By::Id("f-file")).await.unwrap();
    input.send_keys(file.display().to_string()).await.unwrap();
    viewer.press("Look at the file").await;
    viewer.chromium.reads("Which column of the file is which").await;
    viewer.inspect("replay-setup").await;
    // The first condition is met by nobody, so that there is something to draw.
    let choose = "[...document.querySelectorAll('select[name^=\"q.\"]')].forEach((s, n) => { s.value = n ? 'met' : 'not-met' })";
    viewer.chromium.driver.execute(choose, Vec::new()).await.unwrap();
    viewer.press("See who would have earned it").await;
    viewer
        .chromium
        .reads("people of the file would have earned")
        .await;
    viewer.inspect("replay-result").await;
}

/// Somebody was staff and is listed as a student now: the course site cannot tell, so a teacher is asked.
async fn in_doubt(viewer: &mut Viewer<'_>, scene: &Scene, teacher: &str) {
    let world = scene.moodle.world();
    let nora = world.member(2, CourseRole::Assistant).unwrap();
    launch(viewer.chromium, &scene.moodle, 0, "My badges", &nora.name).await;
    world.set_role(2, nora.id, Some(CourseRole::Student));
    launch(viewer.chromium, &scene.moodle, 0, "My badges", &nora.name).await;
    viewer.inspect("my-badges-in-doubt").await;
    launch(viewer.chromium, &scene.moodle, 0, "My badges", teacher).await;
    viewer.inspect("course-asks").await;
    viewer.press(&format!("Is a student: {}", nora.name)).await;
    viewer.chromium.reads("Your answer is kept").await;
    viewer.inspect("students").await;
}

/// A holder's grade falls: the course page says so, and a teacher decides.
async fn fallen(viewer: &mut Viewer<'_>, scene: &Scene, teacher: &str) {
    let now = scene.cairn.clock.now();
    let set = scene.cairn.store.write(move |db| {
        let tenant = first_tenant(db)?.unwrap().id;
        let policy = Policy {
            regrade: Regrade::Suspend,
            ..policies::get(db, &tenant)?
        };
        policies::set(db, &tenant, &policy, now)
    });
    set.await.unwrap();
    let world = scene.moodle.world();
    let ada = world
        .students(2)
        .into_iter()
        .find(|one| one.name == "Ada Adeyemi")
        .unwrap()
        .id;
    for column in world.line_items(2).into_iter().filter(|one| one.tool.is_some()) {
        if world.grade(2, column.id, ada).is_some() {
            world.set_grade(2, column.id, ada, Some(rust_decimal::Decimal::ONE));
        }
    }
    launch(viewer.chromium, &scene.moodle, 0, "My badges", teacher).await;
    viewer.press("Check now").await;
    for _ in 0..60 {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        launch(viewer.chromium, &scene.moodle, 0, "My badges", teacher).await;
        let found = viewer.chromium.driver.find_all(By::Css("a[href*='/regrades/']"));
        if !found.await.unwrap().is_empty() {
            break;
        }
    }
    viewer.chromium.reads("no longer meets its rule").await;
    viewer.inspect("course-attention").await;
    let look = viewer.link_in("main a[href*='/regrades/']").await;
    viewer.goto("regrade", &look).await;
}

/// A course whose link names a badge of another one: somebody who does not teach that asks, and who does is asked.
async fn asking(viewer: &mut Viewer<'_>, scene: &Scene, teacher: &str) {
    let world = scene.moodle.world();
    let course = world.courses()[2].id;
    let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
    let badges = scene.cairn.store.read(move |db| badges::in_use(db, &tenant));
    let badge = badges.await.unwrap().remove(0).id;
    let links = world.links(course);
    let link = links.iter().find(|one| one.title == "My badges").unwrap().id;
    world.set_link_custom(course, link, "cairn_item", badge.as_str());
    let person = world.students(2).pop().unwrap();
    world.set_role(2, person.id, None);
    world.set_role(course, person.id, Some(CourseRole::Teacher));
    launch(viewer.chromium, &scene.moodle, 2, "My badges", &person.name).await;
    viewer.press("Save the choice").await;
    viewer.chromium.reads("came from another course").await;
    viewer.inspect("course-asking").await;
    let ask = viewer.link_in("main a[href*='/copied/']").await;
    viewer.goto("copied-ask", &ask).await;
    viewer.press("Ask those who teach it").await;
    viewer.chromium.reads("have not answered yet").await;
    viewer.inspect("copied-asked").await;
    launch(viewer.chromium, &scene.moodle, 0, "My badges", teacher).await;
    viewer.chromium.reads("asks to bring the badges").await;
    viewer.inspect("course-asked").await;
}

/// A copy of the course: the offer, what would come along, and what was not found.
async fn copied(viewer: &mut Viewer<'_>, scene: &Scene, teacher: &str) {
    let world = scene.moodle.world();
    let copy = world.copy_course(2, "Data Literacy 101 (spring)").unwrap();
    let mut ours = world.line_items(copy).into_iter();
    let gone = ours.find(|one| one.tool.is_some() && one.link.is_none()).unwrap();
    assert!(world.delete_line_item(copy, gone.id));
    launch(viewer.chromium, &scene.moodle, 4, "My badges", teacher).await;
    viewer.press("Save the choice").await;
    viewer.chromium.reads("was copied from").await;
    viewer.inspect("course-copied").await;
    let offer = viewer.link_in("main a[href*='/copied/']").await;
    scene.at_rest().await;
    viewer.goto("copied-offer", &offer).await;
    let take = viewer
        .chromium
        .driver
        .find(By::Css("main .actions .primary"))
        .await
        .unwrap();
    take.click().await.unwrap();
    viewer.chromium.reads("The badges came along.").await;
    viewer.inspect("copied-map").await;
}

/// The decision of a student who holds nothing yet.
async fn decision_of(viewer: &Viewer<'_>, progress: &str) -> String {
    viewer
        .chromium
        .driver
        .goto(&format!("{progress}?q=Chiamaka"))
        .await
        .unwrap();
    let cell = viewer
        .chromium
        .driver
        .find(By::Css(".matrix td a"))
        .await
        .unwrap();
    let href = cell.prop("href").await.unwrap().unwrap();
    href.split('?').next().unwrap().to_owned()
}

async fn learner(viewer: &mut Viewer<'_>, scene: &Scene) {
    for (who, name) in [("Ada Adeyemi", "earned"), ("Chiamaka Chukwu", "on-the-way")] {
        launch(viewer.chromium, &scene.moodle, 0, "My badges", who).await;
        viewer.inspect(&format!("my-badges-{name}")).await;
        let badge = viewer
            .chromium
            .driver
            .find(By::Css("main h2 a, main h3 a"))
            .await
            .unwrap();
        let badge = badge.prop("href").await.unwrap().unwrap();
        viewer.goto(&format!("my-badge-{name}"), &badge).await;
        launch(viewer.chromium, &scene.moodle, 0, "Project report", who).await;
        viewer.inspect(&format!("activity-{name}")).await;
    }
    launch(viewer.chromium, &scene.moodle, 0, "My badges", "Ada Adeyemi").await;
    let badge = viewer
        .chromium
        .driver
        .find(By::LinkText("Clean a messy dataset"))
        .await
        .unwrap();
    badge.click().await.unwrap();
    let show = viewer
        .chromium
        .driver
        .find(By::LinkText("Show and share my badge"))
        .await
        .unwrap();
    show.click().await.unwrap();
    viewer.inspect("my-credential").await;
    viewer.press("Make a link").await;
    viewer.chromium.reads("Your new link").await;
    viewer.inspect("my-credential-link").await;
}

/// The badge of somebody whose grade fell, as its holder and anybody see it.
async fn suspended(viewer: &mut Viewer<'_>, scene: &Scene) {
    launch(viewer.chromium, &scene.moodle, 0, "My badges", "Ada Adeyemi").await;
    viewer.inspect("my-badges-suspended").await;
    let data = viewer.link_in("a[href$='/me']").await;
    viewer.press_at("main a[href*='/badges/']").await;
    viewer.inspect("my-badge-suspended").await;
    viewer.press_at("a[href*='/credentials/']").await;
    viewer.chromium.reads("under review since").await;
    viewer.inspect("my-credential-suspended").await;
    let public = local(scene, &viewer.link_in("main .button.primary").await);
    viewer.goto("credential-suspended", &public).await;
    viewer.goto("print-suspended", &format!("{public}/print")).await;
    let inside = data.strip_suffix("/me").unwrap();
    for (name, path) in [
        ("elsewhere", "/elsewhere"),
        ("collections", "/collections"),
        ("collection-new", "/collections/new"),
    ] {
        viewer.goto(name, &format!("{inside}{path}")).await;
    }
    shown::collection(viewer, scene).await;
    viewer.goto("my-data", &data).await;
    viewer.goto("erasure", &format!("{data}/erasure")).await;
    let word = viewer.chromium.driver.find(By::Name("word")).await.unwrap();
    word.send_keys("erase\n").await.unwrap();
    viewer.chromium.reads("You asked for it").await;
    viewer.inspect("my-data-asked").await;
    declined(scene).await;
    viewer.goto("my-data-declined", &data).await;
    viewer.goto("verify", &format!("{}/verify", scene.origin)).await;
}

/// Pages of an institution whose colour is hard to read on light ones.
async fn coloured(viewer: &mut Viewer<'_>, scene: &Scene, teacher: &str) {
    let yellow = Colour::parse("#ffd400").unwrap();
    let given = scene.cairn.store.write(move |db| {
        let tenant = first_tenant(db)?.unwrap().id;
        tenants::set_accent(db, &tenant, Some(yellow))
    });
    given.await.unwrap();
    launch(viewer.chromium, &scene.moodle, 0, "My badges", teacher).await;
    let accent = Accent::from_colour(yellow);
    for (dark, colour) in [(false, accent.light), (true, accent.dark)] {
        viewer.chromium.emulate(1280, dark).await;
        let read = "return getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()";
        let found = viewer.chromium.driver.execute(read, Vec::new()).await.unwrap();
        assert_eq!(found.json().as_str(), Some(colour.hex().as_str()), "dark: {dark}");
    }
    viewer.inspect("course-accent").await;
    let new = viewer.link("/badges/new").await;
    viewer.goto("editor-new-accent", &new).await;
    launch(viewer.chromium, &scene.moodle, 0, "My badges", "Ada Adeyemi").await;
    viewer.inspect("my-badges-accent").await;
    viewer.press_at("main a[href*='/badges/']").await;
    viewer.press_at("a[href*='/credentials/']").await;
    viewer.chromium.reads("under review since").await;
    let public = local(scene, &viewer.link_in("main .button.primary").await);
    viewer.goto("credential-accent", &public).await;
    viewer.goto("print-accent", &format!("{public}/print")).await;
}

/// Whoever asked to be erased is told why not.
async fn declined(scene: &Scene) {
    let now = scene.cairn.clock.now();
    let done = scene.cairn.store.write(move |db| {
        for tenant in tenants::list(db)? {
            for wish in erasures::waiting(db, &tenant.id)? {
                let reason = "The examination office needs your results until July. Ask again after that.";
                erasures::decline(db, &tenant.id, &wish.id, reason, now)?;
            }
        }
        Ok(())
    });
    done.await.unwrap();
}

/// An address of the identity's origin, on the server that runs here.
fn local(scene: &Scene, url: &str) -> String {
    url.replace(&scene.cairn.settings.identity(), &scene.origin)
}

async fn public(viewer: &mut Viewer<'_>, scene: &Scene) {
    let link = viewer
        .chromium
        .driver
        .find(By::LinkText("See it as others do"))
        .await
        .unwrap();
    let named = link.prop("href").await.unwrap().unwrap();
    let link = viewer.chromium.driver.find(By::Id("fresh-link")).await.unwrap();
    let shared = link.prop("value").await.unwrap().unwrap();
    viewer.goto("credential", &local(scene, &named)).await;
    let issuer = viewer.link_in("main a[href*='/issuers/']").await;
    viewer.goto("issuer", &local(scene, &issuer)).await;
    viewer.goto("credential-by-link", &local(scene, &shared)).await;
    viewer
        .goto("credential-unknown", &format!("{}/b/none", scene.origin))
        .await;
    viewer
        .goto("nothing-here", &format!("{}/nothing/here", scene.origin))
        .await;
    viewer
        .goto(
            "refused",
            &format!("{}/lti/login?iss=https://nobody.example", scene.origin),
        )
        .await;
}

impl Viewer<'_> {
    async fn press_at(&self, selector: &str) {
        let found = self.chromium.driver.find(By::Css(selector)).await.unwrap();
        found.click().await.unwrap();
    }

    async fn link_in(&self, selector: &str) -> String {
        let link = self.chromium.driver.find(By::Css(selector)).await.unwrap();
        link.prop("href").await.unwrap().unwrap()
    }
}

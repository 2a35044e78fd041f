//! A student who joins their own accounts of two platforms: a code in one, typed in the other, a yes in both, and back again.

use chrono::TimeDelta;
use practice_lms::PracticeLms;
use practice_lms::browser::Page;
use sha2::{Digest as _, Sha256};

use crate::domain::accounts::{AccountJoin, Code};
use crate::domain::erasure::Wish;
use crate::domain::policy::Policy;
use crate::ids::{AccountJoinId, ErasureId, PersonId};
use crate::random::SystemRandom;
use crate::store::{account_joins, course_teachers, erasures, identities, people, policies};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;
use crate::tests::privacy::{taken, unpacked};

use super::stage::Stage;

const PAGE: &str = "/mine/accounts";

#[track_caller]
fn reads(page: &Page, text: &str) {
    assert!(page.words().contains(text), "{text}\nis not in\n{}", page.words());
}

/// The `n`th student of an LMS, launched.
async fn student(lms: &PracticeLms, n: usize) -> Guest {
    let world = lms.world();
    let at = world.courses()[0].id;
    let name = world.students(at)[n].name.clone();
    Guest::open(lms, 0, &name, "My badges").await
}

async fn let_them(stage: &Stage, is_on: bool) {
    let (tenant, now) = (stage.course.tenant.clone(), stage.scene.cairn.clock.now());
    let policy = Policy {
        account_joins: is_on,
        ..Policy::default()
    };
    let set = stage
        .scene
        .cairn
        .store
        .write(move |db| policies::set(db, &tenant, &policy, now));
    set.await.unwrap();
}

/// Who the `n`th student of the Canvas is.
async fn in_canvas(stage: &Stage, n: usize) -> PersonId {
    let world = stage.scene.canvas.world();
    let sub = world.students(world.courses()[0].id)[n].sub.clone();
    let tenant = stage.course.tenant.clone();
    let found = stage.scene.cairn.store.read(move |db| {
        for one in people::search(db, &tenant, &sub, 9)? {
            if identities::of_person(db, &tenant, &one.id)?
                .iter()
                .any(|(_, known)| *known == sub)
            {
                return Ok(Some(one.id));
            }
        }
        Ok(None)
    });
    found.await.unwrap().unwrap()
}

/// A new code of somebody.
async fn code(guest: &mut Guest) -> String {
    let page = guest.get(PAGE).await;
    let told = guest.send(&page, "/mine/accounts/code", &[]).await;
    assert_eq!(told.status, 200, "{}", told.words());
    let text = told.text();
    let field = text.split("id=\"fresh-code\" readonly value=\"").nth(1).unwrap();
    field.split('"').next().unwrap().to_owned()
}

/// What somebody is shown who types a code.
async fn typed(guest: &mut Guest, code: &str) -> Page {
    let page = guest.get(PAGE).await;
    guest
        .send(&page, "/mine/accounts/review", &[("code", code)])
        .await
}

#[test]
fn two_accounts_are_one_after_both_said_yes_and_two_again_when_either_takes_it_back() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        stage.earned().await;
        let (moodle, canvas) = (&stage.scene.moodle, &stage.scene.canvas);
        let (mut here, mut there) = (student(moodle, 0).await, student(canvas, 0).await);

        // Nothing is offered before the institution lets it be, and an address alone opens nothing.
        let all = here.get("/mine").await;
        assert!(!all.text().contains(PAGE), "{}", all.text());
        reads(&here.get(PAGE).await, "does not let students join");
        let_them(&stage, true).await;
        assert!(here.get("/mine").await.text().contains(PAGE));

        let (_, name) = stage.student(0);
        let code = code(&mut here).await;
        let review = typed(&mut there, &code.to_lowercase().replace('-', " ")).await;
        for text in [
            "Are both accounts yours?",
            name.as_str(),
            "1 badge, 0 submissions",
            "Administrators of your institution see that you joined them.",
        ] {
            reads(&review, text);
        }
        let agreed = there.send(&review, "/mine/accounts/agree", &[]).await;
        reads(&agreed, "say yes there too");
        reads(&agreed, "Nothing is joined before you say yes there too.");
        assert!(!there.get("/mine").await.words().contains("Earned (1)"));

        let asked = here.get(PAGE).await;
        reads(&asked, "Is this you?");
        let joined = here.send(&asked, "/confirm", &[]).await;
        reads(&joined, "Both accounts are being joined.");
        stage.scene.at_rest().await;
        reads(&there.get("/mine").await, "Quiz master");

        // Each class goes on calling them as its own LMS does.
        let sub = canvas.world().students(canvas.world().courses()[0].id)[0]
            .sub
            .clone();
        let mut teacher = Guest::open(canvas, 0, "Teacher", "My badges").await;
        let class = teacher.get("/progress.csv").await;
        assert!(class.text().contains(&sub), "{}", class.text());

        let tenant = stage.course.tenant.clone();
        let scope = crate::service::institution::administrators::Scope::Tenant(tenant.clone());
        let mut admin = AdminBrowser::of(&stage.scene, &scope, "Ada").await;
        let list = admin.get(&format!("/admin/people/{tenant}")).await;
        reads(&list, "Joined by students");
        assert!(!list.words().contains("no word in common"), "{}", list.words());
        reads(&admin.get(&format!("/admin/audit/{tenant}")).await, "joined");

        // It is told in the archive, without the code.
        let files = unpacked(&taken(&stage, 0).await.body);
        let about = String::from_utf8(files["about-me.json"].clone()).unwrap();
        assert!(about.contains("\"accounts_joined\"") && !about.contains(&code));

        // From the account that was not the one with the code, and after the institution thought better of it.
        let_them(&stage, false).await;
        assert!(there.get("/mine").await.text().contains(PAGE));
        let page = there.get(PAGE).await;
        let parted = there.send(&page, "/part", &[]).await;
        assert_eq!(parted.status, 200, "{}", parted.words());
        stage.scene.at_rest().await;
        let (mut here, mut there) = (student(moodle, 0).await, student(canvas, 0).await);
        reads(&here.get("/mine").await, "Earned (1)");
        let apart = there.get("/mine").await;
        assert!(!apart.words().contains("Earned ("), "{}", apart.words());
        stage.scene.end().await;
    });
}

#[test]
fn what_cannot_be_one_is_refused_with_its_reason_and_a_no_ends_a_code() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let_them(&stage, true).await;
        let (moodle, canvas) = (&stage.scene.moodle, &stage.scene.canvas);
        let mut here = student(moodle, 0).await;
        let first = code(&mut here).await;
        reads(&typed(&mut here, &first).await, "the code of this very account");
        let mut neighbour = student(moodle, 1).await;
        reads(
            &typed(&mut neighbour, &first).await,
            "Both accounts are of one LMS",
        );
        let mut there = student(canvas, 5).await;
        reads(
            &typed(&mut there, "ABCD-EFGH").await,
            "Your institution has no such code",
        );
        reads(
            &typed(&mut there, "'; --").await,
            "Your institution has no such code",
        );

        // One that is over.
        let over = Code::of([9; 16]);
        let now = stage.scene.cairn.clock.now();
        let tenant = stage.course.tenant.clone();
        let digest = Sha256::digest(format!("{tenant}/{}", over.as_str()).as_bytes());
        let row = AccountJoin {
            id: AccountJoinId::new(now, &SystemRandom),
            tenant: tenant.clone(),
            person: stage.person(2).await,
            digest: hex::encode(digest),
            made_at: now - TimeDelta::minutes(11),
            until: now - TimeDelta::minutes(1),
            other: None,
            join: None,
        };
        let kept = stage
            .scene
            .cairn
            .store
            .write(move |db| account_joins::insert(db, &row));
        assert!(kept.await.unwrap());
        reads(
            &typed(&mut there, &over.in_two()).await,
            "The time of this code is over",
        );

        // Whoever has power somewhere, by this visit or by what is known, and whoever asked to be erased.
        let mut teacher = Guest::open(canvas, 0, "Teacher", "My badges").await;
        reads(&teacher.get(PAGE).await, "of a student and of nothing else");
        let (was_staff, leaves) = (in_canvas(&stage, 5).await, stage.person(3).await);
        let mut fourth = student(moodle, 3).await;
        let of_fourth = code(&mut fourth).await;
        let course = stage.course.id.clone();
        let asked = stage.scene.cairn.store.write(move |db| {
            let wish = Wish {
                id: ErasureId::new(now, &SystemRandom),
                person: leaves,
                asked_at: now,
                declined: None,
            };
            erasures::ask(db, &tenant, &wish)
        });
        assert!(asked.await.unwrap());
        reads(&typed(&mut there, &of_fourth).await, "asked to be erased");

        // Somebody of another name agrees, and whoever got the code says no; then the code is no more.
        let review = typed(&mut there, &first).await;
        there.send(&review, "/mine/accounts/agree", &[]).await;
        let mut late = student(canvas, 6).await;
        reads(&typed(&mut late, &first).await, "was typed before");
        let asking = here.get(PAGE).await;
        let declined = here.send(&asking, "/decline", &[]).await;
        reads(&declined, "Nothing was joined");
        reads(
            &typed(&mut late, &first).await,
            "Your institution has no such code",
        );
        let again = here.send(&asking, "/confirm", &[]).await;
        assert_eq!(again.status, 409, "{}", again.words());

        // They agree, and one becomes staff before the other says yes.
        let second = code(&mut here).await;
        let review = typed(&mut there, &second).await;
        there.send(&review, "/mine/accounts/agree", &[]).await;
        let tenant = stage.course.tenant.clone();
        let taught = stage.scene.cairn.store.write(move |db| {
            let people = std::slice::from_ref(&was_staff);
            course_teachers::note(db, &tenant, &course, people, now)
        });
        taught.await.unwrap();
        let asking = here.get(PAGE).await;
        let refused = here.send(&asking, "/confirm", &[]).await;
        assert_eq!(refused.status, 403, "{}", refused.words());
        reads(&refused, "nothing was joined");

        // Each types the code of the other, and both say yes at the same moment: one is joined into the other, never each into each.
        let (mut one, mut other) = (student(moodle, 4).await, student(canvas, 4).await);
        let (of_one, of_other) = (code(&mut one).await, code(&mut other).await);
        let review = typed(&mut other, &of_one).await;
        other.send(&review, "/mine/accounts/agree", &[]).await;
        let review = typed(&mut one, &of_other).await;
        one.send(&review, "/mine/accounts/agree", &[]).await;
        let (asks, too) = (one.get(PAGE).await, other.get(PAGE).await);
        let (first_said, then_said) = tokio::join!(
            one.send(&asks, "/confirm", &[]),
            other.send(&too, "/confirm", &[])
        );
        let said = [first_said.words(), then_said.words()];
        let joined = said
            .iter()
            .filter(|words| words.contains("Both accounts are being joined."));
        assert_eq!(joined.count(), 1, "{said:?}");

        // Names that differ are joined, and said to administrators.
        let third = code(&mut here).await;
        let review = typed(&mut late, &third).await;
        late.send(&review, "/mine/accounts/agree", &[]).await;
        let asking = here.get(PAGE).await;
        here.send(&asking, "/confirm", &[]).await;
        stage.scene.at_rest().await;
        let tenant = stage.course.tenant.clone();
        let scope = crate::service::institution::administrators::Scope::Tenant(tenant.clone());
        let mut admin = AdminBrowser::of(&stage.scene, &scope, "Ada").await;
        let list = admin.get(&format!("/admin/people/{tenant}")).await;
        reads(&list, "The names have no word in common");
        stage.scene.end().await;
    });
}

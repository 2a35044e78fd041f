//! The colour of an institution: given in the console, seen on its pages and on nobody else's.

use crate::domain::theme::{Accent, Colour};
use crate::ids::TenantId;
use crate::service::base::{addresses, institutions};
use crate::service::institution::administrators::Scope;
use crate::store::testing::shortcuts::first_tenant;
use crate::store::{audit, issuers, tenants};
use crate::web::assets;
use practice_lms::browser::{Browser, Page};

use super::admin_browser::AdminBrowser;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::showing::stage::{Stage, get};

/// Types a colour for an institution in the console.
async fn give(admin: &mut AdminBrowser, tenant: &TenantId, typed: &str) -> Page {
    let page = admin.get(&format!("/admin/issuers/{tenant}")).await;
    admin.send(&page, "/colour", &[("colour", typed)]).await
}

/// The style sheet of an accent that a page links.
fn linked(page: &Page) -> Option<String> {
    let text = page.text();
    let mut parts = text.split('"').filter(|part| part.contains("/accent-"));
    let found = parts.next().map(str::to_owned);
    assert_eq!(parts.next(), None, "{} links two", page.url);
    found
}

#[track_caller]
fn is_in(page: &Page, colour: Option<Colour>, status: u16) {
    assert_eq!(page.status, status, "{}: {}", page.url, page.words());
    assert_eq!(linked(page), colour.map(assets::accent), "{}", page.url);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("style-src 'self'"), "{}: {policy}", page.url);
}

async fn stored(scene: &Scene, tenant: &TenantId) -> Option<Colour> {
    let id = tenant.clone();
    let found = scene.cairn.store.read(move |db| tenants::get(db, &id));
    found.await.unwrap().unwrap().accent
}

/// The pages of one institution with a badge that somebody earned.
struct Pages {
    stage: Stage,
    teacher: Browser,
    holder: Browser,
    framed: [Vec<String>; 2],
    public: Vec<(String, u16)>,
    console: Vec<String>,
}

impl Pages {
    async fn of(scene: Scene) -> Self {
        let stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        let tenant = stage.course.tenant.clone();
        let id = tenant.clone();
        let found = stage
            .scene
            .cairn
            .store
            .read(move |db| issuers::for_tenant(db, &id));
        let slug = found.await.unwrap().unwrap().slug;
        let inside = |rest: &str| stage.inside(rest);
        let teaching = ["", "/progress", "/badges/none/edit"].map(inside);
        let mine = [
            String::new(),
            format!("/credentials/{}", award.id),
            format!("/credentials/{}/print", award.id),
        ];
        let address = addresses::credential(&credential.slug);
        let public = [
            (address.clone(), 200),
            (format!("{address}/print"), 200),
            (format!("{address}.json"), 403),
            (addresses::issuer(&slug), 200),
            (addresses::achievement(&slug, &badge), 200),
        ];
        Self {
            teacher: stage.teacher.clone(),
            holder: stage.student_browser(0).await,
            framed: [teaching.to_vec(), mine.iter().map(|rest| inside(rest)).collect()],
            public: public.map(|(path, status)| (stage.url(&path), status)).to_vec(),
            console: ["issuers", "policies", "privacy", "audit"]
                .map(|page| format!("/admin/{page}/{tenant}"))
                .to_vec(),
            stage,
        }
    }

    async fn are_in(&mut self, admin: &mut AdminBrowser, colour: Option<Colour>) {
        for url in &self.framed[0] {
            let page = self.teacher.get(url).await.unwrap();
            // What is not there is said within the visit as well.
            let status = if url.contains("none") { 404 } else { 200 };
            is_in(&page, colour, status);
        }
        for url in &self.framed[1] {
            is_in(&self.holder.get(url).await.unwrap(), colour, 200);
        }
        for (url, status) in &self.public {
            is_in(&get(url, "text/html").await, colour, *status);
        }
        for path in &self.console {
            is_in(&admin.get(path).await, colour, 200);
        }
    }
}

#[test]
fn the_colour_of_an_institution_is_on_its_pages_and_on_nobody_elses() {
    on_each_database(|scene| async move {
        let (other, theirs) = institutions::find_or_create(&scene.cairn, "South Hill School")
            .await
            .unwrap();
        let mut root = AdminBrowser::of(&scene, &Scope::Everything, "Root").await;
        let mut pages = Pages::of(scene).await;
        let own = pages.stage.course.tenant.clone();
        let mut ada = AdminBrowser::of(&pages.stage.scene, &Scope::Tenant(own.clone()), "Ada").await;
        let [yellow, purple] = ["#ffd400", "#5b2a86"].map(|hex| Colour::parse(hex).unwrap());
        pages.are_in(&mut root, None).await;

        let saved = give(&mut root, &other.id, "#5b2a86").await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        pages.are_in(&mut root, None).await;
        let at_theirs = pages.stage.url(&addresses::issuer(&theirs.slug));
        is_in(&get(&at_theirs, "text/html").await, Some(purple), 200);

        let saved = give(&mut ada, &own, " FFD400 ").await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        assert!(
            saved
                .words()
                .contains("hard to read on light pages, so it is darker there."),
            "{}",
            saved.words()
        );
        pages.are_in(&mut root, Some(yellow)).await;
        is_in(&get(&at_theirs, "text/html").await, Some(purple), 200);
        // Whoever sees one institution alone is there in its colour; whoever sees all is nowhere in particular.
        is_in(&ada.get("/admin").await, Some(yellow), 200);
        is_in(&root.get("/admin").await, None, 200);
        let verifier = get(&pages.stage.url("/verify"), "text/html").await;
        assert_eq!(linked(&verifier), None);

        let sheet = pages.stage.url(&assets::accent(yellow));
        let found = get(&sheet, "text/css").await;
        assert_eq!(found.status, 200);
        assert_eq!(found.header("content-type"), Some("text/css; charset=utf-8"));
        assert!(found.header("cache-control").unwrap().contains("immutable"));
        let Accent { light, dark } = Accent::from_colour(yellow);
        for colour in [light, dark].map(Colour::hex) {
            assert!(
                found.text().contains(&format!("--accent:{colour};")),
                "{}",
                found.text()
            );
        }
        for none in ["accent-ffd40.css", "accent-FFD400.css", "accent-yellow.css"] {
            let address = sheet.replace("accent-ffd400.css", none);
            assert_eq!(get(&address, "text/css").await.status, 404, "{none}");
        }

        give(&mut ada, &own, "").await;
        pages.are_in(&mut root, None).await;
        let log = ada
            .get(&format!("/admin/audit/{own}?action=accent.changed"))
            .await;
        let told = "Ada changed the colour of an institution’s pages";
        assert_eq!(log.words().matches(told).count(), 2, "{}", log.words());
        assert!(log.words().contains("#ffd400"), "{}", log.words());
        pages.stage.scene.end().await;
    });
}

#[test]
fn what_is_no_colour_is_shown_again_as_it_was_typed_and_nothing_changes() {
    on_each_database(|scene| async move {
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let mut admin = AdminBrowser::of(&scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        give(&mut admin, &tenant, "#1f6f78").await;
        for typed in ["teal", "#12345", "#1234567", "rgb(1, 2, 3)", "\"><b>"] {
            let again = give(&mut admin, &tenant, typed).await;
            assert_eq!(again.status, 422, "{typed}");
            let form = again.form("/colour").unwrap();
            assert_eq!(form.value("colour"), Some(typed), "{}", again.text());
            assert!(
                again.words().contains("Type the colour as # and six digits"),
                "{}",
                again.words()
            );
            let field = again.text();
            let field = field.split("id=\"f-colour\"").nth(1).unwrap();
            let field = field.split('>').next().unwrap();
            assert!(field.contains("aria-invalid=\"true\""), "{field}");
            // The other form on the page is as it was.
            let face = again.form(&format!("/issuers/{tenant}")).unwrap();
            assert_eq!(face.value("name"), Some("North Coast Polytechnic"));
        }
        assert_eq!(stored(&scene, &tenant).await, Colour::parse("#1f6f78"));
        // The same colour once more is no change.
        give(&mut admin, &tenant, "#1F6F78").await;
        let of = tenant.clone();
        let entries = scene
            .cairn
            .store
            .read(move |db| audit::about(db, &of, &[of.as_str()]));
        let entries = entries.await.unwrap();
        let changes: Vec<_> = entries
            .iter()
            .filter(|entry| entry.action == "accent.changed")
            .collect();
        assert_eq!(changes.len(), 1, "{entries:?}");
        scene.end().await;
    });
}

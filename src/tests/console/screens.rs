//! Every page of the console in Chromium: at 320 and 1280 pixels, light and dark. With `CAIRN_SCREENS` set, a picture of
//! each is left in that folder.

use gradebook_rest::Token;

use crate::domain::rest_access::Interface;
use crate::ids::PlatformId;
use crate::service::base::institutions;
use crate::service::institution::administrators::{Operator, Scope, links};
use crate::service::institution::rest_access::{self, NewKey, interface};
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::first_tenant;
use crate::store::{erasures, registrations};
use thirtyfour::prelude::*;

use crate::tests::chromium::{Chromium, LOOKS};
use crate::tests::console::{institution_badges, tower};
use crate::tests::guest::Guest;
use crate::tests::harness::Scene;

/// A Moodle that is switched on and refuses its token.
async fn refused_moodle(scene: &Scene, moodle: &PlatformId) {
    let world = scene.moodle.world();
    let (_, token) = world.add_service_account();
    world.switch_web_services(false);
    let new = NewKey::Moodle {
        token: Token::new(token),
    };
    let (cairn, by) = (&scene.cairn, Operator::CommandLine);
    rest_access::save(cairn, by, moodle, new, None).await.unwrap();
    let known = rest_access::view(cairn, &Scope::Everything, moodle)
        .await
        .unwrap();
    rest_access::test(cairn, by, moodle, &known.grants[0].grant.id)
        .await
        .unwrap();
}

#[test]
fn every_page_of_the_console_is_fit_for_everybody() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let mut wrong = Vec::new();
        let at = |path: &str| format!("{}/admin{path}", scene.origin);
        chromium.driver.goto(at("/policies")).await.unwrap();
        chromium.reads("Sign in to").await;
        wrong.extend(chromium.inspect("console-sign-in", &LOOKS).await);
        let made = links::make(
            &scene.cairn,
            &Scope::Everything,
            crate::service::institution::administrators::Operator::CommandLine,
        )
        .await;
        let link = made.unwrap();
        chromium.driver.goto(&link).await.unwrap();
        wrong.extend(chromium.inspect("console-link", &LOOKS).await);
        let name = chromium.driver.find(By::Name("name")).await.unwrap();
        name.send_keys("Ada Lovelace").await.unwrap();
        for (field, typed) in [
            ("email", "ada@school.example"),
            ("password", "seven stones on a hill"),
        ] {
            let field = chromium.driver.find(By::Name(field)).await.unwrap();
            field.send_keys(typed).await.unwrap();
        }
        chromium.press("Go in").await;
        chromium.reads("You are signed in.").await;
        wrong.extend(chromium.inspect("console-overview", &LOOKS).await);
        institutions::find_or_create(&scene.cairn, "South Hill School")
            .await
            .unwrap();
        let tenant = scene.cairn.store.read(first_tenant).await.unwrap().unwrap().id;
        let mut student = Guest::open(&scene.moodle, 0, "Student", "My badges").await;
        let asking = student.get("/me/erasure").await;
        student
            .send(&asking, "/me/erasure/ask", &[("word", "erase")])
            .await;
        let programme = tower::programme(&scene, &tenant).await;
        let (_, own) = institution_badges::published(&scene).await;
        let of = tenant.clone();
        let waiting = scene.cairn.store.read(move |db| erasures::waiting(db, &of));
        let wish = waiting.await.unwrap().remove(0).id;
        let of = tenant.clone();
        let platforms = scene.cairn.store.read(move |db| registrations::list(db, &of));
        let platforms = platforms.await.unwrap();
        let platform = |wanted: Interface| {
            let found = platforms.iter().find(|one| interface(one) == Some(wanted));
            PlatformId::from(found.unwrap().id.as_str())
        };
        let (canvas, moodle) = (platform(Interface::Canvas), platform(Interface::Moodle));
        refused_moodle(&scene, &moodle).await;
        for (name, path) in [
            ("platform", format!("/platforms/p/{canvas}")),
            ("beyond-never", format!("/platforms/beyond/{canvas}")),
            ("beyond-refused", format!("/platforms/beyond/{moodle}")),
            ("beyond-revoke", format!("/platforms/beyond/{moodle}/revoke")),
            ("overview-two", String::new()),
            ("issuers", "/issuers".to_owned()),
            ("issuer", format!("/issuers/{tenant}")),
            ("rotate", format!("/issuers/{tenant}/rotate")),
            ("coach", format!("/coach/{tenant}")),
            ("skills", format!("/skills/{tenant}")),
            ("publish", "/tool-keys/publish".to_owned()),
            ("choose", "/policies".to_owned()),
            ("policies", format!("/policies/{tenant}")),
            ("minors", format!("/minors/{tenant}?name=a")),
            ("privacy-choose", "/privacy".to_owned()),
            ("privacy", format!("/privacy/{tenant}")),
            ("erase", format!("/privacy/{tenant}/erasures/{wish}")),
            ("decline", format!("/privacy/{tenant}/erasures/{wish}/decline")),
            ("copy-requests", format!("/copy-requests/{tenant}")),
            ("audit", format!("/audit/{tenant}")),
            ("audit-none", format!("/audit/{tenant}?who=nobody")),
            ("administrators", "/administrators".to_owned()),
            ("people", format!("/people/{tenant}?name=a")),
            ("holdings", format!("/holdings/{tenant}?all=yes")),
            ("programmes", format!("/programmes/{tenant}")),
            ("programme-new", format!("/programmes/{tenant}/new")),
            ("programmes-map", format!("/programmes/{tenant}/map")),
            (
                "programme-makers",
                format!("/programmes/{tenant}/makers?sought=t"),
            ),
            ("programme", format!("/programmes/{tenant}/p/{programme}")),
            ("programme-try", format!("/programmes/{tenant}/p/{programme}/try")),
            (
                "programme-edit",
                format!("/programmes/{tenant}/p/{programme}/edit"),
            ),
            (
                "programme-waivers",
                format!("/programmes/{tenant}/p/{programme}/waivers?name=a"),
            ),
            ("badges", format!("/badges/{tenant}")),
            ("badge-new", format!("/badges/{tenant}/new")),
            ("badge", format!("/badges/{tenant}/b/{own}")),
            ("badge-edit", format!("/badges/{tenant}/b/{own}/edit")),
            ("awards", format!("/awards/{tenant}?sought=a")),
            ("endorsements", format!("/endorsements/{tenant}")),
            ("password", "/password".to_owned()),
            ("not-here", "/nothing".to_owned()),
        ] {
            chromium.driver.goto(at(&path)).await.unwrap();
            let drawn = chromium.driver.find_all(By::Css(".graph a")).await.unwrap();
            let boxes = match name {
                "programmes-map" => tower::BADGES,
                "programme" => tower::PARTS + 1,
                _ => 0,
            };
            assert_eq!(drawn.len(), boxes, "what is drawn at {path}");
            wrong.extend(chromium.inspect(&format!("console-{name}"), &LOOKS).await);
        }
        chromium
            .driver
            .goto(at(&format!("/issuers/{tenant}")))
            .await
            .unwrap();
        for (typed, said, name) in [
            ("#ffd400", "hard to read on light pages", "issuer-colour"),
            ("yellow", "Type the colour as #", "issuer-no-colour"),
        ] {
            let field = chromium.driver.find(By::Name("colour")).await.unwrap();
            field.clear().await.unwrap();
            field.send_keys(typed).await.unwrap();
            chromium.press("Save the colour").await;
            chromium.reads(said).await;
            wrong.extend(chromium.inspect(&format!("console-{name}"), &LOOKS).await);
        }
        let withdraw = chromium.driver.find(By::PartialLinkText("Withdraw…")).await;
        withdraw.unwrap().click().await.unwrap();
        chromium.reads("Why it is withdrawn").await;
        wrong.extend(chromium.inspect("console-withdraw", &LOOKS).await);
        chromium.driver.goto(at("/administrators")).await.unwrap();
        chromium.press("Make a link").await;
        chromium.reads("The link is ready").await;
        wrong.extend(chromium.inspect("console-invited", &LOOKS).await);
        chromium.driver.goto(&link).await.unwrap();
        wrong.extend(chromium.inspect("console-link-over", &LOOKS).await);
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

//! An administrator with a browser: what tests of the console share.

use crate::service::institution::administrators::{Scope, links};
use practice_lms::browser::{Browser, Page};

use crate::tests::harness::Scene;

/// The password of every administrator in tests.
pub(crate) const PASSWORD: &str = "seven stones on a hill";

/// Somebody who is signed in to the console.
pub(crate) struct AdminBrowser {
    pub(crate) browser: Browser,
    origin: String,
}

impl AdminBrowser {
    /// Somebody who came in by a link for that scope, with a name alone.
    pub(crate) async fn of(scene: &Scene, scope: &Scope, name: &str) -> Self {
        Self::with(scene, scope, &[("name", name)]).await
    }

    /// Somebody who came in by a link and typed that.
    pub(crate) async fn with(scene: &Scene, scope: &Scope, typed: &[(&str, &str)]) -> Self {
        let link = links::make(
            &scene.cairn,
            scope,
            crate::service::institution::administrators::Operator::CommandLine,
        )
        .await
        .unwrap();
        let mut admin = Self {
            browser: Browser::new().unwrap(),
            origin: scene.origin.clone(),
        };
        let entry = admin.browser.get(&link).await.unwrap();
        let inside = admin.send(&entry, "/admin/link/", typed).await;
        assert!(
            inside.words().contains("You are signed in."),
            "{}",
            inside.words()
        );
        admin
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.browser.get(&format!("{}{path}", self.origin)).await.unwrap()
    }

    /// Sends the form of `page` whose action contains that.
    pub(crate) async fn send(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let form = page.forms().into_iter().find(|form| form.action.contains(action));
        let form = form.unwrap_or_else(|| panic!("{} has no form {action}: {}", page.url, page.words()));
        self.browser.submit(page, &form, fields).await.unwrap()
    }
}

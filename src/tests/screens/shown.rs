//! What somebody shows to others, and what these find.

use thirtyfour::prelude::*;

use super::{Viewer, local};
use crate::tests::harness::Scene;

/// A collection of one badge, on whose empty form the browser is, as others see it, and what they find when they check it.
pub(super) async fn collection(viewer: &mut Viewer<'_>, scene: &Scene) {
    let driver = &viewer.chromium.driver;
    let title = driver.find(By::Id("f-title")).await.unwrap();
    title.send_keys("For the harbour").await.unwrap();
    let item = driver.find(By::Name("item")).await.unwrap();
    item.click().await.unwrap();
    viewer.press("Save the collection").await;
    viewer.press("Make a link").await;
    viewer.chromium.reads("Your new link").await;
    let link = viewer.chromium.driver.find(By::Id("fresh-link")).await.unwrap();
    let shown = link.prop("value").await.unwrap().unwrap();
    viewer.goto("collection-shown", &local(scene, &shown)).await;
    viewer.press("Check all badges").await;
    viewer.chromium.reads("Check it independently").await;
    viewer.inspect("collection-sheet").await;
}

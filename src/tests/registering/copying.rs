//! The Copy buttons of the pages for installing by hand, in Chromium: by mouse and by keyboard, with the clipboard's own
//! interface and where a browser refuses it.

use crate::service::institution::administrators::{Scope, links};
use crate::store::testing::TestDatabase;
use serde_json::json;
use thirtyfour::prelude::*;

use crate::tests::chromium::Chromium;
use crate::tests::harness::Scene;

/// How a browser lets a page write to the clipboard.
const WAYS: [(&str, &str); 3] = [
    ("the clipboard's interface", ""),
    (
        "it is refused",
        "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));",
    ),
    (
        "there is none",
        "window.readBack = navigator.clipboard.readText.bind(navigator.clipboard); \
         Object.defineProperty(navigator, 'clipboard', { value: undefined });",
    ),
];

async fn clipboard(chromium: &Chromium) -> String {
    let read = "const done = arguments[arguments.length - 1]; \
                (window.readBack || navigator.clipboard.readText.bind(navigator.clipboard))().then(done, (why) => done('refused: ' + why));";
    let found = chromium.driver.execute_async(read, Vec::new()).await.unwrap();
    found.json().as_str().unwrap().to_owned()
}

/// Waits until the button says that.
async fn says(button: &WebElement, words: &str, what: &str) {
    for _ in 0..30 {
        if button.text().await.unwrap() == words {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{what}: it never says {words:?}, but {:?}", button.text().await);
}

#[test]
fn every_value_is_copied_by_its_button_by_mouse_and_by_keyboard() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let scene = Scene::on(TestDatabase::sqlite()).await;
        chromium.emulate(1280, false).await;
        let rights =
            json!({"origin": scene.origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        chromium.tell("Browser.grantPermissions", rights).await;
        let made = links::make(
            &scene.cairn,
            &Scope::Everything,
            crate::service::institution::administrators::Operator::CommandLine,
        )
        .await;
        chromium.driver.goto(&made.unwrap()).await.unwrap();
        let name = chromium.driver.find(By::Id("f-name")).await.unwrap();
        name.send_keys("Ada").await.unwrap();
        name.send_keys(Key::Enter).await.unwrap();
        chromium.reads("You are signed in.").await;
        for (flavour, most) in [("moodle", 7), ("canvas", 3), ("other", 4)] {
            for (how, change) in WAYS {
                let page = format!("{}/admin/platforms/by-hand/{flavour}", scene.origin);
                chromium.driver.goto(&page).await.unwrap();
                let open = "document.querySelectorAll('details').forEach((one) => { one.open = true; });";
                chromium
                    .driver
                    .execute(format!("{open}{change}"), Vec::new())
                    .await
                    .unwrap();
                let buttons = chromium.driver.find_all(By::Css("[data-copy]")).await.unwrap();
                assert_eq!(buttons.len(), most, "{flavour}");
                for (number, button) in buttons.iter().enumerate() {
                    let id = button.attr("data-copy").await.unwrap().unwrap();
                    let field = chromium.driver.find(By::Id(&id)).await.unwrap();
                    let value = field.prop("value").await.unwrap().unwrap();
                    assert!(value.len() > 10, "{flavour}, {id}");
                    assert_eq!(button.text().await.unwrap(), "Copy", "{flavour}, {id}, {how}");
                    if number % 2 == 0 {
                        button.click().await.unwrap();
                    } else {
                        let reached = "arguments[0].focus(); return document.activeElement === arguments[0]";
                        let here = vec![button.to_json().unwrap()];
                        let here = chromium.driver.execute(reached, here).await.unwrap();
                        assert_eq!(
                            here.json(),
                            &json!(true),
                            "{flavour}, {id}: a keyboard reaches it"
                        );
                        button.send_keys(Key::Enter).await.unwrap();
                    }
                    says(button, "Copied", &format!("{flavour}, {id}, {how}")).await;
                    assert_eq!(clipboard(&chromium).await, value, "{flavour}, {id}, {how}");
                }
            }
        }
        // Where nothing lets the page copy, the button does not say that it did, and the value is selected for the keys.
        let page = format!("{}/admin/platforms/by-hand/moodle", scene.origin);
        chromium.driver.goto(&page).await.unwrap();
        let refused = "navigator.clipboard.writeText = () => Promise.reject(new Error('no')); document.execCommand = () => false;";
        chromium.driver.execute(refused, Vec::new()).await.unwrap();
        let button = chromium.driver.find(By::Css("[data-copy]")).await.unwrap();
        button.click().await.unwrap();
        chromium.reads("Press Ctrl+C").await;
        let selected = "const field = document.activeElement; return field.value.slice(field.selectionStart, field.selectionEnd)";
        let selected = chromium.driver.execute(selected, Vec::new()).await.unwrap();
        assert_eq!(selected.json(), &json!(format!("{}/lti/launch", scene.origin)));
        chromium.end().await;
        scene.end().await;
    });
}

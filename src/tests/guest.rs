//! Somebody who was launched and clicks on: what tests of the pages share.

use std::time::Duration;

use practice_lms::PracticeLms;
use practice_lms::browser::{Browser, Page};

use crate::tests::harness::framed;

/// A person in a course, with a browser of their own.
pub(crate) struct Guest {
    pub(crate) browser: Browser,
    /// Where the launch led.
    pub(crate) page: Page,
    /// `http://…/c/<course>`.
    pub(crate) course: String,
}

impl Guest {
    /// Opens a link of the course as the member of that name or role word.
    pub(crate) async fn open(lms: &PracticeLms, course: usize, who: &str, link: &str) -> Self {
        Self::with(framed(lms), lms, course, who, link).await
    }

    pub(crate) async fn with(
        mut browser: Browser,
        lms: &PracticeLms,
        course: usize,
        who: &str,
        link: &str,
    ) -> Self {
        let world = lms.world();
        let course = world.courses()[course].id;
        let members = world.members(course);
        let person = members
            .iter()
            .find(|one| one.name == who || format!("{:?}", one.role) == who);
        let person = person.unwrap_or_else(|| panic!("nobody is {who}")).id;
        let links = world.links(course);
        let link = links
            .iter()
            .find(|one| one.title == link)
            .unwrap_or_else(|| panic!("no link {link}"))
            .id;
        let form = world.launch_form(course, person, link).unwrap();
        let page = browser.launch(&form).await.unwrap();
        assert_eq!(page.status, 200, "{}", page.words());
        let rest = page
            .url
            .path()
            .strip_prefix("/c/")
            .unwrap()
            .split('/')
            .next()
            .unwrap()
            .to_owned();
        let course = page.url.join(&format!("/c/{rest}")).unwrap().to_string();
        Self {
            browser,
            page,
            course,
        }
    }

    pub(crate) async fn get(&mut self, rest: &str) -> Page {
        self.browser.get(&format!("{}{rest}", self.course)).await.unwrap()
    }

    /// Sends the form of `page` whose action ends so.
    pub(crate) async fn send(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let form = page
            .forms()
            .into_iter()
            .find(|form| form.action.ends_with(action));
        let form = form.unwrap_or_else(|| panic!("{} has no form {action}: {}", page.url, page.words()));
        self.browser.submit(page, &form, fields).await.unwrap()
    }

    /// The same with files: field, name, media type, content.
    pub(crate) async fn send_files(
        &mut self,
        page: &Page,
        action: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &str, &[u8])],
    ) -> Page {
        let form = page
            .forms()
            .into_iter()
            .find(|form| form.action.ends_with(action));
        let form = form.unwrap_or_else(|| panic!("{} has no form {action}: {}", page.url, page.words()));
        self.browser
            .submit_files(page, &form, fields, files)
            .await
            .unwrap()
    }

    /// Looks again until the page reads `text`, 30 seconds at most.
    pub(crate) async fn until(&mut self, rest: &str, text: &str) -> Page {
        for _ in 0..300 {
            let page = self.get(rest).await;
            if page.words().contains(text) {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let page = self.get(rest).await;
        panic!("{} never reads {text:?}, but: {}", page.url, page.words());
    }

    /// A new badge with that name, kind and letters; its id.
    pub(crate) async fn make_badge(&mut self, name: &str, kind: &str) -> String {
        let editor = self.get("/badges/new").await;
        let fields = [
            ("name", name),
            ("kind", kind),
            ("initials", "AB"),
            ("action", "save"),
        ];
        let saved = self.send_files(&editor, "/badges/save", &fields, &[]).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        saved.url.path().split('/').nth(4).unwrap().to_owned()
    }

    /// The first launch of "Project report": an evidence activity of 100 points is behind it from now on.
    pub(crate) async fn takes_work(&mut self) {
        let page = self.page.clone();
        let choice = [
            ("opens", "activity"),
            ("title", "Project report"),
            ("points", "100"),
        ];
        self.send(&page, "/choose", &choice).await;
    }

    /// Adds a row to a rule and fills it in; what is given last is the button.
    pub(crate) async fn build(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        self.send(page, "/rule/save", fields).await
    }

    /// A gradebook column of 100 points, and the badge's rule "at least 80 percent in it", saved.
    pub(crate) async fn rule_on_column(&mut self, badge: &str, column: &str) -> Page {
        let rule = self.get(&format!("/badges/{badge}/rule")).await;
        let made = [
            ("column.label", column),
            ("column.points", "100"),
            ("action", "create_column"),
        ];
        let rule = self.build(&rule, &made).await;
        let rule = self.build(&rule, &[("action", "add::grade")]).await;
        let form = rule.form("/rule/save").unwrap();
        let item = form
            .option("n.0.item", column)
            .unwrap_or_else(|| panic!("{}", rule.words()))
            .to_owned();
        let row = [
            ("n.0.item", item.as_str()),
            ("n.0.value", "80"),
            ("n.0.unit", "percent"),
            ("action", "save"),
        ];
        let saved = self.build(&rule, &row).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        saved
    }

    /// Activates what the dry run shows, once the course was read.
    pub(crate) async fn activate(&mut self, badge: &str) -> Page {
        let preview = self.preview(badge).await;
        let done = self.send(&preview, "/activate", &[]).await;
        assert!(done.words().contains("Activated."), "{}", done.words());
        done
    }

    /// The dry run of a badge, once the course has been read.
    pub(crate) async fn preview(&mut self, badge: &str) -> Page {
        let place = format!("/badges/{badge}/preview");
        let mut preview = self.get(&place).await;
        // The page says so itself: a course that was never read is looked at again in a moment.
        for _ in 0..300 {
            if !preview.words().contains("being read for the first time") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            preview = self.get(&place).await;
        }
        preview
    }
}

//! Students under 16 by their institution's word: what they have stays inside the course site, and nothing comes back by itself.

use practice_lms::browser::{Browser, Page};

use super::admin_browser::AdminBrowser;
use crate::domain::award::Award;
use crate::service::institution::administrators::Scope;
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::{Stage, get};

const HTML: &str = "text/html";

#[track_caller]
fn reads(page: &Page, text: &str) {
    assert!(page.words().contains(text), "{text}\nis not in\n{}", page.words());
}

fn fresh_link(page: &Page) -> String {
    let text = page.text();
    let field = text.split("id=\"fresh-link\" readonly value=\"").nth(1);
    let field = field.unwrap_or_else(|| panic!("no link: {}", page.words()));
    field.split('"').next().unwrap().to_owned()
}

/// Links to a badge, to its timeline and to a collection of it.
async fn shown(holder: &mut Browser, stage: &Stage, award: &Award) -> Vec<String> {
    let mine = stage.inside(&format!("/credentials/{}", award.id));
    let page = holder.get(&mine).await.unwrap();
    let form = page.form("/links").unwrap();
    let made = holder.submit(&page, &form, &[("days", "7")]).await.unwrap();
    let mut links = vec![fresh_link(&made)];
    let page = holder.get(&format!("{mine}/timeline")).await.unwrap();
    let form = page.form("/timeline/links").unwrap();
    let made = holder.submit(&page, &form, &[("days", "7")]).await.unwrap();
    links.push(fresh_link(&made));
    let page = holder.get(&stage.inside("/collections/new")).await.unwrap();
    let form = page.form("/collections/new/save").unwrap();
    let item = format!("award:{}", award.id);
    let fields = [("title", "For the harbour"), ("item", item.as_str())];
    let kept = holder.submit(&page, &form, &fields).await.unwrap();
    let form = kept.form("/link").unwrap();
    let made = holder.submit(&kept, &form, &[("days", "7")]).await.unwrap();
    links.push(fresh_link(&made));
    links
}

async fn statuses(addresses: &[String]) -> Vec<u16> {
    let mut all = Vec::new();
    for address in addresses {
        all.push(get(address, HTML).await.status);
    }
    all
}

#[test]
fn what_a_minor_has_stays_inside_and_nothing_comes_back_by_itself() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        let public = stage.url(&format!("/b/{}", credential.slug));
        let mut holder = stage.student_browser(0).await;
        let links = shown(&mut holder, &stage, &award).await;
        assert_eq!(statuses(&links).await, [200, 200, 200]);
        let tenant = stage.course.tenant.clone();
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let place = format!("/admin/minors/{tenant}");
        let (_, name) = stage.student(0);
        let sought = format!("{place}?name={}", name.split(' ').next().unwrap());
        let person = format!("/people/{}", stage.person(0).await);

        let page = admin.get(&sought).await;
        let review = admin.browser.get(&page.links(&person).remove(0)).await.unwrap();
        reads(&review, "end at once, for good");
        assert_eq!(statuses(&links).await, [200, 200, 200], "asking changes nothing");
        let said = admin.send(&review, &person, &[]).await;
        reads(&said, "Saved.");
        reads(&said, &name);
        assert_eq!(statuses(&links).await, [410, 410, 410]);
        for ending in ["", ".json", "/print"] {
            let page = get(&format!("{public}{ending}"), "*/*").await;
            assert_eq!(page.status, 403, "{ending}");
            assert!(
                !page.text().contains("minor"),
                "strangers are not told: {}",
                page.text()
            );
        }
        let list = stage.inside(&format!("/badges/{badge}/awards"));
        let list = stage.teacher.get(&list).await.unwrap();
        assert!(!list.text().contains(&credential.slug), "{}", list.words());
        // The holder reads why, makes nothing new, and keeps the files.
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let page = holder.get(&mine).await.unwrap();
        reads(&page, "Your institution says that you are a minor");
        let csrf = page.form("/note").unwrap().value("csrf").unwrap().to_owned();
        for (place, field) in [
            ("/links", ("days", "7")),
            ("/share", ("show_name", "yes")),
            ("/timeline/links", ("days", "7")),
        ] {
            let fields = [("csrf", csrf.as_str()), field];
            let refused = holder.post(&format!("{mine}{place}"), &fields).await.unwrap();
            assert_eq!(refused.status, 403, "{place}: {}", refused.words());
            assert!(
                refused.text().contains("policy.inside"),
                "{place}: {}",
                refused.text()
            );
        }
        let file = holder.get(&format!("{mine}.json")).await.unwrap();
        assert_eq!(file.body, credential.document.as_bytes());
        let list = holder.get(&stage.inside("/collections")).await.unwrap();
        assert!(!list.words().contains("others see it until"), "{}", list.words());

        // Taken back: what there was stays ended, and the page opens when its holder says so.
        let page = admin.get(&place).await;
        let review = admin.browser.get(&page.links(&person).remove(0)).await.unwrap();
        reads(&review, "Nothing comes back by itself");
        admin.send(&review, &person, &[]).await;
        assert_eq!(statuses(&links).await, [410, 410, 410]);
        assert_eq!(get(&public, HTML).await.status, 403);
        let page = holder.get(&mine).await.unwrap();
        reads(&page, "said that you are a minor, and took it back");
        reads(&page, "take the tick off “Keep the page to myself”");
        let all = holder.get(&stage.inside("/mine/timeline")).await.unwrap();
        reads(&all, "Nobody would see a badge there now");
        let mut form = page.form("/share").unwrap();
        form.fields.retain(|field| field.name != "keep_page");
        holder.submit(&page, &form, &[]).await.unwrap();
        assert_eq!(get(&public, HTML).await.status, 200);
        assert_eq!(statuses(&links).await, [410, 410, 410]);
        let all = holder.get(&stage.inside("/mine/timeline")).await.unwrap();
        assert!(!all.words().contains("Nobody would see"), "{}", all.words());
        let again = shown(&mut holder, &stage, &award).await;
        assert_eq!(statuses(&again).await, [200, 200, 200]);

        // Of a whole platform, after a look at what it does.
        let page = admin.get(&place).await;
        let platform = format!("/platforms/{}", stage.course.registration);
        let review = page.links(&platform).remove(0);
        let review = admin.browser.get(&review).await.unwrap();
        reads(&review, "end at once, for good");
        let said = admin.send(&review, &platform, &[]).await;
        reads(&said, "all of them under 16 since");
        assert_eq!(statuses(&again).await, [410, 410, 410]);
        let log = admin.get(&format!("/admin/audit/{tenant}")).await;
        reads(&log, "said that students are minors");
        reads(&log, "took back that students are minors");
        stage.scene.end().await;
    });
}

#[test]
fn a_file_of_ids_says_it_of_many_and_tells_whom_nobody_knows() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        let public = stage.url(&format!("/b/{}", credential.slug));
        let tenant = stage.course.tenant.clone();
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let page = admin.get(&format!("/admin/minors/{tenant}")).await;
        let form = page.form("/bring").unwrap();
        let sub = &stage.world.students(stage.at)[0].sub;
        let list = format!("{sub},whoever\nnobody-is-called-so\n");
        let platform = stage.course.registration.to_string();
        for (content, said) in [
            (b"\n,\n".as_slice(), "There is no id in this file"),
            (b"\xff\xfe".as_slice(), "This is no CSV file in UTF-8"),
        ] {
            let file = [("list", "ids.csv", "text/csv", content)];
            let fields = [("platform", platform.as_str()), ("on", "yes")];
            let refused = admin
                .browser
                .submit_files(&page, &form, &fields, &file)
                .await
                .unwrap();
            assert_eq!(refused.status, 422, "{}", refused.words());
            reads(&refused, said);
        }
        let file = [("list", "ids.csv", "text/csv", list.as_bytes())];
        for (on, status) in [("yes", 403), ("no", 403)] {
            let fields = [("platform", platform.as_str()), ("on", on)];
            let done = admin
                .browser
                .submit_files(&page, &form, &fields, &file)
                .await
                .unwrap();
            assert_eq!(done.status, 200, "{}", done.words());
            reads(&done, "The file names 1 person who are known here; for 1 of them");
            reads(&done, "1 id is not known");
            reads(&done, "nobody-is-called-so");
            assert_eq!(get(&public, HTML).await.status, status, "{on}");
        }
        let nowhere = admin.get("/admin/minors/another-institution").await;
        assert_eq!(nowhere.status, 404, "{}", nowhere.words());
        stage.scene.end().await;
    });
}

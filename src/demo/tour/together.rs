//! One student in both LMSs: an administrator lets students join their accounts and makes a programme over a badge of each, Ada joins
//! hers, earns it and takes its record away.

use std::path::Path;

use super::files::Entry;
use super::person::Person;
use super::{During as _, Place, TourError, expect, story};
use practice_lms::browser::{Browser, Page};

const PROGRAMME: &str = "Data professional";

/// Walks it where both LMSs are.
pub(super) async fn walk(
    places: &[Place],
    folder: &Path,
    say: &dyn Fn(&str),
) -> Result<Vec<Entry>, TourError> {
    let of = |flavour: &str| places.iter().find(|place| place.flavour == flavour);
    let (Some(moodle), Some(canvas)) = (of("moodle"), of("canvas")) else {
        return Ok(Vec::new());
    };
    say("\nOne student in both");
    say("· An administrator lets students join their own accounts.");
    let (mut admin, tenant) = enter(moodle).await?;
    let mut here = Person::enter(moodle, story::COURSE, story::ADA).await?;
    let mut there = Person::enter(canvas, story::COURSE, story::ADA).await?;
    let (here_badge, here_course) = badge(&mut here).await?;
    let (there_badge, there_course) = badge(&mut there).await?;

    say("· Ada gets a code in Moodle, types it in Canvas, and says yes in both.");
    join(&mut here, &here_course, &mut there, &there_course).await?;

    say("· The administrator makes a programme over the badge of each course. One student earns it.");
    programme(moodle, &mut admin, &tenant, [&here_badge, &there_badge]).await?;

    say("· Ada finds it among all her badges, and takes the record with both parts away.");
    let sought = format!("{here_course}/mine?q=professional");
    let mine = here.wait_for(&sought, "1 earned").await?;
    let own = here.click(&mine, PROGRAMME).await?;
    let own = expect("the programme’s badge", own, "Take it with you")?;
    story::recorded(&mut here, moodle, folder, "ada-programme", &own).await
}

/// An administrator in the console who lets students join their accounts; with the id of the institution.
async fn enter(place: &Place) -> Result<(Browser, String), TourError> {
    let step = "an administrator comes into the console again";
    let mut admin = Browser::new().map_err(|error| TourError::Missing {
        step: step.to_owned(),
        what: error.to_string(),
    })?;
    let door = admin.get(&place.console_again).await.during(step)?;
    let form = door.form("/admin/link/").during(step)?;
    let inside = admin.submit(&door, &form, &[("name", "Alex Admin")]).await;
    expect(step, inside.during(step)?, "You are signed in.")?;
    let step = "the policies in the console";
    let policies = admin.get(&format!("{}/admin/policies", place.cairn)).await;
    // There is one institution, so its page is shown at once.
    let policies = expect(step, policies.during(step)?, "Policies of")?;
    let tenant = policies.url.path().rsplit('/').next().during(step)?.to_owned();
    let form = policies.form(&format!("/admin/policies/{tenant}")).during(step)?;
    let saved = admin.submit(&policies, &form, &[("account_joins", "yes")]).await;
    expect(step, saved.during(step)?, "Saved")?;
    Ok((admin, tenant))
}

/// The id of Ada's badge in an LMS, and the address of its course.
async fn badge(student: &mut Person<'_>) -> Result<(String, String), TourError> {
    let step = "the badge of each course";
    let mine = student.open("My badges").await?;
    let course = course_of(&mine).during(step)?;
    let page = student.click(&mine, story::BADGE).await?;
    let id = page.url.path().split("/badges/").nth(1).during(step)?;
    let id = id.split('/').next().during(step)?.to_owned();
    Ok((id, course))
}

/// `http://…/c/<course>`.
fn course_of(page: &Page) -> Option<String> {
    let id = page.url.path().strip_prefix("/c/")?.split('/').next()?;
    page.url.join(&format!("/c/{id}")).ok().map(String::from)
}

async fn join(
    here: &mut Person<'_>,
    here_course: &str,
    there: &mut Person<'_>,
    there_course: &str,
) -> Result<(), TourError> {
    let step = "a code in the first LMS";
    let (own, other) = (
        format!("{here_course}/mine/accounts"),
        format!("{there_course}/mine/accounts"),
    );
    let page = here.browser.get(&own).await.during(step)?;
    let form = page.form("/mine/accounts/code").during(step)?;
    let told = here.send(&page, &form, &[]).await?;
    let text = told.text();
    let code = text.split("id=\"fresh-code\" readonly value=\"").nth(1);
    let code = code.and_then(|rest| rest.split('"').next()).during(step)?;

    let step = "the code in the second LMS";
    let page = there.browser.get(&other).await.during(step)?;
    let form = page.form("/mine/accounts/review").during(step)?;
    let review = there.send(&page, &form, &[("code", code)]).await?;
    let review = expect(step, review, "Are both accounts yours?")?;
    let form = review.form("/mine/accounts/agree").during(step)?;
    let agreed = there.send(&review, &form, &[]).await?;
    expect(step, agreed, "say yes there too")?;

    let step = "the yes in the first LMS";
    let page = here.browser.get(&own).await.during(step)?;
    let page = expect(step, page, "Is this you?")?;
    let form = page.form("/confirm").during(step)?;
    let joined = here.send(&page, &form, &[]).await?;
    expect(step, joined, "Both accounts are being joined.")?;
    here.wait_for(&own, "Joined").await?;
    Ok(())
}

async fn programme(
    place: &Place,
    admin: &mut Browser,
    tenant: &str,
    parts: [&str; 2],
) -> Result<(), TourError> {
    let step = "a new programme";
    let address = format!("{}/admin/programmes/{tenant}/new", place.cairn);
    let new = admin.get(&address).await.during(step)?;
    let form = new.form("/new").during(step)?;
    let parts = parts.map(|part| format!("part.{part}"));
    let mut fields = vec![
        ("name", PROGRAMME),
        (
            "outcome",
            "Cleans real data in two different courses and explains each step.",
        ),
        (
            "criteria",
            "Holds the badge “Clean a messy dataset” of both courses.",
        ),
        ("picture_alt", "A pile of stones"),
        ("action", "save"),
    ];
    fields.extend(parts.iter().map(|part| (part.as_str(), "required")));
    let saved = admin.submit(&new, &form, &fields).await.during(step)?;
    let saved = expect(step, saved, "Saved as a draft.")?;

    let step = "trying the programme";
    let mut own = saved.url.clone();
    own.set_query(None);
    let tried = admin.get(&format!("{own}/try")).await.during(step)?;
    let tried = expect(step, tried, "1 of")?;
    let form = tried.form("/try").during(step)?;
    let active = admin.submit(&tried, &form, &[]).await.during(step)?;
    expect(step, active, "Activated.")?;
    Ok(())
}

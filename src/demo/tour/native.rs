//! A grade of the LMS's own becomes a badge: an administrator lets the LMS be read, a teacher asks for its quiz, a student earns it.

use practice_lms::browser::{Browser, Page, unescape};

use super::person::Person;
use super::{During as _, Place, TourError, expect, story};

/// Nothing happens there in the story of the first course.
const COURSE: &str = "Project Work 2";
const QUIZ: &str = "Weekly quiz";
const BADGE: &str = "Keeps up every week";
const ADA: &str = "Ada Adeyemi";
/// Of 20, which is 85 percent.
const POINTS: &str = "17";

/// The name of the LMS, and everybody whom it lists as a student of the course.
fn about(place: &Place) -> (&'static str, usize) {
    match place.flavour {
        "canvas" => ("Canvas", 8),
        _ => ("Moodle", 10),
    }
}

/// Walks it in one LMS.
pub(super) async fn walk(place: &Place, say: &dyn Fn(&str)) -> Result<(), TourError> {
    let (lms, all) = about(place);
    let mut teacher = Person::enter(place, COURSE, "Teacher").await?;
    let mut ada = Person::enter(place, COURSE, ADA).await?;
    let home = story::badges_of(&mut teacher).await?;
    say(&format!(
        "· In another course Ada has 85 percent in a quiz of {lms}'s own, which LTI shows to nobody."
    ));
    teacher.grade(ADA, QUIZ, POINTS).await?;
    say(&format!(
        "· An administrator follows the steps of the console and lets {lms} be read; the test says that it works."
    ));
    switch_on(place).await?;
    say("· The teacher has all grades read and makes a badge for 80 percent in that quiz.");
    read_all(&mut teacher, &home).await?;
    let preview = make_badge(&mut teacher, &home, lms).await?;
    let badge = preview.form("/activate").during("the dry run")?.action;
    story::activate(&mut teacher, &preview, &format!("5 of {all} students earn")).await?;
    say(&format!(
        "· Ada earns it; the decision says that the grade was read from {lms}, and so does her own page."
    ));
    decided(&mut teacher, &home, &badge, lms).await?;
    let mine = ada.open("My badges").await?;
    let mine = ada.wait_for(mine.url.as_str(), "Earned").await?;
    let hers = ada.click(&mine, BADGE).await?;
    let hers = expect("her badge", hers, &format!("read from {lms}"))?;
    expect("her badge", hers, "Show and share my badge")?;
    Ok(())
}

/// What an administrator does: in the console, on the LMS's own page for keys, and where it asks for consent.
async fn switch_on(place: &Place) -> Result<(), TourError> {
    let step = "an administrator comes into the console";
    let mut admin = Browser::new().map_err(|error| TourError::Missing {
        step: step.to_owned(),
        what: error.to_string(),
    })?;
    let door = admin.get(&place.console).await.during(step)?;
    let form = door.form("/admin/link/").during(step)?;
    let inside = admin.submit(&door, &form, &[("name", "Alex Admin")]).await;
    expect(step, inside.during(step)?, "You are signed in.")?;

    let step = "the platform in the console";
    let all = format!("{}/admin/platforms", place.cairn);
    let all = admin.get(&all).await.during(step)?;
    let platform = all.link(&place.platform).during(step)?;
    let platform = admin.get(&platform).await.during(step)?;
    let beyond = platform.links("/platforms/beyond/").into_iter().next();
    let beyond = admin.get(&beyond.during(step)?).await.during(step)?;
    let beyond = expect(step, beyond, "not switched on")?;
    let tested = match place.flavour {
        "canvas" => by_consent(place, &mut admin, &beyond).await?,
        _ => by_token(place, &mut admin, &beyond).await?,
    };
    expect("the test in the console", tested, "Grades can be read.")?;
    Ok(())
}

/// Canvas: a key, and the sign-in of an administrator.
async fn by_consent(place: &Place, admin: &mut Browser, beyond: &Page) -> Result<Page, TourError> {
    let step = "making a key in the LMS";
    let text = beyond.text();
    let back = text
        .split_once("id=\"p-redirect\" readonly value=\"")
        .during(step)?
        .1;
    let back = unescape(back.split_once('"').during(step)?.0);
    let scopes = listed(beyond).join("\n");
    let wanted = [
        ("redirect_uris", back.as_str()),
        ("scopes", scopes.as_str()),
        ("includes", "1"),
    ];
    let keys = make_key(place, admin, &wanted).await?;
    let (client_id, secret) = (made(&keys, "Client id")?, made(&keys, "Key")?);
    let step = "pasting the key";
    let form = beyond.form("/key").during(step)?;
    let fields = [
        ("address", place.lms.as_str()),
        ("client_id", client_id.as_str()),
        ("secret", secret.as_str()),
    ];
    let saved = admin.submit(beyond, &form, &fields).await.during(step)?;
    let saved = expect(step, saved, "Saved and switched on")?;
    let step = "signing in to the LMS";
    let form = saved.form("/sign-in").during(step)?;
    let leaving = admin.submit(&saved, &form, &[]).await.during(step)?;
    let away = leaving.links("/login/oauth2/auth").into_iter().next();
    let asked = admin.get(&away.during(step)?).await.during(step)?;
    let form = asked.form("/login/oauth2/accept").during(step)?;
    let alex = form.option("user", "Alex Admin").during(step)?.to_owned();
    let agreed = admin.submit(&asked, &form, &[("user", &alex)]).await;
    let agreed = expect(step, agreed.during(step)?, "You agreed")?;
    let on = agreed.link("Go on to the console").during(step)?;
    let beyond = admin.get(&on).await.during(step)?;
    test(admin, &beyond).await
}

/// Moodle: an account that only reads, and its token.
async fn by_token(place: &Place, admin: &mut Browser, beyond: &Page) -> Result<Page, TourError> {
    let (capabilities, functions): (Vec<_>, Vec<_>) =
        listed(beyond).into_iter().partition(|name| name.contains(':'));
    let (capabilities, functions) = (capabilities.join("\n"), functions.join("\n"));
    let wanted = [
        ("capabilities", capabilities.as_str()),
        ("functions", functions.as_str()),
        ("full_name", "Badge reader"),
    ];
    let keys = make_key(place, admin, &wanted).await?;
    let token = made(&keys, "Token")?;
    let step = "pasting the token";
    let form = beyond.form("/key").during(step)?;
    let saved = admin.submit(beyond, &form, &[("token", &token)]).await;
    test(admin, &saved.during(step)?).await
}

async fn test(admin: &mut Browser, beyond: &Page) -> Result<Page, TourError> {
    let step = "“Test now”";
    let form = beyond.form("/test").during(step)?;
    admin.submit(beyond, &form, &[]).await.during(step)
}

/// The LMS's page for keys and tokens.
async fn make_key(place: &Place, admin: &mut Browser, wanted: &[(&str, &str)]) -> Result<Page, TourError> {
    let step = "the LMS's page for keys";
    let page = format!("{}/practice/admin/keys", place.lms);
    let page = admin.get(&page).await.during(step)?;
    let form = page.form("/practice/admin/keys").during(step)?;
    admin.submit(&page, &form, wanted).await.during(step)
}

/// What that page shows once, by its name.
fn made(page: &Page, name: &str) -> Result<String, TourError> {
    let text = page.text();
    let from = format!("<dt>{name}</dt><dd><code>");
    let value = text.split_once(&from).and_then(|(_, rest)| rest.split_once('<'));
    let (value, _) = value.during(&format!("copying “{name}”"))?;
    Ok(unescape(value))
}

/// The names that the console lists to be ticked in the LMS.
fn listed(page: &Page) -> Vec<String> {
    let text = page.text();
    let lines = text.split("<div class=\"line-main\"><code>").skip(1);
    let names = lines.filter_map(|line| line.split_once("</code>"));
    names.map(|(name, _)| unescape(name)).collect()
}

async fn read_all(teacher: &mut Person<'_>, home: &Page) -> Result<(), TourError> {
    let step = "having all grades read";
    let mut address = home.url.clone();
    address.set_query(None);
    let address = format!("{}/grades", address.as_str().trim_end_matches('/'));
    let page = teacher.browser.get(&address).await.during(step)?;
    let form = page.form("/grades/read").during(step)?;
    teacher.send(&page, &form, &[]).await?;
    // "18 grades in 3 columns": the whole of it was read.
    let read = teacher.wait_for(&address, "grades in").await?;
    expect(step, read, QUIZ)?;
    Ok(())
}

async fn make_badge(teacher: &mut Person<'_>, home: &Page, lms: &str) -> Result<Page, TourError> {
    let fields = [
        ("name", BADGE),
        ("outcome", "Knows each week what was taught in it."),
        ("description", "For students who keep up with the course."),
        ("criteria", "At least **80 %** in the weekly quiz."),
        ("kind", "knowledge"),
        ("initials", "KW"),
        ("shape", "circle"),
        ("colour", "#1f4f9f"),
        ("picture_alt", "A blue circle with the letters KW"),
    ];
    let rule = story::edit(teacher, home, &fields).await?;
    let step = "the rule over a quiz of the LMS";
    let form = rule.form("/rule/save").during(step)?;
    let rule = teacher
        .send(&rule, &form, &[("action", "add::elsewhere")])
        .await?;
    offered_under(&rule, &format!("Read from {lms}"))?;
    let form = rule.form("/rule/save").during(step)?;
    let quiz = form.option("n.0.column", QUIZ).during(step)?.to_owned();
    let fields = [
        ("n.0.column", quiz.as_str()),
        ("n.0.unit", "percent"),
        ("n.0.value", "80"),
        ("action", "refresh"),
    ];
    let rule = teacher.send(&rule, &form, &fields).await?;
    let rule = expect(step, rule, &format!("80 percent in {QUIZ} (from {lms})"))?;
    let form = rule.form("/rule/save").during(step)?;
    teacher.send(&rule, &form, &[("action", "dry_run")]).await
}

/// The quiz stands under the heading of where it is read.
fn offered_under(rule: &Page, heading: &str) -> Result<(), TourError> {
    let text = rule.text();
    let from = format!("<optgroup label=\"{heading}\">");
    let group = text
        .split_once(&from)
        .and_then(|(_, rest)| rest.split_once("</optgroup>"));
    if group.is_some_and(|(group, _)| group.contains(QUIZ)) {
        return Ok(());
    }
    Err(TourError::Missing {
        step: "the rule over a quiz of the LMS".to_owned(),
        what: format!("“{QUIZ}” does not stand under “{heading}”"),
    })
}

/// Why Ada has it, as the teacher reads it.
async fn decided(teacher: &mut Person<'_>, home: &Page, badge: &str, lms: &str) -> Result<(), TourError> {
    let step = "why Ada has it";
    let badge = badge
        .split("/badges/")
        .nth(1)
        .and_then(|rest| rest.split('/').next());
    let of_badge = format!("/badges/{}/people/", badge.during(step)?);
    let progress = format!("{}?q=Adeyemi", home.link("Progress").during(step)?);
    let row = teacher
        .wait_for(&progress, &format!("{ADA} Earned 1 of 1"))
        .await?;
    let why = row.links(&of_badge).into_iter().next().during(step)?;
    let why = teacher.browser.get(&why).await.during(step)?;
    let why = expect(step, why, QUIZ)?;
    let why = expect(step, why, &format!("read from {lms}"))?;
    expect(step, why, "17 of 20")?;
    Ok(())
}

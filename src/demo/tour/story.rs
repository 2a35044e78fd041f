//! The story of one course: configure, try, activate, learn, review, award, show, revoke.

use std::path::Path;

use serde_json::Value;

use super::files::{self, Entry};
use super::person::Person;
use super::{During as _, Place, TourError, expect};
use practice_lms::browser::{Browser, Page};

pub(super) const COURSE: &str = "Data Literacy 101";
pub(super) const BADGE: &str = "Clean a messy dataset";
const STACK: &str = "Data analyst";
const COLUMN: &str = "Cleaning exercise";
const ACTIVITY: &str = "Project report";
pub(super) const ADA: &str = "Ada Adeyemi";
const BEN: &str = "Ben Bergström";
const REASON: &str = "The report was not his own work.";
const REPORT: &[u8] = b"What was missing, what was doubled, and what I did about it.\n";

/// Everybody whom the LMS lists as a student of the course. Moodle lists the assistant and the observer too.
fn students(place: &Place) -> usize {
    match place.flavour {
        "canvas" => 30,
        _ => 32,
    }
}

/// Walks it in one LMS.
pub(super) async fn walk(place: &Place, folder: &Path, say: &dyn Fn(&str)) -> Result<Vec<Entry>, TourError> {
    let all = students(place);
    let mut teacher = Person::enter(place, COURSE, "Teacher").await?;
    let mut ada = Person::enter(place, COURSE, ADA).await?;
    let mut ben = Person::enter(place, COURSE, BEN).await?;

    say("· A teacher says what the two links in the course open.");
    let home = choose(&mut teacher).await?;
    say("· She makes a badge, a gradebook column and a rule, and reads the rule as a sentence.");
    let preview = make_badge(&mut teacher, &home).await?;
    say("· The dry run says who would earn it: nobody yet. She activates it.");
    activate(&mut teacher, &preview, &format!("0 of {all} students earn")).await?;

    say("· Two students see what is missing, and hand in a report.");
    for student in [&mut ada, &mut ben] {
        hand_in(student).await?;
    }
    say("· The teacher grades the exercise in the LMS and reviews the reports in Cairn.");
    teacher.grade(ADA, COLUMN, "86").await?;
    teacher.grade(BEN, COLUMN, "80").await?;
    for _ in 0..2 {
        review(&mut teacher, &home).await?;
    }
    say(
        "· Check now reads the gradebook back; both students earn the badge, one with exactly the threshold.",
    );
    check_now(&mut teacher, &home, all).await?;
    let mut pages = Vec::new();
    for student in [&mut ada, &mut ben] {
        let mine = student.open("My badges").await?;
        let mine = student.wait_for(mine.url.as_str(), "Earned").await?;
        let badge = student.click(&mine, BADGE).await?;
        pages.push(expect("my badge", badge, BADGE)?);
    }
    say("· A stack that is made later counts what was earned before.");
    make_stack(&mut teacher, &home, all).await?;

    say("· Ada takes her badge away in six forms and shows it with her name.");
    let mut anybody = Browser::new().map_err(|error| TourError::Missing {
        step: "a stranger's browser".to_owned(),
        what: error.to_string(),
    })?;
    say("· Ada puts her stack and the badge that counted for it into one record.");
    let mut entries = record(&mut ada, place, folder).await?;
    let [hers, his] = <[Page; 2]>::try_from(pages).ok().during("two badges")?;
    let hers = credential(&mut ada, &hers).await?;
    let public = public_address(place, &hers)?;
    show(&mut ada, &hers, &mut anybody, &public).await?;
    say("· Ben's badge is revoked with a reason, and everybody sees at once that it is.");
    let his = credential(&mut ben, &his).await?;
    let revoked = public_address(place, &his)?;
    revoke(&mut teacher, &home, &mut anybody, &revoked).await?;
    // The reason is between the two of them.
    let again = ben.browser.get(his.url.as_str()).await.during("Ben's badge")?;
    expect("Ben's badge", again, REASON)?;

    say("· Everything that verifying needs is saved.");
    for (person, page, name, expected) in [
        (&mut ada, &hers, "ada", "valid"),
        (&mut ben, &his, "ben", "revoked"),
    ] {
        let forms = [
            ("json", "JSON"),
            ("png", "PNG"),
            ("svg", "SVG"),
            ("jwt", "JWT"),
            ("jwt.png", "JWT in a PNG"),
            ("jwt.svg", "JWT in an SVG"),
        ];
        for (form, words) in forms {
            let step = format!("downloading {words}");
            let ending = format!(".{form}");
            let mut files = page.links("/credentials/").into_iter();
            // "….jwt.png" ends with ".png" too.
            let found = files.find(|link| {
                let rest = link.strip_suffix(&ending);
                rest.is_some_and(|rest| !rest.ends_with(".jwt"))
            });
            let file = person.browser.get(&found.during(&step)?).await.during(&step)?;
            if file.status != 200 {
                return Err(TourError::Missing {
                    step,
                    what: format!("status {}", file.status),
                });
            }
            if form == "json" {
                save_documents(place, folder, &mut anybody, &file).await?;
            }
            let whose = (expected, person.identifier.as_str());
            entries.push(files::save_credential(folder, place, name, form, whose, &file)?);
        }
    }
    say(&format!("  Ada's public page: {public}"));
    Ok(entries)
}

/// The first launches: what shall the links open?
async fn choose(teacher: &mut Person<'_>) -> Result<Page, TourError> {
    let report = teacher.open(ACTIVITY).await?;
    let form = report.form("/choose").during("choosing what the link opens")?;
    let fields = [
        ("opens", "activity"),
        ("title", ACTIVITY),
        (
            "instructions",
            "Clean the survey of last year and say *why* you did what you did.",
        ),
        ("points", "100"),
    ];
    let chosen = teacher.send(&report, &form, &fields).await?;
    expect("the evidence activity", chosen, ACTIVITY)?;
    badges_of(teacher).await
}

/// The badges of a course where there are none yet, once the course was read.
pub(super) async fn badges_of(teacher: &mut Person<'_>) -> Result<Page, TourError> {
    let home = teacher.open("My badges").await?;
    let home = match home.form("/choose") {
        Ok(form) => teacher.send(&home, &form, &[("opens", "my_badges")]).await?,
        // Canvas's course navigation opens the course itself.
        Err(_) => home,
    };
    let home = expect("the course's badges", home, "No badges yet")?;
    let mut address = home.url.clone();
    address.set_query(None);
    teacher.wait_for(address.as_str(), "Checked").await
}

async fn make_badge(teacher: &mut Person<'_>, home: &Page) -> Result<Page, TourError> {
    let fields = [
        ("name", BADGE),
        ("outcome", "Cleans a real dataset and explains each step."),
        ("description", "For students who can make messy data fit for use."),
        (
            "criteria",
            "At least **80 %** in the cleaning exercise, and a report that a teacher approved.",
        ),
        ("kind", "application"),
        ("initials", "CD"),
        ("shape", "hexagon"),
        ("colour", "#1f6f78"),
        ("picture_alt", "A teal hexagon with the letters CD"),
        ("hours", "12"),
        ("show_score", "yes"),
    ];
    let rule = edit(teacher, home, &fields).await?;
    let step = "the rule";
    let form = rule.form("/rule/save").during(step)?;
    let fields = [
        ("column.label", COLUMN),
        ("column.points", "100"),
        ("action", "create_column"),
    ];
    let rule = teacher.send(&rule, &form, &fields).await?;
    let form = rule.form("/rule/save").during(step)?;
    let rule = teacher.send(&rule, &form, &[("action", "add::grade")]).await?;
    let form = rule.form("/rule/save").during(step)?;
    let item = form.option("n.0.item", COLUMN).during(step)?.to_owned();
    let fields = [
        ("n.0.item", item.as_str()),
        ("n.0.value", "80"),
        ("n.0.unit", "percent"),
        ("action", "add::evidence"),
    ];
    let rule = teacher.send(&rule, &form, &fields).await?;
    let form = rule.form("/rule/save").during(step)?;
    let activity = form.option("n.1.activity", ACTIVITY).during(step)?.to_owned();
    let fields = [("n.1.activity", activity.as_str()), ("action", "refresh")];
    let rule = teacher.send(&rule, &form, &fields).await?;
    let rule = expect("the rule as a sentence", rule, "80 percent in Cleaning exercise")?;
    let form = rule.form("/rule/save").during(step)?;
    teacher.send(&rule, &form, &[("action", "dry_run")]).await
}

async fn make_stack(teacher: &mut Person<'_>, home: &Page, all: usize) -> Result<(), TourError> {
    let fields = [
        ("name", STACK),
        ("outcome", "Prepares, queries and presents data."),
        ("description", "Earned by earning other badges of this course."),
        ("criteria", "Holds the badge “Clean a messy dataset”."),
        ("kind", "recognition"),
        ("initials", "DA"),
        ("shape", "stones"),
        ("colour", "#7a3b8f"),
        ("picture_alt", "A pile of violet stones with the letters DA"),
    ];
    let rule = edit(teacher, home, &fields).await?;
    let step = "the rule of the stack";
    let form = rule.form("/rule/save").during(step)?;
    let rule = teacher.send(&rule, &form, &[("action", "add::badge")]).await?;
    let form = rule.form("/rule/save").during(step)?;
    let below = form.option("n.0.badge", BADGE).during(step)?.to_owned();
    let fields = [("n.0.badge", below.as_str()), ("action", "dry_run")];
    let preview = teacher.send(&rule, &form, &fields).await?;
    activate(teacher, &preview, &format!("2 of {all} students earn")).await?;
    let progress = home.link("Progress").during(step)?;
    let address = format!("{progress}?q=Ada");
    // Both badges.
    teacher
        .wait_for(&address, &format!("{ADA} Earned 2 of 2"))
        .await?;
    Ok(())
}

/// Fills in the editor of a new badge and goes on to its rule.
pub(super) async fn edit(
    teacher: &mut Person<'_>,
    home: &Page,
    fields: &[(&str, &str)],
) -> Result<Page, TourError> {
    let step = "the badge editor";
    let editor = teacher.click(home, "New badge").await?;
    let form = editor.form("/badges/save").during(step)?;
    let mut fields = fields.to_vec();
    fields.push(("action", "save_and_rule"));
    let rule = teacher
        .browser
        .submit_files(&editor, &form, &fields, &[])
        .await
        .during(step)?;
    expect(step, rule, "Award this badge when")
}

pub(super) async fn activate(
    teacher: &mut Person<'_>,
    preview: &Page,
    number: &str,
) -> Result<(), TourError> {
    let preview = expect("the dry run", preview.clone(), number)?;
    let form = preview.form("/activate").during("activating")?;
    let page = teacher.send(&preview, &form, &[]).await?;
    expect("activating", page, "Activated")?;
    Ok(())
}

async fn hand_in(student: &mut Person<'_>) -> Result<(), TourError> {
    let step = "handing in";
    let mine = student.open("My badges").await?;
    expect("my badges", mine, "Next:")?;
    let activity = student.open(ACTIVITY).await?;
    let form = activity.form("/hand-in").during(step)?;
    let text = [("text", "My report is in the file.")];
    let file = [("file", "report.txt", "text/plain", REPORT)];
    let handed = student
        .browser
        .submit_files(&activity, &form, &text, &file)
        .await
        .during(step)?;
    expect(step, handed, "What you handed in")?;
    Ok(())
}

async fn review(teacher: &mut Person<'_>, home: &Page) -> Result<(), TourError> {
    let step = "reviewing";
    let queue = teacher.click(home, "Evidence").await?;
    let waiting = queue.links("/evidence/").into_iter().next().during(step)?;
    let review = teacher.browser.get(&waiting).await.during(step)?;
    let form = review.form("/review").during(step)?;
    let fields = [
        ("score", "90"),
        ("message", "Clear and complete."),
        ("verdict", "approve"),
    ];
    let reviewed = teacher.send(&review, &form, &fields).await?;
    expect(step, reviewed, "Your review was saved")?;
    Ok(())
}

async fn check_now(teacher: &mut Person<'_>, home: &Page, all: usize) -> Result<(), TourError> {
    let step = "Check now";
    let page = teacher.browser.get(home.url.as_str()).await.during(step)?;
    let form = page.form("/check").during(step)?;
    let page = teacher.send(&page, &form, &[]).await?;
    let mut address = page.url.clone();
    address.set_query(None);
    let earned = format!("2 of {all} earned");
    teacher.wait_for(address.as_str(), &earned).await?;
    Ok(())
}

/// From the page of a badge to the student's own page of the credential.
async fn credential(student: &mut Person<'_>, badge: &Page) -> Result<Page, TourError> {
    let page = student.click(badge, "Show and share my badge").await?;
    expect("my credential", page, "Take it with you")
}

/// The stack and what counted for it in one record, in both of its forms.
async fn record(student: &mut Person<'_>, place: &Place, folder: &Path) -> Result<Vec<Entry>, TourError> {
    let mine = student.open("My badges").await?;
    let badge = student.click(&mine, STACK).await?;
    let page = credential(student, &badge).await?;
    recorded(student, place, folder, "ada-stack", &page).await
}

/// What a badge is earned by in one record, in both of its forms, from the holder's own page of it.
pub(super) async fn recorded(
    student: &mut Person<'_>,
    place: &Place,
    folder: &Path,
    name: &str,
    page: &Page,
) -> Result<Vec<Entry>, TourError> {
    let page = expect("what the stack is made of", page.clone(), BADGE)?;
    let form = page.form("/record").during("making the record")?;
    let made = student.send(&page, &form, &[]).await?;
    let made = expect("the record", made, "The record was made and signed.")?;
    let mut entries = Vec::new();
    for form in ["clr.json", "clr.jwt"] {
        let step = format!("downloading the record as {form}");
        let mut files = made.links("/credentials/").into_iter();
        let found = files.find(|link| link.ends_with(form));
        let file = student.browser.get(&found.during(&step)?).await.during(&step)?;
        if file.status != 200 {
            return Err(TourError::Missing {
                step,
                what: format!("status {}", file.status),
            });
        }
        let whose = ("valid", student.identifier.as_str());
        entries.push(files::save_credential(folder, place, name, form, whose, &file)?);
    }
    Ok(entries)
}

/// The public address, as this machine reaches it.
fn public_address(place: &Place, page: &Page) -> Result<String, TourError> {
    let step = "the public address";
    let link = page.link("See it as others do").during(step)?;
    Ok(match link.strip_prefix(&place.identity) {
        Some(rest) => format!("{}{rest}", place.cairn),
        None => link,
    })
}

async fn show(
    student: &mut Person<'_>,
    page: &Page,
    anybody: &mut Browser,
    public: &str,
) -> Result<(), TourError> {
    let step = "the public page";
    let before = anybody.get(public).await.during(step)?;
    let before = expect(step, before, "Is it genuine?")?;
    let names_her = before.words().contains(ADA);
    if names_her {
        return Err(TourError::Missing {
            step: step.to_owned(),
            what: "it names the student, who did not ask for it".to_owned(),
        });
    }
    let form = page.form("/share").during(step)?;
    let switches = [
        ("show_name", "yes"),
        ("show_evidence", "yes"),
        ("allow_downloads", "yes"),
    ];
    student.send(page, &form, &switches).await?;
    let after = anybody.get(public).await.during(step)?;
    expect(step, after, ADA)?;
    let json = anybody.get(&format!("{public}.json")).await.during(step)?;
    let credential: Value = serde_json::from_slice(&json.body).ok().during(step)?;
    if credential.pointer("/evidence/0").is_none() {
        return Err(TourError::Missing {
            step: step.to_owned(),
            what: "the signed badge names no evidence".to_owned(),
        });
    }
    Ok(())
}

async fn revoke(
    teacher: &mut Person<'_>,
    home: &Page,
    anybody: &mut Browser,
    public: &str,
) -> Result<(), TourError> {
    let step = "revoking";
    let home = teacher.browser.get(home.url.as_str()).await.during(step)?;
    let holders = home.links("/awards").into_iter();
    let mut chosen = None;
    for address in holders {
        let page = teacher.browser.get(&address).await.during(step)?;
        if page.words().contains(BADGE) {
            chosen = Some(page);
        }
    }
    let page = chosen.during(step)?;
    let form = page.form("/revoke").during(step)?;
    let label = format!("Choose {BEN}");
    let boxes = form.fields.iter();
    let award = boxes
        .filter(|field| field.label.as_deref() == Some(label.as_str()))
        .map(|field| field.value.clone())
        .next()
        .during(step)?;
    let review = teacher.send(&page, &form, &[("award", &award)]).await?;
    let review = expect(step, review, "1 student loses")?;
    let form = review.form("/revoke/confirm").during(step)?;
    let done = teacher.send(&review, &form, &[("reason", REASON)]).await?;
    expect(step, done, "Revoked")?;
    let seen = anybody.get(public).await.during(step)?;
    expect(step, seen, "Revoked by its issuer")?;
    Ok(())
}

/// The DID document and the status list that a credential names.
async fn save_documents(
    place: &Place,
    folder: &Path,
    anybody: &mut Browser,
    file: &Page,
) -> Result<(), TourError> {
    let step = "reading the credential";
    let credential: Value = serde_json::from_slice(&file.body).ok().during(step)?;
    let text = |pointer: &str| credential.pointer(pointer).and_then(Value::as_str);
    let list = text("/credentialStatus/statusListCredential")
        .or_else(|| text("/credentialStatus/0/statusListCredential"))
        .during(step)?;
    let issuer = text("/issuer/id").during(step)?;
    let path = issuer.split(':').skip(3).collect::<Vec<_>>().join("/");
    let did = format!("{}/{path}/did.json", place.identity);
    for address in [list, did.as_str()] {
        files::save_public(folder, place, anybody, address).await?;
    }
    Ok(())
}

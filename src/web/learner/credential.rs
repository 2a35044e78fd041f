//! `/c/{course}/credentials/{award}`: my badge, its files, and what others see of it.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};

use super::sharing;
use crate::domain::award::Standing;
use crate::domain::credential::{ReissueCause, ShareLink, Visibility};
use crate::domain::email_hash::{self, NoHash};
use crate::domain::holder_note::{self, MOST_CHARACTERS};
use crate::ids::{AwardId, ShareLinkId};
use crate::service::base::addresses;
use crate::service::base::drawings::Asker;
use crate::service::base::error::ServiceError;
use crate::service::credential::baked::{self, Form};
use crate::service::credential::notes;
use crate::service::credential::publish;
use crate::service::credential::records::{self, Stack};
use crate::service::credential::reissuing::{self, Wish};
use crate::service::credential::renewals::Term;
use crate::service::credential::share::{self, Mine};
use crate::service::credential::share_links;
use crate::web::badge_facts::standing_chip;
use crate::web::badge_file;
use crate::web::certificate::{self, Sheet, Warning};
use crate::web::error::AppError;
use crate::web::extract::proven::Proven;
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::{self, course};
use crate::web::views::learner::{
    MyCredentialPage, MyPrintPage, NoteFields, Says, SharedLine, SignedAnew, StackPart, StackView, Switches,
};
use crate::web::views::shared::{Flash, PictureView, ProblemList, When, count_of};
use crate::web::words;

/// Lists the routes of this page.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .route(course::CREDENTIAL, web::get().to(credential))
        .route(course::CREDENTIAL, web::post().to(credential))
        .route(course::CREDENTIAL_PRINT, web::get().to(print))
        .route(course::CREDENTIAL_PRINT, web::post().to(print))
        .route(course::CREDENTIAL_SHARE, web::post().to(switch))
        .route(course::CREDENTIAL_NOTE, web::post().to(say))
        .route(course::CREDENTIAL_SIGN, web::post().to(sign))
        .route(course::CREDENTIAL_RECORD, web::post().to(record))
        .route(course::CREDENTIAL_LINKS, web::post().to(make_link))
        .route(course::CREDENTIAL_LINK_WITHDRAW, web::post().to(withdraw));
}

/// The page; with `.json`, `.jwt`, `.png`, `.svg`, `.jwt.png`, `.jwt.svg`, `.clr.json` or `.clr.jwt` at the end of the address,
/// that file.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but the holder.
pub(crate) async fn credential(
    visit: Visit,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, name) = path.into_inner();
    let ending = name.split_once('.');
    if let Some((award, form)) =
        ending.and_then(|(award, ending)| Some((award, records::Form::of_ending(ending)?)))
    {
        return record_file(&visit, &AwardId::from(award), form, &request).await;
    }
    let (award, form) = match ending {
        Some((award, ending)) => {
            let form = Form::of_ending(ending).ok_or(ServiceError::NotFound("file"))?;
            (award, Some(form))
        }
        None => (name.as_str(), None),
    };
    let mine = share::mine(&visit.cairn, &visit.visitor, &AwardId::from(award)).await?;
    let Some(form) = form else {
        let note = said(&visit, &mine.award.id).await?;
        return visit.show(&view(&visit, mine, note, None).await?);
    };
    let bytes = baked::file(&visit.cairn, &asker(&visit), &mine.credential, form).await?;
    let mut answer = HttpResponse::Ok();
    let media = badge_file::media_type(form, &request);
    badge_file::describe(
        &mut answer,
        form,
        media,
        mine.document.name.as_deref(),
        "attachment",
    );
    Ok(answer.insert_header(("cache-control", "no-store")).body(bytes))
}

async fn record_file(
    visit: &Visit,
    award: &AwardId,
    form: records::Form,
    request: &HttpRequest,
) -> Result<HttpResponse, AppError> {
    let mine = share::mine(&visit.cairn, &visit.visitor, award).await?;
    let record = records::of(&visit.cairn, visit.visitor.tenant(), &mine.credential.id).await?;
    let mut answer = HttpResponse::Ok();
    let media = badge_file::record_media_type(form, request);
    let name = mine.document.name.as_deref();
    badge_file::describe_record(&mut answer, form, media, name, "attachment");
    Ok(answer
        .insert_header(("cache-control", "no-store"))
        .body(form.of(record)))
}

/// Has the badge and those that counted for it put into one record.
///
/// # Errors
/// As [`records::make`].
pub(crate) async fn record(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let award = AwardId::from(path.into_inner().1);
    records::make(&visit.cairn, &visit.visitor, &award).await?;
    Ok(visit.go(&visit.href_saying(&course::credential(&award), "recorded")))
}

/// My badge on a sheet of paper: with my name, whatever others see.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but the holder.
pub(crate) async fn print(visit: Visit, path: web::Path<(String, String)>) -> Result<HttpResponse, AppError> {
    let (_, award) = path.into_inner();
    let mine = share::mine(&visit.cairn, &visit.visitor, &AwardId::from(award)).await?;
    let sheet = Sheet {
        zone: visit.visitor.zone(),
        document: &mine.document,
        holder: Some(visit.visitor.person.display_name()),
        warning: Warning::of(&mine.award, mine.now),
        address: (mine.policy.has_public_pages() && !mine.credential.visibility.hidden)
            .then_some(mine.public_url),
    };
    let certificate = certificate::view(&visit.cairn, &asker(&visit), sheet).await?;
    visit.show(&MyPrintPage {
        page: visit.page(&certificate.name, Place::Badges),
        back_href: visit.href(&course::credential(&mine.award.id)),
        certificate,
    })
}

/// Sets the switches.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but the holder.
pub(crate) async fn switch(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, award) = path.into_inner();
    let visibility = Visibility {
        name: visit.fields.ticked("show_name"),
        evidence: visit.fields.ticked("show_evidence"),
        downloads: visit.fields.ticked("allow_downloads"),
        hidden: visit.fields.ticked("keep_page"),
    };
    let award = AwardId::from(award);
    share::set_visibility(&visit.cairn, &visit.visitor, &award, visibility).await?;
    Ok(visit.go(&visit.href_saying(&course::credential(&award), "shared")))
}

/// Has the badge signed anew, so that it says what its holder wants it to say.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but the holder.
pub(crate) async fn sign(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let award = AwardId::from(path.into_inner().1);
    let wish = Wish {
        grades: visit.fields.ticked("say_grades"),
        work: visit.fields.ticked("say_work"),
        address: visit.fields.ticked("say_address"),
        email: visit.fields.ticked("say_email"),
    };
    let signed = reissuing::set_says(&visit.cairn, &visit.visitor, &award, wish).await?;
    let said = if signed { "signed-anew" } else { "shared" };
    Ok(visit.go(&visit.href_saying(&course::credential(&award), said)))
}

/// Makes a link that shows the badge for a time. Its address is told once, on this page.
///
/// # Errors
/// As [`share_links::make`].
pub(crate) async fn make_link(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let award = AwardId::from(path.into_inner().1);
    let days = visit.fields.get("days").and_then(|days| days.parse().ok());
    let token = share_links::make(&visit.cairn, &visit.visitor, &award, days.unwrap_or(0)).await?;
    let mine = share::mine(&visit.cairn, &visit.visitor, &award).await?;
    let address = format!("{}{}", visit.cairn.settings.identity(), paths::shared(&token));
    let note = said(&visit, &award).await?;
    visit.show(&view(&visit, mine, note, Some(address)).await?)
}

/// Ends such a link.
///
/// # Errors
/// As [`share_links::withdraw`].
pub(crate) async fn withdraw(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, AppError> {
    let (_, award, link) = path.into_inner();
    let (award, link) = (AwardId::from(award), ShareLinkId::from(link));
    share_links::withdraw(&visit.cairn, &visit.visitor, &award, &link).await?;
    Ok(visit.go(&visit.href_saying(&course::credential(&award), "withdrawn")))
}

/// What I say of it now, as the form shows it.
async fn said(visit: &Visit, award: &AwardId) -> Result<NoteFields, ServiceError> {
    let kept = notes::read(&visit.cairn, &visit.visitor, award).await?;
    Ok(match kept {
        None => NoteFields {
            most: MOST_CHARACTERS,
            ..NoteFields::default()
        },
        Some(kept) => NoteFields {
            note: kept.note,
            link: kept.link.map(|link| link.as_str().to_owned()).unwrap_or_default(),
            shown: kept.shown,
            problems: ProblemList::default(),
            most: MOST_CHARACTERS,
        },
    })
}

/// Keeps what I say of it; empty fields say nothing.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but the holder.
pub(crate) async fn say(
    Proven(visit): Proven<Visit>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let award = AwardId::from(path.into_inner().1);
    let typed = NoteFields {
        note: visit.fields.get("note").unwrap_or_default().to_owned(),
        link: visit.fields.get("link").unwrap_or_default().to_owned(),
        shown: visit.fields.ticked("shown"),
        problems: ProblemList::default(),
        most: MOST_CHARACTERS,
    };
    let wrong = match holder_note::written(&typed.note, &typed.link) {
        Ok(note) => {
            notes::write(&visit.cairn, &visit.visitor, &award, note, typed.shown).await?;
            return Ok(visit.go(&visit.href_saying(&course::credential(&award), "note-saved")));
        }
        Err(wrong) => wrong,
    };
    visit.visitor.act_for_oneself()?;
    let mine = share::mine(&visit.cairn, &visit.visitor, &award).await?;
    let note = NoteFields {
        problems: ProblemList(vec![words::timelines::wrong(wrong)]),
        ..typed
    };
    visit.show_again(&view(&visit, mine, note, None).await?)
}

fn shared_line(visit: &Visit, award: &AwardId, link: &ShareLink, now: DateTime<Utc>) -> SharedLine {
    SharedLine {
        made: When::date_only(link.made_at),
        until: When::date_only(link.until),
        withdrawn: link.withdrawn_at.map(When::date_only),
        withdraw_action: link
            .is_open(now)
            .then(|| visit.href(&course::credential_link_withdraw(award, &link.id))),
    }
}

/// The badges that counted, and the record of all of them.
fn stack_view(visit: &Visit, mine: &Mine, stack: &Stack) -> Result<StackView, ServiceError> {
    let part = |term: &Term| -> Result<StackPart, ServiceError> {
        Ok(StackPart {
            name: publish::read(&term.credential)?
                .credential_subject
                .achievement
                .name,
            href: (term.award.person == visit.visitor.person.id)
                .then(|| visit.href(&course::credential(&term.award.id))),
            course: stack.courses.get(&term.award.badge).cloned(),
            awarded: When::date_only(term.award.awarded_at),
            standing: standing_chip(&term.award, mine.now),
        })
    };
    let files = visit.href(&course::credential(&mine.award.id));
    Ok(StackView {
        parts: stack.parts.iter().map(part).collect::<Result<_, _>>()?,
        waived: stack.waived.clone(),
        recorded: stack.recorded.map(When::date_only),
        left_out: (stack.left_out > 0).then(|| {
            let count = u32::try_from(stack.left_out).unwrap_or(u32::MAX);
            count_of(count, "badge", "badges")
        }),
        downloads: badge_file::record_downloads(&files),
        others_get_it: stack.is_shared,
        make_action: (stack.recorded.is_none() && mine.award.revocation.is_none())
            .then(|| visit.href(&course::credential_record(&mine.award.id))),
    })
}

/// Whoever is in the visit, in whose line pictures are drawn.
fn asker(visit: &Visit) -> Asker {
    Asker::Person(visit.visitor.person.id.clone())
}

async fn view(
    visit: &Visit,
    mine: Mine,
    note: NoteFields,
    fresh_link: Option<String>,
) -> Result<MyCredentialPage, ServiceError> {
    let here = |to: fn(&AwardId) -> String| visit.href(&to(&mine.award.id));
    let [
        link_action,
        note_action,
        timeline_href,
        print_href,
        share_action,
        sign_action,
        file_href,
    ] = [
        course::credential_links,
        course::credential_note,
        course::credential_timeline,
        course::credential_print,
        course::credential_share,
        course::credential_sign,
        course::credential,
    ]
    .map(here);
    let elsewhere = sharing::elsewhere(&visit.cairn, &asker(visit), &mine, visit.visitor.zone()).await?;
    let stack = mine.stack.as_ref();
    let stack = stack.map(|stack| stack_view(visit, &mine, stack)).transpose()?;
    let visibility = mine.credential.visibility;
    let says = reissuing::says(&mine.credential, &mine.document)?;
    let no_email = email_hash::address(&visit.visitor.person, &mine.policy).err();
    let email = (says.email || no_email.is_none()).then_some(says.email);
    let is_revoked = mine.award.revocation.is_some();
    let says_results = says.grades.is_some() || says.work.is_some();
    let signed_anew = mine.credential.reissued.map(|reissued| SignedAnew {
        when: When::date_only(reissued.at),
        old_files_verify: reissued.cause == ReissueCause::Holder,
    });
    let term = |term: &Term| {
        let href = visit.href(&course::credential(&term.award.id));
        (When::date_only(term.award.awarded_at), href)
    };
    let is_here = mine.badge.course == visit.visitor.course.id;
    let (back, back_text) = if is_here && visit.query("from").as_deref() != Some("all") {
        (String::new(), "My badges")
    } else {
        (course::all_mine(), "All my badges")
    };
    let is_stack = mine.stack.as_ref().is_some_and(|stack| !stack.parts.is_empty());
    let achievement = mine.document.credential_subject.achievement;
    let image = achievement.image.as_ref();
    let mut page = visit.page(&achievement.name, Place::Badges);
    page.flash = fresh_link.as_ref().map(|_| Flash::ready("link")).or(page.flash);
    Ok(MyCredentialPage {
        stack,
        elsewhere,
        links: mine
            .links
            .iter()
            .map(|link| shared_line(visit, &mine.award.id, link, mine.now))
            .collect(),
        fresh_link,
        link_action,
        link_days: share_links::DAYS.to_vec(),
        page,
        picture: PictureView {
            src: image
                .and_then(|image| baked::picture_path(&image.id))
                .unwrap_or_default(),
            alt: image.and_then(|image| image.caption.clone()).unwrap_or_default(),
        },
        name: achievement.name,
        issuer_name: mine.document.issuer.name.unwrap_or_default(),
        standing: standing_chip(&mine.award, mine.now),
        awarded: When::date_only(mine.award.awarded_at),
        until: mine.award.valid_until.map(When::last_day),
        suspended: mine
            .award
            .suspended_since
            .filter(|_| mine.award.standing(mine.now) == Standing::Suspended)
            .map(When::date_only),
        renewed: mine.renewals.after.as_ref().map(term),
        renews: mine.renewals.before.as_ref().map(term),
        revoked_reason: mine.award.revocation.map(|revocation| revocation.reason),
        kept: visibility.hidden,
        kept_by_word: mine.kept_by_word,
        public: mine.policy.has_public_pages(),
        inside: words::policies::stays_inside(&mine.policy),
        public_url: mine.public_url,
        open_href: addresses::credential(&mine.credential.slug),
        downloads: badge_file::downloads(&file_href, mine.credential.token.is_some()),
        print_href,
        switches: Switches {
            name: visibility.name,
            evidence: visibility.evidence,
            downloads: visibility.downloads,
            hidden: visibility.hidden,
        },
        action: share_action,
        note,
        note_action,
        timeline_href,
        // What was taken back is not signed anew.
        says: (!is_revoked && (says_results || email.is_some())).then_some(Says {
            grades: says.grades,
            work: says.work,
            address: says.address,
            email,
        }),
        says_results,
        no_email: no_email
            .filter(|why| email.is_none() || *why == NoHash::Minors)
            .map(words::email_hash::why_not),
        sign_action,
        signed_anew,
        is_stack,
        badge_href: is_here.then(|| visit.href(&course::badge(&mine.badge.id))),
        about_href: addresses::achievement(&mine.issuer, &mine.badge.id),
        back_href: visit.href(&back),
        back_text,
    })
}

/// The address of that page, from which one goes back to all badges.
pub(super) fn from_all(address: &str) -> String {
    format!("{address}?from=all")
}

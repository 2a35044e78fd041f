//! Requests for pages about programmes: from an administrator in the console, or from an instructor in a visit of a course. The same
//! handlers answer both, and what differs between them is here.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;

use crate::domain::issuer::Tenant;
use crate::ids::{BadgeId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::institution::programmes::By;
use crate::web::admin::error::AdminError;
use crate::web::admin::frame::AdminPlace;
use crate::web::extract::admin::AdminVisit;
use crate::web::extract::fields::Fields;
use crate::web::extract::proven::{Asking, Later};
use crate::web::extract::visit::Visit;
use crate::web::frame::Place;
use crate::web::paths::{console, course};
use crate::web::views::admin::AdminPage;

/// The visit in which somebody works on programmes.
#[derive(Debug)]
enum AnyVisit {
    Console(Box<AdminVisit>),
    Course(Box<Visit>),
}

/// A request for a page about programmes.
#[derive(Debug)]
pub(crate) struct ProgrammeRequest {
    visit: AnyVisit,
    /// The institution: the one that the address names, or that of the course.
    pub(crate) tenant: TenantId,
    /// The badge of the programme that the address names; empty where it names none.
    pub(crate) badge: BadgeId,
}

impl Asking for ProgrammeRequest {
    const FOREIGN: &'static str =
        "This form did not come from a page that you were shown. Nothing was changed; open the page again.";

    fn is_proven(&self) -> bool {
        match &self.visit {
            AnyVisit::Console(visit) => visit.is_proven(),
            AnyVisit::Course(visit) => visit.is_proven(),
        }
    }
}

impl FromRequest for ProgrammeRequest {
    type Error = AdminError;
    type Future = Later<Self, AdminError>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let named = |part: &str| request.match_info().get(part).unwrap_or_default().to_owned();
            let badge = BadgeId::from(named("badge"));
            if request.match_info().get("course").is_none() {
                let visit = AdminVisit::from_request(&request, &mut payload).await?;
                return Ok(Self {
                    visit: AnyVisit::Console(Box::new(visit)),
                    tenant: TenantId::from(named("tenant")),
                    badge,
                });
            }
            let visit = Visit::from_request(&request, &mut payload).await;
            let visit = visit.map_err(AdminError::InCourse)?;
            Ok(Self {
                tenant: visit.visitor.tenant().clone(),
                visit: AnyVisit::Course(Box::new(visit)),
                badge,
            })
        })
    }
}

impl ProgrammeRequest {
    pub(crate) fn cairn(&self) -> &Cairn {
        match &self.visit {
            AnyVisit::Console(visit) => &visit.cairn,
            AnyVisit::Course(visit) => &visit.cairn,
        }
    }

    /// Who it is, to be asked for the power.
    ///
    /// # Errors
    /// As [`By::visiting`].
    pub(crate) fn by(&self) -> Result<By, ServiceError> {
        match &self.visit {
            AnyVisit::Console(visit) => Ok(By::from(&visit.admin)),
            AnyVisit::Course(visit) => By::visiting(&visit.visitor),
        }
    }

    /// Whether it comes from an administrator, who may do more than an instructor.
    pub(crate) fn is_console(&self) -> bool {
        matches!(self.visit, AnyVisit::Console(_))
    }

    pub(crate) fn fields(&self) -> &Fields {
        match &self.visit {
            AnyVisit::Console(visit) => &visit.fields,
            AnyVisit::Course(visit) => &visit.fields,
        }
    }

    /// A parameter of the address.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        match &self.visit {
            AnyVisit::Console(visit) => visit.query(name),
            AnyVisit::Course(visit) => visit.query(name),
        }
    }

    /// The frame of a page with that title.
    pub(crate) fn page_of(&self, institution: &Tenant, title: &str) -> AdminPage {
        match &self.visit {
            AnyVisit::Console(visit) => visit.page_of(institution, title, AdminPlace::Programmes),
            AnyVisit::Course(visit) => AdminPage {
                frame: visit.page(title, Place::Elsewhere),
                who: String::new(),
                more: Vec::new(),
            },
        }
    }

    pub(crate) fn show(&self, page: &impl Template) -> Result<HttpResponse, AdminError> {
        match &self.visit {
            AnyVisit::Console(visit) => visit.show(page),
            AnyVisit::Course(visit) => Ok(visit.show(page)?),
        }
    }

    /// A form that could not be taken, with what was typed: 422.
    pub(crate) fn show_again(&self, page: &impl Template) -> Result<HttpResponse, AdminError> {
        match &self.visit {
            AnyVisit::Console(visit) => visit.show_again(page),
            AnyVisit::Course(visit) => Ok(visit.show_again(page)?),
        }
    }

    /// Where an action leads next, with a notice that the page there says once.
    pub(crate) fn go_saying(&self, to: &str, notice: &str) -> HttpResponse {
        let to = format!("{to}?notice={notice}");
        match &self.visit {
            AnyVisit::Console(visit) => visit.go(&to),
            AnyVisit::Course(visit) => visit.go(&to),
        }
    }

    /// The address of a page, by its two forms: whole in the console, and below the course.
    fn at(&self, console: impl FnOnce(&TenantId) -> String, below: impl FnOnce() -> String) -> String {
        match &self.visit {
            AnyVisit::Console(_) => console(&self.tenant),
            AnyVisit::Course(visit) => visit.href(&below()),
        }
    }

    /// All programmes.
    pub(crate) fn list_href(&self) -> String {
        self.at(console::programmes_of, course::programmes)
    }

    pub(crate) fn new_href(&self) -> String {
        self.at(console::programme_new, course::programme_new)
    }

    pub(crate) fn map_href(&self) -> String {
        self.at(console::programmes_map, course::programmes_map)
    }

    /// The page of a badge that courses take; none in a course, where there is no such page.
    pub(crate) fn institution_badge_href(&self, badge: &BadgeId) -> Option<String> {
        self.is_console().then(|| console::badge(&self.tenant, badge))
    }

    pub(crate) fn programme_href(&self, badge: &BadgeId) -> String {
        self.at(
            |tenant| console::programme(tenant, badge),
            || course::programme(badge),
        )
    }

    pub(crate) fn edit_href(&self, badge: &BadgeId) -> String {
        self.at(
            |tenant| console::programme_edit(tenant, badge),
            || course::programme_edit(badge),
        )
    }

    pub(crate) fn trial_href(&self, badge: &BadgeId) -> String {
        self.at(
            |tenant| console::programme_trial(tenant, badge),
            || course::programme_trial(badge),
        )
    }

    /// Where the editor posts to. In a course this is not the address of the editor, because opening a page without cookies is a POST too.
    pub(crate) fn save_action(&self, badge: Option<&BadgeId>) -> String {
        match badge {
            None => self.at(console::programme_new, course::programme_save_new),
            Some(badge) => self.at(
                |tenant| console::programme_edit(tenant, badge),
                || course::programme_save(badge),
            ),
        }
    }

    pub(crate) fn activate_action(&self, badge: &BadgeId) -> String {
        self.at(
            |tenant| console::programme_trial(tenant, badge),
            || course::programme_activate(badge),
        )
    }

    pub(crate) fn review_action(&self, badge: &BadgeId) -> String {
        self.at(
            |tenant| console::programme_review(tenant, badge),
            || course::programme_review(badge),
        )
    }

    pub(crate) fn hints_action(&self, badge: &BadgeId) -> String {
        self.at(
            |tenant| console::programme_hints(tenant, badge),
            || course::programme_hints(badge),
        )
    }

    pub(crate) fn turn_action(&self, badge: &BadgeId) -> String {
        self.at(
            |tenant| console::programme_turn(tenant, badge),
            || course::programme_turn(badge),
        )
    }
}

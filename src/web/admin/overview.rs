//! `/admin`: what there is and what waits.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

use super::error::AdminError;
use super::frame::AdminPlace;
use crate::web::extract::admin::AdminVisit;
use crate::web::views::admin::OverviewPage;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.route("", web::get().to(show));
}

async fn show(visit: AdminVisit) -> Result<HttpResponse, AdminError> {
    visit.show(&OverviewPage {
        page: visit.page("Overview", AdminPlace::Overview),
    })
}

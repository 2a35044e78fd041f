//! The instructor's pages: each file a page, its view built from what a service says, and its routes.

use actix_web::web::ServiceConfig;

mod awards;
mod badge;
pub(in crate::web) mod badge_form;
mod by_hand;
mod check;
mod choose;
mod coach;
mod columns;
mod copied;
pub(crate) mod course;
mod decision;
mod dry_run;
pub(in crate::web) mod endorsements;
mod evidence;
mod from_institution;
mod grades;
mod over_time;
mod place;
mod place_view;
mod progress;
mod regrade;
mod replaced;
mod replay;
mod resting;
mod retire;
mod rule;
mod rule_sources;
pub(in crate::web) mod squaring;
mod student_work;
mod students;
mod unopened;
mod versions;

/// Lists the routes of every page here.
pub(crate) fn configure(config: &mut ServiceConfig) {
    for page in [
        awards::configure,
        badge::configure,
        by_hand::configure,
        check::configure,
        choose::configure,
        coach::configure,
        columns::configure,
        copied::configure,
        decision::configure,
        dry_run::configure,
        endorsements::configure,
        evidence::configure,
        from_institution::configure,
        grades::configure,
        over_time::configure,
        place::configure,
        progress::configure,
        regrade::configure,
        replaced::configure,
        replay::configure,
        resting::configure,
        retire::configure,
        rule::configure,
        student_work::configure,
        students::configure,
        unopened::configure,
        versions::configure,
    ] {
        page(config);
    }
}

//! The outcome service of LTI 1.1, which Moodle still offers beside the services of LTI Advantage.

use aws_lc_rs::digest;
use serde_json::{Value, json};

use super::super::world::World;
use super::super::world::model::{Installed, Link, Person};
use ambient::random;

/// The claim that comes with every graded launch.
pub(super) fn claim(world: &World, installed: &Installed, link: &Link, person: &Person) -> Value {
    let launch = u32::from_le_bytes(random::bytes(world.random()));
    let id = format!(
        "\"instanceid\":\"{}\",\"userid\":\"{}\",\"typeid\":\"{}\",\"launchid\":{launch}",
        link.id, person.id, installed.type_id
    );
    let hash = hex::encode(digest::digest(&digest::SHA256, id.as_bytes()));
    json!({
        "lis_result_sourcedid": format!("{{\"data\":{{{id}}},\"hash\":\"{hash}\"}}"),
        "lis_outcome_service_url": world.url("/mod/lti/service.php"),
    })
}

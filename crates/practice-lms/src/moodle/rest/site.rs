//! What a site tells of itself and of the token.

use serde_json::{Value, json};

use super::{Call, Outcome};

/// `core_webservice_get_site_info`. It says nothing of rights in courses, and holds a secret.
pub(super) fn info(call: &Call<'_>) -> Outcome {
    let site = &call.data.rest.site;
    let (release, version) = site
        .release
        .clone()
        .unwrap_or_else(|| ("5.1+ (Build: 20251017)".into(), "2025100600.02".into()));
    let person = call.person(call.reader);
    let functions = call
        .data
        .rest
        .ws_tokens
        .get(call.token)
        .map(|held| &held.functions);
    let functions: Vec<Value> = functions
        .into_iter()
        .flatten()
        .map(|name| json!({"name": name, "version": "2025100600"}))
        .collect();
    Ok(json!({
        "sitename": "Practice Moodle", "username": person.map(|one| &one.username),
        "firstname": person.map(|one| &one.given), "lastname": person.map(|one| &one.family),
        "fullname": person.map(super::Person::name), "lang": "en", "userid": call.reader,
        "siteurl": site.url.as_deref().unwrap_or(call.world.origin()),
        "userpictureurl": call.world.url("/theme/image.php/boost/core/1/u/f1"), "functions": functions, "downloadfiles": 1,
        "uploadfiles": 0, "release": release, "version": version, "mobilecssurl": "",
        "advancedfeatures": [{"name": "enablecompletion", "value": 1}, {"name": "enablebadges", "value": 1}],
        "usercanmanageownfiles": true, "userquota": 104_857_600, "usermaxuploadfilesize": 2_097_152, "userhomepage": 0,
        "userprivateaccesskey": call.world.private_access_key(call.reader), "siteid": 1, "sitecalendartype": "gregorian",
        "usercalendartype": "gregorian", "userissiteadmin": person.is_some_and(|one| one.is_admin), "theme": "boost",
    }))
}

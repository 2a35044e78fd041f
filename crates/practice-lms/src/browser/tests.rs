use std::sync::Arc;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use super::super::{Browser, CourseRole, Flavour, Options, PracticeLms, Tool};
use super::ThirdPartyCookies;

/// The least that a tool can be: it sends the browser on and shows what came back.
async fn login(
    form: web::Form<Vec<(String, String)>>,
    lms: web::Data<String>,
    request: HttpRequest,
) -> HttpResponse {
    let own = request.connection_info().host().to_owned();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("scope", "openid"),
        ("response_type", "id_token"),
        ("response_mode", "form_post"),
        ("prompt", "none"),
        ("state", "state-1"),
        ("nonce", "nonce-1"),
        ("redirect_uri", &format!("http://{own}/lti/launch")),
    ]);
    for (name, value) in form.iter() {
        if matches!(name.as_str(), "client_id" | "login_hint" | "lti_message_hint") {
            query.append_pair(name, value);
        }
    }
    HttpResponse::Found()
        .append_header(("Set-Cookie", "plain=1; Path=/; SameSite=None; Secure"))
        .append_header((
            "Set-Cookie",
            "kept=1; Path=/lti; SameSite=None; Secure; Partitioned",
        ))
        .append_header(("Location", format!("{}?{}", lms.as_str(), query.finish())))
        .finish()
}

async fn launch(form: web::Form<Vec<(String, String)>>, request: HttpRequest) -> HttpResponse {
    let sent: Vec<&str> = form.iter().map(|(name, _)| name.as_str()).collect();
    let cookies = request
        .headers()
        .get("cookie")
        .map_or("", |value| value.to_str().unwrap());
    HttpResponse::Ok()
        .content_type("text/html")
        .body(format!("<p>fields {} cookies {cookies}</p>", sent.join(",")))
}

async fn lms_and_tool(flavour: Flavour) -> PracticeLms {
    let random = Arc::new(ambient::random::SeededRandom::new(2));
    let mut options = Options::new(flavour, Arc::new(ambient::clock::SystemClock), random);
    options.public_origin = Some("http://localhost:PORT".into());
    let lms = PracticeLms::start(options).await.unwrap();
    let auth = web::Data::new(lms.registration().authorization_url);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(auth.clone())
            .route("/lti/login", web::post().to(login))
            .route("/lti/launch", web::post().to(launch))
    })
    .workers(1)
    .disable_signals()
    .bind(("127.0.0.1", 0))
    .unwrap();
    let tool = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    lms.install_tool(Tool {
        name: "Echo".into(),
        initiate_login_uri: format!("{tool}/lti/login"),
        redirect_uris: vec![format!("{tool}/lti/launch")],
        target_link_uri: format!("{tool}/lti/launch"),
        jwks_uri: format!("{tool}/lti/jwks"),
        share_names: true,
        share_email: false,
    });
    lms
}

#[actix_web::test]
async fn a_launch_is_walked_from_the_course_page_to_the_tools_page() {
    for (flavour, fields) in [
        (Flavour::Moodle, "id_token,state"),
        (
            Flavour::Canvas,
            "utf8,authenticity_token,id_token,state,lti_storage_target",
        ),
    ] {
        let lms = lms_and_tool(flavour).await;
        let world = lms.world();
        let student = world.member(2, CourseRole::Student).unwrap();
        let form = world.launch_form(2, student.id, world.links(2)[0].id).unwrap();
        let mut browser = Browser::new().unwrap();
        let page = browser.launch(&form).await.unwrap();
        assert_eq!(page.status, 200);
        assert!(
            page.text()
                .contains(&format!("fields {fields} cookies plain=1; kept=1")),
            "{}",
            page.text()
        );
        assert!(
            page.way.len() >= 3 && page.way.iter().any(|url| url.starts_with(lms.origin())),
            "{:?}",
            page.way
        );
    }
}

#[actix_web::test]
async fn inside_a_frame_only_the_cookies_that_may_come_back_do() {
    let lms = lms_and_tool(Flavour::Moodle).await;
    let world = lms.world();
    for (rule, expected) in [
        (ThirdPartyCookies::All, "cookies plain=1; kept=1<"),
        (ThirdPartyCookies::PartitionedOnly, "cookies kept=1<"),
        (ThirdPartyCookies::None, "cookies <"),
    ] {
        let form = world.launch_form(2, 5, world.links(2)[0].id).unwrap();
        let mut browser = Browser::new().unwrap().framed_by(lms.origin(), rule);
        let page = browser.launch(&form).await.unwrap();
        assert!(page.text().contains(expected), "{rule:?}: {}", page.text());
    }
}

#[actix_web::test]
async fn a_used_launch_leads_to_moodles_error_page() {
    let lms = lms_and_tool(Flavour::Moodle).await;
    let world = lms.world();
    let form = world.launch_form(2, 5, world.links(2)[0].id).unwrap();
    let mut browser = Browser::new().unwrap();
    let sent_on = browser.login(&form).await.unwrap();
    assert_eq!(sent_on.status, 302);
    let request = sent_on.header("location").unwrap().to_owned();
    let signed = world.authorize(&request).unwrap();
    assert_eq!(browser.launch(&signed).await.unwrap().status, 200);
    let again = browser.get(&request).await.unwrap();
    assert_eq!(again.status, 404);
}

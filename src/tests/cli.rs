//! The built program, as those who run it meet it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) fn cairn(folder: &Path) -> Command {
    let mut command = Command::new(crate::tests::program::path());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CAIRN_")) {
        command.env_remove(name);
    }
    command
        .current_dir(folder)
        .env("CAIRN_DATA_DIR", folder.join("data"))
        .env("CAIRN_LISTEN", "127.0.0.1:0")
        .env("CAIRN_METRICS_LISTEN", "127.0.0.1:0")
        .env("CAIRN_ALLOW_HTTP_LOOPBACK", "true");
    command
}

fn told(output: &Output) -> (String, String) {
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// What a command that must succeed prints.
pub(crate) fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = cairn(folder).args(arguments).output().unwrap();
    let (out, err) = told(&output);
    assert!(output.status.success(), "{arguments:?}: {out}{err}");
    out
}

/// What a command that must fail prints, both ways.
pub(crate) fn failed(command: &mut Command) -> (String, String) {
    let output = command.output().unwrap();
    let (out, err) = told(&output);
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    assert!(
        err.starts_with("cairn: ") && err.trim_end().lines().count() == 1,
        "{err}"
    );
    (out, err)
}

#[test]
fn its_help_names_every_command_and_every_setting() {
    let folder = tempfile::tempdir().unwrap();
    let help = done(folder.path(), &["--help"]);
    for command in [
        "serve",
        "demo",
        "check",
        "platform",
        "admin-link",
        "invite",
        "keys",
        "export",
        "backup",
        "verify-archive",
    ] {
        assert!(help.contains(&format!("\n  {command}")), "{command}: {help}");
    }
    for (setting, ..) in crate::settings::KNOWN {
        assert!(help.contains(&format!("  {setting}\n")), "{setting}: {help}");
    }
    let add = done(folder.path(), &["platform", "add", "--help"]);
    assert!(add.contains("--issuer") && add.contains("--jwks-url"), "{add}");
}

#[test]
fn a_wrong_setting_is_one_sentence_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    for (variable, value, named) in [
        ("CAIRN_LOG", "verbose", "`log` is `verbose`"),
        ("CAIRN_WROKERS", "2", "`CAIRN_WROKERS`"),
        ("CAIRN_LISTEN", "here", "`listen` is `here`"),
    ] {
        let (_, err) = failed(cairn(folder.path()).env(variable, value).arg("check"));
        assert!(err.contains(named), "{err}");
    }
    let file = folder.path().join("cairn.toml");
    std::fs::write(&file, "wrokers = 2\n").unwrap();
    let (_, err) = failed(cairn(folder.path()).arg("--config").arg(&file).arg("check"));
    assert!(err.contains("`wrokers`"), "{err}");
}

#[test]
fn a_check_says_what_is_well_and_what_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let well = done(folder.path(), &["check"]);
    assert!(well.contains("ok      database: Sqlite, up to date"), "{well}");
    assert!(
        well.contains("note    platforms: none is registered yet"),
        "{well}"
    );

    let nowhere = "sqlite:///no/such/folder/cairn.db";
    let (out, _) = failed(
        cairn(folder.path())
            .env("CAIRN_DATABASE_URL", nowhere)
            .arg("check"),
    );
    assert!(out.contains("FAILED  The database cannot be reached"), "{out}");

    add_platform(folder.path());
    let (out, err) = failed(cairn(folder.path()).arg("check"));
    assert!(
        out.contains("FAILED  Moodle at North Coast (client id abc123): "),
        "{out}"
    );
    assert!(out.contains("ok      database"), "{out}");
    assert!(err.contains("checks failed"), "{err}");
}

#[test]
fn without_its_database_it_refuses_to_start_and_says_how_to_restore_it() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["check"]);
    let data = folder.path().join("data");
    let aside = folder.path().join("aside");
    std::fs::create_dir(&aside).unwrap();
    for entry in std::fs::read_dir(&data).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with("cairn.db") {
            std::fs::rename(entry.path(), aside.join(entry.file_name())).unwrap();
        }
    }
    for emptied in [false, true] {
        if emptied {
            std::fs::write(data.join("cairn.db"), "").unwrap();
        }
        for command in ["serve", "check", "admin-link"] {
            let (out, err) = failed(cairn(folder.path()).arg(command));
            let told = format!("{out}{err}");
            assert!(told.contains("is not there or is empty"), "{command}: {told}");
            assert!(told.contains("Put the database back"), "{command}: {told}");
        }
        // What is not there was not made.
        let left = std::fs::metadata(data.join("cairn.db")).map_or(0, |file| file.len());
        assert_eq!((data.join("cairn.db").exists(), left), (emptied, 0));
    }
    std::fs::remove_file(data.join("cairn.db")).unwrap();
    for entry in std::fs::read_dir(&aside).unwrap() {
        let entry = entry.unwrap();
        std::fs::rename(entry.path(), data.join(entry.file_name())).unwrap();
    }
    done(folder.path(), &["check"]);
}

#[test]
fn what_kubernetes_sets_for_a_service_of_this_name_does_not_stop_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = cairn(folder.path())
        .env("CAIRN_PORT", "tcp://10.96.14.7:8080")
        .env("CAIRN_SERVICE_HOST", "10.96.14.7")
        .arg("check")
        .output()
        .unwrap();
    let (out, err) = told(&output);
    assert!(output.status.success(), "{out}{err}");
    assert!(
        out.contains("note    settings: CAIRN_PORT, CAIRN_SERVICE_HOST are passed over"),
        "{out}"
    );
}

#[test]
fn a_check_looks_at_the_identity_from_outside_and_says_when_it_is_not_ours() {
    let folder = tempfile::tempdir().unwrap();
    add_platform(folder.path());
    let (out, _) = failed(cairn(folder.path()).arg("check"));
    assert!(
        out.contains("note    identity of ") && out.contains("does not answer"),
        "{out}"
    );

    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", server.local_addr().unwrap());
    std::thread::spawn(move || {
        for (number, stream) in server.incoming().flatten().enumerate() {
            let mut stream = stream;
            let mut asked = [0; 2_000];
            let _ = stream.read(&mut asked);
            let status = if number == 0 { "200 OK" } else { "502 Bad Gateway" };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let look = || {
        let mut check = cairn(folder.path());
        failed(check.env("CAIRN_IDENTITY_ORIGIN", &origin).arg("check")).0
    };
    let other = look();
    assert!(
        other.contains("FAILED  identity of ") && other.contains("is not ours"),
        "{other}"
    );
    assert!(other.contains(&format!("{origin}/issuers/")), "{other}");
    let broken = look();
    assert!(
        broken.contains("answers 502 without an identity document"),
        "{broken}"
    );
}

/// A platform that does not answer.
pub(crate) fn add_platform(folder: &Path) -> String {
    done(
        folder,
        &[
            "platform",
            "add",
            "--name=Moodle at North Coast",
            "--flavour=moodle",
            "--issuer=http://127.0.0.1:9",
            "--client-id=abc123",
            "--authorization-url=http://127.0.0.1:9/mod/lti/auth.php",
            "--token-url=http://127.0.0.1:9/mod/lti/token.php",
            "--jwks-url=http://127.0.0.1:9/mod/lti/certs.php",
            "--deployment=1",
        ],
    )
}

#[test]
fn a_platform_is_added_listed_shown_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let none = done(folder, &["platform", "list"]);
    assert!(none.contains("No platform is registered yet"), "{none}");
    let added = add_platform(folder);
    let id = added.split(" as ").nth(1).unwrap().split('.').next().unwrap();
    assert!(
        added.contains("/lti/login") && added.contains("/lti/launch"),
        "{added}"
    );
    let listed = done(folder, &["platform", "list"]);
    assert!(
        listed.starts_with(&format!("{id}  on "))
            && listed.contains("Moodle at North Coast")
            && listed.contains("client id abc123"),
        "{listed}"
    );
    let shown = done(folder, &["platform", "show", id]);
    assert!(shown.contains("client id         abc123"), "{shown}");
    assert!(shown.contains("new deployments   refused"), "{shown}");
    assert_eq!(done(folder, &["platform", "remove", id]), "Removed.\n");
    let (_, err) = failed(cairn(folder).args(["platform", "show", id]));
    assert!(err.contains("There is no such platform"), "{err}");
    let wrong = [
        "platform",
        "add",
        "--name=x",
        "--flavour=moodle",
        "--issuer=nowhere",
        "--client-id=c",
        "--authorization-url=x",
        "--token-url=x",
        "--jwks-url=x",
    ];
    failed(cairn(folder).args(wrong));
}

/// A running server with its log; ended when dropped.
pub(crate) struct Server {
    process: Child,
    log: BufReader<std::process::ChildStderr>,
    address: String,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Self {
        let mut process = cairn(folder)
            .env("CAIRN_LOG_FORMAT", "json")
            .env("CAIRN_LOG", "info")
            .arg("serve")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(process.stderr.take().unwrap());
        let mut server = Self {
            process,
            log,
            address: String::new(),
        };
        loop {
            let mut line = String::new();
            assert!(
                server.log.read_line(&mut line).unwrap() > 0,
                "it ended before it listened"
            );
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["fields"]["message"] == "listening" {
                let origin = line["fields"]["origin"].as_str().unwrap();
                server.address = origin.trim_start_matches("http://").to_owned();
                return server;
            }
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    fn answer(mut stream: TcpStream) -> String {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn told_to_stop_it_answers_what_is_under_way_and_its_log_names_each_request() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path());
    let mut under_way = server.connect();
    let head = "POST /lti/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                content-type: application/x-www-form-urlencoded\r\ncontent-length: 32\r\n\r\n";
    under_way
        .write_all(format!("{head}iss=https%3A%2F%2F").as_bytes())
        .unwrap();
    let mut other = server.connect();
    other
        .write_all(b"GET /nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .unwrap();
    let nothing = Server::answer(other);
    assert!(nothing.starts_with("HTTP/1.1 404"), "{nothing}");
    let id = nothing
        .lines()
        .find_map(|line| line.strip_prefix("x-cairn-error: "))
        .unwrap()
        .to_owned();

    let pid = server.process.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    std::thread::sleep(Duration::from_millis(500));
    assert!(
        server.process.try_wait().unwrap().is_none(),
        "it left a request unanswered"
    );
    under_way.write_all(b"nobody.example").unwrap();
    let answer = Server::answer(under_way);
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("login."), "{answer}");

    let start = Instant::now();
    let ended = loop {
        if let Some(ended) = server.process.try_wait().unwrap() {
            break ended;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "it does not end");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(ended.success(), "{ended}");

    let mut log = String::new();
    server.log.read_to_string(&mut log).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let refused = lines
        .iter()
        .find(|line| line["span"]["error_id"] == id.as_str())
        .unwrap_or_else(|| panic!("{log}"));
    let request = refused["span"]["id"].as_str().unwrap();
    assert_eq!(request.len(), 36, "{refused}");
    assert_eq!(refused["span"]["method"], "GET", "{refused}");
    let ids: std::collections::HashSet<_> = lines
        .iter()
        .filter_map(|line| line["span"]["id"].as_str())
        .collect();
    assert!(ids.len() > 1, "each request has its own: {log}");
}

#[test]
fn an_admin_link_lets_one_person_in_for_what_it_was_made_for() {
    let folder = tempfile::tempdir().unwrap();
    add_platform(folder.path());
    let server = Server::start(folder.path());
    let ask = |head: &str, body: &str| {
        let mut stream = server.connect();
        let length = body.len();
        let request = format!(
            "{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        Server::answer(stream)
    };
    let path = |printed: &str| {
        let at = printed
            .find("/admin/link/")
            .unwrap_or_else(|| panic!("{printed}"));
        printed.get(at..).unwrap().trim().to_owned()
    };
    let (_, err) = failed(cairn(folder.path()).args(["admin-link", "--institution", "Nowhere College"]));
    assert!(err.contains("There is no institution “Nowhere College”"), "{err}");

    let printed = done(folder.path(), &["admin-link"]);
    assert_eq!(printed.trim().lines().count(), 1, "{printed}");
    let all = path(&printed);
    let page = ask(&format!("GET {all}"), "");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("this whole installation"), "{page}");
    let inside = ask(&format!("POST {all}"), "name=Ada");
    assert!(
        inside.starts_with("HTTP/1.1 303") && inside.contains("cairn_admin="),
        "{inside}"
    );
    let again = ask(&format!("POST {all}"), "name=Eve");
    assert!(again.starts_with("HTTP/1.1 410"), "{again}");

    let keys = done(folder.path(), &["keys", "list"]);
    let institution = keys
        .lines()
        .find(|line| line.contains("did:web:"))
        .and_then(|line| line.split("   did:").next())
        .unwrap();
    let one = path(&done(
        folder.path(),
        &["admin-link", "--institution", institution],
    ));
    let page = ask(&format!("GET {one}"), "");
    assert!(
        page.contains(&format!("You will look after <strong>{institution}</strong>")),
        "{page}"
    );
}

#[test]
fn a_deployment_that_the_console_refuses_is_refused_here_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = [
        "platform",
        "add",
        "--institution=North Coast",
        "--name=Moodle",
        "--flavour=moodle",
        "--issuer=https://moodle.example",
        "--client-id=abc123",
        "--authorization-url=https://moodle.example/mod/lti/auth.php",
        "--token-url=https://moodle.example/mod/lti/token.php",
        "--jwks-url=https://moodle.example/mod/lti/certs.php",
        "--deployment=1",
        "--deployment=two words",
    ];
    let (_, err) = failed(cairn(folder.path()).args(wrong));
    assert!(err.contains("A deployment id has 1 to 255 printable"), "{err}");
    let none = done(folder.path(), &["platform", "list"]);
    assert!(none.contains("No platform is registered yet"), "{none}");
    let keys = done(folder.path(), &["keys", "list"]);
    assert!(!keys.contains("North Coast"), "{keys}");
}

#[test]
fn what_is_done_here_stands_in_the_audit_log_of_the_console() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let added = add_platform(folder);
    let id = added.split(" as ").nth(1).unwrap().split('.').next().unwrap();
    let own = ["--institution", "My institution"];
    done(folder, &[&["invite"][..], &own].concat());
    done(folder, &[&["keys", "rotate"][..], &own].concat());
    done(folder, &[&["export", "--out", "all.zip"][..], &own].concat());
    done(folder, &["platform", "remove", id]);
    done(folder, &["keys", "rotate-master"]);
    let link = done(folder, &[&["admin-link"][..], &own].concat());
    let server = Server::start(folder);
    let words = crate::app::block_on(async {
        let mut browser = practice_lms::browser::Browser::new().unwrap();
        let path = link.find("/admin/link/").and_then(|at| link.get(at..)).unwrap();
        let at = |path: &str| format!("http://{}{}", server.address, path.trim());
        let entry = browser.get(&at(path)).await.unwrap();
        let form = entry.form("/admin/link/").unwrap();
        let inside = browser.submit(&entry, &form, &[("name", "Ada")]).await.unwrap();
        assert!(
            inside.words().contains("You are signed in."),
            "{}",
            inside.words()
        );
        browser.get(&at("/admin/audit")).await.unwrap().words()
    });
    for told in [
        "made an institution",
        "added a platform",
        "made an address for registering a platform",
        "gave an issuer a new key",
        "took an archive of the institution away",
        "removed a platform",
        "encrypted the stored keys with a new master key",
        "made a sign-in link for an administrator",
    ] {
        assert!(
            words.contains(&format!("The command line {told}")),
            "{told}: {words}"
        );
    }
    assert!(words.contains("Ada came in by a link"), "{words}");
}

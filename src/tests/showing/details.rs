//! What else the standard has for a badge: signed, seen, and no number of a mark that is not shown.

use rust_decimal::Decimal;
use serde_json::Value;

use super::stage::{Stage, design, get};
use crate::domain::achievement::Details;
use crate::tests::harness::on_each_database;

#[test]
fn each_detail_of_a_badge_is_signed_and_a_hidden_mark_leaves_that_it_was_reached() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let mut full = design("Quiz master");
        full.show_score = false;
        full.credits = Some(Decimal::new(15, 1));
        full.details = Details {
            assessment: "Marked by two **assessors**.".into(),
            code: Some("DATA-101".into()),
            field: Some("Data science".into()),
            credit_unit: Some("ECTS".into()),
            level_url: Some("http://data.europa.eu/snb/eqf/4".into()),
            skills: vec!["Patience".into()],
        };
        let badge = stage.badge(full, Some(vec![stage.quiz()])).await;
        stage.grade(0, 95);
        stage.check().await;
        let (_, credential) = stage.awarded(&badge, 0).await;
        assert!(stage.verify(credential.document.as_bytes()).await.is_valid());
        let signed: Value = serde_json::from_str(&credential.document).unwrap();
        let subject = &signed["credentialSubject"];
        let achievement = &subject["achievement"];
        assert_eq!(achievement["humanCode"], "DATA-101");
        assert_eq!(achievement["fieldOfStudy"], "Data science");
        let level = &achievement["alignment"][1];
        assert_eq!(
            (&level["targetName"], &level["targetUrl"]),
            (&"EQF 4".into(), &"http://data.europa.eu/snb/eqf/4".into())
        );
        assert_eq!(
            achievement["tag"].to_string(),
            r#"["Knowledge","12 hours","Level: EQF 4","Credits in: ECTS","Patience"]"#
        );
        let results = subject["result"].as_array().unwrap();
        assert_eq!(results.len(), 1);
        assert_eq!(results[0]["status"], "Completed");
        assert_eq!(achievement["resultDescription"][0]["resultType"], "Status");
        assert!(results[0].get("value").is_none(), "{results:?}");
        for number in ["requiredValue", "valueMax", "valueMin"] {
            let described = &achievement["resultDescription"][0];
            assert!(described.get(number).is_none(), "{described}");
        }
        // Nobody changes a letter of it unnoticed.
        for (said, forged) in [
            ("DATA-101", "DATA-102"),
            ("Data science", "Data magic"),
            ("two **assessors**", "ten **assessors**"),
            ("Credits in: ECTS", "Credits in: years"),
            ("snb/eqf/4", "snb/eqf/8"),
            ("Patience", "Patients"),
        ] {
            let other = credential.document.replace(said, forged);
            assert_ne!(other, credential.document, "{said}");
            assert!(!stage.verify(other.as_bytes()).await.is_valid(), "{said}");
        }
        let about = achievement["id"].as_str().unwrap();
        for address in [stage.url(&format!("/b/{}", credential.slug)), about.to_owned()] {
            let page = get(&address, "text/html").await;
            for said in [
                "How it is assessed",
                "Marked by two",
                "DATA-101",
                "Data science",
                "1.5 ECTS",
                "Level: EQF 4",
                "Patience",
            ] {
                assert!(page.words().contains(said), "{said}: {}", page.words());
            }
            let told = page.words().matches("How it is assessed").count();
            assert_eq!(told, 1, "{}", page.words());
        }
        stage.scene.end().await;
    });
}

//! The official JSON schema of Open Badges 3.0, by a validator of another make than the kit's: it takes a badge with every
//! optional member. The schema lies beside the kit, see [`super::judges`].

use jsonschema::Validator;
use openbadges::credential::OpenBadgeCredential;
use openbadges::proof::attach;
use openbadges::testing::examples;
use serde_json::{Value, json};

use super::judges::folder;
use super::vectors;
use crate::tests::harness::Scene;
use crate::tests::showing::endorsing;
use crate::tests::showing::stage::Stage;

fn official() -> Option<Value> {
    let place = "kit/data/schemas/ob_v3p0_achievementcredential_schema.json";
    Some(serde_json::from_slice(&std::fs::read(folder()?.join(place)).unwrap()).unwrap())
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

/// What is wrong with a document, a line each.
fn errors(validator: &Validator, document: &Value) -> Vec<String> {
    let found = validator.iter_errors(document);
    found
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn signed(badge: &OpenBadgeCredential) -> Value {
    let (issuer, key) = (examples::issuer().unwrap(), examples::key());
    let method = issuer.verification_method(&key.verifying_key());
    serde_json::to_value(attach(badge, &key, &method, examples::moment()).unwrap()).unwrap()
}

#[test]
fn the_official_schema_takes_a_badge_with_every_optional_member() {
    let Some(schema) = official() else { return };
    let whole = signed(&examples::whole_badge(5).unwrap());
    let badge = validator(&schema);
    assert_eq!(errors(&badge, &whole), Vec::<String>::new());
    let ordinary = signed(&examples::full_badge(5).unwrap());
    assert_eq!(errors(&badge, &ordinary), Vec::<String>::new());

    // It has what is meant by "every".
    let level = &whole["credentialSubject"]["result"][0]["achievedLevel"];
    let levels = &whole["credentialSubject"]["achievement"]["resultDescription"][0]["rubricCriterionLevel"];
    assert!(
        levels.as_array().unwrap().iter().any(|one| one["id"] == *level),
        "{level} of {levels}"
    );
    for place in [
        "/credentialSubject/achievement/alignment/1/targetUrl",
        "/credentialSubject/achievement/creditsAvailable",
        "/credentialSubject/creditsEarned",
        "/credentialSubject/achievement/endorsement/0/proof/0/proofValue",
        "/issuer/endorsement/0/proof/0/proofValue",
        "/endorsement/0/proof/0/proofValue",
        "/evidence/0/audience",
        "/credentialSubject/identifier/1/salt",
        "/credentialStatus/statusListIndex",
        "/credentialSchema/0/id",
        "/validUntil",
    ] {
        assert!(whole.pointer(place).is_some(), "{place}");
    }

    // And it would say so if something were amiss.
    for place in [
        "/issuer",
        "/validFrom",
        "/issuer/type",
        "/credentialSubject/achievement/criteria",
        "/credentialSubject/achievement/alignment/0/targetUrl",
        "/credentialSubject/achievement/resultDescription/0/resultType",
        "/credentialSubject/achievement/resultDescription/0/rubricCriterionLevel/0/name",
        "/credentialSubject/result/0/type",
        "/evidence/0/type",
        "/endorsement/0/credentialSubject",
    ] {
        let (parent, name) = place.rsplit_once('/').unwrap();
        let mut without = whole.clone();
        let members = without.pointer_mut(parent).and_then(Value::as_object_mut);
        assert!(members.unwrap().remove(name).is_some(), "{place}");
        assert_ne!(errors(&badge, &without), Vec::<String>::new(), "without {place}");
    }

    let endorsement = json!({
        "$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": "#/$defs/EndorsementCredential" });
    let endorsement = validator(&endorsement);
    for holder in ["", "/issuer", "/credentialSubject/achievement"] {
        let held = whole.pointer(&format!("{holder}/endorsement/0")).unwrap();
        assert_eq!(errors(&endorsement, held), Vec::<String>::new(), "{holder}");
    }
    for (name, text) in vectors() {
        let document: Value = serde_json::from_str(text).unwrap();
        let judge = match name {
            "endorsement" => &endorsement,
            "status-list" => continue,
            _ => &badge,
        };
        assert_eq!(errors(judge, &document), Vec::<String>::new(), "{name}");
    }
}

/// The document in the words of data model 1.1, in which the published schema of records is written: it knows no other names of
/// the two moments, and no list of bits.
fn in_older_words(document: &mut Value) {
    let members = document.as_object_mut().unwrap();
    for (name, older) in [("validFrom", "issuanceDate"), ("validUntil", "expirationDate")] {
        if let Some(moment) = members.remove(name) {
            members.insert(older.to_owned(), moment);
        }
    }
    if let Some(status) = members.get_mut("credentialStatus").and_then(Value::as_object_mut) {
        status.retain(|name, _| ["id", "type"].contains(&name.as_str()));
    }
}

#[test]
fn the_published_schema_of_records_takes_ours_but_for_the_words_of_its_data_model() {
    let Some(folder) = folder() else { return };
    let place = folder.join("schemas/clr_v2p0_clrcredential_schema_draft4.json");
    let Ok(text) = std::fs::read(place) else {
        crate::store::testing::say("left out: the schema of records, which lies beside the kit");
        return;
    };
    let schema = validator(&serde_json::from_slice(&text).unwrap());
    let (issuer, key) = (examples::issuer().unwrap(), examples::key());
    let method = issuer.verification_method(&key.verifying_key());
    let record = examples::record(3).unwrap();
    let signed = attach(&record, &key, &method, examples::moment()).unwrap();
    let mut document = serde_json::to_value(&signed).unwrap();
    in_older_words(&mut document);
    let parts = document
        .pointer_mut("/credentialSubject/verifiableCredential")
        .unwrap();
    parts.as_array_mut().unwrap().iter_mut().for_each(in_older_words);
    assert_eq!(errors(&schema, &document), Vec::<String>::new());
    for place in [
        "/name",
        "/issuer",
        "/credentialSubject/verifiableCredential",
        "/credentialSubject/association/0/targetId",
    ] {
        let (parent, name) = place.rsplit_once('/').unwrap();
        let mut without = document.clone();
        let members = without.pointer_mut(parent).and_then(Value::as_object_mut);
        assert!(members.unwrap().remove(name).is_some(), "{place}");
        assert_ne!(errors(&schema, &without), Vec::<String>::new(), "without {place}");
    }
}

#[test]
fn the_official_schema_takes_an_award_with_all_that_an_instructor_can_set() {
    let Some(schema) = official() else { return };
    crate::app::block_on(async {
        let database = crate::store::testing::TestDatabase::sqlite();
        let stage = Stage::set(Scene::on(database).await).await;
        stage.mark("05dxps055", "1337").await;
        let (_, _, credential) = stage.earned().await;
        let award: Value = serde_json::from_str(&credential.document).unwrap();
        assert_eq!(errors(&validator(&schema), &award), Vec::<String>::new());
        for place in [
            "/credentialSubject/result/0/value",
            "/credentialSubject/achievement/resultDescription/0/requiredValue",
            "/credentialSubject/achievement/alignment/0/targetFramework",
            "/credentialSubject/achievement/creditsAvailable",
            "/credentialSubject/creditsEarned",
            "/credentialSubject/achievement/image/caption",
            "/credentialSubject/achievement/achievementType",
            "/credentialSubject/achievement/alignment/0/targetType",
            "/credentialSubject/achievement/criteria/id",
            "/credentialSubject/achievement/criteria/narrative",
            "/credentialSubject/achievement/inLanguage",
            "/credentialSubject/activityEndDate",
            "/issuer/image/id",
            "/issuer/otherIdentifier/0/identifierType",
            "/credentialStatus/statusListIndex",
            "/validUntil",
        ] {
            assert!(award.pointer(place).is_some(), "{place} in {award}");
        }
        stage.scene.end().await;
    });
}

#[test]
fn the_official_schema_takes_an_award_with_an_endorsement_that_was_signed_here() {
    let Some(schema) = official() else { return };
    crate::app::block_on(async {
        let database = crate::store::testing::TestDatabase::sqlite();
        let mut stage = Stage::set(Scene::on(database).await).await;
        let (badge, ..) = stage.earned().await;
        let link = endorsing::invited(&mut stage, &badge, "Example Works", "").await;
        endorsing::endorsed(&link, "We hire for this.").await;
        stage.grade(1, 95);
        stage.check().await;
        let (_, credential) = stage.awarded(&badge, 1).await;
        let award: Value = serde_json::from_str(&credential.document).unwrap();
        assert_eq!(errors(&validator(&schema), &award), Vec::<String>::new());
        let within = award.pointer("/credentialSubject/achievement/endorsement/0");
        let endorsement = json!({
            "$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": "#/$defs/EndorsementCredential" });
        let wrong = errors(&validator(&endorsement), within.unwrap());
        assert_eq!(wrong, Vec::<String>::new(), "{award}");
        stage.scene.end().await;
    });
}

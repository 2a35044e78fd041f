//! The IRIs that our credentials use, each exactly as the published contexts resolve it.
//!
//! Three of them look like mistakes and are: Open Badges 3.0.3 types some values with `https:` instead of
//! `http:` in XML Schema datatypes, and `awardedDate` with the prefix `xsd`, which it does not define. A signature
//! is over these bytes, so they stay as they are.

pub(crate) const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
pub(crate) const RDF_FIRST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
pub(crate) const RDF_REST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
pub(crate) const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";

/// Datatypes, odd ones included.
pub(crate) mod datatype {
    pub(crate) const DATE_TIME: &str = "http://www.w3.org/2001/XMLSchema#dateTime";
    /// The undefined prefix of `awardedDate`, which therefore stays a scheme.
    pub(crate) const XSD_PREFIX_DATE_TIME: &str = "xsd:dateTime";
    /// The same undefined prefix, in the context of records.
    pub(crate) const XSD_PREFIX_BOOLEAN: &str = "xsd:boolean";
    pub(crate) const XSD_PREFIX_ANY_URI: &str = "xsd:anyURI";
    pub(crate) const HTTPS_ANY_URI: &str = "https://www.w3.org/2001/XMLSchema#anyURI";
    pub(crate) const HTTPS_BOOLEAN: &str = "https://www.w3.org/2001/XMLSchema#boolean";
    pub(crate) const HTTPS_DATE: &str = "https://www.w3.org/2001/XMLSchema#date";
    pub(crate) const HTTPS_FLOAT: &str = "https://www.w3.org/2001/XMLSchema#float";
    pub(crate) const CRYPTOSUITE: &str = "https://w3id.org/security#cryptosuiteString";
    pub(crate) const MULTIBASE: &str = "https://w3id.org/security#multibase";
}

macro_rules! terms {
    ($(#[$doc:meta])* $module:ident, $base:literal: $($name:ident = $suffix:literal),* $(,)?) => {
        $(#[$doc])*
        pub(crate) mod $module {
            $(pub(crate) const $name: &str = concat!($base, $suffix);)*
        }
    };
}

terms! {
    /// Open Badges 3.0.
    ob, "https://purl.imsglobal.org/spec/vc/ob/vocab.html#":
    ACHIEVEMENT_CLASS = "Achievement", ACHIEVEMENT_SUBJECT = "AchievementSubject",
    OPEN_BADGE_CREDENTIAL = "OpenBadgeCredential", ENDORSEMENT_CREDENTIAL = "EndorsementCredential",
    ENDORSEMENT_SUBJECT = "EndorsementSubject", EVIDENCE_CLASS = "Evidence", IDENTITY_OBJECT = "IdentityObject",
    IDENTIFIER_ENTRY = "IdentifierEntry", IMAGE_CLASS = "Image", PROFILE = "Profile", RESULT_CLASS = "Result",
    RESULT_DESCRIPTION_CLASS = "ResultDescription", RUBRIC_CRITERION_LEVEL_CLASS = "RubricCriterionLevel",
    ACHIEVED_LEVEL = "achievedLevel", ACHIEVEMENT = "achievement", ACHIEVEMENT_TYPE = "achievementType",
    ACTIVITY_END_DATE = "activityEndDate", ACTIVITY_START_DATE = "activityStartDate",
    ALIGNMENT = "alignment", ALLOWED_VALUE = "allowedValue", AWARDED_DATE = "awardedDate", CREATOR = "creator",
    CREDITS_AVAILABLE = "creditsAvailable", CREDITS_EARNED = "creditsEarned",
    // The property has a capital letter in the published context.
    CRITERIA = "Criteria", ENDORSEMENT = "endorsement", ENDORSEMENT_COMMENT = "endorsementComment",
    FIELD_OF_STUDY = "fieldOfStudy", HASHED = "hashed", HUMAN_CODE = "humanCode", IDENTIFIER = "identifier",
    IDENTIFIER_TYPE = "identifierType", IDENTITY_HASH = "identityHash", IDENTITY_TYPE = "identityType",
    IMAGE = "image", LEVEL = "level", LICENSE_NUMBER = "licenseNumber", NARRATIVE = "narrative",
    OFFICIAL = "official", OTHER_IDENTIFIER = "otherIdentifier", PARENT_ORG = "parentOrg", PHONE = "phone", POINTS = "points",
    REQUIRED_LEVEL = "requiredLevel", REQUIRED_VALUE = "requiredValue", RESULT = "result",
    RESULT_DESCRIPTION = "resultDescription", RESULT_TYPE = "resultType", ROLE = "role",
    RUBRIC_CRITERION_LEVEL = "rubricCriterionLevel", SALT = "salt", SPECIALIZATION = "specialization",
    STATUS = "status", TARGET_CODE = "targetCode", TARGET_TYPE = "targetType", TERM = "term",
    VALUE_MAX = "valueMax", VALUE_MIN = "valueMin", VERSION = "version",
}

terms! {
    /// Comprehensive Learner Record 2.0.
    clr, "https://purl.imsglobal.org/spec/vc/clr/vocab.html#":
    ASSOCIATION_CLASS = "Association", CLR_CREDENTIAL = "ClrCredential", CLR_SUBJECT = "ClrSubject",
    ACHIEVEMENT = "achievement", ASSOCIATION = "association", ASSOCIATION_TYPE = "AssociationType",
    // So numbered in the published context.
    IDENTIFIER = "identifier-1",
    PARTIAL = "partial", SOURCE_ID = "sourceId", TARGET_ID = "targetId", VERIFIABLE_CREDENTIAL = "verifiableCredential",
}

terms! {
    /// schema.org.
    schema, "https://schema.org/":
    ALIGNMENT_OBJECT = "AlignmentObject", AUDIENCE = "audience", CAPTION = "caption", DESCRIPTION = "description",
    EMAIL = "email", GENRE = "genre", IN_LANGUAGE = "inLanguage", KEYWORDS = "keywords", NAME = "name",
    TARGET_DESCRIPTION = "targetDescription", TARGET_FRAMEWORK = "targetFramework", TARGET_NAME = "targetName",
    TARGET_URL = "targetUrl", URL = "url", VALUE = "value",
}

terms! {
    /// Verifiable Credentials Data Model 2.0.
    vc, "https://www.w3.org/2018/credentials#":
    VERIFIABLE_CREDENTIAL = "VerifiableCredential", CREDENTIAL_SCHEMA = "credentialSchema",
    CREDENTIAL_STATUS = "credentialStatus", CREDENTIAL_SUBJECT = "credentialSubject", EVIDENCE = "evidence",
    ISSUER = "issuer", VALID_FROM = "validFrom", VALID_UNTIL = "validUntil",
    // Of data model 1.1.
    ISSUANCE_DATE = "issuanceDate", EXPIRATION_DATE = "expirationDate",
}

terms! {
    /// Bitstring Status List 1.0.
    status, "https://www.w3.org/ns/credentials/status#":
    BITSTRING_STATUS_LIST = "BitstringStatusList", BITSTRING_STATUS_LIST_CREDENTIAL = "BitstringStatusListCredential",
    BITSTRING_STATUS_LIST_ENTRY = "BitstringStatusListEntry", ENCODED_LIST = "encodedList",
    STATUS_LIST_CREDENTIAL = "statusListCredential", STATUS_LIST_INDEX = "statusListIndex",
    STATUS_PURPOSE = "statusPurpose",
}

terms! {
    /// Data Integrity 1.0.
    security, "https://w3id.org/security#":
    DATA_INTEGRITY_PROOF = "DataIntegrityProof", ASSERTION_METHOD = "assertionMethod", CRYPTOSUITE = "cryptosuite",
    PROOF = "proof", PROOF_PURPOSE = "proofPurpose", PROOF_VALUE = "proofValue",
    VERIFICATION_METHOD = "verificationMethod",
}

/// Dublin Core's `created`.
pub(crate) const CREATED: &str = "http://purl.org/dc/terms/created";
/// The type of a `credentialSchema`, defined in the extensions context only.
pub(crate) const SCHEMA_VALIDATOR: &str =
    "https://purl.imsglobal.org/spec/vccs/v1p0/context.json#1EdTechJsonSchemaValidator2019";

//! Whatever is kept is in the archive of an institution, or is left out on purpose: a new table has to say which.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::*;

/// Tables of which the archive of an institution tells, and where.
const PACKED: &[(&str, &str)] = &[
    ("awards", "holders.csv, and what was signed in badges/"),
    (
        "badges",
        "what was signed in badges/; programmes.json for those of the institution",
    ),
    ("collections", "portfolios/collections.jsonl"),
    ("credentials", "badges/"),
    (
        "endorsements",
        "endorsements.json, endorsements/ and endorsers/, without private keys",
    ),
    ("foreign_badges", "portfolios/badges.jsonl and elsewhere/"),
    ("holder_notes", "portfolios/notes.jsonl"),
    ("institution_badge_reach", "programmes.json"),
    ("institution_badges", "programmes.json"),
    ("issuer_keys", "issuers/, the public parts"),
    ("issuers", "issuers/"),
    ("lineage_acceptances", "programmes.json"),
    (
        "people",
        "holders.csv, as far as they hold a badge, and beside what is theirs",
    ),
    ("programme_makers", "programmes.json"),
    ("programme_reviews", "programmes.json"),
    ("programme_waivers", "programmes.json"),
    ("programmes", "programmes.json"),
    ("records", "records/"),
    (
        "rules",
        "programmes.json for programmes; in words in what was signed for others",
    ),
    ("status_lists", "status/"),
    ("submissions", "evidence/"),
    ("tenants", "README.txt"),
    ("timelines", "portfolios/timelines.jsonl"),
];

/// Why others are left out.
const OF_THE_LMS: &str = "it is read from the LMS, which has it";
const OF_ONE_PERSON: &str = "it is in the archive that a person takes along";
const OF_RUNNING: &str = "it is of running this installation and means nothing elsewhere";
const SECRET: &str = "it opens something, or protects somebody";
const WORK_IN_COURSES: &str = "it is how courses decide; what came of it was signed";

const LEFT_OUT: &[(&str, &[&str])] = &[
    (
        OF_THE_LMS,
        &[
            "course_keys",
            "course_services",
            "course_teachers",
            "courses",
            "deployments",
            "enrolments",
            "grade_files",
            "identities",
            "line_items",
            "links",
            "outside_cells",
            "outside_columns",
            "outside_grades",
            "outside_people",
            "past_results",
            "platforms",
            "registrations",
            "results",
            "section_members",
            "sections",
        ],
    ),
    (
        OF_ONE_PERSON,
        &[
            "approvals",
            "current_decisions",
            "decisions",
            "past_reviews",
            "posted_scores",
            "regrades",
            "share_links",
        ],
    ),
    (
        OF_RUNNING,
        &[
            "account_joins",
            "admin_links",
            "admin_sessions",
            "admins",
            "audit",
            "copies",
            "copy_requests",
            "exports",
            "funnel_days",
            "history_senders",
            "invitations",
            "jobs",
            "join_moves",
            "joins",
            "nonces",
            "notice_handlers",
            "outside_looks",
            "placements",
            "policies",
            "probes",
            "rest_readings",
            "rest_turns",
            "sessions",
            "sightings",
            "unknown_users",
            "waiting_answers",
        ],
    ),
    (
        SECRET,
        &[
            "erased_pages",
            "erasures",
            "issuer_token_keys",
            "rest_accesses",
            "rest_consents",
            "rest_grants",
            "status_entries",
            "subjects",
            "tombstone_keys",
            "tombstones",
            "tool_keys",
        ],
    ),
    (
        WORK_IN_COURSES,
        &[
            "activities",
            "column_releases",
            "course_releases",
            "dismissed_findings",
            "listed_skills",
            "rule_inputs",
            "skill_lists",
        ],
    ),
];

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[test]
fn every_table_is_in_the_archive_of_an_institution_or_left_out_on_purpose() {
    let database = TestDatabase::sqlite();
    let found: Vec<Name> = read(&database, |db| {
        let all = diesel::sql_query(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'",
        );
        Ok(on_both!(db, |connection| all.load(connection))?)
    });
    let found: BTreeSet<&str> = found.iter().map(|one| one.name.as_str()).collect();
    let left_out = LEFT_OUT.iter().flat_map(|(_, tables)| tables.iter().copied());
    let listed: Vec<&str> = PACKED.iter().map(|(table, _)| *table).chain(left_out).collect();
    let each: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(each.len(), listed.len(), "none is listed twice");
    let unlisted: Vec<&&str> = found.difference(&each).collect();
    assert!(
        unlisted.is_empty(),
        "say whether the archive has these: {unlisted:?}"
    );
    let gone: Vec<&&str> = each.difference(&found).collect();
    assert!(gone.is_empty(), "there are no such tables: {gone:?}");
}

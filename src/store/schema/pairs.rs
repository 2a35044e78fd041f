//! Which tables stand in one statement. Diesel can be told of all pairs at once, but those of a hundred tables are thousands of
//! implementations, and each build took half a minute for them. A statement over a pair that is missing here does not compile:
//! `TableNotEqual` or `AppearsInFromClause` is not satisfied.

use super::{
    activities, awards, badges, collections, column_releases, course_keys, course_services, courses,
    credentials, current_decisions, decisions, deployments, endorsements, enrolments, funnel_days,
    grade_files, holder_notes, identities, institution_badges, issuer_token_keys, issuers, join_moves, joins,
    last_seen, line_items, links, outside_cells, outside_columns, outside_grades, people, platforms,
    posted_scores, programme_waivers, programmes, records, registrations, regrades, rest_accesses,
    rest_grants, rest_readings, results, rule_inputs, rules, section_members, sections, sessions,
    share_links, submissions, tenants, timelines, waiting_answers,
};

/// Each table before the arrow with each of those after it.
macro_rules! together {
    ($($table:ident => $($other:ident)+;)+) => {
        $($(diesel::allow_tables_to_appear_in_same_query!($table, $other);)+)+
    };
}

together! {
    activities => courses submissions;
    awards => badges courses credentials current_decisions decisions enrolments holder_notes identities joins people programmes records registrations regrades results share_links submissions;
    badges => course_keys courses current_decisions decisions endorsements enrolments funnel_days identities institution_badges people programmes registrations regrades rule_inputs rules;
    collections => credentials;
    column_releases => line_items;
    course_keys => courses deployments enrolments identities last_seen links people platforms registrations rest_readings;
    course_services => deployments;
    courses => current_decisions decisions deployments enrolments identities last_seen line_items links people platforms registrations rest_readings sessions submissions tenants;
    credentials => endorsements people records share_links timelines;
    current_decisions => decisions;
    deployments => enrolments identities last_seen links people platforms registrations sessions tenants;
    enrolments => identities last_seen links people platforms registrations section_members sections;
    grade_files => outside_columns outside_grades;
    identities => joins last_seen links people platforms registrations results submissions;
    issuer_token_keys => issuers;
    issuers => tenants;
    join_moves => joins;
    joins => people results submissions;
    last_seen => links people platforms registrations;
    line_items => outside_columns results;
    links => people platforms registrations;
    outside_cells => outside_columns;
    outside_columns => outside_grades;
    people => platforms posted_scores programme_waivers records registrations results sessions submissions tenants;
    platforms => registrations rest_accesses;
    registrations => sessions tenants;
    rest_accesses => rest_grants;
    results => submissions;
    rule_inputs => rules;
    section_members => sections;
    sessions => tenants waiting_answers;
}

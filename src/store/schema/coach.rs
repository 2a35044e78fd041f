//! What was dismissed of what the coach found, and the skills that an institution brought.

diesel::table! {
    dismissed_findings (id) {
        id -> Text,
        tenant_id -> Text,
        course_id -> Text,
        badge_id -> Nullable<Text>,
        code -> Text,
        about -> Text,
        reason -> Text,
        dismissed_by -> Nullable<Text>,
        dismissed_at -> BigInt,
    }
}

diesel::table! {
    skill_lists (id) {
        id -> Text,
        tenant_id -> Text,
        name -> Text,
        skills -> Integer,
        brought_at -> BigInt,
    }
}

diesel::table! {
    listed_skills (id) {
        id -> Text,
        tenant_id -> Text,
        skill_list_id -> Text,
        name -> Text,
        folded_name -> Text,
        url -> Text,
        code -> Nullable<Text>,
    }
}

//! Stacks that an institution owns, and its badges that courses take.

diesel::table! {
    programmes (id) {
        id -> Text,
        tenant_id -> Text,
        badge_id -> Text,
        parts_end -> Text,
        finish_begun -> Bool,
        prerequisites -> Text,
        saved_by -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        saved_by_person -> Nullable<Text>,
    }
}

diesel::table! {
    programme_waivers (id) {
        id -> Text,
        tenant_id -> Text,
        badge_id -> Text,
        part_id -> Text,
        person_id -> Text,
        reason -> Text,
        waived_by -> Text,
        waived_at -> BigInt,
        taken_back_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    programme_reviews (id) {
        id -> Text,
        tenant_id -> Text,
        badge_id -> Text,
        digest -> Text,
        asked_by -> Text,
        asked_at -> BigInt,
        state -> Text,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<BigInt>,
        note -> Nullable<Text>,
        asked_by_person -> Nullable<Text>,
        answered_by_person -> Nullable<Text>,
    }
}

diesel::table! {
    programme_makers (id) {
        id -> Text,
        tenant_id -> Text,
        person_id -> Text,
        given_by -> Text,
        given_at -> BigInt,
    }
}

diesel::table! {
    institution_badges (badge_id) {
        badge_id -> Text,
        tenant_id -> Text,
        draft -> Text,
        revision -> Integer,
        published -> Nullable<Text>,
        version -> Integer,
        published_at -> Nullable<BigInt>,
        everywhere -> Bool,
        saved_by -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    institution_badge_reach (id) {
        id -> Text,
        tenant_id -> Text,
        badge_id -> Text,
        platform_id -> Nullable<Text>,
        course_id -> Nullable<Text>,
    }
}

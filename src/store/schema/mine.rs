//! What holders say of their badges, how they show how they came to them, and which accounts they say are theirs.

diesel::table! {
    holder_notes (award_id) {
        award_id -> Text,
        tenant_id -> Text,
        note -> Text,
        link -> Nullable<Text>,
        shown -> Bool,
        written_at -> BigInt,
    }
}

diesel::table! {
    timelines (id) {
        id -> Text,
        tenant_id -> Text,
        person_id -> Text,
        award_id -> Nullable<Text>,
        digest -> Text,
        slug -> Nullable<Text>,
        public_of -> Nullable<Text>,
        show_name -> Bool,
        show_evidence -> Bool,
        made_at -> BigInt,
        until -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    account_joins (id) {
        id -> Text,
        tenant_id -> Text,
        person_id -> Text,
        digest -> Text,
        made_at -> BigInt,
        until_at -> BigInt,
        other_id -> Nullable<Text>,
        answered_at -> Nullable<BigInt>,
        join_id -> Nullable<Text>,
        names_differ -> Nullable<Bool>,
    }
}

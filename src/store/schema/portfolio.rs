//! Badges of other issuers, how often they are looked at, and collections.

diesel::table! {
    foreign_badges (id) {
        id -> Text,
        tenant_id -> Text,
        person_id -> Text,
        badge_key -> Text,
        file -> Text,
        file_digest -> Text,
        picture -> Nullable<Text>,
        picture_digest -> Nullable<Text>,
        source -> Nullable<Text>,
        name -> Text,
        description -> Text,
        achievement -> Nullable<Text>,
        issuer -> Text,
        issuer_name -> Nullable<Text>,
        awarded_at -> Nullable<BigInt>,
        until -> Nullable<BigInt>,
        holder -> Text,
        standing -> Text,
        why -> Nullable<Text>,
        checked_at -> BigInt,
        tried_at -> BigInt,
        kept_at -> BigInt,
    }
}

diesel::table! {
    collections (id) {
        id -> Text,
        tenant_id -> Text,
        person_id -> Text,
        title -> Text,
        words -> Text,
        items -> Text,
        changed_at -> BigInt,
        link_digest -> Nullable<Text>,
        link_made_at -> Nullable<BigInt>,
        link_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    outside_looks (tenant_id, asker, kind, counted_on) {
        tenant_id -> Text,
        asker -> Text,
        kind -> Text,
        counted_on -> Text,
        looks -> BigInt,
    }
}

//! Columns that are none of ours, and what is known of them.

diesel::table! {
    grade_files (id) {
        id -> Text,
        tenant_id -> Text,
        course_id -> Text,
        brought_by -> Nullable<Text>,
        brought_at -> BigInt,
        name -> Text,
        digest -> Text,
        dialect -> Text,
        matched -> Integer,
        unmatched -> Integer,
    }
}

diesel::table! {
    outside_columns (id) {
        id -> Text,
        tenant_id -> Text,
        course_id -> Text,
        source -> Text,
        column_key -> Text,
        label -> Text,
        maximum -> Nullable<Text>,
        measure -> Text,
        scope -> Text,
        counting -> Text,
        ticked_by -> Nullable<Text>,
        ticked_at -> Nullable<BigInt>,
        file_id -> Nullable<Text>,
        listed -> Bool,
        line_item_id -> Nullable<Text>,
        category -> Nullable<Text>,
        due_at -> Nullable<BigInt>,
        activity -> Nullable<Text>,
        module -> Nullable<Text>,
        instance -> Nullable<Text>,
        hand_ins -> Bool,
        completion -> Bool,
        withheld -> Nullable<Text>,
    }
}

diesel::table! {
    outside_grades (column_id, person_id) {
        tenant_id -> Text,
        column_id -> Text,
        person_id -> Text,
        form -> Text,
        value -> Nullable<Text>,
        file_id -> Text,
        read_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    outside_people (course_id, person_id) {
        tenant_id -> Text,
        course_id -> Text,
        person_id -> Text,
        lms_id -> Nullable<Text>,
        sis_id -> Nullable<Text>,
        api_id -> Nullable<Text>,
    }
}

diesel::table! {
    outside_cells (column_id, person_id) {
        tenant_id -> Text,
        column_id -> Text,
        person_id -> Text,
        form -> Nullable<Text>,
        value -> Nullable<Text>,
        points -> Nullable<Text>,
        read_at -> Nullable<BigInt>,
        changed_at -> Nullable<BigInt>,
        handed_in_at -> Nullable<BigInt>,
        late -> Nullable<Bool>,
        missing -> Bool,
        hand_in_read_at -> Nullable<BigInt>,
        completed -> Nullable<Bool>,
        passed -> Nullable<Bool>,
        completed_at -> Nullable<BigInt>,
        completion_read_at -> Nullable<BigInt>,
        work -> Nullable<Text>,
    }
}

diesel::table! {
    rest_readings (course_id) {
        course_id -> Text,
        tenant_id -> Text,
        was_on -> Bool,
        asked_at -> Nullable<BigInt>,
        begun_at -> Nullable<BigInt>,
        cells -> BigInt,
        ended_at -> Nullable<BigInt>,
        site_at -> Nullable<BigInt>,
        people_at -> Nullable<BigInt>,
        whole_at -> Nullable<BigInt>,
        changes_at -> Nullable<BigInt>,
        hand_ins_at -> Nullable<BigInt>,
        completion_at -> Nullable<BigInt>,
        changes_since -> Nullable<BigInt>,
        coverage -> Nullable<Text>,
        trouble -> Nullable<Text>,
    }
}

diesel::table! {
    rest_turns (access) {
        access -> Text,
        tenant_id -> Text,
        holder -> Text,
        until -> BigInt,
    }
}

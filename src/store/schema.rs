//! The tables as Diesel sees them, one text for both databases: identifiers, words, JSON and exact decimals are `Text`,
//! moments are `BigInt` microseconds since 1970 in UTC.

mod coach;
mod endorsed;
mod institution;
mod mine;
mod outside;
mod pairs;
mod portfolio;

diesel::table! {
    tenants (id) {
        id -> Text,
        name -> Text,
        created_at -> BigInt,
        accent -> Nullable<Text>,
        time_zone -> Nullable<Text>,
        time_zone_from -> Nullable<Text>,
    }
}

diesel::table! {
    probes (id) {
        id -> Text,
        filler -> Text,
    }
}

diesel::table! {
    issuers (id) {
        id -> Text,
        tenant_id -> Text,
        slug -> Text,
        name -> Text,
        url -> Nullable<Text>,
        email -> Nullable<Text>,
        created_at -> BigInt,
        logo -> Nullable<Text>,
        ror -> Nullable<Text>,
        linkedin -> Nullable<Text>,
        authority -> Nullable<Text>,
    }
}

diesel::table! {
    issuer_keys (id) {
        id -> Text,
        tenant_id -> Text,
        issuer_id -> Text,
        public_multibase -> Text,
        sealed_secret -> Text,
        state -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    issuer_token_keys (id) {
        id -> Text,
        tenant_id -> Text,
        issuer_id -> Text,
        public_multibase -> Text,
        sealed_secret -> Text,
        state -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    tool_keys (kid) {
        kid -> Text,
        sealed_pem -> Text,
        state -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    registrations (id) {
        id -> Text,
        tenant_id -> Text,
        name -> Text,
        issuer -> Text,
        client_id -> Text,
        authorization_url -> Text,
        token_url -> Text,
        token_audience -> Text,
        jwks_url -> Text,
        flavour -> Text,
        algorithms -> Text,
        service_hosts -> Text,
        accepts_new_deployments -> Bool,
        allow_http_loopback -> Bool,
        enabled -> Bool,
        created_at -> BigInt,
        registration_url -> Nullable<Text>,
        powers -> Nullable<Text>,
    }
}

diesel::table! {
    deployments (id) {
        id -> Text,
        tenant_id -> Text,
        registration_id -> Text,
        deployment_id -> Text,
        state -> Text,
        created_at -> BigInt,
        seen_in -> Nullable<Text>,
        claimed_by -> Nullable<Text>,
        claimed_at -> Nullable<BigInt>,
        platform_id -> Nullable<Text>,
        review_of -> Nullable<Text>,
        told_guid -> Nullable<Text>,
    }
}

diesel::table! {
    courses (id) {
        id -> Text,
        tenant_id -> Text,
        registration_id -> Text,
        deployment_id -> Text,
        context_id -> Text,
        label -> Nullable<Text>,
        title -> Nullable<Text>,
        services -> Text,
        last_checked_at -> Nullable<BigInt>,
        next_check_at -> Nullable<BigInt>,
        problem -> Nullable<Text>,
        created_at -> BigInt,
        history -> Nullable<Text>,
        joined_into -> Nullable<Text>,
        refused_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        ended_as -> Nullable<Text>,
        home -> Nullable<Bool>,
    }
}

diesel::table! {
    links (id) {
        id -> Text,
        tenant_id -> Text,
        course_id -> Text,
        resource_link_id -> Text,
        title -> Nullable<Text>,
        opens -> Text,
        line_item_url -> Nullable<Text>,
        created_at -> BigInt,
        registration_id -> Nullable<Text>,
    }
}

diesel::table! {
    people (id) {
        id -> Text,
        tenant_id -> Text,
        registration_id -> Text,
        sub -> Text,
        name -> Nullable<Text>,
        email -> Nullable<Text>,
        folded_name -> Text,
        created_at -> BigInt,
        platform_id -> Nullable<Text>,
        joined_into -> Nullable<Text>,
        email_hash_since_at -> Nullable<BigInt>,
        minor_since_at -> Nullable<BigInt>,
        minor_until_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    enrolments (course_id, person_id) {
        tenant_id -> Text,
        course_id -> Text,
        person_id -> Text,
        learner -> Bool,
        barred -> Bool,
        active -> Bool,
        seen_at -> BigInt,
        launched -> Nullable<Text>,
        listed -> Nullable<Text>,
        staff_seen_at -> Nullable<BigInt>,
        refused_grading_at -> Nullable<BigInt>,
        answer -> Nullable<Text>,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<BigInt>,
        teaches -> Bool,
    }
}

diesel::table! {
    line_items (id) {
        id -> Text,
        tenant_id -> Text,
        course_id -> Text,
        url -> Text,
        label -> Text,
        maximum -> Text,
        resource_id -> Nullable<Text>,
        tag -> Nullable<Text>,
        resource_link_id -> Nullable<Text>,
        state -> Text,
        created_at -> BigInt,
        ruled_maximum -> Nullable<Text>,
        is_scale -> Bool,
        registration_id -> Nullable<Text>,
        gone_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    column_releases (line_item_id) {
        line_item_id -> Text,
        tenant_id -> Text,
        counting -> Text,
        released_at -> Nullable<BigInt>,
        planned_at -> Nullable<BigInt>,
        held_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    course_releases (course_id) {
        course_id -> Text,
        tenant_id -> Text,
        counting -> Text,
        answered_at -> BigInt,
    }
}

diesel::table! {
    results (line_item_id, person_id) {
        tenant_id -> Text,
        line_item_id -> Text,
        person_id -> Text,
        value -> Nullable<Text>,
        maximum -> Text,
        source -> Text,
        comment -> Nullable<Text>,
        read_at -> BigInt,
        changed_at -> BigInt,
        recorded_value -> Nullable<Text>,
        recorded_maximum -> Nullable<Text>,
    }
}

diesel::table! {
    past_results (line_item_id, person_id) {
        tenant_id -> Text,
        line_item_id -> Text,
        person_id -> Text,
        value -> Text,
        maximum -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    nonces (digest) {
        digest -> Text,
        tenant_id -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        tenant_id -> Text,
        token_digest -> Text,
        registration_id -> Text,
        deployment_id -> Text,
        course_id -> Nullable<Text>,
        link_id -> Nullable<Text>,
        person_id -> Text,
        learner -> Bool,
        instructor -> Bool,
        administrator -> Bool,
        test_user -> Bool,
        message_type -> Text,
        locale -> Nullable<Text>,
        created_at -> BigInt,
        last_used_at -> BigInt,
        expires_at -> BigInt,
        request -> Nullable<Text>,
        masquerade -> Bool,
        assistant -> Bool,
        sections_only -> Bool,
        reading -> Bool,
        return_url -> Nullable<Text>,
    }
}

diesel::table! {
    waiting_answers (digest) {
        digest -> Text,
        tenant_id -> Text,
        session_id -> Text,
        choosing -> Bool,
        answer -> Nullable<Text>,
        given_at -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    badges (id) {
        id -> Text,
        tenant_id -> Text,
        course_id -> Text,
        state -> Text,
        pause_reason -> Nullable<Text>,
        design -> Text,
        active_rule_id -> Nullable<Text>,
        revision -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
        copied_from -> Nullable<Text>,
        pause -> Nullable<Text>,
        resumed -> Nullable<Text>,
        lineage -> Nullable<Text>,
        origin -> Nullable<Text>,
        offered -> Nullable<Bool>,
    }
}

diesel::table! {
    rules (id) {
        id -> Text,
        tenant_id -> Text,
        badge_id -> Text,
        version -> Integer,
        state -> Text,
        root -> Text,
        created_at -> BigInt,
        activated_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    rule_inputs (rule_id, kind, input_id) {
        tenant_id -> Text,
        rule_id -> Text,
        kind -> Text,
        input_id -> Text,
    }
}

diesel::table! {
    approvals (badge_id, person_id) {
        tenant_id -> Text,
        badge_id -> Text,
        person_id -> Text,
        by_person_id -> Text,
        by_name -> Text,
        approved_at -> BigInt,
    }
}

diesel::table! {
    activities (id) {
        id -> Text,
        tenant_id -> Text,
        course_id -> Text,
        link_id -> Text,
        title -> Text,
        instructions -> Text,
        line_item_id -> Nullable<Text>,
        maximum -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    submissions (id) {
        id -> Text,
        tenant_id -> Text,
        activity_id -> Text,
        person_id -> Text,
        version -> Integer,
        latest -> Bool,
        artefact -> Text,
        state -> Text,
        submitted_at -> BigInt,
        reviewed_by -> Nullable<Text>,
        reviewed_at -> Nullable<BigInt>,
        review_message -> Nullable<Text>,
        review_score -> Nullable<Text>,
        file_digest -> Nullable<Text>,
    }
}

diesel::table! {
    past_reviews (id) {
        id -> Text,
        tenant_id -> Text,
        submission_id -> Text,
        state -> Text,
        reviewed_by -> Text,
        reviewed_at -> BigInt,
        message -> Text,
        score -> Nullable<Text>,
        replaced_at -> BigInt,
    }
}

diesel::table! {
    decisions (id) {
        id -> Text,
        tenant_id -> Text,
        badge_id -> Text,
        person_id -> Text,
        rule_id -> Text,
        rule_version -> Integer,
        outcome -> Text,
        record -> Text,
        cause -> Text,
        decided_at -> BigInt,
    }
}

diesel::table! {
    current_decisions (badge_id, person_id) {
        tenant_id -> Text,
        badge_id -> Text,
        person_id -> Text,
        decision_id -> Text,
        outcome -> Text,
        digest -> Text,
        checked_at -> BigInt,
        met -> Nullable<Integer>,
        needed -> Nullable<Integer>,
    }
}

diesel::table! {
    awards (id) {
        id -> Text,
        tenant_id -> Text,
        badge_id -> Text,
        person_id -> Text,
        cycle -> Integer,
        decision_id -> Text,
        awarded_at -> BigInt,
        valid_until -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        revoked_by -> Nullable<Text>,
        revocation_reason -> Nullable<Text>,
        suspended_since -> Nullable<BigInt>,
        lineage -> Nullable<Text>,
    }
}

diesel::table! {
    lineage_acceptances (badge_id, substance) {
        tenant_id -> Text,
        badge_id -> Text,
        substance -> Text,
        accepted_by -> Nullable<Text>,
        accepted_at -> BigInt,
    }
}

diesel::table! {
    subjects (issuer_id, person_id) {
        tenant_id -> Text,
        issuer_id -> Text,
        person_id -> Text,
        urn -> Text,
        salt -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    status_lists (id) {
        id -> Text,
        tenant_id -> Text,
        issuer_id -> Text,
        slug -> Text,
        length -> Integer,
        taken -> Integer,
        open -> Bool,
        bits -> Binary,
        document -> Text,
        version -> Integer,
        updated_at -> BigInt,
        token -> Nullable<Text>,
    }
}

diesel::table! {
    status_entries (status_list_id, position) {
        tenant_id -> Text,
        status_list_id -> Text,
        position -> Integer,
        taken_at -> BigInt,
    }
}

diesel::table! {
    credentials (id) {
        id -> Text,
        tenant_id -> Text,
        award_id -> Text,
        issuer_id -> Text,
        slug -> Text,
        document -> Text,
        issued_at -> BigInt,
        status_list_id -> Text,
        status_position -> Integer,
        show_name -> Bool,
        show_evidence -> Bool,
        show_downloads -> Bool,
        token -> Nullable<Text>,
        hidden -> Bool,
        left_out -> Nullable<Text>,
        reissued_at -> Nullable<BigInt>,
        reissued_for -> Nullable<Text>,
        visibility_said_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit (id) {
        id -> Text,
        tenant_id -> Text,
        actor_id -> Nullable<Text>,
        action -> Text,
        subject -> Text,
        detail -> Text,
        happened_at -> BigInt,
        actor_kind -> Nullable<Text>,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        tenant_id -> Text,
        kind -> Text,
        key -> Text,
        payload -> Text,
        state -> Text,
        run_at -> BigInt,
        attempts -> Integer,
        locked_until -> Nullable<BigInt>,
        locked_by -> Nullable<Text>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        #[sql_name = "lane"]
        platform -> Nullable<Text>,
        person_id -> Nullable<Text>,
    }
}

diesel::table! {
    admins (id) {
        id -> Text,
        tenant_id -> Nullable<Text>,
        name -> Text,
        email -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        oidc_issuer -> Nullable<Text>,
        oidc_subject -> Nullable<Text>,
        enabled -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    admin_sessions (id) {
        id -> Text,
        admin_id -> Text,
        token_digest -> Text,
        created_at -> BigInt,
        last_used_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    admin_links (digest) {
        digest -> Text,
        tenant_id -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    invitations (id) {
        id -> Text,
        tenant_id -> Text,
        code_digest -> Text,
        note -> Text,
        created_by -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        registration_id -> Nullable<Text>,
    }
}

diesel::table! {
    #[sql_name = "sightings"]
    last_seen (registration_id) {
        registration_id -> Text,
        tenant_id -> Text,
        launched_at -> BigInt,
        clock_skew -> BigInt,
        detail -> Text,
    }
}

diesel::table! {
    policies (tenant_id) {
        tenant_id -> Text,
        document -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    placements (id) {
        id -> Text,
        tenant_id -> Text,
        course_id -> Text,
        opens -> Text,
        title -> Text,
        made_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    copies (id) {
        id -> Text,
        tenant_id -> Text,
        course_id -> Text,
        source_course_id -> Text,
        found_by -> Text,
        state -> Text,
        created_at -> BigInt,
        settled_at -> Nullable<BigInt>,
        proof -> Nullable<Text>,
    }
}

diesel::table! {
    notice_handlers (deployment_id, notice_type) {
        deployment_id -> Text,
        notice_type -> Text,
        tenant_id -> Text,
        service_url -> Text,
        subscribed_at -> BigInt,
    }
}

diesel::table! {
    regrades (id) {
        id -> Text,
        tenant_id -> Text,
        badge_id -> Text,
        person_id -> Text,
        award_id -> Text,
        policy -> Text,
        state -> Text,
        found_at -> BigInt,
        decided_by -> Nullable<Text>,
        reason -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    exports (id) {
        id -> Text,
        tenant_id -> Text,
        state -> Text,
        badges -> BigInt,
        total -> BigInt,
        size -> Nullable<BigInt>,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    erasures (id) {
        id -> Text,
        tenant_id -> Text,
        person_id -> Nullable<Text>,
        asked_at -> BigInt,
        done_at -> Nullable<BigInt>,
        badges -> BigInt,
        declined_at -> Nullable<BigInt>,
        decline_reason -> Nullable<Text>,
    }
}

diesel::table! {
    erased_pages (digest) {
        digest -> Text,
        tenant_id -> Text,
        badge_id -> Text,
        erased_at -> BigInt,
    }
}

diesel::table! {
    tombstone_keys (tenant_id) {
        tenant_id -> Text,
        sealed_secret -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    tombstones (tenant_id, digest) {
        tenant_id -> Text,
        digest -> Text,
        erasure_id -> Text,
        erased_at -> BigInt,
    }
}

diesel::table! {
    share_links (id) {
        id -> Text,
        tenant_id -> Text,
        credential_id -> Text,
        digest -> Text,
        made_at -> BigInt,
        until -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    records (credential_id) {
        credential_id -> Text,
        tenant_id -> Text,
        document -> Text,
        token -> Text,
        made_at -> BigInt,
    }
}

diesel::table! {
    platforms (id) {
        id -> Text,
        tenant_id -> Text,
        registration_id -> Text,
        issuer -> Text,
        guid -> Nullable<Text>,
        created_at -> BigInt,
        minor_since_at -> Nullable<BigInt>,
        minor_until_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    identities (platform_id, sub) {
        tenant_id -> Text,
        platform_id -> Text,
        sub -> Text,
        person_id -> Text,
        kind -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    course_keys (id) {
        id -> Text,
        tenant_id -> Text,
        platform_id -> Text,
        context_id -> Text,
        deployment_id -> Nullable<Text>,
        course_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    course_services (course_id, deployment_id) {
        tenant_id -> Text,
        course_id -> Text,
        deployment_id -> Text,
        registration_id -> Text,
        services -> Text,
        replaced_at -> BigInt,
    }
}

diesel::table! {
    joins (id) {
        id -> Text,
        tenant_id -> Text,
        kind -> Text,
        parent_id -> Nullable<Text>,
        from_id -> Text,
        into_id -> Text,
        state -> Text,
        asked_at -> BigInt,
        done_at -> Nullable<BigInt>,
        undone_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    join_moves (join_id, what, row_key) {
        tenant_id -> Text,
        join_id -> Text,
        what -> Text,
        row_key -> Text,
        was -> Text,
    }
}

diesel::table! {
    unknown_users (course_id, sub) {
        tenant_id -> Text,
        course_id -> Text,
        sub -> Text,
        looked_up_at -> BigInt,
    }
}

diesel::table! {
    posted_scores (line_item_id, person_id) {
        tenant_id -> Text,
        course_id -> Text,
        line_item_id -> Text,
        person_id -> Text,
        submission_id -> Text,
        given -> Nullable<Text>,
        maximum -> Nullable<Text>,
        outcome -> Text,
        there -> Nullable<Text>,
        there_maximum -> Nullable<Text>,
        refusal -> Nullable<Text>,
        said -> Nullable<Text>,
        tried_at -> BigInt,
        anew_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    course_teachers (course_id, person_id) {
        tenant_id -> Text,
        course_id -> Text,
        person_id -> Text,
        first_seen_at -> BigInt,
    }
}

diesel::table! {
    history_senders (registration_id) {
        registration_id -> Text,
        tenant_id -> Text,
        seen_at -> BigInt,
    }
}

diesel::table! {
    copy_requests (id) {
        id -> Text,
        tenant_id -> Text,
        copy_id -> Text,
        source_course_id -> Text,
        asked_by -> Nullable<Text>,
        asked_at -> BigInt,
        state -> Text,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    funnel_days (badge_id, counted_on) {
        tenant_id -> Text,
        badge_id -> Text,
        counted_on -> Text,
        students -> BigInt,
        earned -> BigInt,
        met -> BigInt,
        near -> BigInt,
        begun -> BigInt,
    }
}

diesel::table! {
    rest_accesses (id) {
        id -> Text,
        tenant_id -> Text,
        platform_id -> Text,
        interface -> Text,
        address -> Text,
        client_id -> Nullable<Text>,
        sealed_secret -> Nullable<Text>,
        by_teachers -> Bool,
        is_on -> Bool,
        changed_by -> Nullable<Text>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    rest_grants (id) {
        id -> Text,
        tenant_id -> Text,
        access_id -> Text,
        course_id -> Nullable<Text>,
        sealed_token -> Text,
        sealed_refresh -> Nullable<Text>,
        expires_at -> Nullable<BigInt>,
        version -> BigInt,
        renewing_until -> Nullable<BigInt>,
        state -> Text,
        fault -> Nullable<Text>,
        state_at -> BigInt,
        given_by_admin -> Nullable<Text>,
        given_by_person -> Nullable<Text>,
        given_at -> BigInt,
        findings -> Nullable<Text>,
        tested_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sections (id) {
        id -> Text,
        tenant_id -> Text,
        course_id -> Text,
        source -> Text,
        kind -> Text,
        section_key -> Text,
        name -> Text,
    }
}

diesel::table! {
    section_members (section_id, person_id) {
        tenant_id -> Text,
        section_id -> Text,
        person_id -> Text,
    }
}

diesel::table! {
    rest_consents (digest) {
        digest -> Text,
        tenant_id -> Text,
        access_id -> Text,
        course_id -> Nullable<Text>,
        session_id -> Text,
        begun_by_admin -> Nullable<Text>,
        begun_by_person -> Nullable<Text>,
        expires_at -> BigInt,
    }
}

pub(crate) use coach::{dismissed_findings, listed_skills, skill_lists};
pub(crate) use endorsed::endorsements;
pub(crate) use institution::{
    institution_badge_reach, institution_badges, programme_makers, programme_reviews, programme_waivers,
    programmes,
};
pub(crate) use mine::{account_joins, holder_notes, timelines};
pub(crate) use outside::{
    grade_files, outside_cells, outside_columns, outside_grades, outside_people, rest_readings, rest_turns,
};
pub(crate) use portfolio::{collections, foreign_badges, outside_looks};

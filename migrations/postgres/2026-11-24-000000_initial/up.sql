-- What both databases share: TEXT identifiers, moments as BIGINT microseconds since 1970 in UTC,
-- words for enumerations, JSON and exact decimals as TEXT. Each table names the tenant that owns the row.

CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE issuers (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT,
    email TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX issuers_by_slug ON issuers (slug);
CREATE INDEX issuers_by_tenant ON issuers (tenant_id);

CREATE TABLE issuer_keys (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    issuer_id TEXT NOT NULL REFERENCES issuers (id),
    public_multibase TEXT NOT NULL,
    sealed_secret TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX issuer_keys_by_public ON issuer_keys (issuer_id, public_multibase);
CREATE UNIQUE INDEX issuer_keys_one_active ON issuer_keys (issuer_id) WHERE state = 'active';

-- Our own LTI keys serve every platform: no tenant.
CREATE TABLE tool_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    sealed_pem TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tool_keys_one_active ON tool_keys (state) WHERE state = 'active';

CREATE TABLE registrations (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    authorization_url TEXT NOT NULL,
    token_url TEXT NOT NULL,
    token_audience TEXT NOT NULL,
    jwks_url TEXT NOT NULL,
    flavour TEXT NOT NULL,
    algorithms TEXT NOT NULL,
    service_hosts TEXT NOT NULL,
    accepts_new_deployments BOOLEAN NOT NULL,
    allow_http_loopback BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX registrations_by_client ON registrations (issuer, client_id);
CREATE INDEX registrations_by_tenant ON registrations (tenant_id);

CREATE TABLE deployments (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    deployment_id TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX deployments_by_name ON deployments (registration_id, deployment_id);

CREATE TABLE courses (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    deployment_id TEXT NOT NULL REFERENCES deployments (id),
    context_id TEXT NOT NULL,
    label TEXT,
    title TEXT,
    services TEXT NOT NULL,
    last_checked_at BIGINT,
    next_check_at BIGINT,
    problem TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX courses_by_context ON courses (deployment_id, context_id);
CREATE INDEX courses_by_tenant ON courses (tenant_id);
CREATE INDEX courses_by_registration ON courses (registration_id);
CREATE INDEX courses_due ON courses (next_check_at);

CREATE TABLE links (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    resource_link_id TEXT NOT NULL,
    title TEXT,
    opens TEXT NOT NULL,
    line_item_url TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX links_by_name ON links (course_id, resource_link_id);

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    sub TEXT NOT NULL,
    name TEXT,
    email TEXT,
    -- The name in lower case: for searching and sorting alike on both databases.
    folded_name TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX people_by_sub ON people (registration_id, sub);

CREATE TABLE enrolments (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    learner BOOLEAN NOT NULL,
    barred BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (course_id, person_id)
);
CREATE INDEX enrolments_by_person ON enrolments (person_id);

CREATE TABLE line_items (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    url TEXT NOT NULL,
    label TEXT NOT NULL,
    maximum TEXT NOT NULL,
    resource_id TEXT,
    tag TEXT,
    resource_link_id TEXT,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX line_items_by_url ON line_items (course_id, url);

CREATE TABLE results (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    line_item_id TEXT NOT NULL REFERENCES line_items (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    value TEXT,
    maximum TEXT NOT NULL,
    source TEXT NOT NULL,
    comment TEXT,
    read_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (line_item_id, person_id)
);
CREATE INDEX results_by_person ON results (person_id);

-- Launch nonces that were used up, by their digest.
CREATE TABLE nonces (
    digest TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    expires_at BIGINT NOT NULL
);
CREATE INDEX nonces_by_end ON nonces (expires_at);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    token_digest TEXT NOT NULL,
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    deployment_id TEXT NOT NULL REFERENCES deployments (id),
    course_id TEXT REFERENCES courses (id),
    link_id TEXT REFERENCES links (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    learner BOOLEAN NOT NULL,
    instructor BOOLEAN NOT NULL,
    administrator BOOLEAN NOT NULL,
    test_user BOOLEAN NOT NULL,
    message_type TEXT NOT NULL,
    locale TEXT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sessions_by_token ON sessions (token_digest);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE badges (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    state TEXT NOT NULL,
    pause_reason TEXT,
    design TEXT NOT NULL,
    active_rule_id TEXT,
    revision INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX badges_by_course ON badges (course_id);

CREATE TABLE rules (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    root TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    activated_at BIGINT
);
CREATE UNIQUE INDEX rules_by_version ON rules (badge_id, version);
CREATE UNIQUE INDEX rules_one_active ON rules (badge_id) WHERE state = 'active';
CREATE UNIQUE INDEX rules_one_draft ON rules (badge_id) WHERE state = 'draft';

-- What a rule reads, so that a change finds the rules it touches.
CREATE TABLE rule_inputs (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    rule_id TEXT NOT NULL REFERENCES rules (id),
    kind TEXT NOT NULL,
    input_id TEXT NOT NULL,
    PRIMARY KEY (rule_id, kind, input_id)
);
CREATE INDEX rule_inputs_by_input ON rule_inputs (kind, input_id);

CREATE TABLE approvals (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    by_person_id TEXT NOT NULL REFERENCES people (id),
    by_name TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    PRIMARY KEY (badge_id, person_id)
);

CREATE TABLE activities (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    link_id TEXT NOT NULL REFERENCES links (id),
    title TEXT NOT NULL,
    instructions TEXT NOT NULL,
    line_item_id TEXT REFERENCES line_items (id),
    maximum TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX activities_by_link ON activities (link_id);
CREATE INDEX activities_by_course ON activities (course_id);

CREATE TABLE submissions (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    activity_id TEXT NOT NULL REFERENCES activities (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    version INTEGER NOT NULL,
    -- Whether this is the newest version; the older ones stay.
    latest BOOLEAN NOT NULL,
    artefact TEXT NOT NULL,
    state TEXT NOT NULL,
    submitted_at BIGINT NOT NULL,
    reviewed_by TEXT REFERENCES people (id),
    reviewed_at BIGINT,
    review_message TEXT,
    review_score TEXT
);
CREATE UNIQUE INDEX submissions_by_version ON submissions (activity_id, person_id, version);
CREATE UNIQUE INDEX submissions_one_latest ON submissions (activity_id, person_id) WHERE latest;
CREATE INDEX submissions_by_person ON submissions (person_id);

-- Every decision that differed from the one before; only ever added to.
CREATE TABLE decisions (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    rule_id TEXT NOT NULL REFERENCES rules (id),
    rule_version INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    record TEXT NOT NULL,
    cause TEXT NOT NULL,
    decided_at BIGINT NOT NULL
);
CREATE INDEX decisions_by_person ON decisions (badge_id, person_id);

CREATE TABLE current_decisions (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    decision_id TEXT NOT NULL REFERENCES decisions (id),
    outcome TEXT NOT NULL,
    -- SHA-256 of the record without the times at which its inputs were read.
    digest TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (badge_id, person_id)
);

CREATE TABLE awards (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    badge_id TEXT NOT NULL REFERENCES badges (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    cycle INTEGER NOT NULL,
    decision_id TEXT NOT NULL REFERENCES decisions (id),
    awarded_at BIGINT NOT NULL,
    valid_until BIGINT,
    revoked_at BIGINT,
    revoked_by TEXT REFERENCES people (id),
    revocation_reason TEXT
);
CREATE UNIQUE INDEX awards_once ON awards (badge_id, person_id, cycle);
CREATE INDEX awards_by_person ON awards (person_id);

CREATE TABLE subjects (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    issuer_id TEXT NOT NULL REFERENCES issuers (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    urn TEXT NOT NULL,
    salt TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer_id, person_id)
);
CREATE UNIQUE INDEX subjects_by_urn ON subjects (urn);

CREATE TABLE status_lists (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    issuer_id TEXT NOT NULL REFERENCES issuers (id),
    slug TEXT NOT NULL,
    length INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    open BOOLEAN NOT NULL,
    bits BYTEA NOT NULL,
    document TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX status_lists_by_slug ON status_lists (slug);
CREATE UNIQUE INDEX status_lists_one_open ON status_lists (issuer_id) WHERE open;

-- Positions that were given out; each at most once.
CREATE TABLE status_entries (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    status_list_id TEXT NOT NULL REFERENCES status_lists (id),
    position INTEGER NOT NULL,
    taken_at BIGINT NOT NULL,
    PRIMARY KEY (status_list_id, position)
);

CREATE TABLE credentials (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    award_id TEXT NOT NULL REFERENCES awards (id),
    issuer_id TEXT NOT NULL REFERENCES issuers (id),
    slug TEXT NOT NULL,
    -- The signed bytes; never changed.
    document TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    status_list_id TEXT NOT NULL REFERENCES status_lists (id),
    status_position INTEGER NOT NULL,
    show_name BOOLEAN NOT NULL,
    show_evidence BOOLEAN NOT NULL,
    show_downloads BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX credentials_by_award ON credentials (award_id);
CREATE UNIQUE INDEX credentials_by_slug ON credentials (slug);
CREATE UNIQUE INDEX credentials_by_status ON credentials (status_list_id, status_position);

CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    actor_id TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    happened_at BIGINT NOT NULL
);
CREATE INDEX audit_by_time ON audit (tenant_id, happened_at);
CREATE INDEX audit_by_subject ON audit (tenant_id, subject);

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    locked_until BIGINT,
    locked_by TEXT,
    last_error TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX jobs_one_waiting ON jobs (tenant_id, kind, key) WHERE state = 'waiting';
CREATE INDEX jobs_due ON jobs (state, run_at);

-- Installing, administering, placing and copying. Same words in both databases; see the first migration.

-- Who administers outside the LMS. Without a tenant: the whole installation.
CREATE TABLE admins (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT REFERENCES tenants (id),
    name TEXT NOT NULL,
    -- Lower case.
    email TEXT,
    -- argon2id, as a PHC string.
    password_hash TEXT,
    oidc_issuer TEXT,
    oidc_subject TEXT,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX admins_by_email ON admins (email);
CREATE UNIQUE INDEX admins_by_oidc ON admins (oidc_issuer, oidc_subject);

CREATE TABLE admin_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    admin_id TEXT NOT NULL REFERENCES admins (id),
    token_digest TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX admin_sessions_by_token ON admin_sessions (token_digest);
CREATE INDEX admin_sessions_by_end ON admin_sessions (expires_at);

-- One-time links into the console, by their digest.
CREATE TABLE admin_links (
    digest TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT REFERENCES tenants (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

-- Codes that guard the address for dynamic registration.
CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    code_digest TEXT NOT NULL,
    note TEXT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    registration_id TEXT REFERENCES registrations (id)
);
CREATE UNIQUE INDEX invitations_by_code ON invitations (code_digest);
CREATE INDEX invitations_by_tenant ON invitations (tenant_id, created_at);

-- What the last launch from a platform showed of it.
CREATE TABLE sightings (
    registration_id TEXT NOT NULL PRIMARY KEY REFERENCES registrations (id),
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    launched_at BIGINT NOT NULL,
    -- Our clock less the platform's.
    clock_skew BIGINT NOT NULL,
    detail TEXT NOT NULL
);

CREATE TABLE policies (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (id),
    document TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- What deep linking put into a course; the id comes back in the link's custom parameters.
CREATE TABLE placements (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    opens TEXT NOT NULL,
    title TEXT NOT NULL,
    made_by TEXT NOT NULL REFERENCES people (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX placements_by_course ON placements (course_id);

-- A course that was copied from another one that we know.
CREATE TABLE copies (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    source_course_id TEXT NOT NULL REFERENCES courses (id),
    found_by TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT
);
CREATE UNIQUE INDEX copies_once ON copies (course_id, source_course_id);

-- Where a platform was asked to send its notices.
CREATE TABLE notice_handlers (
    deployment_id TEXT NOT NULL REFERENCES deployments (id),
    notice_type TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    service_url TEXT NOT NULL,
    subscribed_at BIGINT NOT NULL,
    PRIMARY KEY (deployment_id, notice_type)
);

-- Where the platform keeps its side of a dynamic registration; none for one made by hand.
ALTER TABLE registrations ADD COLUMN registration_url TEXT;
-- Where an unknown deployment was first seen, and who said that it belongs here.
ALTER TABLE deployments ADD COLUMN seen_in TEXT;
ALTER TABLE deployments ADD COLUMN claimed_by TEXT;
ALTER TABLE deployments ADD COLUMN claimed_at BIGINT;
-- Ids of the contexts that a course was copied from, nearest first, as JSON.
ALTER TABLE courses ADD COLUMN history TEXT;
-- The badge of another course that a badge was copied from.
ALTER TABLE badges ADD COLUMN copied_from TEXT;
-- What else the message asked for (deep linking settings), as JSON.
ALTER TABLE sessions ADD COLUMN request TEXT;
-- Whether somebody acts as this person.
ALTER TABLE sessions ADD COLUMN masquerade BOOLEAN NOT NULL DEFAULT FALSE;

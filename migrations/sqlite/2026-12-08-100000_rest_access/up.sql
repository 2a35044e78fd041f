-- Grades that an LMS shows no tool through LTI, read by its own interface: the key of an administrator, and whose tokens it is
-- used with. Same words in both databases; see the first migration.

-- That an administrator lets a platform be read by its REST interface.
CREATE TABLE rest_accesses (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    platform_id TEXT NOT NULL REFERENCES platforms (id),
    -- Which interface it is: canvas or moodle.
    interface TEXT NOT NULL,
    -- Of the school's LMS; tokens go nowhere else.
    address TEXT NOT NULL,
    -- Of an API key of Canvas, which is none of LTI.
    client_id TEXT,
    sealed_secret TEXT,
    -- Whether teachers may let their own course be read.
    by_teachers BOOLEAN NOT NULL,
    is_on BOOLEAN NOT NULL,
    -- The administrator who said so last; none: the command line.
    changed_by TEXT,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX rest_accesses_once ON rest_accesses (platform_id);

-- A token that somebody gave for it.
CREATE TABLE rest_grants (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    access_id TEXT NOT NULL REFERENCES rest_accesses (id),
    -- The course whose teacher gave it; none: all courses.
    course_id TEXT REFERENCES courses (id),
    sealed_token TEXT NOT NULL,
    sealed_refresh TEXT,
    -- When the token ends; none: not by itself.
    expires_at BIGINT,
    -- Counts the tokens that stood here: whoever was refused with an older one takes this one.
    version BIGINT NOT NULL,
    -- A node is renewing it until then.
    renewing_until BIGINT,
    -- on, consent (somebody has to agree again) or refused.
    state TEXT NOT NULL,
    -- JSON: why it is refused.
    fault TEXT,
    state_at BIGINT NOT NULL,
    -- An administrator or a teacher; none: the command line, or somebody who was erased.
    given_by_admin TEXT,
    given_by_person TEXT,
    given_at BIGINT NOT NULL,
    -- JSON: what the last test found.
    findings TEXT,
    tested_at BIGINT
);
CREATE UNIQUE INDEX rest_grants_once ON rest_grants (access_id, course_id);
CREATE UNIQUE INDEX rest_grants_one_for_all ON rest_grants (access_id) WHERE course_id IS NULL;
CREATE INDEX rest_grants_by_course ON rest_grants (course_id);
CREATE INDEX rest_grants_by_person ON rest_grants (given_by_person);

-- A sign-in at the LMS that was begun and is not answered yet.
CREATE TABLE rest_consents (
    -- SHA-256 of the state that goes there and comes back, in lower-case hex.
    digest TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    access_id TEXT NOT NULL REFERENCES rest_accesses (id),
    course_id TEXT REFERENCES courses (id),
    -- The session in which it was begun: of an administrator, or the visit of a teacher.
    session_id TEXT NOT NULL,
    begun_by_admin TEXT,
    begun_by_person TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX rest_consents_by_expiry ON rest_consents (expires_at);

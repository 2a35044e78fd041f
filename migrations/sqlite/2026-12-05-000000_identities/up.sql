-- Who is who: people and courses by the platform that names them, whichever registration speaks for it. Same words in both
-- databases; see the first migration.

-- A platform of an institution: one LMS, with its own people. The registration is the one under which it was first seen; the
-- first platform of a registration has its id.
CREATE TABLE platforms (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    issuer TEXT NOT NULL,
    -- tool_platform.guid as its launches tell it. None: not told yet.
    guid TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX platforms_by_issuer ON platforms (tenant_id, issuer);

-- What a platform calls a person. One person may have several: a merge in the LMS, platforms that were joined.
CREATE TABLE identities (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    platform_id TEXT NOT NULL REFERENCES platforms (id),
    sub TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id),
    -- seen (a launch, the member list), alias (results name the person so)
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (platform_id, sub)
);
CREATE INDEX identities_by_person ON identities (person_id);

-- What a platform calls a course. With a deployment: there alone, because two courses of one name were kept under two
-- deployments before there were keys.
CREATE TABLE course_keys (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    platform_id TEXT NOT NULL REFERENCES platforms (id),
    context_id TEXT NOT NULL,
    deployment_id TEXT REFERENCES deployments (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX course_keys_by_context ON course_keys (platform_id, context_id) WHERE deployment_id IS NULL;
CREATE UNIQUE INDEX course_keys_of_deployment ON course_keys (deployment_id, context_id) WHERE deployment_id IS NOT NULL;
CREATE INDEX course_keys_by_course ON course_keys (course_id);

-- The services of a course as an earlier deployment offered them, while another one speaks for the course.
CREATE TABLE course_services (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    deployment_id TEXT NOT NULL REFERENCES deployments (id),
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    services TEXT NOT NULL,
    replaced_at BIGINT NOT NULL,
    PRIMARY KEY (course_id, deployment_id)
);

-- That two people, courses or platforms are one: asked for, done, or taken back. Ids without references: what is joined may
-- be erased.
CREATE TABLE joins (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    -- platform, course, person
    kind TEXT NOT NULL,
    -- The join of platforms that this one belongs to.
    parent_id TEXT,
    from_id TEXT NOT NULL,
    into_id TEXT NOT NULL,
    -- asked, done, leaving, undone
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    done_at BIGINT,
    undone_at BIGINT
);
CREATE INDEX joins_by_tenant ON joins (tenant_id, asked_at);
CREATE INDEX joins_by_parent ON joins (parent_id);
CREATE UNIQUE INDEX joins_one_open ON joins (kind, from_id) WHERE state <> 'undone';

-- What a join changed, so that it can be taken back: which row of which table, and what stood there.
CREATE TABLE join_moves (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    join_id TEXT NOT NULL REFERENCES joins (id),
    what TEXT NOT NULL,
    row_key TEXT NOT NULL,
    was TEXT NOT NULL,
    PRIMARY KEY (join_id, what, row_key)
);

-- Users of results whom neither a launch nor the member list named.
CREATE TABLE unknown_users (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    sub TEXT NOT NULL,
    looked_up_at BIGINT NOT NULL,
    PRIMARY KEY (course_id, sub)
);

-- The platform that launches from a deployment belong to. None: nobody has been launched from it since there are platforms.
ALTER TABLE deployments ADD COLUMN platform_id TEXT;
-- The platform that it may be the same as, while somebody has to say so: its launches wait.
ALTER TABLE deployments ADD COLUMN review_of TEXT;
-- The guid that the launch which waits told.
ALTER TABLE deployments ADD COLUMN told_guid TEXT;
-- Where a person is kept for a platform that is not the first of its registration. The sub is then told apart by it.
ALTER TABLE people ADD COLUMN platform_id TEXT;
-- Whom a person was joined into.
ALTER TABLE people ADD COLUMN joined_into TEXT;
ALTER TABLE courses ADD COLUMN joined_into TEXT;

INSERT INTO platforms (id, tenant_id, registration_id, issuer, guid, created_at)
SELECT id, tenant_id, id, issuer, NULL, created_at FROM registrations;

INSERT INTO identities (tenant_id, platform_id, sub, person_id, kind, created_at)
SELECT tenant_id, registration_id, sub, id, 'seen', created_at FROM people;

INSERT INTO course_keys (id, tenant_id, platform_id, context_id, deployment_id, course_id, created_at)
SELECT id, tenant_id, registration_id, context_id, NULL, id, created_at FROM courses
WHERE NOT EXISTS (
    SELECT 1 FROM courses AS older
    WHERE older.registration_id = courses.registration_id AND older.context_id = courses.context_id AND older.id < courses.id
);

INSERT INTO course_keys (id, tenant_id, platform_id, context_id, deployment_id, course_id, created_at)
SELECT id, tenant_id, registration_id, context_id, deployment_id, id, created_at FROM courses
WHERE EXISTS (
    SELECT 1 FROM courses AS older
    WHERE older.registration_id = courses.registration_id AND older.context_id = courses.context_id AND older.id < courses.id
);

UPDATE deployments SET platform_id = registration_id WHERE state = 'accepted';

-- What lets a teacher bring the badges of another course: who taught it, what a platform itself said, and requests that its
-- teachers answer. Same words in both databases.

-- What the platform itself proves of a copy: the history that its own configuration sends, or a notice. None: somebody may
-- have typed it.
ALTER TABLE copies ADD COLUMN proof TEXT;

-- Who was seen as an instructor of a course, by a launch or by the member list. It stays when they leave.
CREATE TABLE course_teachers (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    course_id TEXT NOT NULL REFERENCES courses (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    first_seen_at BIGINT NOT NULL,
    PRIMARY KEY (course_id, person_id)
);
CREATE INDEX course_teachers_by_person ON course_teachers (tenant_id, person_id);
INSERT INTO course_teachers (tenant_id, course_id, person_id, first_seen_at)
SELECT tenant_id, course_id, person_id, MIN(created_at)
FROM sessions
WHERE instructor AND course_id IS NOT NULL
GROUP BY tenant_id, course_id, person_id;

-- Platforms whose own configuration was seen to send the history of courses, in a message that no link of a course had a part
-- in. A link cannot say otherwise where the administrator's value wins.
CREATE TABLE history_senders (
    registration_id TEXT NOT NULL PRIMARY KEY REFERENCES registrations (id),
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    seen_at BIGINT NOT NULL
);

-- That teachers of a copy ask the teachers of the course it came from; one for each copy.
CREATE TABLE copy_requests (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    copy_id TEXT NOT NULL REFERENCES copies (id),
    -- Of the copy, so that those who answer find it.
    source_course_id TEXT NOT NULL REFERENCES courses (id),
    -- None once they are erased.
    asked_by TEXT REFERENCES people (id),
    asked_at BIGINT NOT NULL,
    -- waiting, agreed or refused
    state TEXT NOT NULL,
    answered_at BIGINT
);
CREATE UNIQUE INDEX copy_requests_by_copy ON copy_requests (copy_id);
CREATE INDEX copy_requests_by_source ON copy_requests (tenant_id, source_course_id);

-- What a person is in a course, kept apart by who said it, so that nobody is barred for ever by what was once seen: "barred"
-- remembers for an older program that another role was seen, and bars nothing by itself any more.
-- What the newest launch that named a role said, and what the member list says; NULL where neither was seen since.
ALTER TABLE enrolments ADD COLUMN launched TEXT;
ALTER TABLE enrolments ADD COLUMN listed TEXT;
-- When another role than a student's was last seen.
ALTER TABLE enrolments ADD COLUMN staff_seen_at BIGINT;
-- When the platform last refused to grade this person.
ALTER TABLE enrolments ADD COLUMN refused_grading_at BIGINT;
-- What a teacher said of somebody of whom the platform could not tell it: student, or other.
ALTER TABLE enrolments ADD COLUMN answer TEXT;
ALTER TABLE enrolments ADD COLUMN answered_by TEXT;
ALTER TABLE enrolments ADD COLUMN answered_at BIGINT;

-- Those who were barred until now are few. Where the last that was heard of them is "learner", they are students again; on a
-- platform whose list cannot tell staff from students, a teacher is asked.
UPDATE enrolments SET staff_seen_at = seen_at WHERE barred;
-- The fictitious student of a platform that lists it as a learner stays what it is.
UPDATE enrolments SET launched = 'test' WHERE barred AND EXISTS (
    SELECT 1 FROM sessions
    WHERE sessions.tenant_id = enrolments.tenant_id AND sessions.course_id = enrolments.course_id
        AND sessions.person_id = enrolments.person_id AND sessions.test_user
);

-- A visit of a teaching assistant, and one of a teacher whom the platform lets see people of their own sections only.
ALTER TABLE sessions ADD COLUMN assistant BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE sessions ADD COLUMN sections_only BOOLEAN NOT NULL DEFAULT FALSE;

-- Courses that their platform has concluded or deleted, and what is left of them for those who taught there.

-- Since when the member list and the gradebook both refuse, where they do.
ALTER TABLE courses ADD COLUMN refused_at BIGINT;
-- When that was certain, and how it ended: concluded, or gone.
ALTER TABLE courses ADD COLUMN ended_at BIGINT;
ALTER TABLE courses ADD COLUMN ended_as TEXT;
-- The last membership role that a launch or a member list named is one of those who teach.
ALTER TABLE enrolments ADD COLUMN teaches BOOLEAN NOT NULL DEFAULT FALSE;
-- A visit that may look and change nothing: the course has ended, and the launch named no membership role any more.
ALTER TABLE sessions ADD COLUMN reading BOOLEAN NOT NULL DEFAULT FALSE;

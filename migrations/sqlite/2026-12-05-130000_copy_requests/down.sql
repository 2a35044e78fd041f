DROP TABLE copy_requests;
DROP TABLE history_senders;
DROP TABLE course_teachers;
ALTER TABLE copies DROP COLUMN proof;

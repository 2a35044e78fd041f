-- Migrations only expand; this is for a developer's own database.
DROP INDEX audit_by_actor;
DROP INDEX submissions_by_file;
ALTER TABLE submissions DROP COLUMN file_digest;
DROP INDEX jobs_by_person;
ALTER TABLE jobs DROP COLUMN person_id;

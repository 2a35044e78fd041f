-- Migrations only expand; this is for a developer's own database.
ALTER TABLE sessions DROP COLUMN return_url;
DROP TABLE waiting_answers;

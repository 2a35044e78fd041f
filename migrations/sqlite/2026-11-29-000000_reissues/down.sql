-- Migrations only expand; this is for a developer's own database.
ALTER TABLE credentials DROP COLUMN reissued_for;
ALTER TABLE credentials DROP COLUMN reissued_at;
ALTER TABLE credentials DROP COLUMN left_out;

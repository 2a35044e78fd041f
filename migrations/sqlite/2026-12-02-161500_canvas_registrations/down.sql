-- Migrations only expand; this is for a developer's own database. Audiences stay repaired.
ALTER TABLE registrations DROP COLUMN powers;

-- Migrations only expand; this is for a developer's own database.
ALTER TABLE audit DROP COLUMN actor_kind;

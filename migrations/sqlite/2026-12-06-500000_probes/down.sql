-- Migrations only expand; this is for a developer's own database.
DROP TABLE probes;

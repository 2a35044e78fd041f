-- Migrations only expand; this is for a developer's own database.
DROP TABLE course_releases;
DROP TABLE column_releases;

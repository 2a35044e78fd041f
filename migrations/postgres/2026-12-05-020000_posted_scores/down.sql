-- Migrations only expand; this is for a developer's own database.
DROP TABLE refused_gradings;
DROP TABLE posted_scores;

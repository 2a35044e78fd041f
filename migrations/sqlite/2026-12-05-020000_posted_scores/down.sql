-- Migrations only expand; this is for a developer's own database.
DROP TABLE posted_scores;

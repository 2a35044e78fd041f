ALTER TABLE endorsements DROP COLUMN domain_lost_at;
ALTER TABLE endorsements DROP COLUMN domain_asked_at;

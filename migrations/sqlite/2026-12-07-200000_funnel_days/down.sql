ALTER TABLE current_decisions DROP COLUMN needed;
ALTER TABLE current_decisions DROP COLUMN met;
DROP TABLE funnel_days;

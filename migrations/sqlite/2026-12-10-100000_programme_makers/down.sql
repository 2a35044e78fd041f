ALTER TABLE programme_reviews DROP COLUMN answered_by_person;
ALTER TABLE programme_reviews DROP COLUMN asked_by_person;
ALTER TABLE programmes DROP COLUMN saved_by_person;
DROP TABLE programme_makers;

DROP TABLE programme_reviews;
DROP TABLE programme_waivers;
DROP TABLE programmes;
DROP INDEX courses_one_home;
ALTER TABLE courses DROP COLUMN home;

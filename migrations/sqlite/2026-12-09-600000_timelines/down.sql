DROP TABLE timelines;
DROP TABLE holder_notes;
DROP INDEX current_decisions_by_person;

-- A result whose own maximum is not the column's: what the platform recorded, beside the grade that counts.
ALTER TABLE results ADD COLUMN recorded_value TEXT;
ALTER TABLE results ADD COLUMN recorded_maximum TEXT;

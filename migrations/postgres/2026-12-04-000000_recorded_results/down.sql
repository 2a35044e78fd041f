ALTER TABLE results DROP COLUMN recorded_maximum;
ALTER TABLE results DROP COLUMN recorded_value;

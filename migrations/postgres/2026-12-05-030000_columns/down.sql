ALTER TABLE badges DROP COLUMN resumed;
ALTER TABLE badges DROP COLUMN pause;
ALTER TABLE line_items DROP COLUMN is_scale;
ALTER TABLE line_items DROP COLUMN ruled_maximum;

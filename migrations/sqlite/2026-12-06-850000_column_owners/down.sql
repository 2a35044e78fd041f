ALTER TABLE line_items DROP COLUMN registration_id;

ALTER TABLE links DROP COLUMN registration_id;
ALTER TABLE line_items DROP COLUMN gone_at;
ALTER TABLE line_items DROP COLUMN registration_id;

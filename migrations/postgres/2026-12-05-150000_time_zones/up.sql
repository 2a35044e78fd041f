-- The time zone of an institution, in which its days begin and end. Signed data and stored moments stay in UTC.

-- Its name in the tz database; none counts as UTC.
ALTER TABLE tenants ADD COLUMN time_zone TEXT;
-- Who said so: browser, platform, or console. The later of these wins.
ALTER TABLE tenants ADD COLUMN time_zone_from TEXT;

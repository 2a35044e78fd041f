-- Migrations only expand; this is for a developer's own database.
ALTER TABLE sessions DROP COLUMN masquerade;
ALTER TABLE sessions DROP COLUMN request;
ALTER TABLE badges DROP COLUMN copied_from;
ALTER TABLE courses DROP COLUMN history;
ALTER TABLE deployments DROP COLUMN claimed_at;
ALTER TABLE deployments DROP COLUMN claimed_by;
ALTER TABLE deployments DROP COLUMN seen_in;
ALTER TABLE registrations DROP COLUMN registration_url;
DROP TABLE notice_handlers;
DROP TABLE copies;
DROP TABLE placements;
DROP TABLE policies;
DROP TABLE sightings;
DROP TABLE invitations;
DROP TABLE admin_links;
DROP TABLE admin_sessions;
DROP TABLE admins;

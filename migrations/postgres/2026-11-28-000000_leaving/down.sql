-- Migrations only expand; this is for a developer's own database.
DROP TABLE erased_pages;
DROP TABLE erasures;
DROP TABLE exports;

ALTER TABLE outside_cells DROP COLUMN work;

DELETE FROM rule_inputs WHERE kind = 'lineage';
DROP TABLE lineage_acceptances;
DROP INDEX awards_by_lineage;
ALTER TABLE awards DROP COLUMN lineage;
DROP INDEX badges_by_lineage;
ALTER TABLE badges DROP COLUMN offered;
ALTER TABLE badges DROP COLUMN origin;
ALTER TABLE badges DROP COLUMN lineage;

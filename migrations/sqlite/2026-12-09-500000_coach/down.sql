DROP TABLE listed_skills;
DROP TABLE skill_lists;
ALTER TABLE issuers DROP COLUMN authority;
DROP TABLE dismissed_findings;

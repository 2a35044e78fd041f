DROP TABLE section_members;
DROP TABLE sections;

DROP TABLE outside_people;
DROP TABLE outside_grades;
DROP TABLE outside_columns;
DROP TABLE grade_files;

DROP TABLE outside_looks;

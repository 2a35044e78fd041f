DROP TABLE collections;
DROP TABLE foreign_badges;

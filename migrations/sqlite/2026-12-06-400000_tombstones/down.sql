DROP TABLE tombstones;
DROP TABLE tombstone_keys;

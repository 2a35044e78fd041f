DROP TABLE institution_badge_reach;
DROP TABLE institution_badges;

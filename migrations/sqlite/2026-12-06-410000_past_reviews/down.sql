DROP TABLE past_reviews;

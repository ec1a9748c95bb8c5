-- How many followers has the median user per age group and year of joining, 2015 to 2020?
-- joined: has_pin AND has_user
-- unmatched: has_pin <> has_user
-- used: follower_count IS NOT NULL AND age_group IS NOT NULL AND join_year IS NOT NULL
SELECT age_group, join_year AS post_year, median_follower_count, users, median_over_posts
FROM (
  SELECT age_group, join_year, median(follower_count) AS median_follower_count, count(*) AS users
  FROM users
  WHERE age_group IS NOT NULL AND join_year IS NOT NULL
  GROUP BY age_group, join_year)
LEFT JOIN (
  SELECT age_group, join_year, median(follower_count) AS median_over_posts
  FROM posts
  WHERE has_pin AND has_user AND age_group IS NOT NULL AND join_year IS NOT NULL
  GROUP BY age_group, join_year) USING (age_group, join_year)
ORDER BY age_group, post_year

-- How many followers has the median user per age group?
-- joined: has_pin AND has_user
-- unmatched: has_pin <> has_user
-- used: follower_count IS NOT NULL AND age_group IS NOT NULL
SELECT age_group, median_follower_count, users, median_over_posts
FROM (
  SELECT age_group, median(follower_count) AS median_follower_count, count(*) AS users
  FROM users
  WHERE age_group IS NOT NULL
  GROUP BY age_group)
LEFT JOIN (
  SELECT age_group, median(follower_count) AS median_over_posts
  FROM posts
  WHERE has_pin AND has_user AND age_group IS NOT NULL
  GROUP BY age_group) USING (age_group)
ORDER BY age_group

-- How many followers has the median user per year of joining, 2015 to 2020?
-- joined: has_pin AND has_user
-- unmatched: has_pin <> has_user
-- used: follower_count IS NOT NULL AND join_year IS NOT NULL
SELECT join_year AS post_year, median_follower_count, users, median_over_posts
FROM (
  SELECT join_year, median(follower_count) AS median_follower_count, count(*) AS users
  FROM users
  WHERE join_year IS NOT NULL
  GROUP BY join_year)
LEFT JOIN (
  SELECT join_year, median(follower_count) AS median_over_posts
  FROM posts
  WHERE has_pin AND has_user AND join_year IS NOT NULL
  GROUP BY join_year) USING (join_year)
ORDER BY post_year

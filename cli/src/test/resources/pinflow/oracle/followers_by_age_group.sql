-- How many followers has the median user per age group?
WITH by_user AS (
  SELECT age_group, median(follower_count) AS median_follower_count, count(*) AS users
  FROM valued_users
  WHERE age_group IS NOT NULL
  GROUP BY age_group),
by_post AS (
  SELECT age_group, median(follower_count) AS median_over_posts
  FROM pu
  WHERE age_group IS NOT NULL
  GROUP BY age_group)
SELECT age_group, median_follower_count, users, median_over_posts
FROM by_user LEFT JOIN by_post USING (age_group)
ORDER BY age_group;

-- Used, unmatched, left out.
WITH counted AS (SELECT follower_count IS NOT NULL AND age_group IS NOT NULL AS counts FROM pu)
SELECT count(*) FILTER (counts), (SELECT of_pu FROM unmatched), count(*) FILTER (NOT counts) FROM counted;

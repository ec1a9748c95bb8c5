-- How many followers has the median user per age group and year of joining, 2015 to 2020?
WITH by_user AS (
  SELECT age_group, post_year, median(follower_count) AS median_follower_count, count(*) AS users
  FROM valued_users
  WHERE age_group IS NOT NULL AND post_year IS NOT NULL
  GROUP BY age_group, post_year),
by_post AS (
  SELECT age_group, post_year, median(follower_count) AS median_over_posts
  FROM pu
  WHERE age_group IS NOT NULL AND post_year IS NOT NULL
  GROUP BY age_group, post_year)
SELECT age_group, post_year, median_follower_count, users, median_over_posts
FROM by_user LEFT JOIN by_post USING (age_group, post_year)
ORDER BY age_group, post_year;

-- Used, unmatched, left out.
WITH counted AS (SELECT follower_count IS NOT NULL AND age_group IS NOT NULL AND post_year IS NOT NULL AS counts FROM pu)
SELECT count(*) FILTER (counts), (SELECT of_pu FROM unmatched), count(*) FILTER (NOT counts) FROM counted;

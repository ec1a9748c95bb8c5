-- From which country is the most followed user?
WITH competing AS (
  SELECT country, follower_count FROM pg WHERE poster_name IS NOT NULL AND follower_count IS NOT NULL)
SELECT DISTINCT country, follower_count
FROM competing
WHERE follower_count = (SELECT max(follower_count) FROM competing)
ORDER BY country;

-- Used, unmatched, left out.
SELECT
  count(*) FILTER (poster_name IS NOT NULL AND follower_count IS NOT NULL),
  (SELECT of_pg FROM unmatched),
  count(*) FILTER (poster_name IS NULL OR follower_count IS NULL)
FROM pg;

-- Who has the most followers per country?
SELECT DISTINCT country, poster_name, follower_count
FROM pg
WHERE poster_name IS NOT NULL AND follower_count IS NOT NULL
QUALIFY rank() OVER (PARTITION BY country ORDER BY follower_count DESC) = 1
ORDER BY country, poster_name;

-- Used, unmatched, left out.
SELECT
  count(*) FILTER (poster_name IS NOT NULL AND follower_count IS NOT NULL),
  (SELECT of_pg FROM unmatched),
  count(*) FILTER (poster_name IS NULL OR follower_count IS NULL)
FROM pg;

-- Who has the most followers per country?
-- joined: has_pin AND has_geo
-- unmatched: has_pin <> has_geo
-- used: poster_name IS NOT NULL AND follower_count IS NOT NULL
SELECT country, poster_name, follower_count
FROM (
  SELECT country, poster_name, follower_count, max(follower_count) OVER (PARTITION BY country) AS top
  FROM (
    SELECT country, poster_name, max(follower_count) AS follower_count
    FROM posts
    WHERE has_pin AND has_geo AND poster_name IS NOT NULL AND follower_count IS NOT NULL
    GROUP BY country, poster_name))
WHERE follower_count = top
ORDER BY country, poster_name

-- In which country is the most followed user?
-- joined: has_pin AND has_geo
-- unmatched: has_pin <> has_geo
-- used: poster_name IS NOT NULL AND follower_count IS NOT NULL
SELECT country, follower_count
FROM (
  SELECT country, follower_count, max(follower_count) OVER () AS top
  FROM (
    SELECT country, max(follower_count) AS follower_count
    FROM posts
    WHERE has_pin AND has_geo AND poster_name IS NOT NULL AND follower_count IS NOT NULL
    GROUP BY country))
WHERE follower_count = top
ORDER BY country

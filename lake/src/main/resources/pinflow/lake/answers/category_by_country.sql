-- Which category is the most popular per country?
-- joined: has_pin AND has_geo
-- unmatched: has_pin <> has_geo
-- used: true
SELECT country, category, category_count
FROM (
  SELECT country, category, category_count, max(category_count) OVER (PARTITION BY country) AS top
  FROM (
    SELECT country, category, count(*) AS category_count
    FROM posts
    WHERE has_pin AND has_geo
    GROUP BY country, category))
WHERE category_count = top
ORDER BY country, category

-- How many posts has each category per year, 2018 to 2022?
-- joined: has_pin AND has_geo
-- unmatched: has_pin <> has_geo
-- used: year(timestamp) BETWEEN 2018 AND 2022
SELECT year(timestamp) AS post_year, category, count(*) AS category_count
FROM posts
WHERE has_pin AND has_geo AND year(timestamp) BETWEEN 2018 AND 2022
GROUP BY post_year, category
ORDER BY post_year, category_count DESC, category

-- Which category is the most popular per age group?
-- joined: has_pin AND has_user
-- unmatched: has_pin <> has_user
-- used: age_group IS NOT NULL
SELECT age_group, category, category_count
FROM (
  SELECT age_group, category, category_count, max(category_count) OVER (PARTITION BY age_group) AS top
  FROM (
    SELECT age_group, category, count(*) AS category_count
    FROM posts
    WHERE has_pin AND has_user AND age_group IS NOT NULL
    GROUP BY age_group, category))
WHERE category_count = top
ORDER BY age_group, category

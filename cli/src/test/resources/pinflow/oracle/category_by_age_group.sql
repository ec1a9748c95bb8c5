-- Which category is the most popular per age group?
SELECT age_group, category, count(*) AS category_count
FROM pu
WHERE age_group IS NOT NULL
GROUP BY age_group, category
QUALIFY rank() OVER (PARTITION BY age_group ORDER BY category_count DESC) = 1
ORDER BY age_group, category;

-- Used, unmatched, left out.
SELECT count(age_group), (SELECT of_pu FROM unmatched), count(*) - count(age_group) FROM pu;

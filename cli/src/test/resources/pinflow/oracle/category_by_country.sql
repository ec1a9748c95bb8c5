-- Which category is the most popular per country?
SELECT country, category, count(*) AS category_count
FROM pg
GROUP BY country, category
QUALIFY rank() OVER (PARTITION BY country ORDER BY category_count DESC) = 1
ORDER BY country, category;

-- Used, unmatched, left out.
SELECT count(*), (SELECT of_pg FROM unmatched), 0::BIGINT FROM pg;

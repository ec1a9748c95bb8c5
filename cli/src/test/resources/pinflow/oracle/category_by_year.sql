-- How many posts has each category per year, 2018 to 2022?
SELECT year(timestamp)::INTEGER AS post_year, category, count(*) AS category_count
FROM pg
WHERE year(timestamp) BETWEEN 2018 AND 2022
GROUP BY post_year, category
ORDER BY post_year, category_count DESC, category;

-- Used, unmatched, left out.
SELECT
  count(*) FILTER (year(timestamp) BETWEEN 2018 AND 2022),
  (SELECT of_pg FROM unmatched),
  count(*) FILTER (year(timestamp) NOT BETWEEN 2018 AND 2022)
FROM pg;

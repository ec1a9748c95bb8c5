-- How many users joined per year, 2015 to 2020?
SELECT year_joined(date_joined) AS post_year,
  count(DISTINCT (user_name, date_joined)) AS number_users_joined,
  count(*) AS posts
FROM u
WHERE year_joined(date_joined) IS NOT NULL
GROUP BY post_year
ORDER BY post_year;

-- Used, unmatched, left out.
SELECT count(year_joined(date_joined)), 0::BIGINT, count(*) - count(year_joined(date_joined)) FROM u;

-- How many users joined per year, 2015 to 2020?
-- joined: has_user
-- unmatched: false
-- used: join_year IS NOT NULL
SELECT join_year AS post_year, count(DISTINCT user_name, date_joined) AS number_users_joined, count(*) AS posts
FROM posts
WHERE has_user AND join_year IS NOT NULL
GROUP BY join_year
ORDER BY post_year

-- The users who have a follower count: that of the latest post which has one, and the age of the latest post.
-- Posts without geo come first, since null is the least time.
SELECT
  user_name,
  date_joined,
  any_value(join_year) AS join_year,
  max_by(follower_count, struct(timestamp, ind)) FILTER (WHERE follower_count IS NOT NULL) AS follower_count,
  max_by(age_group, struct(timestamp, ind)) AS age_group
FROM posts
WHERE has_pin AND has_user
GROUP BY user_name, date_joined
HAVING count(follower_count) > 0

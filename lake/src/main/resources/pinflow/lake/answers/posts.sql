-- What the questions need of every post: a row per ind that is in pin, geo or user.
SELECT
  coalesce(p.ind, g.ind, u.ind) AS ind,
  p.ind IS NOT NULL AS has_pin,
  g.ind IS NOT NULL AS has_geo,
  u.ind IS NOT NULL AS has_user,
  p.category,
  p.poster_name,
  p.follower_count,
  g.country,
  g.timestamp,
  u.user_name,
  u.date_joined,
  u.age,
  CASE
    WHEN u.age BETWEEN 18 AND 24 THEN '18-24'
    WHEN u.age BETWEEN 25 AND 35 THEN '25-35'
    WHEN u.age BETWEEN 36 AND 50 THEN '36-50'
    WHEN u.age > 50 THEN '50+'
  END AS age_group,
  CASE WHEN year(u.date_joined) BETWEEN 2015 AND 2020 THEN year(u.date_joined) END AS join_year
FROM pin p
FULL OUTER JOIN geo g ON g.ind = p.ind
FULL OUTER JOIN user u ON u.ind = coalesce(p.ind, g.ind)

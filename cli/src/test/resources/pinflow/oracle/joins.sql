-- P, G and U joined, and what finds no partner.
CREATE TABLE pg AS SELECT p.*, g.country, g.timestamp FROM p JOIN g USING (ind);

CREATE MACRO age_group(age) AS CASE
  WHEN age BETWEEN 18 AND 24 THEN '18-24'
  WHEN age BETWEEN 25 AND 35 THEN '25-35'
  WHEN age BETWEEN 36 AND 50 THEN '36-50'
  WHEN age > 50 THEN '50+' END;

CREATE MACRO year_joined(date_joined) AS
  CASE WHEN year(date_joined) BETWEEN 2015 AND 2020 THEN year(date_joined)::INTEGER END;

CREATE TABLE pu AS
SELECT p.ind, p.category, p.follower_count, u.user_name, u.date_joined, u.age, g.timestamp,
  age_group(u.age) AS age_group, year_joined(u.date_joined) AS post_year
FROM p JOIN u USING (ind) LEFT JOIN g USING (ind);

-- A user's age is that of the latest post, the count that of the latest post that has one.
-- Posts without a time come first. Without any count a user has no value and is left out.
CREATE TABLE valued_users AS
SELECT user_name, date_joined,
  last(follower_count ORDER BY timestamp NULLS FIRST, ind) FILTER (follower_count IS NOT NULL) AS follower_count,
  age_group(last(age ORDER BY timestamp NULLS FIRST, ind)) AS age_group,
  year_joined(date_joined) AS post_year
FROM pu
GROUP BY user_name, date_joined
HAVING count(follower_count) > 0;

CREATE TABLE unmatched AS
SELECT
  (SELECT count(*) FROM p ANTI JOIN g USING (ind)) + (SELECT count(*) FROM g ANTI JOIN p USING (ind)) AS of_pg,
  (SELECT count(*) FROM p ANTI JOIN u USING (ind)) + (SELECT count(*) FROM u ANTI JOIN p USING (ind)) AS of_pu;

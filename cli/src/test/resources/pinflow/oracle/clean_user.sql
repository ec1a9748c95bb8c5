-- The rules of user; then one row per post.
CREATE TABLE user_events AS
WITH records AS (SELECT event, record_in(raw) AS record FROM raw_user),
texts AS (
  SELECT event, record,
    whole(value_of(record, ['ind', 'index'])) AS ind,
    text_of(record, 'first_name') AS first_name,
    text_of(record, 'last_name') AS last_name,
    value_of(record, ['age']) AS age,
    utc(text_of(record, 'date_joined')) AS joined
  FROM records)
SELECT event,
  CASE WHEN record IS NULL THEN ['record.not-an-object'] ELSE rules_broken([
    broken(coalesce(ind NOT BETWEEN 0 AND 9223372036854775807, true), 'ind.invalid'),
    broken(is_blank(first_name) AND is_blank(last_name), 'user_name.missing'),
    broken(NOT absent(age) AND coalesce(whole(age) NOT BETWEEN 0 AND 130, true), 'age.invalid'),
    broken(joined IS NULL, 'date_joined.unreadable')]) END AS rules,
  {
    'ind': try_cast(ind AS BIGINT),
    'user_name': CASE
      WHEN is_blank(first_name) THEN last_name
      WHEN is_blank(last_name) THEN first_name
      ELSE first_name || ' ' || last_name END,
    'age': try_cast(whole(age) AS INTEGER),
    'date_joined': joined
  } AS content
FROM texts;

CREATE TABLE u AS SELECT unnest(content) FROM judged('user_events') WHERE outcome = 'clean';

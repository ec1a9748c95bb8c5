-- The rules of geo; then one row per post.
CREATE TABLE geo_events AS
WITH records AS (SELECT event, record_in(raw) AS record FROM raw_geo),
texts AS (
  SELECT event, record,
    whole(value_of(record, ['ind', 'index'])) AS ind,
    text_of(record, 'country') AS country,
    finite(value_of(record, ['latitude'])) AS latitude,
    finite(value_of(record, ['longitude'])) AS longitude,
    utc(text_of(record, 'timestamp')) AS posted
  FROM records)
SELECT event,
  CASE WHEN record IS NULL THEN ['record.not-an-object'] ELSE rules_broken([
    broken(coalesce(ind NOT BETWEEN 0 AND 9223372036854775807, true), 'ind.invalid'),
    broken(is_blank(country), 'country.missing'),
    broken(coalesce(latitude NOT BETWEEN -90 AND 90 OR longitude NOT BETWEEN -180 AND 180, true),
      'coordinates.invalid'),
    broken(posted IS NULL, 'timestamp.unreadable')]) END AS rules,
  {
    'ind': try_cast(ind AS BIGINT),
    'country': country,
    'coordinates': [latitude, longitude],
    'timestamp': posted
  } AS content
FROM texts;

CREATE TABLE g AS SELECT unnest(content) FROM judged('geo_events') WHERE outcome = 'clean';

-- What the cleaning rules share. Text in, value or null out.

-- Unicode's White_Space, no-break spaces included.
CREATE MACRO white() AS
  chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || ' ' || chr(133) || chr(160) || chr(5760)
  || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197) || chr(8198)
  || chr(8199) || chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233) || chr(8239)
  || chr(8287) || chr(12288);

CREATE MACRO trimmed(t) AS trim(t, white());

CREATE MACRO is_blank(t) AS t IS NULL OR trimmed(t) = '';

-- The text as it came, or null when it is blank or one of the placeholders.
CREATE MACRO said(t, placeholders) AS
  CASE WHEN is_blank(t) OR list_contains(placeholders, trimmed(t)) THEN NULL ELSE t END;

CREATE MACRO json_kind(t) AS CASE WHEN json_valid(t) THEN json_type(t) END;

CREATE MACRO unwrapped(t) AS
  CASE WHEN json_kind(t) = 'VARCHAR' THEN json_extract_string(t, '$') ELSE t END;

CREATE MACRO as_object(t) AS CASE WHEN json_kind(t) = 'OBJECT' THEN t::JSON END;

CREATE MACRO record_in(t) AS as_object(unwrapped(unwrapped(t)));

-- Where a column is in a record: its exact name first, then the name without case.
CREATE MACRO pointer(record, names) AS '/' || list_extract(
  list_concat(
    list_filter(json_keys(record), lambda k: list_contains(names, k)),
    list_filter(json_keys(record), lambda k: list_contains(names, lower(k)))),
  1);

CREATE MACRO value_of(record, names) AS json_extract(record, pointer(record, names));

CREATE MACRO text_of(record, name) AS json_extract_string(record, pointer(record, [name]));

CREATE MACRO absent(value) AS value IS NULL OR json_type(value) = 'NULL';

-- A JSON number that is whole, or a string of digits.
CREATE MACRO whole(value) AS CASE
  WHEN json_type(value) = 'VARCHAR' AND regexp_full_match(json_extract_string(value, '$'), '\d+')
    OR json_type(value) IN ('BIGINT', 'UBIGINT', 'DOUBLE')
      AND regexp_full_match(json_extract_string(value, '$'), '-?\d+(\.0+)?')
  THEN try_cast(split_part(json_extract_string(value, '$'), '.', 1) AS HUGEINT) END;

-- A JSON number, or a string that holds one; finite.
CREATE MACRO finite(value) AS CASE
  WHEN json_type(value) IN ('BIGINT', 'UBIGINT', 'DOUBLE', 'VARCHAR')
    AND regexp_full_match(json_extract_string(value, '$'), '-?\d+(\.\d+)?([eE][+-]?\d+)?')
    AND isfinite(try_cast(json_extract_string(value, '$') AS DOUBLE))
  THEN try_cast(json_extract_string(value, '$') AS DOUBLE) END;

-- The four time forms of the seed's scripts and ISO-8601; a TIMESTAMP in UTC.
CREATE MACRO utc(t) AS CASE
  WHEN NOT regexp_matches(t, '([ T]([01]\d|2[0-3])(:[0-5]\d){2})') THEN NULL
  WHEN regexp_full_match(t, '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d')
    THEN try_strptime(t, '%Y-%m-%d %H:%M:%S')
  WHEN regexp_full_match(t, '\d{4}:\d\d:\d\d \d\d:\d\d:\d\d')
    THEN try_strptime(t, '%Y:%m:%d %H:%M:%S')
  WHEN regexp_full_match(t, '\d\d/\d\d/\d{4}, \d\d:\d\d:\d\d')
    THEN try_strptime(t, '%m/%d/%Y, %H:%M:%S')
  WHEN regexp_full_match(t, '\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-](0\d|1[0-8]):[0-5]\d)?')
    THEN try_cast(replace(regexp_extract(t, '^[^.Z+]*?:\d\d:\d\d(\.\d+)?'), 'T', ' ') AS TIMESTAMP)
      - to_minutes(CASE WHEN regexp_matches(t, '[+-]\d\d:\d\d$')
          THEN (substr(t, -6, 1) || '1')::INTEGER * (60 * substr(t, -5, 2)::INTEGER + substr(t, -2)::INTEGER)
          ELSE 0 END)
  END;

-- follower_count in exact decimal arithmetic: the point is moved in the text, no number is rounded.
CREATE MACRO follower_parts(t) AS regexp_extract(
  trimmed(t), '^(\d+(?:,\d+)*)(?:\.(\d+))?([kKmMbB]?)$', ['whole', 'fraction', 'unit']);

CREATE MACRO zeros(unit) AS
  CASE lower(unit) WHEN 'k' THEN 3 WHEN 'm' THEN 6 WHEN 'b' THEN 9 ELSE 0 END;

CREATE MACRO followers(t) AS CASE
  WHEN follower_parts(t).whole <> ''
    AND regexp_full_match(substr(follower_parts(t).fraction, zeros(follower_parts(t).unit) + 1), '0*')
    AND length(ltrim(replace(follower_parts(t).whole, ',', ''), '0')) <= 19
  THEN try_cast(
    replace(follower_parts(t).whole, ',', '')
      || rpad(follower_parts(t).fraction, zeros(follower_parts(t).unit), '0')[:zeros(follower_parts(t).unit)]
    AS BIGINT) END;

CREATE MACRO rules_broken(named) AS list_filter(named, lambda rule: rule IS NOT NULL);

CREATE MACRO broken(condition, rule) AS CASE WHEN condition THEN rule END;

-- One outcome per event. Equal content: the first event stands for it; of different contents of an ind
-- the one whose last event is the latest wins.
CREATE MACRO judged(events) AS TABLE
  SELECT event, rules, content,
    CASE
      WHEN rules <> [] THEN 'quarantined'
      WHEN event <> min(event) OVER same_content THEN 'duplicate'
      WHEN max(event) OVER same_content = max(event) OVER same_post THEN 'clean'
      ELSE 'superseded'
    END AS outcome
  FROM query_table(events)
  WINDOW
    same_content AS (PARTITION BY rules <> [], content),
    same_post AS (PARTITION BY rules <> [], content.ind);

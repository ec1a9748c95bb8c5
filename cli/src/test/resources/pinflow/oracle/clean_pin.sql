-- The rules of pin; then one row per post.
CREATE TABLE pin_events AS
WITH records AS (SELECT event, record_in(raw) AS record FROM raw_pin),
texts AS (
  SELECT event, record,
    whole(value_of(record, ['ind', 'index'])) AS ind,
    text_of(record, 'unique_id') AS unique_id,
    text_of(record, 'follower_count') AS follower_text,
    text_of(record, 'category') AS category
  FROM records)
SELECT event,
  CASE WHEN record IS NULL THEN ['record.not-an-object'] ELSE rules_broken([
    broken(coalesce(ind NOT BETWEEN 0 AND 9223372036854775807, true), 'ind.invalid'),
    broken(is_blank(unique_id), 'unique_id.missing'),
    broken(said(follower_text, ['User Info Error']) IS NOT NULL AND followers(follower_text) IS NULL,
      'follower_count.unreadable'),
    broken(is_blank(category), 'category.missing')]) END AS rules,
  {
    'ind': try_cast(ind AS BIGINT),
    'unique_id': unique_id,
    'title': said(text_of(record, 'title'), ['No Title Data Available']),
    'description': said(text_of(record, 'description'),
      ['No description available Story format', 'No description available', 'Untitled']),
    'follower_count': followers(follower_text),
    'poster_name': said(text_of(record, 'poster_name'), ['User Info Error']),
    'tag_list': said(text_of(record, 'tag_list'), ['N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e']),
    'is_image_or_video': text_of(record, 'is_image_or_video'),
    'image_src': said(text_of(record, 'image_src'), ['Image src error.']),
    'save_location': regexp_replace(text_of(record, 'save_location'), '^Local save in ', ''),
    'category': category
  } AS content
FROM texts;

CREATE TABLE p AS SELECT unnest(content) FROM judged('pin_events') WHERE outcome = 'clean';

package pinflow.oracle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A post of a hand-made set: its rows in the three source tables. It begins with one row each that
 * counts in no answer about years, ages or followers (posted 2017, joined 2014, no age, no follower
 * count, nobody's name); a setter changes the newest row of its table.
 */
final class Post {

  private final long ind;

  final List<Map<String, @Nullable Object>> pin = new ArrayList<>();
  final List<Map<String, @Nullable Object>> geo = new ArrayList<>();
  final List<Map<String, @Nullable Object>> user = new ArrayList<>();

  Post(long ind) {
    this.ind = ind;
    Map<String, @Nullable Object> pinRow = new LinkedHashMap<>();
    pinRow.put("index", ind);
    pinRow.put("unique_id", new UUID(0x4000L, 0x8000000000000000L | (ind & 0xffff)).toString());
    pinRow.put("title", "Post " + ind);
    pinRow.put("description", "What post " + ind + " shows");
    pinRow.put("poster_name", null);
    pinRow.put("follower_count", null);
    pinRow.put("tag_list", "One,Two Words,Three");
    pinRow.put("is_image_or_video", "image");
    pinRow.put("image_src", "https://images.example/" + ind + ".jpg");
    pinRow.put("downloaded", 1);
    pinRow.put("save_location", "Local save in /data/art");
    pinRow.put("category", "art");
    pin.add(pinRow);

    Map<String, @Nullable Object> geoRow = new LinkedHashMap<>();
    geoRow.put("ind", ind);
    geoRow.put("timestamp", "2017-05-06 07:08:09");
    geoRow.put("latitude", -12.3456);
    geoRow.put("longitude", 98.765);
    geoRow.put("country", "Restland");
    geo.add(geoRow);

    Map<String, @Nullable Object> userRow = new LinkedHashMap<>();
    userRow.put("ind", ind);
    userRow.put("first_name", "No");
    userRow.put("last_name", "Body");
    userRow.put("age", null);
    userRow.put("date_joined", "2014-06-01 10:20:30");
    user.add(userRow);
  }

  long ind() {
    return ind;
  }

  Post pin(String column, @Nullable Object value) {
    return set(pin, column, value);
  }

  Post geo(String column, @Nullable Object value) {
    return set(geo, column, value);
  }

  Post user(String column, @Nullable Object value) {
    return set(user, column, value);
  }

  Post category(String category) {
    return pin("category", category);
  }

  Post poster(String name, String followers) {
    return pin("poster_name", name).followers(followers);
  }

  Post followers(@Nullable String followers) {
    return pin("follower_count", followers);
  }

  Post in(String country) {
    return geo("country", country);
  }

  Post at(String timestamp) {
    return geo("timestamp", timestamp);
  }

  Post by(@Nullable String first, @Nullable String last, String joined) {
    return user("first_name", first).user("last_name", last).user("date_joined", joined);
  }

  Post aged(@Nullable Integer age) {
    return user("age", age);
  }

  /** A further event of the same post, equal to the newest one until it is changed. */
  Post pinAgain() {
    return again(pin);
  }

  Post geoAgain() {
    return again(geo);
  }

  Post userAgain() {
    return again(user);
  }

  Post noPin() {
    pin.clear();
    return this;
  }

  Post noGeo() {
    geo.clear();
    return this;
  }

  Post noUser() {
    user.clear();
    return this;
  }

  private Post set(
      List<Map<String, @Nullable Object>> rows, String column, @Nullable Object value) {
    Map<String, @Nullable Object> newest = rows.get(rows.size() - 1);
    if (!newest.containsKey(column)) {
      throw new IllegalArgumentException("No column " + column + " among " + newest.keySet());
    }
    newest.put(column, value);
    return this;
  }

  private Post again(List<Map<String, @Nullable Object>> rows) {
    rows.add(new LinkedHashMap<>(rows.get(rows.size() - 1)));
    return this;
  }
}

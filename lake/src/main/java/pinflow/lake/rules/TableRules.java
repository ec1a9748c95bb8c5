package pinflow.lake.rules;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.when;
import static pinflow.lake.rules.Field.AGE;
import static pinflow.lake.rules.Field.CATEGORY;
import static pinflow.lake.rules.Field.COUNTRY;
import static pinflow.lake.rules.Field.DATE_JOINED;
import static pinflow.lake.rules.Field.DESCRIPTION;
import static pinflow.lake.rules.Field.FIRST_NAME;
import static pinflow.lake.rules.Field.FOLLOWER_COUNT;
import static pinflow.lake.rules.Field.IMAGE_SRC;
import static pinflow.lake.rules.Field.IND;
import static pinflow.lake.rules.Field.IS_IMAGE_OR_VIDEO;
import static pinflow.lake.rules.Field.LAST_NAME;
import static pinflow.lake.rules.Field.LATITUDE;
import static pinflow.lake.rules.Field.LONGITUDE;
import static pinflow.lake.rules.Field.POSTER_NAME;
import static pinflow.lake.rules.Field.SAVE_LOCATION;
import static pinflow.lake.rules.Field.TAG_LIST;
import static pinflow.lake.rules.Field.TIMESTAMP;
import static pinflow.lake.rules.Field.TITLE;
import static pinflow.lake.rules.Field.UNIQUE_ID;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;

/**
 * The rules of one table.
 *
 * @param table {@code pin}, {@code geo} or {@code user}
 * @param values the cleaned columns after {@code ind}, in the table's order, over the fields of a
 *     record
 * @param rules over the fields of a record and the cleaned columns
 */
record TableRules(String table, Map<String, Column> values, List<Rule> rules) {
  static final Column IND_VALUE = Numbers.whole(IND.text());

  private static final Rule IND_RULE = new Rule("ind.invalid", col("ind").isNull());

  static final List<TableRules> ALL = List.of(pin(), geo(), user());

  private static TableRules pin() {
    Column followers = Texts.unless(FOLLOWER_COUNT.text(), "User Info Error");
    Map<String, Column> values = new LinkedHashMap<>();
    values.put("unique_id", UNIQUE_ID.text());
    values.put("title", Texts.unless(TITLE.text(), "No Title Data Available"));
    values.put(
        "description",
        Texts.unless(
            DESCRIPTION.text(),
            "No description available Story format",
            "No description available",
            "Untitled"));
    values.put("follower_count", Numbers.followers(followers));
    values.put("poster_name", Texts.unless(POSTER_NAME.text(), "User Info Error"));
    values.put("tag_list", Texts.unless(TAG_LIST.text(), "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e"));
    values.put("is_image_or_video", IS_IMAGE_OR_VIDEO.text());
    values.put("image_src", Texts.unless(IMAGE_SRC.text(), "Image src error."));
    values.put("save_location", regexp_replace(SAVE_LOCATION.text(), "^Local save in ", ""));
    values.put("category", CATEGORY.text());
    return new TableRules(
        "pin",
        values,
        List.of(
            IND_RULE,
            new Rule("unique_id.missing", Texts.blank(col("unique_id"))),
            new Rule(
                "follower_count.unreadable",
                followers.isNotNull().and(col("follower_count").isNull())),
            new Rule("category.missing", Texts.blank(col("category")))));
  }

  private static TableRules geo() {
    Column latitude = Numbers.decimal(LATITUDE.text());
    Column longitude = Numbers.decimal(LONGITUDE.text());
    Map<String, Column> values = new LinkedHashMap<>();
    values.put("country", COUNTRY.text());
    values.put(
        "coordinates",
        when(
            latitude.between(-90, 90).and(longitude.between(-180, 180)),
            // The sum makes -0.0 the 0.0 that it equals.
            array(latitude.plus(0.0), longitude.plus(0.0))));
    values.put("timestamp", Times.utc(TIMESTAMP.text()));
    return new TableRules(
        "geo",
        values,
        List.of(
            IND_RULE,
            new Rule("country.missing", Texts.blank(col("country"))),
            new Rule("coordinates.invalid", col("coordinates").isNull()),
            new Rule("timestamp.unreadable", col("timestamp").isNull())));
  }

  private static TableRules user() {
    Column age = Numbers.whole(AGE.text());
    Map<String, Column> values = new LinkedHashMap<>();
    values.put(
        "user_name",
        concat_ws(" ", Texts.unless(FIRST_NAME.text()), Texts.unless(LAST_NAME.text())));
    values.put("age", when(age.between(0, 130), age.cast("INT")));
    values.put("date_joined", Times.utc(DATE_JOINED.text()));
    return new TableRules(
        "user",
        values,
        List.of(
            IND_RULE,
            new Rule("user_name.missing", Texts.blank(col("user_name"))),
            new Rule("age.invalid", AGE.text().isNotNull().and(col("age").isNull())),
            new Rule("date_joined.unreadable", col("date_joined").isNull())));
  }
}

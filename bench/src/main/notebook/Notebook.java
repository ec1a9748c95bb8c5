import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.median;
import static org.apache.spark.sql.functions.rank;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.to_timestamp;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.year;

import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * The seed's notebook, as its public builds have it: the JSON of each topic loaded with its schema
 * inferred, cleaned by a chain of columns, and a query per question over the lazy tables, so that
 * each query reads and cleans the JSON again. Only what the data needs for the rows to be the right
 * ones is added: k, M and B, one row per ind, what cannot be read left out.
 *
 * <p>Run by java from this source; prints a JSON line per answer.
 */
final class Notebook {
  private static final int PARTITIONS = 16;

  public static void main(String[] args) throws Exception {
    SparkSession spark =
        SparkSession.builder()
            .master("local[*]")
            .appName("notebook")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "localhost")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.ansi.enabled", "false")
            .config("spark.sql.shuffle.partitions", PARTITIONS)
            .getOrCreate();
    spark.sparkContext().setLogLevel("WARN");
    String topics = args[0] + "/" + args[1];
    Dataset<Row> pin = pin(spark.read().json(topics + ".pin/partition=*/*.json"));
    Dataset<Row> geo = geo(spark.read().json(topics + ".geo/partition=*/*.json"));
    Dataset<Row> user = user(spark.read().json(topics + ".user/partition=*/*.json"));
    Dataset<Row> pinGeo = pin.join(geo, "ind");
    Dataset<Row> pinUser = pin.join(user, "ind");

    print("category_by_country", top(pinGeo, "country").orderBy("country", "category"));
    print(
        "category_by_year",
        pinGeo
            .withColumn("post_year", year(col("timestamp")))
            .where(col("post_year").between(2018, 2022))
            .groupBy("post_year", "category")
            .agg(count(lit(1)).as("category_count"))
            .orderBy(col("post_year"), col("category_count").desc(), col("category")));
    Dataset<Row> most =
        pinGeo
            .where(col("poster_name").isNotNull().and(col("follower_count").isNotNull()))
            .withColumn(
                "rank",
                rank()
                    .over(Window.partitionBy("country").orderBy(col("follower_count").desc())))
            .where(col("rank").equalTo(1))
            .select("country", "poster_name", "follower_count")
            .distinct();
    print("top_user_by_country", most.orderBy("country", "poster_name"));
    Dataset<Row> byCountry =
        most.groupBy("country").agg(max("follower_count").as("follower_count"));
    print(
        "top_country",
        byCountry
            .withColumn("rank", rank().over(Window.orderBy(col("follower_count").desc())))
            .where(col("rank").equalTo(1))
            .select("country", "follower_count")
            .orderBy("country"));
    print("category_by_age_group", top(pinUser.where("age_group is not null"), "age_group")
        .orderBy("age_group", "category"));
    print("followers_by_age_group", medians(pinUser, "age_group"));
    print(
        "users_joined_by_year",
        user.where("post_year is not null")
            .groupBy("post_year")
            .agg(count(lit(1)).as("posts"))
            .orderBy("post_year"));
    print("followers_by_join_year", medians(pinUser, "post_year"));
    print("followers_by_join_year_and_age_group", medians(pinUser, "age_group", "post_year"));
    spark.stop();
  }

  private static Dataset<Row> pin(Dataset<Row> json) {
    Column text = trim(col("follower_count"));
    Column number =
        regexp_replace(regexp_extract(text, "^([0-9,]+(?:\\.[0-9]+)?)[kKmMbB]?$", 1), ",", "");
    Column unit = lower(regexp_extract(text, "([kKmMbB])$", 1));
    Column times =
        when(unit.equalTo("k"), 1_000)
            .when(unit.equalTo("m"), 1_000_000)
            .when(unit.equalTo("b"), 1_000_000_000)
            .otherwise(1);
    Column exact = number.cast("decimal(20,3)").multiply(times.cast("decimal(10,0)"));
    // By way of a decimal, since a number that is too large for a bigint would come out as another.
    Column whole =
        when(
            exact.equalTo(exact.cast("decimal(30,0)")),
            exact.cast("decimal(18,0)").cast("bigint"));
    Column saysNone = text.equalTo("User Info Error").or(text.equalTo(""));
    Dataset<Row> cleaned =
        json.withColumnRenamed("index", "ind")
            .withColumn("title", unless("title", "No Title Data Available"))
            .withColumn(
                "description",
                unless(
                    "description",
                    "No description available Story format",
                    "No description available",
                    "Untitled"))
            .withColumn("poster_name", unless("poster_name", "User Info Error"))
            .withColumn("tag_list", unless("tag_list", "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e"))
            .withColumn("image_src", unless("image_src", "Image src error."))
            .withColumn(
                "save_location", regexp_replace(col("save_location"), "^Local save in ", ""))
            .withColumn("none", coalesce(saysNone, lit(true)))
            .withColumn("follower_count", when(col("none"), lit(null)).otherwise(whole))
            .where(col("none").or(col("follower_count").isNotNull()));
    return newest(cleaned)
        .select(
            "ind",
            "unique_id",
            "title",
            "description",
            "follower_count",
            "poster_name",
            "tag_list",
            "is_image_or_video",
            "image_src",
            "save_location",
            "category");
  }

  private static Dataset<Row> geo(Dataset<Row> json) {
    Dataset<Row> cleaned =
        json.withColumn("coordinates", array(col("latitude"), col("longitude")))
            .withColumn("timestamp", to_timestamp(col("timestamp")));
    return newest(cleaned).select("ind", "country", "coordinates", "timestamp");
  }

  private static Dataset<Row> user(Dataset<Row> json) {
    Dataset<Row> cleaned =
        json.withColumn("user_name", concat_ws(" ", col("first_name"), col("last_name")))
            .withColumn("date_joined", to_timestamp(col("date_joined")))
            .where(col("age").isNull().or(col("age").between(0, 130)));
    Column joined = year(col("date_joined"));
    return newest(cleaned)
        .withColumn(
            "age_group",
            expr(
                "case when age between 18 and 24 then '18-24' when age between 25 and 35 then '25-35'"
                    + " when age between 36 and 50 then '36-50' when age > 50 then '50+' end"))
        .withColumn("post_year", when(joined.between(2015, 2020), joined))
        .select("ind", "user_name", "age", "date_joined", "age_group", "post_year");
  }

  private static Column unless(String column, Object... placeholders) {
    Column text = trim(col(column));
    return when(text.equalTo("").or(text.isin(placeholders)), lit(null)).otherwise(col(column));
  }

  private static Dataset<Row> newest(Dataset<Row> rows) {
    return rows.withColumn(
            "newest",
            row_number().over(Window.partitionBy("ind").orderBy(col("_offset").desc())))
        .where("newest = 1");
  }

  /** The most popular categories of each group. */
  private static Dataset<Row> top(Dataset<Row> rows, String group) {
    return rows.groupBy(group, "category")
        .agg(count(lit(1)).as("category_count"))
        .withColumn(
            "rank", rank().over(Window.partitionBy(group).orderBy(col("category_count").desc())))
        .where("rank = 1")
        .select(group, "category", "category_count");
  }

  /** Over posts, as the original reads the question. */
  private static Dataset<Row> medians(Dataset<Row> rows, String... groups) {
    Dataset<Row> grouped = rows;
    for (String group : groups) {
      grouped = grouped.where(col(group).isNotNull());
    }
    Column[] columns = java.util.Arrays.stream(groups).map(c -> col(c)).toArray(Column[]::new);
    return grouped
        .groupBy(columns)
        .agg(median(col("follower_count")).as("median_over_posts"))
        .orderBy(columns);
  }

  private static void print(String name, Dataset<Row> answer) throws Exception {
    java.util.List<Object> rows = new java.util.ArrayList<>();
    for (Row row : answer.collectAsList()) {
      java.util.List<Object> values = new java.util.ArrayList<>();
      for (int i = 0; i < row.length(); i++) {
        values.add(row.get(i));
      }
      rows.add(values);
    }
    System.out.println(
        new com.fasterxml.jackson.databind.ObjectMapper()
            .writeValueAsString(
                Map.of("answer", name, "columns", answer.columns(), "rows", rows)));
  }
}

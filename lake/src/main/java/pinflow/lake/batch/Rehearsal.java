package pinflow.lake.batch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import pinflow.lake.tables.LakeTables;

/**
 * A batch of a few events of our own in tables of their own. It makes the JVM load and Spark set up
 * what the real one needs, in the time in which that has not yet been asked for.
 */
public final class Rehearsal {
  private static final String PIN =
      "{\"index\":%d,\"unique_id\":\"u\",\"title\":\"t\",\"follower_count\":\"1.5k\",\"poster_name\":\"p\",\"category\":\"art\"}";
  private static final String GEO =
      "{\"ind\":%d,\"timestamp\":\"2020-01-01 00:00:00\",\"latitude\":1.5,\"longitude\":2,\"country\":\"c\"}";
  private static final String USER =
      "{\"ind\":%d,\"first_name\":\"f\",\"last_name\":\"l\",\"age\":20,\"date_joined\":\"2016-01-01 00:00:00\"}";
  private static final int POSTS = 3;

  private Rehearsal() {}

  /** Runs the batch into tables that are not there yet. */
  public static void run(LakeTables scratch) {
    new Batches(scratch).createTables();
    List<Row> records = new ArrayList<>();
    List<StoredObject> objects = new ArrayList<>();
    add("rehearsal.pin", PIN, records, objects);
    add("rehearsal.geo", GEO, records, objects);
    add("rehearsal.user", USER, records, objects);
    records.add(record("rehearsal.user", POSTS, "no object"));
    Plan plan = new Plan(0, scratch.version("events"), objects);
    new Batch(scratch, plan, (step, seconds) -> {})
        .run(scratch.spark().createDataFrame(records, ObjectReader.SCHEMA));
  }

  private static void add(
      String topic, String post, List<Row> records, List<StoredObject> objects) {
    for (int i = 0; i < POSTS; i++) {
      records.add(record(topic, i, post.formatted(i)));
    }
    int last = topic.endsWith(".user") ? POSTS : POSTS - 1;
    objects.add(new StoredObject(topic, 0, "none", 0, last));
  }

  private static Row record(String topic, long offset, String raw) {
    return RowFactory.create(raw, topic, 0, offset, Instant.EPOCH);
  }
}

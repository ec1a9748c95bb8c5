package pinflow.lake.live;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import pinflow.lake.TestSpark;
import pinflow.lake.batch.Event;
import pinflow.lake.batch.Outcomes;
import pinflow.lake.batch.TableRows;
import pinflow.lake.live.StreamRows.Cleaned;
import pinflow.lake.rules.Cleaning;
import pinflow.lake.tables.LakeTables;
import pinflow.lake.tables.LocalRows;

@Tag("slow")
class JudgedTest {
  private static final String ID = "0e03d1c30c91";
  private static final StructType EVENTS = LakeTables.schema("events");

  private final SparkSession spark = TestSpark.session();
  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
  private int lag = 5;

  /** Over five batches, so that old outcomes change, and change back. */
  @Test
  void judgesAsTheBatchWayDoesFromTheEndsOfWhatWasBefore() {
    StreamRows functions = new StreamRows(spark, "pin");
    Map<Long, InternalRow> events = new LinkedHashMap<>();
    Map<Long, List<InternalRow>> ends = new HashMap<>();
    long changed = 0;
    long replaced = 0;
    long late = 0;
    for (int batch = 0; batch < 5; batch++) {
      List<InternalRow> old = List.copyOf(events.values());
      Dataset<Row> records = LiveBatchesTest.batch(records(200 * batch, 200));
      List<Cleaned> fresh = functions.clean(records);

      Judged judged =
          Judged.of(functions, fresh, ends.values().stream().flatMap(List::stream).toList());
      if (!judged.late().isEmpty()) {
        late += judged.late().size();
        judged = Judged.of(functions, fresh, old);
      }

      Dataset<Row> outcomes =
          LakeTables.computedOnce(
              Outcomes.of(
                  Cleaning.clean(StreamRecords.of(records), "pin"),
                  LocalRows.dataset(spark, EVENTS, old)));
      assertThat(values(EVENTS, judged.events()))
          .isEqualTo(values(TableRows.outcomeRows(outcomes, true).to(EVENTS)));
      StructType rows = LakeTables.schema("pin");
      assertThat(values(rows, judged.rows()))
          .isEqualTo(values(TableRows.rows("pin", outcomes).to(rows)));
      assertThat(judged.replaced().getCount()).isEqualTo(outcomes.where(col("replaces")).count());
      assertThat(judged.changed().getCount()).isEqualTo(outcomes.where(col("changed")).count());
      judged
          .events()
          .forEach(event -> events.put(event.getLong(EVENTS.fieldIndex("offset")), event));
      ends.putAll(judged.ends());
      changed += judged.changed().getCount();
      replaced += judged.replaced().getCount();
      // So that batches of either kind are among them.
      lag = batch == 2 ? 300 : 5;
    }
    assertThat(changed).isGreaterThan(100);
    assertThat(replaced).isGreaterThan(100);
    assertThat(late).isGreaterThan(5);
  }

  private List<Event> records(int from, int number) {
    List<Event> events = new ArrayList<>();
    for (int i = from; i < from + number; i++) {
      // Shards are read side by side, so later may come first.
      long at = 1_700_000_000_000L + i - random.nextInt(lag);
      String text = List.of("A", "B", "C").get(random.nextInt(3));
      events.add(new Event(ID, "pin", random.nextInt(2), i, at, random.nextLong(150), text));
    }
    return events;
  }

  private List<List<@Nullable Object>> values(StructType schema, List<InternalRow> rows) {
    return values(LocalRows.dataset(spark, schema, rows));
  }

  private static List<List<@Nullable Object>> values(Dataset<Row> rows) {
    return TestSpark.values(rows).stream().sorted(Comparator.comparing(List::toString)).toList();
  }
}

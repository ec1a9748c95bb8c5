package pinflow.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the task leaves in a store; the same on any store (see {@link Store}). */
class S3SinkTaskTest {

  private static final TopicPartition PIN = new TopicPartition("0e03d1c30c91.pin", 0);
  private static final String FOLDER = "topics/0e03d1c30c91.pin/partition=0/0e03d1c30c91.pin+0+";

  private final TestClock clock = new TestClock();

  @TempDir private Path folder;
  private Store store;

  @BeforeEach
  void start() throws Exception {
    store = Store.start(folder);
  }

  @AfterEach
  void stop() throws Exception {
    store.close();
  }

  @Test
  void cutsByCountAndCommitsWhatIsStored() {
    Worker worker = open(Log.of(PIN, 0, 8), Map.of("flush.size", "3"));
    worker.pollAll(5);

    assertThat(store.keys())
        .containsExactly(FOLDER + "0000000000.json", FOLDER + "0000000003.json");
    assertThat(store.read(FOLDER + "0000000003.json").lines())
        .first()
        .isEqualTo(
            "{\"_topic\":\"0e03d1c30c91.pin\",\"_partition\":0,\"_offset\":3,\"_timestamp\":1767225600003,\"n\": 3}");
    assertThat(Log.offsetsIn(store, PIN)).isEqualTo(range(0, 6));
    assertThat(worker.commit()).isEqualTo(Map.of(PIN, new OffsetAndMetadata(6)));
    assertThat(worker.wakesIn()).isEqualTo(-1);
  }

  @Test
  void cutsByBytesOverAllPartitions() {
    TopicPartition other = new TopicPartition("0e03d1c30c91.geo", 1);
    Map<TopicPartition, NavigableMap<Long, SinkRecord>> log =
        Map.of(PIN, Log.of(PIN, 0, 60), other, Log.of(other, 0, 6));
    Worker worker = worker(log, Map.of("flush.size", "100000", "flush.bytes", "1000"));
    worker.open(log.keySet()).pollAll(1);

    // Lines of about 95 bytes: the one that holds most is written, the small one waits.
    assertThat(Log.offsetsIn(store, PIN).size()).isBetween(50, 60);
    assertThat(store.keys())
        .allSatisfy(key -> assertThat(store.body(key).length).isBetween(450, 1_100));
  }

  @Test
  void cutsByTimeWhenNoMoreRecordsCome() {
    Worker worker = open(Log.of(PIN, 0, 3), Map.of("rotate.interval.ms", "10000"));
    worker.pollAll(5);
    assertThat(worker.wakesIn()).isEqualTo(10_000);
    clock.advance(Duration.ofMillis(9_999));
    worker.poll(5);
    assertThat(worker.wakesIn()).isEqualTo(1);
    assertThat(store.keys()).isEmpty();
    assertThat(worker.commit()).isEmpty();
    clock.advance(Duration.ofMillis(1));
    worker.poll(5);
    assertThat(Log.offsetsIn(store, PIN)).isEqualTo(range(0, 3));
  }

  @Test
  void cutsByScheduleOnTheClocksMarks() {
    Worker worker = open(Log.of(PIN, 0, 3), Map.of("rotate.schedule.interval.ms", "60000"));
    worker.pollAll(5);
    assertThat(worker.wakesIn()).as("from 10:00:20 to 10:01:00").isEqualTo(40_000);
    clock.advance(Duration.ofSeconds(40));
    worker.poll(5);
    assertThat(Log.offsetsIn(store, PIN)).isEqualTo(range(0, 3));
  }

  @Test
  void goesOnAfterTheLastObjectWhateverWasCommitted() {
    NavigableMap<Long, SinkRecord> log = Log.of(PIN, 0, 100);
    open(log, Map.of("flush.size", "7")).pollAll(10); // dies after its last PUT, uncommitted
    Worker closed = open(log, Map.of("flush.size", "2"));
    closed.poll(1); // one record waits
    closed.close();
    assertThat(Log.offsetsIn(store, PIN)).isEqualTo(range(0, 98));

    Worker last = open(log, Map.of("flush.size", "1"));
    last.pollAll(10);
    assertThat(Log.offsetsIn(store, PIN)).isEqualTo(range(0, 100));
    assertThat(last.commit()).isEqualTo(Map.of(PIN, new OffsetAndMetadata(100)));
  }

  @Test
  void chainsOverHolesInTheLog() {
    NavigableMap<Long, SinkRecord> log = Log.of(PIN, 50, 70);
    log.keySet().removeAll(Set.of(55L, 56L, 60L, 69L));
    open(log, Map.of("flush.size", "5")).pollAll(3);

    assertThat(Log.offsetsIn(store, PIN)).isEqualTo(List.copyOf(log.keySet()).subList(0, 15));
    assertThat(store.keys())
        .containsExactly(
            FOLDER + "0000000000.json", FOLDER + "0000000055.json", FOLDER + "0000000063.json");
  }

  @Test
  void writesEveryPartitionOfEveryTopic() {
    Map<TopicPartition, NavigableMap<Long, SinkRecord>> log = new HashMap<>();
    for (String topic : List.of("0e03d1c30c91.pin", "0e03d1c30c91.geo", "0e03d1c30c91.user")) {
      for (int n = 0; n < 3; n++) {
        TopicPartition partition = new TopicPartition(topic, n);
        log.put(partition, Log.of(partition, 0, 10 + n));
      }
    }
    Worker worker = worker(log, Map.of("flush.size", "4", "rotate.interval.ms", "1"));
    worker.open(log.keySet()).pollAll(3);
    clock.advance(Duration.ofMillis(1));
    worker.poll(3);

    log.forEach(
        (partition, records) ->
            assertThat(Log.offsetsIn(store, partition)).isEqualTo(List.copyOf(records.keySet())));
  }

  @Test
  void compresses() {
    Worker worker =
        open(Log.of(PIN, 0, 1_000), Map.of("flush.size", "500", "s3.compression.type", "gzip"));
    worker.pollAll(400);
    assertThat(Log.offsetsIn(store, PIN)).isEqualTo(range(0, 1_000));
    assertThat(store.keys())
        .containsExactly(FOLDER + "0000000000.json.gz", FOLDER + "0000000500.json.gz")
        .allSatisfy(key -> assertThat(store.body(key).length).isLessThan(10_000));
  }

  @Test
  void runsTheOriginalsPropertyFile() throws Exception {
    Map<String, String> properties = new HashMap<>(S3SinkConnectorTest.original());
    properties.putAll(store.properties());
    JsonConverter converter = new JsonConverter();
    converter.configure(Map.of("schemas.enable", false), false);
    NavigableMap<Long, SinkRecord> log = new TreeMap<>();
    Log.of(PIN, 0, 3)
        .forEach(
            (offset, r) -> {
              var value = converter.toConnectData(PIN.topic(), (byte[]) r.value());
              log.put(
                  offset,
                  r.newRecord(
                      PIN.topic(), 0, null, null, value.schema(), value.value(), r.timestamp()));
            });
    new Worker(properties, clock, Map.of(PIN, log)).open(Set.of(PIN)).pollAll(2);

    assertThat(store.keys())
        .containsExactly(
            FOLDER + "0000000000.json", FOLDER + "0000000001.json", FOLDER + "0000000002.json");
    assertThat(store.body(FOLDER + "0000000002.json"))
        .asString(UTF_8)
        .isEqualTo(
            "{\"_topic\":\"0e03d1c30c91.pin\",\"_partition\":0,\"_offset\":2,\"_timestamp\":1767225600002,\"n\":2}\n");
  }

  @Test
  void writesTornObjectsAtTheEndAgain() {
    NavigableMap<Long, SinkRecord> log = Log.of(PIN, 0, 20);
    open(log, Map.of("flush.size", "5")).pollAll(10);
    String third = FOLDER + "0000000010.json";
    String last = FOLDER + "0000000015.json";
    byte[] body = store.body(last);
    byte[] flipped = body.clone();
    flipped[60] ^= 1;
    store.overwrite(last, new byte[0], Map.of());
    store.overwrite(third, flipped, store.read(third).metadata());

    Worker again = open(log, Map.of("flush.size", "4"));
    assertThat(store.keys())
        .containsExactly(FOLDER + "0000000000.json", FOLDER + "0000000005.json");
    again.pollAll(10);
    assertThat(Log.offsetsIn(store, PIN)).isEqualTo(range(0, 18));

    String end = FOLDER + "0000000014.json";
    byte[] whole = store.body(end);
    store.overwrite(end, Arrays.copyOf(whole, whole.length / 2), store.read(end).metadata());
    open(log, Map.of("flush.size", "4")).pollAll(10);
    assertThat(store.body(end)).isEqualTo(whole);
  }

  @Test
  void touchesNoObjectThatIsNotItsOwn() {
    NavigableMap<Long, SinkRecord> log = Log.of(PIN, 0, 5);
    String key = FOLDER + "0000000000.json";
    store.overwrite(key, "{\"n\":0}\n".getBytes(UTF_8), Map.of());
    assertThatThrownBy(() -> open(log, Map.of()))
        .isInstanceOf(ConnectException.class)
        .isNotInstanceOf(RetriableException.class)
        .hasMessageContainingAll(key, "first-offset is missing", "topics.dir");

    assertThat(store.keys()).containsExactly(key);
  }

  @Test
  void overlooksWhatIsNotAnObjectOfAPartition() {
    for (int i = 0;
        i < 3;
        i++) { // as s3proxy lists while a PUT is under way, or after a crash in it
      store.overwrite(FOLDER + "000000000" + i + ".json-" + new UUID(i, i), new byte[1], Map.of());
    }
    Worker worker = open(Log.of(PIN, 0, 5), Map.of("flush.size", "5"));
    worker.pollAll(5);
    assertThat(worker.commit()).isEqualTo(Map.of(PIN, new OffsetAndMetadata(5)));
    assertThat(open(Log.of(PIN, 0, 5), Map.of()).poll(5)).as("nothing left to read").isFalse();
    assertThat(store.keys()).hasSize(4);
  }

  @Test
  void saysThatTheLogIsAnotherOne() {
    open(Log.of(PIN, 0, 20), Map.of("flush.size", "5")).pollAll(10);
    Worker worker = open(Log.of(PIN, 0, 25), Map.of("flush.size", "5"));
    worker.offset(PIN, 3); // as Kafka resets a position beyond the end of a topic made anew
    assertThatThrownBy(() -> worker.poll(10))
        .isInstanceOf(ConnectException.class)
        .hasMessageContainingAll("gave offset 3", "reach to 19", "made anew");
  }

  @Test
  void refusesAnEleventhDigit() {
    NavigableMap<Long, SinkRecord> log = Log.of(PIN, 9_999_999_998L, 10_000_000_002L);
    Worker worker = open(log, Map.of("flush.size", "2"));
    assertThatThrownBy(() -> worker.pollAll(10))
        .isInstanceOf(ConnectException.class)
        .hasMessageContainingAll("10000000000", "ten digits", "new topic");
    assertThat(Log.offsetsIn(store, PIN)).hasSize(2);
  }

  @Test
  @Tag("slow")
  void findsTheEndAmongThousandsOfObjectsFarApart() {
    try (Bucket bucket = Bucket.open(new SinkConfig(properties(Map.of())))) {
      Chain chain = new Chain(bucket, "topics", PIN, false);
      long end = 0;
      for (int i = 0; i < 1_300; i++) {
        long last = end + (i % 7 == 0 ? 9_000_000L : 41 + i);
        chain.append(end, last, 1, new byte[] {(byte) i});
        end = last + 1;
        if (i == 0 || i == 1_000 || i == 1_299) {
          assertThat(chain.end()).isEqualTo(end);
        }
      }
      assertThat(chain.append(end - 1, end, 1, new byte[1])).isTrue();
      assertThat(chain.append(0, 5, 1, new byte[1])).isFalse();
    }
  }

  @Test
  void keepsWhatItHasWhileTheStoreIsAway() throws Exception {
    assumeFalse(Store.isExternal(), "only the embedded store can be sent away");
    NavigableMap<Long, SinkRecord> log = Log.of(PIN, 0, 20);
    Worker worker = open(log, Map.of("flush.size", "3", "retry.backoff.ms", "700"));
    worker.poll(5);
    store.goAway();
    assertThat(IntStream.range(0, 3).allMatch(i -> worker.poll(5))).isTrue();
    assertThat(worker.wakesIn()).isEqualTo(700);
    assertThat(worker.commit()).isEqualTo(Map.of(PIN, new OffsetAndMetadata(3)));

    Worker late = open(log, Map.of("flush.size", "1", "topics.dir", "late"));
    late.poll(5);
    assertThat(late.paused()).containsExactly(PIN);
    assertThat(late.wakesIn()).isEqualTo(5_000);

    store.comeBack();
    worker.pollAll(5);
    assertThat(Log.offsetsIn(store, PIN)).isEqualTo(range(0, 18));
    late.poll(5);
    late.pollAll(5);
    assertThat(late.paused()).isEmpty();
    assertThat(late.commit()).isEqualTo(Map.of(PIN, new OffsetAndMetadata(20)));
  }

  @Test
  void failsForGoodWhereWaitingDoesNotHelp() {
    assertThatThrownBy(() -> open(Log.of(PIN, 0, 1), Map.of("s3.bucket.name", "no-such-bucket")))
        .isInstanceOf(ConnectException.class)
        .isNotInstanceOf(RetriableException.class)
        .hasMessageContainingAll("no-such-bucket", "check s3.bucket.name");
  }

  private Worker open(NavigableMap<Long, SinkRecord> log, Map<String, String> more) {
    return worker(Map.of(PIN, log), more).open(Set.of(PIN));
  }

  private Worker worker(
      Map<TopicPartition, NavigableMap<Long, SinkRecord>> log, Map<String, String> more) {
    return new Worker(properties(more), clock, log);
  }

  private Map<String, String> properties(Map<String, String> more) {
    Map<String, String> properties = new HashMap<>(store.properties());
    properties.put("flush.size", "1000");
    properties.putAll(more);
    return properties;
  }

  private static List<Long> range(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }
}

package pinflow.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that believe they own the same partition: each offset is written once all the same. */
class SharedPartitionTest {

  private static final TopicPartition PIN = new TopicPartition("0e03d1c30c91.pin", 0);

  @TempDir private Path folder;
  private Store store;
  private final NavigableMap<Long, SinkRecord> log = Log.of(PIN, 0, 400);
  private final TestClock clock = new TestClock();

  @BeforeEach
  void start() throws Exception {
    store = Store.start(folder);
    log.keySet().removeAll(Set.of(40L, 41L, 42L, 200L));
  }

  @AfterEach
  void stop() throws Exception {
    store.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void takingTurnsInAnyOrderAndDying(long seed) {
    Random random = new Random(seed);
    List<Worker> workers = new ArrayList<>(List.of(worker(random), worker(random)));
    for (int round = 0; round < 120; round++) {
      int turn = random.nextInt(workers.size());
      if (random.nextInt(15) == 0) {
        workers.set(turn, worker(random)); // dies with what it held, another starts
      }
      workers.get(turn).poll(1 + random.nextInt(12));
      clock.advance(Duration.ofMillis(random.nextInt(40)));
    }
    List<Long> midway = Log.offsetsIn(store, PIN);
    assertThat(midway).isEqualTo(List.copyOf(log.keySet()).subList(0, midway.size()));
    finish(workers);
  }

  @Test
  void atTheSameTime() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Callable<Worker>> races = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Random random = new Random(i);
        races.add(
            () -> {
              Worker worker = worker(random);
              worker.pollAll(1 + random.nextInt(5));
              return worker;
            });
      }
      List<Worker> workers = new ArrayList<>();
      for (Future<Worker> race : threads.invokeAll(races)) {
        workers.add(race.get());
      }
      finish(workers);
    } finally {
      threads.shutdownNow();
    }
  }

  private void finish(List<Worker> workers) {
    workers.forEach(worker -> worker.pollAll(50));
    clock.advance(Duration.ofSeconds(1));
    workers.forEach(worker -> worker.pollAll(50));
    assertThat(Log.offsetsIn(store, PIN)).isEqualTo(List.copyOf(log.keySet()));
  }

  /** Each with its own idea of where objects are cut. */
  private Worker worker(Random random) {
    Map<String, String> properties = new HashMap<>(store.properties());
    properties.put("flush.size", "" + (1 + random.nextInt(9)));
    properties.put("flush.bytes", "" + (200 + random.nextInt(900)));
    properties.put("rotate.interval.ms", "100");
    return new Worker(properties, clock, Map.of(PIN, log)).open(Set.of(PIN));
  }
}

package pinflow.lake.tables;

import io.delta.storage.LogStore;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Three that write each version of a log at the same moment. */
final class LogStoreRace {
  private static final int WRITERS = 3;

  private LogStoreRace() {}

  /**
   * Each writes a line of its own and {@code end}.
   *
   * @param store makes one for each writer, as each process has
   * @param file of a version
   * @return the lines of those who have won, by version
   */
  static List<List<String>> winners(
      int versions,
      Supplier<? extends LogStore> store,
      IntFunction<Path> file,
      Configuration hadoop) {
    List<List<String>> winners = new ArrayList<>();
    for (int version = 0; version < versions; version++) {
      winners.add(new CopyOnWriteArrayList<>());
    }
    CyclicBarrier together = new CyclicBarrier(WRITERS);
    List<CompletableFuture<Void>> races = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      LogStore own = store.get();
      String line = "writer " + writer;
      races.add(
          CompletableFuture.runAsync(
              () -> {
                for (int version = 0; version < versions; version++) {
                  if (wins(own, file.apply(version), line, together, hadoop)) {
                    winners.get(version).add(line);
                  }
                }
              }));
    }
    CompletableFuture.allOf(races.toArray(CompletableFuture[]::new)).join();
    return winners;
  }

  private static boolean wins(
      LogStore store, Path file, String line, CyclicBarrier together, Configuration hadoop) {
    try {
      together.await();
      store.write(file, List.of(line, "end").iterator(), false, hadoop);
      return true;
    } catch (FileAlreadyExistsException lost) {
      return false;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}

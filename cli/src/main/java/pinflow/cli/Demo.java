package pinflow.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import pinflow.audit.Answers;
import pinflow.audit.Hops;
import pinflow.audit.Ledger;
import pinflow.audit.StoredObjects;
import pinflow.control.SparkProcess;
import pinflow.source.SourceDatabase;
import pinflow.source.SourceFiles;
import pinflow.source.emulate.BatchEmulator;

/** The whole way once, on the parts of a Pinflow of its own. */
final class Demo {
  private static final Duration SINK_PATIENCE = Duration.ofMinutes(2);

  private final PinflowConfig config;
  private final StateFolder state;
  private final Steps steps;

  Demo(PinflowConfig config, StateFolder state, Steps steps) {
    this.config = config;
    this.state = state;
    this.steps = steps;
  }

  /** Which posts: made from a seed, or imported; and where their rows are written, if anywhere. */
  record Posts(int number, long seed, @Nullable Path importFrom, @Nullable Path exportTo) {}

  DemoResult run(Posts posts) {
    long began = System.nanoTime();
    steps.say("Starting in " + state.path());
    try (Pipeline pipeline = Pipeline.start(config, state, steps)) {
      Places places = Places.of(config, state, pipeline.store());
      // Spark's start takes as long as the sending, so it starts now.
      try (SparkProcess spark = places.spark(state, posts.number());
          SourceDatabase database = Connections.database(config, state);
          StoredObjects objects = new StoredObjects(pipeline.store());
          Ledger ledger = new Ledger(pipeline.running().addresses().get("kafka"), objects, places.tables())) {
        steps.time("source", () -> fill(database, posts));
        BatchEmulator.Summary sent = steps.time("emulate", () -> emulate(pipeline, database));
        steps.time("sink", () -> awaitSink(ledger));
        steps.time("spark", () -> ready(spark));
        RunCommand.daily(spark, steps);
        Map<String, Hops> hops = steps.time("count", () -> ledger.count(config.topics()));
        List<String> faults = ledger.tableFaults();
        List<Answers.Answer> answers = new Answers(places.tables()).all();
        double total = (System.nanoTime() - began) / 1e9;
        steps.done("total", total);
        return new DemoResult(config.id(), sent, answers, hops, faults, steps.seconds());
      }
    }
  }

  private Void fill(SourceDatabase database, Posts posts) {
    if (posts.importFrom() != null) {
      SourceFiles.importFrom(posts.importFrom(), database);
    } else {
      database.generate(posts.number(), posts.seed());
    }
    if (posts.exportTo() != null) {
      SourceFiles.exportTo(posts.exportTo(), database);
    }
    return null;
  }
}

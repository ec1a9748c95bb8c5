package pinflow.cli;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import pinflow.audit.Answers;
import pinflow.audit.Answers.Answer;
import pinflow.audit.Audit;
import pinflow.audit.AuditReport;
import pinflow.audit.StoredObjects;
import pinflow.control.SparkProcess;
import pinflow.source.SourceDatabase;
import pinflow.source.SourceFiles;
import pinflow.source.emulate.Dialect;
import pinflow.source.emulate.Emulator;
import pinflow.source.emulate.Settings;
import pinflow.source.emulate.Summary;
import pinflow.source.generate.PostGenerator;

/** The whole way once, on the parts of a Pinflow of its own. */
final class Demo {
  private static final Duration SINK_PATIENCE = Duration.ofMinutes(2);

  private final PinflowConfig config;
  private final StateFolder state;
  private final Steps steps;
  private final SparkProcess.Start start;

  Demo(PinflowConfig config, StateFolder state, Steps steps, SparkProcess.Start start) {
    this.config = config;
    this.state = state;
    this.steps = steps;
    this.start = start;
  }

  /** Which posts: made from a seed, or imported; and where their rows are written, if anywhere. */
  record Posts(int number, long seed, @Nullable Path importFrom, @Nullable Path exportTo) {}

  /**
   * @param live whether the posts are sent into streams, too, when the answers are there
   */
  DemoResult run(Posts posts, boolean live) {
    long began = System.nanoTime();
    steps.say("Starting in " + state.path());
    try (Pipeline pipeline = Pipeline.start(config, state, steps)) {
      Places places = Places.of(config, state, pipeline.store());
      // Spark's start takes about as long as the sending, so both go on at once.
      try (SparkProcess spark = places.spark(state, posts.number(), start);
          SourceDatabase database = Connections.database(config, state);
          StoredObjects objects = new StoredObjects(pipeline.store());
          Audit audit =
              new Audit(
                  Connections.required(pipeline.running(), "kafka"),
                  objects,
                  places.tables(),
                  state.journal())) {
        steps.time("source", () -> fill(database, posts));
        Summary sent = steps.time("emulate", () -> emulate(pipeline, database));
        LongSupplier onItsWay = audit.notYetStored(config.topics());
        steps.time(
            "sink", () -> Wait.until("the sink", SINK_PATIENCE, () -> onItsWay.getAsLong() == 0));
        steps.time("spark", spark::awaitReady);
        JobWork.daily(spark, List.of(), steps);
        AuditReport report = steps.time("audit", () -> audit.run(config.topics()));
        List<Answer> answers = new Answers(places.tables()).all();
        steps.done("total", (System.nanoTime() - began) / 1e9);
        DemoResult.Live streamed =
            live
                ? new DemoLive(
                        config,
                        state,
                        steps,
                        places,
                        URI.create(Connections.required(pipeline.running(), "gateway")),
                        Connections.required(pipeline.running(), "kafka"))
                    .run(database, sent.posts(), spark)
                : null;
        return new DemoResult(
            config.id(),
            sent.posts(),
            EmulateCommand.bySuffix(sent.posted()),
            EmulateCommand.bySuffix(sent.failed()),
            answers,
            report,
            streamed,
            steps.seconds());
      }
    }
  }

  private static void fill(SourceDatabase database, Posts posts) {
    if (posts.importFrom() != null) {
      SourceFiles.importFrom(posts.importFrom(), database, false);
    } else {
      PostGenerator.fill(database, posts.number(), posts.seed(), false);
    }
    if (posts.exportTo() != null) {
      SourceFiles.exportTo(posts.exportTo(), database);
    }
  }

  private Summary emulate(Pipeline pipeline, SourceDatabase database) {
    URI gateway = URI.create(Connections.required(pipeline.running(), "gateway"));
    Settings settings = Settings.of(Dialect.KAFKA_REST, gateway, config.id(), state.journal());
    try (EmulatorBar bar = new EmulatorBar(steps.quiet())) {
      return new Emulator(settings, database).run(bar);
    }
  }
}

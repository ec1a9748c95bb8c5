package pinflow.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import pinflow.control.Installation;
import pinflow.control.SparkProcess.Start;

/**
 * For the build: goes the whole way once, with few posts, so that the archives of loaded classes
 * (AppCDS) hold what a demo loads: that of this JVM, which the launcher asks for, and Spark's.
 */
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {
  private static final int POSTS = 300;

  @Override
  public Integer call() throws IOException {
    PinflowConfig config = ConfigFile.defaults().onFreePorts().withQuickSink();
    try (StateFolder state =
        StateFolder.at(Installation.current().home().resolve("target/training"))) {
      state.take();
      state.empty();
      Logs.toFile(state.resolve("logs/pinflow.log"));
      DemoResult result =
          new Demo(config, state, new Steps(System.err, false), Start.TRAINING)
              .run(new Demo.Posts(POSTS, 1, null, null), false);
      state.delete();
      return result.addsUp() ? ExitCode.OK : ExitCode.NEGATIVE;
    }
  }
}

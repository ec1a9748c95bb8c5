package pinflow.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * For the build: makes the archives of loaded classes (AppCDS) that the launcher and Spark start
 * from. Its own JVM is the one whose archive the launcher asks for.
 */
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return ExitCode.OK;
  }
}

package pinflow.control;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A user's program for Spark: a JVM of its own with Spark's and Delta's class path and the user's
 * jar, set up so that {@code SparkSession.builder().getOrCreate()} reads and writes Delta tables on
 * this machine. It ends when the process that started it does.
 *
 * @param jar with the main class, and all that Spark has not
 */
public record UserProgram(Path jar, String mainClass, List<String> arguments) {
  public UserProgram {
    arguments = List.copyOf(arguments);
    if (!Files.isRegularFile(jar)) {
      throw new RunException(
          "The jar %s is not there. Build it, or correct the job's parameter jar.".formatted(jar),
          true);
    }
  }

  /**
   * Runs it to its end; what it prints goes where this process prints.
   *
   * @param environment over this process' own: where things are, and keys
   * @param classPath a file that takes Spark's class path
   * @return its exit code
   */
  public int run(Installation installation, Map<String, String> environment, Path classPath) {
    try {
      Files.createDirectories(classPath.toAbsolutePath().getParent());
      ProcessBuilder builder =
          new ProcessBuilder(command(installation, classPath))
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.INHERIT);
      builder.environment().putAll(environment);
      Process process = builder.start();
      Thread endWithUs = new Thread(process::destroyForcibly, "end-program");
      Runtime.getRuntime().addShutdownHook(endWithUs);
      int code = process.waitFor();
      Files.deleteIfExists(classPath);
      Runtime.getRuntime().removeShutdownHook(endWithUs);
      return code;
    } catch (IOException e) {
      throw new RunException(
          "The program %s could not be started: %s. Is there memory and room on the disk?"
              .formatted(mainClass, e),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunException("Interrupted while %s ran.".formatted(mainClass), e);
    }
  }

  private List<String> command(Installation installation, Path classPath) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + installation.lakeOptions("jvm.options"));
    command.add("@" + installation.lakeOptions("jvm-large.options"));
    // What Spark's configuration takes when the program says nothing else; by default each table is
    // opened with 50 tasks and each shuffle has 200.
    command.add("-Dspark.master=local[*]");
    command.add("-Dspark.ui.enabled=false");
    command.add("-Dspark.sql.shuffle.partitions=16");
    command.add("-Dspark.databricks.delta.snapshotPartitions=4");
    command.add("-Dspark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension");
    command.add(
        "-Dspark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog");
    String path = installation.lakeClassPath() + File.pathSeparator + jar.toAbsolutePath();
    Files.writeString(classPath, "-cp \"" + path.replace("\\", "\\\\") + "\"");
    command.add("@" + classPath.toAbsolutePath());
    command.add("pinflow.lake.UserMain");
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }
}

package pinflow.cli.doctor;

import java.util.List;

/**
 * The JDK that runs this, and so Spark too.
 *
 * @param feature its first number, such as 17
 */
public record JavaVersion(int feature) implements Check {
  private static final int OLDEST = 17;

  /** Spark 4.2 says 17, 21 and 25. */
  private static final int NEWEST = 25;

  @Override
  public String name() {
    return "java";
  }

  @Override
  public List<Finding> find() {
    if (feature < OLDEST) {
      return List.of(
          Finding.error(
              name(),
              "The JDK is version %d.".formatted(feature),
              "Pinflow and Spark 4 are compiled for %d and do not start.".formatted(OLDEST),
              "Install JDK 17 or 21 and let JAVA_HOME name its folder."));
    }
    if (feature > NEWEST) {
      return List.of(
          Finding.warning(
              name(),
              "The JDK is version %d.".formatted(feature),
              "Spark 4.2 names 17, 21 and 25. A newer JDK may have taken away what Spark and Hadoop call inside it, as 24 did, and then every run fails.",
              "Install JDK 17 or 21 and let JAVA_HOME name its folder."));
    }
    return List.of();
  }
}

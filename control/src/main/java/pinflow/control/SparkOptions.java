package pinflow.control;

import java.util.List;

/** The flags of Spark's JVM. */
final class SparkOptions {
  /** A short run never earns back what the second-level compiler costs it. */
  static final List<String> SMALL_INPUT =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx2g");

  static final List<String> LARGE_INPUT = List.of("-XX:+UseParallelGC", "-Xmx4g");

  /** What Spark 4 needs of JDK 17 (its own launcher's list). */
  static final List<String> ALWAYS =
      List.of(
          "-XX:+IgnoreUnrecognizedVMOptions",
          "-Xshare:auto",
          // Standard output is for events alone; the JVM's own words would fill its pipe, too.
          "-Xlog:disable",
          "-Xlog:all=error:stderr",
          "-Duser.timezone=UTC",
          "--add-modules=jdk.incubator.vector",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-opens=java.base/java.io=ALL-UNNAMED",
          "--add-opens=java.base/java.net=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
          "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
          "--add-opens=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.cs=ALL-UNNAMED",
          "--add-opens=java.base/sun.security.action=ALL-UNNAMED",
          "--add-opens=java.base/sun.util.calendar=ALL-UNNAMED",
          "-Djdk.reflect.useDirectMethodHandle=false",
          "-Dio.netty.tryReflectionSetAccessible=true");

  private SparkOptions() {}
}

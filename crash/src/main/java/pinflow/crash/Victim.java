package pinflow.crash;

/** What is killed. */
enum Victim {
  /** The JVM of {@code pinflow up}: broker, store, Connect, gateway. The database stays behind. */
  UP,
  /** The child that is the database. */
  DATABASE,
  /** The JVM of {@code pinflow emulate}. */
  EMULATOR,
  /** The JVM of Spark, in the middle of {@code pinflow job daily}. */
  SPARK,
  /** The JVM of Spark, of the live way, which {@code up} starts again. */
  LIVE,
  /** All of them in one moment. */
  ALL
}

package pinflow.crash;

import java.util.List;

/**
 * How much of it.
 *
 * @param posts about three events each
 * @param repeats kills at each point
 * @param random kills at random moments
 * @param auditEvery after so many kills an undisturbed daily job and an audit
 */
record Form(int posts, List<KillPoint> points, int repeats, int random, int auditEvery) {
  static Form of(String word) {
    return switch (word) {
      case "long" -> new Form(67_000, List.of(KillPoint.values()), 3, 100, 15);
      case "points" -> new Form(10_000, List.of(KillPoint.values()), 1, 0, 10);
      case "short" -> new Form(6_000, NASTIEST, 1, 2, 20);
      default ->
          throw new CrashException(
              "there is no form %s of this; it is short, points or long".formatted(word));
    };
  }

  private static final List<KillPoint> NASTIEST =
      List.of(
          KillPoint.GATEWAY_REPLY_NOT_SENT,
          KillPoint.LOG_NOT_SYNCED,
          KillPoint.STORE_RECEIVED,
          KillPoint.EMULATOR_NOT_JOURNALED,
          KillPoint.LAKE_TWO_TABLES);

  int kills() {
    return points.size() * repeats + random;
  }
}

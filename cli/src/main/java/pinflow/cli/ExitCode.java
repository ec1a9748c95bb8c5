package pinflow.cli;

/** What the exit codes mean; documented in README.md. */
final class ExitCode {
  static final int OK = 0;

  /**
   * The work was done and its result is bad: posts failed, the counts do not add up, an expectation
   * is broken.
   */
  static final int NEGATIVE = 1;

  /** A mistake in the command line or the configuration. */
  static final int USAGE = 2;

  /** A part cannot be reached, refuses, or is not running. */
  static final int UNAVAILABLE = 3;

  /** The machine stands in the way: a taken port, a folder that is read-only, full or in use. */
  static final int MACHINE = 4;

  /** A fault of Pinflow's own; its trace is in the log. */
  static final int FAULT = 70;

  /** Ended by Ctrl-C. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}

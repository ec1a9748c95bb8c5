package pinflow.cli;

/** The machine stands in the way: a folder in use, read-only or full. */
final class MachineException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MachineException(String message) {
    super(message);
  }
}

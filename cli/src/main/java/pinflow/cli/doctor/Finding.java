package pinflow.cli.doctor;

/**
 * Something that causes trouble, or will.
 *
 * @param check which one found it
 * @param what is so, with the value and where it came from
 * @param why it bites
 * @param fix what to do
 */
public record Finding(String check, Severity severity, String what, String why, String fix) {
  /** How bad it is. */
  public enum Severity {
    /** Something fails, or is done wrong. */
    ERROR,
    /** It works, and is not what anyone would want. */
    WARNING
  }

  static Finding error(String check, String what, String why, String fix) {
    return new Finding(check, Severity.ERROR, what, why, fix);
  }

  static Finding warning(String check, String what, String why, String fix) {
    return new Finding(check, Severity.WARNING, what, why, fix);
  }
}

package pinflow.platform;

import java.util.List;

/**
 * Who may do all on one schema of the embedded database, and nothing else.
 *
 * @param user made if need be, and given this password
 * @param schema made if it is missing
 */
public record DatabaseAccount(String user, String password, String schema) {
  /** SQL that makes it what it is; may be run again. */
  List<String> grants() {
    String name = "'%s'@'%%'".formatted(escape(user));
    return List.of(
        "CREATE DATABASE IF NOT EXISTS `%s`;".formatted(schema),
        "CREATE USER IF NOT EXISTS %s;".formatted(name),
        "ALTER USER %s IDENTIFIED BY '%s';".formatted(name, escape(password)),
        "GRANT ALL ON `%s`.* TO %s;".formatted(schema.replace("_", "\\_"), name));
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("'", "\\'");
  }

  @Override
  public String toString() {
    return "DatabaseAccount[" + user + ", " + schema + "]";
  }
}

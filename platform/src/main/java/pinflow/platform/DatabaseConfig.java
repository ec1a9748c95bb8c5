package pinflow.platform;

import org.jspecify.annotations.Nullable;

/**
 * The source database.
 *
 * @param url {@code jdbc:mysql://…} or {@code jdbc:mariadb://…}, or {@code embedded}
 * @param creds the path of a {@code db_creds.yaml}, instead of url, user and password
 * @param port the embedded database's
 */
public record DatabaseConfig(
    String url,
    @Nullable String creds,
    int port,
    @Nullable String user,
    @Nullable Secret password) {
  public DatabaseConfig {
    Check.address("source.url", url);
    Check.port("source.port", port);
    if (creds != null && !url.equals(Check.EMBEDDED)) {
      throw new IllegalArgumentException(
          "source.creds and source.url both name a database; keep one of them");
    }
  }
}

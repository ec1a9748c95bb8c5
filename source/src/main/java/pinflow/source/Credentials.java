package pinflow.source;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who reads which database.
 *
 * @param jdbcUrl {@code jdbc:mariadb://host:port/database[?options]}; {@code jdbc:mysql:} is taken
 *     too
 * @param invokeUrl where the seed's scripts post to: its {@code db_creds.yaml} keeps that as well
 */
public record Credentials(
    String jdbcUrl, String user, String password, Optional<String> invokeUrl) {

  private static final List<String> REQUIRED =
      List.of("HOST", "USER", "PASSWORD", "DATABASE", "PORT");
  private static final List<String> KNOWN =
      List.of("HOST", "USER", "PASSWORD", "DATABASE", "PORT", "INVOKE_URL");
  private static final String FORM =
      "Write one key a line, for example \"HOST: db.example.org\", with the keys HOST, USER, PASSWORD, DATABASE, PORT.";

  private static final Pattern URL = Pattern.compile("jdbc:(mariadb|mysql)://[^/]+/[^/?]+(\\?.*)?");
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|\\[[0-9a-fA-F:.]+]");
  private static final Pattern DATABASE = Pattern.compile("[^/?&#\\s]+");

  private static final ObjectMapper YAML =
      YAMLMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();

  public Credentials {
    if (!URL.matcher(jdbcUrl).matches()) {
      throw new SourceException(
          "The database's address \"%s\" cannot be used: it is not a MySQL-wire JDBC URL. Write it as jdbc:mariadb://host:port/database."
              .formatted(withoutOptions(jdbcUrl)));
    }
    jdbcUrl = jdbcUrl.replaceFirst("^jdbc:mysql:", "jdbc:mariadb:");
  }

  /** A database by its {@code jdbc:mariadb:} or {@code jdbc:mysql:} URL. */
  public static Credentials of(String jdbcUrl, String user, String password) {
    return new Credentials(jdbcUrl, user, password, Optional.empty());
  }

  /**
   * Reads the seed's {@code db_creds.yaml}: HOST, USER, PASSWORD, DATABASE, PORT and, if there,
   * INVOKE_URL. Other keys are left alone unless they look like one of these.
   *
   * @throws SourceException if the file is missing or not YAML, or a key is missing, mistyped or
   *     out of range
   */
  public static Credentials read(Path file) {
    Map<String, @Nullable String> keys = parse(file);
    for (String key : keys.keySet()) {
      Optional<String> meant = KNOWN.contains(key) ? Optional.empty() : Spelling.meant(key, KNOWN);
      if (meant.isPresent()) {
        throw new SourceException(
            "%s has the key \"%s\", which is not known. Did you mean %s? Keys are written in capitals."
                .formatted(file, key, meant.get()));
      }
    }
    for (String key : REQUIRED) {
      String value = keys.get(key);
      if (value == null || (value.isBlank() && !key.equals("PASSWORD"))) {
        throw new SourceException(
            "%s has no value for the key %s, without which the database cannot be reached. Add the line \"%s: …\"."
                .formatted(file, key, key));
      }
    }
    String host =
        matching(file, "HOST", keys, HOST, "a host name or address without scheme or port");
    String database = matching(file, "DATABASE", keys, DATABASE, "the name of a schema");
    return new Credentials(
        "jdbc:mariadb://%s:%s/%s".formatted(host, port(file, get(keys, "PORT")), database),
        get(keys, "USER"),
        get(keys, "PASSWORD"),
        Optional.ofNullable(keys.get("INVOKE_URL")));
  }

  /** The URL without its options, which may hold secrets. */
  public String address() {
    return withoutOptions(jdbcUrl);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "%s as %s".formatted(address(), user);
  }

  private static Map<String, @Nullable String> parse(Path file) {
    try {
      // As text: a password of digits stays as it is written, leading zeros included.
      Map<String, @Nullable String> keys =
          YAML.readValue(Files.readString(file), new TypeReference<>() {});
      if (keys != null) {
        return keys;
      }
      throw new SourceException("%s is empty. %s".formatted(file, FORM));
    } catch (JsonProcessingException e) {
      // Neither its message nor the exception itself: they quote the line, which may be the
      // password's.
      JsonLocation at = e.getLocation();
      throw new SourceException(
          "%s cannot be read as YAML%s: it must be a flat list of keys, each once. %s"
              .formatted(file, at == null ? "" : " (line " + at.getLineNr() + ")", FORM));
    } catch (IOException e) {
      throw new SourceException(
          "The database's credentials cannot be read: %s %s. Name an existing file, or give the database by URL."
              .formatted(file, Files.exists(file) ? "is not readable text" : "does not exist"),
          e);
    }
  }

  private static String matching(
      Path file, String key, Map<String, @Nullable String> keys, Pattern form, String wanted) {
    String value = get(keys, key);
    if (!form.matcher(value).matches()) {
      throw new SourceException(
          "%s has %s: %s, which cannot be used: it must be %s. Correct that line."
              .formatted(file, key, value, wanted));
    }
    return value;
  }

  private static int port(Path file, String text) {
    if (text.matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    }
    throw new SourceException(
        "%s has PORT: %s, which is not a port: a port is a number from 1 to 65535. MySQL's usual one is 3306."
            .formatted(file, text));
  }

  private static String get(Map<String, @Nullable String> keys, String key) {
    String value = keys.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " was not checked");
    }
    return value;
  }

  private static String withoutOptions(String url) {
    int options = url.indexOf('?');
    return options < 0 ? url : url.substring(0, options);
  }
}

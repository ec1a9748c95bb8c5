package pinflow.source.emulate;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import pinflow.source.SourceTable;

/**
 * How the emulator posts.
 *
 * @param dialect to topics or to streams
 * @param gateway where {@code /topics/…} and {@code /streams/…} lie; may end in a stage such as
 *     {@code /dev}
 * @param id a part of the topics' and streams' names: {@code <id>.pin}, {@code streaming-<id>-pin}
 * @param posts how many posts to send; all if empty, for ever with {@code random}
 * @param rate posts a second; as fast as it goes if empty
 * @param connections requests under way at once
 * @param random whether rows are drawn as the original draws them, repeats and all, each draw a
 *     post
 * @param journal the file of receipts, which each run appends to
 * @param resume whether to go on with the journal's last run: what it has no receipt for is sent
 * @param giveUpAfter how long a request is tried before it counts as failed
 * @param signing how requests are signed; null for not at all
 */
public record Settings(
    Dialect dialect,
    URI gateway,
    String id,
    OptionalLong posts,
    OptionalDouble rate,
    int connections,
    boolean random,
    Path journal,
    boolean resume,
    Duration giveUpAfter,
    @Nullable Signing signing) {

  public static final int CONNECTIONS = 8;
  public static final Duration GIVE_UP_AFTER = Duration.ofSeconds(60);

  public Settings {
    if (!"http".equals(gateway.getScheme()) && !"https".equals(gateway.getScheme())) {
      throw new IllegalArgumentException(
          "The gateway's address \"%s\" cannot be used: it is not an http or https URL. Write it as http://host:port, with the stage behind it if there is one."
              .formatted(gateway));
    }
    if (!id.matches("[A-Za-z0-9._-]{1,200}")) {
      throw new IllegalArgumentException(
          "The id \"%s\" cannot be used: it is a part of the topics' and streams' names. Use letters, digits, '.', '_' and '-', such as 0e03d1c30c91."
              .formatted(id));
    }
    require(posts.orElse(0) >= 0, "the number of posts", posts.orElse(0), "0 or more");
    double perSecond = rate.orElse(1);
    require(perSecond > 0 && Double.isFinite(perSecond), "the rate", perSecond, "more than 0");
    require(connections >= 1 && connections <= 1_000, "connections", connections, "from 1 to 1000");
    require(
        giveUpAfter.toMillis() >= 1_000,
        "the time to give up after",
        giveUpAfter.toMillis() + " ms",
        "1 second or more");
  }

  /** All posts in order, as fast as it goes. */
  public static Settings of(Dialect dialect, URI gateway, String id, Path journal) {
    return new Settings(
        dialect,
        gateway,
        id,
        OptionalLong.empty(),
        OptionalDouble.empty(),
        CONNECTIONS,
        false,
        journal,
        false,
        GIVE_UP_AFTER,
        null);
  }

  /** The topic or stream of a table. */
  String target(SourceTable table) {
    return dialect.target(id, table);
  }

  URI url(SourceTable table) {
    return at(dialect.path(target(table)));
  }

  /** Begins a request, signed if they are. */
  HttpRequest.Builder request(String method, URI uri, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(
                method,
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (signing != null) {
      signing.sign(request, method, uri, body);
    }
    return request;
  }

  /** A path of the gateway. */
  URI at(String path) {
    return URI.create(gateway.toString().replaceFirst("/+$", "") + path);
  }

  private static void require(boolean holds, String what, Object value, String wanted) {
    if (!holds) {
      throw new IllegalArgumentException(
          "The emulator cannot start: %s is %s. It must be %s.".formatted(what, value, wanted));
    }
  }
}

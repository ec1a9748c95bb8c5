package pinflow.source.emulate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pinflow.source.Row;
import pinflow.source.SourceTable;

/** Posts that go out together: a request per table, made once and the same in a resumed run. */
final class Chunk {

  /** A body is closed at this size, well below what gateways take. */
  private static final int BODY_BYTES = 512 * 1024;

  /** PutRecords takes 500: room is left for a post of several rows. */
  private static final int BODY_RECORDS = 400;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] HEAD = "{\"records\":[".getBytes(StandardCharsets.UTF_8);
  private static final byte[] TAIL = "]}".getBytes(StandardCharsets.UTF_8);

  private final long number;
  private final @Nullable String name;
  private final Duration pause;
  private final List<Part> parts = new ArrayList<>();
  private int posts;

  /**
   * @param name says in idempotency keys which posts of the run these are; the first ind if null
   * @param pause how long the original rests before it posts these
   */
  Chunk(Dialect dialect, long number, @Nullable String name, Duration pause) {
    this.number = number;
    this.name = name;
    this.pause = pause;
    for (SourceTable table : SourceTable.values()) {
      parts.add(new Part(dialect, table));
    }
  }

  /** Adds all rows of one post. */
  void add(List<TableRow> post) {
    for (TableRow row : post) {
      parts.get(row.table().ordinal()).add(row.row());
    }
    posts++;
  }

  record TableRow(SourceTable table, Row row) {}

  Duration pause() {
    return pause;
  }

  int posts() {
    return posts;
  }

  boolean isFull(int postsPerRequest) {
    return posts >= postsPerRequest
        || parts.stream()
            .anyMatch(part -> part.body.size() >= BODY_BYTES || part.inds.size() >= BODY_RECORDS);
  }

  /** The requests, at most one per table; the chunk takes no more posts then. */
  List<Request> requests(String run) {
    return parts.stream()
        .filter(part -> !part.inds.isEmpty())
        .map(
            part ->
                new Request(
                    number,
                    part.table,
                    "%s.%s.%s-%s"
                        .formatted(
                            run,
                            part.table.suffix(),
                            name == null ? part.inds.get(0) : name,
                            part.inds.size()),
                    part.inds,
                    part.close()))
        .toList();
  }

  private static final class Part {
    private final Dialect dialect;
    private final SourceTable table;
    private final List<@Nullable Long> inds = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    Part(Dialect dialect, SourceTable table) {
      this.dialect = dialect;
      this.table = table;
      body.writeBytes(HEAD);
    }

    void add(Row row) {
      try {
        String separator = inds.isEmpty() ? "" : ",";
        body.writeBytes(
            (separator + dialect.beforeValue(row.ind())).getBytes(StandardCharsets.UTF_8));
        body.writeBytes(JSON.writeValueAsBytes(row.value()));
        body.write('}');
        inds.add(row.ind());
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("A row read as JSON cannot be written as JSON", e);
      }
    }

    byte[] close() {
      body.writeBytes(TAIL);
      return body.toByteArray();
    }
  }
}

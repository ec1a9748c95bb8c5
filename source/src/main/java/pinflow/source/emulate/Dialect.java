package pinflow.source.emulate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pinflow.source.SourceTable;

/** The two doors of the gateway, and what is written differently for each. */
public enum Dialect {
  /** Kafka REST, version 2: a topic for each table, {@code <id>.pin}. */
  KAFKA_REST("POST", "application/vnd.kafka.json.v2+json", "application/vnd.kafka.v2+json") {
    @Override
    String target(String id, SourceTable table) {
      return id + "." + table.suffix();
    }

    @Override
    String path(String target) {
      return "/topics/" + target;
    }

    @Override
    String beforeValue(@Nullable Long ind) {
      return "{\"key\":" + ind + ",\"value\":";
    }

    @Override
    Answer receipts(JsonNode body, int status, int records) {
      return Answer.ofOffsets(body.path("offsets"), status, records);
    }

    @Override
    String errorCode(JsonNode body) {
      return body.path("error_code").asText();
    }
  },

  /**
   * Kinesis behind an API Gateway: a stream for each table, {@code streaming-<id>-pin}; the
   * partition key is the post's index.
   */
  KINESIS("PUT", "application/json", "application/json") {
    @Override
    String target(String id, SourceTable table) {
      return "streaming-" + id + "-" + table.suffix();
    }

    @Override
    String path(String target) {
      return "/streams/" + target + "/records";
    }

    @Override
    String beforeValue(@Nullable Long ind) {
      return "{\"partition-key\":\"" + (ind == null ? "none" : ind) + "\",\"data\":";
    }

    @Override
    Answer receipts(JsonNode body, int status, int records) {
      return Answer.ofRecords(body.path("Records"), status, records);
    }

    @Override
    String errorCode(JsonNode body) {
      return body.path("__type").asText();
    }
  };

  private final String method;
  private final String contentType;
  private final String accept;

  Dialect(String method, String contentType, String accept) {
    this.method = method;
    this.contentType = contentType;
    this.accept = accept;
  }

  String method() {
    return method;
  }

  String contentType() {
    return contentType;
  }

  String accept() {
    return accept;
  }

  /** The topic or stream of a table. */
  abstract String target(String id, SourceTable table);

  /** Where its records are sent to. */
  abstract String path(String target);

  /** A record's text up to its value; {@code }} ends it. */
  abstract String beforeValue(@Nullable Long ind);

  /** What a body with a 2xx says of the records. */
  abstract Answer receipts(JsonNode body, int status, int records);

  abstract String errorCode(JsonNode body);

  /** Which table's a topic or stream is. */
  static Optional<SourceTable> table(String target) {
    for (SourceTable table : SourceTable.values()) {
      if (target.endsWith("." + table.suffix()) || target.endsWith("-" + table.suffix())) {
        return Optional.of(table);
      }
    }
    return Optional.empty();
  }
}

package pinflow.source.emulate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt brought.
 *
 * @param receipts one for each record of the request, null where it was not acknowledged
 * @param problem why not; null if all were
 */
record Answer(List<@Nullable Receipt> receipts, @Nullable Problem problem) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Kafka REST's {@code error_code} of a record: 1 is final, 2 may succeed when tried again. */
  private static final int NOT_RETRIABLE = 1;

  /** Kinesis says so with a 400. */
  private static final String THROTTLED = "ProvisionedThroughputExceededException";

  static Answer unreachable(int records, Throwable failure) {
    Throwable error =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return none(
        records,
        new Problem(
            error.getClass().getSimpleName(), "no answer: " + error, true, Optional.empty()));
  }

  static Answer read(Dialect dialect, int records, HttpResponse<byte[]> response) {
    int status = response.statusCode();
    JsonNode body = parse(response.body());
    if (status / 100 == 2) {
      return dialect.receipts(body, status, records);
    }
    Optional<Duration> retryAfter = retryAfter(response.headers());
    String code = dialect.errorCode(body);
    return none(
        records,
        new Problem(
            "HTTP " + status + " " + code,
            "HTTP %d %s: %s"
                .formatted(status, code, body.path("message").asText("no reason given")),
            status == 429 || status >= 500 || retryAfter.isPresent() || code.equals(THROTTLED),
            retryAfter));
  }

  private static Answer wrongNumber(int status, int receipts, int records) {
    return none(
        records,
        new Problem(
            "receipts",
            "HTTP %d with %d receipts for %d records".formatted(status, receipts, records),
            true,
            Optional.empty()));
  }

  /** Of the Kafka REST dialect. */
  static Answer ofOffsets(JsonNode offsets, int status, int records) {
    if (offsets.size() != records) {
      return wrongNumber(status, offsets.size(), records);
    }
    List<@Nullable Receipt> receipts = new ArrayList<>(offsets.size());
    Problem problem = null;
    for (JsonNode offset : offsets) {
      JsonNode code = offset.path("error_code");
      if (offset.path("offset").isIntegralNumber() && (code.isNull() || code.isMissingNode())) {
        receipts.add(
            new Receipt.Offset(offset.path("partition").asInt(), offset.path("offset").asLong()));
        continue;
      }
      receipts.add(null);
      boolean retriable = code.asInt() != NOT_RETRIABLE && code.asInt() / 10_000 != 4;
      // One that can be mended by another attempt asks for it; the final ones stay without receipt.
      if (problem == null || retriable) {
        problem =
            new Problem(
                "record " + code.asText(),
                "record error %s: %s"
                    .formatted(code.asText(), offset.path("error").asText("no reason given")),
                retriable,
                Optional.empty());
      }
    }
    return new Answer(receipts, problem);
  }

  /** Of PutRecords, where what fails may succeed when tried again. */
  static Answer ofRecords(JsonNode results, int status, int records) {
    if (results.size() != records) {
      return wrongNumber(status, results.size(), records);
    }
    List<@Nullable Receipt> receipts = new ArrayList<>(results.size());
    Problem problem = null;
    for (JsonNode result : results) {
      if (result.path("SequenceNumber").isTextual()) {
        receipts.add(
            new Receipt.SequenceNumber(
                result.path("ShardId").asText(), result.path("SequenceNumber").asText()));
        continue;
      }
      receipts.add(null);
      String code = result.path("ErrorCode").asText("no code");
      problem =
          new Problem(
              "record " + code,
              "record error %s: %s"
                  .formatted(code, result.path("ErrorMessage").asText("no reason given")),
              true,
              Optional.empty());
    }
    return new Answer(receipts, problem);
  }

  private static Answer none(int records, Problem problem) {
    return new Answer(Collections.nCopies(records, (@Nullable Receipt) null), problem);
  }

  private static JsonNode parse(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      // Not the dialect's JSON, such as a proxy's error page: nothing in it can be relied on.
      return JSON.missingNode();
    }
  }

  /** RFC 9110, section 10.2.3: seconds or a date. */
  private static Optional<Duration> retryAfter(HttpHeaders headers) {
    return headers
        .firstValue("Retry-After")
        .map(
            value -> {
              try {
                return value.matches("[0-9]{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(value))
                    : Duration.between(
                        Instant.now(),
                        ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
              } catch (DateTimeException e) {
                // Not a time: the back-off decides.
                return null;
              }
            });
  }
}

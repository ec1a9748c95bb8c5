package pinflow.lake.batch;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pinflow.lake.tables.LakeException;

/**
 * A file that {@code pinflow quarantine export} wrote and whose raw texts somebody may have mended,
 * by event.
 */
record MendedFile(Path path, Map<String, Entry> entries) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  /**
   * A line of an export.
   *
   * @param number of the line in the file, from 1
   */
  record Entry(int number, Line line) {}

  /** A line's fields; all must be there, {@code raw} as it is to be replayed. */
  record Line(
      @JsonProperty(required = true) String topic,
      @JsonProperty(required = true) int partition,
      @JsonProperty(required = true) long offset,
      @JsonProperty(required = true) @Nullable String timestamp,
      @JsonProperty(required = true) String table,
      @JsonProperty(required = true) List<String> rules,
      @JsonProperty(required = true) @Nullable String raw) {
    String event() {
      return topic + "/" + partition + "/" + offset;
    }
  }

  /**
   * @throws LakeException naming file and line, if a line is not as an export has it or an event is
   *     in two
   */
  static MendedFile read(Path path) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    int number = 0;
    try (BufferedReader lines = Files.newBufferedReader(path)) {
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        number++;
        Entry entry = new Entry(number, line(path, number, text));
        Entry other = entries.putIfAbsent(entry.line.event(), entry);
        if (other != null) {
          throw refused(
              path,
              number,
              "event %s is in line %d, too; leave it in one of them"
                  .formatted(entry.line.event(), other.number));
        }
      }
      return new MendedFile(path, entries);
    } catch (MalformedInputException e) {
      throw refused(path, number + 1, "it is not UTF-8; save the file as UTF-8");
    } catch (NoSuchFileException e) {
      throw LakeException.asked(
          "The file %s is not there. `pinflow quarantine export` writes one.".formatted(path));
    } catch (IOException e) {
      throw LakeException.asked("The file %s cannot be read: %s.".formatted(path, e), e);
    }
  }

  private static Line line(Path path, int number, String text) {
    @Nullable Line line;
    try {
      line = JSON.readValue(text, Line.class);
    } catch (JsonProcessingException e) {
      throw refused(
          path,
          number,
          "it is not the JSON object of an export: %s; `raw` is a JSON string, its quotes escaped"
              .formatted(e.getOriginalMessage().lines().findFirst().orElse("it is empty")));
    }
    if (line == null) {
      throw refused(path, number, "it is null, not the JSON object of an export");
    }
    if (line.raw != null && !StandardCharsets.UTF_8.newEncoder().canEncode(line.raw)) {
      throw refused(path, number, "`raw` has half of a surrogate pair, which is no character");
    }
    return line;
  }

  /** What an event's timestamp is by the line. */
  @Nullable Instant timestamp(Entry entry) {
    String text = entry.line.timestamp;
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw refused(entry, "its timestamp \"%s\" is not as it was exported".formatted(text));
    }
  }

  LakeException refused(Entry entry, String why) {
    return refused(path, entry.number, why);
  }

  private static LakeException refused(Path path, int number, String why) {
    return LakeException.asked(
        "%s, line %d: %s. Nothing was replayed.".formatted(path, number, why));
  }
}

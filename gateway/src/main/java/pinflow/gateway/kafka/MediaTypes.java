package pinflow.gateway.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The dialect's media types, in Content-Type and Accept. */
final class MediaTypes {
  static final String V2 = "application/vnd.kafka.v2+json";
  static final String JSON = "application/json";

  private MediaTypes() {}

  /** How records are embedded in bodies: a body's type names it. */
  enum Format {
    JSON("application/vnd.kafka.json.v2+json"),
    BINARY("application/vnd.kafka.binary.v2+json");

    private final String mediaType;

    Format(String mediaType) {
      this.mediaType = mediaType;
    }

    String mediaType() {
      return mediaType;
    }

    static Optional<Format> ofMediaType(String mediaType) {
      for (Format format : values()) {
        if (format.mediaType.equals(mediaType)) {
          return Optional.of(format);
        }
      }
      return Optional.empty();
    }
  }

  private record Range(String type, double quality) {}

  /**
   * The format of a produce request. Confluent's proxy takes no less specific type here, and so do
   * we.
   */
  static Format produced(@Nullable String contentType) {
    return Format.ofMediaType(utf8(contentType))
        .orElseThrow(
            () ->
                KafkaRestError.UNSUPPORTED_MEDIA_TYPE.because(
                    (contentType == null ? "no Content-Type" : "'" + contentType + "'")
                        + ". Produce with "
                        + Format.JSON.mediaType()
                        + " or "
                        + Format.BINARY.mediaType()
                        + "."));
  }

  /** Refuses a body that is not one of the dialect's JSON types; one without a type is taken. */
  static void requireJson(@Nullable String contentType) {
    String type = utf8(contentType);
    if (!type.isEmpty()
        && !type.equals(V2)
        && !type.equals(JSON)
        && Format.ofMediaType(type).isEmpty()) {
      throw KafkaRestError.UNSUPPORTED_MEDIA_TYPE.because("'" + contentType + "'. Use " + V2 + ".");
    }
  }

  private static String utf8(@Nullable String contentType) {
    if (contentType == null) {
      return "";
    }
    String[] parts = contentType.toLowerCase(Locale.ROOT).split(";");
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().replace("\"", "");
      if (parameter.startsWith("charset=")
          && !parameter.equals("charset=utf-8")
          && !parameter.equals("charset=us-ascii")) {
        throw KafkaRestError.UNSUPPORTED_MEDIA_TYPE.because(
            "'" + contentType + "'. Bodies are UTF-8.");
      }
    }
    return parts.length == 0 ? "" : parts[0].strip();
  }

  /**
   * What an Accept header takes of the offered types, the first of them when it takes any.
   *
   * @throws KafkaRestException 406 when it takes none of them
   */
  static String accepted(List<String> accept, List<String> offered) {
    return accepted(accept, offered, KafkaRestError.NOT_ACCEPTABLE);
  }

  static String accepted(List<String> accept, List<String> offered, KafkaRestError otherwise) {
    List<Range> ranges = new ArrayList<>();
    for (String header : accept) {
      for (String range : header.split(",")) {
        if (!range.isBlank()) {
          ranges.add(range(range));
        }
      }
    }
    if (ranges.isEmpty()) {
      return offered.get(0);
    }
    ranges.sort(Comparator.comparingDouble(Range::quality).reversed());
    for (Range range : ranges) {
      if (range.quality() <= 0) {
        continue;
      }
      for (String type : offered) {
        if (range.type().equals("*/*")
            || range.type().equals("application/*")
            || range.type().equals(type)) {
          return type;
        }
      }
    }
    throw otherwise.because(
        "Accept "
            + String.join(", ", accept)
            + ". This resource is "
            + String.join(" or ", offered)
            + ".");
  }

  private static Range range(String text) {
    String[] parts = text.toLowerCase(Locale.ROOT).split(";");
    double quality = 1;
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("q=")) {
        try {
          quality = Double.parseDouble(parameter.substring(2));
        } catch (NumberFormatException e) {
          quality = 0; // an unreadable wish is no wish
        }
      }
    }
    return new Range(parts.length == 0 ? "" : parts[0].strip(), quality);
  }
}

package pinflow.gateway.kinesis;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Amazon resource names of streams and consumers. */
record Arns(String region) {
  static final String ACCOUNT = "000000000000";

  private static final Pattern FORM =
      Pattern.compile(
          "arn:aws[^:]*:kinesis:([^:]*):(\\d{12}):stream/([a-zA-Z0-9_.-]+)"
              + "(?:/consumer/([a-zA-Z0-9_.-]+):(\\d+))?");

  /**
   * @param consumer of a consumer's ARN, its name and creation in epoch seconds; empty for a
   *     stream's
   */
  record Resource(String stream, Optional<String> consumer, long consumerCreated) {}

  String stream(String name) {
    return "arn:aws:kinesis:" + region + ":" + ACCOUNT + ":stream/" + name;
  }

  String consumer(String stream, StreamState.Consumer consumer) {
    return stream(stream) + "/consumer/" + consumer.name() + ":" + consumer.created() / 1000;
  }

  /**
   * What an ARN names.
   *
   * @param member the request's field, for the message
   */
  Resource parse(String member, String arn) {
    Matcher matcher = FORM.matcher(arn);
    if (!matcher.matches()) {
      throw Validation.failed(
          member,
          arn,
          "Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:.*stream/\\S+");
    }
    if (!matcher.group(1).equals(region) || !matcher.group(2).equals(ACCOUNT)) {
      throw KinesisError.RESOURCE_NOT_FOUND.because(
          "Stream %s under account %s not found: this endpoint has the streams of account %s in %s (kinesis.region)."
              .formatted(matcher.group(3), matcher.group(2), ACCOUNT, region));
    }
    return new Resource(
        matcher.group(3),
        Optional.ofNullable(matcher.group(4)),
        matcher.group(5) == null ? 0 : Long.parseLong(matcher.group(5)));
  }
}

package pinflow.gateway.kinesis;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The actions on what a stream has beside its shards: mode, retention, encryption, monitoring. */
final class Attributes {
  private static final int MIN_RETENTION = 24;
  private static final int MAX_RETENTION = 8_760;

  private final Streams streams;
  private final Resolver resolver;

  private enum EncryptionType {
    KMS
  }

  private enum Metric {
    IncomingBytes,
    IncomingRecords,
    OutgoingBytes,
    OutgoingRecords,
    WriteProvisionedThroughputExceeded,
    ReadProvisionedThroughputExceeded,
    IteratorAgeMilliseconds,
    ALL
  }

  Attributes(Streams streams, Resolver resolver) {
    this.streams = streams;
    this.resolver = resolver;
  }

  private CompletionStage<?> change(
      Requests.OfStream request, Function<StreamState, StreamState> change) {
    return streams
        .change(
            resolver.name(request),
            stream -> {
              Shape.requireActive(stream);
              return change.apply(stream);
            })
        .thenApply(changed -> Answers.NONE);
  }

  CompletionStage<?> mode(Requests.UpdateStreamMode request) {
    Validation.required("streamARN", request.streamARN());
    String mode = Shape.mode(Validation.required("streamModeDetails", request.streamModeDetails()));
    return change(request, stream -> stream.withMode(mode));
  }

  CompletionStage<?> increaseRetention(Requests.Retention request) {
    int hours = hours(request);
    return change(
        request,
        stream -> {
          if (hours < stream.retentionHours()) {
            throw retention(stream, hours, "shorter", "Decrease");
          }
          return retained(stream, hours);
        });
  }

  CompletionStage<?> decreaseRetention(Requests.Retention request) {
    int hours = hours(request);
    return change(
        request,
        stream -> {
          if (hours > stream.retentionHours()) {
            throw retention(stream, hours, "longer", "Increase");
          }
          return retained(stream, hours);
        });
  }

  private static int hours(Requests.Retention request) {
    int hours = Validation.required("retentionPeriodHours", request.retentionPeriodHours());
    if (hours < MIN_RETENTION) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "Minimum allowed retention period is %d hours. Requested retention period (%d hours) is too short."
              .formatted(MIN_RETENTION, hours));
    }
    if (hours > MAX_RETENTION) {
      throw KinesisError.INVALID_ARGUMENT.because(
          "Maximum allowed retention period is %d hours. Requested retention period (%d hours) is too long."
              .formatted(MAX_RETENTION, hours));
    }
    return hours;
  }

  private static KinesisException retention(
      StreamState stream, int hours, String than, String other) {
    return KinesisError.INVALID_ARGUMENT.because(
        "Requested retention period (%d hours) for stream %s can not be %s than existing retention period (%d hours). Use %sRetentionPeriod API."
            .formatted(hours, stream.name(), than, stream.retentionHours(), other));
  }

  private static StreamState retained(StreamState stream, int hours) {
    return hours == stream.retentionHours() ? stream : stream.withPending(new Change.Retain(hours));
  }

  CompletionStage<?> startEncryption(Requests.Encryption request) {
    Validation.constant("encryptionType", request.encryptionType(), EncryptionType.class);
    String key = Validation.lengthOf("keyId", request.keyId(), 1, 2048);
    return change(request, stream -> stream.withKeyId(key));
  }

  CompletionStage<?> stopEncryption(Requests.Encryption request) {
    Validation.constant("encryptionType", request.encryptionType(), EncryptionType.class);
    Validation.lengthOf("keyId", request.keyId(), 1, 2048);
    return change(request, stream -> stream.withKeyId(null));
  }

  CompletionStage<?> enableMonitoring(Requests.Monitoring request) {
    return monitoring(request, true);
  }

  CompletionStage<?> disableMonitoring(Requests.Monitoring request) {
    return monitoring(request, false);
  }

  private CompletionStage<?> monitoring(Requests.Monitoring request, boolean enabled) {
    Set<String> named = metrics(request.shardLevelMetrics());
    String name = resolver.name(request);
    Set<String> before = streams.find(name).state().metrics();
    return change(
            request,
            stream -> {
              Set<String> metrics = new TreeSet<>(stream.metrics());
              if (enabled) {
                metrics.addAll(named);
              } else {
                metrics.removeAll(named);
              }
              return stream.withMetrics(Set.copyOf(metrics));
            })
        .thenApply(
            changed ->
                new Answers.Monitoring(
                    name,
                    sorted(before),
                    sorted(streams.find(name).state().metrics()),
                    resolver.arns().stream(name)));
  }

  private static Set<String> metrics(@Nullable List<String> given) {
    List<String> names = Validation.required("shardLevelMetrics", given);
    Validation.length("shardLevelMetrics", names, names.size(), 1, 7);
    Set<String> metrics = new TreeSet<>();
    for (String name : names) {
      if (Validation.constant("shardLevelMetrics", name, Metric.class) == Metric.ALL) {
        for (Metric metric : Metric.values()) {
          metrics.add(metric.name());
        }
        metrics.remove(Metric.ALL.name());
      } else {
        metrics.add(name);
      }
    }
    return metrics;
  }

  private static List<String> sorted(Set<String> metrics) {
    return metrics.stream().sorted().toList();
  }
}

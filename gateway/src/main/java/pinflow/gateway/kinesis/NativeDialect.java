package pinflow.gateway.kinesis;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.Exchange;

/**
 * What AWS's own clients speak: {@code POST /} with the action in {@code X-Amz-Target} and its
 * request in the body, JSON 1.1 or CBOR 1.1.
 */
final class NativeDialect {
  private static final String TARGET = "Kinesis_20131202.";

  private final Door door;
  private final Actions actions;

  NativeDialect(Door door, Actions actions) {
    this.door = door;
    this.actions = actions;
  }

  void serve(Exchange exchange) {
    String contentType = exchange.header("Content-Type");
    String type =
        contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    Dialect dialect =
        type.equals(Encoding.CBOR.mediaType()) ? Dialect.NATIVE_CBOR : Dialect.NATIVE_JSON;
    try {
      Actions.Action<?> action = action(exchange.header("X-Amz-Target"));
      door.serve(exchange, dialect, (body, call) -> action.run(dialect.encoding(), body, call));
    } catch (KinesisException e) {
      Door.fail(exchange, dialect, e);
    }
  }

  private Actions.Action<?> action(@Nullable String target) {
    if (target == null || !target.startsWith(TARGET)) {
      throw KinesisError.UNKNOWN_OPERATION.because(
          "X-Amz-Target is %s. It must be %s and an action's name, such as %sListStreams."
              .formatted(target, TARGET, TARGET));
    }
    String name = target.substring(TARGET.length());
    return actions
        .find(name)
        .orElseThrow(
            () ->
                KinesisError.UNKNOWN_OPERATION.because(
                    "This endpoint does not have the action %s.".formatted(name)));
  }
}

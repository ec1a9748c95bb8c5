package pinflow.gateway.kinesis;

import java.util.List;
import java.util.Optional;
import pinflow.gateway.Exchange;
import pinflow.gateway.InFlight;
import pinflow.gateway.log.IdempotencyKey;

/**
 * One request to an action.
 *
 * @param encoding of the answer
 * @param key of its Idempotency-Key header
 * @param lease the request's hold on the gateway's memory, open until it is answered
 */
record Call(
    Exchange exchange, Encoding encoding, Optional<IdempotencyKey> key, InFlight.Lease lease) {
  private static final String KEY_HEADER = "Idempotency-Key";

  static Call of(Exchange exchange, Encoding encoding, byte[] body, InFlight.Lease lease) {
    List<String> headers = exchange.headers(KEY_HEADER);
    if (headers.isEmpty()) {
      return new Call(exchange, encoding, Optional.empty(), lease);
    }
    if (headers.size() > 1 || !IdempotencyKey.isValid(headers.get(0))) {
      throw KinesisError.INVALID_ARGUMENT.because(
          KEY_HEADER + " must be there once, and be 1 to 255 visible ASCII characters.");
    }
    return new Call(
        exchange, encoding, Optional.of(IdempotencyKey.of(headers.get(0), body)), lease);
  }
}

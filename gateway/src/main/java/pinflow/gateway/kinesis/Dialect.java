package pinflow.gateway.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Set;

/** How a request was sent, and so how it is answered. */
enum Dialect {
  NATIVE_JSON(Encoding.JSON, Encoding.JSON.mediaType(), "", Set.of("kinesis")),
  NATIVE_CBOR(Encoding.CBOR, Encoding.CBOR.mediaType(), "", Set.of("kinesis")),
  REST(Encoding.JSON, "application/json", "{}", Set.of("execute-api", "kinesis"));

  private final Encoding encoding;
  private final String contentType;
  private final String nothing;
  private final Set<String> services;

  Dialect(Encoding encoding, String contentType, String nothing, Set<String> services) {
    this.encoding = encoding;
    this.contentType = contentType;
    this.nothing = nothing;
    this.services = services;
  }

  Encoding encoding() {
    return encoding;
  }

  String contentType() {
    return contentType;
  }

  /** The body of an answer that says nothing. */
  byte[] nothing() {
    return nothing.getBytes(UTF_8);
  }

  /** What requests may be signed for. */
  Set<String> services() {
    return services;
  }
}

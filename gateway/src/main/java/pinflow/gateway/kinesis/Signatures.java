package pinflow.gateway.kinesis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.net.URLDecoder;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pinflow.gateway.Exchange;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.signer.Aws4Signer;
import software.amazon.awssdk.auth.signer.params.Aws4SignerParams;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.regions.Region;

/**
 * Checks Signature V4: the request is signed again, with the date and the headers that its sender
 * signed, and must come out the same.
 */
final class Signatures {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final Duration APART = Duration.ofMinutes(5);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  // The SDK's newer signer signs x-amz-content-sha256 always, which others do not send.
  @SuppressWarnings("deprecation")
  private final Aws4Signer signer = Aws4Signer.create();

  private final String region;
  private final AwsBasicCredentials credentials;
  private final InstantSource clock;

  /**
   * A request as it came.
   *
   * @param authority host and port
   * @param headers all of a name, in any case; none when it is not there
   */
  record Signed(
      String method,
      String path,
      String query,
      String authority,
      Function<String, List<String>> headers) {
    static Signed of(Exchange exchange) {
      return new Signed(
          exchange.method().name(),
          exchange.rawPath(),
          exchange.rawQuery(),
          String.valueOf(exchange.authority()),
          exchange::headers);
    }

    @Nullable String header(String name) {
      List<String> values = headers.apply(name);
      return values.isEmpty() ? null : values.get(0);
    }
  }

  Signatures(String region, String accessKey, String secretKey, InstantSource clock) {
    this.region = region;
    this.credentials = AwsBasicCredentials.create(accessKey, secretKey);
    this.clock = clock;
  }

  /**
   * @param services that the request may be signed for
   * @throws KinesisException naming what is wrong, in AWS's words
   */
  void check(Signed request, byte[] body, Set<String> services) {
    String authorization = request.header("Authorization");
    if (authorization == null) {
      throw KinesisError.MISSING_AUTHENTICATION_TOKEN.because("Missing Authentication Token");
    }
    Map<String, String> fields = fields(authorization);
    String date = request.header("X-Amz-Date");
    String missing = missing(fields, date);
    if (!missing.isEmpty()) {
      throw KinesisError.INCOMPLETE_SIGNATURE.because(missing + "Authorization=" + ALGORITHM);
    }
    String[] scope = String.valueOf(fields.get("Credential")).split("/", -1);
    if (scope.length != 5 || !scope[4].equals("aws4_request")) {
      throw KinesisError.INCOMPLETE_SIGNATURE.because(
          "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'"
              .formatted(fields.get("Credential")));
    }
    if (!scope[0].equals(credentials.accessKeyId())) {
      throw KinesisError.UNRECOGNIZED_CLIENT.because(
          "The security token included in the request is invalid.");
    }
    if (!scope[2].equals(region)) {
      throw KinesisError.INVALID_SIGNATURE.because(
          "Credential should be scoped to a valid region, not '%s'. This endpoint is in %s (kinesis.region)."
              .formatted(scope[2], region));
    }
    if (!services.contains(scope[3])) {
      throw KinesisError.INVALID_SIGNATURE.because(
          "Credential should be scoped to correct service: '%s'."
              .formatted(String.join("' or '", services)));
    }
    Instant signedAt = time(String.valueOf(date));
    if (!String.valueOf(date).startsWith(scope[1])) {
      throw KinesisError.INVALID_SIGNATURE.because(
          "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s'."
              .formatted(scope[1], date));
    }
    String expected = signature(request, body, fields.get("SignedHeaders"), scope[3], signedAt);
    if (!MessageDigest.isEqual(
        expected.getBytes(US_ASCII), String.valueOf(fields.get("Signature")).getBytes(US_ASCII))) {
      throw KinesisError.INVALID_SIGNATURE.because(
          "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.");
    }
  }

  private static Map<String, String> fields(String authorization) {
    Map<String, String> fields = new HashMap<>();
    if (authorization.startsWith(ALGORITHM + " ")) {
      for (String field : authorization.substring(ALGORITHM.length()).split(",")) {
        String[] pair = field.strip().split("=", 2);
        if (pair.length == 2) {
          fields.put(pair[0], pair[1]);
        }
      }
    }
    return fields;
  }

  private static String missing(Map<String, String> fields, @Nullable String date) {
    StringBuilder missing = new StringBuilder();
    for (String field : List.of("Credential", "Signature", "SignedHeaders")) {
      if (!fields.containsKey(field)) {
        missing.append("Authorization header requires '").append(field).append("' parameter. ");
      }
    }
    if (date == null) {
      missing.append("Authorization header requires existence of a 'X-Amz-Date' header. ");
    }
    return missing.toString();
  }

  private Instant time(String date) {
    Instant now = clock.instant();
    try {
      Instant signedAt = Instant.from(TIME.parse(date));
      if (signedAt.plus(APART).isBefore(now)) {
        throw KinesisError.INVALID_SIGNATURE.because(
            "Signature expired: %s is now earlier than %s (%s - 5 min.)"
                .formatted(date, TIME.format(now.minus(APART)), TIME.format(now)));
      }
      if (signedAt.minus(APART).isAfter(now)) {
        throw KinesisError.INVALID_SIGNATURE.because(
            "Signature not yet current: %s is still later than %s (%s + 5 min.)"
                .formatted(date, TIME.format(now.plus(APART)), TIME.format(now)));
      }
      return signedAt;
    } catch (DateTimeException e) {
      throw KinesisError.INCOMPLETE_SIGNATURE.because(
          "Date must be in ISO-8601 'basic format'. Got '%s'.".formatted(date));
    }
  }

  private String signature(
      Signed request,
      byte[] body,
      @Nullable String signedHeaders,
      String service,
      Instant signedAt) {
    SdkHttpFullRequest.Builder again =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.fromValue(request.method()))
            .protocol("http")
            .encodedPath(request.path())
            .contentStreamProvider(() -> new ByteArrayInputStream(body));
    String[] authority = request.authority().split(":(?=\\d+$)", 2);
    again.host(authority[0]);
    if (authority.length == 2) {
      again.port(Integer.parseInt(authority[1]));
    }
    for (String parameter : request.query().split("&")) {
      if (!parameter.isEmpty()) {
        String[] pair = parameter.split("=", 2);
        again.appendRawQueryParameter(decoded(pair[0]), pair.length == 2 ? decoded(pair[1]) : "");
      }
    }
    for (String name : String.valueOf(signedHeaders).split(";")) {
      again.putHeader(name, request.headers().apply(name));
    }
    SdkHttpFullRequest signed =
        signer.sign(
            again.build(),
            Aws4SignerParams.builder()
                .awsCredentials(credentials)
                .signingName(service)
                .signingRegion(Region.of(region))
                .signingClockOverride(Clock.fixed(signedAt, ZoneOffset.UTC))
                .build());
    return String.valueOf(
        fields(signed.firstMatchingHeader("Authorization").orElse("")).get("Signature"));
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      return text; // its signature cannot be right
    }
  }
}

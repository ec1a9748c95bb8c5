package pinflow.gateway.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pinflow.gateway.Rig;
import pinflow.gateway.kinesis.Signatures.Signed;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.KinesisException;

class SignaturesTest {
  private static final Signatures AWS =
      new Signatures(
          "us-east-1",
          "AKIDEXAMPLE",
          "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
          InstantSource.fixed(Instant.parse("2015-08-30T12:38:00Z")));

  @TempDir static Path folder;

  /** AWS's published test suite of Signature V4 (aws-sig-v4-test-suite). */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "GET |-|-|-|-|5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "POST|-|-|-|-|5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        "GET |Param2=value2&Param1=value1|-|-|-|b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        "POST|-|my-header1|VALUE1|-|cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
        "POST|-|content-type|application/x-www-form-urlencoded|Param1=value1|ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
      })
  void theVectorsOfAws(
      String method, String query, String header, String value, String body, String signature) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.put("host", "example.amazonaws.com");
    headers.put("x-amz-date", "20150830T123600Z");
    if (header != null) {
      headers.put(header, value);
    }
    String signedHeaders = String.join(";", headers.keySet());
    byte[] bytes = body == null ? new byte[0] : body.getBytes(UTF_8);
    AWS.check(signed(method, query, headers, signedHeaders, signature), bytes, Set.of("service"));

    assertThatThrownBy(
            () ->
                AWS.check(
                    signed(method, query, headers, signedHeaders, signature),
                    "another body".getBytes(UTF_8),
                    Set.of("service")))
        .isInstanceOf(pinflow.gateway.kinesis.KinesisException.class)
        .hasMessageContaining("does not match the signature you provided");
  }

  private static Signed signed(
      String method,
      String query,
      Map<String, String> headers,
      String signedHeaders,
      String signature) {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(headers);
    all.put(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=%s, Signature=%s"
            .formatted(signedHeaders, signature));
    return new Signed(
        method,
        "/",
        query == null ? "" : query,
        "example.amazonaws.com",
        name -> all.containsKey(name) ? List.of(all.get(name)) : List.of());
  }

  @Test
  void withCredentialsOnlyTheirHoldersAreServed() throws Exception {
    KinesisConfig config = new KinesisConfig("eu-west-1", "none", "key", "secret", 1);
    try (Rig rig = Rig.start(folder, gateway -> gateway, config)) {
      for (boolean cbor : new boolean[] {true, false}) {
        try (KinesisClient right = Client.of(rig, cbor, "key", "secret", Region.EU_WEST_1)) {
          right.listStreams();
        }
        refused(rig, cbor, "key", "wrong", Region.EU_WEST_1, "InvalidSignatureException");
        refused(rig, cbor, "other", "secret", Region.EU_WEST_1, "UnrecognizedClientException");
        refused(rig, cbor, "key", "secret", Region.US_EAST_1, "InvalidSignatureException");
      }
      HttpResponse<String> unsigned = rig.get("/streams");
      assertThat(unsigned.statusCode()).isEqualTo(403);
      assertThat(unsigned.body()).contains("\"MissingAuthenticationTokenException\"");
      HttpResponse<String> incomplete =
          rig.send(
              rig.request("/dev/streams/s")
                  .header("Authorization", "AWS4-HMAC-SHA256 Credential=key")
                  .POST(BodyPublishers.noBody())
                  .build());
      assertThat(incomplete.statusCode()).isEqualTo(403);
      assertThat(incomplete.body()).contains("IncompleteSignatureException", "SignedHeaders");
    }
  }

  private static void refused(
      Rig rig, boolean cbor, String key, String secret, Region region, String type) {
    try (KinesisClient wrong = Client.of(rig, cbor, key, secret, region)) {
      assertThatThrownBy(wrong::listStreams)
          .isInstanceOfSatisfying(
              KinesisException.class,
              e -> {
                assertThat(e.statusCode()).isEqualTo(403);
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo(type);
              });
    }
  }
}

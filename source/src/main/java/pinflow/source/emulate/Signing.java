package pinflow.source.emulate;

import java.net.URI;
import java.net.http.HttpRequest;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Signs requests with Signature V4, as an API Gateway that asks for AWS credentials wants it
 * (service {@code execute-api}).
 *
 * @param region that the gateway is in
 */
public record Signing(String region, String accessKey, String secretKey) {
  private static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();

  /**
   * Adds the signature's headers. It holds for some minutes, so each attempt has its own.
   *
   * @param body empty for none
   */
  void sign(HttpRequest.Builder request, String method, URI uri, byte[] body) {
    SdkHttpRequest unsigned =
        SdkHttpRequest.builder().method(SdkHttpMethod.fromValue(method)).uri(uri).build();
    SIGNER
        .sign(
            asked ->
                asked
                    .identity(AwsCredentialsIdentity.create(accessKey, secretKey))
                    .request(unsigned)
                    .payload(ContentStreamProvider.fromByteArray(body))
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "execute-api")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, region))
        .request()
        .forEachHeader(
            (name, values) -> {
              // Java's client sends it by itself, and takes it from nobody.
              if (!name.equalsIgnoreCase("Host")) {
                values.forEach(value -> request.header(name, value));
              }
            });
  }

  @Override
  public String toString() {
    return "Signing[" + region + "]";
  }
}

package pinflow.cli.doctor;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** The time in the Date header of an HTTP server's answer, whatever else it answers. */
public record HttpDate(URI server) implements ClockBeside.Time {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Override
  public Instant ask() throws IOException {
    HttpRequest head =
        HttpRequest.newBuilder(server)
            .method("HEAD", BodyPublishers.noBody())
            .timeout(PATIENCE)
            .build();
    try {
      String date =
          HttpClient.newBuilder()
              .connectTimeout(PATIENCE)
              .build()
              .send(head, BodyHandlers.discarding())
              .headers()
              .firstValue("Date")
              .orElseThrow(() -> new NotLooked(server + " sends no Date header"));
      return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      throw new NotLooked("%s sends no date that can be read: %s".formatted(server, e));
    } catch (IOException e) {
      throw new IOException("%s does not answer (%s)".formatted(server, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotLooked("interrupted");
    }
  }
}

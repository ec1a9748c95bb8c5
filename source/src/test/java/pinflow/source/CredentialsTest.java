package pinflow.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialsTest {

  private static final String GOOD =
      "HOST: db.example.org\nUSER: ann\nPASSWORD: 0sesame\nDATABASE: pinterest_data\nPORT: 3306\n";

  @TempDir private Path dir;

  @Test
  void readsTheSeedsFile() throws IOException {
    Credentials read =
        Credentials.read(
            file(
                GOOD.replace("0sesame", "0123")
                    + "INVOKE_URL: https://x.example.org/dev\nNOTES: mine\n"));

    assertThat(read)
        .isEqualTo(
            new Credentials(
                "jdbc:mariadb://db.example.org:3306/pinterest_data",
                "ann",
                "0123",
                Optional.of("https://x.example.org/dev")));
    assertThat(read.toString()).doesNotContain("0123");
  }

  @Test
  void takesMySqlUrlsAndHidesTheirOptions() {
    Credentials url = Credentials.of("jdbc:mysql://h:3307/d?password=hush", "u", "p");

    assertThat(url.jdbcUrl()).isEqualTo("jdbc:mariadb://h:3307/d?password=hush");
    assertThat(url.toString()).isEqualTo("jdbc:mariadb://h:3307/d as u");
  }

  /** Each message says what happened, why and what to do; none the password. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PORT: 3306    | PORT: 330x6         | a port is a number from 1 to 65535
          PORT: 3306    | PORT: 70000         | a port is a number from 1 to 65535
          PASSWORD:     | PASWORD:            | Did you mean PASSWORD?
          HOST:         | host:               | Did you mean HOST?
          HOST: db      | HOST: http://db     | a host name or address without scheme or port
          USER: ann     | ''                  | no value for the key USER
          USER: ann     | USER: [a, b]        | cannot be read as YAML (line 2)
          USER: ann     | USER                | cannot be read as YAML (line
          PASSWORD: 0   | 'PASSWORD: "0'      | cannot be read as YAML (line
          USER: ann     | PORT: 3306          | cannot be read as YAML (line 5)
          """)
  void namesWhatIsWrong(String right, String wrong, String message) throws IOException {
    Path file = file(GOOD.replace(right, wrong));

    assertThatThrownBy(() -> Credentials.read(file))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message)
        .hasMessageNotContaining("sesame")
        .hasNoCause();
  }

  @Test
  void namesAMissingFile() {
    assertThatThrownBy(() -> Credentials.read(dir.resolve("none.yaml")))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("none.yaml does not exist");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(dir.resolve("db_creds.yaml"), text);
  }
}

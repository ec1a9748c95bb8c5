package pinflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateFolderTest {
  @TempDir Path folder;

  /** Else `reset`, which trusts the lock, would delete somebody's folder. */
  @Test
  void leavesAFolderThatIsNotPinflowsAlone() throws IOException {
    Files.writeString(folder.resolve("letter.txt"), "Dear …");
    try (StateFolder state = StateFolder.at(folder)) {
      assertThatThrownBy(state::take)
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("letter.txt");
    }
    assertThat(folder.resolve("lock")).doesNotExist();
    assertThat(Main.execute("reset", "--yes", "--dir", folder.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(folder.resolve("letter.txt")).exists();
  }

  /** Else the audit would miss another gateway's receipts in this folder's log. */
  @Test
  void keepsAnotherGatewaysReceiptsApart() {
    try (StateFolder state = StateFolder.at(folder.resolve("own"))) {
      URI own = URI.create("http://127.0.0.1:8082");
      assertThat(state.journal("batch", own).getParent()).endsWithRaw(Path.of("127.0.0.1_8082"));
      state.take();
      state.write(new Running("ready", 1, "id", Map.of("gateway", own.toString()), Map.of(), null));
      assertThat(state.journal("batch", URI.create("http://localhost:8082/dev/")))
          .isEqualTo(state.journal())
          .endsWithRaw(Path.of("emulate", "batch.jsonl"));
      assertThat(state.journal("stream", URI.create("https://api.example/test")))
          .endsWithRaw(Path.of("emulate", "api.example_443", "stream.jsonl"));
    }
  }

  @Test
  void isOnePinflowsAtATimeAndGone() throws IOException {
    Path own = folder.resolve("own");
    try (StateFolder state = StateFolder.at(own);
        StateFolder other = StateFolder.at(own)) {
      state.take();
      state.credentials();
      assertThat(state.isTaken()).isTrue();
      assertThat(other.isTaken()).isTrue();
      assertThatThrownBy(other::take).isInstanceOf(MachineException.class);
      state.delete();
    }
    assertThat(own).doesNotExist();
  }
}

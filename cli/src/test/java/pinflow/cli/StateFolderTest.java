package pinflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    assertThat(Main.commandLine().execute("reset", "--yes", "--dir", folder.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(folder.resolve("letter.txt")).exists();
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

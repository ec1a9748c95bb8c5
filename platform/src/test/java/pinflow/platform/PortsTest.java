package pinflow.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void aPortTakenBetweenLookAndStartIsChangedForAnother() throws Exception {
    List<ServerSocket> others = new ArrayList<>();
    try {
      int port =
          Ports.start(
              0,
              "store.port",
              free -> {
                if (others.isEmpty()) {
                  others.add(new ServerSocket(free, 1, InetAddress.getLoopbackAddress()));
                  throw new IOException("Address already in use");
                }
                return free;
              });
      assertThat(port).isNotEqualTo(others.get(0).getLocalPort());
    } finally {
      for (ServerSocket other : others) {
        other.close();
      }
    }
  }

  @Test
  void whatFailsForAnotherReasonIsNotTriedAgain() {
    assertThatThrownBy(
            () ->
                Ports.start(
                    0,
                    "store.port",
                    free -> {
                      throw new IOException("no space left");
                    }))
        .hasMessage("no space left");
  }
}

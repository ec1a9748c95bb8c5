package pinflow.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import pinflow.platform.Ports;

/**
 * The ports that the parts are to listen on.
 *
 * @param ports by their key in pinflow.yaml; 0 is any free one
 * @param own asks for those that our own running Pinflow listens on
 */
public record FreePorts(Map<String, Integer> ports, Supplier<Set<Integer>> own) implements Check {
  @Override
  public String name() {
    return "ports";
  }

  @Override
  public List<Finding> find() {
    Set<Integer> ours = own.get();
    List<Finding> findings = new ArrayList<>();
    Map<Integer, String> keys = new TreeMap<>();
    new TreeMap<>(ports)
        .forEach(
            (key, port) -> {
              if (port == 0) {
                return;
              }
              String other = keys.putIfAbsent(port, key);
              if (other != null) {
                findings.add(shared(port, other, key));
              } else if (!ours.contains(port) && !Ports.isFree(port)) {
                findings.add(taken(port, key));
              }
            });
    return findings;
  }

  private Finding taken(int port, String key) {
    return Finding.error(
        name(),
        "Port %d (%s) is taken by another process.".formatted(port, key),
        "`up` ends at once and names it.",
        "End that process, set another %s in pinflow.yaml, or use `up --ports auto`."
            .formatted(key));
  }

  private Finding shared(int port, String one, String other) {
    return Finding.error(
        name(),
        "%s and %s are both %d.".formatted(one, other, port),
        "The part that starts second finds the port taken, and `up` ends.",
        "Set another %s in pinflow.yaml.".formatted(other));
  }
}

package pinflow.cli.doctor;

import java.util.List;
import java.util.Optional;

/**
 * Whether pinflow.yaml can be read.
 *
 * @param refusal what is wrong with it, with its line and what would be right
 */
public record ConfigurationRead(Optional<String> refusal) implements Check {
  @Override
  public String name() {
    return "configuration";
  }

  @Override
  public List<Finding> find() {
    return refusal.stream()
        .map(
            message ->
                Finding.error(
                    name(),
                    message,
                    "No command starts with it; the other checks took the defaults instead.",
                    "Correct that line; docs/configuration.md has every key."))
        .toList();
  }
}

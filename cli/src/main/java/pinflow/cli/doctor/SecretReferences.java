package pinflow.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import pinflow.platform.PlatformException;
import pinflow.platform.Secret;

/**
 * Whether each secret is where the configuration says.
 *
 * @param secrets by their key in pinflow.yaml
 */
public record SecretReferences(Map<String, Secret> secrets) implements Check {
  @Override
  public String name() {
    return "secret-references";
  }

  @Override
  public List<Finding> find() {
    List<Finding> findings = new ArrayList<>();
    new TreeMap<>(secrets)
        .forEach(
            (key, secret) -> {
              try {
                secret.reveal();
              } catch (PlatformException e) {
                findings.add(
                    Finding.error(
                        name(),
                        "%s is %s, and there is nothing there.".formatted(key, secret.reference()),
                        "The part that needs it does not start, or is refused.",
                        "Set the variable or write the file before the start, or correct %s."
                            .formatted(key)));
              }
            });
    return findings;
  }
}

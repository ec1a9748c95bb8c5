package pinflow.cli.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Secrets that others can read. None is printed.
 *
 * @param configuration pinflow.yaml, whether it is there or not
 * @param files that hold secrets, and folders of such files, if they are there
 */
public record Secrets(Path configuration, List<Path> files) implements Check {
  private static final YAMLMapper YAML = new YAMLMapper();

  private static final Pattern KEY =
      Pattern.compile("(?i)(.*[-_])?(password|secret|token|(access|secret)[-_]key)");

  private static final Pattern REFERENCE = Pattern.compile("(env|file):.*", Pattern.DOTALL);

  /** {@code //user:secret@host}, or an option such as {@code ?password=secret}. */
  private static final Pattern IN_URL =
      Pattern.compile("(?i)://[^/@\\s:]+:[^/@\\s]+@|[?&;](password|secret|token)=[^&;\\s]+");

  private static final Pattern AWS_KEY = Pattern.compile("\\b(AKIA|ASIA)[A-Z0-9]{16}\\b");

  @Override
  public String name() {
    return "secrets";
  }

  @Override
  public List<Finding> find() throws IOException {
    List<Finding> findings = new ArrayList<>();
    if (Files.exists(configuration)) {
      look(findings);
    }
    for (Path file : files) {
      if (Files.isDirectory(file)) {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(file)) {
          for (Path child : children) {
            addOpen(child, findings);
          }
        }
      } else {
        addOpen(file, findings);
      }
    }
    return findings;
  }

  private void look(List<Finding> findings) throws IOException {
    String text = Files.readString(configuration);
    try {
      walk("", YAML.readTree(text), findings);
    } catch (JsonProcessingException e) {
      throw new NotLooked("%s is not YAML".formatted(configuration));
    }
    // In comments too.
    if (findings.isEmpty() && AWS_KEY.matcher(text).find()) {
      findings.add(written("an AWS access key"));
    }
  }

  private void walk(String key, JsonNode node, List<Finding> findings) {
    node.properties()
        .forEach(
            entry ->
                walk(
                    key.isEmpty() ? entry.getKey() : key + "." + entry.getKey(),
                    entry.getValue(),
                    findings));
    if (!node.isValueNode() || node.isNull()) {
      return;
    }
    String value = node.asText();
    String last = key.substring(key.lastIndexOf('.') + 1);
    if (IN_URL.matcher(value).find()) {
      findings.add(written("a secret in the address %s".formatted(key)));
    } else if (KEY.matcher(last).matches()
        && !value.isBlank()
        && !REFERENCE.matcher(value).matches()) {
      findings.add(written("the secret %s itself".formatted(key)));
    }
  }

  private Finding written(String what) {
    return Finding.error(
        name(),
        "%s holds %s.".formatted(configuration, what),
        "The file is committed, copied and shown to others; whoever reads it has the secret.",
        "Write env:NAME or file:PATH in the key for it, and have a new secret made: this one has been on disk in the open.");
  }

  private void addOpen(Path file, List<Finding> findings) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (Files.isRegularFile(file)
        && view != null
        && view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_READ)) {
      findings.add(
          Finding.warning(
              name(),
              "Every user of this machine can read %s, which holds secrets.".formatted(file),
              "Whoever has an account here, or gets a copy of the file, has them too.",
              "chmod 600 %s".formatted(file)));
    }
  }
}

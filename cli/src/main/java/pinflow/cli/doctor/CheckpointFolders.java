package pinflow.cli.doctor;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether the checkpoints of the live way are different ones: a link makes two the same folder, and
 * a copy makes two of the same query.
 *
 * @param folders by stream
 */
public record CheckpointFolders(Map<String, URI> folders) implements Check {
  static final String WHY =
      "The queries overwrite each other's positions: records are skipped or written twice, and after a restart Spark refuses the checkpoint.";

  private static final JsonMapper JSON = new JsonMapper();

  @Override
  public String name() {
    return "checkpoints";
  }

  @Override
  public List<Finding> find() throws IOException {
    List<Finding> findings = new ArrayList<>();
    Map<String, String> paths = new TreeMap<>();
    Map<String, String> queries = new TreeMap<>();
    for (Map.Entry<String, URI> entry : new TreeMap<>(folders).entrySet()) {
      String stream = entry.getKey();
      Path folder = local(entry.getValue());
      if (!Files.isDirectory(folder)) {
        continue;
      }
      String same = paths.putIfAbsent(folder.toRealPath().toString(), stream);
      if (same != null) {
        findings.add(finding(same, stream, folder, "are one folder", "Delete the link"));
        continue;
      }
      Path metadata = folder.resolve("metadata");
      String query = Files.exists(metadata) ? id(metadata) : "";
      String copied = query.isEmpty() ? null : queries.putIfAbsent(query, stream);
      if (copied != null) {
        findings.add(
            finding(copied, stream, folder, "are of one query, " + query, "Delete the copy"));
      }
    }
    return findings;
  }

  private Finding finding(String one, String other, Path folder, String how, String fix) {
    return Finding.error(
        name(),
        "The checkpoints of %s and %s %s (%s).".formatted(one, other, how, folder),
        WHY,
        "End Pinflow, then: %s; the live way makes a folder of its own and reads what the stream still holds."
            .formatted(fix));
  }

  private static Path local(URI folder) {
    if (!"file".equals(folder.getScheme())) {
      throw new NotLooked("the checkpoints are in " + folder.getScheme());
    }
    return Path.of(folder);
  }

  private static String id(Path metadata) throws IOException {
    return JSON.readTree(metadata.toFile()).path("id").asText();
  }
}

package pinflow.cli.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import pinflow.cli.doctor.Python.Kind;

/** Several streaming queries with one checkpoint in a script or notebook, by its text. */
public record ScriptCheckpoints(Path file) implements Check {
  private static final String OPTION = "checkpointLocation";

  @Override
  public String name() {
    return "checkpoints";
  }

  @Override
  public List<Finding> find() throws IOException {
    Python script = Python.read(file);
    Map<String, List<Integer>> places = new TreeMap<>();
    List<Integer> values = new ArrayList<>(script.valuesOf(OPTION));
    values.addAll(options(script));
    for (int at : values) {
      if (script.at(at).kind() == Kind.STRING && script.isEnd(at + 1)) {
        String folder = script.at(at).text().replaceAll("/+$", "");
        places.computeIfAbsent(folder, f -> new ArrayList<>()).add(at);
      }
    }
    return places.entrySet().stream()
        .filter(entry -> entry.getValue().size() > 1)
        .map(entry -> finding(script, entry.getKey(), entry.getValue()))
        .toList();
  }

  /** Of {@code .option("checkpointLocation", "/here")}. */
  private static List<Integer> options(Python script) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < script.tokens().size(); i++) {
      if (script.at(i).kind() == Kind.STRING
          && script.at(i).text().equals(OPTION)
          && script.at(i + 1).is(",")) {
        places.add(i + 2);
      }
    }
    return places;
  }

  private Finding finding(Python script, String folder, List<Integer> places) {
    List<String> lines =
        places.stream().map(at -> Integer.toString(script.at(at).line())).sorted().toList();
    return Finding.error(
        name(),
        "%s: %d queries have the checkpoint %s (lines %s)."
            .formatted(file, places.size(), folder, String.join(", ", lines)),
        CheckpointFolders.WHY,
        "Give each query a folder of its own, such as %s/pin.".formatted(folder));
  }
}

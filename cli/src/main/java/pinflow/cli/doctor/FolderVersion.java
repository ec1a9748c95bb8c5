package pinflow.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * By which version of the layout a state folder was made.
 *
 * @param file where it is written
 * @param holdsData whether there is a state that has a version
 * @param ours what this Pinflow writes
 */
public record FolderVersion(Path file, boolean holdsData, int ours) implements Check {
  @Override
  public String name() {
    return "state-version";
  }

  @Override
  public List<Finding> find() throws IOException {
    if (!holdsData) {
      return List.of();
    }
    if (!Files.exists(file)) {
      return List.of(
          Finding.warning(
              name(),
              "The state folder %s does not say which Pinflow made it: it has no file `version`."
                  .formatted(file.getParent()),
              "It is from before that file was written, and nobody has tried whether this Pinflow reads all that is in it.",
              "Run `pinflow up` and `pinflow audit --deep`; if that is good, echo %d > %s. Else `pinflow reset`."
                  .formatted(ours, file)));
    }
    String text = Files.readString(file).strip();
    if (!text.matches("\\d{1,6}")) {
      return List.of(
          Finding.error(
              name(),
              "The file %s holds \"%s\", which is no version.".formatted(file, shown(text)),
              "Which Pinflow made the folder is not known.",
              "Put back the file from a copy of the folder, or `pinflow reset`."));
    }
    int version = Integer.parseInt(text);
    if (version > ours) {
      return List.of(
          Finding.error(
              name(),
              "The state folder %s has version %d, and this Pinflow knows up to %d."
                  .formatted(file.getParent(), version, ours),
              "A newer Pinflow made it; this one may read it wrong, or write what the newer one does not read.",
              "Start the newer Pinflow, or name another folder with --dir."));
    }
    if (version < ours) {
      return List.of(
          Finding.error(
              name(),
              "The state folder %s has version %d; this Pinflow's is %d."
                  .formatted(file.getParent(), version, ours),
              "Its layout has changed since, and this one may not find what is in it.",
              "Start the Pinflow that made it, or name another folder with --dir and send the posts again."));
    }
    return List.of();
  }

  private static String shown(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}

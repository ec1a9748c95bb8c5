package pinflow.cli.doctor;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whether the state folder can be made and written, tried out by a file that is deleted again. */
public record FolderAccess(Path folder) implements Check {
  @Override
  public String name() {
    return "folder";
  }

  @Override
  public List<Finding> find() throws IOException {
    Path there = standing(folder);
    if (!Files.isDirectory(there)) {
      return List.of(refused("%s is a file".formatted(there), "Name another folder with --dir."));
    }
    try {
      // Named as Pinflow's half-written files are, so that none left behind looks foreign.
      Files.delete(Files.createTempFile(there, "doctor", ".part"));
    } catch (IOException e) {
      return List.of(
          refused(
              "%s: %s".formatted(there, reason(e)),
              "Give your user the right to write there, or name another folder with --dir."));
    }
    return there.equals(folder.toAbsolutePath().normalize()) ? foreign() : List.of();
  }

  /** Of the folder itself and those above it the first that is there. */
  public static Path standing(Path folder) {
    Path there = folder.toAbsolutePath().normalize();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there;
  }

  /** What another user has left there, such as root after a start with sudo. */
  private List<Finding> foreign() throws IOException {
    List<Finding> findings = new ArrayList<>();
    try (var children = Files.newDirectoryStream(folder)) {
      for (Path child : children) {
        if (!Files.isReadable(child) || !Files.isWritable(child)) {
          findings.add(
              refused(
                  "%s belongs to %s and is closed to you"
                      .formatted(child, Files.getOwner(child).getName()),
                  "Give it to the user that runs Pinflow: sudo chown -R \"$USER\" %s"
                      .formatted(folder)));
        }
      }
    }
    return findings;
  }

  private Finding refused(String reason, String fix) {
    return Finding.error(
        name(),
        "The state folder %s cannot be used: %s.".formatted(folder, reason),
        "Log, objects, tables and keys are kept there; nothing starts without it.",
        fix);
  }

  private static String reason(IOException e) {
    return e instanceof AccessDeniedException
        ? "permission denied"
        : e instanceof FileSystemException f && f.getReason() != null
            ? f.getReason()
            : String.valueOf(e.getMessage());
  }
}

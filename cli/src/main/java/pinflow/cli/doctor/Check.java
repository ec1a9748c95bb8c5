package pinflow.cli.doctor;

import java.io.IOException;
import java.util.List;

/** Looks for one kind of trouble, and leaves nothing changed. */
public interface Check {
  /** A word for it, such as {@code ports}. */
  String name();

  /**
   * @throws NotLooked when this machine or moment does not allow the look
   */
  List<Finding> find() throws IOException;
}

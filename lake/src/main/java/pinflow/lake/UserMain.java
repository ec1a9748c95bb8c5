package pinflow.lake;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs a user's main class, and ends when the parent process does: Spark never outlives its run.
 */
public final class UserMain {
  private UserMain() {}

  /**
   * @param args the class, then its arguments
   */
  public static void main(String[] args) throws IllegalAccessException {
    LakeJob.endWithParent();
    try {
      Class.forName(args[0])
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException e) {
      (e.getCause() == null ? e : e.getCause()).printStackTrace();
      System.exit(1);
    } catch (ClassNotFoundException | NoSuchMethodException e) {
      System.err.println(
          "The jar has no class %s with a main method. Correct the job's parameter main."
              .formatted(args[0]));
      System.exit(2);
    }
    // A session that is left open has threads that would keep the JVM.
    System.exit(0);
  }
}

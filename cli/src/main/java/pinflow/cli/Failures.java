package pinflow.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import picocli.CommandLine;
import pinflow.audit.AuditException;
import pinflow.control.RunException;
import pinflow.gateway.GatewayException;
import pinflow.platform.PlatformException;
import pinflow.source.SourceException;

/** The one place where a failure becomes a message and an exit code. */
final class Failures implements CommandLine.IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    command.getErr().println("pinflow: " + message(failure));
    return code(failure);
  }

  private static int code(Exception failure) {
    if (failure instanceof UsageException) {
      return ExitCode.USAGE;
    } else if (failure instanceof RunException run) {
      return run.user() ? ExitCode.USAGE : ExitCode.NEGATIVE;
    } else if (failure instanceof SourceException
        || failure instanceof AuditException
        || failure instanceof NotRunningException
        || failure instanceof RefusedException
        || (failure instanceof PlatformException part && part.isUnavailable())) {
      return ExitCode.UNAVAILABLE;
    } else if (failure instanceof MachineException
        || failure instanceof PlatformException
        || failure instanceof GatewayException
        || failure instanceof UncheckedIOException
        || failure instanceof IOException) {
      return ExitCode.MACHINE;
    }
    return ExitCode.FAULT;
  }

  private static String message(Exception failure) {
    int code = code(failure);
    Throwable shown = failure instanceof UncheckedIOException io ? unwrapped(io) : failure;
    if (shown instanceof FileSystemException file) {
      return "%s: %s. Check its permissions and the room on the disk."
          .formatted(file.getFile(), file.getReason() == null ? shown : file.getReason());
    }
    if (code == ExitCode.FAULT) {
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace));
      return "a fault of Pinflow's own; please report it with this trace.\n" + trace;
    }
    return String.valueOf(shown.getMessage());
  }

  private static Throwable unwrapped(UncheckedIOException failure) {
    IOException cause = failure.getCause();
    return cause == null ? failure : cause;
  }
}

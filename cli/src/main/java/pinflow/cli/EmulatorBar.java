package pinflow.cli;

import java.util.Locale;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import pinflow.source.emulate.Progress;

/** Shows how far the emulator is: a bar on a terminal, a line every few seconds otherwise. */
final class EmulatorBar implements Consumer<Progress>, AutoCloseable {
  private static final long LINE_EVERY_NS = 5_000_000_000L;

  private final boolean quiet;
  private final boolean terminal = System.console() != null;
  private @Nullable ProgressBar bar;
  private long lastLine = System.nanoTime();

  EmulatorBar(boolean quiet) {
    this.quiet = quiet;
  }

  @Override
  public synchronized void accept(Progress progress) {
    if (quiet) {
      return;
    }
    if (terminal) {
      show(progress);
    } else if (System.nanoTime() - lastLine > LINE_EVERY_NS) {
      lastLine = System.nanoTime();
      System.err.println("  " + words(progress));
    }
  }

  private void show(Progress progress) {
    ProgressBar shown = bar;
    if (shown == null) {
      shown =
          new ProgressBarBuilder()
              .setTaskName("posts")
              .setInitialMax(progress.of().orElse(-1))
              .setStyle(ProgressBarStyle.ASCII)
              .showSpeed()
              .build();
      bar = shown;
    }
    shown.stepTo(progress.posts());
    shown.setExtraMessage(progress.failed() == 0 ? "" : progress.failed() + " failed");
  }

  private static String words(Progress progress) {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "%,d", progress.posts()));
    progress.of().ifPresent(of -> text.append(String.format(Locale.ROOT, " of %,d", of)));
    text.append(String.format(Locale.ROOT, " posts, %,.0f a second", progress.rate()));
    progress
        .timeLeft()
        .ifPresent(left -> text.append(", ").append(left.toSeconds()).append(" s left"));
    if (progress.failed() > 0) {
      text.append(String.format(Locale.ROOT, ", %,d records failed", progress.failed()));
    }
    progress.trouble().ifPresent(trouble -> text.append("; ").append(trouble));
    return text.toString();
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
    }
  }
}

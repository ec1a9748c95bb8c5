package pinflow.control;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pinflow.control.runs.Run;
import pinflow.control.runs.Runs;

/** A run as a plain page: {@code run_page_url} leads here. */
final class RunPage {
  private static final int LOG_TAIL = 256 * 1024;

  private final Runs runs;

  RunPage(Runs runs) {
    this.runs = runs;
  }

  void register(Routes routes) {
    routes.add("GET", "/runs/{id}", this::page);
  }

  private Answer page(Call call) {
    Run run = runs.get(Call.parse("run", call.part("id")));
    List<Run.Move> history = runs.history(run.id());
    long end = runs.log(run.id(), Long.MAX_VALUE, 0).next();
    String log =
        new String(runs.log(run.id(), end - LOG_TAIL, LOG_TAIL).bytes(), StandardCharsets.UTF_8);
    StringBuilder html = new StringBuilder();
    html.append(
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>Run %d</title>%s
        <style>body{font-family:sans-serif;margin:2em}td{padding-right:1.5em;vertical-align:top}</style></head>
        <body><h1>Run %d of %s: %s</h1>
        <p>%s</p>
        <table>
        """
            .formatted(
                run.id(),
                run.state().isFinal() ? "" : "<meta http-equiv=\"refresh\" content=\"2\">",
                run.id(),
                escape(run.job()),
                run.state(),
                escape(run.message())));
    row(html, "Name", run.asked().name());
    row(html, "Asked for by", run.asked().askedBy());
    row(html, "Parameters", run.asked().parameters().toString());
    row(html, "Attempt", run.attempt() + " of " + run.attempts());
    row(html, "Submitted", run.submitted().toString());
    row(html, "Started", text(run.started()));
    row(html, "Ended", text(run.ended()));
    Run.Output output = run.output();
    if (output != null) {
      row(html, "Result", output.result());
    }
    html.append("</table><h2>History</h2><table>\n");
    history.forEach(move -> row(html, move.at().toString(), move.to() + " " + move.message()));
    html.append("</table><h2>Log</h2><pre>").append(escape(log)).append("</pre></body></html>\n");
    return new Answer(
        200,
        "text/html; charset=utf-8",
        html.toString().getBytes(StandardCharsets.UTF_8),
        // What a run says is text, and stays that.
        Map.of("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"));
  }

  private static void row(StringBuilder html, String name, String value) {
    html.append("<tr><td>%s</td><td>%s</td></tr>%n".formatted(escape(name), escape(value)));
  }

  private static String text(@Nullable Instant time) {
    return time == null ? "" : time.toString();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}

package pinflow.control;

import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.LoggerFactory;
import pinflow.control.databricks.JobsApi;
import pinflow.control.jobs.Jobs;
import pinflow.control.runs.Commands;
import pinflow.control.runs.ControlDatabase;
import pinflow.control.runs.Runs;
import pinflow.control.schedule.Schedules;

/**
 * All of control, started in this order: its database, the work on runs, schedules, the server.
 * Ended the other way round.
 */
public final class Control implements AutoCloseable {
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final ControlServer server;
  private final Runs runs;

  private Control(
      ControlConfig config,
      ControlDatabase.Address address,
      Jobs jobs,
      Commands commands,
      InstantSource clock) {
    try {
      ControlDatabase database = ControlDatabase.open(address);
      parts.push(database);
      runs = Runs.start(database, jobs, commands, config.runs(), clock);
      parts.push(runs);
      Schedules schedules = Schedules.start(database, runs, clock);
      parts.push(schedules);
      server =
          ControlServer.start(config, links -> routes(runs, schedules, database, links, clock));
      parts.push(server);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static Routes routes(
      Runs runs,
      Schedules schedules,
      ControlDatabase database,
      PageLinks links,
      InstantSource clock) {
    Routes routes = new Routes();
    new JobsApi(runs, database, links, clock).register(routes);
    new ControlApi(runs, schedules, links).register(routes);
    new RunPage(runs).register(routes);
    return routes;
  }

  /**
   * Starts all, and takes up what an earlier control process has left.
   *
   * @param address of the database, in which it makes its tables
   * @param commands how jobs are done
   * @throws IllegalStateException when the database cannot be reached, or the port is taken
   */
  public static Control start(
      ControlConfig config,
      ControlDatabase.Address address,
      Jobs jobs,
      Commands commands,
      InstantSource clock) {
    return new Control(config, address, jobs, commands, clock);
  }

  /** Where it listens, without a slash at the end. */
  public URI url() {
    return server.url();
  }

  public Runs runs() {
    return runs;
  }

  /**
   * Ends the server, the schedules, and the processes of runs, which are begun again by the next
   * control process.
   */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        LoggerFactory.getLogger(Control.class).warn("A part of control did not end well", e);
      }
    }
  }
}

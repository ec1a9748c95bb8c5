package pinflow.crash;

import com.sun.jdi.AbsentInformationException;
import com.sun.jdi.Bootstrap;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.Location;
import com.sun.jdi.Method;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StackFrame;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stops JVMs at kill points, by the debugger's interface of the JDK: no line of the code under test
 * knows of it. JVMs that are started with {@link #jvmOptions} call here.
 */
final class Debugger implements AutoCloseable {
  private final ListeningConnector connector;
  private final Map<String, ? extends Connector.Argument> arguments;
  private final String address;
  private final Set<VirtualMachine> machines = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Armed armed;

  /** A point, the calls of it so far, and what to do when it is reached. */
  private record Armed(KillPoint point, AtomicInteger calls, Runnable reached) {}

  Debugger() throws IOException {
    this.connector =
        Bootstrap.virtualMachineManager().listeningConnectors().stream()
            .filter(c -> c.transport().name().equals("dt_socket"))
            .findFirst()
            .orElseThrow();
    this.arguments = connector.defaultArguments();
    argument("localAddress").setValue("127.0.0.1");
    try {
      this.address = connector.startListening(arguments);
    } catch (IllegalConnectorArgumentsException e) {
      throw new IllegalStateException(e);
    }
    Thread accepting = new Thread(this::accept, "debugger");
    accepting.setDaemon(true);
    accepting.start();
  }

  private Connector.Argument argument(String name) {
    Connector.Argument argument = arguments.get(name);
    if (argument == null) {
      throw new IllegalStateException("The JDK's socket connector has no argument " + name);
    }
    return argument;
  }

  /** A JVM that is started with these waits until it is connected. */
  String jvmOptions() {
    return "-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=" + address;
  }

  /**
   * Waits for a point in any JVM that is connected or connects.
   *
   * @param reached called once, with the thread stopped at the point
   */
  void arm(KillPoint point, Runnable reached) {
    Armed next = new Armed(point, new AtomicInteger(), reached);
    disarm();
    armed = next;
    machines.forEach(machine -> unlessGone(() -> watch(machine, next)));
  }

  void disarm() {
    armed = null;
    // A busy method that stops for nothing makes the whole run slow.
    machines.forEach(
        machine -> unlessGone(() -> machine.eventRequestManager().deleteAllBreakpoints()));
  }

  private void accept() {
    while (true) {
      VirtualMachine machine;
      try {
        machine = connector.accept(arguments);
      } catch (IOException | IllegalConnectorArgumentsException e) {
        return;
      }
      machines.add(machine);
      Thread events =
          new Thread(
              () -> {
                unlessGone(() -> serve(machine));
                machines.remove(machine);
              },
              "debugger-events");
      events.setDaemon(true);
      events.start();
    }
  }

  private void serve(VirtualMachine machine) {
    Armed now = armed;
    if (now != null) {
      watch(machine, now);
    }
    // The event that a JVM starts with resumes it.
    while (true) {
      EventSet events;
      try {
        events = machine.eventQueue().remove();
      } catch (InterruptedException e) {
        return;
      }
      boolean goesOn = true;
      for (Event event : events) {
        if (event instanceof ClassPrepareEvent prepared) {
          stopAt(machine, prepared.referenceType());
        } else if (event instanceof BreakpointEvent stopped) {
          goesOn &= !isReached(stopped);
        }
      }
      if (goesOn) {
        events.resume();
      }
    }
  }

  private static void watch(VirtualMachine machine, Armed armed) {
    ClassPrepareRequest loaded = machine.eventRequestManager().createClassPrepareRequest();
    loaded.addClassFilter(armed.point.type);
    loaded.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
    loaded.enable();
    machine.classesByName(armed.point.type).forEach(type -> stopAt(machine, type, armed));
  }

  private void stopAt(VirtualMachine machine, ReferenceType type) {
    Armed now = armed;
    if (now != null && type.name().equals(now.point.type)) {
      stopAt(machine, type, now);
    }
  }

  private static void stopAt(VirtualMachine machine, ReferenceType type, Armed armed) {
    if (!type.isPrepared()) {
      return; // its event comes
    }
    for (Method method : type.methodsByName(armed.point.method)) {
      List<Location> lines = lines(method);
      if (!method.isBridge() && !lines.isEmpty()) {
        BreakpointRequest stop =
            machine.eventRequestManager().createBreakpointRequest(lines.get(0));
        // Not all threads: JDK 17's agent was seen to hang when it stopped a busy broker so.
        stop.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
        stop.enable();
      }
    }
  }

  private static List<Location> lines(Method method) {
    if (method.isAbstract() || method.isNative()) {
      return List.of();
    }
    try {
      return method.allLineLocations();
    } catch (AbsentInformationException e) {
      Location first = method.location();
      return first == null ? List.of() : List.of(first);
    }
  }

  private boolean isReached(BreakpointEvent stopped) {
    Armed now = armed;
    // One of an earlier point may be on its way.
    if (now == null
        || !stopped.location().declaringType().name().equals(now.point.type)
        || !stopped.location().method().name().equals(now.point.method)
        || !isWithin(stopped.thread(), now.point.within)
        || now.calls.incrementAndGet() != now.point.call) {
      return false;
    }
    armed = null;
    now.reached.run();
    return true;
  }

  private static boolean isWithin(ThreadReference thread, @Nullable String within) {
    if (within == null) {
      return true;
    }
    try {
      for (StackFrame frame : thread.frames()) {
        if (frame.location().declaringType().name().startsWith(within)) {
          return true;
        }
      }
      return false;
    } catch (IncompatibleThreadStateException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void unlessGone(Runnable action) {
    try {
      action.run();
    } catch (VMDisconnectedException e) {
      // It was killed, or has ended: that is what this is for.
    }
  }

  @Override
  public void close() throws IOException {
    try {
      connector.stopListening(arguments);
    } catch (IllegalConnectorArgumentsException e) {
      throw new IllegalStateException(e);
    }
  }
}

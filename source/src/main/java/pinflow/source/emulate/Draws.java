package pinflow.source.emulate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import pinflow.source.SourceDatabase;
import pinflow.source.SourceTable;

/**
 * Posts in the original's order: each draw is a post of its own, made of the drawn row of each
 * table. A table that is too short for a draw adds nothing to it, and rows drawn together may be of
 * different posts: so it is in the original.
 */
final class Draws implements Iterator<Chunk> {

  private final OriginalOrder order = new OriginalOrder();
  private final SourceDatabase db;
  private final Dialect dialect;
  private final long draws;
  private long number;

  Draws(SourceDatabase db, Dialect dialect, long draws) {
    this.db = db;
    this.dialect = dialect;
    this.draws = draws;
  }

  @Override
  public boolean hasNext() {
    return number < draws;
  }

  @Override
  public Chunk next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    OriginalOrder.Draw draw = order.next();
    Chunk chunk =
        new Chunk(dialect, number, "draw" + number, Duration.ofSeconds(draw.sleepSeconds()));
    List<Chunk.TableRow> post = new ArrayList<>();
    for (SourceTable table : SourceTable.values()) {
      db.rowAt(table, draw.row()).ifPresent(row -> post.add(new Chunk.TableRow(table, row)));
    }
    chunk.add(post);
    number++;
    return chunk;
  }
}

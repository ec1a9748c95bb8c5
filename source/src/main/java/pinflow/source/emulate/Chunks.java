package pinflow.source.emulate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import pinflow.source.Row;
import pinflow.source.SourceDatabase;
import pinflow.source.SourceTable;

/**
 * All posts by their ind, a post being the rows of one ind in the three tables. Over the same
 * tables the chunks are the same each time.
 */
final class Chunks implements Iterator<Chunk> {

  private static final Comparator<@Nullable Long> BY_IND =
      Comparator.nullsFirst(Comparator.naturalOrder());

  private final List<Cursor> cursors = new ArrayList<>();
  private final Dialect dialect;
  private final int postsPerRequest;
  private long postsLeft;
  private long number;

  Chunks(SourceDatabase db, Dialect dialect, long posts, int postsPerRequest) {
    this.dialect = dialect;
    for (SourceTable table : SourceTable.values()) {
      cursors.add(new Cursor(table, db.rows(table)));
    }
    this.postsLeft = posts;
    this.postsPerRequest = postsPerRequest;
  }

  @Override
  public boolean hasNext() {
    return postsLeft > 0 && cursors.stream().anyMatch(cursor -> cursor.head != null);
  }

  @Override
  public Chunk next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Chunk chunk = new Chunk(dialect, number++, null, Duration.ZERO);
    while (hasNext() && !chunk.isFull(postsPerRequest)) {
      chunk.add(nextPost());
      postsLeft--;
    }
    return chunk;
  }

  private List<Chunk.TableRow> nextPost() {
    Cursor least =
        cursors.stream()
            .filter(cursor -> cursor.head != null)
            .min(Comparator.comparing(Cursor::ind, BY_IND))
            .orElseThrow();
    Long ind = least.ind();
    List<Chunk.TableRow> post = new ArrayList<>();
    for (Cursor cursor : cursors) {
      cursor.takeAll(ind, post);
    }
    return post;
  }

  private static final class Cursor {
    private final SourceTable table;
    private final Iterator<Row> rows;
    private @Nullable Row head;

    Cursor(SourceTable table, Iterator<Row> rows) {
      this.table = table;
      this.rows = rows;
      this.head = rows.hasNext() ? rows.next() : null;
    }

    @Nullable Long ind() {
      return head == null ? null : head.ind();
    }

    void takeAll(@Nullable Long ind, List<Chunk.TableRow> post) {
      for (Row row = head; row != null && BY_IND.compare(row.ind(), ind) == 0; row = head) {
        post.add(new Chunk.TableRow(table, row));
        head = rows.hasNext() ? rows.next() : null;
      }
    }
  }
}

package pinflow.audit;

import java.util.List;
import java.util.function.Consumer;
import pinflow.audit.Fault.Kind;
import pinflow.audit.StoredObjects.Range;

/**
 * The objects of one partition, which must touch each other from offset 0 on
 * (contracts/objects.md).
 */
record ObjectChain(String place, List<Range> ranges) {
  /** The offset after the last one of the chain; 0 without objects. */
  long end() {
    return ranges.stream().mapToLong(range -> range.last() + 1).max().orElse(0);
  }

  long records() {
    return ranges.stream().mapToLong(Range::records).sum();
  }

  void check(Consumer<Fault> faults) {
    long expected = 0;
    for (Range range : ranges) {
      checkItself(range, faults);
      if (range.first() > expected) {
        faults.accept(
            new Fault(
                Kind.OBJECT_MISSING,
                place,
                "offsets %d to %d are in no object; the next is %s"
                    .formatted(expected, range.first() - 1, range.key())));
      } else if (range.first() < expected) {
        faults.accept(
            new Fault(
                Kind.OBJECT_DOUBLE,
                range.key(),
                "offsets %d to %d are in an object before it, too"
                    .formatted(range.first(), Math.min(expected - 1, range.last()))));
      }
      expected = Math.max(expected, range.last() + 1);
    }
  }

  private static void checkItself(Range range, Consumer<Fault> faults) {
    if (range.named() != range.first()) {
      faults.accept(
          new Fault(
              Kind.OBJECT_DOUBLE,
              range.key(),
              "by its name it begins at offset %d, by its metadata at %d: it is a copy of another"
                  .formatted(range.named(), range.first())));
    }
    if (range.bytes() != range.written()) {
      faults.accept(
          new Fault(
              Kind.OBJECT_CHANGED,
              range.key(),
              "it has %,d bytes, the sink wrote %,d".formatted(range.bytes(), range.written())));
    }
    if (range.records() < 1 || range.records() > range.last() - range.first() + 1) {
      faults.accept(
          new Fault(
              Kind.OBJECT_CHANGED,
              range.key(),
              "it says to hold %,d records of offsets %d to %d"
                  .formatted(range.records(), range.first(), range.last())));
    }
  }
}

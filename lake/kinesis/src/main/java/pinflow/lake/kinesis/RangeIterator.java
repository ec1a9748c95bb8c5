package pinflow.lake.kinesis;

import java.math.BigInteger;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;

/** A range's records, read from Kinesis one GetRecords after the other. */
final class RangeIterator implements Iterator<Record> {
  private static final Logger log = LoggerFactory.getLogger(RangeIterator.class);

  private final ShardRange range;
  private final SourceOptions options;
  private final StreamClient client;
  private final BigInteger through;

  private ShardPosition position;
  private @Nullable String iterator;
  private Iterator<Record> fetched = Collections.emptyIterator();
  private boolean ended;

  RangeIterator(ShardRange range, SourceOptions options, StreamClient client) {
    this.range = range;
    this.options = options;
    this.client = client;
    this.through = new BigInteger(range.through());
    this.position = range.from();
  }

  /**
   * @throws KinesisSourceException if the range's last record is gone and {@code failOnDataLoss} is
   *     set
   */
  @Override
  public boolean hasNext() {
    while (!ended && !fetched.hasNext()) {
      fetch();
    }
    return fetched.hasNext();
  }

  @Override
  public Record next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return fetched.next();
  }

  private void fetch() {
    GetRecordsResponse response;
    try {
      if (iterator == null) {
        iterator = client.iterator(range.shard(), position);
      }
      response = client.records(iterator);
    } catch (ExpiredIteratorException e) {
      iterator = null;
      return;
    }
    iterator = response.nextShardIterator();
    var records =
        response.records().stream()
            .filter(record -> number(record).compareTo(range.from().lastNumber()) > 0)
            .takeWhile(record -> number(record).compareTo(through) <= 0)
            .toList();
    fetched = records.iterator();
    if (!records.isEmpty()) {
      String last = records.get(records.size() - 1).sequenceNumber();
      position = new ShardPosition.After(last, 0);
      ended = last.equals(range.through());
    }
    if (!ended && isGone(response)) {
      lost();
      ended = true;
    }
    if (!ended && records.isEmpty()) {
      pause();
    }
  }

  /** It was there once, so what lies beyond it, or nothing at all, says that it is no more. */
  private boolean isGone(GetRecordsResponse response) {
    Long behind = response.millisBehindLatest();
    boolean isTip = response.records().isEmpty() && behind != null && behind == 0;
    return iterator == null
        || isTip
        || response.records().stream().anyMatch(record -> number(record).compareTo(through) > 0);
  }

  private void lost() {
    String what =
        "The batch reads shard %s of stream %s up to sequence number %s, and that record is no longer there."
            .formatted(range.shard(), options, range.through());
    if (options.failOnDataLoss()) {
      throw new KinesisSourceException(
          what
              + " Set the option failOnDataLoss to false to go on with what is there, or begin with a new checkpoint.");
    }
    log.warn("{} The query goes on with what is there, since failOnDataLoss is false.", what);
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(options.minFetchPeriod().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KinesisSourceException("Reading a batch was interrupted.", e);
    }
  }

  private static BigInteger number(Record record) {
    return new BigInteger(record.sequenceNumber());
  }
}

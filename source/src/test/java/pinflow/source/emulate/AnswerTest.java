package pinflow.source.emulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class AnswerTest {
  @Test
  void whatPutRecordsDidNotTakeIsSentAgain() throws Exception {
    Answer answer =
        Dialect.KINESIS.receipts(
            new ObjectMapper()
                .readTree(
                    "{\"FailedRecordCount\":1,\"Records\":[{\"SequenceNumber\":\"7\",\"ShardId\":\"shardId-000000000000\"},{\"ErrorCode\":\"InternalFailure\",\"ErrorMessage\":\"away\"}]}"),
            200,
            2);
    assertThat(answer.receipts())
        .containsExactly(new Receipt.SequenceNumber("shardId-000000000000", "7"), null);
    assertThat(answer.problem())
        .isEqualTo(
            new Problem(
                "record InternalFailure",
                "record error InternalFailure: away",
                true,
                java.util.Optional.empty()));
  }
}

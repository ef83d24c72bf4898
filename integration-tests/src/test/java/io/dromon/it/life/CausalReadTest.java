package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.WriteSet;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("sockets")
@Timeout(60)
final class CausalReadTest {
    @TempDir
    Path directory;

    @Test
    void readsWhatWasCommittedOnAnotherNodeBefore() throws Exception {
        try (LiveCluster cluster = new LiveCluster(directory, RuntimeOptionsTest.QUICK).start(3)) {
            List<Member> members = cluster.members;
            for (int i = 0; i < 300; i++) {
                Member writer = members.get(i % 3);
                Member reader = members.get((i + 1) % 3);
                long seqno = writer.node
                        .replicate(WriteSet.of(new byte[] {1}))
                        .get(10, TimeUnit.SECONDS)
                        .seqno();

                long point = reader.node.sync().get(10, TimeUnit.SECONDS);

                assertThat(point).isGreaterThanOrEqualTo(seqno);
                assertThat(reader.lastSeqno).isGreaterThanOrEqualTo(seqno);
            }
        }
    }

    @Test
    void failsWhereNobodyCanVouchForIt() {
        try (LiveCluster cluster = new LiveCluster(directory, RuntimeOptionsTest.QUICK).start(3)) {
            Member lost = cluster.members.get(2);
            lost.node.set("repl.causal_read_timeout", "PT0.3S");

            lost.node.set("gmcast.isolate", "1");

            assertThatThrownBy(() -> lost.node.sync().get(10, TimeUnit.SECONDS))
                    .as("while it does not know yet that it is alone")
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            NodeException.class,
                            failure -> assertThat(failure.reason()).isEqualTo(NodeException.Reason.TIMEOUT));
            await().atMost(LiveCluster.LIMIT).until(() -> lost.node.status().state() == NodeState.OPEN);
            assertThatThrownBy(() -> lost.node.sync().get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            NodeException.class,
                            failure -> assertThat(failure.reason())
                                    .isEqualTo(NodeException.Reason.PRIMARY_COMPONENT_LOST));
        }
    }
}

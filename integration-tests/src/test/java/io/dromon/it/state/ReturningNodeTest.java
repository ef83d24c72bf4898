package io.dromon.it.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.transport.testpeer.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A node that comes back has what it missed before anything new, and no gap. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(180)
class ReturningNodeTest {
    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // set by begin()
    private StateCluster cluster;

    @BeforeEach
    void begin() {
        cluster = new StateCluster(directory);
    }

    @AfterEach
    void leaveAll() {
        cluster.close();
    }

    @Test
    void takesWhatItMissedFromTheCacheOfAnother() {
        cluster.join("n1", "");
        cluster.join("n2", "");
        cluster.awaitSynced("n1", "n2");
        cluster.write("n1", 100);
        cluster.join("n3", "");
        cluster.awaitSynced("n3");
        cluster.assertEqual("n1", "n2", "n3");

        cluster.node("n3").leave();
        cluster.write("n1", 1000);
        cluster.write("n2", 1000);
        cluster.join("n3", "");
        cluster.awaitSynced("n3");
        cluster.write("n3", 10);

        cluster.assertEqual("n1", "n2", "n3");
        assertThat(cluster.state("n3").restored()).isZero();
        assertThat(cluster.state("n3").lines()).hasSize(2110);
    }

    /** It would fail there alone, and at each start again. */
    @Test
    void isNotGivenAWriteSetThatFailedOnAllMembers() {
        cluster.join("n1", "");
        cluster.join("n2", "");
        cluster.join("n3", "");
        cluster.awaitSynced("n1", "n2", "n3");
        cluster.write("n1", 2000);

        cluster.node("n3").leave();
        assertThatThrownBy(() -> cluster.write("n2", 1, KeptOrder.POISON)).hasMessageContaining("on all members alike");
        cluster.write("n1", 100);
        cluster.join("n3", "");
        cluster.awaitSynced("n3");
        cluster.write("n3", 10);

        cluster.assertEqual("n1", "n2", "n3");
        assertThat(cluster.state("n3").restored()).isOne();
    }

    /** Two operators have each gone on with a node of their own: the position alone would let them go on together. */
    @Test
    void isNotLetInWithAStateOfAnotherBranch() throws IOException {
        cluster.join("n1", "");
        cluster.join("n2", "");
        cluster.join("n3", "");
        cluster.awaitSynced("n1", "n2", "n3");
        cluster.write("n1", 100);
        cluster.assertEqual("n1", "n2", "n3");
        cluster.node("n1").leave();
        cluster.node("n2").leave();
        cluster.node("n3").leave();

        cluster.join("n3", "");
        cluster.awaitSynced("n3");
        cluster.write("n3", 5);
        cluster.node("n3").leave();
        Path saved = directory.resolve("n1").resolve("grastate.dat");
        Files.writeString(saved, Files.readString(saved).replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1"));
        cluster.join("n1", "");
        cluster.awaitSynced("n1");
        cluster.join("n2", "");
        cluster.awaitSynced("n2");
        cluster.write("n1", 50);
        cluster.join("n3", "");

        await().atMost(StateCluster.LIMIT)
                .untilAsserted(() -> assertThat(cluster.state("n3").failure())
                        .isNotNull()
                        .hasMessageContaining("another branch of that history"));
        assertThat(cluster.state("n3").lines()).hasSize(105);
        cluster.write("n2", 10);
        cluster.assertEqual("n1", "n2");
        assertThat(cluster.state("n1").lines()).hasSize(160);
        cluster.awaitSynced("n1", "n2");
    }

    @Test
    void takesASnapshotWhereNoCacheReachesBack() {
        cluster.join("n1", "gcache.size=0");
        cluster.join("n2", "gcache.size=0");
        cluster.awaitSynced("n1", "n2");
        cluster.write("n1", 300);
        cluster.join("n3", "");
        cluster.awaitSynced("n3");

        cluster.assertEqual("n1", "n2", "n3");
        assertThat(cluster.state("n3").restored()).isOne();
        cluster.write("n3", 10);
        cluster.assertEqual("n1", "n2", "n3");
    }

    @Test
    void joinsWhileOthersWrite() {
        cluster.join("n1", "");
        cluster.join("n2", "");
        cluster.awaitSynced("n1", "n2");
        for (int round = 0; round < 5; round++) {
            cluster.write("n1", 500);
            if (cluster.isOpen("n3")) {
                cluster.node("n3").leave();
            }
            CompletableFuture<Void> load = CompletableFuture.runAsync(() -> cluster.write("n2", 3000));
            cluster.join("n3", "");
            load.join();
            cluster.awaitSynced("n3");
        }
        cluster.assertEqual("n1", "n2", "n3");
    }

    /** Without certificates nothing is sent that would have to be encrypted; what is in caches is as clear as the group. */
    @Test
    void inPlainTextComesBackFromCachesAndTakesNoSnapshot() {
        cluster.joinWith("n1", "");
        cluster.joinWith("n2", "");
        cluster.awaitSynced("n1", "n2");
        cluster.write("n1", 100);
        cluster.node("n2").leave();
        cluster.write("n1", 100);
        cluster.joinWith("n2", "");
        cluster.awaitSynced("n2");
        cluster.assertEqual("n1", "n2");
        cluster.node("n2").leave();
        cluster.node("n1").leave();

        cluster.joinWith("n4", "gcache.size=0");
        cluster.awaitSynced("n4");
        cluster.write("n4", 5);
        Node stranger = cluster.joinWith("n5", "");
        await().atMost(StateCluster.LIMIT).until(() -> !stranger.isOpen());
        assertThat(cluster.state("n5").lines()).isEmpty();
    }

    /** A node that was not the last to leave may lack what others have (chapter 06 section 2.5). */
    @Test
    void theLastToLeaveIsTheOneToBootstrapFrom() throws Exception {
        cluster.join("n1", "");
        cluster.join("n2", "");
        cluster.awaitSynced("n1", "n2");
        cluster.write("n1", 100);
        cluster.assertEqual("n1", "n2");
        assertThat(savedState("n1")).contains("seqno:   -1").contains("safe_to_bootstrap: 0");
        String history = cluster.node("n1").status().group().history().toString();
        cluster.node("n2").leave();
        await().atMost(StateCluster.LIMIT)
                .untilAsserted(() -> assertThat(savedState("n2")).contains("uuid:    " + history, "seqno:   102"));
        assertThat(savedState("n2")).contains("safe_to_bootstrap: 0");
        cluster.write("n1", 10);
        cluster.node("n1").leave();
        await().atMost(StateCluster.LIMIT)
                .untilAsserted(() -> assertThat(savedState("n1")).contains("seqno:   113"));
        assertThat(savedState("n1")).contains("safe_to_bootstrap: 1");

        assertThatThrownBy(() -> cluster.join("n2", ""))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("it may not be safe to bootstrap the cluster from this node")
                .hasMessageContaining("grastate.dat");

        cluster.join("n1", "");
        cluster.awaitSynced("n1");
        cluster.join("n2", "");
        cluster.awaitSynced("n2");
        cluster.write("n2", 5);
        cluster.assertEqual("n1", "n2");
        assertThat(cluster.node("n1").status().group().history()).hasToString(history);
        assertThat(cluster.state("n1").lines()).hasSize(115);
    }

    private String savedState(String name) throws IOException {
        return Files.readString(directory.resolve(name).resolve("grastate.dat"));
    }
}

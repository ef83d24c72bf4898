package io.dromon.it.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.dromon.node.Committed;
import io.dromon.node.Durability;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.WriteSet;
import io.dromon.transport.testpeer.NoLeaks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What writers of three nodes wait for at each durability. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(180)
class DurabilityTest {
    private static final int WRITERS = 16;
    private static final int COMMITS = 100;

    @TempDir
    Path directory;

    private final Map<String, SyncedOrder> disks = new TreeMap<>();

    @SuppressWarnings("NullAway.Init") // set by begin()
    private StateCluster cluster;

    @BeforeEach
    void begin() {
        cluster = new StateCluster(directory);
    }

    @AfterEach
    void leaveAll() {
        disks.values().forEach(SyncedOrder::release);
        cluster.close();
    }

    private Node join(String name, String options) {
        SyncedOrder disk = new SyncedOrder(cluster.kept(name));
        disks.put(name, disk);
        String all = cluster.tls(name) + ";" + options;
        return cluster.joinWith(name, disk, directory.resolve(name), builder -> builder.options(all));
    }

    private void joinThree() {
        join("n1", "");
        cluster.awaitSynced("n1");
        join("n2", "");
        join("n3", "");
        cluster.awaitSynced("n2", "n3");
    }

    private SyncedOrder disk(String name) {
        return Objects.requireNonNull(disks.get(name));
    }

    private CompletableFuture<Committed> write(String name, Durability durability) {
        return cluster.node(name).replicate(WriteSet.of("x".getBytes(StandardCharsets.UTF_8)), durability);
    }

    private static NodeException failureOf(CompletableFuture<?> call) {
        ExecutionException why = catchThrowableOfType(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS));
        assertThat(why.getCause()).isInstanceOf(NodeException.class);
        return (NodeException) Objects.requireNonNull(why.getCause());
    }

    /** Closed-loop writers: each waits for its own commit. Returns the numbers, writer by writer. */
    private List<List<Long>> writeAtOnce(String name, Durability durability) throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<List<Long>>> running = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                running.add(writers.submit(() -> {
                    List<Long> seqnos = new ArrayList<>();
                    for (int commit = 0; commit < COMMITS; commit++) {
                        seqnos.add(write(name, durability)
                                .get(60, TimeUnit.SECONDS)
                                .seqno());
                    }
                    return seqnos;
                }));
            }
            List<List<Long>> all = new ArrayList<>();
            for (Future<List<Long>> writer : running) {
                all.add(writer.get(90, TimeUnit.SECONDS));
            }
            return all;
        } finally {
            writers.shutdownNow();
        }
    }

    @Test
    void writersShareTheSyncsOfTheirNode() throws Exception {
        joinThree();

        List<List<Long>> seqnos = writeAtOnce("n1", Durability.LOCAL);

        assertThat(seqnos).allSatisfy(each -> assertThat(each).isSorted().doesNotHaveDuplicates());
        int commits = WRITERS * COMMITS;
        System.out.println(commits + " commits at LOCAL took " + disk("n1").syncs() + " syncs");
        assertThat(disk("n1").syncs()).isPositive().isLessThan(commits / 2);
        assertThat(disk("n2").syncs()).as("nobody asks for them").isZero();
        assertThat(disk("n3").syncs()).isZero();
    }

    @Test
    void aMajoritySharesThemToo() throws Exception {
        joinThree();

        List<List<Long>> seqnos = writeAtOnce("n1", Durability.MAJORITY);

        assertThat(seqnos).allSatisfy(each -> assertThat(each).isSorted().doesNotHaveDuplicates());
        int commits = WRITERS * COMMITS;
        System.out.println(commits + " commits at MAJORITY took " + disk("n1").syncs() + ", "
                + disk("n2").syncs() + ", " + disk("n3").syncs() + " syncs");
        disks.forEach(
                (name, disk) -> assertThat(disk.syncs()).as(name).isPositive().isLessThan(commits / 2));
        cluster.assertEqual("n1", "n2", "n3");
    }

    @Test
    void orderedCommitsSyncNothing() {
        joinThree();

        cluster.write("n1", 500);

        cluster.assertEqual("n1", "n2", "n3");
        assertThat(disks.values()).allSatisfy(disk -> assertThat(disk.syncs()).isZero());
    }

    @Test
    void aMajorityNeedsTheDiskOfAnotherMember() throws Exception {
        joinThree();
        disk("n2").hold();
        disk("n3").hold();

        CompletableFuture<Committed> majority = write("n1", Durability.MAJORITY);
        Committed local = write("n1", Durability.LOCAL).get(30, TimeUnit.SECONDS);
        await().until(() -> disk("n2").syncs() > 0 && disk("n3").syncs() > 0);
        assertThat(majority).isNotDone();

        disk("n3").release();
        assertThat(majority.get(30, TimeUnit.SECONDS).seqno()).isEqualTo(local.seqno() - 1);
    }

    @Test
    void aNodeThatLosesItsMajorityEndsTheCallsThatWait() throws Exception {
        joinThree();
        disk("n2").hold();
        disk("n3").hold();
        CompletableFuture<Committed> majority = write("n1", Durability.MAJORITY);
        long seqno = write("n1", Durability.LOCAL).get(30, TimeUnit.SECONDS).seqno() - 1;

        cluster.node("n1").set("gmcast.isolate", "1");

        NodeException why = failureOf(majority);
        assertThat(why.reason()).isEqualTo(NodeException.Reason.DURABILITY_UNKNOWN);
        assertThat(why).hasMessageContaining("has number " + seqno + " of ").hasMessageContaining("not proven");
        cluster.node("n1").set("gmcast.isolate", "0");
        disk("n2").release();
        disk("n3").release();
        cluster.awaitSynced("n1", "n2", "n3");
        assertThat(write("n1", Durability.MAJORITY).get(30, TimeUnit.SECONDS).seqno())
                .isGreaterThan(seqno);
    }

    @Test
    void whoIsGoneIsNotWaitedFor() throws Exception {
        joinThree();
        disk("n2").hold();
        disk("n3").hold();
        CompletableFuture<Committed> majority = write("n1", Durability.MAJORITY);
        await().until(() -> disk("n2").syncs() > 0 && disk("n3").syncs() > 0);
        Thread second = new Thread(() -> cluster.node("n2").leave()); // its end waits for its disk
        second.start();
        await().until(() -> cluster.node("n1").status().group().members().size() == 2);
        assertThat(majority).as("half of the weight").isNotDone();
        Thread third = new Thread(() -> cluster.node("n3").leave());
        third.start();

        assertThat(majority.get(30, TimeUnit.SECONDS).seqno()).isPositive();
        disk("n2").release();
        disk("n3").release();
        second.join();
        third.join();
    }

    @Test
    void aSyncThatFailsEndsTheNode() {
        joinThree();
        disk("n1").breakDisk(new IOException("Input/output error"));

        NodeException why = failureOf(write("n1", Durability.MAJORITY));

        assertThat(why.reason()).isEqualTo(NodeException.Reason.DURABILITY_UNKNOWN);
        await().until(() -> !cluster.node("n1").isOpen());
        await().until(() -> cluster.state("n1").failure() != null);
        assertThat(cluster.state("n1").failure())
                .hasMessageContaining("cannot sync its state")
                .hasMessageContaining("Input/output error");
        assertThat(write("n2", Durability.MAJORITY)).succeedsWithin(30, TimeUnit.SECONDS);
    }

    @Test
    void theOptionGivesTheLevelAndCanBeChanged() throws Exception {
        join("n1", "node.durability=local");
        cluster.awaitSynced("n1");
        cluster.write("n1", 10);
        int before = disk("n1").syncs();
        assertThat(before).isPositive();

        cluster.node("n1").set("node.durability", "ordered");
        cluster.write("n1", 10);
        assertThat(disk("n1").syncs()).isEqualTo(before);
        assertThat(write("n1", Durability.MAJORITY).get(30, TimeUnit.SECONDS).seqno())
                .as("it holds all of the weight")
                .isPositive();
    }

    @Test
    void isRefusedOfAnApplicationThatCannotSync() {
        assertThatThrownBy(() -> cluster.joinWith("n1", cluster.tls("n1") + ";node.durability=majority"))
                .isInstanceOfSatisfying(
                        NodeException.class, e -> assertThat(e.reason()).isEqualTo(NodeException.Reason.CONFIGURATION))
                .hasMessageContaining("node.durability is 'majority'")
                .hasMessageContaining("DurableApplication");
        Node node = cluster.join("n1", "");
        cluster.awaitSynced("n1");

        NodeException why = failureOf(write("n1", Durability.LOCAL));
        assertThat(why.reason()).isEqualTo(NodeException.Reason.DURABILITY_UNAVAILABLE);
        assertThat(why).hasMessageContaining("was not sent");
        assertThatThrownBy(() -> node.set("node.durability", "local")).isInstanceOf(NodeException.class);
        assertThat(cluster.state("n1").lines()).isEmpty();
        cluster.write("n1", 1);
    }
}

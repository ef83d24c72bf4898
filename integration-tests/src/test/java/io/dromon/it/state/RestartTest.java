package io.dromon.it.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dromon.config.NodeConfig;
import io.dromon.it.cluster.NodeFiles;
import io.dromon.it.peers.Ports;
import io.dromon.node.Application;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.WriteSet;
import io.dromon.node.store.Consistency;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.StoreOptions;
import io.dromon.transport.testpeer.NoLeaks;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** {@link Node#restart} in a cluster of three nodes with state: the node leaves and comes back, its object stays. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(180)
class RestartTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String QUICK = "tls.watch_interval=0; evs.keepalive_period=PT0.2S;"
            + " evs.inactive_check_period=PT0.2S; evs.suspect_timeout=PT1S; evs.inactive_timeout=PT3S;"
            + " evs.install_timeout=PT1S; evs.join_retrans_period=PT0.2S; pc.linger=PT1S";
    private static final int NODES = 3;

    @TempDir
    Path directory;

    private final List<Node> nodes = new ArrayList<>();
    private final List<KeptOrder> states = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final X509Bundle authority = TestPki.ca("restart CA");
    private final AtomicBoolean writing = new AtomicBoolean(true);
    private final List<Thread> writers = new ArrayList<>();
    private final ConcurrentHashMap<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void choosePorts() {
        for (int i = 0; i < NODES; i++) {
            ports.add(Ports.free());
        }
    }

    @AfterEach
    void leaveAll() {
        writing.set(false);
        nodes.forEach(Node::leave);
    }

    /** Of all nodes but one. */
    private String othersThan(int number) {
        List<String> others = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            if (i != number) {
                others.add("127.0.0.1:" + ports.get(i));
            }
        }
        return "gcomm://" + String.join(",", others);
    }

    private NodeConfig config(int number, String options) {
        return NodeConfig.builder()
                .group("g")
                .name("n" + number)
                .address(number == 0 ? "gcomm://" : othersThan(number))
                .listen("tcp://127.0.0.1:" + ports.get(number))
                .dataDir(directory.resolve("n" + number))
                .options(QUICK + ";" + options)
                .build();
    }

    private Map<String, String> tls(int number) {
        NodeFiles files = new NodeFiles(directory.resolve("tls-" + number));
        files.trust(authority);
        files.issue(authority, "n" + number);
        return Map.of(
                "socket.ssl_cert", files.certificate().toString(),
                "socket.ssl_key", files.key().toString(),
                "socket.ssl_ca", files.authorities().toString());
    }

    private void start(boolean inTls) throws Exception {
        for (int i = 0; i < NODES; i++) {
            StringBuilder options = new StringBuilder();
            if (inTls) {
                tls(i).forEach((name, value) ->
                        options.append(name).append('=').append(value).append(';'));
            }
            states.add(new KeptOrder());
            nodes.add(Node.start(config(i, options.toString()), states.get(i)));
            awaitSynced(i);
        }
    }

    private void awaitSynced(int number) throws ExecutionException, InterruptedException, TimeoutException {
        nodes.get(number).synced().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private void awaitMembers(int members) {
        for (Node node : nodes) {
            await().atMost(LIMIT)
                    .until(() -> node.status().state() == NodeState.SYNCED
                            && node.status().group().members().size() == members);
        }
    }

    private void write() {
        for (int i = 0; i < NODES; i++) {
            int number = i;
            Thread thread = new Thread(() -> write(number), "writer-" + i);
            thread.setDaemon(true);
            thread.start();
            writers.add(thread);
        }
    }

    /** One at a time; a call that does not end is a violation, whatever its result. */
    private void write(int number) {
        for (int i = 0; writing.get(); i++) {
            String text = "n" + number + "-" + i;
            try {
                Committed done = nodes.get(number)
                        .replicate(WriteSet.of(text.getBytes(StandardCharsets.UTF_8)))
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                acknowledged.put(text, done.seqno());
            } catch (ExecutionException e) {
                Thread.onSpinWait();
            } catch (TimeoutException e) {
                violations.add(text + " has not ended");
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void stopWriting() throws InterruptedException {
        writing.set(false);
        for (Thread writer : writers) {
            writer.join(LIMIT.toMillis());
            assertThat(writer.isAlive()).isFalse();
        }
    }

    private void awaitProgress() {
        int before = acknowledged.size();
        await().atMost(LIMIT).until(() -> acknowledged.size() > before + 200);
    }

    /** All have the same order, nobody a gap, each write-set stands in it once, and what was acknowledged in its place. */
    private void assertWhole() throws Exception {
        assertThat(violations).isEmpty();
        for (Node node : nodes) {
            node.sync().get(LIMIT.toSeconds(), TimeUnit.SECONDS); // it has applied all that was written
        }
        List<String> order = states.get(0).lines();
        for (int i = 0; i < NODES; i++) {
            KeptOrder state = states.get(i);
            await().atMost(LIMIT).untilAsserted(() -> assertThat(state.lines()).hasSameSizeAs(order));
            assertThat(state.lines()).isEqualTo(order);
            assertThat(state.missed()).isZero();
            assertThat(state.stops()).isZero();
        }
        assertThat(order.stream().map(line -> line.replaceFirst("^[0-9]+ ", "")))
                .doesNotHaveDuplicates();
        assertThat(order)
                .containsAll(acknowledged.entrySet().stream()
                        .map(each ->
                                each.getValue() + " " + each.getKey().replaceFirst("-.*", "") + " " + each.getKey())
                        .toList());
    }

    @Test
    void restartsOneByOneWithChangedOptionsUnderLoad() throws Exception {
        start(true);
        write();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < NODES; i++) {
                awaitProgress();
                Map<String, String> changed = new HashMap<>();
                changed.put("wsrep_cluster_address", othersThan(i));
                changed.put("evs.send_window", String.valueOf(5 + round));
                changed.put("wsrep_node_name", "n" + i);
                if (round == 1) {
                    ports.set(i, Ports.free());
                    changed.put("gmcast.listen_addr", "tcp://127.0.0.1:" + ports.get(i));
                }
                nodes.get(i).restart(changed);
                awaitSynced(i);
                awaitMembers(NODES);
                assertThat(nodes.get(i).status().options()).containsEntry("evs.send_window", String.valueOf(5 + round));
            }
        }
        awaitProgress();
        stopWriting();
        awaitMembers(NODES);
        assertWhole();
    }

    /** A re-bootstrap: brief outage, one node makes the cluster anew, with the state that all have. */
    @Test
    void takesAWholeClusterFromPlainTextToTls() throws Exception {
        start(false);
        write();
        awaitProgress();
        String history = nodes.get(0).status().group().history().toString();

        for (int i = NODES - 1; i >= 0; i--) {
            Map<String, String> changed = new HashMap<>(tls(i));
            changed.put("wsrep_cluster_address", i == 0 ? "gcomm://" : othersThan(i));
            nodes.get(i).restart(changed);
        }
        for (int i = 0; i < NODES; i++) {
            awaitSynced(i);
        }

        awaitMembers(NODES);
        awaitProgress();
        stopWriting();
        assertWhole();
        for (Node node : nodes) {
            assertThat(node.status().linkSummary()).isEqualTo("2 of 2 links TLS 1.3");
            assertThat(node.status().group().history()).hasToString(history);
        }
    }

    @Test
    void makesNoSecondClusterBesideTheOneThatItIsIn() throws Exception {
        start(false);
        awaitMembers(NODES);

        assertThatThrownBy(() -> nodes.get(0).restart(Map.of("evs.send_window", "6")))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("new cluster")
                .hasMessageContaining("2 other members");

        assertThat(nodes.get(0).status().group().members()).hasSize(NODES);
        nodes.get(0).restart(Map.of("wsrep_cluster_address", othersThan(0)));
        awaitSynced(0);
        awaitMembers(NODES);
    }

    /** As Galera has it: what closes in order is no member of the last component any more. */
    @Test
    void warnsOfItsNewIdentityWhereItIsInNoComponent() throws Exception {
        start(false);
        awaitMembers(NODES);
        UUID before = nodes.get(0).status().uuid();
        Logger logger = (Logger) LoggerFactory.getLogger("io.dromon.node");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            nodes.get(1).restart(Map.of("wsrep_cluster_address", othersThan(1)));
            awaitSynced(1);
            assertThat(warnings(log)).isEmpty();
            nodes.get(0).set("gmcast.isolate", "1");
            await().atMost(LIMIT).until(() -> !nodes.get(0).status().group().primary());

            nodes.get(0).restart(Map.of("wsrep_cluster_address", othersThan(0), "gmcast.isolate", "0"));

            assertThat(warnings(log)).singleElement().asString().contains("n0: restarts", "pc.bootstrap=1");
            awaitSynced(0);
            awaitMembers(NODES);
            assertThat(nodes.get(0).status().uuid()).isNotEqualTo(before);
        } finally {
            logger.detachAppender(log);
        }
    }

    private static List<String> warnings(ListAppender<ILoggingEvent> log) {
        synchronized (log) {
            return log.list.stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .filter(line -> line.contains("is in no primary component: it comes back as a new member"))
                    .toList();
        }
    }

    @Test
    void tellsAnApplicationWithoutStateWhatItMissed() throws Exception {
        List<String> told = new ArrayList<>();
        AtomicLong last = new AtomicLong();
        Application application = new Application() {
            @Override
            public void deliver(Delivery delivery) {
                last.set(delivery.seqno());
            }

            @Override
            public void onMissed(long from, long to) {
                synchronized (told) {
                    told.add(from + " to " + to);
                }
            }
        };
        nodes.add(Node.join(config(0, ""), delivery -> {}));
        nodes.add(Node.join(config(1, ""), application));
        Node writer = nodes.get(0);
        long before = writer.replicate(WriteSet.of(new byte[] {1})).join().seqno();
        await().atMost(LIMIT).until(() -> last.get() == before);
        told.clear();

        nodes.get(1).restart(Map.of());
        awaitSynced(1);
        long after = writer.replicate(WriteSet.of(new byte[] {2})).join().seqno();
        await().atMost(LIMIT).until(() -> last.get() == after);

        synchronized (told) {
            assertThat(told).allSatisfy(range -> assertThat(range).startsWith((before + 1) + " to "));
        }
    }

    @Test
    void aStoreGoesOnAfterARestartOfItsNode() throws Exception {
        List<ReplicatedStore> stores = new ArrayList<>();
        AtomicLong added = new AtomicLong();
        AtomicLong unknown = new AtomicLong();
        try {
            for (int i = 0; i < NODES; i++) {
                stores.add(ReplicatedStore.join(
                        config(i, ""), StoreOptions.memory().withMaxAttempts(1000)));
            }
            for (ReplicatedStore store : stores) {
                Thread thread = new Thread(() -> count(store, added, unknown), "counter");
                thread.setDaemon(true);
                thread.start();
                writers.add(thread);
            }
            for (int i = 0; i < NODES; i++) {
                long before = added.get();
                await().atMost(LIMIT).until(() -> added.get() > before + 50);
                stores.get(i).node().restart(Map.of("wsrep_cluster_address", othersThan(i)));
                stores.get(i).node().synced().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            stopWriting();
            for (ReplicatedStore store : stores) {
                long seqno = store.update(tx -> tx.put("last", "word"));
                long counted = Long.parseLong(store.read(
                        Consistency.after(seqno), now -> now.getText("counter").orElse("0")));
                assertThat(counted).isBetween(added.get(), added.get() + unknown.get());
            }
            assertThat(unknown.get())
                    .as("a writer a node, one call cut off by each of its restarts")
                    .isLessThan(10);
        } finally {
            stores.forEach(ReplicatedStore::close);
        }
    }

    private void count(ReplicatedStore store, AtomicLong added, AtomicLong unknown) {
        while (writing.get()) {
            try {
                store.update(tx -> tx.put(
                        "counter",
                        String.valueOf(
                                1 + tx.getText("counter").map(Long::parseLong).orElse(0L))));
                added.incrementAndGet();
            } catch (NodeException e) {
                if (e.reason() == NodeException.Reason.CLOSED || e.reason() == NodeException.Reason.OUTCOME_UNKNOWN) {
                    unknown.incrementAndGet();
                }
                Thread.onSpinWait();
            }
        }
    }
}

package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import io.dromon.node.Application;
import io.dromon.node.CertificationFailedException;
import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.WriteSet;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transactions that read, compute and write on three nodes at once. */
@Tag("sockets")
@Timeout(120)
final class BankTransfersTest {
    private static final int ACCOUNTS = 8;
    private static final long BALANCE = 1000;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    /** Accounts; a write-set holds the new balances of two of them. */
    private static final class Bank implements Application {
        private final long[] balances = new long[ACCOUNTS];
        private long applied;

        Bank() {
            Arrays.fill(balances, BALANCE);
        }

        @Override
        public synchronized void deliver(Delivery delivery) {
            ByteBuffer data = delivery.data();
            while (data.hasRemaining()) {
                balances[data.getInt()] = data.getLong();
            }
            applied = delivery.seqno();
        }

        @Override
        public synchronized void onView(ClusterView view) {
            applied = view.primary() ? Math.max(applied, view.seqno()) : applied;
        }

        synchronized Snapshot snapshot() {
            return new Snapshot(applied, balances.clone());
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Snapshot(long seqno, long[] balances) {
        WriteSet transfer(int from, int to, long amount, boolean withKeys) {
            ByteBuffer data = ByteBuffer.allocate(24);
            data.putInt(from).putLong(balances[from] - amount);
            data.putInt(to).putLong(balances[to] + amount);
            WriteSet.Builder change = WriteSet.builder().data(data.array()).basedOn(seqno);
            return withKeys
                    ? change.exclusive("accounts", "" + from)
                            .exclusive("accounts", "" + to)
                            .build()
                    : change.build();
        }

        long sum() {
            return Arrays.stream(balances).sum();
        }
    }

    private final class Cluster implements AutoCloseable {
        final LiveCluster live = new LiveCluster(directory, RuntimeOptionsTest.QUICK);
        final List<Bank> banks = new ArrayList<>();
        final List<Node> nodes = new ArrayList<>();
        final AtomicInteger failures = new AtomicInteger();

        void join(int count) {
            for (int i = 0; i < count; i++) {
                Bank bank = new Bank();
                nodes.add(live.join("", bank).node);
                banks.add(bank);
            }
            live.awaitMembers(count);
        }

        void transfers(int count, boolean withKeys) throws Exception {
            ExecutorService clients = Executors.newFixedThreadPool(2 * nodes.size());
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int client = 0; client < 2 * nodes.size(); client++) {
                    int number = client;
                    all.add(clients.submit(() -> transfer(number, count, withKeys)));
                }
                for (Future<?> each : all) {
                    each.get(60, TimeUnit.SECONDS);
                }
            } finally {
                clients.shutdownNow();
            }
            long last = nodes.get(0).sync().get(10, TimeUnit.SECONDS);
            for (Node node : nodes) {
                assertThat(node.sync().get(10, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(last);
            }
        }

        private void transfer(int client, int count, boolean withKeys) {
            SplittableRandom random = new SplittableRandom(client);
            Node node = nodes.get(client % nodes.size());
            Bank bank = banks.get(client % nodes.size());
            for (int done = 0; done < count; ) {
                int from = random.nextInt(ACCOUNTS);
                int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
                try {
                    node.replicate(bank.snapshot().transfer(from, to, random.nextInt(10), withKeys))
                            .join();
                    done++;
                } catch (CompletionException e) {
                    if (!(e.getCause() instanceof CertificationFailedException)) {
                        throw e;
                    }
                    failures.incrementAndGet();
                }
            }
        }

        @Override
        public void close() {
            live.close();
        }
    }

    @Test
    void losesNoUpdateOnThreeNodes() throws Exception {
        try (Cluster cluster = new Cluster()) {
            cluster.join(3);

            cluster.transfers(200, true);

            for (Bank bank : cluster.banks) {
                assertThat(bank.snapshot().balances())
                        .isEqualTo(cluster.banks.get(0).snapshot().balances());
                assertThat(bank.snapshot().sum()).isEqualTo(ACCOUNTS * BALANCE);
            }
            assertThat(cluster.failures).hasPositiveValue();
            assertThat(cluster.nodes.stream()
                            .map(node -> node.status().certification())
                            .mapToLong(told -> told.ownFailed() + told.refused())
                            .sum())
                    .isEqualTo(cluster.failures.get());
            assertThat(cluster.nodes.stream()
                            .map(node -> node.status().certification().failed())
                            .distinct())
                    .as("all members have seen the same verdicts")
                    .hasSize(1);
        }
    }

    /** That the bank would notice. */
    @Test
    void losesUpdatesWithoutKeys() throws Exception {
        try (Cluster cluster = new Cluster()) {
            cluster.join(3);

            cluster.transfers(200, false);

            assertThat(cluster.banks.get(0).snapshot().sum()).isNotEqualTo(ACCOUNTS * BALANCE);
            assertThat(cluster.banks.get(1).snapshot().balances())
                    .isEqualTo(cluster.banks.get(0).snapshot().balances());
        }
    }

    @Test
    void saysAgainstWhomAndOnWhichKey() {
        try (Cluster cluster = new Cluster()) {
            cluster.join(2);
            Node first = cluster.nodes.get(0);
            Node second = cluster.nodes.get(1);
            Snapshot old = cluster.banks.get(1).snapshot();
            long base = second.sync().join();
            long seqno = first.replicate(old.transfer(0, 1, 5, true)).join().seqno();
            await().atMost(LIMIT).until(() -> cluster.banks.get(1).snapshot().seqno() >= seqno);

            CertificationFailedException failure = failureOf(second.replicate(WriteSet.builder()
                    .exclusive("accounts", "1")
                    .basedOn(base)
                    .data(new byte[] {0})
                    .build()));

            assertThat(failure.reason()).isEqualTo(NodeException.Reason.CERTIFICATION_FAILED);
            CertificationFailedException.Against against = failure.against().orElseThrow();
            assertThat(against.seqno()).hasValue(seqno);
            assertThat(against.nodeName()).isEqualTo("n0");
            assertThat(against.node()).isEqualTo(first.uuid());
            assertThat(against.key()).containsExactly("accounts", "1");
            assertThat(failure.getMessage())
                    .contains("accounts/1", "write-set " + seqno + " of n0", "Read again and try again");
            NodeStatus status = second.status();
            assertThat(status.certification().refused()).isEqualTo(1);
        }
    }

    /** The members of before know what the one that joined does not: they must judge as it does. */
    @Test
    void judgesAlikeWhileMembersComeAndGo() throws Exception {
        try (Cluster cluster = new Cluster()) {
            cluster.join(2);
            CompletableFuture<Void> work = CompletableFuture.runAsync(() -> {
                try {
                    cluster.transfers(400, true);
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            });
            for (int i = 0; i < 3; i++) {
                Member guest = cluster.live.bareMember("guest" + i);
                cluster.live.join(guest, RuntimeOptionsTest.QUICK);
                guest.node.sync().get(10, TimeUnit.SECONDS);
                guest.node.close();
                cluster.live.members.remove(guest);
            }
            work.get(60, TimeUnit.SECONDS);

            assertThat(cluster.banks.get(0).snapshot().sum()).isEqualTo(ACCOUNTS * BALANCE);
            assertThat(cluster.banks.get(1).snapshot().balances())
                    .isEqualTo(cluster.banks.get(0).snapshot().balances());
        }
    }

    private static CertificationFailedException failureOf(CompletableFuture<?> call) {
        try {
            call.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof CertificationFailedException failure) {
                return failure;
            }
            throw e;
        }
        throw new AssertionError("committed");
    }
}

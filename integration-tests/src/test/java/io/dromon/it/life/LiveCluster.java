package io.dromon.it.life;

import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.WriteSet;
import io.dromon.transport.mesh.MeshLinkState;
import io.dromon.transport.testpki.TestPki;
import io.netty.pkitesting.X509Bundle;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Nodes in this JVM, each with a certificate of its own from one authority, and writers. */
final class LiveCluster implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(30);

    final List<Member> members = new ArrayList<>();
    final X509Bundle authority = TestPki.ca("life CA");
    final Path directory;
    private final String options;
    private final AtomicBoolean writing = new AtomicBoolean();
    private final List<Thread> writers = new ArrayList<>();
    final AtomicLong committed = new AtomicLong();
    final AtomicLong failed = new AtomicLong();
    private final AtomicLong next = new AtomicLong();

    /** One node, and what its application saw. */
    static final class Member implements Application {
        final String name;
        final NodeFiles files;
        final Path dataDirectory;
        final AtomicInteger views = new AtomicInteger();
        /** In the last view; what was counted before is final when it is seen. */
        volatile int lastMembers;

        final AtomicLong delivered = new AtomicLong();
        /** Of all write-sets and their numbers, in order. */
        volatile long digest = 1;

        volatile long lastSeqno = -1;
        /** Null unless {@link #logOrder} asked for it. */
        private volatile @Nullable OrderLog orderLog;
        /** From the end of one node of this member to the links of the next. */
        volatile boolean restarting;
        /** Last number of a write-set or a view; negative for a node that has begun. */
        private long lastNumber;

        @SuppressWarnings("NullAway.Init") // set by join()
        volatile Node node;

        Member(String name, Path directory) {
            this.name = name;
            this.files = new NodeFiles(directory.resolve(name + "-tls"));
            this.dataDirectory = directory.resolve(name);
        }

        @Override
        public void deliver(Delivery delivery) {
            long value = digest * 31 + delivery.seqno();
            ByteBuffer data = delivery.data().duplicate();
            digest = value * 31 + data.hashCode();
            OrderLog log = orderLog;
            if (log != null) {
                log.delivered(name, lastNumber, delivery.seqno(), data.getLong(data.position()));
            }
            lastNumber = delivery.seqno();
            lastSeqno = delivery.seqno();
            delivered.incrementAndGet();
        }

        @Override
        public void onView(ClusterView view) {
            OrderLog log = orderLog;
            if (log != null && !view.primary() && !restarting) {
                log.violate(name + " was told that it is not in the primary component");
            }
            lastNumber = view.primary() ? view.seqno() : -1;
            views.incrementAndGet();
            lastMembers = view.members().size();
        }

        /** Everything that is delivered from now on. */
        void logOrder(OrderLog log) {
            orderLog = log;
        }

        /** Where others can dial it. */
        String hostPort() {
            return node.listenAddress().replaceFirst("^.*://", "");
        }

        /** Serial of the certificate that a peer presents to this node, on all links to it. */
        List<String> serialsSeenOf(Member peer) {
            return node.status().links().stream()
                    .filter(link -> link.tls()
                            .map(tls -> tls.subject().contains("CN=" + peer.name))
                            .orElse(false))
                    .map(link -> link.tls().orElseThrow().serial())
                    .distinct()
                    .toList();
        }
    }

    LiveCluster(Path directory, String options) {
        this.directory = directory;
        this.options = options;
    }

    /** Starts nodes and waits until each is linked to each. */
    LiveCluster start(int count) {
        for (int i = 0; i < count; i++) {
            Member member = new Member("n" + i, directory);
            member.files.trust(authority);
            member.files.issue(authority, member.name);
            members.add(member);
            join(member);
        }
        awaitLinks();
        return this;
    }

    void join(Member member) {
        join(member, member.files.options() + ";" + options);
    }

    /** @param providerOptions those of TLS included */
    void join(Member member, String providerOptions) {
        joinAt(member, members.get(0), providerOptions);
    }

    /** @param seed the node to join by; the member itself makes a new group */
    void joinAt(Member member, Member seed, String providerOptions) {
        String first = seed == member ? "" : seed.hostPort();
        member.node = Node.join(
                NodeConfig.builder()
                        .group("life")
                        .name(member.name)
                        .address("gcomm://" + first)
                        .listen("tcp://127.0.0.1:0")
                        .dataDir(member.dataDirectory)
                        .options(providerOptions)
                        .build(),
                member);
    }

    void awaitLinks() {
        await().atMost(LIMIT)
                .until(() -> members.stream()
                        .allMatch(member -> member.node.status().mesh().stream()
                                        .filter(link -> link.state() == MeshLinkState.OK)
                                        .count()
                                == members.size() - 1));
    }

    /** Waits until the application of each has been told of so many members. */
    void awaitMembers(int count) {
        await().atMost(LIMIT).until(() -> members.stream().allMatch(member -> member.lastMembers == count));
    }

    int views() {
        return members.stream().mapToInt(member -> member.views.get()).sum();
    }

    /** Closed-loop writers on every node, until {@link #stopWriting}. */
    void write(int writersPerNode, int bytes) {
        for (Member member : members) {
            write(member, writersPerNode, bytes);
        }
    }

    /** The same on one node; they end with it where it is restarted. */
    void write(Member member, int count, int bytes) {
        writing.set(true);
        for (int i = 0; i < count; i++) {
            Thread writer = new Thread(() -> writeAll(member, bytes), "writer");
            writers.add(writer);
            writer.start();
        }
    }

    private void writeAll(Member member, int bytes) {
        while (writing.get()) {
            try {
                byte[] data = new byte[bytes];
                long number = next.incrementAndGet();
                ByteBuffer.wrap(data).putLong(0, number);
                Committed done = member.node.replicate(WriteSet.of(data)).join();
                committed.incrementAndGet();
                OrderLog log = member.orderLog;
                if (log != null) {
                    log.acknowledged(done.seqno(), number);
                }
            } catch (CompletionException e) {
                if (!member.restarting) {
                    failed.incrementAndGet();
                }
                return;
            }
        }
    }

    void stopWriting() throws InterruptedException {
        writing.set(false);
        for (Thread writer : writers) {
            writer.join(LIMIT.toMillis());
        }
        writers.clear();
        await().atMost(LIMIT)
                .until(() -> members.stream()
                                .map(member -> member.lastSeqno)
                                .distinct()
                                .count()
                        == 1);
    }

    @Override
    public void close() {
        writing.set(false);
        members.forEach(member -> member.node.close());
    }
}

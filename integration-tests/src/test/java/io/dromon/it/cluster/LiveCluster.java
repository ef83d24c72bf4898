package io.dromon.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.Node;
import io.dromon.node.WriteSet;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.mesh.MeshLinkState;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsPeer;
import io.netty.pkitesting.X509Bundle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Nodes of one group in this JVM and their writers. The nodes have certificates of their own from one authority, or what
 * the options of a test name.
 */
public final class LiveCluster implements AutoCloseable {
    public static final Duration LIMIT = Duration.ofSeconds(30);
    /** The name of the group. */
    public static final String GROUP = "g";

    private static final Application NONE = delivery -> {};

    public final List<Member> members = new ArrayList<>();
    public final X509Bundle authority = TestPki.ca("life CA");
    private final Path directory;
    private final String options;
    private final AtomicBoolean writing = new AtomicBoolean();
    private final List<Thread> writers = new ArrayList<>();
    public final AtomicLong committed = new AtomicLong();
    public final AtomicLong failed = new AtomicLong();
    private final AtomicLong next = new AtomicLong();

    /** One node, and what its application saw. */
    public static final class Member implements Application {
        public final String name;
        public final NodeFiles files;
        public final Path dataDirectory;
        public final AtomicInteger views = new AtomicInteger();
        /** In the last view; what was counted before is final when it is seen. */
        public volatile int lastMembers;

        public final AtomicLong delivered = new AtomicLong();
        /** Of all write-sets and their numbers, in order. */
        public volatile long digest = 1;

        public volatile long lastSeqno = -1;
        /** Null unless {@link #logOrder} asked for it. */
        private volatile @Nullable OrderLog orderLog;
        /** From the end of one node of this member to the links of the next. */
        public volatile boolean restarting;
        /** Last number of a write-set or a view; negative for a node that has begun. */
        private long lastNumber;

        @SuppressWarnings("NullAway.Init") // set by join()
        public volatile Node node;

        private final Application application;

        private Member(String name, Path directory, Application application) {
            this.application = application;
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
            application.deliver(delivery);
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
            application.onView(view);
        }

        /** Everything that is delivered from now on. */
        public void logOrder(OrderLog log) {
            orderLog = log;
        }

        /** Where others can dial it. */
        public String hostPort() {
            return node.listenAddress().replaceFirst("^.*://", "");
        }

        /** What it knows of the peers on its links. */
        public List<TlsPeer> peers() {
            return node.status().links().stream()
                    .map(LinkStatus::tls)
                    .flatMap(Optional::stream)
                    .toList();
        }

        /** Serial of the certificate that a peer presents to this node, on all links to it. */
        public List<String> serialsSeenOf(Member peer) {
            return node.status().links().stream()
                    .filter(link -> link.tls()
                            .map(tls -> tls.subject().contains("CN=" + peer.name))
                            .orElse(false))
                    .map(link -> link.tls().orElseThrow().serial())
                    .distinct()
                    .toList();
        }
    }

    /** @param options of all nodes */
    public LiveCluster(Path directory, String options) {
        this.directory = directory;
        this.options = options;
    }

    /** Starts nodes and waits until each is linked to each. */
    public LiveCluster start(int count) {
        for (int i = 0; i < count; i++) {
            join(member("n" + i));
        }
        awaitLinks();
        return this;
    }

    /** One more member with a certificate of the authority; it has no node yet. */
    public Member member(String name) {
        Member member = bareMember(name);
        member.files.trust(authority);
        member.files.issue(authority, name);
        return member;
    }

    /** One more member without TLS files; it has no node yet. */
    public Member bareMember(String name) {
        Member member = new Member(name, directory, NONE);
        members.add(member);
        return member;
    }

    /** One more node, with TLS options of the test's own; one that is refused is no member. */
    public Member join(String providerOptions) {
        return join(providerOptions, NONE);
    }

    /** As above; {@code application} is given what the member is. */
    public Member join(String providerOptions, Application application) {
        Member member = new Member("n" + members.size(), directory, application);
        joinAt(member, members.isEmpty() ? member : members.get(0), providerOptions + ";" + options);
        members.add(member);
        return member;
    }

    /** With its own files and the options of all nodes. */
    public void join(Member member) {
        join(member, member.files.options() + ";" + options);
    }

    /** @param providerOptions those of TLS included */
    public void join(Member member, String providerOptions) {
        joinAt(member, members.get(0), providerOptions);
    }

    /** @param seed the node to join by; the member itself makes a new group */
    public void joinAt(Member member, Member seed, String providerOptions) {
        String first = seed == member ? "" : seed.hostPort();
        member.node = Node.join(config(member, first, providerOptions), member);
    }

    /** @param peers to dial, as host:port; empty makes a new group */
    public static NodeConfig config(Member member, String peers, String providerOptions) {
        return NodeConfig.builder()
                .group(GROUP)
                .name(member.name)
                .address("gcomm://" + peers)
                .listen("tcp://127.0.0.1:0")
                .dataDir(member.dataDirectory)
                .options(providerOptions)
                .build();
    }

    public void awaitLinks() {
        await().atMost(LIMIT)
                .until(() -> members.stream()
                        .allMatch(member -> member.node.status().mesh().stream()
                                        .filter(link -> link.state() == MeshLinkState.OK)
                                        .count()
                                == members.size() - 1));
    }

    /** Waits until the application of each has been told of so many members. */
    public void awaitMembers(int count) {
        await().atMost(LIMIT).until(() -> members.stream().allMatch(member -> member.lastMembers == count));
    }

    public int views() {
        return members.stream().mapToInt(member -> member.views.get()).sum();
    }

    /** Closed-loop writers on every node, until {@link #stopWriting}. */
    public void write(int writersPerNode, int bytes) {
        for (Member member : members) {
            write(member, writersPerNode, bytes);
        }
    }

    /** The same on one node; they end with it where it is restarted. */
    public void write(Member member, int count, int bytes) {
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

    public void stopWriting() throws InterruptedException {
        writing.set(false);
        for (Thread writer : writers) {
            writer.join(LIMIT.toMillis());
        }
        writers.clear();
        awaitSameSeqno();
    }

    /** While nothing else is written: each node writes, all deliver the same in the same order, over links with TLS 1.3. */
    public void replicates() {
        members.forEach(member -> member.digest = 1);
        for (Member member : members) {
            Committed unused = member.node
                    .replicate(WriteSet.of(("from " + member.name).getBytes(StandardCharsets.UTF_8)))
                    .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .join();
        }
        awaitSameSeqno();
        assertThat(members).extracting(member -> member.digest).containsOnly(members.get(0).digest);
        assertThat(members)
                .allSatisfy(member -> assertThat(member.node.status().links())
                        .isNotEmpty()
                        .allSatisfy(link ->
                                assertThat(link.tls()).map(TlsPeer::protocol).hasValue("TLSv1.3")));
    }

    private void awaitSameSeqno() {
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

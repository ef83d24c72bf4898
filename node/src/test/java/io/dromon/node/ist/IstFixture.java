package io.dromon.node.ist;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.config.Address;
import io.dromon.node.ist.protocol.IncomingStream.Expected;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.ist.protocol.IstException;
import io.dromon.node.ist.protocol.IstVectors;
import io.dromon.node.ist.protocol.IstVectors.Recorded;
import io.dromon.node.ist.protocol.StoredEvent;
import io.dromon.node.ist.protocol.StoredEvent.Kind;
import io.dromon.node.writeset.KeyFormat;
import io.dromon.node.writeset.Originator;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** Donors and joiners in one process, and the modes in which they meet. */
abstract class IstFixture {
    static final Recorded RECORDED = IstVectors.ALL.get(2);
    static final X509Bundle CA = TestPki.ca("ca");
    static final IstSettings SETTINGS = settings(Duration.ofSeconds(20), Duration.ofSeconds(5), Set.of());

    static IstSettings settings(Duration arrival, Duration silence, Set<InetAddress> allowed) {
        return new IstSettings(
                Duration.ofSeconds(5), Duration.ofSeconds(2), arrival, silence, Duration.ofMinutes(1), 4, allowed);
    }

    /** How both ends speak. */
    enum Mode {
        PLAIN,
        BORINGSSL,
        JDK;

        Optional<TlsContexts> contexts(String name) {
            return this == PLAIN
                    ? Optional.empty()
                    : Optional.of(issued(TlsSettings.Provider.valueOf(name()), name, CA));
        }
    }

    private final List<AutoCloseable> opened = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void closeAll() throws Exception {
        Collections.reverse(opened);
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    final <T extends AutoCloseable> T closing(T each) {
        opened.add(each);
        return each;
    }

    static TlsContexts issued(TlsSettings.Provider provider, String name, X509Bundle ca) {
        return TestPki.contexts(provider, TestPki.issue(TestPki.builder(name), ca), ca.getCertificate());
    }

    final Optional<TlsContexts> contexts(Mode mode, String name) {
        Optional<TlsContexts> contexts = mode.contexts(name);
        contexts.ifPresent(this::closing);
        return contexts;
    }

    final IstJoiner joiner(Mode mode) throws IOException {
        return joiner(contexts(mode, "joiner"), SETTINGS, RECORDED.expected());
    }

    final IstJoiner joiner(Optional<TlsContexts> tls, IstSettings settings, Expected expected) throws IOException {
        return closing(IstJoiner.listen(Address.parse("127.0.0.1:0"), expected, settings, IstModes.of(() -> tls)));
    }

    static Address address(IstJoiner joiner) {
        return joiner.address("127.0.0.1");
    }

    final IstDonor donor(Mode mode, Address joiner) throws IstException {
        return donor(contexts(mode, "donor"), joiner);
    }

    final IstDonor donor(Optional<TlsContexts> tls, Address joiner) throws IstException {
        return closing(IstDonor.connect(joiner, 11, SETTINGS, IstModes.of(() -> tls)));
    }

    /** Events that need room. */
    static List<StoredEvent> writeSets(int count, int bytes) {
        List<StoredEvent> events = new ArrayList<>();
        for (int seqno = 1; seqno <= count; seqno++) {
            events.add(writeSet(seqno, bytes));
        }
        return events;
    }

    static StoredEvent writeSet(long seqno, int length) {
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) seqno);
        Bytes sealed = new WriteSetBuilder()
                .update("t", "k" + seqno)
                .data(new Bytes(data))
                .build()
                .seal(6, KeyFormat.FLAT8, new Originator(new UUID(1, 2), 1, 1), seqno - 1, 1);
        try {
            byte[] certified = sealed.toArray();
            Bytes header = ReceivedWriteSet.decode(sealed).certifiedHeader(seqno, 1);
            System.arraycopy(header.toArray(), 0, certified, 0, header.length());
            return new StoredEvent(Kind.WRITE_SET, seqno, new Bytes(certified));
        } catch (MalformedMessageException e) {
            throw new IllegalStateException(e);
        }
    }

    static Expected expected(long lastNeeded) {
        return new Expected(11, IstVectors.HISTORY, lastNeeded, 64 << 20);
    }

    /** A cache of a list. */
    static final class ListSource implements IstSource {
        final AtomicInteger given = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();
        private final List<StoredEvent> events;

        ListSource(List<StoredEvent> events) {
            this.events = events;
        }

        @Override
        public StoredEvent next() throws IOException {
            int index = given.getAndIncrement();
            if (index >= events.size()) {
                throw new IOException("event is not in the cache any more");
            }
            return events.get(index);
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    /** How a donor ended: the last seqno, or why it failed. */
    static final class Sent implements IstDonor.Listener {
        private final BlockingQueue<Object> ends = new LinkedBlockingQueue<>();

        @Override
        public void onSent(long lastSeqno) {
            ends.add(lastSeqno);
        }

        @Override
        public void onFailure(IstException failure) {
            ends.add(failure);
        }

        Object end() throws InterruptedException {
            return IstFixture.end(ends);
        }

        IstException failure() throws InterruptedException {
            return (IstException) end();
        }
    }

    /** What a joiner took, and how it ended. */
    static class Received implements IstRecipient {
        final List<IstEvent> events = Collections.synchronizedList(new ArrayList<>());
        volatile long lastGood = Long.MIN_VALUE;
        private final BlockingQueue<Object> ends = new LinkedBlockingQueue<>();

        @Override
        public void onEvent(IstEvent event) throws IOException, MalformedMessageException, InterruptedException {
            events.add(event);
        }

        @Override
        public void onEnd(long lastSeqno) {
            ends.add(lastSeqno);
        }

        @Override
        public void onFailure(IstException failure, long good) {
            lastGood = good;
            ends.add(failure);
        }

        Object end() throws InterruptedException {
            return IstFixture.end(ends);
        }

        IstException failure() throws InterruptedException {
            return (IstException) end();
        }

        List<Long> seqnos() {
            return List.copyOf(events).stream().map(IstEvent::seqno).toList();
        }
    }

    /** The one end, which must come in time. */
    private static Object end(BlockingQueue<Object> ends) throws InterruptedException {
        Object end = ends.poll(30, TimeUnit.SECONDS);
        assertThat(end).as("an end within 30 s").isNotNull();
        assertThat(ends).as("more than one end").isEmpty();
        return java.util.Objects.requireNonNull(end);
    }
}

package io.dromon.it.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dromon.config.Address;
import io.dromon.it.peers.MariaDb;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.Ports;
import io.dromon.it.peers.TlsFiles;
import io.dromon.node.ist.IstDonor;
import io.dromon.node.ist.IstJoiner;
import io.dromon.node.ist.IstModes;
import io.dromon.node.ist.IstRecipient;
import io.dromon.node.ist.IstSettings;
import io.dromon.node.ist.IstSource;
import io.dromon.node.ist.protocol.IncomingStream.Expected;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.ist.protocol.IstException;
import io.dromon.node.ist.protocol.IstRange;
import io.dromon.node.ist.protocol.StoredEvent;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Bytes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Between two real databases stands a joiner and a donor of this project: the database that donates sends its incremental
 * transfer to the one, and the other sends it on to the database that joins.
 */
@Tag("peers")
@Timeout(240)
final class IncrementalTransferTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    /** Where donors are told to come; another port than the one that the database listens on cannot be told. */
    private static final String RELAY = "127.0.0.2";

    @TempDir
    Path directory;

    /** Takes all that a donor sends. */
    private static final class Collected implements IstRecipient {
        final List<IstEvent> events = new CopyOnWriteArrayList<>();
        final CompletableFuture<Long> end = new CompletableFuture<>();

        @Override
        public void onEvent(IstEvent event) {
            events.add(event);
        }

        @Override
        public void onEnd(long lastSeqno) {
            end.complete(lastSeqno);
        }

        @Override
        public void onFailure(IstException failure, long lastGood) {
            end.completeExceptionally(failure);
        }

        IstRange range() {
            long preload = events.stream()
                    .filter(IstEvent::isPreload)
                    .mapToLong(IstEvent::seqno)
                    .findFirst()
                    .orElse(0);
            return new IstRange(
                    events.get(0).seqno(), events.get(events.size() - 1).seqno(), preload);
        }
    }

    /** Gives the same events again. */
    private record Replayed(Iterator<IstEvent> events) implements IstSource {
        @Override
        public StoredEvent next() {
            IstEvent event = events.next();
            if (event instanceof IstEvent.WriteSet writeSet) {
                return new StoredEvent(
                        StoredEvent.Kind.WRITE_SET,
                        event.seqno(),
                        writeSet.content().bytes());
            }
            return event instanceof IstEvent.Change change
                    ? new StoredEvent(StoredEvent.Kind.CHANGE, event.seqno(), change.bytes())
                    : new StoredEvent(StoredEvent.Kind.SKIPPED, event.seqno(), Bytes.EMPTY);
        }

        @Override
        public void close() {}
    }

    private static final class Sent implements IstDonor.Listener {
        final CompletableFuture<Long> end = new CompletableFuture<>();

        @Override
        public void onSent(long lastSeqno) {
            end.complete(lastSeqno);
        }

        @Override
        public void onFailure(IstException failure) {
            end.completeExceptionally(failure);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "true, true"})
    void standsBetweenTwoDatabases(boolean secure, boolean snapshot) throws Exception {
        MariaDb.Template template = MariaDb.Template.create(
                directory, "CREATE DATABASE d; CREATE TABLE d.t (a INT PRIMARY KEY, b LONGBLOB);");
        TlsFiles files = secure ? new OpenSsl(directory).authority("ca").issue("node") : null;
        Optional<TlsContexts> tls = Optional.empty();
        if (files != null) {
            tls = Optional.of(TlsContexts.load(
                    1,
                    new TlsSettings(
                            files.certificate(),
                            files.key(),
                            files.authority(),
                            Optional.empty(),
                            "",
                            TlsSettings.Provider.AUTO)));
        }
        try (MariaDb first =
                template.server(directory, "first").tls(files).bootstrap().start()) {
            for (int row = 0; row < 20; row++) {
                first.execute(
                        "INSERT INTO d.t VALUES (" + row + ", REPEAT('x', " + (row == 7 ? 3_000_000 : 100) + "))");
            }
            relayed(template, first, files, tls, snapshot);
        } finally {
            tls.ifPresent(TlsContexts::close);
        }
    }

    private void relayed(
            MariaDb.Template template,
            MariaDb first,
            @Nullable TlsFiles files,
            Optional<TlsContexts> tls,
            boolean snapshot)
            throws Exception {
        UUID history = UUID.fromString(first.status("wsrep_cluster_state_uuid"));
        long before = first.statusNumber("wsrep_last_committed");
        int port = Ports.free();
        Collected collected = new Collected();
        Sent sent = new Sent();
        MariaDb.Builder builder = template.server(directory, "second")
                .peers(first.hostPort())
                .tls(files)
                .options("ist.recv_addr=" + RELAY + ":" + port + ";ist.recv_bind=127.0.0.1:" + port);
        try (IstJoiner joiner = IstJoiner.listen(
                        new Address("", RELAY, port),
                        new Expected(11, history, before, Integer.MAX_VALUE - 8),
                        IstSettings.DEFAULTS,
                        IstModes.of(() -> tls));
                MariaDb second = (snapshot ? builder.withoutState() : builder).launch()) {
            joiner.receive(Long.MAX_VALUE, collected);
            long last = collected.end.get(60, TimeUnit.SECONDS);
            assertThat(last).isGreaterThan(before);
            assertThat(collected.events)
                    .anyMatch(IstEvent.Change.class::isInstance)
                    .hasSizeGreaterThan(20);

            Address listener = joiner.address("127.0.0.1");
            assertThat(listener.scheme()).isEqualTo(files == null ? "tcp" : "ssl");
            try (IstDonor donor = IstDonor.connect(listener, 11, IstSettings.DEFAULTS, IstModes.of(() -> tls))) {
                donor.send(collected.range(), new Replayed(collected.events.iterator()), sent);
                assertThat(sent.end.get(60, TimeUnit.SECONDS)).isEqualTo(last);
            }
            await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
                assertThat(second.status("wsrep_local_state_comment")).isEqualTo("Synced");
                assertThat(second.execute("SELECT COUNT(*), SUM(LENGTH(b)) FROM d.t"))
                        .isEqualTo("20\t3001900");
            });
            first.execute("INSERT INTO d.t VALUES (100, '')");
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(second.execute("SELECT COUNT(*) FROM d.t"))
                            .isEqualTo("21"));
        }
    }
}

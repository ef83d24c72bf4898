package io.dromon.sst.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotSource;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.Token;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferListener;
import io.dromon.sst.TransferSettings;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Trees;
import io.dromon.transport.testpeer.FaultyWire;
import io.dromon.transport.testpki.TestPki;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Position;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Faults at random points; {@code -Dsst.faults=N} for more, {@code -Dsst.seed=N} to repeat. */
@Tag("sockets")
@Timeout(600)
class StreamFaultTest {
    private static final Position POSITION = new Position(new UUID(7, 8), 42);

    @TempDir
    Path folder;

    private enum Fault {
        CUT_FOR_GOOD,
        CUT_ONE,
        CUT_ALL,
        STALL_FOR_GOOD,
        STALL_A_MOMENT,
        DONOR_ENDS,
        JOINER_ENDS
    }

    @Test
    void leavesTheSourceOrTheOldStateWhateverHappens() throws Exception {
        long seed = Long.getLong("sst.seed", 1);
        Path source = Trees.mixed(folder.resolve("source"), seed);
        X509Bundle ca = TestPki.ca("sst");
        try (TlsContexts joiner = contexts("joiner", ca);
                TlsContexts donor = contexts("donor", ca)) {
            int whole = 0;
            int faults = Integer.getInteger("sst.faults", 50);
            for (int i = 0; i < faults; i++) {
                Random random = new Random(seed * 1_000_003 + i);
                Fault fault = Fault.values()[i % Fault.values().length];
                Path target = folder.resolve("target" + i);
                Files.createDirectory(target);
                Files.writeString(target.resolve("old"), "old state");
                boolean arrived = run(joiner, donor, source, target, fault, random);
                if (arrived) {
                    whole++;
                    assertThat(Trees.difference(source, target))
                            .as("run %d, %s", i, fault)
                            .isEmpty();
                } else {
                    assertThat(target.toFile().list())
                            .as("run %d, %s", i, fault)
                            .containsExactly("old");
                }
                assertThat(folder.toFile().list())
                        .as("run %d, %s", i, fault)
                        .doesNotContain(".target" + i + ".sst-staging", ".target" + i + ".sst-complete");
            }
            assertThat(whole).isBetween(1, faults - 1); // both outcomes were seen
        }
    }

    private static TlsContexts contexts(String name, X509Bundle ca) {
        return TestPki.contexts(
                TlsSettings.Provider.AUTO, TestPki.issue(TestPki.builder(name), ca), ca.getCertificate());
    }

    private boolean run(
            TlsContexts joinerTls, TlsContexts donorTls, Path source, Path target, Fault fault, Random random)
            throws Exception {
        Token token = Token.create();
        TransferSettings settings = TransferSettings.defaults()
                .withStreams(1 + random.nextInt(3))
                .withBytesPerSecond(30_000_000)
                .withTimes(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(30));
        try (StreamJoiner joiner = StreamJoiner.listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new SnapshotMethod.Terms(joinerTls, token, settings, TransferListener.SILENT),
                        new SnapshotTarget.Directory(target, Limits.NONE));
                FaultyWire wire = new FaultyWire(joiner.address())) {
            CompletableFuture<Manifest> received = async(joiner::await);
            StreamDonor donor = new StreamDonor(
                    wire.address(),
                    new SnapshotMethod.Terms(donorTls, token, settings, TransferListener.SILENT),
                    new SnapshotSource.Files(source));
            CompletableFuture<Manifest> sent = async(() -> donor.send(POSITION));
            LockSupport.parkNanos(random.nextInt(500) * 1_000_000L);
            switch (fault) {
                case CUT_FOR_GOOD -> wire.cutForGood();
                case CUT_ONE -> wire.cutAfter(random.nextInt(1_000_000));
                case CUT_ALL -> wire.cutAll();
                case STALL_FOR_GOOD -> wire.stall(true);
                case STALL_A_MOMENT -> {
                    wire.stall(true);
                    LockSupport.parkNanos(300_000_000);
                    wire.stall(false);
                }
                case DONOR_ENDS -> donor.cancel();
                case JOINER_ENDS -> joiner.cancel();
            }
            boolean arrived = succeeds(received);
            boolean donorBelieves = succeeds(sent);
            assertThat(donorBelieves && !arrived)
                    .as("%s: the donor believes it, but it is not so", fault)
                    .isFalse();
            return arrived;
        }
    }

    private interface Work {
        Manifest run() throws IOException, InterruptedException;
    }

    private static CompletableFuture<Manifest> async(Work work) {
        CompletableFuture<Manifest> future = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                future.complete(work.run());
            } catch (IOException | InterruptedException | RuntimeException e) {
                future.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    private static boolean succeeds(CompletableFuture<Manifest> future) throws Exception {
        try {
            return future.get(60, TimeUnit.SECONDS) != null;
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(TransferException.class);
            return false;
        }
    }
}

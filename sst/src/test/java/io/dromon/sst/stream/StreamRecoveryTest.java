package io.dromon.sst.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Trees;
import io.dromon.transport.testpeer.FaultyWire;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes on after a fault, and what both ends say where it cannot. */
@Tag("sockets")
@Timeout(120)
class StreamRecoveryTest extends StreamFixture {
    @Test
    void waitsForASwitchOverThatTakesLongerThanTheIdleTime() throws Exception {
        settings = settings.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(30));
        java.util.concurrent.atomic.AtomicBoolean committed = new java.util.concurrent.atomic.AtomicBoolean();
        SnapshotTarget.Consumer slow = new SnapshotTarget.Consumer() {
            @Override
            public void write(ByteBuffer data) {
                data.position(data.limit());
            }

            @Override
            public void commit() {
                java.util.concurrent.locks.LockSupport.parkNanos(2_500_000_000L);
                committed.set(true);
            }

            @Override
            public void abort() {
                committed.set(false);
            }
        };
        StreamJoiner joiner = listen(joinerTls, new SnapshotTarget.Live(slow));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        Manifest sent = liveDonor(address, out -> {
                    int unused = out.write(ByteBuffer.allocate(100_000));
                })
                .send(POSITION);

        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
        assertThat(committed).isTrue();
    }

    @Test
    void makesASilentConnectionAnew() throws Exception {
        Trees.mixed(source, 26);
        settings = settings.withStreams(1)
                .withBytesPerSecond(4_000_000)
                .withTimes(Duration.ofSeconds(10), Duration.ofSeconds(4), Duration.ofSeconds(60));
        StreamJoiner joiner = listen();
        try (FaultyWire wire = new FaultyWire(joiner.address())) {
            CompletableFuture<Manifest> received = await(joiner);
            CompletableFuture<Void> staller = CompletableFuture.runAsync(() -> {
                org.awaitility.Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> joiner.progress().snapshot().bytes() > 0);
                wire.swallow();
            });

            Manifest sent = send(wire.address());

            assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(sent);
            staller.get(5, TimeUnit.SECONDS);
            assertThat(Trees.difference(source, target)).isEmpty();
            assertThat(wire.accepted()).isGreaterThan(1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsSettings.Provider.class,
            names = {"AUTO", "JDK"})
    void goesOnAfterAFlippedBit(TlsSettings.Provider provider) throws Exception {
        Trees.mixed(source, 27);
        settings = settings.withStreams(1)
                .withBytesPerSecond(4_000_000)
                .withTimes(Duration.ofSeconds(10), Duration.ofSeconds(8), Duration.ofSeconds(60));
        try (TlsContexts contexts = tls(provider, "joiner")) {
            StreamJoiner joiner = listen(contexts, new SnapshotTarget.Directory(target, Limits.NONE));
            try (FaultyWire wire = new FaultyWire(joiner.address())) {
                CompletableFuture<Manifest> received = await(joiner);
                CompletableFuture<Void> flipper = CompletableFuture.runAsync(() -> {
                    org.awaitility.Awaitility.await()
                            .atMost(Duration.ofSeconds(20))
                            .until(() -> joiner.progress().snapshot().bytes() > 0);
                    wire.flipIn(1000);
                });

                Manifest sent = send(wire.address());

                assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(sent);
                flipper.get(5, TimeUnit.SECONDS);
                assertThat(Trees.difference(source, target)).isEmpty();
                assertThat(wire.accepted()).isGreaterThan(1);
            }
        }
    }

    @Test
    void goesOnAfterABitThatWasFlippedInTheHandshake() throws Exception {
        Trees.mixed(source, 32);
        settings = settings.withStreams(1);
        StreamJoiner joiner = listen();
        try (FaultyWire wire = new FaultyWire(joiner.address())) {
            CompletableFuture<Manifest> received = await(joiner);
            wire.flipIn(1000); // the joiner's certificate

            Manifest sent = send(wire.address());

            assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(wire.accepted()).isGreaterThan(1);
        }
    }

    @Test
    void goesOnAfterEveryConnectionBroke() throws Exception {
        Trees.mixed(source, 14);
        settings = settings.withBytesPerSecond(6_000_000);
        StreamJoiner joiner = listen();
        try (FaultyWire wire = new FaultyWire(joiner.address())) {
            CompletableFuture<Manifest> received = await(joiner);
            Random random = new Random(14);
            CompletableFuture<Void> cutter = CompletableFuture.runAsync(() -> {
                while (!received.isDone()) {
                    wire.cutAfter(random.nextInt(1_500_000));
                    java.util.concurrent.locks.LockSupport.parkNanos(150_000_000);
                }
            });

            Manifest sent = send(wire.address());

            assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(sent);
            cutter.get(5, TimeUnit.SECONDS);
            assertThat(Trees.difference(source, target)).isEmpty();
            assertThat(wire.accepted()).isGreaterThan(5);
        }
    }

    @Test
    void givesUpWhenNothingMoves() throws Exception {
        Trees.mixed(source, 15);
        settings = settings.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(30))
                .withBytesPerSecond(2_000_000);
        StreamJoiner joiner = listen();
        try (FaultyWire wire = new FaultyWire(joiner.address())) {
            CompletableFuture<Manifest> received = await(joiner);
            CompletableFuture<Void> stall = CompletableFuture.runAsync(() -> {
                org.awaitility.Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> joiner.progress().snapshot().bytes() > 100_000);
                wire.stall(true);
            });

            assertThatThrownBy(() -> send(wire.address())).isInstanceOf(TransferException.class);
            stall.get(5, TimeUnit.SECONDS);
            assertThat(failureOf(received))
                    .isInstanceOfSatisfying(
                            TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IDLE));
        }
        assertOldTarget();
    }

    @Test
    void worksOneByteAtATime() throws Exception {
        Files.createDirectory(source);
        Files.writeString(source.resolve("small"), "content");
        StreamJoiner joiner = listen();
        try (FaultyWire wire = new FaultyWire(joiner.address())) {
            wire.drip(1);
            CompletableFuture<Manifest> received = await(joiner);

            Manifest sent = send(wire.address());

            assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(target.resolve("small")).hasContent("content");
        }
    }

    @Test
    void saysOnBothSidesThatAFileChanged() throws Exception {
        Trees.mixed(source, 16);
        settings = settings.withBytesPerSecond(3_000_000);
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        CompletableFuture<Void> meddler = CompletableFuture.runAsync(() -> {
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> joiner.progress().snapshot().bytes() > 100_000);
            for (String name : new String[] {"ibdata1", "holes", "all zero"}) {
                try {
                    Files.write(source.resolve(name), new byte[] {1}, StandardOpenOption.APPEND);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        });

        assertThatThrownBy(() -> send(address))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SOURCE))
                .hasMessageContaining("changed while it was read");
        meddler.get(5, TimeUnit.SECONDS);
        assertThat(failureOf(received))
                .hasMessageContaining("the donor gave up")
                .hasMessageContaining("changed while it was read");
        assertOldTarget();
    }

    @Test
    void tellsTheDonorThatTheLimitIsPassed() throws Exception {
        Trees.mixed(source, 17);
        StreamJoiner joiner = listen(joinerTls, new SnapshotTarget.Directory(target, new Limits(1000, 1_000_000)));
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);

        assertThatThrownBy(() -> send(address)).hasMessageContaining("more than the 1000000 bytes");
        assertThat(failureOf(received)).hasMessageContaining("more than the 1000000 bytes");
        assertOldTarget();
    }

    @Test
    void carriesALiveStreamInOrderThroughCuts() throws Exception {
        byte[] content = new byte[5_000_000];
        new Random(18).nextBytes(content);
        java.io.ByteArrayOutputStream taken = new java.io.ByteArrayOutputStream();
        boolean[] whole = new boolean[1];
        SnapshotTarget.Consumer consumer = new SnapshotTarget.Consumer() {
            @Override
            public void write(ByteBuffer data) {
                byte[] bytes = new byte[data.remaining()];
                data.get(bytes);
                taken.writeBytes(bytes);
            }

            @Override
            public void commit() {
                whole[0] = true;
            }

            @Override
            public void abort() {
                taken.reset();
            }
        };
        StreamJoiner joiner = listen(joinerTls, new SnapshotTarget.Live(consumer));
        try (FaultyWire wire = new FaultyWire(joiner.address())) {
            CompletableFuture<Manifest> received = await(joiner);
            wire.cutAfter(2_000_000);

            Manifest sent = liveDonor(wire.address(), out -> {
                        for (int at = 0; at < content.length; at += 100_000) {
                            int unused = out.write(ByteBuffer.wrap(content, at, 100_000));
                        }
                    })
                    .send(POSITION);

            assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(whole[0]).isTrue();
            assertThat(taken.toByteArray()).isEqualTo(content);
            assertThat(wire.accepted()).isGreaterThan(1);
        }
    }

    @Test
    void endsWhenEitherSideCancels() throws Exception {
        Trees.mixed(source, 19);
        settings = settings.withBytesPerSecond(1_000_000);
        StreamJoiner joiner = listen();
        InetSocketAddress address = joiner.address();
        CompletableFuture<Manifest> received = await(joiner);
        StreamDonor donor = donor(address);
        CompletableFuture<Void> canceller = CompletableFuture.runAsync(() -> {
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> joiner.progress().snapshot().bytes() > 0);
            donor.cancel();
        });

        assertThatThrownBy(() -> donor.send(POSITION)).hasMessageContaining("cancelled");
        canceller.get(5, TimeUnit.SECONDS);
        joiner.cancel();
        assertThat(failureOf(received)).isInstanceOf(TransferException.class);
        assertOldTarget();
    }
}

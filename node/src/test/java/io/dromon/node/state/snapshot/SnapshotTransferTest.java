package io.dromon.node.state.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.config.Address;
import io.dromon.config.ServerOptions;
import io.dromon.sst.Token;
import io.dromon.sst.TransferException.Reason;
import io.dromon.transport.testpeer.FaultyWire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Snapshots between two ends over real sockets. */
@Tag("sockets")
@Timeout(120)
final class SnapshotTransferTest extends SnapshotFixture {
    private static FaultyWire wire(SnapshotTaker taker) throws IOException {
        Address joiner = taker.request().joiner();
        return new FaultyWire(new InetSocketAddress(joiner.host(), joiner.port()));
    }

    /** The same request by a way that can be cut. */
    private static SnapshotRequest through(FaultyWire wire, SnapshotTaker taker) {
        return new SnapshotRequest(
                taker.request().method(),
                Address.parse(wire.hostPort()),
                taker.request().token());
    }

    /** Some two seconds for the snapshot, and none of them idle. */
    private SnapshotSettings slow() {
        return SnapshotSettings.of(
                config("donor")
                        .option("sst.rlimit", "1500k")
                        .option("sst.zstd-level", "0")
                        .build(),
                tls("one"));
    }

    @Test
    void carriesAWholeSnapshotAndLeavesNothingBehind() throws Exception {
        Path old = oldState();
        byte[] large = Files.readAllBytes(source.resolve("large"));
        SnapshotTaker taker = listen(settings("joiner", "one"));
        Ends taken = take(taker);

        Ends given = give(
                settings("donor", "one"), SnapshotRequest.decode(taker.request().encode()));

        assertThat(given.end()).isEqualTo(POSITION);
        assertThat(taken.end()).isEqualTo(POSITION);
        assertThat(taker.directory().resolve("large")).hasBinaryContent(large);
        assertThat(taker.directory().resolve("below/small")).hasContent("text");
        assertThat(taker.progress().bytes()).isEqualTo(large.length + 4);
        assertThat(taker.progress().totalBytes()).isEqualTo(large.length + 4);
        assertThat(source).doesNotExist();
        assertThat(old.resolve("old")).exists();
        taker.close();
        assertNothingLeft(taker);
    }

    @Test
    void tellsHowFarItIs() throws Exception {
        SnapshotTaker taker = listen(settings("joiner", "one"));
        Ends taken = take(taker);

        Ends given = give(slow(), taker.request());

        assertThat(given.end()).isEqualTo(POSITION);
        assertThat(taken.end()).isEqualTo(POSITION);
        assertThat(taken.progress).isNotEmpty();
        assertThat(given.progress).anySatisfy(progress -> {
            assertThat(progress.bytes()).isBetween(1L, progress.totalBytes());
            assertThat(progress.bytesPerSecond()).isBetween(100_000L, 3_200_000L);
        });
    }

    @Test
    void carriesOneByTheRealRsync() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/rsync")), "no rsync");
        SnapshotTaker taker = listen(SnapshotSettings.of(
                config("joiner").option(ServerOptions.WSREP_SST_METHOD, "rsync").build(), tls("one")));
        Ends taken = take(taker);

        Ends given = give(settings("donor", "one"), taker.request());

        assertThat(given.end()).isEqualTo(POSITION);
        assertThat(taken.end()).isEqualTo(POSITION);
        assertThat(taker.directory().resolve("below/small")).hasContent("text");
    }

    private SnapshotSettings script(String node, String donorProgram, String joinerProgram) {
        return SnapshotSettings.of(
                config(node)
                        .option(ServerOptions.WSREP_SST_METHOD, "script")
                        .option("sst.donor-program", donorProgram)
                        .option("sst.joiner-program", joinerProgram)
                        .build(),
                tls("one"));
    }

    /** A program that is one script of the shell. */
    private String program(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file.toString();
    }

    @Test
    void carriesOneByTwoPrograms() throws Exception {
        Path old = oldState();
        byte[] large = Files.readAllBytes(source.resolve("large"));
        SnapshotTaker taker = listen(script("joiner", "tar -c .", "tar -x"));
        Ends taken = take(taker);

        Ends given = give(
                script("donor", "tar -c .", "tar -x"),
                SnapshotRequest.decode(taker.request().encode()));

        assertThat(given.end()).isEqualTo(POSITION);
        assertThat(taken.end()).isEqualTo(POSITION);
        assertThat(taker.directory().resolve("large")).hasBinaryContent(large);
        assertThat(taker.directory().resolve("below/small")).hasContent("text");
        assertThat(source).doesNotExist();
        assertThat(old.resolve("old")).exists();
        taker.close();
        assertNothingLeft(taker);
    }

    @Test
    void refusesWhatIsAskedForByAProgramThatADonorDoesNotHave() throws Exception {
        SnapshotTaker taker = listen(script("joiner", "tar -c .", "tar -x"));

        assertThatThrownBy(() -> SnapshotGiver.check(settings("donor", "one"), taker.request()))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("asks for a snapshot by method script")
                .hasMessageContaining("set donor-program on this node, or another wsrep_sst_method there");
    }

    /** A program that fails, one that hangs. */
    @ParameterizedTest
    @CsvSource({"echo torn >&2; exit 9, exit code 9", "echo torn >&2; exec sleep 1000, the program hangs"})
    void endsWithTheLastLinesOfTheDonorsProgram(String text, String why) throws Exception {
        Path old = oldState();
        SnapshotTaker taker = listen(script("joiner", "tar -c .", "tar -x"));
        Ends taken = take(taker);

        Ends given = give(script("donor", program("dump", "echo part; " + text), "tar -x"), taker.request());

        assertThat(given.failure()).hasMessageContaining(why).hasMessageContaining("torn");
        assertThat(taken.failure())
                .hasMessageContaining("the old state stays")
                .hasMessageContaining(why)
                .hasMessageContaining("torn");
        assertThat(source).doesNotExist();
        assertThat(old.resolve("old")).exists();
        assertNothingLeft(taker);
    }

    @ParameterizedTest
    @CsvSource({
        "cat > part; echo torn >&2; exit 9, exit code 9",
        "echo torn >&2; exec sleep 1000, the program hangs",
        "cat > part; echo torn >&2; exec sleep 1000, the program hangs"
    })
    void endsWithTheLastLinesOfTheJoinersProgram(String text, String why) throws Exception {
        Path old = oldState();
        SnapshotTaker taker = listen(script("joiner", "tar -c .", program("load", text)));
        Ends taken = take(taker);

        Ends given = give(script("donor", "tar -c .", "tar -x"), taker.request());

        assertThat(given.failure()).hasMessageContaining(why).hasMessageContaining("torn");
        assertThat(taken.failure()).hasMessageContaining(why).hasMessageContaining("torn");
        assertThat(old.resolve("old")).exists();
        assertNothingLeft(taker);
    }

    @Test
    void removesWhatAnEarlierTransferHasLeft() throws Exception {
        SnapshotSettings settings = settings("joiner", "one");
        Files.createDirectories(settings.incoming().resolve("left"));

        SnapshotTaker taker = listen(settings);

        assertThat(settings.incoming()).doesNotExist();
        taker.close();
    }

    @Test
    void refusesADonorWithAnotherToken() throws Exception {
        oldState();
        SnapshotTaker taker = listen(settings("joiner", "one"));
        Ends taken = take(taker);
        SnapshotRequest other = new SnapshotRequest("stream", taker.request().joiner(), Token.create());

        Ends given = give(settings("donor", "one"), other);

        SnapshotException failure = given.failure();
        assertThat(failure.reason()).isEqualTo(Reason.TOKEN_REFUSED);
        assertThat(failure.errno()).isEqualTo(13);
        assertThat(source).doesNotExist();
        assertThat(taken.progress).noneMatch(progress -> progress.bytes() > 0);
        taker.cancel(); // as when the group tells that the donor failed
        assertThat(taken.failure().reason()).isEqualTo(Reason.CANCELLED);
        assertNothingLeft(taker);
    }

    @Test
    void refusesADonorOfAnotherAuthority() throws Exception {
        oldState();
        SnapshotTaker taker = listen(settings("joiner", "one"));
        Ends taken = take(taker);

        Ends given = give(settings("donor", "two"), taker.request());

        assertThat(given.failure().reason()).isEqualTo(Reason.TLS_REFUSED);
        taker.cancel();
        assertThat(taken.failure().reason()).isEqualTo(Reason.CANCELLED);
        assertNothingLeft(taker);
    }

    @Test
    void keepsTheOldStateWhenTheDonorDies() throws Exception {
        oldState();
        SnapshotTaker taker = listen(settings("joiner", "one"));
        Ends taken = take(taker);
        try (FaultyWire wire = wire(taker)) {
            wire.strikeAfter(1 << 20, wire::cutForGood);

            Ends given = give(settings("donor", "one"), through(wire, taker));

            assertThat(given.failure().reason()).isIn(Reason.UNREACHABLE, Reason.IDLE);
            SnapshotException failure = taken.failure();
            assertThat(failure.reason()).isEqualTo(Reason.IDLE);
            assertThat(failure).hasMessageContaining("the old state stays");
            assertThat(wire.struck()).isTrue();
        }
        assertThat(source).doesNotExist();
        assertNothingLeft(taker);
    }

    @Test
    void tellsTheDonorThatTheJoinerCancels() throws Exception {
        oldState();
        SnapshotTaker taker = listen(settings("joiner", "one"));
        Ends taken = take(taker);
        Ends given = give(slow(), taker.request());
        await().atMost(Duration.ofSeconds(20)).until(() -> taker.progress().bytes() > 0);

        taker.cancel();

        assertThat(taken.failure().reason()).isEqualTo(Reason.CANCELLED);
        SnapshotException failure = given.failure();
        assertThat(failure.reason()).isEqualTo(Reason.PEER_FAILED);
        assertThat(failure).hasMessageContaining("cancelled at the joiner");
        assertThat(source).doesNotExist();
        assertNothingLeft(taker);
    }

    @Test
    void tellsTheJoinerThatTheDonorCancels() throws Exception {
        oldState();
        SnapshotTaker taker = listen(settings("joiner", "one"));
        Ends taken = take(taker);
        Ends given = new Ends();
        SnapshotGiver giver = SnapshotGiver.give(slow(), taker.request(), source(), given);
        await().atMost(Duration.ofSeconds(20)).until(() -> taker.progress().bytes() > 0);

        giver.cancel();

        assertThat(given.failure().reason()).isEqualTo(Reason.CANCELLED);
        assertThat(taken.failure().reason()).isEqualTo(Reason.PEER_FAILED);
        assertNothingLeft(taker);
    }

    @Test
    void endsATransferThatIsClosed() throws Exception {
        oldState();
        SnapshotTaker taker = listen(settings("joiner", "one"));
        Ends taken = take(taker);

        taker.close();

        assertThat(taken.failure().reason()).isEqualTo(Reason.CANCELLED);
        assertNothingLeft(taker);
    }

    @Test
    void givesUpOnADonorThatDoesNotCome() throws Exception {
        oldState();
        SnapshotTaker taker = listen(SnapshotSettings.of(
                config("joiner").option("sst.sst-initial-timeout", "1").build(), tls("one")));

        Ends taken = take(taker);

        assertThat(taken.failure().reason()).isIn(Reason.IDLE, Reason.TOO_LONG, Reason.UNREACHABLE);
        assertNothingLeft(taker);
    }

    @Test
    void runsNoMethodThatItDoesNotKnow() throws Exception {
        SnapshotRequest request = new SnapshotRequest("mariabackup", Address.parse("127.0.0.1:9"), Token.create());

        Ends given = give(settings("donor", "one"), request);

        assertThat(given.failure()).hasMessageContaining("mariabackup").hasMessageContaining("wsrep_sst_method=stream");
        assertThat(source).doesNotExist();
    }

    @Test
    void givesAndTakesNothingWithoutCertificates() throws Exception {
        SnapshotSettings plain = SnapshotSettings.of(config("plain").build(), java.util.Optional.empty());

        Ends given = give(plain, new SnapshotRequest("stream", Address.parse("127.0.0.1:9"), Token.create()));

        assertThat(given.failure()).hasMessageContaining("plain text").hasMessageContaining("[sst]");
        assertThat(source).doesNotExist();
        assertThatThrownBy(() -> SnapshotTaker.listen(plain))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("set tcert, tkey and tca in [sst]");
    }
}

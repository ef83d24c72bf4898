package io.dromon.node.ist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.config.Address;
import io.dromon.node.ist.protocol.IncomingStream;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.ist.protocol.IstException;
import io.dromon.node.ist.protocol.IstException.Reason;
import io.dromon.node.ist.protocol.IstRange;
import io.dromon.node.ist.protocol.StoredEvent;
import io.dromon.transport.testpeer.NoLeaks;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A donor and a joiner over sockets: what arrives, and what happens when it does not. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(120)
class IstTransferTest extends IstFixture {
    @ParameterizedTest
    @EnumSource(Mode.class)
    void givesAJoinerAllItMissed(Mode mode) throws Exception {
        IstJoiner joiner = joiner(mode);
        Received received = new Received();
        ListSource source = new ListSource(RECORDED.events());
        Sent sent = new Sent();

        joiner.receive(RECORDED.position() + 1, received);
        donor(mode, address(joiner)).send(RECORDED.range(), source, sent);

        assertThat(received.end()).isEqualTo(3053L);
        assertThat(sent.end()).isEqualTo(3053L);
        assertThat(received.seqnos())
                .isEqualTo(LongStream.rangeClosed(2917, 3053).boxed().toList());
        assertThat(received.events).allMatch(IstEvent::isPreload);
        assertThat(source.closed).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({"BORINGSSL, JDK", "JDK, BORINGSSL"})
    void servesADonorWithAnotherProviderOfTls(Mode joining, Mode donating) throws Exception {
        IstJoiner joiner = joiner(joining);
        Received received = new Received();

        joiner.receive(RECORDED.position() + 1, received);
        donor(donating, address(joiner)).send(RECORDED.range(), new ListSource(RECORDED.events()), new Sent());

        assertThat(received.end()).isEqualTo(3053L);
    }

    /** The donor connects before the snapshot: its stream waits for the joiner. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void keepsTheStreamWaitingForASnapshot(Mode mode) throws Exception {
        IstJoiner joiner = joiner(mode);
        Received received = new Received();
        ListSource source = new ListSource(RECORDED.events());
        Sent sent = new Sent();
        donor(mode, address(joiner)).send(RECORDED.range(), source, sent);
        await().until(() -> source.closed.get() == 1);

        joiner.receive(3060, received);

        assertThat(received.end()).isEqualTo(3053L);
        assertThat(sent.end()).isEqualTo(3053L);
        assertThat(received.events).hasSize(137);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void carriesLargeEventsAmongSmallOnes(Mode mode) throws Exception {
        List<StoredEvent> events = writeSets(500, 300);
        events.add(writeSet(501, 20 << 20));
        events.add(writeSet(502, 10));
        IstJoiner joiner = joiner(contexts(mode, "joiner"), SETTINGS, expected(502));
        Received received = new Received();
        Sent sent = new Sent();

        joiner.receive(1, received);
        donor(mode, address(joiner)).send(new IstRange(1, 502, 0), new ListSource(events), sent);

        assertThat(received.end()).isEqualTo(502L);
        assertThat(sent.end()).isEqualTo(502L);
        assertThat(received.events).noneMatch(IstEvent::isPreload).hasSize(502);
        for (int i = 0; i < events.size(); i++) {
            assertThat(((IstEvent.WriteSet) received.events.get(i)).content().bytes())
                    .isEqualTo(events.get(i).bytes());
        }
    }

    /** A connection that ends anywhere is never taken for the end of the stream. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void tellsHowFarACutTransferCame(Mode mode) throws Exception {
        Optional<TlsContexts> donorTls = contexts(mode, "donor");
        Optional<TlsContexts> joinerTls = contexts(mode, "joiner");
        long whole = passedThrough(donorTls, joinerTls, Long.MAX_VALUE - 1, new ArrayList<>());
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 30; round++) {
            long cutAfter = 1 + random.nextLong(whole - 30);
            List<Object> ends = new ArrayList<>();
            passedThrough(donorTls, joinerTls, cutAfter, ends);
            assertThat(ends).as("cut after %d of %d bytes", cutAfter, whole).allMatch(IstException.class::isInstance);
        }
    }

    /** How many bytes the donor sent; the ends of both are added to the list. */
    private long passedThrough(
            Optional<TlsContexts> donorTls, Optional<TlsContexts> joinerTls, long cutAfter, List<Object> ends)
            throws Exception {
        IstSettings hasty = settings(Duration.ofMillis(500), SETTINGS.silence(), Set.of());
        try (IstJoiner joiner = joiner(joinerTls, hasty, RECORDED.expected());
                CutProxy proxy = new CutProxy(address(joiner).port(), cutAfter)) {
            Received received = new Received();
            Sent sent = new Sent();
            joiner.receive(RECORDED.position() + 1, received);
            try (IstDonor donor = donor(donorTls, address(joiner).with("tcp", proxy.port()))) {
                donor.send(RECORDED.range(), new ListSource(RECORDED.events()), sent);
                ends.add(received.end());
                if (cutAfter < Long.MAX_VALUE - 1) {
                    assertThat(received.seqnos())
                            .isEqualTo(LongStream.rangeClosed(2917, 2916 + received.events.size())
                                    .boxed()
                                    .toList());
                    assertThat(received.lastGood)
                            .isEqualTo(received.events.isEmpty() ? IncomingStream.NONE : 2916 + received.events.size());
                }
            } catch (IstException e) {
                ends.add(e);
                ends.add(received.end());
            }
            return proxy.passed();
        }
    }

    @Test
    void waitsForARecipientThatIsSlow() throws Exception {
        List<StoredEvent> events = writeSets(64, 1 << 20);
        IstJoiner joiner = joiner(contexts(Mode.BORINGSSL, "joiner"), SETTINGS, expected(64));
        CountDownLatch go = new CountDownLatch(1);
        Received slow = new Received() {
            @Override
            public void onEvent(IstEvent event) throws InterruptedException, IOException {
                go.await();
                events.add(event);
            }
        };
        ListSource source = new ListSource(events);
        Sent sent = new Sent();
        joiner.receive(1, slow);
        donor(Mode.BORINGSSL, address(joiner)).send(new IstRange(1, 64, 0), source, sent);

        int before = steady(source);
        assertThat(before).as("events that sockets and buffers hold").isLessThan(40);
        assertThat(slow.events).isEmpty();

        go.countDown();
        assertThat(slow.end()).isEqualTo(64L);
        assertThat(sent.end()).isEqualTo(64L);
        assertThat(slow.events).hasSize(64);
    }

    /** How many events were taken, once none was for half a second. */
    private static int steady(ListSource source) {
        int[] last = {-1};
        await().pollInterval(Duration.ofMillis(500))
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    boolean same = source.given.get() == last[0] && last[0] > 0;
                    last[0] = source.given.get();
                    return same;
                });
        return last[0];
    }

    @Test
    void failsBothEndsWhereTheCacheHasAGap() throws Exception {
        List<StoredEvent> events = new ArrayList<>(RECORDED.events());
        events.remove(10);
        IstJoiner joiner = joiner(Mode.BORINGSSL);
        Received received = new Received();
        ListSource source = new ListSource(events);
        Sent sent = new Sent();

        joiner.receive(3025, received);
        donor(Mode.BORINGSSL, address(joiner)).send(RECORDED.range(), source, sent);

        IstException atDonor = sent.failure();
        assertThat(atDonor.reason()).isEqualTo(Reason.SOURCE_FAILED);
        assertThat(atDonor).hasMessageContaining("event 2928 where 2927");
        assertThat(received.failure().reason()).isEqualTo(Reason.CUT);
        assertThat(received.lastGood).isLessThan(2927);
        assertThat(source.closed).hasValue(1);
    }

    @Test
    void failsBothEndsWhereTheCacheEnds() throws Exception {
        IstJoiner joiner = joiner(Mode.PLAIN);
        Received received = new Received();
        Sent sent = new Sent();

        joiner.receive(3025, received);
        donor(Mode.PLAIN, address(joiner))
                .send(RECORDED.range(), new ListSource(RECORDED.events().subList(0, 20)), sent);

        assertThat(sent.failure()).hasMessageContaining("event 2937 cannot be read from the cache: event is not in");
        assertThat(received.failure().reason()).isEqualTo(Reason.CUT);
    }

    @Test
    void failsWhereTheStreamDoesNotReachWhatIsNeeded() throws Exception {
        IstJoiner joiner = joiner(Mode.BORINGSSL);
        Received received = new Received();
        Sent sent = new Sent();

        joiner.receive(3025, received);
        donor(Mode.BORINGSSL, address(joiner))
                .send(new IstRange(2917, 3050, 2917), new ListSource(RECORDED.events()), sent);

        IstException failure = received.failure();
        assertThat(failure.reason()).isEqualTo(Reason.WRONG_RANGE);
        assertThat(failure).hasMessageContaining("ended the stream at event 3050, needed are all up to 3053");
        assertThat(received.lastGood).isEqualTo(3050);
        assertThat(sent.end()).isEqualTo(3050L);
    }

    @Test
    void endsWhereTheRecipientDoesNotTakeAnEvent() throws Exception {
        IstJoiner joiner = joiner(contexts(Mode.BORINGSSL, "joiner"), SETTINGS, expected(64));
        Received refusing = new Received() {
            @Override
            public void onEvent(IstEvent event) throws IOException {
                if (event.seqno() == 3) {
                    throw new IOException("no space left on device");
                }
                events.add(event);
            }
        };
        Sent sent = new Sent();

        joiner.receive(1, refusing);
        donor(Mode.BORINGSSL, address(joiner))
                .send(new IstRange(1, 64, 0), new ListSource(writeSets(64, 1 << 20)), sent);

        IstException failure = refusing.failure();
        assertThat(failure.reason()).isEqualTo(Reason.RECIPIENT_FAILED);
        assertThat(failure).hasMessageContaining("event 3").hasMessageContaining("no space left on device");
        assertThat(refusing.lastGood).isEqualTo(2);
        assertThat(sent.failure().reason()).isEqualTo(Reason.CUT);
    }

    @Test
    void failsWhereNoDonorComes() throws Exception {
        IstSettings hasty = settings(Duration.ofMillis(200), SETTINGS.silence(), Set.of());
        IstJoiner joiner = joiner(Optional.empty(), hasty, RECORDED.expected());
        Address address = address(joiner);
        Received received = new Received();

        joiner.receive(3025, received);

        assertThat(received.failure().reason()).isEqualTo(Reason.SILENT);
        assertThat(received.lastGood).isEqualTo(IncomingStream.NONE);
        await().untilAsserted(() -> assertThatThrownBy(() -> donor(Mode.PLAIN, address))
                .isInstanceOfSatisfying(
                        IstException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE))
                .hasMessageContaining("ist.recv_addr"));
    }

    @Test
    void failsWhereTheDonorFallsSilent() throws Exception {
        IstSettings hasty = settings(SETTINGS.arrival(), Duration.ofMillis(300), Set.of());
        IstJoiner joiner = joiner(contexts(Mode.BORINGSSL, "joiner"), hasty, RECORDED.expected());
        Received received = new Received();
        joiner.receive(3025, received);

        IstDonor silent = donor(Mode.BORINGSSL, address(joiner));

        IstException failure = received.failure();
        assertThat(failure.reason()).isEqualTo(Reason.SILENT);
        assertThat(failure).hasMessageContaining("the donor said nothing for 300 ms");
        silent.close();
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void endsWhenTheJoinerIsClosed(Mode mode) throws Exception {
        IstJoiner joiner = joiner(contexts(mode, "joiner"), SETTINGS, expected(64));
        CountDownLatch first = new CountDownLatch(1);
        Received stuck = new Received() {
            @Override
            public void onEvent(IstEvent event) throws InterruptedException {
                first.countDown();
                new CountDownLatch(1).await();
            }
        };
        ListSource source = new ListSource(writeSets(64, 1 << 20));
        Sent sent = new Sent();
        joiner.receive(1, stuck);
        donor(mode, address(joiner)).send(new IstRange(1, 64, 0), source, sent);
        first.await();

        joiner.close();

        assertThat(stuck.failure().reason()).isEqualTo(Reason.CANCELLED);
        assertThat(stuck.lastGood).isEqualTo(IncomingStream.NONE);
        assertThat(sent.failure().reason()).isEqualTo(Reason.CUT);
        assertThat(source.closed).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void endsWhenTheDonorIsClosed(Mode mode) throws Exception {
        IstJoiner joiner = joiner(contexts(mode, "joiner"), SETTINGS, expected(64));
        ListSource source = new ListSource(writeSets(64, 1 << 20));
        Sent sent = new Sent();
        IstDonor donor = donor(mode, address(joiner));
        donor.send(new IstRange(1, 64, 0), source, sent);
        steady(source);

        donor.close();

        assertThat(sent.failure().reason()).isEqualTo(Reason.CANCELLED);
        assertThat(source.closed).hasValue(1);
        Received received = new Received();
        joiner.receive(1, received);
        assertThat(received.failure().reason()).isEqualTo(Reason.CUT);
        assertThat(received.lastGood).isEqualTo(received.events.size());
    }

    @Test
    void endsWhenTheJoinerIsClosedBeforeADonorCame() throws Exception {
        IstJoiner joiner = joiner(Mode.PLAIN);
        Received received = new Received();
        joiner.receive(3025, received);

        joiner.close();

        assertThat(received.failure().reason()).isEqualTo(Reason.CANCELLED);
    }

    @Test
    void endsADonorThatConnectedToAJoinerThatNeedsNothing() throws Exception {
        IstJoiner joiner = joiner(Mode.BORINGSSL);
        IstDonor donor = donor(Mode.BORINGSSL, address(joiner));
        Sent sent = new Sent();
        await().untilAsserted(() ->
                assertThatThrownBy(() -> donor(Mode.BORINGSSL, address(joiner))).hasMessageContaining("no connection"));

        joiner.close();
        donor.send(new IstRange(1, 64, 0), new ListSource(writeSets(64, 1 << 20)), sent);

        assertThat(sent.failure().reason()).isEqualTo(Reason.CUT);
        Received late = new Received();
        joiner.receive(1, late);
        assertThat(late.failure().reason()).isEqualTo(Reason.CANCELLED);
    }

    @Test
    void aDonorThatIsClosedBeforeItSendsGivesItsSourceBack() throws Exception {
        IstJoiner joiner = joiner(Mode.PLAIN);
        IstDonor donor = donor(Mode.PLAIN, address(joiner));
        ListSource source = new ListSource(RECORDED.events());
        Sent sent = new Sent();

        donor.close();
        donor.send(RECORDED.range(), source, sent);

        assertThat(sent.failure().reason()).isEqualTo(Reason.CANCELLED);
        assertThat(source.closed).hasValue(1);
        assertThat(source.given).hasValue(0);
    }
}

package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.certification.Refusal;
import io.dromon.node.certification.Verdict;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupSettings;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.group.Ticket;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.state.core.TransferStep;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.StackFailure;
import io.dromon.transport.StackSettings;
import io.dromon.transport.link.Links;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A cluster of one node: everything it sends is ordered at once. */
@Tag("unit")
class NodeCoreTest {
    private static final long MS = 1_000_000;

    private final Random random = new Random(1);
    private final Recorder recorder = new Recorder();
    private long micros = 1_700_000_000_000_000L;
    private final NodeCore core = new NodeCore(
            StackSettings.defaults("g", true),
            GroupSettings.member("n", ""),
            uuid(),
            "tcp://127.0.0.1:1",
            Optional.empty(),
            Position.NONE,
            TransfersState.NO,
            this::uuid,
            random,
            new NoLinks(),
            recorder);

    private UUID uuid() {
        return Uuids.timeBased(micros++, random);
    }

    @Test
    void sendsInTheTurnThatEndsAPause() {
        core.open(List.of(), 0);
        core.endTurn(0, 0, 0);
        core.endTurn(Integer.MAX_VALUE, 0, MS); // far too much is waiting: STOP, which pauses this node as well
        assertThat(core.status(3 * MS).group().flowControl().paused()).isTrue();
        Ticket.OfWriteSet ticket = new Ticket.OfWriteSet() {};
        core.replicate(new WriteSetBuilder().data(new Bytes(new byte[] {1})).build(), -1, ticket);
        core.endTurn(Integer.MAX_VALUE, 0, 2 * MS);
        assertThat(recorder.tickets).isEmpty();

        core.endTurn(0, 0, 3 * MS); // worked off: CONT, and nobody else would cause another turn

        assertThat(core.status(3 * MS).group().flowControl().paused()).isFalse();
        assertThat(recorder.tickets).containsExactly(ticket);
    }

    private static final class NoLinks implements Links {
        @Override
        public void resolve(String address) {}

        @Override
        public long dial(String address) {
            return 1;
        }

        @Override
        public void send(long link, Encodable message) {}

        @Override
        public void close(long link) {}
    }

    private static final class Recorder implements NodeCore.Effects {
        final List<Object> tickets = new ArrayList<>();
        final List<Verdict.Outcome> verdicts = new ArrayList<>();
        final List<Refusal.Reason> refusals = new ArrayList<>();

        @Override
        public void deliver(GroupEvent event) {}

        @Override
        public void deliver(CertifiedWriteSet writeSet) {
            tickets.add(writeSet.ticket());
            verdicts.add(writeSet.verdict().outcome());
        }

        @Override
        public void deliver(IstEvent event) {
            throw new IllegalStateException("no transfer was asked for: " + event);
        }

        @Override
        public void onHistory(GroupEvent.ConfigurationChange now) {
            throw new IllegalStateException("an application without state: " + now);
        }

        @Override
        public void onTransfer(TransferStep step) {
            throw new IllegalStateException("an application without state: " + step);
        }

        @Override
        public void onWriteSetRefused(Ticket.OfWriteSet ticket, Refusal why) {
            refusals.add(why.reason());
        }

        @Override
        public void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason) {
            tickets.add(reason);
        }

        @Override
        public void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {
            tickets.add(reason);
        }

        @Override
        public void save(SavedView view) {}

        @Override
        public void removeSavedView() {}

        @Override
        public void onConnected() {}

        @Override
        public void onClosed(@Nullable StackFailure failure) {}

        @Override
        public void onAnomaly(UUID source, String what) {}
    }
}

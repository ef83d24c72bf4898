package io.dromon.transport.sim;

import io.dromon.transport.GroupStack;
import io.dromon.transport.StackEffects;
import io.dromon.transport.StackFailure;
import io.dromon.transport.StackSettings;
import io.dromon.transport.evs.EvsView;
import io.dromon.transport.evs.SendResult;
import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A simulated cluster of {@link GroupStack}s: mesh, EVS and primary component, with messages of any content. */
public class StackCluster extends SimCluster<StackCluster.StackProcess> {
    private static final int HEADER = 24;
    private static final int CAUSAL = 10;

    /**
     * A question to the own node alone.
     *
     * @param view the view it was asked in
     * @param known how many messages somebody had delivered in that view by then
     */
    private record Question(ViewId view, long known) implements Encodable {
        @Override
        public int encodedLength() {
            return 1;
        }

        @Override
        public void encode(ByteBuf out) {
            out.writeByte(0);
        }
    }

    private final ViewChecker views = new ViewChecker(false);
    private final PrimaryChecker primaries = new PrimaryChecker();
    private final @Nullable SavedView[] saved;
    private final SplittableRandom uuidRandom;
    private final SplittableRandom workRandom;
    private long micros = 1_700_000_000_000_000L;
    private long delivered;
    private final Map<ViewId, Long> deliveredIn = new HashMap<>();

    public StackCluster(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> chosenFaults) {
        super(seed, family, trace, chosenFaults);
        this.saved = new SavedView[hosts()];
        this.uuidRandom = random().split();
        this.workRandom = random().split();
    }

    /** Messages delivered, over all nodes. */
    public final long delivered() {
        return delivered;
    }

    /** The settings of each node. */
    protected StackSettings settings(int host, boolean bootstrap) {
        return settings().stack(host, bootstrap);
    }

    /** A node is about to be given a view. */
    protected void onPrimaryView(int host, PrimaryView view) {}

    private UUID freshUuid() {
        // Clocks of different machines differ, and time goes on.
        micros += 1 + uuidRandom.nextInt(1000);
        return Uuids.timeBased(micros + uuidRandom.nextLong(3_600_000_000L) / 1000 * 1000, uuidRandom);
    }

    @Override
    protected final StackProcess create(int host, boolean bootstrap) {
        SavedView before = saved[host];
        UUID self = before == null ? freshUuid() : Uuids.nextIncarnation(before.self());
        SavedView restored = before == null ? null : new SavedView(self, before.view());
        saved[host] = restored;
        StackProcess process = new StackProcess(host, self);
        primaries.onStart(
                process.primaryLife, restored == null ? null : restored.view().id());
        process.stack = new GroupStack(
                settings(host, bootstrap),
                self,
                network().host(host).address(),
                Optional.ofNullable(restored),
                this::freshUuid,
                uuidRandom.split(),
                network().host(host),
                process,
                process);
        return process;
    }

    @Override
    protected final void forget(int host) {
        saved[host] = null;
    }

    @Override
    protected final void work(StackProcess process, long nowNs) {
        int burst = workRandom.nextInt(8) == 0 ? 1 + workRandom.nextInt(40) : 1 + workRandom.nextInt(3);
        for (int i = 0; i < burst; i++) {
            process.send();
        }
        if (workRandom.nextInt(5) == 0) {
            process.ask(nowNs);
        }
    }

    @Override
    protected final @Nullable Component component(StackProcess process) {
        PrimaryView view = process.primaryLife.view();
        if (view == null) {
            return null;
        }
        Set<UUID> members = new HashSet<>();
        for (PrimaryView.Member member : view.members()) {
            members.add(member.uuid());
        }
        return new Component(view.isPrimary(), view.id(), members);
    }

    @Override
    protected final UUID uuid(StackProcess process) {
        return process.self;
    }

    @Override
    protected final boolean isSettled(StackProcess process) {
        return process.ownDelivered == process.accepted && process.asked == process.answered;
    }

    @Override
    protected final void bootstrap(StackProcess process, long nowNs) {
        primaries.onOperatorBootstrap();
        process.stack().primary().bootstrap();
    }

    @Override
    protected final StackProcess mostAdvanced(List<StackProcess> candidates) {
        return candidates.get(0);
    }

    @Override
    protected final void onNewCluster() {
        primaries.onOperatorBootstrap();
        Arrays.fill(saved, null);
    }

    @Override
    protected final boolean hasHistory() {
        return true;
    }

    @Override
    protected final void onEnded(int host, StackProcess process) {
        StackFailure failure = process.failure;
        if (failure != null && failure.kind() != StackFailure.Kind.NO_PRIMARY) {
            throw new Violation("no-failure", SimNetwork.name(host) + " ended: " + failure);
        }
    }

    /** One life of a node. */
    public final class StackProcess implements SimProcess, StackEffects, TransportNews {
        private final int host;
        private final String name;
        private final UUID self;
        private final ViewChecker.Life viewLife;
        private final PrimaryChecker.Life primaryLife;
        private final Map<UUID, Long> lastOf = new HashMap<>();
        private @Nullable GroupStack stack;
        private @Nullable StackFailure failure;
        private boolean ended;
        private long accepted;
        private long ownDelivered;
        private @Nullable ViewId regular;
        private boolean inRegular;
        private long deliveredHere;
        private long asked;
        private long answered;

        StackProcess(int host, UUID self) {
            this.host = host;
            this.name = SimNetwork.name(host);
            this.self = self;
            this.viewLife = new ViewChecker.Life(name, self);
            this.primaryLife = new PrimaryChecker.Life(name, self);
        }

        GroupStack stack() {
            GroupStack it = stack;
            if (it == null) {
                throw new IllegalStateException("not made yet");
            }
            return it;
        }

        void ask(long nowNs) {
            ViewId view = regular;
            if (view == null) {
                return;
            }
            Question question = new Question(view, deliveredIn.getOrDefault(view, 0L));
            if (stack().sendLocalCausal(CAUSAL, question, nowNs) == SendResult.ACCEPTED) {
                asked++;
            }
        }

        private void onAnswer(Question question) {
            answered++;
            if (primaryLife.isPrimary() && question.view().equals(regular) && deliveredHere < question.known()) {
                throw new Violation(
                        "causal-read",
                        name + " is answered after " + deliveredHere + " messages of " + regular + ", somebody had "
                                + question.known());
            }
        }

        void send() {
            int size =
                    workRandom.nextInt(20) == 0 ? workRandom.nextInt(HEADER, 32_000) : workRandom.nextInt(HEADER, 400);
            byte[] array = new byte[size];
            ByteBuf out = Unpooled.wrappedBuffer(array).writerIndex(0);
            Uuids.write(out, self);
            out.writeLongLE(accepted);
            if (stack().send(1, new Bytes(array)) == SendResult.ACCEPTED) {
                accepted++;
            }
        }

        @Override
        public void open(List<String> addresses, long nowNs) {
            stack().open(addresses, nowNs);
        }

        @Override
        public void tick(long nowNs) {
            stack().tick(nowNs);
        }

        @Override
        public long nextDeadlineNs() {
            return stack().nextDeadlineNs();
        }

        @Override
        public void endTurn(long nowNs) {
            stack().endTurn(nowNs);
        }

        @Override
        public void leave(long nowNs) {
            stack().leave(nowNs);
        }

        @Override
        public boolean hasEnded() {
            return ended;
        }

        @Override
        public LinkEvents linkEvents() {
            return stack();
        }

        @Override
        public void save(SavedView view) {
            saved[host] = view;
        }

        @Override
        public void removeSavedView() {
            saved[host] = null;
        }

        @Override
        public void onGroupView(EvsView view) {
            if (trace().isOn()) {
                trace().add(clock().nowNs(), name, "EVS " + view);
            }
            views.onView(viewLife, view);
            inRegular = view.id().type() == ViewId.Type.REG;
            if (inRegular) {
                regular = view.isEmpty() ? null : view.id();
                deliveredHere = 0;
            }
        }

        @Override
        public void deliverView(PrimaryView view) {
            if (trace().isOn()) {
                trace().add(clock().nowNs(), name, "PC " + view);
            }
            onPrimaryView(host, view);
            primaries.onView(primaryLife, view);
        }

        @Override
        public void deliver(UUID source, int userType, long toSeq, Encodable payload) {
            if (userType == CAUSAL) {
                onAnswer((Question) payload);
                return;
            }
            delivered++;
            deliveredHere++;
            ViewId here = regular;
            if (here != null && inRegular) {
                deliveredIn.merge(here, deliveredHere, Math::max);
            }
            Bytes bytes = Bytes.of(payload);
            long content;
            long number;
            try {
                ByteReader in = new ByteReader(bytes);
                UUID author = in.uuid();
                number = in.i64();
                content = author.getLeastSignificantBits() * 31 + number * 1_000_003 + bytes.length();
                if (!author.equals(source)) {
                    throw new Violation("right-source", name + " gets a message of " + author + " as of " + source);
                }
            } catch (MalformedMessageException broken) {
                throw new Violation("right-content", name + " gets " + bytes + ": " + broken.getMessage());
            }
            if (trace().isOn()) {
                trace().add(
                                clock().nowNs(),
                                name,
                                "delivers " + toSeq + ": " + Uuids.brief(source) + " " + number + " " + bytes.length());
            }
            Long before = lastOf.put(source, number);
            if (before != null && before >= number) {
                throw new Violation(
                        "sender-order", name + " gets message " + number + " of " + source + " after " + before);
            }
            if (source.equals(self)) {
                if (number != ownDelivered) {
                    throw new Violation(
                            "self-delivery", name + " gets its message " + number + ", not " + ownDelivered);
                }
                ownDelivered++;
            }
            views.onMessage(viewLife, source, content);
            primaries.onMessage(primaryLife, source, toSeq, content);
        }

        @Override
        public void onConnected() {
            trace().add(clock().nowNs(), name, "is connected");
        }

        @Override
        public void onClosed(@Nullable StackFailure why) {
            trace().add(clock().nowNs(), name, "is closed: " + why);
            failure = why;
            ended = true;
        }

        @Override
        public void onLinkUp(long link, UUID peer, String address) {
            if (trace().isOn()) {
                trace().add(clock().nowNs(), name, "link " + link + " to " + Uuids.brief(peer) + " " + address + " up");
            }
        }

        @Override
        public void onLinkDown(long link, UUID peer, String address, LinkFailure why) {
            if (trace().isOn()) {
                trace().add(clock().nowNs(), name, "link " + link + " to " + address + " down: " + why);
            }
        }

        @Override
        public void onNotice(String text) {
            trace().add(clock().nowNs(), name, "notice: " + text);
        }

        @Override
        public void onRefused(String address, LinkFailure why) {
            if (trace().isOn()) {
                trace().add(clock().nowNs(), name, "refused " + address + ": " + why);
            }
        }

        @Override
        public String toString() {
            return self + " evs " + stack().evs().state() + " pc "
                    + stack().primary().state() + " pending " + (accepted - ownDelivered);
        }
    }
}

package io.dromon.node.rebootstrap.core;

import io.dromon.node.rebootstrap.core.NodeFacts.Component;
import io.dromon.node.rebootstrap.core.NodeFacts.Hold;
import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.node.rebootstrap.core.NodeFacts.Standing;
import io.dromon.transport.sim.SimClock;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A simulated node: its process, its disk, and what a re-bootstrap asks of it. What takes time is pending at first. */
final class SimNode implements MemberControl {
    static final String CLUSTER = "sim";
    static final UUID HISTORY = new UUID(7, 7);

    final String name;
    final int weight;
    private final SimGroup group;
    private final SimClock clock;
    private final Random random;
    private final SimRules rules;
    private Set<String> givenUp = Set.of();

    // its disk
    List<Long> disk = new ArrayList<>();

    @Nullable
    Component saved;

    ParticipantState kept = ParticipantState.NONE;
    private boolean staged;
    boolean changedForGood;
    boolean unreadable;

    // its process
    boolean up;
    int process;
    List<Long> log = new ArrayList<>();

    @Nullable
    SimComponent component;

    boolean running;
    boolean drained;
    boolean isolated;
    boolean recovers;
    boolean survived;
    long skewMs;
    boolean badFiles;
    private Participant participant;
    private final Map<String, Long> readyNs = new HashMap<>();

    SimNode(String name, int weight, SimGroup group, SimClock clock, Random random, SimRules rules) {
        this.name = name;
        this.weight = weight;
        this.group = group;
        this.clock = clock;
        this.random = random;
        this.rules = rules;
        this.participant = participant();
    }

    private Participant participant() {
        return new Participant(kept, state -> kept = state, this);
    }

    /** The process begins. */
    void boot() {
        up = true;
        process++;
        readyNs.clear();
        participant = participant();
        log = new ArrayList<>(disk);
        component = null;
        drained = false;
        survived = false;
        Participant.StartMode mode = rules.holdsStopped() ? participant.startMode() : Participant.StartMode.NORMAL;
        running = mode != Participant.StartMode.HELD;
        recovers = mode == Participant.StartMode.NORMAL;
        group.say(name, "begins, " + mode);
    }

    /** The process is killed; the group has been told. */
    void die() {
        up = false;
        process++;
        running = false;
        log = new ArrayList<>(disk);
        group.say(name, "is killed at " + disk.size());
    }

    Answer on(NodeRequest request) {
        return participant.on(request, wallMs());
    }

    private long wallMs() {
        return RebootstrapCluster.EPOCH_MS + clock.nowNs() / 1_000_000 + skewMs;
    }

    boolean usesChanged() {
        return changedForGood || participant.active() == Target.CHANGED;
    }

    void store() {
        int stored = disk.size();
        boolean goesOn =
                stored > 0 && stored <= log.size() && log.get(stored - 1).equals(disk.get(stored - 1));
        if (goesOn) {
            disk.addAll(log.subList(stored, log.size()));
        } else {
            disk = new ArrayList<>(log);
        }
        group.acknowledge();
    }

    void enter(SimComponent next) {
        component = next;
        saved = new Component(next.number, next.weights(), Standing.LOST);
        survived = true;
        participant.joined();
    }

    void exit(Standing standing) {
        SimComponent left = component;
        if (left != null) {
            saved = new Component(left.number, left.weights(), standing);
        }
        component = null;
    }

    void givenUp(Set<String> names) {
        givenUp = names;
    }

    // ---- MemberControl

    @Override
    public NodeFacts facts(Hold hold) {
        SimComponent now = component;
        Component known = now == null ? saved : new Component(now.number, now.weights(), Standing.MEMBER);
        RunState state = !running ? RunState.STOPPED : drained ? RunState.DRAINED : RunState.RUNNING;
        Position position = unreadable ? null : rules.told(new Position(HISTORY, disk.size()), this);
        return new NodeFacts(name, CLUSTER, wallMs(), state, position, known, hold);
    }

    /** Pending for a while, when it is asked for the first time. */
    private boolean isReady(String what) {
        long ready = readyNs.computeIfAbsent(what, key -> clock.nowNs() + random.nextInt(0, 1_500) * 1_000_000L);
        return clock.nowNs() >= ready;
    }

    private Progress once(String what) {
        return isReady(what) ? new Progress.Done("") : new Progress.Pending(what);
    }

    @Override
    public Progress stage(Map<String, String> options, Map<String, String> files) {
        staged = true;
        return once("stages");
    }

    @Override
    public Progress openRehearsal() {
        return new Progress.Done("side-of-" + name);
    }

    @Override
    public Progress rehearse(Map<String, String> addresses) {
        return badFiles ? new Progress.Failed("certificate and key do not belong together") : once("rehearses");
    }

    @Override
    public Progress drain() {
        readyNs.remove("takes writes");
        drained = true;
        if (!isReady("drains")) {
            return new Progress.Pending("drains");
        }
        store();
        return new Progress.Done("");
    }

    @Override
    public Progress stop() {
        if (running) {
            if (!isReady("stops")) {
                return new Progress.Pending("stops");
            }
            store();
            if (rules.leavesInOrder(this)) {
                group.leave(this);
            } else {
                group.lose(Set.of(this));
            }
            running = false;
            drained = false;
            readyNs.clear();
            group.say(name, "has stopped at " + disk.size());
        }
        return new Progress.Done("");
    }

    @Override
    public Progress start(Target target, @Nullable Token token) {
        if (!running) {
            if (!isReady("starts")) {
                return new Progress.Pending("starts");
            }
            if (usesChanged() && !changedForGood && !staged) {
                return new Progress.Failed("nothing is staged");
            }
            running = true;
            drained = false;
            recovers = false;
            survived = false;
            if (token != null) {
                group.bootstrap(this, givenUp);
            }
            readyNs.clear();
        }
        return component == null ? new Progress.Pending("joins") : new Progress.Done("");
    }

    @Override
    public Progress takeWrites() {
        if (!isReady("takes writes")) {
            return new Progress.Pending("takes writes");
        }
        drained = false;
        readyNs.remove("drains");
        return component == null ? new Progress.Pending("looks for its component") : new Progress.Done("");
    }

    @Override
    public Progress verify(Target target, Set<String> members) {
        SimComponent now = component;
        return now != null && now.members.keySet().equals(members)
                ? new Progress.Done("")
                : new Progress.Pending("is not linked to all");
    }

    @Override
    public Progress settle(Target target) {
        changedForGood |= target == Target.CHANGED;
        staged = false;
        return new Progress.Done("");
    }

    @Override
    public String toString() {
        SimComponent now = component;
        return name + (up ? "" : " down") + (running ? drained ? " drained" : " running" : " stopped")
                + (now == null ? "" : " in " + now.number) + " at " + disk.size() + "/" + log.size() + " "
                + kept.stage() + " " + kept.active() + (changedForGood ? " changed for good" : "");
    }
}

package io.dromon.node.rebootstrap.core;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a node keeps on its disk of a re-bootstrap.
 *
 * @param opened the procedure that it takes part in; null without one
 * @param last newest request that it has acted upon
 * @param active what it is started with
 * @param spent tokens that it has taken in the open procedure
 * @param sealed procedures that have ended, the newest last
 */
public record ParticipantState(
        @Nullable Opened opened,
        RequestId last,
        Stage stage,
        Target active,
        Rounds rounds,
        List<UUID> spent,
        List<Sealed> sealed) {
    /** Of a node that never took part in one. */
    public static final ParticipantState NONE = new ParticipantState(
            null,
            new RequestId(0, new UUID(0, 0), 0),
            Stage.IDLE,
            Target.ORIGINAL,
            new Rounds(null, null),
            List.of(),
            List.of());

    private static final int KEPT_SEALED = 32;

    /** Where a node stands in the procedure. */
    public enum Stage {
        /** As without one. */
        IDLE,
        /** It may have something staged, and runs as without it. */
        STAGED,
        /** It takes no writes, and stays stopped if its process begins anew. */
        DRAINED,
        /** It is stopped, and stays so. */
        STOPPED,
        /** It was started again, and goes on as a member of the component that was made. */
        STARTED
    }

    /** @param staged whether there is a changed configuration */
    public record Opened(UUID procedure, boolean staged) {}

    /**
     * Tokens by which components began.
     *
     * @param reached that of the newest component which the node has been a member of
     * @param pending that of the one which it was started for, and may not have come to
     */
    public record Rounds(@Nullable UUID reached, @Nullable UUID pending) {}

    /** A procedure that has ended. */
    public record Sealed(UUID procedure, Target target) {}

    public ParticipantState {
        spent = List.copyOf(spent);
        sealed = List.copyOf(sealed);
    }

    /** How the node is started if a process begins with this. */
    public Participant.StartMode startMode() {
        return switch (stage) {
            case IDLE, STAGED -> Participant.StartMode.NORMAL;
            case DRAINED, STOPPED -> Participant.StartMode.HELD;
            case STARTED -> rounds.pending() == null ? Participant.StartMode.NORMAL : Participant.StartMode.AS_JOINER;
        };
    }

    boolean isOpen(UUID procedure) {
        return opened != null && opened.procedure().equals(procedure);
    }

    boolean isStaged() {
        return opened != null && opened.staged();
    }

    /** How the procedure has ended here; null if it has not. */
    @Nullable
    Target sealedAs(UUID procedure) {
        return sealed.stream()
                .filter(each -> each.procedure().equals(procedure))
                .map(Sealed::target)
                .findFirst()
                .orElse(null);
    }

    ParticipantState open(UUID procedure, boolean staged) {
        return new ParticipantState(new Opened(procedure, staged), last, stage, active, rounds, spent, sealed);
    }

    ParticipantState at(Stage next) {
        return new ParticipantState(opened, last, next, active, rounds, spent, sealed);
    }

    ParticipantState after(RequestId request) {
        return new ParticipantState(opened, request, stage, active, rounds, spent, sealed);
    }

    ParticipantState started(Target target, @Nullable UUID round) {
        return new ParticipantState(
                opened, last, Stage.STARTED, target, new Rounds(rounds.reached(), round), spent, sealed);
    }

    ParticipantState reached() {
        return new ParticipantState(opened, last, stage, active, new Rounds(rounds.pending(), null), spent, sealed);
    }

    ParticipantState spend(UUID token) {
        List<UUID> more = new ArrayList<>(spent);
        more.add(token);
        return new ParticipantState(opened, last, stage, active, rounds, more, sealed);
    }

    ParticipantState seal(UUID procedure, Target target) {
        List<Sealed> more = new ArrayList<>(sealed);
        more.add(new Sealed(procedure, target));
        return new ParticipantState(
                null,
                NONE.last,
                Stage.IDLE,
                Target.ORIGINAL,
                NONE.rounds,
                List.of(),
                more.subList(Math.max(0, more.size() - KEPT_SEALED), more.size()));
    }
}

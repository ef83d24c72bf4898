package io.dromon.config;

import static io.dromon.config.Bound.Side.AT_MOST;
import static io.dromon.config.Bound.When.RUNTIME;
import static io.dromon.config.Bound.When.START;
import static io.dromon.config.Support.Part.PRIMARY;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Options of the primary component: chapter 03 section 11 of the specification. */
public final class PrimaryOptions {
    private static final List<Option<?>> HERE = new ArrayList<>();

    /** {@code pc.version}. */
    public static final Option<Integer> PC_VERSION = Option.of("pc.version", Types.INTEGER)
            .byDefault("0")
            .noEffect("unused in Galera too")
            .doc("Registered, but unused.")
            .in(HERE);

    /** {@code pc.npvo}. */
    public static final Option<Boolean> PC_NPVO = Option.of("pc.npvo", Types.BOOLEAN)
            .byDefault("false")
            .honoured(PRIMARY)
            .doc("Which of two conflicting primary components survives: false the greater view id, true the smaller.")
            .in(HERE);

    /** {@code pc.ignore_quorum}. */
    public static final Option<Boolean> PC_IGNORE_QUORUM = Option.of("pc.ignore_quorum", Types.BOOLEAN)
            .byDefault("false")
            .runtime()
            .honoured(PRIMARY)
            .doc("Whether the loss of any number of members leaves the component primary; splits brains.")
            .in(HERE);

    /** {@code pc.ignore_sb}. */
    public static final Option<Boolean> PC_IGNORE_SB = Option.of("pc.ignore_sb", Types.BOOLEAN)
            .derived("pc.ignore_quorum", values -> Optional.of(values.value(PC_IGNORE_QUORUM)))
            .runtime()
            .honoured(PRIMARY)
            .doc("Whether exactly half of the weight counts as a quorum; splits brains.")
            .in(HERE);

    /** {@code pc.checksum}. */
    public static final Option<Boolean> PC_CHECKSUM = Option.of("pc.checksum", Types.BOOLEAN)
            .byDefault("false")
            .honoured(PRIMARY)
            .doc("Whether messages carry a checksum of their own at this level, and received ones are checked.")
            .in(HERE);

    /** {@code pc.weight}. */
    public static final Option<Integer> PC_WEIGHT = Option.of("pc.weight", Types.INTEGER)
            .byDefault("1")
            .min("0")
            .bound(AT_MOST, START, "254")
            .bound(AT_MOST, RUNTIME, "255")
            .runtime()
            .honoured(PRIMARY)
            .doc("Weight of this node's vote for the quorum.")
            .in(HERE);

    /** {@code pc.bootstrap}; the value is not examined. */
    public static final Option<String> PC_BOOTSTRAP = Option.of("pc.bootstrap", Types.STRING)
            .trigger()
            .honoured(PRIMARY)
            .doc("Setting it, to any value, makes a non-primary component primary.")
            .in(HERE);

    /** {@code pc.announce_timeout}. */
    public static final Option<Duration> PC_ANNOUNCE_TIMEOUT = Option.of("pc.announce_timeout", Types.DURATION)
            .byDefault("PT3S")
            .honoured(PRIMARY)
            .doc("How long a starting node announces itself before it goes on alone.")
            .in(HERE);

    /** {@code pc.wait_prim}. */
    public static final Option<Boolean> PC_WAIT_PRIM = Option.of("pc.wait_prim", Types.BOOLEAN)
            .byDefault("true")
            .honoured(PRIMARY)
            .doc("Whether a starting node waits for a primary component.")
            .in(HERE);

    /** {@code pc.wait_prim_timeout}. */
    public static final Option<Duration> PC_WAIT_PRIM_TIMEOUT = Option.of("pc.wait_prim_timeout", Types.DURATION)
            .byDefault("PT30S")
            .honoured(PRIMARY)
            .doc("How long a starting node waits for a primary component before it gives up.")
            .in(HERE);

    /** {@code pc.linger}. */
    public static final Option<Duration> PC_LINGER = Option.of("pc.linger", Types.DURATION)
            .byDefault("PT20S")
            .honoured(PRIMARY)
            .doc("How long a leaving node waits for its leave to be agreed on.")
            .in(HERE);

    /** {@code pc.recovery}. */
    public static final Option<Boolean> PC_RECOVERY = Option.of("pc.recovery", Types.BOOLEAN)
            .byDefault("true")
            .honoured(PRIMARY)
            .doc("Whether the primary view is kept in gvwstate.dat, so that it comes back after all nodes crashed.")
            .in(HERE);

    private PrimaryOptions() {}

    static List<Option<?>> here() {
        return HERE;
    }
}

package io.dromon.config;

import static io.dromon.config.Bound.Side.AT_LEAST;
import static io.dromon.config.Bound.Side.LESS_THAN;
import static io.dromon.config.Bound.When.ALWAYS;
import static io.dromon.config.Bound.When.RUNTIME;
import static io.dromon.config.Bound.When.START;
import static io.dromon.config.Support.Part.GROUP;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Options of the group layer: chapter 04 section 13 of the specification. */
public final class GroupOptions {
    private static final List<Option<?>> HERE = new ArrayList<>();

    /** {@code gcs.fc_limit}. */
    public static final Option<Integer> GCS_FC_LIMIT = Option.of("gcs.fc_limit", Types.INTEGER)
            .unit("actions")
            .byDefault("16")
            .bound(AT_LEAST, START, "0")
            .bound(AT_LEAST, RUNTIME, "1")
            .runtime()
            .honoured(GROUP)
            .doc("Length of the queue of received actions at which this node asks the group to pause.")
            .in(HERE);

    /** {@code gcs.fc_factor}. */
    public static final Option<Double> GCS_FC_FACTOR = Option.of("gcs.fc_factor", Types.DECIMAL)
            .byDefault("1.0")
            .min("0.0")
            .max("1.0")
            .runtime()
            .honoured(GROUP)
            .doc("Fraction of the pausing length at which the group may go on.")
            .in(HERE);

    /** {@code gcs.fc_master_slave}. */
    public static final Option<Boolean> GCS_FC_MASTER_SLAVE = Option.of("gcs.fc_master_slave", Types.BOOLEAN)
            .byDefault("no")
            .deprecated("gcs.fc_single_primary")
            .honoured(GROUP)
            .doc("Old name of gcs.fc_single_primary.")
            .in(HERE);

    /** {@code gcs.fc_single_primary}. */
    public static final Option<Boolean> GCS_FC_SINGLE_PRIMARY = Option.of("gcs.fc_single_primary", Types.BOOLEAN)
            .derived("gcs.fc_master_slave", values -> Optional.of(values.value(GCS_FC_MASTER_SLAVE)))
            .honoured(GROUP)
            .doc("Whether gcs.fc_limit holds as it is, instead of growing with the square root of the members.")
            .in(HERE);

    /** {@code gcs.fc_debug}. */
    public static final Option<Integer> GCS_FC_DEBUG = Option.of("gcs.fc_debug", Types.INTEGER)
            .byDefault("0")
            .min("0")
            .runtime()
            .honoured(GROUP)
            .doc("Logs the throttling of a joiner, every so many actions; 0 for never.")
            .in(HERE);

    /** {@code gcs.sync_donor}. */
    public static final Option<Boolean> GCS_SYNC_DONOR = Option.of("gcs.sync_donor", Types.BOOLEAN)
            .byDefault("no")
            .runtime()
            .honoured(GROUP)
            .doc("Whether a donor may ask the group to pause.")
            .in(HERE);

    /** {@code gcs.max_packet_size}. */
    public static final Option<Integer> GCS_MAX_PACKET_SIZE = Option.of("gcs.max_packet_size", Types.INTEGER)
            .unit("bytes")
            .byDefault("64500")
            .min("0")
            .honoured(GROUP)
            .doc("Size above which an action is split; never more than the transport's own limit.")
            .in(HERE);

    /** {@code gcs.recv_q_hard_limit}. */
    public static final Option<Long> GCS_RECV_Q_HARD_LIMIT = Option.of("gcs.recv_q_hard_limit", Types.SIZE)
            .unit("bytes")
            .byDefault("9223372036854775807")
            .min("1")
            .runtime()
            .honoured(GROUP)
            .doc("Bytes that wait for the application at which a joiner pauses the group or fails, and another member"
                    + " leaves; at most a quarter of the heap.")
            .in(HERE);

    /** {@code gcs.recv_q_soft_limit}. */
    public static final Option<Double> GCS_RECV_Q_SOFT_LIMIT = Option.of("gcs.recv_q_soft_limit", Types.DECIMAL)
            .byDefault("0.25")
            .min("0.0")
            .bound(LESS_THAN, ALWAYS, "1.0")
            .runtime()
            .honoured(GROUP)
            .doc("Fraction of gcs.recv_q_hard_limit from which a joiner throttles the group.")
            .in(HERE);

    /** {@code gcs.max_throttle}. */
    public static final Option<Double> GCS_MAX_THROTTLE = Option.of("gcs.max_throttle", Types.DECIMAL)
            .byDefault("0.25")
            .min("0.0")
            .bound(LESS_THAN, ALWAYS, "1.0")
            .runtime()
            .honoured(GROUP)
            .doc("Fraction of its rate to which a joiner may throttle the group; 0 for a complete stop.")
            .in(HERE);

    /** {@code gcs.vote_policy}. */
    public static final Option<Integer> GCS_VOTE_POLICY = Option.of("gcs.vote_policy", Types.INTEGER)
            .byDefault("0")
            .min("0")
            .max("254")
            .honoured(GROUP)
            .doc("How many votes for success decide a vote on inconsistency; 0 for the majority.")
            .in(HERE);

    /** {@code gcs.stateless}. */
    public static final Option<Boolean> GCS_STATELESS = Option.of("gcs.stateless", Types.BOOLEAN)
            .byDefault("no")
            .honoured(GROUP)
            .doc("Whether this node keeps no state: never a donor, and not counted in votes and the commit cut.")
            .in(HERE);

    /** {@code gcomm.thread_prio}. */
    public static final Option<String> GCOMM_THREAD_PRIO = Option.of("gcomm.thread_prio", Types.STRING)
            .derived("", values -> Optional.of(""))
            .noEffect("a JVM cannot set the scheduling policy of its threads")
            .doc("Scheduling of the network thread, policy:priority.")
            .in(HERE);

    private GroupOptions() {}

    static List<Option<?>> here() {
        return HERE;
    }
}

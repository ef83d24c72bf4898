package io.dromon.config;

import static io.dromon.config.Bound.Side.AT_LEAST;
import static io.dromon.config.Bound.Side.AT_MOST;
import static io.dromon.config.Bound.When.ALWAYS;
import static io.dromon.config.Bound.When.RUNTIME;
import static io.dromon.config.Bound.When.START;
import static io.dromon.config.Support.Part.EVS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Options of extended virtual synchrony: chapter 02 section 9 of the specification. */
public final class EvsOptions {
    private static final List<Option<?>> HERE = new ArrayList<>();

    /** {@code evs.version}. */
    public static final Option<Integer> EVS_VERSION = Option.of("evs.version", Types.INTEGER)
            .byDefault("1")
            .min("0")
            .max("1")
            .runtime()
            .honoured(EVS)
            .doc("Announced version of the EVS protocol; a change makes the members gather anew.")
            .in(HERE);

    /** {@code evs.view_forget_timeout}. */
    public static final Option<Duration> EVS_VIEW_FORGET_TIMEOUT = Option.of("evs.view_forget_timeout", Types.DURATION)
            .byDefault("PT24H")
            .min("PT1S")
            .honoured(EVS)
            .doc("How long previous views and evictions are remembered.")
            .in(HERE);

    /** {@code evs.suspect_timeout}. */
    public static final Option<Duration> EVS_SUSPECT_TIMEOUT = Option.of("evs.suspect_timeout", Types.DURATION)
            .byDefault("PT5S")
            .min("PT0.1S")
            .bound(AT_MOST, START, "evs.inactive_timeout", values -> values.value(EvsOptions.EVS_INACTIVE_TIMEOUT))
            .bound(AT_MOST, RUNTIME, "evs.install_timeout", values -> values.value(EvsOptions.EVS_INSTALL_TIMEOUT))
            .runtime()
            .honoured(EVS)
            .doc("Silence after which a member is suspected to be dead; if all agree it is removed.")
            .in(HERE);

    /** {@code evs.inactive_timeout}. */
    public static final Option<Duration> EVS_INACTIVE_TIMEOUT = Option.of("evs.inactive_timeout", Types.DURATION)
            .byDefault("PT15S")
            .min("PT0.1S")
            .bound(AT_LEAST, RUNTIME, "evs.install_timeout", values -> values.value(EvsOptions.EVS_INSTALL_TIMEOUT))
            .runtime()
            .honoured(EVS)
            .doc("Silence after which a member is removed whatever the others say.")
            .in(HERE);

    /** {@code evs.inactive_check_period}. */
    public static final Option<Duration> EVS_INACTIVE_CHECK_PERIOD = Option.of(
                    "evs.inactive_check_period", Types.DURATION)
            .byDefault("PT0.5S")
            .bound(
                    AT_MOST,
                    ALWAYS,
                    "evs.suspect_timeout/2",
                    values -> values.value(EVS_SUSPECT_TIMEOUT).dividedBy(2))
            .honoured(EVS)
            .doc("How often members are checked for silence.")
            .in(HERE);

    /** {@code evs.keepalive_period}. */
    public static final Option<Duration> EVS_KEEPALIVE_PERIOD = Option.of("evs.keepalive_period", Types.DURATION)
            .byDefault("PT1S")
            .min("PT0.1S")
            .bound(
                    AT_MOST,
                    START,
                    "evs.suspect_timeout/3",
                    values -> values.value(EVS_SUSPECT_TIMEOUT).dividedBy(3))
            .runtime()
            .honoured(EVS)
            .doc("How often a member without traffic shows that it lives.")
            .in(HERE);

    /** {@code evs.install_timeout}. */
    public static final Option<Duration> EVS_INSTALL_TIMEOUT = Option.of("evs.install_timeout", Types.DURATION)
            .derived(
                    "evs.inactive_timeout/2",
                    values -> Optional.of(values.value(EVS_INACTIVE_TIMEOUT).dividedBy(2)))
            .bound(AT_LEAST, START, "evs.keepalive_period", values -> values.value(EVS_KEEPALIVE_PERIOD))
            .bound(
                    AT_LEAST,
                    RUNTIME,
                    "2*evs.keepalive_period",
                    values -> values.value(EVS_KEEPALIVE_PERIOD).multipliedBy(2))
            .bound(AT_LEAST, ALWAYS, "evs.suspect_timeout", values -> values.value(EVS_SUSPECT_TIMEOUT))
            .bound(AT_MOST, ALWAYS, "evs.inactive_timeout", values -> values.value(EVS_INACTIVE_TIMEOUT))
            .runtime()
            .honoured(EVS)
            .doc("How long agreement on a new view may take before it is tried anew.")
            .in(HERE);

    /** {@code evs.join_retrans_period}. */
    public static final Option<Duration> EVS_JOIN_RETRANS_PERIOD = Option.of("evs.join_retrans_period", Types.DURATION)
            .byDefault("PT1S")
            .min("PT0.1S")
            .runtime()
            .honoured(EVS)
            .doc("How often join, install and gap messages are repeated while a view is formed.")
            .in(HERE);

    /** {@code evs.stats_report_period}. */
    public static final Option<Duration> EVS_STATS_REPORT_PERIOD = Option.of("evs.stats_report_period", Types.DURATION)
            .byDefault("PT1M")
            .min("PT1S")
            .runtime()
            .notYet(EVS)
            .doc("How often statistics are reported.")
            .in(HERE);

    /** {@code evs.send_window}. */
    public static final Option<Integer> EVS_SEND_WINDOW = Option.of("evs.send_window", Types.INTEGER)
            .unit("messages")
            .byDefault("4")
            .min("1")
            .bound(AT_LEAST, RUNTIME, "evs.user_send_window", values -> values.value(EvsOptions.EVS_USER_SEND_WINDOW))
            .runtime()
            .honoured(EVS)
            .doc("How many messages may be sent but not yet ordered, all kinds together.")
            .in(HERE);

    /** {@code evs.user_send_window}. */
    public static final Option<Integer> EVS_USER_SEND_WINDOW = Option.of("evs.user_send_window", Types.INTEGER)
            .unit("messages")
            .byDefault("2")
            .min("1")
            .bound(AT_MOST, ALWAYS, "evs.send_window", values -> values.value(EVS_SEND_WINDOW))
            .runtime()
            .honoured(EVS)
            .doc("How many messages may be sent but not yet ordered before new ones are queued.")
            .in(HERE);

    /** {@code evs.use_aggregate}. */
    public static final Option<Boolean> EVS_USE_AGGREGATE = Option.of("evs.use_aggregate", Types.BOOLEAN)
            .byDefault("true")
            .runtime()
            .honoured(EVS)
            .doc("Whether small queued messages are packed into one.")
            .in(HERE);

    /** {@code evs.causal_keepalive_period}; Galera ignores it at start, Dromon does not. */
    public static final Option<Duration> EVS_CAUSAL_KEEPALIVE_PERIOD = Option.of(
                    "evs.causal_keepalive_period", Types.DURATION)
            .derived("evs.keepalive_period", values -> Optional.of(values.value(EVS_KEEPALIVE_PERIOD)))
            .runtime()
            .honoured(EVS)
            .doc("How often causal reads may send a keepalive of their own; 0 for each read.")
            .in(HERE);

    /** {@code evs.max_install_timeouts}. */
    public static final Option<Integer> EVS_MAX_INSTALL_TIMEOUTS = Option.of("evs.max_install_timeouts", Types.INTEGER)
            .byDefault("3")
            .min("0")
            .runtime()
            .honoured(EVS)
            .doc("How often agreement on a view may run out of time before this node isolates itself for a while.")
            .in(HERE);

    /** {@code evs.delay_margin}. */
    public static final Option<Duration> EVS_DELAY_MARGIN = Option.of("evs.delay_margin", Types.DURATION)
            .byDefault("PT1S")
            .runtime()
            .honoured(EVS)
            .doc("How much later than evs.keepalive_period a member may be heard before it is listed as delayed.")
            .in(HERE);

    /** {@code evs.delayed_keep_period}. */
    public static final Option<Duration> EVS_DELAYED_KEEP_PERIOD = Option.of("evs.delayed_keep_period", Types.DURATION)
            .byDefault("PT30S")
            .runtime()
            .honoured(EVS)
            .doc("How long a member must behave until its count on the delayed list falls by one.")
            .in(HERE);

    /** {@code evs.auto_evict}. */
    public static final Option<Integer> EVS_AUTO_EVICT = Option.of("evs.auto_evict", Types.INTEGER)
            .byDefault("0")
            .min("0")
            .runtime()
            .honoured(EVS)
            .doc("Count on the delayed lists of others at which a member is evicted; 0 for never.")
            .in(HERE);

    /** {@code evs.evict}; an empty value clears the list. */
    public static final Option<UUID> EVS_EVICT = Option.of("evs.evict", Types.UUID_TEXT)
            .trigger()
            .honoured(EVS)
            .doc("Evicts the member with this UUID from the group; empty clears the list of the evicted.")
            .in(HERE);

    /** {@code evs.debug_log_mask}. */
    public static final Option<Integer> EVS_DEBUG_LOG_MASK = Option.of("evs.debug_log_mask", Types.MASK)
            .byDefault("0x1")
            .runtime()
            .notYet(EVS)
            .doc("What goes to the debug log: 1 state, 2 timers, 4 consensus, 8 user, 10 delegate, 20 gap, 40 join, "
                    + "80 install, 100 leave, 200 foreign, 400 retransmission, 800 delivery.")
            .in(HERE);

    /** {@code evs.info_log_mask}. */
    public static final Option<Integer> EVS_INFO_LOG_MASK = Option.of("evs.info_log_mask", Types.MASK)
            .byDefault("0x0")
            .runtime()
            .notYet(EVS)
            .doc("What goes to the log: 1 views, 2 state, 4 statistics, 8 profiling.")
            .in(HERE);

    private EvsOptions() {}

    static List<Option<?>> here() {
        return HERE;
    }
}

package io.dromon.config;

import static io.dromon.config.Support.Part.CACHE;
import static io.dromon.config.Support.Part.CERTIFICATION;
import static io.dromon.config.Support.Part.GROUP;
import static io.dromon.config.Support.Part.IST;
import static io.dromon.config.Support.Part.NODE;
import static io.dromon.config.Support.Part.WRITESET;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Options of write-sets, certification, the write-set cache and incremental state transfer (chapter 05 section 10, chapter
 * 06 section 14).
 */
public final class ReplicationOptions {
    private static final List<Option<?>> HERE = new ArrayList<>();

    /** {@code repl.proto_max}. */
    public static final Option<Integer> REPL_PROTO_MAX = Option.of("repl.proto_max", Types.INTEGER)
            .byDefault("11")
            .min("10")
            .lenient(value -> Math.min(value, 11))
            .check("above 11 is taken as 11", value -> Optional.empty())
            .notYet(WRITESET)
            .doc("Highest replication protocol to announce; Galera 4 has 10 and 11.")
            .in(HERE);

    /** {@code repl.key_format}. */
    public static final Option<String> REPL_KEY_FORMAT = Option.of(
                    "repl.key_format", Types.word("FLAT8", "FLAT8A", "FLAT16", "FLAT16A"))
            .byDefault("FLAT8")
            .runtime()
            .honoured(WRITESET)
            .doc("Format of the keys of new write-sets: 8 or 16 bytes of hash, A with the key's text behind it.")
            .in(HERE);

    /** {@code repl.max_ws_size}. */
    public static final Option<Long> REPL_MAX_WS_SIZE = Option.of("repl.max_ws_size", Types.SIZE)
            .unit("bytes")
            .derived("wsrep_max_ws_size", values -> values.optional(ServerOptions.WSREP_MAX_WS_SIZE))
            .min("1")
            .max("2147483647")
            .runtime()
            .honoured(GROUP)
            .doc("Largest write-set that this node replicates.")
            .in(HERE);

    /** {@code repl.commit_order}. */
    public static final Option<Integer> REPL_COMMIT_ORDER = Option.of("repl.commit_order", Types.INTEGER)
            .byDefault("3")
            .min("0")
            .max("3")
            .notYet(NODE)
            .doc("Order of commits: 3 strict, 2 local ones at once, 1 none, 0 unchecked; only 3 is safe.")
            .in(HERE);

    /** {@code repl.causal_read_timeout}. */
    public static final Option<Duration> REPL_CAUSAL_READ_TIMEOUT = Option.of(
                    "repl.causal_read_timeout", Types.DURATION)
            .byDefault("PT30S")
            .runtime()
            .honoured(NODE)
            .doc("How long a causal read waits for this node to catch up.")
            .in(HERE);

    /** {@code repl.appliers}. */
    public static final Option<Integer> REPL_APPLIERS = Option.of("repl.appliers", Types.INTEGER)
            .derived("wsrep_slave_threads", values -> values.optional(ServerOptions.WSREP_SLAVE_THREADS))
            .min("1")
            .max("512")
            .honoured(NODE)
            .doc("Most write-sets that are applied at a time, by an application that bears it.")
            .in(HERE);

    /** {@code cert.log_conflicts}. */
    public static final Option<Boolean> CERT_LOG_CONFLICTS = Option.of("cert.log_conflicts", Types.BOOLEAN)
            .byDefault("no")
            .runtime()
            .honoured(CERTIFICATION)
            .doc("Whether certification conflicts are logged.")
            .in(HERE);

    /** {@code cert.optimistic_pa}. */
    public static final Option<Boolean> CERT_OPTIMISTIC_PA = Option.of("cert.optimistic_pa", Types.BOOLEAN)
            .byDefault("yes")
            .runtime()
            .notYet(CERTIFICATION)
            .doc("Whether write-sets are applied in parallel wherever certification allows it; no is more careful.")
            .in(HERE);

    /** {@code cert.max_length}. */
    public static final Option<Integer> CERT_MAX_LENGTH = Option.of("cert.max_length", Types.INTEGER)
            .unit("seqnos")
            .byDefault("16384")
            .min("1")
            .hidden()
            .notYet(CERTIFICATION)
            .doc("Longest certification interval; must be equal on all nodes.")
            .in(HERE);

    /** {@code cert.length_check}. */
    public static final Option<Integer> CERT_LENGTH_CHECK = Option.of("cert.length_check", Types.INTEGER)
            .byDefault("127")
            .min("0")
            .hidden()
            .notYet(CERTIFICATION)
            .doc("Mask of the seqnos at which the certification index is trimmed; must be equal on all nodes.")
            .in(HERE);

    /** {@code gcache.dir}. */
    public static final Option<Path> GCACHE_DIR = Option.of("gcache.dir", Types.PATH)
            .derived("base_dir", values -> values.optional(Options.BASE_DIR))
            .honoured(CACHE)
            .doc("Directory of the write-set cache's files.")
            .in(HERE);

    /** {@code gcache.name}. */
    public static final Option<Path> GCACHE_NAME = Option.of("gcache.name", Types.PATH)
            .byDefault("galera.cache")
            .honoured(CACHE)
            .doc("Directory of the write-set cache in gcache.dir, with .d behind it.")
            .in(HERE);

    /** {@code gcache.size}. */
    public static final Option<Long> GCACHE_SIZE = Option.of("gcache.size", Types.SIZE)
            .unit("bytes")
            .byDefault("128M")
            .min("0")
            .honoured(CACHE)
            .doc("Size of the ring buffer: how far back incremental state transfer can reach.")
            .in(HERE);

    /** {@code gcache.page_size}. */
    public static final Option<Long> GCACHE_PAGE_SIZE = Option.of("gcache.page_size", Types.SIZE)
            .unit("bytes")
            .byDefault("128M")
            .min("0")
            .runtime()
            .honoured(CACHE)
            .doc("Size of the files that take what the ring buffer cannot.")
            .in(HERE);

    /** {@code gcache.keep_pages_size}. */
    public static final Option<Long> GCACHE_KEEP_PAGES_SIZE = Option.of("gcache.keep_pages_size", Types.SIZE)
            .unit("bytes")
            .byDefault("0")
            .min("0")
            .runtime()
            .honoured(CACHE)
            .doc("How many bytes of page files are kept for incremental state transfer.")
            .in(HERE);

    /** {@code gcache.mem_size}. */
    public static final Option<Long> GCACHE_MEM_SIZE = Option.of("gcache.mem_size", Types.SIZE)
            .unit("bytes")
            .byDefault("0")
            .min("0")
            .runtime()
            .honoured(CACHE)
            .doc("Size of the store in memory that is used before the ring buffer; 0 for none.")
            .in(HERE);

    /** {@code gcache.recover}. */
    public static final Option<Boolean> GCACHE_RECOVER = Option.of("gcache.recover", Types.BOOLEAN)
            .byDefault("yes")
            .honoured(CACHE)
            .doc("Whether the ring buffer is read again at start, so that a restarted node can be a donor.")
            .in(HERE);

    /** {@code gcache.debug}. */
    public static final Option<Integer> GCACHE_DEBUG = Option.of("gcache.debug", Types.INTEGER)
            .byDefault("0")
            .min("0")
            .noEffect("only in Galera's debug builds")
            .doc("Debugging of the write-set cache.")
            .in(HERE);

    /** {@code gcache.keep_plaintext_size}. */
    public static final Option<Long> GCACHE_KEEP_PLAINTEXT_SIZE = Option.of("gcache.keep_plaintext_size", Types.SIZE)
            .unit("bytes")
            .derived("gcache.page_size", values -> values.optional(GCACHE_PAGE_SIZE))
            .min("0")
            .noEffect("only in Galera builds that encrypt the cache")
            .doc("How many bytes of an encrypted cache are kept in plain text in memory.")
            .in(HERE);

    /** {@code ist.recv_addr}. */
    public static final Option<Address> IST_RECV_ADDR = Option.of("ist.recv_addr", Types.ADDRESS)
            .derived(
                    "host of wsrep_node_address, port base_port+1",
                    values -> values.optional(Options.BASE_HOST).map(host -> new Address("", host, Address.NO_PORT)))
            .honoured(IST)
            .doc("Address at which donors reach this node with an incremental state transfer.")
            .in(HERE);

    /** {@code ist.recv_bind}. */
    public static final Option<Address> IST_RECV_BIND = Option.of("ist.recv_bind", Types.ADDRESS)
            .derived("ist.recv_addr", values -> values.optional(IST_RECV_ADDR))
            .honoured(IST)
            .doc("Address on which this node listens for an incremental state transfer.")
            .in(HERE);

    /** {@code ist.keep_keys}. */
    public static final Option<Boolean> IST_KEEP_KEYS = Option.of("ist.keep_keys", Types.BOOLEAN)
            .byDefault("yes")
            .hidden()
            .notYet(IST)
            .doc("Whether a donor sends write-sets with their keys; without them a joiner cannot certify.")
            .in(HERE);

    /** {@code debug}. */
    public static final Option<Boolean> DEBUG = Option.of("debug", Types.BOOLEAN)
            .byDefault("no")
            .runtime()
            .notYet(NODE)
            .doc("Whether the debug log is written.")
            .in(HERE);

    private ReplicationOptions() {}

    static List<Option<?>> here() {
        return HERE;
    }
}

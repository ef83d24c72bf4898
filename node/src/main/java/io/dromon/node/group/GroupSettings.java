package io.dromon.node.group;

/**
 * What the group layer can be told (chapter 04 section 13 and the duties of a node). Ranges are checked here.
 *
 * @param name node name, without NUL
 * @param address address for clients, without NUL, may be empty
 * @param format the write-sets that it reads and writes
 * @param stateless {@code gcs.stateless}: an arbitrator (flag 0x08); joins by itself (section 12.1)
 * @param trivialState joins as an arbitrator does (request {@code trivial}, JOIN, SYNC), yet is a full member
 * @param servesState the application can give its state; otherwise requests are refused with -ENOSYS (save {@code
 *     trivial} ones, which need none)
 * @param discardsWriteSets write-sets are counted and not delivered, nor kept in memory (an arbitrator)
 * @param donors preferred donors, comma-separated names; empty: any
 * @param flow flow control
 * @param maxPacketSize {@code gcs.max_packet_size}, bytes
 * @param votePolicy {@code gcs.vote_policy}, 0 to 254
 * @param sendQueueBytes bound of the write-sets accepted and not yet sent, bytes
 * @param maxActionBytes largest action, own or foreign, bytes
 * @param maxReassemblyBytes bound of all unfinished foreign actions together, bytes
 */
public record GroupSettings(
        String name,
        String address,
        WriteSetFormat format,
        boolean stateless,
        boolean trivialState,
        boolean servesState,
        boolean discardsWriteSets,
        String donors,
        FlowSettings flow,
        int maxPacketSize,
        int votePolicy,
        long sendQueueBytes,
        int maxActionBytes,
        long maxReassemblyBytes) {
    /** gcs version that this implementation speaks. */
    public static final int GCS_VERSION = 5;

    private static final int MAX_TEXT = 2048;

    public GroupSettings {
        if (name.indexOf(0) >= 0 || address.indexOf(0) >= 0 || donors.indexOf(0) >= 0) {
            throw new IllegalArgumentException("NUL in the name, the address or the list of donors");
        }
        if (name.length() > MAX_TEXT || address.length() > MAX_TEXT || donors.length() > MAX_TEXT) {
            throw new IllegalArgumentException("name, address or list of donors above " + MAX_TEXT + " characters");
        }
        if (votePolicy < 0 || votePolicy > 254) {
            throw new IllegalArgumentException("gcs.vote_policy " + votePolicy + " is not in 0 to 254");
        }
        if (maxPacketSize < 0 || sendQueueBytes < 1 || maxActionBytes < 1 || maxReassemblyBytes < 1) {
            throw new IllegalArgumentException("sizes must be positive");
        }
    }

    /** Whether it is a member that gives and takes state, and whose write-sets no database can read. */
    boolean isOpaqueDataNode() {
        return !stateless && format.isOpaque();
    }

    /** Whether the node asks for its (empty) state, and joins, without its application. */
    boolean joinsByItself() {
        return stateless || trivialState;
    }

    /** A full member whose application has no state to give or take yet; Galera's defaults. */
    public static GroupSettings member(String name, String address) {
        return new GroupSettings(
                name,
                address,
                WriteSetFormat.GALERA,
                false,
                true,
                false,
                false,
                "",
                FlowSettings.DEFAULTS,
                64500,
                0,
                64L << 20,
                Integer.MAX_VALUE,
                reassemblyBytes());
    }

    /** The same member with an application that has a state: it asks for what it lacks, and gives it to others. */
    public GroupSettings keepingState() {
        return new GroupSettings(
                name,
                address,
                format,
                stateless,
                false,
                true,
                discardsWriteSets,
                donors,
                flow,
                maxPacketSize,
                votePolicy,
                sendQueueBytes,
                maxActionBytes,
                maxReassemblyBytes);
    }

    /** The same with other write-sets. */
    public GroupSettings withFormat(WriteSetFormat other) {
        return new GroupSettings(
                name,
                address,
                other,
                stateless,
                trivialState,
                servesState,
                discardsWriteSets,
                donors,
                flow,
                maxPacketSize,
                votePolicy,
                sendQueueBytes,
                maxActionBytes,
                maxReassemblyBytes);
    }

    /** garbd's settings (section 12.1). */
    public static GroupSettings arbitrator(String name) {
        return new GroupSettings(
                name,
                "",
                WriteSetFormat.OPAQUE,
                true,
                false,
                false,
                true,
                "",
                FlowSettings.ARBITRATOR,
                64500,
                0,
                64L << 20,
                Integer.MAX_VALUE,
                reassemblyBytes());
    }

    /**
     * What unfinished actions of others may hold: three eighths of the heap. What waits for the application has a quarter,
     * so that both together, filled by a member that means harm, leave room to work.
     */
    public static long reassemblyBytes() {
        return Runtime.getRuntime().maxMemory() / 8 * 3;
    }

    /** What may wait for the application at most: a quarter of the heap. */
    public static long deliveryBytes() {
        return Runtime.getRuntime().maxMemory() / 4;
    }
}

package io.dromon.node.state.snapshot;

import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a joiner asks of its donor, behind the envelope of the group (chapter 06 section 4.2).
 *
 * <pre>
 *   0   6        10           10+s  14+s
 *   ┌───┬────────┬────────────┬─────┬────────────┬─────┬────────┐
 *   │ M │ s: u32 │  SST part  │ i   │  IST part  │ t   │  tail  │    M = "STRv1" NUL, numbers are little-endian
 *   └───┴────────┴────────────┴─────┴────────────┴─────┴────────┘
 * </pre>
 *
 * The tail is ours: databases have none, and are asked by none of us. Without a tail its length is not there either.
 *
 * @param snapshot a {@link SnapshotRequest}, a database's, or a reserved word; empty if no snapshot can be taken
 * @param incremental an {@link io.dromon.node.ist.protocol.IstRequest}; a donor of version 3 demands it, even for a snapshot
 * @param tail an {@link io.dromon.node.state.core.HistoryTail} of the joiner's state; empty if it has none
 */
public record StateRequest(Bytes snapshot, Bytes incremental, Bytes tail) {
    private static final byte[] MAGIC = "STRv1\0".getBytes(StandardCharsets.US_ASCII);
    private static final int LENGTH = Integer.BYTES;
    private static final int SHORTEST = MAGIC.length + 2 * LENGTH;
    /** The NUL is not looked at to tell the versions apart. */
    private static final int RECOGNISED = MAGIC.length - 1;

    private static final Bytes TRIVIAL = word("trivial");
    private static final Bytes NONE = word("none");

    /** A request without a tail. */
    public StateRequest(Bytes snapshot, Bytes incremental) {
        this(snapshot, incremental, Bytes.EMPTY);
    }

    /** Whether these bytes claim to be of this version; other requests are of version 0, which has no parts. */
    public static boolean isVersion1(Bytes request) {
        return request.length() > RECOGNISED && startsWith(request, MAGIC, RECOGNISED);
    }

    /**
     * Reads the request of another member.
     *
     * @throws MalformedMessageException if it is of another version, or its lengths are not exact; the donor answers -22
     */
    public static StateRequest decode(Bytes request) throws MalformedMessageException {
        if (request.length() < SHORTEST || !startsWith(request, MAGIC, MAGIC.length)) {
            throw new MalformedMessageException(
                    "a state request of " + request.length() + " bytes does not begin as one of version 1");
        }
        ByteReader in = new ByteReader(request.skip(MAGIC.length));
        Bytes snapshot = part(in, "SST", LENGTH);
        Bytes incremental = part(in, "IST", 0);
        Bytes tail = in.remaining() > LENGTH ? part(in, "tail", 0) : Bytes.EMPTY;
        if (in.remaining() > 0) {
            throw new MalformedMessageException(in.remaining() + " bytes follow the parts of a state request");
        }
        return new StateRequest(snapshot, incremental, tail);
    }

    private static Bytes part(ByteReader in, String name, int behind) throws MalformedMessageException {
        int length = in.i32();
        if (length < 0 || length > in.remaining() - behind) {
            throw new MalformedMessageException("the " + name + " part of a state request has "
                    + Integer.toUnsignedString(length) + " bytes, of which " + Math.max(0, in.remaining() - behind)
                    + " are there");
        }
        return in.bytes(length);
    }

    /** The bytes for the group's request. */
    public Bytes encode() {
        List<Bytes> parts = tail.length() == 0 ? List.of(snapshot, incremental) : List.of(snapshot, incremental, tail);
        int length = MAGIC.length;
        for (Bytes part : parts) {
            length = Math.addExact(length, Math.addExact(LENGTH, part.length()));
        }
        ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC);
        for (Bytes part : parts) {
            out.putInt(part.length()).put(part.toByteBuffer());
        }
        return new Bytes(out.array());
    }

    /** Whether a snapshot is asked for that is to be made and sent. */
    public boolean wantsSnapshot() {
        return snapshot.length() > 0 && !wantsNothing();
    }

    /** Whether the SST part is {@code trivial} or {@code none}: the donor gives nothing at all, no events either. */
    public boolean wantsNothing() {
        return startsWith(snapshot, TRIVIAL.array(), TRIVIAL.length())
                || startsWith(snapshot, NONE.array(), NONE.length());
    }

    /** Whether events are asked for. */
    public boolean wantsEvents() {
        return incremental.length() > 0;
    }

    private static Bytes word(String text) {
        return new Bytes((text + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean startsWith(Bytes bytes, byte[] with, int length) {
        return bytes.length() >= length
                && ByteBuffer.wrap(bytes.array(), bytes.offset(), length).equals(ByteBuffer.wrap(with, 0, length));
    }
}

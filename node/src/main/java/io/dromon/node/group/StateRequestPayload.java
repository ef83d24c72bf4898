package io.dromon.node.group;

import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Content of a STATE_REQ action (chapter 04 section 7.3).
 *
 * <pre>
 *  v0, v1: donors NUL request
 *  v2, v3: donors NUL 'V' version GTID (24) request
 * </pre>
 *
 * @param donors comma-separated names
 * @param version 1 for both headerless forms
 * @param wantedUuid history of the requester, nil if none
 * @param wantedSeqno where it ends, -1 if none
 * @param request for the donor's application
 */
record StateRequestPayload(String donors, int version, UUID wantedUuid, long wantedSeqno, Bytes request) {
    private static final String SELF_DESYNC = "self-desync";
    private static final byte[] TRIVIAL = "trivial".getBytes(StandardCharsets.US_ASCII);
    private static final int GTID_LENGTH = 24;

    /** garbd's request: a donor, but no state. */
    static StateRequestPayload trivial(String donors) {
        byte[] request = new byte[TRIVIAL.length + 2];
        System.arraycopy(TRIVIAL, 0, request, 0, TRIVIAL.length);
        return new StateRequestPayload(donors, 1, Uuids.NIL, -1, new Bytes(request));
    }

    /** garbd's {@code --sst METHOD:ARGUMENT}: a donor runs that method; the first colon becomes a NUL, and one ends it. */
    static StateRequestPayload snapshot(String donors, String request) {
        int colon = request.indexOf(':');
        String text = colon < 0 ? request + "\0" : request.substring(0, colon) + "\0" + request.substring(colon + 1);
        return new StateRequestPayload(
                donors, 1, Uuids.NIL, -1, new Bytes((text + "\0").getBytes(StandardCharsets.ISO_8859_1)));
    }

    static StateRequestPayload desync() {
        return new StateRequestPayload(SELF_DESYNC, 2, Uuids.NIL, -1, new Bytes(new byte[1]));
    }

    static StateRequestPayload transfer(String donors, Position wanted, Bytes request) {
        return new StateRequestPayload(donors, 3, wanted.history(), wanted.seqno(), request);
    }

    boolean isDesync() {
        return donors.equals(SELF_DESYNC);
    }

    /** Whether the request asks for a donor and no state. */
    boolean isTrivial() {
        return request.length() >= TRIVIAL.length + 1
                && ByteBuffer.wrap(request.array(), request.offset(), TRIVIAL.length)
                        .equals(ByteBuffer.wrap(TRIVIAL))
                && request.array()[request.offset() + TRIVIAL.length] == 0;
    }

    static StateRequestPayload decode(Bytes action) throws MalformedMessageException {
        int end = 0;
        while (end < action.length() && action.array()[action.offset() + end] != 0) {
            end++;
        }
        if (end == action.length()) {
            throw new MalformedMessageException("the list of donors in a state request does not end");
        }
        String donors = new String(action.array(), action.offset(), end, StandardCharsets.ISO_8859_1);
        Bytes rest = action.skip(end + 1);
        if (rest.length() < 2 || rest.array()[rest.offset()] != 'V') {
            return new StateRequestPayload(donors, 1, Uuids.NIL, -1, rest);
        }
        int version = rest.array()[rest.offset() + 1] & 0xff;
        ByteReader in = new ByteReader(rest.skip(2));
        if (version < 2) {
            return new StateRequestPayload(donors, version, Uuids.NIL, -1, in.rest());
        }
        UUID uuid = in.uuid();
        long seqno = in.i64();
        return new StateRequestPayload(donors, version, uuid, seqno, in.rest());
    }

    Bytes encode() {
        byte[] names = donors.getBytes(StandardCharsets.ISO_8859_1);
        int header = version >= 2 ? 2 + GTID_LENGTH : 0;
        byte[] action = new byte[names.length + 1 + header + request.length()];
        ByteBuffer out = ByteBuffer.wrap(action).order(ByteOrder.BIG_ENDIAN);
        out.put(names).put((byte) 0);
        if (version >= 2) {
            out.put((byte) 'V').put((byte) version);
            out.putLong(wantedUuid.getMostSignificantBits()).putLong(wantedUuid.getLeastSignificantBits());
            out.putLong(Long.reverseBytes(wantedSeqno));
        }
        out.put(request.array(), request.offset(), request.length());
        return new Bytes(action);
    }
}

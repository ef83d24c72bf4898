package io.dromon.node.group;

import io.dromon.transport.wire.ByteReader;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The configuration change as it is stored in the write-set cache and sent by IST (chapter 04 section 8).
 *
 * <pre>
 *  version 0 (1) | "0,repl,appl,uuid:seqno,conf_id,vote_seqno,vote_res,members" NUL
 *  per member: UUID text NUL name NUL address NUL cached (8) state (1)
 *  padding with zeros to a multiple of 8 | checksum (8)
 * </pre>
 *
 * @param repl version of the write-sets, -1 in a non-primary one
 * @param appl version of the application, -1 in a non-primary one
 * @param groupUuid the history
 * @param seqno the change's own seqno
 * @param confId number of the configuration, -1 if non-primary
 * @param voteSeqno vote that the change completed, -1 if none
 * @param voteResult its result
 * @param members in index order
 */
public record CChange(
        int repl,
        int appl,
        UUID groupUuid,
        long seqno,
        long confId,
        long voteSeqno,
        long voteResult,
        List<Member> members) {
    private static final int VERSION = 0;
    private static final int CHECKSUM_LENGTH = 8;
    /** UUID text, three NULs, cached and state: no member is shorter. */
    private static final int MIN_MEMBER = 36 + 3 + 9;

    private static final int UUID_TEXT = 36;

    /**
     * @param uuid the member
     * @param name its name
     * @param address its address for clients
     * @param cached lowest seqno that it can give by IST, -1 if none
     * @param status its state
     */
    public record Member(UUID uuid, String name, String address, long cached, MemberStatus status) {}

    public CChange {
        members = List.copyOf(members);
    }

    /** The stored form. */
    public Bytes encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        out.write(VERSION);
        text(
                out,
                VERSION + "," + repl + "," + appl + "," + groupUuid + ":" + seqno + "," + confId + "," + voteSeqno + ","
                        + voteResult + "," + members.size());
        for (Member member : members) {
            text(out, member.uuid.toString());
            text(out, member.name);
            text(out, member.address);
            long64(out, member.cached);
            out.write(member.status.ordinal());
        }
        while (out.size() % 8 != 0) {
            out.write(0);
        }
        long64(out, GroupHash.checksum(new Bytes(out.toByteArray())));
        return new Bytes(out.toByteArray());
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        out.write(0);
    }

    private static void long64(ByteArrayOutputStream out, long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    /** Reads the stored form; checksum, counts and lengths are checked. */
    public static CChange decode(Bytes data) throws MalformedMessageException {
        int checked = data.length() - CHECKSUM_LENGTH;
        if (checked < 1 || data.length() % 8 != 0) {
            throw new MalformedMessageException("configuration change of " + data.length() + " bytes");
        }
        Bytes content = new Bytes(data.array(), data.offset(), checked);
        if (new ByteReader(data.skip(checked)).i64() != GroupHash.checksum(content)) {
            throw new MalformedMessageException("wrong checksum of a configuration change");
        }
        Texts in = new Texts(content);
        if (in.number(1) != VERSION) {
            throw new MalformedMessageException("unknown version of a configuration change");
        }
        String[] fields = in.text().split(",", -1);
        int colon = fields.length == 8 ? fields[3].indexOf(':') : -1;
        if (colon != UUID_TEXT || parse(fields[0]) != VERSION) {
            throw new MalformedMessageException("malformed head of a configuration change");
        }
        long count = parse(fields[7]);
        if (count < 0 || count > in.remaining() / MIN_MEMBER) {
            throw new MalformedMessageException(count + " members in a configuration change of " + data.length());
        }
        List<Member> members = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            members.add(new Member(uuid(in.text()), in.text(), in.text(), in.number(8), status((int) in.number(1))));
        }
        return new CChange(
                version(fields[1]),
                version(fields[2]),
                uuid(fields[3].substring(0, colon)),
                parse(fields[3].substring(colon + 1)),
                parse(fields[4]),
                parse(fields[5]),
                parse(fields[6]),
                members);
    }

    private static int version(String text) throws MalformedMessageException {
        long value = parse(text);
        if (value < -1 || value > 255) {
            throw new MalformedMessageException("version " + value + " in a configuration change");
        }
        return (int) value;
    }

    private static MemberStatus status(int code) throws MalformedMessageException {
        if (!MemberStatus.isCode(code)) {
            throw new MalformedMessageException("state " + code + " in a configuration change");
        }
        return MemberStatus.of(code);
    }

    private static long parse(String text) throws MalformedMessageException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new MalformedMessageException("not a number in a configuration change");
        }
    }

    private static UUID uuid(String text) throws MalformedMessageException {
        try {
            UUID uuid = UUID.fromString(text);
            if (text.length() == UUID_TEXT) {
                return uuid;
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        throw new MalformedMessageException("not a UUID in a configuration change");
    }

    private static final class Texts {
        private final byte[] array;
        private final int end;
        private int position;

        Texts(Bytes bytes) {
            array = bytes.array();
            position = bytes.offset();
            end = bytes.offset() + bytes.length();
        }

        int remaining() {
            return end - position;
        }

        String text() throws MalformedMessageException {
            int start = position;
            for (int i = start; i < end; i++) {
                if (array[i] == 0) {
                    position = i + 1;
                    return new String(array, start, i - start, StandardCharsets.ISO_8859_1);
                }
            }
            throw new MalformedMessageException("a text in a configuration change does not end");
        }

        /** Little-endian, 1 or 8 bytes. */
        long number(int length) throws MalformedMessageException {
            if (length > remaining()) {
                throw new MalformedMessageException("configuration change too short");
            }
            long value = 0;
            for (int i = length - 1; i >= 0; i--) {
                value = (value << 8) | (array[position + i] & 0xff);
            }
            position += length;
            return value;
        }
    }
}

package io.dromon.transport.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** The mode of a peer, as the first bytes of its connection tell it. */
final class FirstBytes {
    /**
     * What a TLS listener says to a peer that waits for it to speak: a Galera node in plain mode, in which the
     * acceptor speaks first. The fourth byte makes it a frame header of an unknown version, so a real node logs
     * "Failed to unserialize message. This may be a result of corrupt message, port scanner or another application"
     * at once, where it would report a bare time-out otherwise (a FAIL message it does not log at all); whoever looks
     * at the bytes can read it; and a Dromon node knows it.
     */
    private static final byte[] TLS_REQUIRED =
            "TLS required on this port: set socket.ssl=YES\n".getBytes(StandardCharsets.US_ASCII);

    /** Bytes of the notice that are compared. */
    private static final int NOTICE_LENGTH = 12;

    /**
     * Fatal alert protocol_version: OpenSSL reports "tlsv1 alert protocol version". The record version, SSL 3.0, is
     * ignored by every client and sent by no server of today; it tells a Dromon dialler that a plain node speaks.
     */
    private static final byte[] PLAIN_HERE = {0x15, 3, 0, 0, 2, 2, 70};

    private FirstBytes() {}

    enum Kind {
        /** Too few bytes to tell. */
        UNKNOWN,
        /** A TLS handshake record. */
        TLS_HANDSHAKE,
        /** A TLS alert record. */
        TLS_ALERT,
        /** The alert of a Dromon node in plain mode. */
        PLAIN_NOTICE,
        /** The line of a Dromon node in TLS mode. */
        TLS_NOTICE,
        /** A plain frame of Galera with a gmcast HANDSHAKE or its like. */
        PLAIN_FRAME,
        OTHER
    }

    /** Looks, reads nothing. */
    static Kind kind(ByteBuf in) {
        int readable = in.readableBytes();
        int at = in.readerIndex();
        if (readable == 0) {
            return Kind.UNKNOWN;
        }
        int first = in.getUnsignedByte(at);
        if (first == 0x16 || first == 0x15) {
            if (readable < 3) {
                return readable < 2 || in.getByte(at + 1) == 3 ? Kind.UNKNOWN : Kind.OTHER;
            }
            if (in.getByte(at + 1) == 3 && in.getUnsignedByte(at + 2) <= 4) {
                return first == 0x16 ? Kind.TLS_HANDSHAKE : alert(in);
            }
        }
        if (startsWith(in, TLS_REQUIRED, Math.min(readable, NOTICE_LENGTH))) {
            return readable < NOTICE_LENGTH ? Kind.UNKNOWN : Kind.TLS_NOTICE;
        }
        if (readable < 4) {
            return Kind.UNKNOWN;
        }
        // A header of version 0 with known flags that announces a small message: 20 bytes is the least of gmcast.
        int length = in.getUnsignedMediumLE(at);
        return length >= 20 && length <= 32768 && (in.getByte(at + 3) & 0xfc) == 0 ? Kind.PLAIN_FRAME : Kind.OTHER;
    }

    private static Kind alert(ByteBuf in) {
        if (in.getByte(in.readerIndex() + 2) != 0) {
            return Kind.TLS_ALERT;
        }
        if (in.readableBytes() < PLAIN_HERE.length) {
            return Kind.UNKNOWN;
        }
        return startsWith(in, PLAIN_HERE, PLAIN_HERE.length) ? Kind.PLAIN_NOTICE : Kind.TLS_ALERT;
    }

    private static boolean startsWith(ByteBuf in, byte[] what, int count) {
        for (int i = 0; i < count; i++) {
            if (in.getByte(in.readerIndex() + i) != what[i]) {
                return false;
            }
        }
        return true;
    }

    static ByteBuf tlsRequired() {
        return Unpooled.wrappedBuffer(TLS_REQUIRED);
    }

    static ByteBuf plainHere() {
        return Unpooled.wrappedBuffer(PLAIN_HERE);
    }
}

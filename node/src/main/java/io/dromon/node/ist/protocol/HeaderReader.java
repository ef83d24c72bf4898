package io.dromon.node.ist.protocol;

import io.dromon.transport.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Collects the bytes of a header, however they come. */
final class HeaderReader {
    private final int version;
    private final byte[] bytes = new byte[MessageHeader.LENGTH];
    private int filled;

    HeaderReader(int version) {
        this.version = version;
    }

    /** Takes what belongs to the header; null as long as it is not whole. */
    @Nullable
    MessageHeader next(ByteBuffer in) throws MalformedMessageException {
        int taken = Math.min(in.remaining(), bytes.length - filled);
        in.get(bytes, filled, taken);
        filled += taken;
        if (filled > 0) {
            MessageHeader.checkVersion(bytes[0], version);
        }
        if (filled < bytes.length) {
            return null;
        }
        filled = 0;
        return MessageHeader.decode(bytes, version);
    }
}

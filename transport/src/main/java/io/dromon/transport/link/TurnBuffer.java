package io.dromon.transport.link;

import io.dromon.transport.wire.Checksum;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.FrameEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The output of all links in a turn, encoded once and one message after the other into a direct buffer. A link
 * remembers a range of it; messages that follow each other in the buffer and go to the same link are one range, one
 * write, and with TLS as few records as their size allows. The bytes are copied only by the encryption.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a void promise: failures arrive as exceptionCaught
final class TurnBuffer {
    /** Several TLS records; much more would only be memory that waits for the slowest reader of any part of it. */
    private static final int CHUNK = 64 * 1024;

    private final ByteBufAllocator allocator;
    private final FrameEncoder encoder;
    private final List<NettyLink> dirty = new ArrayList<>();
    private @Nullable ByteBuf chunk;
    /** The message that was encoded last, for the next link that gets the same one. */
    private @Nullable Encodable last;

    private int lastStart;
    private int lastEnd;

    TurnBuffer(ByteBufAllocator allocator, Checksum checksum) {
        this.allocator = allocator;
        this.encoder = new FrameEncoder(checksum);
    }

    /** Queues the message for the link, which is up. */
    void add(NettyLink link, Encodable message) {
        if (message != last) {
            encode(message);
        }
        if (link.pendingEnd != lastStart || link.pendingStart == link.pendingEnd) {
            write(link);
            link.pendingStart = lastStart;
        }
        link.pendingEnd = lastEnd;
        link.framesOut++;
        link.bytesOut += lastEnd - lastStart;
        if (!link.dirty) {
            link.dirty = true;
            dirty.add(link);
        }
    }

    private void encode(Encodable message) {
        int length = FrameEncoder.frameLength(message);
        ByteBuf into = chunk;
        if (into == null || into.writableBytes() < length) {
            // Full: what is in it goes out now, the readers are not kept waiting for the end of a large turn.
            for (int i = 0; i < dirty.size(); i++) {
                flush(dirty.get(i));
            }
            dirty.clear();
            release();
            into = allocator.directBuffer(CHUNK, CHUNK);
            chunk = into;
        }
        int start = into.writerIndex();
        try {
            encoder.encode(message, into);
        } catch (RuntimeException e) {
            into.writerIndex(start);
            throw e;
        }
        last = message;
        lastStart = start;
        lastEnd = into.writerIndex();
    }

    /** Hands the pending range of the link to its pipeline. */
    void write(NettyLink link) {
        int length = link.pendingEnd - link.pendingStart;
        Channel channel = link.channel;
        if (length > 0 && chunk != null && channel != null) {
            channel.write(chunk.retainedSlice(link.pendingStart, length), channel.voidPromise());
        }
        link.pendingStart = 0;
        link.pendingEnd = 0;
    }

    private void flush(NettyLink link) {
        link.dirty = false;
        if (link.phase == NettyLink.Phase.UP && link.channel != null) {
            write(link);
            link.channel.flush();
        } else {
            link.pendingStart = 0;
            link.pendingEnd = 0;
        }
    }

    /** Ends the turn: everything goes to the sockets. */
    void flush(List<NettyLink> written) {
        last = null;
        for (int i = 0; i < dirty.size(); i++) {
            NettyLink link = dirty.get(i);
            flush(link);
            written.add(link);
        }
        dirty.clear();
    }

    /** Lets go of the memory; slices on their way keep it. */
    void release() {
        last = null;
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }
}

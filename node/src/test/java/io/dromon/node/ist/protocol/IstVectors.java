package io.dromon.node.ist.protocol;

import io.dromon.node.ist.protocol.IncomingStream.Expected;
import io.dromon.node.ist.protocol.StoredEvent.Kind;
import io.dromon.transport.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The recorded transfers of chapter 06 section 15. */
public final class IstVectors {
    /** The history of all of them. */
    public static final UUID HISTORY = UUID.fromString("6c85ca8e-e52e-11f1-8519-369fc54b9e1c");

    /** All that were recorded. */
    public static final List<Recorded> ALL = List.of(
            new Recorded("ist-01-preload-after-sst", 5, 5, new IstRange(2, 5, 2)),
            new Recorded("ist-02-incremental", 5, 10, new IstRange(2, 10, 2)),
            new Recorded("ist-03-with-skip", 3024, 3053, new IstRange(2917, 3053, 2917)),
            new Recorded("ist-04-long-cchange", 3106, 3106, new IstRange(3106, 3106, 3106)),
            new Recorded("ist-05-mixed-preload", 3106, 3111, new IstRange(3107, 3111, 3108)));

    private static final int MOST = 1 << 20;

    private IstVectors() {}

    /**
     * A transfer.
     *
     * @param position where the joiner's state ended when it read the stream
     * @param lastNeeded what it had asked for
     * @param range what the donor sent
     */
    public record Recorded(String name, long position, long lastNeeded, IstRange range) {
        /** What the joiner sent. */
        public Bytes joiner() {
            return resource(name + ".joiner.bin");
        }

        /** What the donor sent. */
        public Bytes donor() {
            return resource(name + ".donor.bin");
        }

        /** What the joiner expected. */
        public Expected expected() {
            return new Expected(11, HISTORY, lastNeeded, MOST);
        }

        /** The donor's messages, the first and the last one included. */
        public List<byte[]> messages() {
            byte[] all = donor().toArray();
            List<byte[]> messages = new ArrayList<>();
            for (int at = 0; at < all.length; ) {
                int end = at
                        + MessageHeader.LENGTH
                        + ByteBuffer.wrap(all)
                                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                                .getInt(at + 4);
                messages.add(java.util.Arrays.copyOfRange(all, at, end));
                at = end;
            }
            return messages;
        }

        /** The events as a cache would give them. */
        public List<StoredEvent> events() {
            List<StoredEvent> events = new ArrayList<>();
            for (byte[] message : messages()) {
                Kind kind = switch (message[1]) {
                    case 4 -> Kind.WRITE_SET;
                    case 5 -> Kind.CHANGE;
                    default -> Kind.SKIPPED;
                };
                if (message[1] >= 4) {
                    long seqno = ByteBuffer.wrap(message)
                            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                            .getLong(8);
                    events.add(new StoredEvent(kind, seqno, new Bytes(message).skip(MessageHeader.LENGTH)));
                }
            }
            return events;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** The bytes of a file. */
    public static Bytes resource(String name) {
        try (InputStream in = IstVectors.class.getResourceAsStream("/vectors/ist/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no vector " + name);
            }
            return new Bytes(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All messages in one. */
    public static Bytes joined(List<byte[]> messages) {
        ByteBuffer all = ByteBuffer.allocate(
                messages.stream().mapToInt(each -> each.length).sum());
        messages.forEach(all::put);
        return new Bytes(all.array());
    }
}

package io.dromon.sst.archive;

import io.dromon.transport.wire.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * The closing record of a snapshot.
 *
 * @param entries number of files, directories and links
 * @param bytes sum of the sizes of the files
 * @param checksum see {@link ManifestBuilder}, 16 bytes in hexadecimal digits
 * @param position the last event that the snapshot holds
 */
public record Manifest(long entries, long bytes, String checksum, Position position) {
    private static final String HEADER = "dromon snapshot 1";

    /** Whether two manifests tell of the same content. */
    public boolean sameContent(Manifest other) {
        return entries == other.entries && bytes == other.bytes && checksum.equals(other.checksum);
    }

    /** Lines of text. */
    public String print() {
        return HEADER + "\nentries " + entries + "\nbytes " + bytes + "\nchecksum " + checksum + "\nposition "
                + position + "\n";
    }

    /** Reads what {@link #print} wrote. */
    public static Manifest parse(byte[] text) throws ArchiveException {
        String[] lines = new String(text, StandardCharsets.US_ASCII).split("\n", -1);
        Map<String, String> values = new HashMap<>();
        for (int i = 1; i < lines.length && i < 10; i++) {
            int space = lines[i].indexOf(' ');
            if (space > 0) {
                values.put(lines[i].substring(0, space), lines[i].substring(space + 1));
            }
        }
        try {
            String checksum = values.getOrDefault("checksum", "");
            if (!lines[0].equals(HEADER) || HexFormat.of().parseHex(checksum).length != 16) {
                throw new IllegalArgumentException("no manifest");
            }
            return new Manifest(
                    Long.parseLong(values.getOrDefault("entries", "")),
                    Long.parseLong(values.getOrDefault("bytes", "")),
                    checksum,
                    Position.parse(values.getOrDefault("position", "")));
        } catch (IllegalArgumentException e) {
            throw new ArchiveException(
                    ArchiveException.Problem.MALFORMED, "the closing manifest of the snapshot cannot be read", e);
        }
    }

    /** The checksum in digits. */
    static String digits(long high, long low) {
        return HexFormat.of()
                .formatHex(ByteBuffer.allocate(16).putLong(high).putLong(low).array());
    }
}

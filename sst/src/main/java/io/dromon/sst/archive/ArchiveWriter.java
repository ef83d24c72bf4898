package io.dromon.sst.archive;

import com.github.luben.zstd.ZstdOutputStream;
import io.dromon.sst.archive.ArchiveException.Problem;
import io.dromon.sst.archive.SourceTree.SourceEntry;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes a snapshot as a tar stream that GNU tar unpacks too: POSIX pax headers for what is long, large or no ASCII, GNU
 * sparse 1.0 for holes, a checksum per file, and a closing manifest as last entry.
 */
public final class ArchiveWriter {
    /** Smaller files are not looked through for holes. */
    private static final int SMALLEST_SPARSE = 1024 * 1024;

    /** Larger files are written with their zeros: Commons Compress reads the size of a sparse file as an int. */
    private static final long LARGEST_SPARSE = Integer.MAX_VALUE;

    private static final int RECORD = 512;

    private final TarArchiveOutputStream tar;
    private final ManifestBuilder tally = new ManifestBuilder();
    private final Position position;
    private final ByteBuffer buffer = ByteBuffer.allocate(Blocks.PIECE);

    private ArchiveWriter(OutputStream out, Position position) {
        this.tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
        this.position = position;
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    /**
     * Writes a tree. The stream is flushed and not closed.
     *
     * @param zstdLevel level of zstd, or none
     * @param skipped told what is passed over
     * @return what was written
     * @throws ArchiveException if a file changes or vanishes meanwhile, or a link leaves the tree
     */
    public static Manifest write(
            SourceTree tree, Position position, OutputStream out, OptionalInt zstdLevel, Consumer<String> skipped)
            throws IOException {
        SourceTree.Count count = tree.count(line -> {});
        if (zstdLevel.isEmpty()) {
            return new ArchiveWriter(out, position).all(tree, count, skipped);
        }
        // Closing it ends the frame; the stream below stays open for what follows.
        try (ZstdOutputStream zstd = new ZstdOutputStream(new Unclosed(out), zstdLevel.getAsInt())) {
            return new ArchiveWriter(zstd, position).all(tree, count, skipped);
        }
    }

    private Manifest all(SourceTree tree, SourceTree.Count count, Consumer<String> skipped) throws IOException {
        announce(count);
        try (SourceTree.Walk walk = tree.walk(skipped)) {
            for (SourceEntry next = walk.next(); next != null; next = walk.next()) {
                write(next);
            }
        }
        Manifest manifest = tally.manifest(position);
        byte[] text = manifest.print().getBytes(StandardCharsets.US_ASCII);
        TarArchiveEntry last = new TarArchiveEntry(ArchiveHeaders.MANIFEST);
        last.setSize(text.length);
        last.setModTime(0L);
        tar.putArchiveEntry(last);
        tar.write(text);
        tar.closeArchiveEntry();
        tar.finish();
        tar.flush();
        return manifest;
    }

    private void announce(SourceTree.Count count) throws IOException {
        TarArchiveEntry global = new TarArchiveEntry("pax_global_header", TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER);
        global.addPaxHeader(ArchiveHeaders.ENTRIES, Long.toString(count.entries()));
        global.addPaxHeader(ArchiveHeaders.BYTES, Long.toString(count.bytes()));
        global.addPaxHeader(ArchiveHeaders.POSITION, position.toString());
        global.setModTime(0L);
        tar.putArchiveEntry(global); // with its records, and closed by that
    }

    private void write(SourceEntry source) throws IOException {
        Entry entry = source.entry();
        if (entry.name().toString().equals(ArchiveHeaders.MANIFEST)) {
            throw new ArchiveException(
                    Problem.UNSAFE_NAME,
                    "the source has a file " + ArchiveHeaders.MANIFEST + ", which is the name of the closing manifest");
        }
        tally.entry(entry);
        switch (entry.kind()) {
            case DIRECTORY -> {
                tar.putArchiveEntry(header(entry, TarConstants.LF_DIR, "/"));
                tar.closeArchiveEntry();
            }
            case LINK -> {
                tar.putArchiveEntry(header(entry, TarConstants.LF_SYMLINK, ""));
                tar.closeArchiveEntry();
            }
            case FILE -> file(source);
        }
    }

    private static TarArchiveEntry header(Entry entry, byte type, String end) {
        EntryName name = entry.name();
        TarArchiveEntry header = new TarArchiveEntry(name.utf8().orElse(name.toString()) + end, type);
        if (name.utf8().isEmpty()) {
            header.addPaxHeader(ArchiveHeaders.RAW_NAME, HexFormat.of().formatHex(name.bytes()));
        }
        byte[] link = entry.link();
        if (link != null) {
            header.setLinkName(EntryName.utf8(link).orElse(EntryName.printable(link)));
            if (EntryName.utf8(link).isEmpty()) {
                header.addPaxHeader(ArchiveHeaders.RAW_LINK, HexFormat.of().formatHex(link));
            }
        }
        header.setMode(entry.mode());
        header.setLastModifiedTime(FileTime.from(entry.modifiedNs(), TimeUnit.NANOSECONDS));
        header.addPaxHeader(ArchiveHeaders.MODIFIED, Long.toString(entry.modifiedNs()));
        header.setUserId(0);
        header.setGroupId(0);
        return header;
    }

    private void file(SourceEntry source) throws IOException {
        Entry entry = source.entry();
        try (FileChannel channel = source.open()) {
            Scan scan = scan(source, channel);
            if (scan.holes.isEmpty()) {
                TarArchiveEntry header = header(entry, TarConstants.LF_NORMAL, "");
                header.addPaxHeader(ArchiveHeaders.CRC32C, HexFormat.of().toHexDigits(scan.crc));
                header.setSize(entry.size());
                tar.putArchiveEntry(header);
            } else {
                putSparse(entry, scan);
            }
            CRC32C crc = new CRC32C();
            for (long at = 0; at < entry.size(); at += Blocks.PIECE) {
                fill(source, channel, at);
                crc.update(buffer.duplicate());
                CRC32C piece = new CRC32C();
                piece.update(buffer.duplicate());
                tally.piece(entry.name(), at, buffer.limit(), (int) piece.getValue());
                writeData(scan, at);
            }
            if ((int) crc.getValue() != scan.crc) {
                throw source.changed();
            }
            tar.closeArchiveEntry();
            source.verify();
        }
    }

    /** Commons Compress reads GNU sparse 1.0 and does not write it: the pax records are ours, and only ours. */
    private void putSparse(Entry entry, Scan scan) throws IOException {
        byte[] map = map(scan, entry.size());
        StringBuilder records = new StringBuilder();
        header(entry, TarConstants.LF_NORMAL, "")
                .getExtraPaxHeaders()
                .forEach((key, value) -> records.append(record(key, value)));
        long nanoseconds = Math.floorMod(entry.modifiedNs(), 1_000_000_000L);
        long seconds = Math.floorDiv(entry.modifiedNs(), 1_000_000_000L);
        if (seconds >= 0) {
            records.append(record("mtime", seconds + "." + String.format(Locale.ROOT, "%09d", nanoseconds)));
        }
        records.append(record(ArchiveHeaders.CRC32C, HexFormat.of().toHexDigits(scan.crc)))
                .append(record("GNU.sparse.major", "1"))
                .append(record("GNU.sparse.minor", "0"))
                .append(record(
                        "GNU.sparse.name",
                        entry.name().utf8().orElse(entry.name().toString())))
                .append(record("GNU.sparse.realsize", Long.toString(entry.size())));
        byte[] content = records.toString().getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry pax = new TarArchiveEntry("./PaxHeaders/sparse", TarConstants.LF_PAX_EXTENDED_HEADER_LC);
        pax.setSize(content.length);
        pax.setModTime(0L);
        tar.putArchiveEntry(pax);
        tar.write(content);
        tar.closeArchiveEntry();

        TarArchiveEntry header = new TarArchiveEntry("GNUSparseFile.0/sparse", TarConstants.LF_NORMAL);
        header.setMode(entry.mode());
        header.setModTime(0L);
        header.setSize(map.length + scan.dataBytes);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR); // or it would write pax records of its own
        tar.putArchiveEntry(header);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.write(map);
    }

    /** {@code "LENGTH KEY=VALUE\n"}, where the length, in bytes, counts itself. */
    private static String record(String key, String value) {
        int rest = (" " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8).length;
        int length = rest + Integer.toString(rest).length();
        if (Integer.toString(length).length() > Integer.toString(rest).length()) {
            length = rest + Integer.toString(length).length();
        }
        return length + " " + key + "=" + value + "\n";
    }

    private void writeData(Scan scan, long offset) throws IOException {
        if (scan.holes.isEmpty()) {
            tar.write(buffer.array(), 0, buffer.limit());
            return;
        }
        for (int at = 0; at < buffer.limit(); at += Zeros.BLOCK) {
            int length = Math.min(Zeros.BLOCK, buffer.limit() - at);
            if (!scan.isHole(offset + at)) {
                tar.write(buffer.array(), at, length);
            }
        }
    }

    private void fill(SourceEntry source, FileChannel channel, long offset) throws IOException {
        buffer.clear().limit((int) Math.min(Blocks.PIECE, source.entry().size() - offset));
        if (!Blocks.read(channel, buffer, offset)) {
            throw source.changed();
        }
        buffer.flip();
    }

    /** Stretches of zeros (start, end) and the checksum, of a first reading. */
    private static final class Scan {
        final List<long[]> holes = new ArrayList<>();
        long dataBytes;
        int crc;
        private int asked;

        void hole(long start, long end) {
            if (!holes.isEmpty() && holes.get(holes.size() - 1)[1] == start) {
                holes.get(holes.size() - 1)[1] = end;
            } else {
                holes.add(new long[] {start, end});
            }
        }

        /** Asked in ascending order. */
        boolean isHole(long offset) {
            while (asked < holes.size() && holes.get(asked)[1] <= offset) {
                asked++;
            }
            return asked < holes.size() && holes.get(asked)[0] <= offset;
        }
    }

    private Scan scan(SourceEntry source, FileChannel channel) throws IOException {
        Scan scan = new Scan();
        CRC32C crc = new CRC32C();
        long size = source.entry().size();
        boolean sparse = size >= SMALLEST_SPARSE && size <= LARGEST_SPARSE;
        for (long at = 0; at < size; at += Blocks.PIECE) {
            fill(source, channel, at);
            crc.update(buffer.duplicate());
            for (int i = 0; i < buffer.limit(); i += Zeros.BLOCK) {
                int length = Math.min(Zeros.BLOCK, buffer.limit() - i);
                if (sparse && length == Zeros.BLOCK && Zeros.isZero(buffer, i, length)) {
                    scan.hole(at + i, at + i + length);
                } else {
                    scan.dataBytes += length;
                }
            }
        }
        scan.crc = (int) crc.getValue();
        return scan;
    }

    /** The map of GNU sparse 1.0: decimal lines, filled up to whole records. */
    private static byte[] map(Scan scan, long size) {
        StringBuilder lines = new StringBuilder();
        int count = 0;
        long start = 0;
        for (long[] hole : scan.holes) {
            if (hole[0] > start) {
                lines.append(start).append('\n').append(hole[0] - start).append('\n');
                count++;
            }
            start = hole[1];
        }
        // The last stretch may be empty: it says where the file ends.
        lines.append(start).append('\n').append(size - start).append('\n');
        byte[] text = (count + 1 + "\n" + lines).getBytes(StandardCharsets.US_ASCII);
        return java.util.Arrays.copyOf(text, (text.length + RECORD - 1) / RECORD * RECORD);
    }

    private static final class Unclosed extends java.io.FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}

package io.dromon.sst.archive;

import com.github.luben.zstd.ZstdInputStream;
import io.dromon.sst.archive.ArchiveException.Problem;
import io.dromon.transport.wire.Position;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ArchiveWriter} wrote, and believes nothing of it. */
public final class ArchiveReader {
    private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

    private final HeaderGuard guard;
    private final TarArchiveInputStream tar;
    private final Staging staging;
    private final ManifestBuilder tally = new ManifestBuilder();
    private final ByteBuffer buffer = ByteBuffer.allocate(Blocks.PIECE);
    private @Nullable Position announced;

    private ArchiveReader(InputStream in, Staging staging) {
        this.guard = new HeaderGuard(in);
        this.tar = new TarArchiveInputStream(guard, StandardCharsets.UTF_8.name());
        this.staging = staging;
    }

    /**
     * Unpacks a snapshot into a staging folder, without committing it. The stream may be compressed by zstd.
     *
     * @return its manifest, which fits what was unpacked
     * @throws ArchiveException if anything about it is wrong; the folder is then to be closed uncommitted
     */
    public static Manifest unpack(InputStream in, Staging staging) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, 1 << 16);
        buffered.mark(ZSTD_MAGIC.length);
        byte[] start = buffered.readNBytes(ZSTD_MAGIC.length);
        buffered.reset();
        boolean zstd = java.util.Arrays.equals(start, ZSTD_MAGIC);
        try {
            InputStream plain = zstd ? new ZstdInputStream(buffered) : buffered;
            return new ArchiveReader(plain, staging).all();
        } catch (ArchiveException e) {
            throw e;
        } catch (IOException e) {
            throw malformed(e);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
            // The tar parser of Commons Compress throws these at some damaged headers.
            throw malformed(e);
        }
    }

    private static IOException malformed(Exception e) {
        IOException named = e instanceof IOException io ? Staging.named(io) : new IOException(e);
        return named instanceof ArchiveException
                ? named
                : new ArchiveException(Problem.MALFORMED, "the snapshot cannot be read: " + e.getMessage(), e);
    }

    private Manifest all() throws IOException {
        for (TarArchiveEntry next = next(); next != null; next = next()) {
            if (announced == null) {
                announce(next);
            }
            if (next.getName().equals(ArchiveHeaders.MANIFEST) && next.isFile()) {
                return close(next);
            }
            entry(next);
        }
        throw new ArchiveException(
                Problem.NO_MANIFEST, "the snapshot ends without its closing manifest: it is not whole");
    }

    private @Nullable TarArchiveEntry next() throws IOException {
        guard.headers();
        TarArchiveEntry next = tar.getNextEntry();
        guard.content();
        return next;
    }

    private void announce(TarArchiveEntry first) throws ArchiveException {
        try {
            staging.announce(new Limits(
                    Long.parseLong(header(first, ArchiveHeaders.ENTRIES)),
                    Long.parseLong(header(first, ArchiveHeaders.BYTES))));
            announced = Position.parse(header(first, ArchiveHeaders.POSITION));
        } catch (IllegalArgumentException e) {
            throw new ArchiveException(Problem.MALFORMED, "the snapshot does not begin with what it will hold", e);
        }
    }

    private static String header(TarArchiveEntry entry, String key) {
        String value = entry.getExtraPaxHeader(key);
        return value == null ? "" : value;
    }

    private Manifest close(TarArchiveEntry last) throws IOException {
        if (last.getSize() > ArchiveHeaders.LARGEST_MANIFEST) {
            throw new ArchiveException(Problem.MALFORMED, "the closing manifest is too large");
        }
        Manifest told = Manifest.parse(tar.readNBytes((int) last.getSize()));
        Manifest counted = tally.manifest(told.position());
        if (!told.sameContent(counted) || !told.position().equals(announced)) {
            throw new ArchiveException(
                    Problem.WRONG_MANIFEST,
                    "the closing manifest does not fit what arrived: it tells of " + told.entries() + " entries and "
                            + told.bytes() + " bytes, there were " + counted.entries() + " and " + counted.bytes());
        }
        if (next() != null) {
            throw new ArchiveException(Problem.MALFORMED, "something follows the closing manifest");
        }
        return told;
    }

    private void entry(TarArchiveEntry header) throws IOException {
        EntryName name = name(header);
        int mode = header.getMode() & 0777;
        long modified = modified(header);
        if (header.isDirectory()) {
            Entry entry = Entry.directory(name, mode, modified);
            tally.entry(entry);
            staging.directory(entry);
        } else if (header.isSymbolicLink()) {
            String raw = header(header, ArchiveHeaders.RAW_LINK);
            byte[] target = raw.isEmpty() ? header.getLinkName().getBytes(StandardCharsets.UTF_8) : hex(raw);
            Entry entry = Entry.link(name, target, modified);
            tally.entry(entry);
            staging.link(entry);
        } else if (header.isFile() && !header.isLink() && isPlain(header)) {
            long size = header.isSparse() ? header.getRealSize() : header.getSize();
            if (size < 0) {
                throw new ArchiveException(Problem.MALFORMED, "\"" + name + "\" has a negative size");
            }
            content(header, Entry.file(name, size, mode, modified));
        } else {
            throw new ArchiveException(
                    Problem.FORBIDDEN_KIND,
                    "\"" + name + "\" is a device, fifo, hard link or something unknown; a snapshot has none");
        }
    }

    private static boolean isPlain(TarArchiveEntry header) {
        return !header.isBlockDevice() && !header.isCharacterDevice() && !header.isFIFO();
    }

    private static EntryName name(TarArchiveEntry header) throws ArchiveException {
        String raw = header(header, ArchiveHeaders.RAW_NAME);
        if (!raw.isEmpty()) {
            return EntryName.of(hex(raw));
        }
        String text = header.getName();
        return EntryName.of(header.isDirectory() && text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    }

    private static byte[] hex(String digits) throws ArchiveException {
        try {
            return HexFormat.of().parseHex(digits);
        } catch (IllegalArgumentException e) {
            throw new ArchiveException(Problem.MALFORMED, "a raw name is no hexadecimal number", e);
        }
    }

    private static long modified(TarArchiveEntry header) {
        String exact = header(header, ArchiveHeaders.MODIFIED);
        return exact.isEmpty()
                ? header.getLastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS)
                : Long.parseLong(exact);
    }

    private void content(TarArchiveEntry header, Entry entry) throws IOException {
        tally.entry(entry);
        CRC32C crc = new CRC32C();
        try (Staging.StagedFile file = staging.create(entry)) {
            for (long at = 0; at < entry.size(); at += Blocks.PIECE) {
                int length = (int) Math.min(Blocks.PIECE, entry.size() - at);
                if (tar.readNBytes(buffer.array(), 0, length) != length) {
                    throw new ArchiveException(Problem.MALFORMED, "\"" + entry.name() + "\" ends early");
                }
                buffer.clear().limit(length);
                crc.update(buffer.duplicate());
                CRC32C piece = new CRC32C();
                piece.update(buffer.duplicate());
                tally.piece(entry.name(), at, length, (int) piece.getValue());
                boolean unused = Blocks.writeSparse(file.channel(), buffer, at);
            }
            String told = header(header, ArchiveHeaders.CRC32C);
            if (!told.equals(HexFormat.of().toHexDigits((int) crc.getValue()))) {
                throw new ArchiveException(
                        Problem.CHECKSUM, "the content of \"" + entry.name() + "\" does not fit its checksum");
            }
            file.finish();
        }
    }
}

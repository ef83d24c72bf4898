package io.dromon.sst.archive;

import io.dromon.sst.archive.ArchiveException.Problem;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bounds what the tar parser reads, and keeps in memory, before it shows an entry: headers may announce gigabytes, and a
 * compressed stream holds as much in a few kilobytes.
 */
final class HeaderGuard extends FilterInputStream {
    /** Headers of one entry, the map of a sparse file included. */
    static final int MOST = 2 * 1024 * 1024;

    private static final int RECORD = 512;
    private static final int TYPE = 156;

    private long left = Long.MAX_VALUE;
    private int globals;

    HeaderGuard(InputStream in) {
        super(in);
    }

    /** What is read from here on are headers. */
    void headers() {
        left = MOST;
    }

    /** What is read from here on is the content of an entry, which has a limit of its own. */
    void content() {
        left = Long.MAX_VALUE;
    }

    @Override
    public int read() throws IOException {
        take(1);
        return in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        take(length);
        int count = in.readNBytes(bytes, offset, length);
        if (left != Long.MAX_VALUE && count == RECORD && bytes[offset + TYPE] == 'g' && ++globals > 1) {
            throw new ArchiveException(Problem.MALFORMED, "the snapshot has more than one global header");
        }
        return count == 0 ? -1 : count;
    }

    @Override
    public long skip(long count) throws IOException {
        take(count);
        return in.skip(count);
    }

    private void take(long count) throws ArchiveException {
        if (left == Long.MAX_VALUE) {
            return;
        }
        left -= count;
        if (left < 0) {
            throw new ArchiveException(
                    Problem.MALFORMED, "the headers of one entry are longer than " + MOST + " bytes");
        }
    }
}

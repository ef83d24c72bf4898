package io.dromon.sst.stream;

import com.github.luben.zstd.util.Native;
import io.dromon.sst.SnapshotDonor;
import io.dromon.sst.SnapshotJoiner;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotSource;
import io.dromon.sst.SnapshotTarget;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Method {@code stream}, Dromon's own: chunks over several connections, resumed where one breaks. */
public record StreamMethod() implements SnapshotMethod {
    /**
     * Loads what a transfer will need, which takes some tenths of a second; a program whose start counts calls it early,
     * on a thread of its own.
     */
    public static void prepare() {
        boolean unused = TlsContexts.prepare();
        Optional<String> unusedProblem = libraryProblem(); // told when a transfer begins
    }

    /** Why zstd's library, which this method needs, cannot be loaded, and what to do; empty if it is. */
    public static Optional<String> libraryProblem() {
        try {
            Native.load();
            return Optional.empty();
        } catch (LinkageError e) {
            return Optional.of("the library of zstd cannot be unpacked and loaded in "
                    + System.getProperty("java.io.tmpdir")
                    + " (" + e.getMessage() + "); name a directory that can be written and is not mounted noexec:"
                    + " DROMON_JAVA_OPTS=-Djava.io.tmpdir=DIR");
        }
    }

    @Override
    public SnapshotJoiner listen(InetSocketAddress address, Terms terms, SnapshotTarget target) throws IOException {
        return StreamJoiner.listen(address, terms, target);
    }

    @Override
    public SnapshotDonor donor(InetSocketAddress joiner, Terms terms, SnapshotSource source) {
        return new StreamDonor(joiner, terms, source);
    }
}

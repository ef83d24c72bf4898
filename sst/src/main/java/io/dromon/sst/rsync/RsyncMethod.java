package io.dromon.sst.rsync;

import io.dromon.sst.SnapshotDonor;
import io.dromon.sst.SnapshotJoiner;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotSource;
import io.dromon.sst.SnapshotTarget;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Method {@code rsync}, the real one: a daemon behind a tunnel. Directories only. */
public record RsyncMethod() implements SnapshotMethod {
    @Override
    public SnapshotJoiner listen(InetSocketAddress address, Terms terms, SnapshotTarget target) throws IOException {
        if (target instanceof SnapshotTarget.Directory directory) {
            return RsyncJoiner.listen(address, terms, directory);
        }
        throw new IllegalArgumentException("rsync writes files");
    }

    @Override
    public SnapshotDonor donor(InetSocketAddress joiner, Terms terms, SnapshotSource source) throws IOException {
        if (source instanceof SnapshotSource.Files files) {
            return new RsyncDonor(joiner, terms, files.source());
        }
        throw new IllegalArgumentException("rsync reads files");
    }
}

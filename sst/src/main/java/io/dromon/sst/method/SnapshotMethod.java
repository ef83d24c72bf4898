package io.dromon.sst.method;

import com.github.luben.zstd.util.Native;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Position;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A way how a snapshot gets from donor to joiner. Both ends use the same one. All methods prove certificates and token
 * before the first byte of state, need nothing but what they check for beforehand, and leave the old state untouched
 * unless all has arrived.
 */
public sealed interface SnapshotMethod {
    /** Dromon's own. */
    SnapshotMethod STREAM = new Stream();
    /** The real rsync. */
    SnapshotMethod RSYNC = new Rsync();

    /**
     * Loads what a transfer will need, which takes some tenths of a second; a program whose start counts calls it early,
     * on a thread of its own.
     */
    static void prepare() {
        boolean unused = TlsContexts.prepare();
        Optional<String> unusedProblem = libraryProblem(); // by who needs it
    }

    /** Why zstd's library, which the method {@link #STREAM} needs, cannot be loaded, and what to do; empty if it is. */
    static Optional<String> libraryProblem() {
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

    /**
     * What both ends agree on.
     *
     * @param tls this end's certificate and trust; stays open
     * @param token of this transfer
     * @param settings times, rate and more
     * @param listener told what happens
     */
    record Terms(TlsContexts tls, Token token, StreamSettings settings, TransferListener listener) {}

    /**
     * A program at each end.
     *
     * @param command program and arguments; the donor's standard output is the joiner's standard input
     */
    static SnapshotMethod script(List<String> command) {
        return new Script(command, Optional.empty());
    }

    /** The same with something between the programs and the channel, see {@link SstSettings#filter}. */
    static SnapshotMethod script(List<String> command, Optional<String> filter) {
        return new Script(command, filter);
    }

    /**
     * Begins to listen. The target is locked until the joiner is closed.
     *
     * @param address port 0 for any
     */
    SnapshotJoiner listen(InetSocketAddress address, Terms terms, Receiver receiver) throws IOException;

    /**
     * Makes ready to send; nothing is connected yet.
     *
     * @param joiner where it listens; a name that is not resolved is looked up for each connection
     */
    SnapshotDonor donor(InetSocketAddress joiner, Terms terms, Supply supply) throws IOException;

    /** {@code stream}: chunks over several connections, resumed where one breaks. */
    record Stream() implements SnapshotMethod {
        @Override
        public SnapshotJoiner listen(InetSocketAddress address, Terms terms, Receiver receiver) throws IOException {
            return Joiner.listen(address, terms.tls, terms.token, terms.settings, receiver, terms.listener);
        }

        @Override
        public SnapshotDonor donor(InetSocketAddress joiner, Terms terms, Supply supply) {
            return new StreamDonor(new Donor(joiner, terms.tls, terms.token, terms.settings, terms.listener), supply);
        }
    }

    /** {@code rsync}: a daemon behind a tunnel. */
    record Rsync() implements SnapshotMethod {
        @Override
        public SnapshotJoiner listen(InetSocketAddress address, Terms terms, Receiver receiver) throws IOException {
            if (receiver instanceof Receiver.Directory directory) {
                return RsyncJoiner.listen(address, terms, directory);
            }
            throw new IllegalArgumentException("rsync writes files");
        }

        @Override
        public SnapshotDonor donor(InetSocketAddress joiner, Terms terms, Supply supply) throws IOException {
            if (supply instanceof Supply.Files files) {
                return new RsyncDonor(joiner, terms, files.source());
            }
            throw new IllegalArgumentException("rsync reads files");
        }
    }

    /** {@code script}: any program. */
    record Script(List<String> command, Optional<String> filter) implements SnapshotMethod {
        public Script {
            command = List.copyOf(command);
        }

        @Override
        public SnapshotJoiner listen(InetSocketAddress address, Terms terms, Receiver receiver) throws IOException {
            if (receiver instanceof Receiver.Directory directory) {
                return ScriptJoiner.listen(address, terms, directory, pipeline(true));
            }
            throw new IllegalArgumentException("a program writes files");
        }

        private List<List<String>> pipeline(boolean filterFirst) throws TransferException {
            List<List<String>> programs = new ArrayList<>();
            programs.add(ChildProgram.found(command));
            if (filter.isPresent()) {
                programs.add(filterFirst ? 0 : 1, ChildProgram.shell(filter.get()));
            }
            return programs;
        }

        @Override
        public SnapshotDonor donor(InetSocketAddress joiner, Terms terms, Supply supply) throws IOException {
            if (supply instanceof Supply.Files files) {
                Supply.Live output =
                        new Supply.Live(new ProgramSupply(pipeline(false), files.source(), terms.listener));
                return new StreamDonor(
                        new Donor(joiner, terms.tls, terms.token, terms.settings, terms.listener), output);
            }
            throw new IllegalArgumentException("a program reads files");
        }
    }

    /** One supply of a donor. */
    record StreamDonor(Donor donor, Supply supply) implements SnapshotDonor {
        @Override
        public Progress progress() {
            return donor.progress();
        }

        @Override
        public Manifest send(Position position) throws IOException, InterruptedException {
            return donor.send(supply, position);
        }

        @Override
        public void cancel() {
            donor.cancel();
        }
    }
}

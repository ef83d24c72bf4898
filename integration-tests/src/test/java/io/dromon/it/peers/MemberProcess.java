package io.dromon.it.peers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A process that is a member of a group. */
public abstract class MemberProcess implements AutoCloseable {
    private final PeerProcess process;
    private final String host;
    private final int port;

    /** @param fatal accepts a line of the log that ends the process at once */
    MemberProcess(Builder<?> how, Path directory, List<String> command, Predicate<String> fatal) {
        List<String> all = new ArrayList<>(how.place);
        all.addAll(command);
        this.process = PeerProcess.start(how.name, directory, all, fatal, how.reader);
        this.host = how.host;
        this.port = how.port;
    }

    /**
     * How a member is started.
     *
     * @param <B> the builder of the program
     */
    public abstract static class Builder<B extends Builder<B>> {
        final List<String> options = new ArrayList<>();
        String name;
        String group = "g";
        String address = "";
        String host = "127.0.0.1";
        int port = Ports.free();
        private List<String> place = List.of();
        private PeerProcess.@Nullable Reader reader;

        Builder(String name) {
            this.name = name;
        }

        abstract B self();

        public B name(String name) {
            this.name = name;
            return self();
        }

        public B group(String group) {
            this.group = group;
            return self();
        }

        /** The members to dial, as host:port. */
        public B peers(String... hostPorts) {
            this.address = String.join(",", hostPorts);
            return self();
        }

        /** Where it runs: its address there, and the command that runs another one there. */
        public B at(String host, List<String> place) {
            this.host = host;
            this.place = place;
            return self();
        }

        /** The port of the group. */
        public B port(int port) {
            this.port = port;
            return self();
        }

        /** Null is plain text. */
        public B tls(@Nullable TlsFiles files) {
            return null == files ? self() : options(files.providerOptions());
        }

        /** More provider options, separated by semicolons. */
        public B options(String providerOptions) {
            if (!providerOptions.isEmpty()) {
                options.add(providerOptions);
            }
            return self();
        }

        /** Who takes what it prints. */
        public B reader(PeerProcess.Reader reader) {
            this.reader = reader;
            return self();
        }

        /** All provider options, {@code own} before those of the test. */
        String options(List<String> own) {
            List<String> all = new ArrayList<>(own);
            all.addAll(options);
            return String.join(";", all);
        }
    }

    public final PeerProcess process() {
        return process;
    }

    /** The port of the group. */
    public final int port() {
        return port;
    }

    /** Where others can dial it. */
    public final String hostPort() {
        return host + ":" + port;
    }

    /** Matches what it logs when it is in a primary component of so many members. */
    public abstract String primaryPattern(int members);

    /** Waits, from the line with index {@code from} of its log, until it reports a primary component of so many members. */
    public final void awaitPrimary(int members, int from, Duration limit) {
        process.awaitLog(primaryPattern(members), from, limit);
    }

    @Override
    public final void close() {
        process.close();
    }
}

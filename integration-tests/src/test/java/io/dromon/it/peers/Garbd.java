package io.dromon.it.peers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The real arbitrator of Debian's galera-arbitrator-4. It runs in its own directory, since it keeps its identity in a
 * file there, and is killed as soon as its group layer has died: it would fill its log without end.
 */
public final class Garbd extends MemberProcess {
    private Garbd(Builder how, List<String> command) {
        super(
                how,
                how.directory,
                command,
                line -> line.contains("Receiving from group failed: -77")
                        || line.contains("gcs_group_handle_act_msg() failed"));
    }

    /** How a garbd is started. */
    public static final class Builder extends MemberProcess.Builder<Builder> {
        private final Path directory;

        private Builder(Path directory) {
            super("garb");
            this.directory = directory;
        }

        @Override
        Builder self() {
            return this;
        }

        /** Starts it; it may not be a member yet. */
        public Garbd start() {
            return new Garbd(
                    this,
                    List.of(
                            Peers.require("garbd").toString(),
                            "--address=gcomm://" + address,
                            "--group=" + group,
                            "--name=" + name,
                            "--options=" + options(List.of("gmcast.listen_addr=tcp://" + host + ":" + port))));
        }
    }

    /** A garbd that works in {@code directory}, which no other may share. */
    public static Builder in(Path directory) {
        return new Builder(directory);
    }

    /** Waits until it is in the primary component and SYNCED. */
    public void awaitSynced(Duration limit) {
        process().awaitLog("Shifting JOINED -> SYNCED", limit);
    }

    /** What any Galera process logs. Its threads do not wait for each other: the next line's date may follow on the line. */
    static String primary(int members) {
        return "New COMPONENT: primary = yes,.* memb_num = " + members + "($|\\d{4}-\\d\\d-\\d\\d )";
    }

    @Override
    public String primaryPattern(int members) {
        return primary(members);
    }
}

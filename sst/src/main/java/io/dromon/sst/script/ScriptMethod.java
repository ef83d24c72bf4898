package io.dromon.sst.script;

import io.dromon.sst.SnapshotDonor;
import io.dromon.sst.SnapshotJoiner;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotSource;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.TransferException;
import io.dromon.sst.program.ChildProgram;
import io.dromon.sst.stream.StreamMethod;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Method {@code script}: a program at each end, the donor's standard output being the joiner's standard input. Directories
 * only.
 *
 * @param command program and arguments
 * @param filter a command of the shell between the program and the channel, see {@link
 *     io.dromon.sst.SstSettings#filter}
 */
public record ScriptMethod(List<String> command, Optional<String> filter) implements SnapshotMethod {
    public ScriptMethod {
        command = List.copyOf(command);
    }

    @Override
    public SnapshotJoiner listen(InetSocketAddress address, Terms terms, SnapshotTarget target) throws IOException {
        if (target instanceof SnapshotTarget.Directory directory) {
            return ScriptJoiner.listen(address, terms, directory, pipeline(true));
        }
        throw new IllegalArgumentException("a program writes files");
    }

    /** Why a command cannot be run here, and what to do; empty if it can. */
    public static Optional<String> problem(List<String> command) {
        try {
            List<String> unused = ChildProgram.found(command);
            return Optional.empty();
        } catch (TransferException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
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
    public SnapshotDonor donor(InetSocketAddress joiner, Terms terms, SnapshotSource source) throws IOException {
        if (source instanceof SnapshotSource.Files files) {
            SnapshotSource.Live output = new SnapshotSource.Live(new ProgramSource(
                    pipeline(false), files.source(), terms.settings().idle(), terms.listener()));
            return new StreamMethod().donor(joiner, terms, output);
        }
        throw new IllegalArgumentException("a program reads files");
    }
}

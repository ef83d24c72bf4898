package io.dromon.sst.script;

import io.dromon.sst.Progress;
import io.dromon.sst.SnapshotJoiner;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferListener;
import io.dromon.sst.archive.Manifest;
import io.dromon.sst.archive.Staging;
import io.dromon.sst.program.ChildProgram;
import io.dromon.sst.stream.StreamMethod;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The taking end of method {@code script}: a program in the staging folder, with the stream as its standard input. What
 * it left there becomes the target if the stream was whole and the program ended with 0.
 */
final class ScriptJoiner implements SnapshotJoiner {
    private final SnapshotJoiner joiner;
    private final Unpacker unpacker;

    private ScriptJoiner(SnapshotJoiner joiner, Unpacker unpacker) {
        this.joiner = joiner;
        this.unpacker = unpacker;
    }

    static ScriptJoiner listen(
            InetSocketAddress address,
            SnapshotMethod.Terms terms,
            SnapshotTarget.Directory target,
            List<List<String>> found)
            throws IOException {
        Staging staging = Staging.open(target.target(), target.limits());
        staging.warning().ifPresent(terms.listener()::note);
        Unpacker unpacker = new Unpacker(found, staging, terms);
        try {
            return new ScriptJoiner(
                    new StreamMethod().listen(address, terms, new SnapshotTarget.Live(unpacker)), unpacker);
        } catch (IOException | RuntimeException e) {
            unpacker.abort();
            staging.close();
            throw e;
        }
    }

    @Override
    public InetSocketAddress address() throws IOException {
        return joiner.address();
    }

    @Override
    public Progress progress() {
        return joiner.progress();
    }

    @Override
    public Manifest await() throws IOException, InterruptedException {
        try {
            return joiner.await();
        } catch (IOException | InterruptedException e) {
            unpacker.abort(); // it may hold a thread of the joiner up
            throw e;
        }
    }

    @Override
    public void cancel() {
        joiner.cancel();
    }

    @Override
    public void close() throws IOException {
        unpacker.abort();
        try {
            joiner.close();
        } finally {
            unpacker.staging.close();
        }
    }

    /** The program; started by the first byte or, without any, by the end. */
    private static final class Unpacker implements SnapshotTarget.Consumer {
        private final List<List<String>> commands;
        private final Staging staging;
        private final TransferListener listener;
        private final HangWatch watch;
        private final byte[] portion = new byte[64 * 1024];
        private volatile @Nullable ChildProgram program;
        private volatile boolean aborted;

        Unpacker(List<List<String>> commands, Staging staging, SnapshotMethod.Terms terms) {
            this.commands = commands;
            this.staging = staging;
            this.listener = terms.listener();
            this.watch = new HangWatch(terms.settings().idle());
        }

        private ChildProgram program() throws IOException {
            watch.check();
            ChildProgram running = program;
            if (running == null) {
                running = ChildProgram.pipeline(commands, staging.root(), Map.of(), listener::note);
                running.followOutput(listener::note);
                program = running;
            }
            if (aborted) {
                running.close();
                throw new IOException("the transfer was ended");
            }
            return running;
        }

        @Override
        public void write(ByteBuffer data) throws IOException {
            ChildProgram running = program();
            OutputStream input = running.input();
            try {
                while (data.hasRemaining()) {
                    int count = Math.min(portion.length, data.remaining());
                    data.get(portion, 0, count);
                    watch.begin(running);
                    input.write(portion, 0, count);
                    watch.end();
                }
                watch.begin(running);
                input.flush();
                watch.end();
            } catch (TransferException e) {
                throw e;
            } catch (IOException e) {
                watch.end();
                throw failed(running, e);
            }
        }

        private static IOException failed(ChildProgram running, IOException e) {
            try {
                if (running.await(2000) && running.exitCode() != 0) {
                    return new TransferException(TransferException.Reason.PROGRAM, running.ending(), e);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return new TransferException(
                    TransferException.Reason.PROGRAM,
                    "the joiner's program does not read to the end: " + running.ending(),
                    e);
        }

        @Override
        public void commit() throws IOException, InterruptedException {
            ChildProgram running = program();
            watch.beginEnding(running);
            try {
                running.input().close();
            } catch (IOException e) {
                watch.end();
                throw failed(running, e);
            }
            while (!running.await(1000)) {
                if (aborted) {
                    throw new IOException("the transfer was ended");
                }
            }
            watch.end();
            running.requireSuccess();
            running.close(); // what it left running must not write any more
            staging.filled(count(staging.root()));
            staging.commit();
        }

        private static long count(Path root) throws IOException {
            try (Stream<Path> all = Files.walk(root)) {
                return all.count();
            }
        }

        @Override
        public void abort() {
            aborted = true;
            watch.close();
            ChildProgram running = program;
            if (running != null) {
                running.close();
            }
        }
    }
}

package io.dromon.sst.script;

import io.dromon.sst.SnapshotSource;
import io.dromon.sst.TransferListener;
import io.dromon.sst.program.ChildProgram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The standard output of a program; whole only if it ends with 0.
 *
 * @param idle time without movement after which a transfer is given up
 */
record ProgramSource(List<List<String>> commands, Path directory, Duration idle, TransferListener listener)
        implements SnapshotSource.Producer {
    private static final int PORTION = 128 * 1024;
    private static final long END_MS = 60_000;

    @Override
    public void produce(WritableByteChannel out) throws IOException, InterruptedException {
        try (ChildProgram program = ChildProgram.pipeline(commands, directory, Map.of(), listener::note);
                HangWatch watch = new HangWatch(idle)) {
            program.input().close();
            byte[] portion = new byte[PORTION];
            for (int count = read(program, watch, portion); count >= 0; count = read(program, watch, portion)) {
                out.write(ByteBuffer.wrap(portion, 0, count));
            }
            boolean unused = program.await(END_MS);
            program.requireSuccess();
        }
    }

    private static int read(ChildProgram program, HangWatch watch, byte[] portion) throws IOException {
        InputStream output = program.output();
        watch.begin(program);
        int count;
        try {
            count = output.read(portion);
        } catch (IOException e) {
            watch.end();
            throw e;
        }
        watch.end();
        return count;
    }
}

package io.dromon.sst.script;

import io.dromon.sst.SnapshotSource;
import io.dromon.sst.TransferListener;
import io.dromon.sst.program.ChildProgram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The standard output of a program; whole only if it ends with 0. */
record ProgramSource(List<List<String>> commands, Path directory, TransferListener listener)
        implements SnapshotSource.Producer {
    private static final int PORTION = 128 * 1024;
    private static final long END_MS = 60_000;

    @Override
    public void produce(WritableByteChannel out) throws IOException, InterruptedException {
        try (ChildProgram program = ChildProgram.pipeline(commands, directory, Map.of(), listener::note)) {
            program.input().close();
            InputStream output = program.output();
            byte[] portion = new byte[PORTION];
            for (int count = output.read(portion); count >= 0; count = output.read(portion)) {
                out.write(ByteBuffer.wrap(portion, 0, count));
            }
            boolean unused = program.await(END_MS);
            program.requireSuccess();
        }
    }
}

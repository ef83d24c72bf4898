package io.dromon.node.cli.classes;

import io.dromon.config.NodeConfig;
import io.dromon.node.Node;
import io.dromon.node.WriteSet;
import io.dromon.node.admin.StatusDocument;
import io.dromon.node.cli.member.lines.LineState;
import io.dromon.node.cli.process.LocalPort;
import io.dromon.node.cli.process.Scratch;
import io.dromon.transport.tls.pem.SharedPair;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Does what a node does from its start to its end, so that its classes are loaded. */
@Command(name = ClassLoadCommand.NAME, hidden = true, description = "Loads the classes of a node.")
public final class ClassLoadCommand implements Callable<Integer> {
    static final String NAME = "class-load";
    private static final int WRITE_SETS = 2000;

    @Override
    public Integer call() throws IOException {
        try (Scratch scratch = Scratch.create("dromon-classes")) {
            Path directory = scratch.directory();
            SharedPair pair = SharedPair.create(directory, "dromon-classes", Duration.ofDays(60));
            String address = "127.0.0.1:" + LocalPort.free();
            try (Node first = join(config("first", "", address, directory, pair));
                    Node second = join(config("second", address, "127.0.0.1:0", directory, pair))) {
                for (int i = 0; i < WRITE_SETS; i++) {
                    Node writer = i % 2 == 0 ? first : second;
                    writer.replicate(WriteSet.of(("line " + i).getBytes(StandardCharsets.UTF_8)))
                            .join();
                }
                second.sync().join();
                StatusDocument.of(first.status()).toJson();
            }
        }
        return 0;
    }

    private static NodeConfig config(String name, String peer, String listen, Path directory, SharedPair pair) {
        return NodeConfig.builder()
                .group("classes")
                .name(name)
                .address("gcomm://" + peer)
                .listen("tcp://" + listen)
                .dataDir(directory.resolve(name))
                .options("socket.ssl_cert=" + pair.certificate() + ";socket.ssl_key=" + pair.key() + ";gcache.size=4M")
                .build();
    }

    private static Node join(NodeConfig config) {
        return Node.join(config, LineState.of(config.dataDir(), OutputStream.nullOutputStream()));
    }
}

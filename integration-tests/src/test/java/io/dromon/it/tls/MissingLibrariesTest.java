package io.dromon.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.peers.DromonNode;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A machine without BoringSSL's and zstd's native libraries: the node works, and says what it does without them. */
@Tag("sockets")
@Timeout(180)
final class MissingLibrariesTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String NEITHER =
            "-Dio.netty.handler.ssl.noOpenSsl=true -DZstdNativePath=/nonexistent/libzstd-jni.so";

    @TempDir
    Path directory;

    @Test
    void theJdkAndRawBytesDoAndTheLogSaysWhy() {
        TlsFiles files = new OpenSsl(directory).sharedPair();
        try (DromonNode whole = DromonNode.in(directory, "whole")
                        .tls(files)
                        .options("socket.ssl_compression=YES")
                        .startPipe();
                DromonNode bare = DromonNode.in(directory, "bare")
                        .tls(files)
                        .options("socket.ssl_compression=YES")
                        .javaOptions(NEITHER)
                        .peers(whole.hostPort())
                        .startPipe()) {
            bare.awaitPrimary(2, 0, LIMIT);
            whole.process().write("through both\n");
            bare.process().awaitOutputLines(1, LIMIT);

            assertThat(bare.process().output().lines())
                    .singleElement()
                    .asString()
                    .contains("through both");
            bare.process().awaitLog("BoringSSL's library cannot be loaded here .*; the JDK's TLS is used", LIMIT);
            bare.process().awaitLog("TLS by JDK", LIMIT);
            bare.process().awaitLog("socket.ssl_compression: off, zstd-jni cannot be loaded", LIMIT);
            whole.process().awaitLog("TLS by BoringSSL", LIMIT);
        }
    }
}

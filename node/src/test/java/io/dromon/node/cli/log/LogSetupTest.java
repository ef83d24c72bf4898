package io.dromon.node.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dromon's logging in programs that are not its executable. */
final class LogSetupTest {
    @TempDir
    Path directory;

    @Test
    void leavesOutTheLinesOfDebugWhereNobodyHasConfiguredLogback() throws IOException {
        LoggerContext bare = new LoggerContext();
        LoggerContext configured = new LoggerContext();
        Files.writeString(directory.resolve("logback.xml"), "<configuration/>");
        try (URLClassLoader nothing = new URLClassLoader(new URL[0], null);
                URLClassLoader theirs =
                        new URLClassLoader(new URL[] {directory.toUri().toURL()}, null)) {
            LogSetup.quieten(bare, nothing);
            LogSetup.quieten(configured, theirs);
        }

        assertThat(bare.getLogger("io.dromon.node").isDebugEnabled()).isFalse();
        assertThat(bare.getLogger("io.netty.util").isDebugEnabled()).isFalse();
        assertThat(bare.getLogger("their.own").isDebugEnabled()).isTrue();
        assertThat(configured.getLogger("io.dromon").getLevel()).isNull();
    }
}

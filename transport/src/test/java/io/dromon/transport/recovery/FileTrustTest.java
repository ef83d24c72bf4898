package io.dromon.transport.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.transport.recovery.FileTrust.Danger;
import io.dromon.transport.recovery.FileTrust.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class FileTrustTest {
    private static final int SOMEBODY = 65534;

    @TempDir
    Path directory;

    /** To another user, which root alone can. */
    static void giveAway(Path path) throws IOException {
        assumeTrue(isRoot(), "only root can give files away");
        Files.setAttribute(path, "unix:uid", SOMEBODY, java.nio.file.LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isRoot() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    @ParameterizedTest
    @CsvSource({
        "0700,",
        "0755,",
        "0775,A_GROUP_REPLACES",
        "0777,EVERY_USER_REPLACES",
        "0703,EVERY_USER_REPLACES",
        "1777,OTHERS_ADD",
        "1770,OTHERS_ADD"
    })
    void judgesADirectoryByItsMode(String mode, Danger danger) throws Exception {
        assertThat(new ProcessBuilder("chmod", mode, directory.toString())
                        .start()
                        .waitFor())
                .isZero();

        assertThat(FileTrust.judge(directory).map(Finding::danger).orElse(null)).isEqualTo(danger);
    }

    @Test
    void judgesADirectoryByItsOwner() throws IOException {
        giveAway(directory);

        assertThat(FileTrust.judge(directory)).hasValueSatisfying(finding -> {
            assertThat(finding.danger()).isEqualTo(Danger.FOREIGN_OWNER);
            assertThat(finding.isFatal()).isTrue();
            assertThat(finding.text()).contains(directory.toString(), "belongs to the user");
        });
    }

    @Test
    void trustsRootAndItself() throws IOException {
        assertThat(FileTrust.foreignOwner(Path.of("/"))).isEmpty();
        assertThat(FileTrust.foreignOwner(directory)).isEmpty();
    }

    /** Of a link itself, wherever it leads. */
    @Test
    void looksAtALinkAndNotBehindIt() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/"));
        giveAway(link);

        assertThat(FileTrust.foreignOwner(link)).isPresent();
    }
}

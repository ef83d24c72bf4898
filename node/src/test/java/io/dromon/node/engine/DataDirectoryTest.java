package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.node.NodeException;
import io.dromon.transport.recovery.SavedViewFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node does not rely on what others can change. */
@Tag("unit")
class DataDirectoryTest {
    private static final String SAVED = """
            my_uuid: d96df135-e52e-11f1-b1fc-a2eb830c6078
            #vwbeg
            view_id: 3 d96df135-e52e-11f1-b1fc-a2eb830c6078 2
            bootstrap: 0
            member: d96df135-e52e-11f1-b1fc-a2eb830c6078 0
            #vwend
            """;
    private static final int SOMEBODY = 65534;

    @TempDir
    Path folder;

    private static void giveAway(Path path) throws IOException {
        assumeTrue((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "only root can give files away");
        Files.setAttribute(path, "unix:uid", SOMEBODY, LinkOption.NOFOLLOW_LINKS);
    }

    private static NodeIdentity take(Path directory) {
        NodeIdentity taken = new NodeIdentity("n", directory, true);
        taken.release();
        return taken;
    }

    private static void assertRefused(Path directory, String text) {
        assertThatThrownBy(() -> take(directory))
                .isInstanceOfSatisfying(
                        NodeException.class, e -> assertThat(e.reason()).isEqualTo(NodeException.Reason.CONFIGURATION))
                .hasMessageContaining(directory + " cannot be used")
                .hasMessageContaining(text);
    }

    @Test
    void isMadeForItsOwnerAlone() throws IOException {
        Path directory = folder.resolve("a/b");

        take(directory);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("dromon.lock"))))
                .isEqualTo("rw-------");
    }

    @Test
    void isRefusedIfEverybodyMayWriteThere() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertRefused(folder, "every user can replace what is in");
    }

    @Test
    void isRefusedIfItBelongsToAnotherUser() throws IOException {
        giveAway(folder);

        assertRefused(folder, "belongs to the user");
    }

    @Test
    void isRefusedBehindALinkOfAnotherUser() throws IOException {
        Path link =
                Files.createSymbolicLink(folder.resolve("link"), Files.createDirectory(folder.resolve("directory")));
        assertThat(take(link).restored()).isEmpty(); // a link of one's own is a way to lay directories out
        giveAway(link);

        assertRefused(link, "is a link of the user");
    }

    @Test
    void isTakenWithAWarningIfAGroupMayWriteThere() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));

        assertThat(take(folder).restored()).isEmpty();
        assertThat(DataDirectory.findings(folder)).anySatisfy(finding -> {
            assertThat(finding.fatal()).isFalse();
            assertThat(finding.text()).contains("can replace what is in " + folder);
        });
    }

    @Test
    void isRefusedIfItsLockIsALink() throws IOException {
        Path victim = folder.resolve("victim");
        Path directory = Files.createDirectory(folder.resolve("data"));
        Files.createSymbolicLink(directory.resolve("dromon.lock"), victim);

        assertRefused(directory, "dromon.lock");
        assertThat(victim).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givesNoViewOfAnotherUserOrBehindALink(boolean link) throws IOException {
        Path file = folder.resolve(SavedViewFile.NAME);
        Path saved = Files.writeString(link ? folder.resolve("elsewhere") : file, SAVED);
        if (link) {
            Files.createSymbolicLink(file, saved);
        } else {
            assertThat(take(folder).restored()).isPresent();
            giveAway(file);
        }

        assertThat(take(folder).restored()).isEmpty();
    }
}

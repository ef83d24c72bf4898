package io.dromon.transport.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.ViewId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text of {@code gvwstate.dat}, and when it is read, written and removed (chapter 03 sections 6.1 and 6.2). */
@Tag("unit")
class SavedViewFileTest {
    /** Written by a mariadbd. */
    private static final String SAMPLE = """
            my_uuid: d96df135-e52e-11f1-b1fc-a2eb830c6078
            #vwbeg
            view_id: 3 d96df135-e52e-11f1-b1fc-a2eb830c6078 2
            bootstrap: 0
            member: d96df135-e52e-11f1-b1fc-a2eb830c6078 0
            member: eff0a58b-e52e-11f1-ae10-06364d5c0298 1
            #vwend
            """;

    private static final UUID MARIADBD = UUID.fromString("d96df135-e52e-11f1-b1fc-a2eb830c6078");
    private static final UUID GARBD = UUID.fromString("eff0a58b-e52e-11f1-ae10-06364d5c0298");
    private static final SavedView SAVED = new SavedView(
            MARIADBD,
            new PrimaryView(
                    new ViewId(ViewId.Type.PRIM, MARIADBD, 2),
                    false,
                    0,
                    List.of(new PrimaryView.Member(MARIADBD, 0), new PrimaryView.Member(GARBD, 1)),
                    List.of()));

    @TempDir
    Path directory;

    @Test
    void writesWhatGaleraWrites() throws IOException {
        new SavedViewFile(directory).write(SAVED);

        assertThat(directory.resolve("gvwstate.dat")).hasContent(SAMPLE);
        assertThat(Files.readString(directory.resolve("gvwstate.dat"))).isEqualTo(SAMPLE);
        assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void aViewThatCannotBeSavedTakesTheOldOneWithIt() throws IOException {
        SavedViewFile file = new SavedViewFile(directory);
        file.write(SAVED);
        Path obstacle = Files.createDirectory(directory.resolve("gvwstate.dat.tmp"));
        Files.createFile(obstacle.resolve("file")); // not empty: nothing can be written in its place

        assertThatThrownBy(() -> file.replace(SAVED))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SavedViewFile.StaleViewException.class);

        assertThat(file.read()).isEqualTo(new SavedViewFile.Content.Missing());
        Files.delete(obstacle.resolve("file"));
        file.replace(SAVED);
        assertThat(file.read()).isEqualTo(new SavedViewFile.Content.Found(SAVED));
    }

    @Test
    void saysThatTheOldViewCouldNotBeRemovedEither() throws IOException {
        SavedViewFile file = new SavedViewFile(directory);
        Files.createDirectories(directory.resolve("gvwstate.dat").resolve("something"));

        assertThatThrownBy(() -> file.replace(SAVED))
                .isInstanceOf(SavedViewFile.StaleViewException.class)
                .hasMessageContaining("gvwstate.dat");
    }

    @Test
    void sortsMembersByBytes() throws IOException {
        PrimaryView view = SAVED.view();
        PrimaryView reversed = new PrimaryView(
                view.id(),
                false,
                1,
                List.of(view.members().get(1), view.members().get(0)),
                List.of());

        new SavedViewFile(directory).write(new SavedView(MARIADBD, reversed));

        assertThat(Files.readString(directory.resolve("gvwstate.dat"))).isEqualTo(SAMPLE);
    }

    @Test
    void readsWhatGaleraWrites() throws IOException {
        Files.writeString(directory.resolve("gvwstate.dat"), SAMPLE);

        assertThat(new SavedViewFile(directory).read()).isEqualTo(new SavedViewFile.Content.Found(SAVED));
    }

    @Test
    void skipsUnknownLines() throws IOException {
        Files.writeString(directory.resolve("gvwstate.dat"), "colour: red\n" + SAMPLE);

        assertThat(new SavedViewFile(directory).read()).isEqualTo(new SavedViewFile.Content.Found(SAVED));
    }

    @Test
    void missingFileIsMissing() throws IOException {
        assertThat(new SavedViewFile(directory).read()).isEqualTo(new SavedViewFile.Content.Missing());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20, 45, 46, 60, 100, 200, 210})
    void truncatedFileIsUnusable(int length) throws IOException {
        Files.writeString(directory.resolve("gvwstate.dat"), SAMPLE.substring(0, length));

        assertThat(new SavedViewFile(directory).read()).isInstanceOf(SavedViewFile.Content.Unusable.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "my_uuid: d96df135-e52e-11f1-b1fc-a2eb830c6078|my_uuid: d96df135-e52e",
                "member: eff0a58b-e52e-11f1-ae10-06364d5c0298 1|member: d96df135-e52e-11f1-b1fc-a2eb830c6078 1",
                "view_id: 3|view_id: 4",
                "view_id: 3|view_id: -1",
                "6078 2|6078 1073741824",
                "bootstrap: 0|bootstrap: 2",
                "bootstrap: 0|other: 0",
                "0298 1|0298 256",
                "0298 1|0298",
                "#vwbeg|#vwbug",
                "#vwend|#vwed"
            })
    void contradictoryFileIsUnusableWithAReason(String change) throws IOException {
        String[] fromTo = change.split("\\|", -1);
        Files.writeString(directory.resolve("gvwstate.dat"), SAMPLE.replace(fromTo[0], fromTo[1]));

        SavedViewFile.Content content = new SavedViewFile(directory).read();

        assertThat(content)
                .isInstanceOfSatisfying(
                        SavedViewFile.Content.Unusable.class,
                        unusable -> assertThat(unusable.reason()).contains("gvwstate.dat"));
    }

    @Test
    void hugeFileIsNotRead() throws IOException {
        Files.writeString(directory.resolve("gvwstate.dat"), "#".repeat((1 << 20) + 1));

        assertThat(new SavedViewFile(directory).read()).isInstanceOf(SavedViewFile.Content.Unusable.class);
    }

    @Test
    void restoreTakesTheNextIncarnationAndWritesItBack() throws IOException {
        Files.writeString(directory.resolve("gvwstate.dat"), SAMPLE);

        SavedViewFile.Content content = new SavedViewFile(directory).restore(true);

        UUID next = UUID.fromString("d96df135-e52e-11f1-b1fd-a2eb830c6078");
        assertThat(content).isEqualTo(new SavedViewFile.Content.Found(new SavedView(next, SAVED.view())));
        assertThat(Files.readString(directory.resolve("gvwstate.dat")))
                .isEqualTo(SAMPLE.replace("my_uuid: d96df135-e52e-11f1-b1fc", "my_uuid: d96df135-e52e-11f1-b1fd"));
    }

    @Test
    void withoutRecoveryTheFileIsRemoved() throws IOException {
        Files.writeString(directory.resolve("gvwstate.dat"), SAMPLE);

        SavedViewFile.Content content = new SavedViewFile(directory).restore(false);

        assertThat(content).isEqualTo(new SavedViewFile.Content.Missing());
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void removeIsQuietWithoutAFile() throws IOException {
        SavedViewFile file = new SavedViewFile(directory);

        file.remove();

        assertThat(file.read()).isEqualTo(new SavedViewFile.Content.Missing());
    }

    @Test
    void leftoverOfAnInterruptedWriteIsReplaced() throws IOException {
        Files.writeString(directory.resolve("gvwstate.dat.tmp"), "x".repeat(4000));

        new SavedViewFile(directory).write(SAVED);

        assertThat(Files.readString(directory.resolve("gvwstate.dat"))).isEqualTo(SAMPLE);
    }

    @Test
    void followsNoLink() throws IOException {
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), SAMPLE);
        Path victim = Files.writeString(directory.resolve("victim"), "of somebody else");
        Files.createSymbolicLink(directory.resolve("gvwstate.dat"), elsewhere);
        Files.createSymbolicLink(directory.resolve("gvwstate.dat.tmp"), victim);
        SavedViewFile file = new SavedViewFile(directory);

        assertThat(file.read())
                .isInstanceOfSatisfying(
                        SavedViewFile.Content.Unusable.class,
                        unusable -> assertThat(unusable.reason()).contains("is a link", "not followed"));
        assertThat(file.restore(true)).isInstanceOf(SavedViewFile.Content.Unusable.class);
        file.write(SAVED);

        assertThat(victim).hasContent("of somebody else");
        assertThat(elsewhere).hasContent(SAMPLE);
        assertThat(directory.resolve("gvwstate.dat")).isRegularFile().hasContent(SAMPLE);
        assertThat(Files.isSymbolicLink(directory.resolve("gvwstate.dat"))).isFalse();
    }

    /** A hard link to a file of somebody else, as an owner of the directory can make one. */
    @Test
    void writesIntoNoFileThatIsThere() throws IOException {
        Path victim = Files.writeString(directory.resolve("victim"), "of somebody else");
        Files.createLink(directory.resolve("gvwstate.dat.tmp"), victim);

        new SavedViewFile(directory).write(SAVED);

        assertThat(victim).hasContent("of somebody else");
    }

    @Test
    void takesNoFileThatOthersMayHaveWritten() throws IOException {
        Path file = Files.writeString(directory.resolve("gvwstate.dat"), SAMPLE);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(new SavedViewFile(directory).read())
                .isInstanceOfSatisfying(
                        SavedViewFile.Content.Unusable.class,
                        unusable -> assertThat(unusable.reason()).contains("written by every user"));

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(new SavedViewFile(directory).read()).isInstanceOf(SavedViewFile.Content.Found.class);
        FileTrustTest.giveAway(file);
        assertThat(new SavedViewFile(directory).read())
                .isInstanceOfSatisfying(
                        SavedViewFile.Content.Unusable.class,
                        unusable -> assertThat(unusable.reason()).contains("belongs to the user"));
    }

    @Test
    void doesNotWaitForAFifo() throws Exception {
        Process fifo =
                new ProcessBuilder("mkfifo", directory.resolve("gvwstate.dat").toString()).start();
        assertThat(fifo.waitFor()).isZero();

        assertThat(new SavedViewFile(directory).read()).isInstanceOf(SavedViewFile.Content.Unusable.class);
    }
}

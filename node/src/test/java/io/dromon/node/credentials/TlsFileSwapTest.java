package io.dromon.node.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("unit")
class TlsFileSwapTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    private Path key = Path.of("");
    private Path certificate = Path.of("");
    private TlsSettings settings = TlsSettings.of(key, certificate);

    @BeforeEach
    void stage() throws IOException {
        key = directory.resolve("tls.key");
        certificate = Files.createDirectory(directory.resolve("certs")).resolve("tls.crt");
        settings = TlsSettings.of(certificate, key);
        for (Path file : List.of(key, certificate)) {
            Files.writeString(file, "old");
            Files.writeString(TlsFileSwap.next(file), "new");
        }
    }

    private List<String> pair() throws IOException {
        return List.of(Files.readString(key), Files.readString(certificate));
    }

    static IntStream kills() {
        return IntStream.rangeClosed(
                0, TlsFileSwap.steps(List.of(Path.of("a"), Path.of("b"))).size());
    }

    @ParameterizedTest
    @MethodSource("kills")
    void aProcessKilledAfterAnyStepLeavesAPairThatBelongsTogether(int done) throws IOException {
        List<TlsFileSwap.Step> steps = TlsFileSwap.steps(List.of(key, certificate));
        for (TlsFileSwap.Step step : steps.subList(0, done)) {
            step.run();
        }

        List<String> told = TlsFileSwap.recover(settings);

        boolean begun = done >= 3; // copies of both, and the note
        assertThat(pair()).isEqualTo(begun ? List.of("new", "new") : List.of("old", "old"));
        assertThat(told).hasSize(begun && done < steps.size() ? 1 : 0);
        assertThat(TlsFileSwap.isUnfinished(settings)).isFalse();
        assertThat(TlsFileSwap.recover(settings)).isEmpty();
    }

    @Test
    void whatWasStagedOtherwiseMeanwhileIsNotPutInPlace() throws IOException {
        List<TlsFileSwap.Step> steps = TlsFileSwap.steps(List.of(key, certificate));
        for (TlsFileSwap.Step step : steps.subList(0, 4)) {
            step.run();
        }
        assertThat(pair()).containsExactly("new", "old");
        Files.writeString(TlsFileSwap.next(certificate), "another");

        assertThat(TlsFileSwap.isUnfinished(settings)).isTrue();
        assertThat(TlsFileSwap.recover(settings)).singleElement().asString().contains("has been undone");

        assertThat(pair()).containsExactly("old", "old");
        assertThat(TlsFileSwap.next(key)).hasContent("new");
    }

    @Test
    void aFileThatCannotBeReplacedBringsTheOtherBack() throws IOException {
        Files.delete(certificate);
        Files.createDirectory(certificate);

        assertThatThrownBy(() -> TlsFileSwap.swap(List.of(key, certificate))).isInstanceOf(IOException.class);

        assertThat(key).hasContent("old");
        assertThat(TlsFileSwap.isUnfinished(settings)).isFalse();
    }

    @Test
    void keepsTheFilesFromBefore() throws IOException {
        TlsFileSwap.swap(List.of(key, certificate));

        assertThat(pair()).containsExactly("new", "new");
        assertThat(key.resolveSibling("tls.key.before")).hasContent("old");
        assertThat(certificate.resolveSibling("tls.crt.before")).hasContent("old");
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("tls.key", "tls.key.before", "certs");
    }
}

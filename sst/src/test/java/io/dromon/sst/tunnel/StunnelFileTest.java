package io.dromon.sst.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.config.ConfigException;
import io.dromon.transport.tls.TlsEndpoint.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class StunnelFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @BeforeEach
    void makeFiles() throws IOException {
        for (String name : List.of("cert.pem", "key.pem", "ca.pem")) {
            Files.writeString(directory.resolve(name), "");
        }
    }

    private TunnelConfig read(String text) throws IOException {
        return read(text, false);
    }

    private TunnelConfig read(String text, boolean allowUnauthenticated) throws IOException {
        Path file = directory.resolve("stunnel.conf");
        Files.writeString(file, text.replace("@", directory + "/"));
        return TunnelConfig.read(file, allowUnauthenticated);
    }

    private List<String> problems(String text) {
        try {
            read(text);
        } catch (ConfigException e) {
            return e.problems().stream()
                    .map(problem -> problem.place().replaceAll(".*:", "") + " " + problem.message())
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("there is no problem");
    }

    private static final String JOINER = """
            key = @key.pem
            cert = @cert.pem
            CAfile = @ca.pem
            foreground = yes
            pid = @stunnel.pid
            debug = warning
            client = no
            verifyChain = yes
            [rsync]
            accept = 127.0.0.1:4444
            exec = rsync
            execargs = rsync --server --daemon --config=@rsync_sst.conf .
            """;

    private static final String DONOR = """
            key = @key.pem
            cert = @cert.pem
            CAfile = @ca.pem
            foreground = yes
            pid = @stunnel.pid
            debug = warning
            client = yes
            connect = [::1]:4444
            TIMEOUTclose = 0
            verifyPeer = yes
            checkHost = node_b
            checkHost = localhost
            """;

    /** The file of a joiner as MariaDB's script writes it (chapter 06 section 11.2). */
    @Test
    void readsTheFileOfMariaDbsJoiner() throws IOException {
        TunnelConfig config = read(JOINER);

        assertThat(config.services()).hasSize(1);
        TunnelService service = config.services().get(0);
        assertThat(service.client()).isFalse();
        assertThat(service.accept()).contains(new TunnelAddress("127.0.0.1", 4444));
        assertThat(service.command())
                .containsExactly("rsync", "--server", "--daemon", "--config=" + directory + "/rsync_sst.conf", ".");
        assertThat(service.tls().verification()).isEqualTo(Verification.CHAIN);
        assertThat(config.pidFile()).contains(directory.resolve("stunnel.pid"));
        assertThat(config.notes())
                .hasSize(2)
                .anySatisfy(note -> assertThat(note).contains("stunnel.conf:4: foreground = yes has no effect"));
    }

    /** The file of a donor, where rsync starts stunnel as its remote shell (chapter 06 section 11.2). */
    @Test
    void readsTheFileOfMariaDbsDonor() throws IOException {
        TunnelConfig config = read(DONOR);

        assertThat(config.onStandardStreams()).isTrue();
        TunnelService service = config.services().get(0);
        assertThat(service.client()).isTrue();
        assertThat(service.connect()).containsExactly(new TunnelAddress("::1", 4444));
        assertThat(service.tls().verification()).isEqualTo(Verification.PINNED);
        assertThat(service.tls().subjects().hosts()).containsExactly("node_b", "localhost");
        assertThat(service.timeouts().close()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void tellsAllProblemsAtOnceEachWithItsLine() {
        List<String> problems = problems("""
                cert = @none.pem
                chroot = /var/lib
                vrefyChain = yes
                [a]
                accept = 70000
                connect = x:y
                verify = 7
                sslVersion = TLSv1.1
                nonsense
                [a]
                """);

        assertThat(problems)
                .anySatisfy(text -> assertThat(text).startsWith("1 cert: ").contains("does not exist"))
                .anySatisfy(text -> assertThat(text).startsWith("2 \"chroot\" is not supported: "))
                .anySatisfy(text ->
                        assertThat(text).startsWith("3 unknown key \"vrefyChain\"; did you mean \"verifychain\"?"))
                .anySatisfy(text -> assertThat(text).startsWith("5 accept: "))
                .anySatisfy(text -> assertThat(text).startsWith("6 connect: "))
                .anySatisfy(text -> assertThat(text).startsWith("7 verify: "))
                .anySatisfy(text -> assertThat(text).startsWith("9 "))
                .anySatisfy(text -> assertThat(text).startsWith("10 there is a service [a] already"));
    }

    @Test
    void refusesAServiceThatLetsInAnybodyUnlessAllowed() throws IOException {
        String text = "cert = @cert.pem\n[a]\naccept = 0\nconnect = 1\n";

        assertThat(problems(text)).singleElement().asString().startsWith("2 [a] would let in any peer");
        assertThat(read(text, true).services().get(0).tls().verification()).isEqualTo(Verification.NONE);
    }

    @Test
    void refusesNamesThatNobodyVerifies() {
        assertThatThrownBy(() -> read("client = yes\n[a]\naccept = 0\nconnect = 1\ncheckHost = b\n", true))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("need verifyChain or verifyPeer");
    }

    @Test
    void mapsTheLevelsOfVerify() throws IOException {
        String text = "cert = @cert.pem\nCAfile = @ca.pem\n[a]\naccept = 0\nconnect = 1\nverify = ";

        assertThat(read(text + "0", true).services().get(0).tls().verification())
                .isEqualTo(Verification.NONE);
        assertThat(read(text + "1", true).services().get(0).tls().verification())
                .isEqualTo(Verification.IF_PRESENT);
        assertThat(read(text + "2").services().get(0).tls().verification()).isEqualTo(Verification.CHAIN);
        assertThat(read(text + "3").services().get(0).tls().verification()).isEqualTo(Verification.CHAIN_AND_PINNED);
        assertThat(read(text + "4").services().get(0).tls().verification()).isEqualTo(Verification.PINNED);
    }

    @Test
    void letsASectionReplaceWhatStandsBeforeIt() throws IOException {
        TunnelConfig config = read("""
                ; comment
                # comment
                cert = @cert.pem
                CAfile = @ca.pem
                verifyChain = yes
                TIMEOUTidle = 5
                [a]
                accept = 0
                connect = 1
                [b]
                accept = 0
                connect = h:1
                connect = h:2
                failover = rr
                TIMEOUTidle = 7
                sslVersion = TLSv1.3
                """);

        assertThat(config.services().get(0).timeouts().idle()).isEqualTo(Duration.ofSeconds(5));
        TunnelService second = config.services().get(1);
        assertThat(second.timeouts().idle()).isEqualTo(Duration.ofSeconds(7));
        assertThat(second.connect()).hasSize(2);
        assertThat(second.roundRobin()).isTrue();
        assertThat(second.tls().protocols()).containsExactly("TLSv1.3");
        assertThat(config.services().get(0).tls().protocols()).containsExactly("TLSv1.3", "TLSv1.2");
    }

    @Test
    void describesWhatAServiceDoes() throws IOException {
        assertThat(read(JOINER).services().get(0).describe())
                .contains("[rsync] TLS on 127.0.0.1:4444 to plain text at the program rsync")
                .contains("shows a certificate of a CA in");
        assertThat(read("client=yes\nCAfile=@ca.pem\nverifyChain=yes\n[c]\naccept=5\nconnect=h:6")
                        .services()
                        .get(0)
                        .describe())
                .contains("plain text on 127.0.0.1:5 to TLS at h:6");
    }
}

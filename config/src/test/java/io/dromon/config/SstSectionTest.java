package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which options of {@code [sst]} and of the server's sections count (chapter 06 section 12). */
@Tag("unit")
class SstSectionTest {
    @TempDir
    Path directory;

    private SstSection read(String text) throws IOException {
        return SstSection.read(Files.writeString(directory.resolve("my.cnf"), text));
    }

    @Test
    void takesTheSectionAndWhatTheServerSaysForIt() throws IOException {
        SstSection section = read("""
                [mysqld]
                ssl-ca=/server-ca
                port=3306
                ssl-server-cert=/server-cert
                rlimit=9m
                [sst]
                ssl_cert = /first
                ssl-cert=/cert
                loose-ssl-key=/key
                ssl-ca=/ca
                rlimit=2m
                [client]
                ssl-cert=/other
                """);

        assertThat(section.options())
                .containsOnly(
                        Map.entry("ssl-ca", "/server-ca"),
                        Map.entry("ssl-cert", "/cert"),
                        Map.entry("ssl-key", "/key"),
                        Map.entry("ssl-server-cert", "/server-cert"),
                        Map.entry("rlimit", "2m"));
        assertThat(section.warnings()).isEmpty();
    }

    @Test
    void looksForRelativePathsInTheDataDirectory() throws IOException {
        SstSection section = read("""
                [mysqld]
                datadir=/db
                ssl-ca=ca.pem
                [sst]
                ssl-cert=c/n.pem
                ssl-key=/k.pem
                ssl-capath=cas/
                rlimit=2m
                """);

        assertThat(section.options())
                .containsOnly(
                        Map.entry("ssl-ca", "/db/ca.pem"),
                        Map.entry("ssl-cert", "/db/c/n.pem"),
                        Map.entry("ssl-key", "/k.pem"),
                        Map.entry("ssl-capath", "/db/cas/"),
                        Map.entry("rlimit", "2m"));
    }

    @Test
    void warnsOfWhatHasNoEffect() throws IOException {
        SstSection section = read("[sst]\nsockopt=,x\nno_such=1\nstreams=2\n");

        assertThat(section.options()).containsOnlyKeys("streams");
        assertThat(section.warnings())
                .hasSize(2)
                .anySatisfy(line -> assertThat(line).contains("my.cnf:2", "sockopt", "no effect", "there is no socat"))
                .anySatisfy(line -> assertThat(line).contains("my.cnf:3", "no_such", "unknown"));
    }

    @Test
    void refusesBadValuesWithTheirPlaces() {
        assertThatThrownBy(() -> read("[sst]\nssl-mode=maybe\nstreams=x\nrlimit\n"))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.problems()).hasSize(3));
    }
}

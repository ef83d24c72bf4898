package io.dromon.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each shape of certificate is to Dromon, to OpenSSL and to a Galera node: {@code certificates.md} beside this class
 * holds the verdicts, and why they differ where they do. A new difference fails, and so does one that is gone.
 * {@code -Dcertificates.write=FILE} writes what was seen, with the reasons of the old table.
 */
@Tag("peers")
@Timeout(900)
final class CertificateTableTest {
    private static final String TABLE = "certificates.md";
    private static final List<String> JUDGES =
            List.of("doctor", "pki verify", "BoringSSL", "JDK", "openssl verify", "openssl TLS", "garbd");
    private static final int OWN = 2;

    @TempDir
    Path directory;

    /** A row of the table. */
    private record Row(String shape, List<String> verdicts, String reason) {
        static Row of(String line) {
            String[] cells =
                    line.replaceFirst("^\\| ", "").replaceFirst(" \\|$", "").split(" \\| ?", -1);
            assertThat(cells).as(line).hasSize(JUDGES.size() + 2);
            return new Row(cells[0], List.of(cells).subList(1, JUDGES.size() + 1), cells[JUDGES.size() + 1].trim());
        }

        /** A node's own files are good where every peer takes the node in both roles. */
        boolean agrees() {
            String peers = verdicts.get(verdicts.size() - 1);
            String own = peers.equals("yes") ? "yes" : "no";
            return verdicts.subList(0, OWN).stream().allMatch(own::equals)
                    && verdicts.subList(OWN, verdicts.size()).stream().allMatch(peers::equals);
        }

        @Override
        public String toString() {
            return "| " + shape + " | " + String.join(" | ", verdicts) + " | " + reason + " |";
        }
    }

    private static List<Row> expected() throws IOException {
        try (InputStream in = CertificateTableTest.class.getResourceAsStream(TABLE)) {
            if (in == null) {
                return List.of();
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("| ") && !line.startsWith("| shape") && !line.startsWith("| ---"))
                    .map(Row::of)
                    .toList();
        }
    }

    private List<Row> judged(Map<String, String> reasons) throws Exception {
        CertificateShapes shapes = new CertificateShapes();
        CertificateJudges judges = new CertificateJudges(directory, shapes);
        List<List<String>> columns = List.of(
                judges.doctor(),
                judges.pkiVerify(),
                judges.dromon("boringssl"),
                judges.dromon("jdk"),
                judges.opensslVerify(),
                judges.opensslTls(),
                judges.garbd());
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < shapes.shapes().size(); i++) {
            int shape = i;
            String name = shapes.shapes().get(i).name();
            rows.add(new Row(
                    name, columns.stream().map(column -> column.get(shape)).toList(), reasons.getOrDefault(name, "")));
        }
        return rows;
    }

    @Test
    void everyDifferenceBetweenThoseWhoDecideHasItsReason() throws Exception {
        List<Row> table = expected();
        Map<String, String> reasons = new LinkedHashMap<>();
        table.forEach(row -> reasons.put(row.shape(), row.reason()));

        List<Row> seen = judged(reasons);

        String write = System.getProperty("certificates.write", "");
        if (!write.isEmpty()) {
            Files.write(Path.of(write), seen.stream().map(Row::toString).toList());
        }
        assertThat(seen).containsExactlyElementsOf(table);
        assertThat(seen)
                .filteredOn(Row::agrees)
                .allSatisfy(row -> assertThat(row.reason()).isEmpty());
        assertThat(seen)
                .filteredOn(row -> !row.agrees())
                .allSatisfy(row -> assertThat(row.reason()).isNotEmpty());
    }
}

package io.dromon.node.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The queries of Galera dashboards and alerts that {@code METRICS.md} lists find what they ask for. */
@Tag("unit")
final class GaleraQueriesTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(.+?)` \\| .+ \\|$");
    private static final Pattern METRIC = Pattern.compile("\\b(mysql_\\w+)(\\{[^}]*})?");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"");
    /** Labels that a metric takes over from another one, and the label whose values a dashboard lists. */
    private static final Pattern TAKEN_OVER = Pattern.compile("group_left\\((\\w+)\\)|label_values\\(.*, (\\w+)\\)");
    /** What Prometheus adds of the target. */
    private static final Set<String> OF_THE_TARGET = Set.of("instance", "job", "app", "service_name", "pod");

    private static List<String> queries() throws IOException {
        String page = Files.readString(Path.of("METRICS.md"));
        return ROW.matcher(page).results().map(row -> row.group(1)).toList();
    }

    private static String metrics() {
        return StatusMetrics.of(new StatusDocumentTest().everything());
    }

    /** The sample lines of a metric. */
    private static List<String> samples(String name) {
        return metrics()
                .lines()
                .filter(line -> line.matches(name + "(\\{.*})? .*"))
                .toList();
    }

    @Test
    void eachMetricAndLabelIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        for (String query : queries()) {
            List<String> labels = new ArrayList<>();
            TAKEN_OVER
                    .matcher(query)
                    .results()
                    .forEach(match -> labels.add(match.group(1) == null ? match.group(2) : match.group(1)));
            Matcher metric = METRIC.matcher(query);
            boolean labelsFound = labels.isEmpty();
            int metrics = 0;
            while (metric.find()) {
                metrics++;
                List<String> samples = samples(metric.group(1));
                if (samples.isEmpty()) {
                    missing.add(metric.group(1) + " of " + query);
                }
                String selector = metric.group(2) == null ? "" : metric.group(2);
                MATCHER.matcher(selector)
                        .results()
                        .map(label -> label.group(1))
                        .filter(label -> !OF_THE_TARGET.contains(label))
                        .filter(label -> samples.stream().noneMatch(sample -> sample.contains(label + "=\"")))
                        .forEach(label -> missing.add(label + " at " + metric.group(1) + " of " + query));
                labelsFound |= labels.stream()
                        .allMatch(label -> samples.stream().anyMatch(sample -> sample.contains(label + "=\"")));
            }
            assertThat(metrics).as(query).isPositive();
            if (!labelsFound) {
                missing.add(labels + " of " + query);
            }
        }

        assertThat(queries()).hasSizeGreaterThanOrEqualTo(20).doesNotHaveDuplicates();
        assertThat(missing).isEmpty();
    }

    @Test
    void theyHaveTheValuesThatGalerasManualDefines() {
        Set<String> samples =
                metrics().lines().filter(line -> line.startsWith("mysql_")).collect(Collectors.toSet());

        assertThat(samples)
                .contains(
                        "mysql_up 1.0",
                        "mysql_global_status_wsrep_ready 1.0",
                        "mysql_global_status_wsrep_local_state 4.0",
                        "mysql_global_status_wsrep_cluster_status 1.0",
                        "mysql_global_status_wsrep_cluster_size 3.0",
                        "mysql_global_status_wsrep_received 30.0",
                        "mysql_global_status_wsrep_received_bytes 3000.0",
                        "mysql_global_status_wsrep_replicated 11.0",
                        "mysql_global_status_wsrep_replicated_bytes 1100.0",
                        "mysql_global_status_wsrep_local_cert_failures 2.0",
                        "mysql_global_status_wsrep_local_bf_aborts 3.0",
                        "mysql_galera_gcache_size_bytes 8000.0",
                        "mysql_galera_variables_info{wsrep_cluster_name=\"g\",wsrep_node_name=\"n1\"} 1");
    }

    @Test
    void whatIsSaidNotToBeAnsweredIsNot() throws IOException {
        String page = Files.readString(Path.of("METRICS.md"));
        String behind = page.substring(page.indexOf("## What is not answered"));

        assertThat(Pattern.compile("`(wsrep_\\w+)`").matcher(behind).results().map(name -> name.group(1)))
                .hasSizeGreaterThan(4)
                .allSatisfy(name -> assertThat(
                                Stream.of("mysql_global_status_" + name).flatMap(metric -> samples(metric).stream()))
                        .isEmpty());
    }
}

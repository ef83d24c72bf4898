package io.dromon.it.state;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dromon.node.ist.IstModes;
import io.dromon.transport.testpeer.NoLeaks;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Events for a node that was away, while {@code socket.dynamic} lets a cluster change between plain text and TLS. */
@Tag("sockets")
@ExtendWith(NoLeaks.class)
@Timeout(180)
class DynamicTransferTest {
    private static final String DYNAMIC = "socket.dynamic=true";

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // set by begin()
    private StateCluster cluster;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(IstModes.class);
    }

    @BeforeEach
    void begin() {
        cluster = new StateCluster(directory);
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void leaveAll() {
        cluster.close();
        logger().detachAppender(log);
    }

    private List<String> warnings() {
        synchronized (log) {
            return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        }
    }

    private void join(String name, boolean inTls) {
        cluster.joinWith(name, (inTls ? cluster.tls(name) + ";" : "") + DYNAMIC);
    }

    /** The donor and the joiner. */
    @ParameterizedTest
    @CsvSource({"false, true", "true, false"})
    void comeInPlainTextWithAWarningWhereOneEndHasNoTls(boolean donorInTls, boolean joinerInTls) {
        join("n1", donorInTls);
        join("n2", joinerInTls);
        cluster.awaitSynced("n1", "n2");
        cluster.write("n1", 100);
        cluster.node("n2").leave();
        cluster.write("n1", 200);
        join("n2", joinerInTls);
        cluster.awaitSynced("n2");
        cluster.write("n2", 10);

        cluster.assertEqual("n1", "n2");
        assertThat(cluster.state("n2").lines()).hasSize(310);
        assertThat(cluster.state("n2").restored()).isZero();
        assertThat(warnings())
                .isNotEmpty()
                .allMatch(line -> line.contains("an incremental state transfer in plain text")
                        && line.contains("socket.dynamic"));
    }

    @Test
    void comeInTlsWhereBothEndsHaveIt() {
        join("n1", true);
        join("n2", true);
        cluster.awaitSynced("n1", "n2");
        cluster.write("n1", 100);
        cluster.node("n2").leave();
        cluster.write("n1", 200);
        join("n2", true);
        cluster.awaitSynced("n2");

        cluster.assertEqual("n1", "n2");
        assertThat(warnings()).isEmpty();
    }

    /** A cluster with state goes over node by node, with writes while each of them is away. */
    @Test
    void letAClusterWithStateGoFromPlainTextToTls() {
        List<String> all = List.of("n1", "n2", "n3");
        all.forEach(name -> join(name, false));
        cluster.awaitSynced("n1", "n2", "n3");
        cluster.write("n1", 50);

        for (String name : all) {
            String other = name.equals("n1") ? "n2" : "n1";
            cluster.node(name).leave();
            cluster.write(other, 50);
            join(name, true);
            cluster.awaitSynced("n1", "n2", "n3");
        }
        for (String name : all) {
            String other = name.equals("n1") ? "n2" : "n1";
            cluster.node(name).leave();
            cluster.write(other, 50);
            cluster.join(name, "");
            cluster.awaitSynced("n1", "n2", "n3");
        }

        cluster.write("n3", 10);
        cluster.assertEqual("n1", "n2", "n3");
        assertThat(cluster.state("n3").lines()).hasSize(360);
        for (String name : all) {
            assertThat(cluster.node(name).status().linkSummary()).isEqualTo("2 of 2 links TLS 1.3");
            assertThat(cluster.state(name).restored()).isZero();
        }
    }
}

package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.config.NodeConfig;
import io.dromon.node.group.FlowSettings;
import java.net.InetAddress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class NodeSettingsTest {
    @Test
    void givesTheGroupLayerItsFlowControl() {
        NodeConfig config = NodeConfig.builder()
                .name("n")
                .address("gcomm://127.0.0.1")
                .options("gcs.fc_limit=32; gcs.fc_factor=0.5; gcs.fc_single_primary=yes; gcs.sync_donor=yes;"
                        + " gcs.recv_q_hard_limit=1M; gcs.recv_q_soft_limit=0.5; gcs.max_throttle=0; gcs.fc_debug=10")
                .build();

        assertThat(NodeSettings.flow(config)).isEqualTo(new FlowSettings(32, 0.5, true, true, 1L << 20, 0.5, 0, 10));
        assertThat(NodeSettings.group(config).flow()).isEqualTo(NodeSettings.flow(config));
    }

    @Test
    void givesTheLinksWhoMayConnect() throws Exception {
        NodeConfig config = NodeConfig.builder()
                .name("n")
                .address("gcomm://127.0.0.1")
                .option("wsrep_allowlist", "10.0.0.5, 2001:db8::1")
                .build();

        assertThat(NodeSettings.link(config).allowedPeers())
                .containsExactlyInAnyOrder(InetAddress.getByName("10.0.0.5"), InetAddress.getByName("2001:db8::1"));
    }

    @Test
    void theDefaultsAreGaleras() {
        NodeConfig config =
                NodeConfig.builder().name("n").address("gcomm://127.0.0.1").build();

        FlowSettings d = FlowSettings.DEFAULTS;
        assertThat(NodeSettings.flow(config))
                .isEqualTo(new FlowSettings(
                        d.limit(),
                        d.factor(),
                        d.singlePrimary(),
                        d.syncDonor(),
                        Runtime.getRuntime().maxMemory() / 4, // and no more, whatever Galera would take
                        d.receiveSoftLimit(),
                        d.maxThrottle(),
                        d.debug()));
    }

    @Test
    void noQueueIsLargerThanTheHeapHolds() {
        long heap = Runtime.getRuntime().maxMemory();
        NodeConfig config = NodeConfig.builder()
                .name("n")
                .address("gcomm://127.0.0.1")
                .options("gcs.recv_q_hard_limit=1000G; node.delivery_queue_bytes=1000G; node.send_queue_bytes=2M")
                .build();

        NodeSettings settings = NodeSettings.of(config);

        assertThat(settings.group().flow().receiveHardLimit()).isEqualTo(heap / 4);
        assertThat(settings.deliveryQueueBytes()).isEqualTo(heap / 8);
        assertThat(settings.group().maxReassemblyBytes()).isLessThan(heap / 2);
        assertThat(settings.group().sendQueueBytes()).isEqualTo(2 << 20);
    }
}

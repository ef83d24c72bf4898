package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.Durability;
import io.dromon.node.NodeException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which level an application can have by default. */
@Tag("unit")
final class NodeDurabilityTest {
    private static final Application NO_DISK = delivery -> {};

    private static NodeConfig config(String options) {
        return NodeConfig.builder()
                .group("g")
                .name("n")
                .address("gcomm://127.0.0.1:4567")
                .options(options)
                .build();
    }

    @Test
    void anApplicationThatCannotSyncIsRefusedALevelThatNeedsIt() {
        assertThatThrownBy(() -> new NodeDurability(config("node.durability=majority"), NO_DISK))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("node.durability is 'majority'");
    }

    /** It may read the file that the data nodes read. */
    @Test
    void theLevelIsWithoutEffectOnAnArbitrator() {
        NodeDurability durability = new NodeDurability(config("gcs.stateless=true; node.durability=majority"), NO_DISK);
        assertThat(durability.byDefault()).isEqualTo(Durability.ORDERED);

        NodeConfig changed = config("gcs.stateless=true; node.durability=local");
        durability.check(changed);
        durability.configure(changed);
        assertThat(durability.byDefault()).isEqualTo(Durability.ORDERED);
    }
}

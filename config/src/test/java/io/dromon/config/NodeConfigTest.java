package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class NodeConfigTest {
    @Test
    void takesWhatTheBuilderIsTold() {
        NodeConfig config = NodeConfig.builder()
                .group("g")
                .name("n")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .option("evs.suspect_timeout", "PT6S")
                .options("pc.weight=3; gmcast.segment = 2")
                .build();

        assertThat(config.group()).isEqualTo("g");
        assertThat(config.name()).isEqualTo("n");
        assertThat(config.bootstrap()).isTrue();
        assertThat(config.peers()).isEmpty();
        assertThat(config.listen()).hasToString("tcp://127.0.0.1:0");
        assertThat(config.tls()).isFalse();
        assertThat(config.value(Options.EVS_SUSPECT_TIMEOUT)).isEqualTo(Duration.ofSeconds(6));
        assertThat(config.value(Options.PC_WEIGHT)).isEqualTo(3);
        assertThat(config.value(Options.GMCAST_SEGMENT)).isEqualTo(2);
        assertThat(config.value(Options.EVS_INSTALL_TIMEOUT)).isEqualTo(Duration.ofMillis(7500));
        assertThat(config.source(Options.PC_WEIGHT).kind()).isEqualTo(Source.Kind.PROVIDER_OPTIONS);
        assertThat(config.warnings()).isEmpty();
    }
}

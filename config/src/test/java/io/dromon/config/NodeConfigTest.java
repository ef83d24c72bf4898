package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
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
        assertThat(config.value(EvsOptions.EVS_SUSPECT_TIMEOUT)).isEqualTo(Duration.ofSeconds(6));
        assertThat(config.value(PrimaryOptions.PC_WEIGHT)).isEqualTo(3);
        assertThat(config.value(Options.GMCAST_SEGMENT)).isEqualTo(2);
        assertThat(config.value(EvsOptions.EVS_INSTALL_TIMEOUT)).isEqualTo(Duration.ofMillis(7500));
        assertThat(config.source(PrimaryOptions.PC_WEIGHT).kind()).isEqualTo(Source.Kind.PROVIDER_OPTIONS);
        assertThat(config.warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gcomm://|''|tcp://0.0.0.0:4567",
                "gcomm://h:5000|''|tcp://0.0.0.0:5000",
                "gcomm://h,g:5000|''|tcp://0.0.0.0:4567",
                "gcomm://h:5000|base_port=6000|tcp://0.0.0.0:6000",
                "gcomm://h:5000|gmcast.listen_addr=tcp://127.0.0.1:7|tcp://127.0.0.1:7",
                "gcomm://h:5000|gmcast.listen_addr=ssl://127.0.0.1:7|tcp://127.0.0.1:7",
                "gcomm://h:5000|gmcast.listen_addr=tcp://127.0.0.1|tcp://127.0.0.1:5000",
                "gcomm://h:5000|gmcast.listen_addr=127.0.0.1|tcp://127.0.0.1:5000",
                "gcomm://h:5000?gmcast.listen_addr=tcp://[::1]:8|gmcast.listen_addr=tcp://127.0.0.1:7|tcp://[::1]:8",
                "gcomm://h|wsrep_node_address|tcp://0.0.0.0:4567"
            })
    void findsTheListenAddress(String address, String options, String listen) {
        NodeConfigBuilder builder = NodeConfig.builder().name("n").address(address);
        if (options.equals("wsrep_node_address")) {
            builder.option(options, "10.0.0.9");
        } else {
            builder.options(options);
        }

        assertThat(builder.build().listen()).hasToString(listen);
    }

    @Test
    void refusesAListenAddressThatIsANameOrHasNoProtocol() {
        assertThatThrownBy(() -> node("gmcast.listen_addr=tcp://localhost:1")).hasMessageContaining("not a name");
        assertThatThrownBy(() -> node("gmcast.listen_addr=127.0.0.1:1")).hasMessageContaining("tcp://127.0.0.1:1");
    }

    @Test
    void reportsAMissingClusterAddress() {
        assertThatThrownBy(() -> NodeConfig.builder().name("n").build())
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("wsrep_cluster_address: is not set");
    }

    @Test
    void letsTheQueryReachOnlyTheProtocolsOptions() {
        NodeConfig config = NodeConfig.builder()
                .name("n")
                .address("gcomm://?pc.weight=7&gmcast.segment=3&socket.checksum=1&base_port=7000")
                .options("pc.weight=2")
                .build();

        assertThat(config.bootstrap()).isTrue();
        assertThat(config.value(PrimaryOptions.PC_WEIGHT)).isEqualTo(7);
        assertThat(config.value(Options.GMCAST_SEGMENT)).isEqualTo(3);
        assertThat(config.value(Options.SOCKET_CHECKSUM)).isEqualTo(2);
        assertThat(config.optional(Options.BASE_PORT)).isEmpty();
        assertThat(config.warnings())
                .anyMatch(warning -> warning.contains("socket.checksum has no effect in the cluster address"))
                .anyMatch(warning -> warning.contains("base_port has no effect in the cluster address"));
    }

    @Test
    void refusesTlsAndUnknownOptionsInTheAddress() {
        assertThatThrownBy(() -> NodeConfig.builder()
                        .name("n")
                        .address("gcomm://h?socket.ssl=yes&pc.wieght=1")
                        .build())
                .hasMessageContaining("2 problems")
                .hasMessageContaining("cluster address: socket.ssl has no effect")
                .hasMessageContaining("did you mean pc.weight?");
    }

    @Test
    void derivesDefaultsFromOtherOptions() {
        NodeConfig config = node("pc.ignore_quorum=yes; evs.inactive_timeout=PT20S; evs.keepalive_period=PT1.5S");

        assertThat(config.value(PrimaryOptions.PC_IGNORE_SB)).isTrue();
        assertThat(config.value(EvsOptions.EVS_INSTALL_TIMEOUT)).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.value(EvsOptions.EVS_CAUSAL_KEEPALIVE_PERIOD)).isEqualTo(Duration.ofMillis(1500));
        assertThat(config.source(PrimaryOptions.PC_IGNORE_SB).kind()).isEqualTo(Source.Kind.DEFAULT);
    }

    @Test
    void saysWhoseValueADerivedDefaultComesFrom() {
        NodeConfig config = node("pc.ignore_quorum=yes");

        assertThat(config.source(PrimaryOptions.PC_IGNORE_SB).place())
                .isEqualTo("provider options, by pc.ignore_quorum");
        assertThat(config.source(EvsOptions.EVS_INSTALL_TIMEOUT).place())
                .as("from another default")
                .isEqualTo("default");
    }

    @Test
    void keepsWhatCanBeReadBesideWhatIsWrong() {
        assertThatThrownBy(() -> node("evs.send_window=x; gmcast.segment=300; pc.weight=2; evs.nosuch=1"))
                .isInstanceOfSatisfying(ConfigException.class, e -> {
                    NodeConfig rest = e.rest().orElseThrow();
                    assertThat(e.problems()).hasSize(3);
                    assertThat(rest.value(PrimaryOptions.PC_WEIGHT)).isEqualTo(2);
                    assertThat(rest.value(EvsOptions.EVS_SEND_WINDOW))
                            .as("its default")
                            .isPositive();
                });
    }

    @Test
    void namesTheDefaultThatANewValueBreaks() {
        assertThatThrownBy(() -> node("evs.inactive_timeout=PT1S"))
                .hasMessageContaining("default of evs.keepalive_period")
                .hasMessageContaining("at most evs.suspect_timeout/3 (now PT0.333333333S)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "evs.suspect_timeout=PT7S|PT7S|PT7.5S|PT15S|",
                "evs.suspect_timeout=PT10S|PT10S|PT10S|PT15S|evs.install_timeout is PT10S and not PT7.5S",
                "evs.suspect_timeout=PT20S|PT20S|PT20S|PT20S|evs.inactive_timeout is PT20S and not PT15S",
                "evs.inactive_timeout=PT9S|PT5S|PT5S|PT9S|evs.install_timeout is PT5S and not PT4.5S",
                "evs.inactive_timeout=PT4S|PT4S|PT4S|PT4S|evs.suspect_timeout is PT4S and not PT5S",
                "evs.install_timeout=PT3S|PT3S|PT3S|PT15S|evs.suspect_timeout is PT3S and not PT5S",
                "evs.install_timeout=PT20S|PT5S|PT20S|PT20S|evs.inactive_timeout is PT20S and not PT15S",
                "evs.suspect_timeout=PT6S; evs.inactive_timeout=PT8S|PT6S|PT6S|PT8S|evs.install_timeout is PT6S",
                "evs.suspect_timeout=PT6S; evs.install_timeout=PT6S; evs.inactive_timeout=PT6S|PT6S|PT6S|PT6S|"
            })
    void aDefaultGivesWayToTheOrderOfTheTimers(
            String options, Duration suspect, Duration install, Duration inactive, String line) {
        NodeConfig config = node(options);

        assertThat(config.value(EvsOptions.EVS_SUSPECT_TIMEOUT)).isEqualTo(suspect);
        assertThat(config.value(EvsOptions.EVS_INSTALL_TIMEOUT)).isEqualTo(install);
        assertThat(config.value(EvsOptions.EVS_INACTIVE_TIMEOUT)).isEqualTo(inactive);
        if (line == null) {
            assertThat(config.warnings()).isEmpty();
        } else {
            assertThat(config.warnings())
                    .anySatisfy(warning -> assertThat(warning)
                            .startsWith(line)
                            .contains("evs.suspect_timeout (" + suspect + ") <= evs.install_timeout (" + install
                                    + ") <= evs.inactive_timeout (" + inactive + ") must hold"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "evs.suspect_timeout=PT6S; evs.install_timeout=PT4S|evs.install_timeout: 'PT4S'|at least evs.suspect_timeout (now PT6S)",
                "evs.suspect_timeout=PT9S; evs.inactive_timeout=PT8S|evs.suspect_timeout: 'PT9S'|at most evs.inactive_timeout (now PT8S)",
                "evs.install_timeout=PT9S; evs.inactive_timeout=PT8S|evs.install_timeout: 'PT9S'|at most evs.inactive_timeout (now PT8S)"
            })
    void refusesTimersThatWereSetInAWrongOrder(String options, String what, String why) {
        assertThatThrownBy(() -> node(options)).hasMessageContaining(what).hasMessageContaining(why);
    }

    @Test
    void isMadeAnewWithChangedOptionsOverThoseThatWereGivenOrChangedSince() {
        NodeConfig before = NodeConfig.builder()
                .group("g")
                .name("n")
                .address("gcomm://10.0.0.1:5000?evs.send_window=7&pc.weight=3")
                .options("gcs.fc_limit=20; evs.user_send_window=2")
                .build()
                .withChanged("gcs.fc_limit", "40")
                .withChanged("evs.send_window", "9")
                .withChanged("pc.bootstrap", "true");

        NodeConfig after = before.with(Map.of("pc.weight", "5", "wsrep_provider_options", "evs.user_send_window=4"));

        assertThat(after.name()).isEqualTo("n");
        assertThat(after.value(GroupOptions.GCS_FC_LIMIT)).isEqualTo(40);
        assertThat(after.value(EvsOptions.EVS_SEND_WINDOW)).isEqualTo(9);
        assertThat(after.value(EvsOptions.EVS_USER_SEND_WINDOW)).isEqualTo(4);
        assertThat(after.value(PrimaryOptions.PC_WEIGHT)).isEqualTo(5);
        assertThat(after.source(PrimaryOptions.PC_BOOTSTRAP).kind()).isEqualTo(Source.Kind.DEFAULT);
        assertThat(after.with(Map.of()).value(PrimaryOptions.PC_WEIGHT)).isEqualTo(5);
    }

    @Test
    void derivesDefaultsAnewWhereItIsMadeAnew() {
        NodeConfig before = NodeConfig.builder()
                .group("g")
                .name("n")
                .address("gcomm://10.0.0.1:5000?pc.weight=3")
                .build();
        assertThat(before.listen().toString()).isEqualTo("tcp://0.0.0.0:5000");

        NodeConfig after = before.with(Map.of("wsrep_cluster_address", "gcomm://10.0.0.2:6000"));

        assertThat(after.listen().toString()).isEqualTo("tcp://0.0.0.0:6000");
        assertThat(after.value(PrimaryOptions.PC_WEIGHT))
                .as("of the address before")
                .isEqualTo(1);
        assertThat(after.with(Map.of("wsrep_cluster_address", "gcomm://?pc.weight=4"))
                        .value(PrimaryOptions.PC_WEIGHT))
                .isEqualTo(4);
        assertThatThrownBy(() -> before.with(Map.of("evs.no_such", "1", "pc.weight", "many")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("evs.no_such")
                .hasMessageContaining("many");
    }

    @Test
    void hasGarbdsDefaultsForAnArbitrator() {
        NodeConfig config = NodeConfig.builder()
                .arbitrator()
                .name("n")
                .address("gcomm://h")
                .options("gcs.fc_limit=5")
                .build();

        assertThat(config.value(GroupOptions.GCS_STATELESS)).isTrue();
        assertThat(config.value(GroupOptions.GCS_FC_SINGLE_PRIMARY)).isTrue();
        assertThat(config.value(GroupOptions.GCS_FC_LIMIT)).isEqualTo(5);
    }

    @Test
    void takesSomeValuesAsOthersWithAWarning() {
        NodeConfig config = node("socket.checksum=7");

        assertThat(config.value(Options.SOCKET_CHECKSUM)).isEqualTo(1);
        assertThat(config.warnings()).singleElement().asString().contains("'7' is taken as 1");
    }

    @Test
    void saysWhichOptionHasNoValue() {
        assertThatThrownBy(() -> node("").value(EvsOptions.EVS_EVICT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("evs.evict");
    }

    @Test
    void refusesAnEmptyValueWhereOneIsNeeded() {
        assertThatThrownBy(() -> node("pc.weight=")).hasMessageContaining("pc.weight: ''");
        assertThat(node("socket.ssl_key=;evs.evict=").tls()).isFalse();
    }

    @Test
    void changesWhatARunningNodeMayChange() {
        NodeConfig before = node("");

        NodeConfig after = before.withChanged("evs.send_window", "1024").withChanged("evs.user_send_window", "512");

        assertThat(after.value(EvsOptions.EVS_SEND_WINDOW)).isEqualTo(1024);
        assertThat(after.value(EvsOptions.EVS_USER_SEND_WINDOW)).isEqualTo(512);
        assertThat(after.source(EvsOptions.EVS_SEND_WINDOW).kind()).isEqualTo(Source.Kind.RUNTIME);
        assertThat(before.value(EvsOptions.EVS_SEND_WINDOW)).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "evs.send_window|1|at least evs.user_send_window (now 2)",
                "evs.user_send_window|5|at most evs.send_window (now 4)",
                "evs.install_timeout|PT1.9S|at least 2*evs.keepalive_period (now PT2S)",
                "evs.install_timeout|PT4S|at least evs.suspect_timeout (now PT5S)",
                "evs.install_timeout|PT16S|at most evs.inactive_timeout (now PT15S)",
                "evs.suspect_timeout|PT8S|at most evs.install_timeout (now PT7.5S)",
                "evs.inactive_timeout|PT7S|at least evs.install_timeout (now PT7.5S)",
                "evs.keepalive_period|PT0.05S|at least PT0.1S",
                "pc.weight|256|at most 255",
                "pc.weight|''|an integer",
                "gcs.fc_limit|0|at least 1",
                "evs.view_forget_timeout|PT1H|cannot be changed while the node runs",
                "pc.recovery|no|cannot be changed while the node runs",
                "pc.wight|1|did you mean pc.weight?"
            })
    void refusesARuntimeChange(String name, String value, String reason) {
        assertThatThrownBy(() -> node("").withChanged(name, value))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(name + ": ")
                .hasMessageContaining(reason);
    }

    @Test
    void allowsAtRunTimeWhatOnlyTheStartForbids() {
        assertThat(node("").withChanged("evs.keepalive_period", "PT3S").value(EvsOptions.EVS_KEEPALIVE_PERIOD))
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(node("").withChanged("pc.weight", "255").value(PrimaryOptions.PC_WEIGHT))
                .isEqualTo(255);
    }

    @Test
    void acceptsAFixedOptionWhoseValueStaysTheSame() {
        NodeConfig config = node("");

        assertThat(config.withChanged("pc.recovery", "1")).isSameAs(config);
    }

    @Test
    void keepsDerivedDefaultsWhenTheirBaseChanges() {
        NodeConfig config =
                node("").withChanged("evs.inactive_timeout", "PT40S").withChanged("pc.ignore_quorum", "on");

        assertThat(config.value(EvsOptions.EVS_INSTALL_TIMEOUT)).isEqualTo(Duration.ofMillis(7500));
        assertThat(config.value(PrimaryOptions.PC_IGNORE_SB)).isFalse();
    }

    @Test
    void passesTriggersOn() {
        assertThat(node("").withChanged("pc.bootstrap", "0").value(PrimaryOptions.PC_BOOTSTRAP))
                .isEqualTo("0");
        assertThat(node("").withChanged("evs.evict", "a53ca8a2-07b2-11f1-9f5c-b2a0d05e2f0c")
                        .withChanged("evs.evict", "")
                        .optional(EvsOptions.EVS_EVICT))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "suspect_timeout,evs.suspect_timeout", "evs.suspect_timout,evs.suspect_timeout", "pc.segment,gmcast.segment",
        "wsrep_cluster_adress,wsrep_cluster_address", "Pc.Weight,pc.weight", "socket.ssl_cret,socket.ssl_cert",
        "gsc.fc_limit,gcs.fc_limit"
    })
    void suggestsTheNearestName(String written, String meant) {
        assertThat(Registry.nearest(written)).contains(meant);
    }

    @Test
    void suggestsNothingForSomethingElseAltogether() {
        assertThat(Registry.nearest("qqqqzzzz")).isEmpty();
    }

    private static NodeConfig node(String options) {
        return NodeConfig.builder()
                .name("n")
                .address("gcomm://h")
                .options(options)
                .build();
    }
}

package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each option of the registry against {@code options.txt}, which was written from the chapters' tables. */
@Tag("unit")
class RegistryTest {
    /** A line of the table. */
    record Expected(String name, String byDefault, String accepted, String printed, String refused) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Expected> table() throws IOException {
        try (InputStream stream = Objects.requireNonNull(RegistryTest.class.getResourceAsStream("/options.txt"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" ?\\| ?", -1))
                    .map(cells -> new Expected(cells[0], cells[1], cells[2], cells[3], cells[4]))
                    .toList();
        }
    }

    static Stream<Option<?>> registry() {
        return Registry.all().stream();
    }

    @Test
    void holdsExactlyTheOptionsOfTheTable() throws IOException {
        List<String> names = table().stream().map(Expected::name).toList();

        assertThat(Registry.all()).extracting(Option::name).containsExactlyElementsOf(names);
    }

    @ParameterizedTest
    @MethodSource("table")
    void listsTheDefaultOfTheChapters(Expected expected) {
        assertThat(option(expected).defaultText()).isEqualTo(expected.byDefault());
    }

    @ParameterizedTest
    @MethodSource("table")
    void acceptsAndPrintsAValue(Expected expected) {
        if (expected.accepted().equals("REFUSED")) {
            assertThat(option(expected).support().level()).isEqualTo(Support.Level.REFUSED);
            return;
        }

        NodeConfig config = with(expected.name(), expected.accepted()).build();

        assertThat(config.text(option(expected))).isEqualTo(expected.printed());
        assertThat(config.source(option(expected)).kind()).isNotEqualTo(Source.Kind.DEFAULT);
    }

    @ParameterizedTest
    @MethodSource("table")
    void refusesABadValueWithNameAndReason(Expected expected) {
        if (expected.refused().equals("-")) {
            assertThat(with(expected.name(), "anything at all").build().warnings())
                    .isNotNull();
            return;
        }

        assertThatThrownBy(() -> with(expected.name(), expected.refused()).build())
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        problem -> assertThat(problem.problems())
                                .anySatisfy(one -> assertThat(one.toString())
                                        .contains(
                                                expected.name().equals("wsrep_provider_options")
                                                        ? "provider options"
                                                        : expected.name())));
    }

    @ParameterizedTest
    @MethodSource("registry")
    void everyOptionHasADocOfOneSentence(Option<?> option) {
        assertThat(option.doc()).matches("[A-Zs].{10,}\\.").doesNotContain("  ");
    }

    @ParameterizedTest
    @MethodSource("registry")
    void everyOptionSaysWhatDromonDoesWithIt(Option<?> option) {
        boolean needsReason = option.support().level() == Support.Level.NO_EFFECT
                || option.support().level() == Support.Level.REFUSED;

        assertThat(option.support().note().isEmpty()).isEqualTo(!needsReason);
        assertThat(option.support().part() == Support.Part.NONE).isEqualTo(needsReason);
    }

    @ParameterizedTest
    @MethodSource("registry")
    void warnsOfAnOptionThatIsGivenAndNotHonoured(Option<?> option) throws IOException {
        Expected expected = table().stream()
                .filter(line -> line.name().equals(option.name()))
                .findFirst()
                .orElseThrow();
        if (expected.accepted().equals("REFUSED")) {
            return;
        }

        List<String> warnings =
                with(expected.name(), expected.accepted()).build().warnings();

        boolean silent = warnings.stream().noneMatch(warning -> warning.contains(option.name()));
        switch (option.support().level()) {
            case NOT_YET, NO_EFFECT -> assertThat(silent).isFalse();
            case REFUSED -> assertThat(warnings).isEmpty();
            case HONOURED ->
                assertThat(warnings).noneMatch(warning -> warning.contains("honour") || warning.contains("no effect"));
        }
    }

    @ParameterizedTest
    @MethodSource("registry")
    void printsDefaultsInAFormThatIsReadAgain(Option<?> option) {
        readAgain(option, NodeConfig.builder().address("gcomm://h").build());
    }

    private static <T> void readAgain(Option<T> option, NodeConfig config) {
        config.optional(option)
                .ifPresent(value ->
                        assertThat(option.parse(option.type().print(value))).isEqualTo(value));
    }

    private static Option<?> option(Expected expected) {
        return Registry.find(expected.name()).orElseThrow();
    }

    private static NodeConfigBuilder with(String name, String value) {
        // without TLS a file of its options need not be there
        NodeConfigBuilder builder =
                NodeConfig.builder().name("n").address("gcomm://h").option("socket.ssl", "false");
        return builder.option(name, value);
    }
}

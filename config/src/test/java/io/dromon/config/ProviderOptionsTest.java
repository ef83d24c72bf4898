package io.dromon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The syntax of the provider-option string (chapter 01 section 10, "Provider options"). */
@Tag("unit")
class ProviderOptionsTest {
    private final List<String> problems = new ArrayList<>();

    @Test
    void readsNamesAndValuesAndCutsBlanksOff() {
        assertThat(read(" a = b; c=d ;\t e\t=\tf g "))
                .containsExactly(entry("a", "b"), entry("c", "d"), entry("e", "f g"));
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ";", " ; ;; "})
    void takesAnEmptyStringAsNoOptions(String text) {
        assertThat(read(text)).isEmpty();
        assertThat(problems).isEmpty();
    }

    @Test
    void takesAnEmptyValueAsAValue() {
        assertThat(read("evs.evict=;a = ")).containsExactly(entry("evs.evict", ""), entry("a", ""));
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a=b\\;c|b;c",
                "a=b\\\\c|b\\c",
                "a=b\\=c|b=c",
                "a=b=c|b=c",
                "a=\\xy|xy",
                "a=\"b;c\"|b;c",
                "a=' b '|` b `",
                "a=\"b\\\"c\"|b\"c",
                "a=b\"c|b\"c",
                "a=''|``"
            })
    void readsEscapesAndQuotes(String text, String value) {
        assertThat(read(text)).containsExactly(entry("a", value));
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "b|'b' has no value",
                "b;a=1|'b' has no value",
                "=b|without a name",
                "b=c\\|backslash",
                "b=\"c;a=1|not closed",
                "b=\"c\"d|behind the closing quote"
            })
    void reportsWhatCannotBeRead(String text, String problem) {
        read(text);

        assertThat(problems).singleElement().asString().contains(problem);
    }

    @Test
    void keepsEscapedBlanksAtTheEnds() {
        assertThat(read("a=\\ b\\ ")).containsExactly(entry("a", " b "));
    }

    @Test
    void goesOnBehindABadEntry() {
        assertThat(read("a=1;b;c=3;=4;e=5"))
                .extracting(ProviderOptions.Entry::name)
                .containsExactly("a", "c", "e");
        assertThat(problems).hasSize(2);
    }

    @Test
    void readsAnyTextWithoutFailing() {
        Random random = new Random(7);
        String letters = "ab=;\\\"' \t.\u00e4?&:,[]@/%0\u0000";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(40); j > 0; j--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            List<String> found = new ArrayList<>();
            List<ProviderOptions.Entry> entries = ProviderOptions.parse(text.toString(), found);
            assertThat(entries)
                    .as(text.toString())
                    .noneMatch(entry -> entry.name().isEmpty());
            readAddress("gcomm://" + text);
            readAddress(text.toString());
        }
    }

    private static void readAddress(String text) {
        try {
            ClusterAddress read = ClusterAddress.parse(text);
            assertThat(read.bootstrap() || !read.dialled(1).isEmpty()).as(text).isTrue();
        } catch (IllegalArgumentException e) {
            assertThat(e).as(text).hasMessageMatching("(?s).+");
        }
    }

    private List<ProviderOptions.Entry> read(String text) {
        return ProviderOptions.parse(text, problems);
    }

    private static ProviderOptions.Entry entry(String name, String value) {
        return new ProviderOptions.Entry(name, value);
    }
}

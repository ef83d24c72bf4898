package io.dromon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.writeset.KeyType;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
final class WriteSetTest {
    @Test
    void copiesItsData() {
        byte[] data = {1, 2};
        WriteSet change = WriteSet.of(data);

        data[0] = 9;

        assertThat(change.data().toArray()).containsExactly(1, 2);
        assertThat(change.size()).isEqualTo(2);
        assertThat(change.keys()).isEmpty();
        assertThat(change.basedOn()).isEqualTo(WriteSet.NO_SNAPSHOT);
    }

    /** A use of a key is handed to the codec by its place. */
    @Test
    void namesTheUsesOfAKeyAsTheCodecDoes() {
        assertThat(Arrays.stream(WriteSet.Key.Type.values()).map(Enum::name))
                .containsExactlyElementsOf(
                        Arrays.stream(KeyType.values()).map(Enum::name).toList());
    }

    @Test
    void refusesWhatIsNoWriteSet() {
        assertThatThrownBy(() -> WriteSet.of(new byte[0])).hasMessageContaining("at least one byte");
        assertThatThrownBy(() -> WriteSet.builder().exclusive("a").build()).hasMessageContaining("at least one byte");
        assertThatThrownBy(() -> WriteSet.builder().exclusive()).hasMessageContaining("at least one part");
        assertThatThrownBy(() -> WriteSet.builder().basedOn(-2)).hasMessageContaining("snapshot");
        assertThatThrownBy(() -> WriteSet.builder().exclusive("\0"))
                .as("it would conflict with every other one")
                .hasMessageContaining("belongs to every write-set");
    }
}

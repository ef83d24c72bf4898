package io.dromon.node.cli.bench.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("unit")
class PayloadsTest {
    private static final int WINDOW = 128 * 1024;

    @ParameterizedTest
    @EnumSource(Payloads.class)
    void areDifferentForLongerThanTheWindowOfTheLinks(Payloads payloads) {
        byte[][] all = payloads.of(3, 1024, 7);

        Set<ByteBuffer> distinct = new HashSet<>();
        for (byte[] payload : all) {
            assertThat(payload).hasSize(1024);
            assertThat(ByteBuffer.wrap(payload).getInt()).isEqualTo(3);
            distinct.add(ByteBuffer.wrap(payload));
        }
        assertThat(distinct).hasSize(all.length);
        assertThat(all.length * 1024).isGreaterThan(WINDOW);
        assertThat(payloads.of(3, 1024, 7)).isDeepEqualTo(all);
    }

    @Test
    void textShrinksAndRandomBytesDoNot() {
        assertThat(deflated(Payloads.TEXT.of(0, 4096, 1)[0])).isLessThan(2048);
        assertThat(deflated(Payloads.RANDOM.of(0, 4096, 1)[0])).isGreaterThan(4000);
    }

    private static int deflated(byte[] payload) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(payload);
            deflater.finish();
            return deflater.deflate(new byte[8192]);
        } finally {
            deflater.end();
        }
    }
}

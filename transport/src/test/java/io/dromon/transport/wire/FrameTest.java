package io.dromon.transport.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpeer.Fuzz;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames, checksums, partial reads, against captured bytes (chapter 01 sections 2 and 12). */
@Tag("unit")
class FrameTest {
    private static final String OK = "14000002 2456387e 00030000 63a84654e52e11f1a7a5db70ba1274b9";
    private static final String HANDSHAKE =
            "24000002 18e8f0a6 00011000 63a84654e52e11f1a7a5db70ba1274b9" + " 6e2756e7e52e11f1930d6fae0003ce8a";

    private final FrameDecoder decoder = new FrameDecoder(Checksum.CRC32C);
    private final List<Bytes> bodies = new ArrayList<>();

    @Test
    void encodesCapturedFrames() {
        assertThat(encode(Checksum.CRC32C, bytes(OK).skip(8))).isEqualTo(bytes(OK));
        assertThat(encode(Checksum.CRC32C, bytes(HANDSHAKE).skip(8))).isEqualTo(bytes(HANDSHAKE));
    }

    @Test
    void encodesEachKindOfChecksum() {
        Bytes zeros = new Bytes(new byte[20]);

        assertThat(encode(Checksum.CRC32C, zeros)).isEqualTo(bytes("14000002 4f0fb7e3" + "00".repeat(20)));
        assertThat(encode(Checksum.CRC32, zeros)).isEqualTo(bytes("14000001 422bacb5" + "00".repeat(20)));
        assertThat(encode(Checksum.NONE, zeros)).isEqualTo(bytes("14000000 00000000" + "00".repeat(20)));
        assertThat(encode(Checksum.CRC32, bytes(HANDSHAKE).skip(8)))
                .isEqualTo(bytes(HANDSHAKE.replace("24000002 18e8f0a6", "24000001 07e63c9f")));
    }

    @Test
    void encodesTheSameIntoHeapDirectAndCompositeBuffers() {
        Bytes body = bytes(HANDSHAKE).skip(8);
        CompositeByteBuf composite = Unpooled.compositeBuffer();
        composite.addComponent(Unpooled.buffer(16, 16)).addComponent(Unpooled.directBuffer(64, 64));
        ByteBuf direct = PooledByteBufAllocator.DEFAULT.directBuffer(4);
        for (ByteBuf out : List.of(composite, direct)) {
            out.writeByte(0x55);

            new FrameEncoder(Checksum.CRC32C).encode(body, out);

            assertThat(out.readByte()).isEqualTo((byte) 0x55);
            assertThat(read(out)).isEqualTo(bytes(HANDSHAKE));
            out.release();
        }
    }

    @Test
    void refusesToSendEmptyAndOversizedFrames() {
        assertThatThrownBy(() -> encode(Checksum.CRC32C, Bytes.EMPTY)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> encode(Checksum.CRC32C, new Bytes(new byte[32769])))
                .hasMessageContaining("32769")
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void decodesOneByteAtATime() throws Exception {
        byte[] stream = bytes(HANDSHAKE + OK).toArray();
        for (byte b : stream) {
            assertThat(feed(new Bytes(new byte[] {b}))).isTrue();
        }

        assertThat(bodies).containsExactly(bytes(HANDSHAKE).skip(8), bytes(OK).skip(8));
        assertThat(decoder.isInsideFrame()).isFalse();
    }

    @Test
    void decodesSeveralFramesOfOneReadIntoArraysOfTheirOwn() throws Exception {
        feed(bytes(OK + HANDSHAKE + OK));

        assertThat(bodies).hasSize(3);
        assertThat(bodies.get(0).array()).isNotSameAs(bodies.get(2).array()).hasSize(20);
    }

    @ParameterizedTest
    @EnumSource(Checksum.class)
    void acceptsTheLargestBodyWithEachKindOfChecksum(Checksum kind) throws Exception {
        feed(encode(kind, new Bytes(new byte[32768])));

        assertThat(bodies).singleElement().extracting(Bytes::length).isEqualTo(32768);
    }

    @Test
    void refusesTooLargeABodyAsSoonAsItsHeaderIsThere() {
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> feed(bytes("01800002 00000000")))
                .withMessageContaining("32769")
                .withMessageContaining("32768");
    }

    @Test
    void refusesUnknownVersionAndFlags() {
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> feed(bytes("14000012 00000000")))
                .withMessageContaining("version 1");
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> new FrameDecoder(Checksum.NONE).decode(buffer("14000006 00000000"), bodies::add))
                .withMessageContaining("flags 0x6");
    }

    @Test
    void namesATlsPeer() {
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> feed(bytes("1603010122010001")))
                .withMessageContaining("TLS");
        assertThat(FrameDecoder.looksLikeTls(buffer("16"))).isTrue();
        assertThat(FrameDecoder.looksLikeTls(buffer("1603010122"))).isTrue();
        assertThat(FrameDecoder.looksLikeTls(buffer("1503030002"))).isTrue();
        assertThat(FrameDecoder.looksLikeTls(buffer("2400000218"))).isFalse();
        assertThat(FrameDecoder.looksLikeTls(buffer("1600000218"))).isFalse();
        assertThat(FrameDecoder.looksLikeTls(Unpooled.EMPTY_BUFFER)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000000 00000000", "00000002 c74b6748", "00000001 1cdf4421", "00000002 ffffffff"})
    void readsAnEmptyFrameAsTheEndOfTheStream(String empty) throws Exception {
        assertThat(feed(bytes(OK + empty + OK))).isFalse();

        assertThat(bodies).hasSize(1);
        assertThat(feed(bytes(OK))).isFalse();
        assertThat(bodies).hasSize(1);
    }

    @Test
    void refusesWrongChecksums() {
        for (String wrong :
                List.of("14000002 2456387f", "14000003 00000001", "14000001 2456387e", "14000000 01000000")) {
            assertThatExceptionOfType(MalformedMessageException.class)
                    .isThrownBy(() -> new FrameDecoder(Checksum.CRC32C)
                            .decode(buffer(OK.replace("14000002 2456387e", wrong)), bodies::add))
                    .withMessageContaining("checksum");
        }
        assertThat(bodies).isEmpty();
    }

    @Test
    void prefersCrc32cWhereBothFlagsAreSet() throws Exception {
        feed(bytes(OK.replace("14000002", "14000003")));

        assertThat(bodies).hasSize(1);
    }

    @Test
    void looksAtNoChecksumWithKindNone() throws Exception {
        assertThat(new FrameDecoder(Checksum.NONE).decode(buffer(OK.replace("2456387e", "deadbeef") + OK), bodies::add))
                .isTrue();

        assertThat(bodies).hasSize(2);
    }

    @Test
    void readsTheOptionAsGaleraDoes() {
        assertThat(Checksum.of(0)).isEqualTo(Checksum.NONE);
        assertThat(Checksum.of(1)).isEqualTo(Checksum.CRC32);
        assertThat(Checksum.of(2)).isEqualTo(Checksum.CRC32C);
        assertThat(Checksum.of(3)).isEqualTo(Checksum.CRC32);
        assertThat(Checksum.of(-1)).isEqualTo(Checksum.CRC32);
    }

    @Test
    void throwsNothingElseOnAnyInput() {
        List<Bytes> samples = List.of(
                bytes(OK + HANDSHAKE),
                bytes(HANDSHAKE),
                encode(Checksum.NONE, bytes(OK)),
                encode(Checksum.CRC32, new Bytes(new byte[300])));

        Fuzz.run(FrameTest.class, samples, input -> {
            FrameDecoder fresh = new FrameDecoder(input.length() % 2 == 0 ? Checksum.CRC32C : Checksum.NONE);
            for (int at = 0; at < input.length(); at += 7) {
                Bytes part = new Bytes(input.array(), input.offset() + at, Math.min(7, input.length() - at));
                fresh.decode(
                        Unpooled.wrappedBuffer(part.toArray()),
                        body -> assertThat(body.length()).isBetween(1, 32768));
            }
        });
    }

    private boolean feed(Bytes part) throws MalformedMessageException {
        ByteBuf in = ByteBufAllocator.DEFAULT.buffer().writeBytes(part.toArray());
        try {
            return decoder.decode(in, bodies::add);
        } finally {
            in.release();
        }
    }

    private static Bytes encode(Checksum kind, Bytes body) {
        ByteBuf out = Unpooled.buffer();
        new FrameEncoder(kind).encode(body, out);
        return read(out);
    }

    private static Bytes read(ByteBuf in) {
        byte[] bytes = new byte[in.readableBytes()];
        in.readBytes(bytes);
        return new Bytes(bytes);
    }

    private static ByteBuf buffer(String hex) {
        return Unpooled.wrappedBuffer(bytes(hex).toArray());
    }

    private static Bytes bytes(String hex) {
        return new Bytes(HexFormat.of().parseHex(hex.replace(" ", "").toLowerCase(Locale.ROOT)));
    }
}

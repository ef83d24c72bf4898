package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.wire.LinkFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What goes in comes out, smaller on the wire where it can be; a peer's damaged blocks end the link. */
@Tag("sockets")
final class CompressionTest {
    private final NettyLink sender = new NettyLink(1, false, "ssl://10.0.0.1:1", "10.0.0.1");
    private final NettyLink receiver = new NettyLink(2, true, "ssl://10.0.0.2:1", "10.0.0.2");
    private final List<LinkFailure> failures = new ArrayList<>();
    private final EmbeddedChannel out = new EmbeddedChannel();
    private final EmbeddedChannel in = new EmbeddedChannel();

    CompressionTest() {
        Compression.add(out.pipeline(), sender, failures::add);
        Compression.add(in.pipeline(), receiver, failures::add);
    }

    @AfterEach
    void release() {
        out.finishAndReleaseAll();
        in.finishAndReleaseAll();
    }

    @Test
    void carriesTextInFewerBytes() {
        byte[] text = "INSERT INTO orders VALUES (42, 'a text like many others');\n"
                .repeat(100)
                .getBytes(StandardCharsets.US_ASCII);

        for (int i = 0; i < 20; i++) {
            assertThat(carry(text)).isEqualTo(text);
        }

        assertThat(sender.wireOut).isLessThan(20L * text.length / 10);
        assertThat(receiver.wireIn).isEqualTo(sender.wireOut);
    }

    @Test
    void usesWhatEarlierBlocksHeld() {
        byte[] once = random(2000, 1);
        carry(once);
        long first = sender.wireOut;

        for (int i = 0; i < 30; i++) {
            assertThat(carry(once)).isEqualTo(once);
        }

        assertThat(first).isGreaterThan(1900);
        assertThat(sender.wireOut - first).as("tried again after a while").isLessThan(30 * 1500);
    }

    @Test
    void carriesRandomBytesWithLittleOverhead() {
        for (int i = 0; i < 100; i++) {
            byte[] bytes = random(10_000, i);
            assertThat(carry(bytes)).isEqualTo(bytes);
        }

        assertThat(sender.wireOut).isLessThan(1_003_000);
    }

    @Test
    void carriesAllSizes() {
        for (int length : new int[] {1, 63, 64, 65, 1000, 65_535, 65_536, 65_537, 200_000}) {
            byte[] text = "abc".repeat(length / 3 + 1).substring(0, length).getBytes(StandardCharsets.US_ASCII);
            assertThat(carry(text)).as("%s bytes", length).isEqualTo(text);
        }
    }

    @Test
    void readsByteByByte() {
        byte[] text = "drip ".repeat(500).getBytes(StandardCharsets.US_ASCII);
        byte[] wire = wire(text);

        for (byte b : wire) {
            in.writeInbound(Unpooled.buffer(1).writeByte(b));
        }

        assertThat(drain(in)).isEqualTo(text);
    }

    @Test
    void refusesABlockThatYieldsMoreThanItAnnounces() {
        byte[] wire = wire(new byte[60_000]);
        wire[1] = 0;
        wire[2] = 0;
        wire[3] = 100;

        in.writeInbound(Unpooled.wrappedBuffer(wire));

        assertThat(failures).hasSize(1).first().isInstanceOf(LinkFailure.Corrupt.class);
        assertThat(drain(in)).isEmpty();
    }

    @Test
    void refusesDamagedHeadersAndBlocks() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            EmbeddedChannel victim = new EmbeddedChannel();
            List<LinkFailure> seen = new ArrayList<>();
            Compression.add(victim.pipeline(), new NettyLink(3, true, "ssl://x:1", "x"), seen::add);
            byte[] wire = wire("some text that is long enough to be compressed, some text that is long enough"
                    .repeat(5)
                    .getBytes(StandardCharsets.US_ASCII));
            wire[random.nextInt(wire.length)] ^= (byte) (1 + random.nextInt(255));

            victim.writeInbound(Unpooled.wrappedBuffer(wire));

            assertThat(drain(victim).length + seen.size()).isLessThanOrEqualTo(Compression.LARGEST_BLOCK + 1);
            victim.finishAndReleaseAll();
        }
        in.writeInbound(Unpooled.wrappedBuffer(new byte[] {9, 0, 0, 1, 0, 0, 1, 0}));
        assertThat(failures).hasSize(1);
    }

    private byte[] carry(byte[] bytes) {
        in.writeInbound(Unpooled.wrappedBuffer(wire(bytes)));
        return drain(in);
    }

    private byte[] wire(byte[] bytes) {
        out.writeOutbound(Unpooled.directBuffer(bytes.length).writeBytes(bytes));
        ByteBuf all = Unpooled.buffer();
        ByteBuf part;
        while ((part = out.readOutbound()) != null) {
            all.writeBytes(part);
            part.release();
        }
        return ByteBufUtil.getBytes(all);
    }

    private static byte[] drain(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        ByteBuf part;
        while ((part = channel.readInbound()) != null) {
            all.writeBytes(part);
            part.release();
        }
        return ByteBufUtil.getBytes(all);
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void isOffWhereItsLibraryIsMissing() throws Exception {
        ClassLoader without = new ClassLoader(CompressionTest.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.startsWith("com.github.luben.zstd.")) {
                    throw new ClassNotFoundException(name);
                }
                return name.startsWith("io.dromon.") ? define(name) : super.loadClass(name, resolve);
            }

            private Class<?> define(String name) throws ClassNotFoundException {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                try (java.io.InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                    byte[] bytes = java.util.Objects.requireNonNull(in).readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (java.io.IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        };

        Object offered = without.loadClass(NettyLinks.class.getName())
                .getMethod("compression")
                .invoke(null);

        assertThat(offered).isEqualTo(java.util.List.of());
        assertThat(NettyLinks.compression()).containsExactly(Compression.PROTOCOL);
    }
}

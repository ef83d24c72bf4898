package io.dromon.sst.stream;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import io.dromon.sst.TransferSettings.Compression;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Compresses segments of one connection, or not. Adaptive: every now and then a few segments go the other way; what carries
 * clearly more bytes of content per second, twice in a row, stays. Where compressing loses again and again, it is tried ever more rarely.
 */
final class AdaptiveZstd implements AutoCloseable {
    private static final int SAMPLE = 8;
    private static final int FIRST_TRIAL = 64;
    private static final int RAREST_TRIAL = 4096;
    private static final double WORTH_IT = 0.9;
    private static final double CLEARLY_BETTER = 1.15;
    private static final int WINS_THAT_COUNT = 2;

    private final Compression how;
    private @Nullable ZstdCompressCtx context;
    private boolean compressing;
    private boolean trial;
    private int wins;
    private int left = FIRST_TRIAL;
    private int interval = FIRST_TRIAL;
    private long sampleStartNs;
    private long sampleBytes;
    private double lastRate;

    AdaptiveZstd(Compression how) {
        this.how = how;
        this.compressing = how.level() > 0 && !how.adaptive();
    }

    /** Made when it is needed first: loading the library takes time. */
    private ZstdCompressCtx context() {
        ZstdCompressCtx made = context;
        if (made == null) {
            made = new ZstdCompressCtx().setLevel(Math.max(1, how.level())).setChecksum(false); // a segment has its own
            context = made;
        }
        return made;
    }

    static int bound(int length) {
        return (int) Zstd.compressBound(length);
    }

    /** Compresses into the other buffer at a place; returns the length, or -1 if the segment is to go as it is. */
    int compress(ByteBuffer from, int start, int length, ByteBuffer to, int at) {
        if (!compressing || length < 256) {
            return -1;
        }
        try {
            int size = context().compressDirectByteBuffer(to, at, to.capacity() - at, from, start, length);
            return size < length * WORTH_IT ? size : -1;
        } catch (ZstdException e) {
            return -1; // it would have become larger than the buffer
        }
    }

    /** After a segment has gone. */
    void sent(long contentBytes) {
        if (!how.adaptive()) {
            return;
        }
        sampleBytes += contentBytes;
        if (--left == SAMPLE && !trial) {
            sampleStartNs = System.nanoTime();
            sampleBytes = 0;
        }
        if (left > 0) {
            return;
        }
        double rate = sampleBytes * 1e9 / Math.max(1, System.nanoTime() - sampleStartNs);
        if (!trial) {
            lastRate = rate;
            trial = true;
            compressing = !compressing;
            left = SAMPLE;
        } else {
            trial = false;
            boolean better = rate > lastRate * CLEARLY_BETTER;
            wins = better ? wins + 1 : 0;
            if (wins == WINS_THAT_COUNT) {
                wins = 0;
                interval = FIRST_TRIAL * 4;
                left = interval;
            } else {
                compressing = !compressing;
                interval = better ? interval : Math.min(RAREST_TRIAL, interval * 4);
                left = better ? SAMPLE + 1 : interval; // what won once is tried again at once
            }
        }
        sampleStartNs = System.nanoTime();
        sampleBytes = 0;
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
    }
}

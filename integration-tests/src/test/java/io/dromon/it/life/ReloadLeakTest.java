package io.dromon.it.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dromon.it.cluster.LiveCluster;
import io.dromon.it.cluster.LiveCluster.Member;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Old generations are released, with their memory outside of the heap. {@code -Dlife.reloads=N} sets how many. */
@Tag("sockets")
@Timeout(300)
final class ReloadLeakTest {
    private static final int RELOADS = Integer.getInteger("life.reloads", 1000);
    private static final long ALLOWED = 24L << 20;

    @TempDir
    Path directory;

    @Test
    void doesNotGrowWithReloads() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "needs /proc");
        try (LiveCluster cluster = new LiveCluster(directory, "tls.watch_interval=0").start(2)) {
            Member member = cluster.members.get(0);
            reload(member, 100);
            long heap = heap();
            long outside = resident() - committedHeap();

            reload(member, RELOADS - 100);

            long heapGrowth = heap() - heap;
            long growth = resident() - committedHeap() - outside;
            System.out.printf(
                    "%d reloads: the heap grew by %d KiB, memory outside of it by %d KiB after the first 100%n",
                    RELOADS, heapGrowth >> 10, growth >> 10);
            assertThat(member.node.status().tls().orElseThrow().generation()).isEqualTo(RELOADS + 1L);
            assertThat(heapGrowth).isLessThan(ALLOWED);
            assertThat(growth).isLessThan(ALLOWED);
            assertThat(member.node.relink().join()).isEqualTo(1);
        }
    }

    private static void reload(Member member, int times) {
        for (int i = 0; i < times; i++) {
            member.node.reload();
            if (i % 50 == 0) {
                member.node.relink().join();
            }
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long committedHeap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
    }

    private static long resident() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("no VmRSS");
    }
}

package io.dromon.node.certification;

import io.dromon.node.writeset.Key;
import io.dromon.node.writeset.KeyFormat;
import io.dromon.node.writeset.KeyType;
import io.dromon.node.writeset.Originator;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.node.writeset.UnsentWriteSet;
import io.dromon.node.writeset.WriteSetBuilder;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Measures the CPU time of one thread over a million write-sets of 1 KiB: verdicts a second, and what each step of a
 * write-set costs, with 1, 4 and 16 exclusive keys. Run the class; its only argument is the number of rounds, of which the last counts.
 */
final class CertificationRate {
    private static final int WRITE_SETS = 1_000_000;
    private static final int BLOCK = 1_000;
    private static final int ROWS = 1_000_000;
    private static final int IN_FLIGHT = 48;
    private static final int CUT_EVERY = 256;

    private CertificationRate() {}

    public static void main(String[] args) throws MalformedMessageException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        for (int keys : new int[] {1, 4, 16}) {
            for (int round = 1; round <= rounds; round++) {
                String line = measure(keys);
                if (round == rounds) {
                    System.out.println(line);
                }
            }
        }
    }

    private static String measure(int keys) throws MalformedMessageException {
        SplittableRandom random = new SplittableRandom(1);
        Certification certification = new Certification(new CertificationSettings(true, 64, 3));
        certification.changeConfiguration(1, 6);
        KeysInFlight table = new KeysInFlight(certification, node(0), 100_000, 4);
        ArrayDeque<Claim> claims = new ArrayDeque<>();
        Bytes data = new Bytes(new byte[1024]);
        long built = 0;
        long decoded = 0;
        long claimed = 0;
        long certified = 0;
        int passed = 0;
        long seqno = 1;
        for (int block = 0; block < WRITE_SETS / BLOCK; block++) {
            long start = cpuNs();
            Bytes[] sent = new Bytes[BLOCK];
            for (int i = 0; i < BLOCK; i++) {
                sent[i] = writeSet(random, keys, data, i % 3, Math.max(1, seqno + i - IN_FLIGHT));
            }
            long afterBuild = cpuNs();
            ReceivedWriteSet[] received = new ReceivedWriteSet[BLOCK];
            for (int i = 0; i < BLOCK; i++) {
                received[i] = ReceivedWriteSet.decode(sent[i]);
            }
            long afterDecode = cpuNs();
            for (ReceivedWriteSet writeSet : received) {
                long snapshot = Math.max(certification.oldestSnapshot(), writeSet.lastSeen());
                if (table.claim(writeSet.keys(), snapshot) instanceof Claim claim) {
                    claims.add(claim);
                }
                if (claims.size() > IN_FLIGHT) {
                    table.release(claims.remove());
                }
            }
            long afterClaims = cpuNs();
            for (ReceivedWriteSet writeSet : received) {
                seqno++;
                passed += certification.certify(seqno, writeSet).passed() ? 1 : 0;
                if (seqno > IN_FLIGHT) {
                    certification.complete(seqno - IN_FLIGHT);
                }
                if (seqno % CUT_EVERY == 0) {
                    certification.onCommitCut(seqno - 2 * IN_FLIGHT);
                }
            }
            certified += cpuNs() - afterClaims;
            built += afterBuild - start;
            decoded += afterDecode - afterBuild;
            claimed += afterClaims - afterDecode;
        }
        return String.format(
                Locale.ROOT,
                "%2d keys: %,9.0f verdicts/s (%4.0f ns each), build %5.0f ns, decode %4.0f ns, claim and release %4.0f ns,"
                        + " passed %.3f %%, %d keys indexed",
                keys,
                1e9 * WRITE_SETS / certified,
                1.0 * certified / WRITE_SETS,
                1.0 * built / WRITE_SETS,
                1.0 * decoded / WRITE_SETS,
                1.0 * claimed / WRITE_SETS,
                100.0 * passed / WRITE_SETS,
                certification.indexedKeys());
    }

    /** Time that this thread has run: other work on the machine does not count. */
    private static long cpuNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static UUID node(int number) {
        return TestWriteSet.node(number);
    }

    private static Bytes writeSet(SplittableRandom random, int keys, Bytes data, int node, long lastSeen) {
        WriteSetBuilder builder = new WriteSetBuilder().data(data);
        for (int i = 0; i < keys; i++) {
            builder.key(Key.of(KeyType.EXCLUSIVE, "accounts", Integer.toString(random.nextInt(ROWS))));
        }
        UnsentWriteSet unsent = builder.build();
        return unsent.seal(6, KeyFormat.FLAT8, new Originator(node(node), 1, 1), lastSeen, 1);
    }
}

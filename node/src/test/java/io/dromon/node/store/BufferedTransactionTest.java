package io.dromon.node.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.WriteSet;
import io.dromon.transport.wire.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a transaction sees, and which keys it gives. */
@Tag("unit")
final class BufferedTransactionTest {
    private final MemoryEngine engine = MemoryEngine.empty();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void store(String... keys) {
        TreeMap<String, Change> changes = new TreeMap<>();
        for (String key : keys) {
            changes.put(key, new Change(bytes(key), bytes("stored")));
        }
        engine.prepare(List.copyOf(changes.values()), new Position(new UUID(1, 2), 7))
                .commit();
    }

    private BufferedTransaction begin(Isolation isolation) {
        return new BufferedTransaction(new ViewSnapshot(new StoreApplication.At(engine.view(), 7, 0)), isolation);
    }

    private static List<String> scan(Transaction transaction, String from, String to) {
        return transaction
                .scan(from, to)
                .map(entry -> entry.keyText() + "=" + entry.valueText())
                .toList();
    }

    private static List<String> keys(BufferedTransaction transaction) {
        WriteSet change = Optional.ofNullable(transaction.writeSet()).orElseThrow();
        return change.keys().stream()
                .map(key -> key.type() + " "
                        + key.path().stream()
                                .map(part -> new String(part.toArray(), StandardCharsets.UTF_8))
                                .collect(Collectors.joining("|")))
                .toList();
    }

    @Test
    void readsItsOwnWrites() {
        store("a", "b");
        BufferedTransaction transaction = begin(Isolation.SNAPSHOT);

        transaction.put("a", "own");
        transaction.delete("b");
        transaction.put("c", "own");

        assertThat(transaction.getText("a")).hasValue("own");
        assertThat(transaction.getText("b")).isEmpty();
        assertThat(transaction.getText("c")).hasValue("own");
        assertThat(scan(transaction, "", "")).containsExactly("a=own", "c=own");
        transaction.put("b", "again");
        assertThat(scan(transaction, "a", "c")).containsExactly("a=own", "b=again");
        assertThat(scan(transaction, "c", "c")).isEmpty();
        assertThat(scan(transaction, "d", "a")).isEmpty();
    }

    @Test
    void aScanShowsTheWritesOfBeforeIt() {
        store("a", "b");
        BufferedTransaction transaction = begin(Isolation.SNAPSHOT);
        transaction.put("a", "first");

        List<String> seen = new ArrayList<>();
        transaction.scan("", "").forEach(entry -> {
            seen.add(entry.keyText() + "=" + entry.valueText());
            transaction.put(entry.keyText() + "/copy", entry.value());
        });

        assertThat(seen).containsExactly("a=first", "b=stored");
        assertThat(scan(transaction, "", "")).containsExactly("a=first", "a/copy=first", "b=stored", "b/copy=stored");
    }

    @Test
    void scansAsAMapWithTheWritesInItWould() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 300; round++) {
            TreeMap<String, String> model = new TreeMap<>();
            MemoryEngine stored = MemoryEngine.empty();
            TreeMap<String, Change> changes = new TreeMap<>();
            for (int i = 0; i < random.nextInt(12); i++) {
                String key = "" + (char) ('a' + random.nextInt(16));
                changes.put(key, new Change(bytes(key), bytes("stored")));
                model.put(key, "stored");
            }
            stored.prepare(List.copyOf(changes.values()), new Position(new UUID(1, 2), 1))
                    .commit();
            BufferedTransaction transaction = new BufferedTransaction(
                    new ViewSnapshot(new StoreApplication.At(stored.view(), 1, 0)), Isolation.SNAPSHOT);
            for (int i = 0; i < random.nextInt(12); i++) {
                String key = "" + (char) ('a' + random.nextInt(16));
                if (random.nextBoolean()) {
                    transaction.put(key, "own" + i);
                    model.put(key, "own" + i);
                } else {
                    transaction.delete(key);
                    model.remove(key);
                }
            }
            String from = "" + (char) ('a' + random.nextInt(8));
            String to = "" + (char) ('i' + random.nextInt(8));

            assertThat(scan(transaction, from, to))
                    .containsExactlyElementsOf(model.subMap(from, to).entrySet().stream()
                            .map(each -> each.getKey() + "=" + each.getValue())
                            .toList());
        }
    }

    @Test
    void givesTheKeysOfItsWritesAtSnapshotIsolation() {
        BufferedTransaction transaction = begin(Isolation.SNAPSHOT);
        transaction.get("accounts/1");
        scan(transaction, "accounts/", "accounts0");
        transaction.put("accounts/2", "x");
        transaction.delete("plain");

        assertThat(keys(transaction)).containsExactly("EXCLUSIVE store|accounts|2", "EXCLUSIVE store||plain");
        assertThat(transaction.writeSet()).extracting(WriteSet::basedOn).isEqualTo(7L);
    }

    @Test
    void givesTheKeysOfItsReadsWhereSerializable() {
        store("accounts/1");
        BufferedTransaction transaction = begin(Isolation.SERIALIZABLE);
        transaction.get("accounts/1");
        transaction.get("accounts/absent");
        transaction.get("accounts/2");
        transaction.put("accounts/2", "x");
        transaction.get("accounts/2");

        assertThat(keys(transaction))
                .containsExactly(
                        "EXCLUSIVE store|accounts|2", "SHARED store|accounts|1", "SHARED store|accounts|absent");
    }

    @Test
    void claimsTheBranchThatItScansWhereSerializable() {
        BufferedTransaction transaction = begin(Isolation.SERIALIZABLE);
        scan(transaction, "accounts/", "accounts0");
        scan(transaction, "orders/10/", "orders/10/x");
        transaction.put("log/1", "x");

        assertThat(keys(transaction))
                .containsExactly("EXCLUSIVE store|accounts", "EXCLUSIVE store|orders", "EXCLUSIVE store|log|1");
    }

    @Test
    void claimsAllWhereItScansAcrossBranches() {
        for (String[] range : new String[][] {
            {"accounts/", "accounts1"}, {"accounts/", ""}, {"accounts", "accounts0"}, {"", "b"}, {"a", "b/"}
        }) {
            BufferedTransaction transaction = begin(Isolation.SERIALIZABLE);
            scan(transaction, range[0], range[1]);
            transaction.put("log/1", "x");

            assertThat(keys(transaction)).as(range[0] + " to " + range[1]).startsWith("EXCLUSIVE store");
        }
    }

    @Test
    void hasNothingToReplicateWhereNothingWasWritten() {
        BufferedTransaction transaction = begin(Isolation.SERIALIZABLE);
        transaction.get("a");

        assertThat(transaction.writeSet()).isNull();
    }

    @Test
    void keepsCopiesOfWhatItIsGiven() {
        BufferedTransaction transaction = begin(Isolation.SNAPSHOT);
        byte[] key = bytes("k");
        byte[] value = bytes("v");
        transaction.put(key, value);
        key[0] = 'x';
        value[0] = 'x';
        transaction.get("k").orElseThrow()[0] = 'y';
        transaction.scan("", "").forEach(entry -> {
            entry.key()[0] = 'z';
            entry.value()[0] = 'z';
        });

        assertThat(scan(transaction, "", "")).containsExactly("k=v");
    }

    @Test
    void refusesKeysThatAreEmptyOrTooLong() {
        BufferedTransaction transaction = begin(Isolation.SNAPSHOT);

        assertThatThrownBy(() -> transaction.put("", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> transaction.delete(new byte[Transaction.MAX_KEY_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65536 bytes");
    }

    @Test
    void isOverWhenItIsClosed() {
        store("a");
        BufferedTransaction transaction = begin(Isolation.SNAPSHOT);
        transaction.close();

        assertThatThrownBy(() -> transaction.get("a")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> transaction.scan("a", "b")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> transaction.put("a", "x")).isInstanceOf(IllegalStateException.class);
    }
}

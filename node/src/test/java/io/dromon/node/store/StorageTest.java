package io.dromon.node.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.wire.Position;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What both engines keep, and how a state takes the place of another one. */
@Tag("unit")
@Timeout(60)
final class StorageTest {
    private static final UUID HISTORY = new UUID(1, 2);
    private static final UUID OTHER_HISTORY = new UUID(3, 4);

    @TempDir
    Path directory;

    private final List<Storage> opened = new ArrayList<>();

    @AfterEach
    void closeAll() {
        opened.forEach(Storage::close);
    }

    private Storage open(StoreOptions.Engine engine, String name) {
        Storage storage =
                engine == StoreOptions.Engine.MEMORY ? Storage.inMemory() : Storage.onDisk(directory.resolve(name));
        opened.add(storage);
        return storage;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Change put(String key, String value) {
        return new Change(bytes(key), bytes(value));
    }

    private static Change delete(String key) {
        return new Change(bytes(key), null);
    }

    private static void commit(Storage storage, long seqno, Change... changes) {
        storage.engine().prepare(List.of(changes), new Position(HISTORY, seqno)).commit();
    }

    private static @Nullable String get(StorageEngine.View view, String key) {
        byte[] value = view.get(bytes(key));
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    private static @Nullable String get(Storage storage, String key) {
        try (StorageEngine.View view = storage.view()) {
            return get(view, key);
        }
    }

    private static List<String> scan(StorageEngine.View view, String from, @Nullable String to) {
        List<String> found = new ArrayList<>();
        view.scan(bytes(from), to == null ? null : bytes(to))
                .forEachRemaining(entry -> found.add(entry.keyText() + "=" + entry.valueText()));
        return found;
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void beginsWithoutEntriesAndWithoutPosition(StoreOptions.Engine engine) {
        Storage storage = open(engine, "s");

        assertThat(storage.position()).isEqualTo(Position.NONE);
        try (StorageEngine.View view = storage.view()) {
            assertThat(view.position()).isEqualTo(Position.NONE);
            assertThat(scan(view, "", null)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void showsAChangeWithItsPositionAtOnce(StoreOptions.Engine engine) {
        Storage storage = open(engine, "s");
        commit(storage, 1, put("a", "1"), put("b", "2"));
        StorageEngine.Prepared next =
                storage.engine().prepare(List.of(delete("a"), put("b", ""), put("c", "3")), new Position(HISTORY, 7));
        assertThat(storage.position().seqno()).isEqualTo(1);
        assertThat(get(storage, "c")).isNull();

        next.commit();

        assertThat(storage.position()).isEqualTo(new Position(HISTORY, 7));
        try (StorageEngine.View view = storage.view()) {
            assertThat(view.position()).isEqualTo(new Position(HISTORY, 7));
            assertThat(scan(view, "", null)).containsExactly("b=", "c=3");
        }
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void aViewShowsNothingOfWhatIsCommittedLater(StoreOptions.Engine engine) {
        Storage storage = open(engine, "s");
        commit(storage, 1, put("a", "old"), put("b", "old"));

        try (StorageEngine.View before = storage.view()) {
            Iterator<Entry> begun = before.scan(bytes("a"), null);
            begun.next();
            commit(storage, 2, put("a", "new"), delete("b"), put("c", "new"));

            assertThat(before.position().seqno()).isEqualTo(1);
            assertThat(get(before, "a")).isEqualTo("old");
            assertThat(get(before, "b")).isEqualTo("old");
            assertThat(scan(before, "", null)).containsExactly("a=old", "b=old");
            assertThat(begun.next().keyText()).isEqualTo("b");
            assertThat(begun.hasNext()).isFalse();
        }
        assertThat(get(storage, "a")).isEqualTo("new");
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void aViewThatIsOverIsRefused(StoreOptions.Engine engine) {
        Storage storage = open(engine, "s");
        commit(storage, 1, put("a", "1"));
        StorageEngine.View view = storage.view();
        Iterator<Entry> entries = view.scan(bytes(""), null);
        view.close();
        view.close();

        assertThatThrownBy(() -> view.get(bytes("a"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> view.scan(bytes("a"), null)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(entries::hasNext).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(entries::next).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void scansInTheOrderOfUnsignedBytesWithinBounds(StoreOptions.Engine engine) {
        Storage storage = open(engine, "s");
        storage.engine()
                .prepare(
                        List.of(
                                new Change(new byte[] {0}, bytes("0")),
                                new Change(new byte[] {1}, bytes("1")),
                                new Change(new byte[] {1, 0}, bytes("10")),
                                new Change(new byte[] {127}, bytes("127")),
                                new Change(new byte[] {-128}, bytes("128")),
                                new Change(new byte[] {-1}, bytes("255")),
                                new Change(new byte[] {-1, -1}, bytes("255255"))),
                        new Position(HISTORY, 1))
                .commit();

        try (StorageEngine.View view = storage.view()) {
            assertThat(values(view, new byte[0], null)).containsExactly("0", "1", "10", "127", "128", "255", "255255");
            assertThat(values(view, new byte[] {1}, new byte[] {-128})).containsExactly("1", "10", "127");
            assertThat(values(view, new byte[] {1, 1}, new byte[] {-1})).containsExactly("127", "128");
            assertThat(values(view, new byte[] {-1, 0}, null)).containsExactly("255255");
        }
    }

    private static List<String> values(StorageEngine.View view, byte[] from, byte @Nullable [] to) {
        List<String> found = new ArrayList<>();
        view.scan(from, to).forEachRemaining(entry -> found.add(entry.valueText()));
        return found;
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void holdsWhatASortedMapHolds(StoreOptions.Engine engine) {
        Storage storage = open(engine, "s");
        TreeMap<String, String> model = new TreeMap<>();
        SplittableRandom random = new SplittableRandom(11);
        for (int seqno = 1; seqno <= 500; seqno++) {
            TreeMap<String, Change> changes = new TreeMap<>();
            for (int i = 0; i < 1 + random.nextInt(8); i++) {
                String key = String.format("%03d", random.nextInt(200));
                String value = "v" + seqno;
                if (random.nextInt(3) == 0) {
                    changes.put(key, delete(key));
                    model.remove(key);
                } else {
                    changes.put(key, put(key, value));
                    model.put(key, value);
                }
            }
            commit(storage, seqno, changes.values().toArray(new Change[0]));
        }

        try (StorageEngine.View view = storage.view()) {
            assertThat(scan(view, "", null))
                    .hasSizeGreaterThan(50)
                    .containsExactlyElementsOf(model.entrySet().stream()
                            .map(each -> each.getKey() + "=" + each.getValue())
                            .toList());
            assertThat(scan(view, "050", "120"))
                    .containsExactlyElementsOf(model.subMap("050", "120").entrySet().stream()
                            .map(each -> each.getKey() + "=" + each.getValue())
                            .toList());
        }
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void givesItsStateAsOfThatMoment(StoreOptions.Engine engine) throws IOException {
        Storage donor = open(engine, "donor");
        commit(donor, 5, put("a", "donor"), put("b", "donor"));
        Path state = directory.resolve("state");
        donor.snapshot(state);
        commit(donor, 6, put("a", "later"), put("c", "later"));
        Storage joiner = open(engine, "joiner");
        commit(joiner, 2, put("z", "joiner"));

        joiner.restore(state);

        assertThat(joiner.position()).isEqualTo(new Position(HISTORY, 5));
        try (StorageEngine.View view = joiner.view()) {
            assertThat(scan(view, "", null)).containsExactly("a=donor", "b=donor");
        }
        commit(joiner, 6, put("a", "later"), put("c", "later"));
        try (StorageEngine.View view = joiner.view()) {
            assertThat(scan(view, "", null)).containsExactly("a=later", "b=donor", "c=later");
        }
        assertThat(get(donor, "c")).isEqualTo("later");
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void goesOnReadingWhatAStateHasReplaced(StoreOptions.Engine engine) {
        Storage donor = open(engine, "donor");
        commit(donor, 5, put("a", "donor"));
        Path state = directory.resolve("state");
        donor.snapshot(state);
        Storage joiner = open(engine, "joiner");
        commit(joiner, 2, put("a", "joiner"), put("b", "joiner"));

        try (StorageEngine.View before = joiner.view()) {
            joiner.restore(state);

            assertThat(get(joiner, "a")).isEqualTo("donor");
            assertThat(scan(before, "", null)).containsExactly("a=joiner", "b=joiner");
        }
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void keepsItsStateWhereTheNewOneIsDamaged(StoreOptions.Engine engine) throws IOException {
        Storage donor = open(engine, "donor");
        commit(donor, 5, put("a", "donor"));
        Path state = directory.resolve("state");
        donor.snapshot(state);
        damage(state.resolve("data"));
        Storage joiner = open(engine, "joiner");
        commit(joiner, 2, put("a", "joiner"));

        assertThatThrownBy(() -> joiner.restore(state))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.CORRUPT));

        assertThat(get(joiner, "a")).isEqualTo("joiner");
        assertThat(joiner.position().seqno()).isEqualTo(2);
        commit(joiner, 3, put("a", "goes on"));
        assertThat(get(joiner, "a")).isEqualTo("goes on");
    }

    /** Turns bytes in the middle of what names all the rest: the dump, or RocksDB's manifest. */
    private static void damage(Path data) throws IOException {
        int damaged = 0;
        try (Stream<Path> files = Files.list(data)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith("MANIFEST") || name.endsWith(".dump")) {
                    byte[] bytes = Files.readAllBytes(file);
                    bytes[bytes.length / 2] ^= 0x55;
                    Files.write(file, bytes);
                    damaged++;
                }
            }
        }
        assertThat(damaged).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void refusesAStateOfAnotherApplication(StoreOptions.Engine engine) throws IOException {
        Path state = Files.createDirectories(directory.resolve("state"));
        Files.writeString(state.resolve("lines.txt"), "something");
        Storage storage = open(engine, "s");

        assertThatThrownBy(() -> storage.restore(state))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("none of a store")
                .hasMessageContaining("all nodes of a cluster have the same storage engine");
    }

    @Test
    void refusesAStateOfTheOtherEngine() {
        Storage memory = open(StoreOptions.Engine.MEMORY, "");
        Storage disk = open(StoreOptions.Engine.ROCKSDB, "disk");
        memory.snapshot(directory.resolve("state"));

        assertThatThrownBy(() -> disk.restore(directory.resolve("state")))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.OTHER_FORMAT))
                .hasMessageContaining("dromon-store-state 1 memory")
                .hasMessageContaining("dromon-store-state 1 rocksdb");
    }

    @Test
    void hasItsEntriesAndItsPositionWhenItIsOpenedAgain() {
        Storage storage = open(StoreOptions.Engine.ROCKSDB, "s");
        commit(storage, 41, put("a", "1"));
        commit(storage, 42, put("b", "2"));
        storage.close();

        Storage again = open(StoreOptions.Engine.ROCKSDB, "s");

        assertThat(again.position()).isEqualTo(new Position(HISTORY, 42));
        try (StorageEngine.View view = again.view()) {
            assertThat(scan(view, "", null)).containsExactly("a=1", "b=2");
        }
    }

    /** Tables are written out of memory, and merged, all the time meanwhile; files are made at once, or much later. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1000})
    void givesWholeStatesOnDiskWhileMuchIsWritten(int commitsMeanwhile) throws IOException {
        Storage donor = open(StoreOptions.Engine.ROCKSDB, "donor");
        SplittableRandom random = new SplittableRandom(7);
        List<Integer> snapshots = List.of(1, 700, 1500, 2200, 2999);
        int rows = 40;
        Map<Integer, Checkpoint> pending = new HashMap<>();
        for (int seqno = 1; seqno < 3000; seqno++) {
            byte[] noise = new byte[16_000];
            random.nextBytes(noise);
            noise[0] = 'n';
            commit(
                    donor,
                    seqno,
                    put("last", "" + seqno),
                    new Change(bytes(String.format("row/%02d", seqno % rows)), bytes("" + seqno)),
                    new Change(bytes(String.format("z%03d", seqno % 300)), noise));
            if (snapshots.contains(seqno)) {
                pending.put(seqno + commitsMeanwhile, donor.beginSnapshot(directory.resolve("state" + seqno)));
            }
            Checkpoint due = pending.remove(seqno);
            if (due != null) {
                write(due);
            }
        }
        for (Checkpoint rest : pending.values()) {
            write(rest);
        }

        Storage joiner = open(StoreOptions.Engine.ROCKSDB, "joiner");
        for (int seqno : snapshots) {
            joiner.restore(directory.resolve("state" + seqno));

            assertThat(joiner.position()).isEqualTo(new Position(HISTORY, seqno));
            assertThat(get(joiner, "last")).isEqualTo("" + seqno);
            try (StorageEngine.View view = joiner.view()) {
                List<String> expected = new ArrayList<>();
                for (int row = 0; row < rows; row++) {
                    int newest = seqno - Math.floorMod(seqno - row, rows);
                    if (newest > 0) {
                        expected.add(String.format("row/%02d=%d", row, newest));
                    }
                }
                assertThat(scan(view, "row/", "row0")).isEqualTo(expected);
                int noise = 0;
                for (Iterator<Entry> all = view.scan(bytes("z"), null); all.hasNext(); all.next()) {
                    noise++;
                }
                assertThat(noise).isEqualTo(Math.min(seqno, 300));
            }
        }
    }

    private static void write(Checkpoint pending) throws IOException {
        try (pending) {
            pending.write();
        }
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void decidesOnAStateBeforeItsFilesAreMade(StoreOptions.Engine engine) throws IOException {
        Storage donor = open(engine, "donor");
        commit(donor, 1, put("a", "old"), put("b", "old"));

        try (Checkpoint pending = donor.beginSnapshot(directory.resolve("state"))) {
            commit(donor, 2, put("a", "new"), delete("b"));
            assertThat(directory.resolve("state")).doesNotExist();
            assertThat(donor.lastCheckpoint()).isNull();
            pending.write();
        }

        CheckpointTimes times = Objects.requireNonNull(donor.lastCheckpoint());
        assertThat(times.held()).isPositive();
        assertThat(times.written()).isPositive();
        Storage joiner = open(engine, "joiner");
        joiner.restore(directory.resolve("state"));
        assertThat(joiner.position().seqno()).isOne();
        assertThat(get(joiner, "a")).isEqualTo("old");
        assertThat(get(joiner, "b")).isEqualTo("old");
        assertThat(get(donor, "a")).isEqualTo("new");
    }

    /** Else the next one could not open it. */
    @Test
    void leavesItsDirectoryWhenTheLastCheckpointIsMade() throws Exception {
        Storage donor = open(StoreOptions.Engine.ROCKSDB, "donor");
        commit(donor, 1, put("a", "1"));
        Checkpoint pending = donor.beginSnapshot(directory.resolve("state"));

        CompletableFuture<Void> closed = CompletableFuture.runAsync(donor::close);
        assertThatThrownBy(() -> closed.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        write(pending);
        closed.get(10, TimeUnit.SECONDS);

        assertThat(get(open(StoreOptions.Engine.ROCKSDB, "donor"), "a")).isEqualTo("1");
        Storage joiner = open(StoreOptions.Engine.ROCKSDB, "joiner");
        joiner.restore(directory.resolve("state"));
        assertThat(get(joiner, "a")).isEqualTo("1");
    }

    @Test
    void hasTheRestoredStateWhenItIsOpenedAgain() throws IOException {
        Storage donor = open(StoreOptions.Engine.ROCKSDB, "donor");
        donor.engine()
                .prepare(List.of(put("a", "donor")), new Position(OTHER_HISTORY, 9))
                .commit();
        donor.snapshot(directory.resolve("state"));
        Storage joiner = open(StoreOptions.Engine.ROCKSDB, "joiner");
        commit(joiner, 100, put("a", "joiner"));
        joiner.restore(directory.resolve("state"));
        joiner.close();

        Storage again = open(StoreOptions.Engine.ROCKSDB, "joiner");

        assertThat(again.position()).isEqualTo(new Position(OTHER_HISTORY, 9));
        assertThat(get(again, "a")).isEqualTo("donor");
        try (Stream<Path> files = Files.list(directory.resolve("joiner"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("LOCK", "CURRENT", "data-2");
        }
    }

    /** A crash between the moment when the new state is there and the one when it becomes the current one. */
    @Test
    void removesANewStateThatNeverBecameTheCurrentOne() throws IOException {
        Storage storage = open(StoreOptions.Engine.ROCKSDB, "s");
        commit(storage, 1, put("a", "old"));
        storage.snapshot(directory.resolve("state"));
        storage.close();
        Path stray = directory.resolve("s").resolve("data-2");
        Files.move(directory.resolve("state").resolve("data"), stray);
        Files.writeString(directory.resolve("s").resolve("CURRENT.tmp"), "dromon-st");

        Storage again = open(StoreOptions.Engine.ROCKSDB, "s");

        assertThat(get(again, "a")).isEqualTo("old");
        assertThat(stray).doesNotExist();
    }

    @Test
    void refusesADirectoryThatIsInUse() {
        open(StoreOptions.Engine.ROCKSDB, "s");

        assertThatThrownBy(() -> Storage.onDisk(directory.resolve("s")))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.IN_USE))
                .hasMessageContaining("another node has the store");
    }

    @Test
    void refusesADirectoryOfSomethingElseAndLeavesItAsItIs() throws IOException {
        Path root = Files.createDirectories(directory.resolve("s"));
        Files.writeString(root.resolve("ibdata1"), "of a database");

        assertThatThrownBy(() -> Storage.onDisk(root))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.NOT_A_STORE))
                .hasMessageContaining("ibdata1");
        try (Stream<Path> files = Files.list(root)) {
            assertThat(files.map(Path::getFileName).map(Path::toString)).containsExactly("ibdata1");
        }
    }

    @Test
    void refusesAStoreOfANewerVersion() throws IOException {
        open(StoreOptions.Engine.ROCKSDB, "s").close();
        Files.writeString(directory.resolve("s").resolve("CURRENT"), "dromon-store 2 rocksdb\ndata-1\n");

        assertThatThrownBy(() -> Storage.onDisk(directory.resolve("s")))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.OTHER_FORMAT))
                .hasMessageContaining("dromon-store 2 rocksdb");
    }

    @Test
    void saysThatFilesAreDamaged() throws IOException {
        Storage storage = open(StoreOptions.Engine.ROCKSDB, "s");
        commit(storage, 1, put("a", "1"));
        storage.close();
        damage(directory.resolve("s").resolve("data-1"));

        assertThatThrownBy(() -> Storage.onDisk(directory.resolve("s")))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.CORRUPT))
                .hasMessageContaining("Remove the directory");
    }

    @Test
    void saysThatTheDataAreMissing() throws IOException {
        open(StoreOptions.Engine.ROCKSDB, "s").close();
        Files.move(directory.resolve("s").resolve("data-1"), directory.resolve("elsewhere"));

        assertThatThrownBy(() -> Storage.onDisk(directory.resolve("s")))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.CORRUPT))
                .hasMessageContaining("data-1 is missing");
    }

    @ParameterizedTest
    @EnumSource(StoreOptions.Engine.class)
    void refusesToWorkWhenItIsClosed(StoreOptions.Engine engine) {
        Storage storage = open(engine, "s");
        StorageEngine.Prepared waiting = storage.engine().prepare(List.of(put("a", "1")), new Position(HISTORY, 1));
        storage.close();
        storage.close();

        assertThatThrownBy(waiting::commit)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.CLOSED));
        assertThatThrownBy(storage::view)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.CLOSED));
    }

    @Test
    void saysWhatIsMissingWhereTheLibraryIsNotThere() throws Exception {
        List<URL> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (!entry.contains("rocksdbjni")) {
                classPath.add(Path.of(entry).toUri().toURL());
            }
        }
        try (URLClassLoader withoutLibrary =
                new URLClassLoader(classPath.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            Class<?> storage = withoutLibrary.loadClass(Storage.class.getName());
            Method onDisk = storage.getDeclaredMethod("onDisk", Path.class);
            onDisk.setAccessible(true);
            Method inMemory = storage.getDeclaredMethod("inMemory");
            inMemory.setAccessible(true);

            assertThat(inMemory.invoke(null)).isNotNull();
            assertThatThrownBy(() -> onDisk.invoke(null, directory.resolve("s")))
                    .cause()
                    .hasMessageContaining("org.rocksdb:rocksdbjni:10.10.1.1 with the classifier linux64")
                    .extracting("reason")
                    .hasToString("LIBRARY_MISSING");
            assertThatThrownBy(() -> onDisk.invoke(null, directory.resolve("s")))
                    .as("the directory was given back")
                    .cause()
                    .hasMessageContaining("rocksdbjni");
        }
    }

    /** The native database must not be freed under a reader. */
    @Test
    void aViewOutlivesTheStore() {
        Storage storage = open(StoreOptions.Engine.ROCKSDB, "s");
        commit(storage, 1, put("a", "1"));

        try (StorageEngine.View view = storage.view()) {
            storage.close();

            assertThat(get(view, "a")).isEqualTo("1");
        }
    }

    @Test
    void refusesADumpThatIsCutOffAnywhere() throws IOException {
        Storage donor = open(StoreOptions.Engine.MEMORY, "");
        commit(donor, 5, put("a", "1"), put("bcd", "22"));
        donor.snapshot(directory.resolve("state"));
        Path dump = directory.resolve("state").resolve("data").resolve("entries.dump");
        byte[] whole = Files.readAllBytes(dump);

        for (int length = 0; length < whole.length; length++) {
            Files.write(dump, Arrays.copyOf(whole, length), StandardOpenOption.TRUNCATE_EXISTING);
            assertThatThrownBy(() -> MemoryDump.read(dump)).isInstanceOf(StoreException.class);
        }
        Files.write(dump, Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> MemoryDump.read(dump)).isInstanceOf(StoreException.class);
        Files.write(dump, whole);
        assertThat(MemoryDump.read(dump).position()).isEqualTo(new Position(HISTORY, 5));
    }
}

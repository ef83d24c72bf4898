package io.dromon.it.chaos;

import io.dromon.config.NodeConfig;
import io.dromon.it.history.ListClient;
import io.dromon.node.NodeException;
import io.dromon.node.NodeException.Reason;
import io.dromon.node.store.Consistency;
import io.dromon.node.store.Entry;
import io.dromon.node.store.Isolation;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.Snapshot;
import io.dromon.node.store.StoreOptions;
import io.dromon.node.store.Transaction;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A process with a {@link ReplicatedStore} that is a bank: its writers transfer amounts between accounts, and its reader
 * prints what it sees of all accounts at once. What it prints is what {@link BankCheck} judges, and its
 * standard input is told {@code stop}, {@code dump}, {@code bootstrap}; its end lets the node leave.
 *
 * <pre>
 *  acked ID SEQNO BEGAN ENDED            a transfer, with times of this machine in nanoseconds
 *  refused ID REASON                     one that is committed nowhere
 *  unknown ID REASON                     one that may be
 *  read before|eventual BEGAN SEQNO V..  the accounts in a snapshot: BALANCE:ID, the ID of the last transfer
 *  list TRANSACTION                      one on lists as it begins, and again when it has ended: {@link ListLines}
 *  stopped                               nothing is under way
 *  entry KEY VALUE, then dumped SEQNO    all that the store holds
 * </pre>
 */
final class BankProgram {
    static final String ACCOUNTS = "accounts/";
    static final String TRANSFERS = "transfers/";
    /** What stands for the transfer before the first one. */
    static final String OPENED = "-";

    static final int COUNT = 16;
    static final long BALANCE = 1000;

    private static final String BEHIND_ACCOUNTS = "accounts0";
    private static final int WRITERS = 4;
    private static final long BETWEEN_WRITES_NS = 10_000_000;
    private static final long BETWEEN_READS_NS = 50_000_000;
    private static final long AFTER_FAILURE_NS = 50_000_000;
    /** The writer is told that nobody has committed it. */
    private static final Set<Reason> COMMITTED_NOWHERE =
            EnumSet.of(Reason.PRIMARY_COMPONENT_LOST, Reason.CERTIFICATION_FAILED, Reason.BUSY, Reason.TOO_LARGE);

    private final ReplicatedStore store;
    private final String life;
    private final int number;
    /** A line is written at once, so that a kill leaves none half. */
    private final PrintStream out = new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16), false, StandardCharsets.UTF_8);

    private final List<Thread> writers = new ArrayList<>();
    private volatile boolean stopped;
    private volatile boolean leaving;

    private BankProgram(ReplicatedStore store, String life, int number) {
        this.store = store;
        this.life = life;
        this.number = number;
    }

    /** Name, group, listen address, peers, provider options; data directory, name and number of this life. */
    public static void main(String[] arguments) throws IOException {
        NodeConfig config = NodeConfig.builder()
                .name(arguments[0])
                .group(arguments[1])
                .listen("tcp://" + arguments[2])
                .address("gcomm://" + arguments[3])
                .options(arguments[4])
                .dataDir(Path.of(arguments[5]))
                .build();
        try (ReplicatedStore store = ReplicatedStore.start(config, StoreOptions.rocksDb())) {
            new BankProgram(store, arguments[6], Integer.parseInt(arguments[7])).run(arguments[3].isEmpty());
        }
        System.exit(0);
    }

    private void run(boolean first) throws IOException {
        for (int writer = 0; writer < WRITERS; writer++) {
            int number = writer;
            writers.add(begin(() -> write(number)));
        }
        writers.add(begin(this::append));
        Thread reader = begin(() -> readOnAndOn());
        if (first) {
            store.node().synced().join();
            long opened = store.update(BankProgram::open);
            print("opened " + opened);
        }
        obey();
        stopped = true;
        leaving = true;
        writers.forEach(BankProgram::join);
        join(reader);
    }

    private static Thread begin(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void obey() throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            switch (command) {
                case "stop" -> {
                    stopped = true;
                    writers.forEach(BankProgram::join);
                    print("stopped");
                }
                case "dump" -> dump();
                case "bootstrap" -> store.node().set("pc.bootstrap", "YES");
                default -> throw new IllegalArgumentException(command);
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized void print(String line) {
        out.println(line);
        out.flush();
    }

    private void write(int writer) {
        SplittableRandom random = new SplittableRandom((life + "/" + writer).hashCode());
        for (long number = 1; !stopped; number++) {
            String id = life + "/" + writer + "/" + number;
            int from = random.nextInt(COUNT);
            int to = (from + 1 + random.nextInt(COUNT - 1)) % COUNT;
            long amount = random.nextInt(10);
            long beganNs = System.nanoTime();
            try {
                long seqno = store.update(tx -> transfer(tx, id, from, to, amount));
                print("acked " + id + " " + seqno + " " + beganNs + " " + System.nanoTime());
                LockSupport.parkNanos(BETWEEN_WRITES_NS);
            } catch (NodeException e) {
                print((COMMITTED_NOWHERE.contains(e.reason()) ? "refused " : "unknown ") + id + " " + e.reason());
                LockSupport.parkNanos(AFTER_FAILURE_NS);
            } catch (NotOpenedException e) {
                LockSupport.parkNanos(AFTER_FAILURE_NS);
            }
        }
    }

    /** Transactions on lists, serialisable and not, until they shall stop. */
    private void append() {
        ListClient client = new ListClient(life + "-", number, life.hashCode());
        store.node().synced().join();
        for (int i = 0; !stopped; i++) {
            Isolation isolation = i % 2 == 0 ? Isolation.SNAPSHOT : Isolation.SERIALIZABLE;
            boolean committed = client.run(store, isolation, begun -> print("list " + ListLines.format(begun)));
            print("list " + ListLines.format(client.seen().get(i)));
            LockSupport.parkNanos(committed ? BETWEEN_WRITES_NS : AFTER_FAILURE_NS);
        }
    }

    private static void open(Transaction tx) {
        for (int account = 0; account < COUNT; account++) {
            tx.put(key(account), BALANCE + ":" + OPENED);
        }
    }

    private static void transfer(Transaction tx, String id, int from, int to, long amount) {
        String[] source = account(tx, from);
        String[] target = account(tx, to);
        tx.put(key(from), (Long.parseLong(source[0]) - amount) + ":" + id);
        tx.put(key(to), (Long.parseLong(target[0]) + amount) + ":" + id);
        tx.put(TRANSFERS + id, from + " " + source[1] + " " + to + " " + target[1] + " " + amount);
    }

    /** Balance and last transfer. */
    private static String[] account(Snapshot snapshot, int account) {
        String value = snapshot.getText(key(account)).orElseThrow(NotOpenedException::new);
        return value.split(":", 2);
    }

    static String key(int account) {
        return String.format("%s%02d", ACCOUNTS, account);
    }

    private void readOnAndOn() {
        for (long number = 0; !leaving; number++) {
            boolean before = number % 2 == 0;
            long beganNs = System.nanoTime();
            try {
                String seen = store.read(before ? Consistency.BEFORE : Consistency.EVENTUAL, BankProgram::accounts);
                if (seen != null) {
                    print("read " + (before ? "before " : "eventual ") + beganNs + " " + seen);
                }
            } catch (NodeException e) {
                LockSupport.parkNanos(AFTER_FAILURE_NS); // not in the primary component
            }
            LockSupport.parkNanos(BETWEEN_READS_NS);
        }
    }

    private static @Nullable String accounts(Snapshot snapshot) {
        String values =
                snapshot.scan(ACCOUNTS, BEHIND_ACCOUNTS).map(Entry::valueText).collect(Collectors.joining(" "));
        return values.isEmpty() ? null : snapshot.seqno() + " " + values;
    }

    private void dump() {
        long last = store.read(Consistency.BEFORE, snapshot -> {
            snapshot.scan("", "").forEach(entry -> out.println("entry " + entry.keyText() + " " + entry.valueText()));
            return snapshot.seqno();
        });
        print("dumped " + last);
    }

    /** No state yet. */
    private static final class NotOpenedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}

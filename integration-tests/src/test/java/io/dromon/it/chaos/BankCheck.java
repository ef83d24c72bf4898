package io.dromon.it.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Judges a bank by what its processes print, and by what its stores hold in the end. Every transfer names the versions
 * that it has read of its two accounts, so that the order of versions is known, and with the numbers of the cluster's
 * order the whole history is:
 *
 * <ul>
 *   <li>what was acknowledged is there, what was refused is not, and nothing took effect twice or was undone;
 *   <li>no update is lost: no two transfers have read the same version of an account;
 *   <li>the numbers are a serial order: in it, each transfer has read the newest versions, and each snapshot shows the
 *       newest ones at its number, with the sum of all accounts as it was in the beginning;
 *   <li>they agree with time: what was acknowledged before another one began has the lower number, a read {@code BEFORE}
 *       has all that was acknowledged anywhere before it began, and the reads of a process do not go back.
 * </ul>
 *
 * <p>Beside the transfers the processes append to lists, in transactions of both isolations, see {@link ListCheck}.
 */
public final class BankCheck {
    private record Acked(String id, long seqno, long beganNs, long endedNs) {}

    private record Seen(String life, boolean before, long beganNs, long seqno, List<String> versions) {}

    /**
     * What a store holds of a transfer.
     *
     * @param previousFrom the version of the account that it has read
     */
    private record Transfer(int from, String previousFrom, int to, String previousTo, long amount) {
        static Transfer of(String value) {
            String[] words = value.split(" ", -1);
            return new Transfer(
                    Integer.parseInt(words[0]), words[1], Integer.parseInt(words[2]), words[3], number(words[4]));
        }
    }

    private final int accounts;
    private final long balance;
    private final Violations violations;
    private final PauseMeter pauses;

    private final List<Acked> acked = new ArrayList<>();
    private final Map<String, Long> numbers = new HashMap<>();
    private final Map<Long, String> numbered = new HashMap<>();
    private final Set<String> refused = new HashSet<>();
    private final List<Seen> seen = new ArrayList<>();
    private final Map<String, Long> lastSeen = new HashMap<>();
    private final ListCheck lists;
    private int unknown;
    private int lives;

    /**
     * @param accounts how many there are
     * @param balance of each in the beginning
     * @param pauses is told the numbers
     */
    BankCheck(int accounts, long balance, Violations violations, PauseMeter pauses) {
        this.accounts = accounts;
        this.balance = balance;
        this.violations = violations;
        this.pauses = pauses;
        this.lists = new ListCheck(violations);
    }

    /** A number for a process. */
    synchronized int nextLife() {
        return lives++;
    }

    /** Of {@link BankProgram}. */
    public BankCheck(Violations violations, PauseMeter pauses) {
        this(BankProgram.COUNT, BankProgram.BALANCE, violations, pauses);
    }

    /** A line that a process has printed. */
    synchronized void line(String life, String line) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "acked" -> acked(new Acked(words[1], number(words[2]), number(words[3]), number(words[4])));
            case "refused" -> refused.add(words[1]);
            case "unknown" -> unknown++;
            case "read" ->
                read(
                        new Seen(
                                life,
                                words[1].equals("before"),
                                number(words[2]),
                                number(words[3]),
                                Stream.of(words)
                                        .skip(4)
                                        .map(word -> word.split(":", 2)[1])
                                        .toList()),
                        Stream.of(words)
                                .skip(4)
                                .mapToLong(word -> number(word.split(":", 2)[0]))
                                .sum());
            case "list" -> lists.add(ListLines.parse(line.substring("list ".length())));
            case "opened" -> pauses.saw(number(words[1]));
            default -> violations.add(life + " printed " + line);
        }
    }

    private static long number(String word) {
        return Long.parseLong(word);
    }

    private void acked(Acked transfer) {
        pauses.saw(transfer.seqno());
        acked.add(transfer);
        numbers.put(transfer.id(), transfer.seqno());
        String other = numbered.put(transfer.seqno(), transfer.id());
        if (other != null) {
            violations.add(transfer.id() + " and " + other + " were both acknowledged as " + transfer.seqno());
        }
    }

    private void read(Seen snapshot, long sum) {
        seen.add(snapshot);
        if (snapshot.versions().size() != accounts || sum != accounts * balance) {
            violations.add(snapshot.life() + " sees at " + snapshot.seqno() + " "
                    + snapshot.versions().size() + " accounts with the sum " + sum);
        }
        Long last = lastSeen.put(snapshot.life(), snapshot.seqno());
        if (last != null && last > snapshot.seqno()) {
            violations.add(snapshot.life() + " reads " + snapshot.seqno() + " after " + last);
        }
    }

    /** Judges all of it. {@code entries} are those of a store, when nothing is under way any more. */
    public synchronized void check(Map<String, String> entries) {
        Map<String, Transfer> transfers = new HashMap<>();
        entries.forEach((key, value) -> {
            if (key.startsWith(BankProgram.TRANSFERS)) {
                transfers.put(key.substring(BankProgram.TRANSFERS.length()), Transfer.of(value));
            }
        });
        checkEnds(transfers);
        List<AccountHistory> histories = histories(transfers);
        checkBalances(entries, transfers, histories);
        checkReads(histories);
        checkTimes();
        lists.check(entries);
    }

    private void checkEnds(Map<String, Transfer> transfers) {
        for (Acked each : acked) {
            if (!transfers.containsKey(each.id())) {
                violations.add(each.id() + " was acknowledged as " + each.seqno() + " and is lost");
            }
        }
        for (String id : refused) {
            if (transfers.containsKey(id)) {
                violations.add(id + " was refused and is there");
            }
        }
    }

    private List<AccountHistory> histories(Map<String, Transfer> transfers) {
        List<AccountHistory> histories =
                Stream.generate(AccountHistory::new).limit(accounts).toList();
        transfers.forEach((id, transfer) -> {
            addVersion(histories, transfer.from(), transfer.previousFrom(), id);
            addVersion(histories, transfer.to(), transfer.previousTo(), id);
        });
        for (int account = 0; account < accounts; account++) {
            AccountHistory history = histories.get(account);
            history.conclude(numbers);
            if (history.unreached() > 0) {
                violations.add(history.unreached() + " transfers of account " + account + " are behind no other one");
            }
            if (!history.isInOrder()) {
                violations.add("the versions of account " + account + " are not in the order of their numbers");
            }
        }
        return histories;
    }

    private void addVersion(List<AccountHistory> histories, int account, String previous, String id) {
        histories
                .get(account)
                .add(previous, id)
                .ifPresent(other -> violations.add("an update is lost: " + id + " and " + other + " have read "
                        + previous + " of account " + account));
    }

    private void checkBalances(
            Map<String, String> entries, Map<String, Transfer> transfers, List<AccountHistory> histories) {
        long[] balances = new long[accounts];
        for (Transfer transfer : transfers.values()) {
            balances[transfer.from()] -= transfer.amount();
            balances[transfer.to()] += transfer.amount();
        }
        for (int account = 0; account < accounts; account++) {
            String expected =
                    (balance + balances[account]) + ":" + histories.get(account).last();
            String value = entries.get(BankProgram.key(account));
            if (!expected.equals(value)) {
                violations.add("account " + account + " is " + value + ", and by its transfers " + expected);
            }
        }
    }

    private void checkReads(List<AccountHistory> histories) {
        for (Seen snapshot : seen) {
            for (int account = 0; account < accounts; account++) {
                String id = snapshot.versions().get(account);
                boolean newest =
                        histories.get(account).isNewestAt(id, snapshot.seqno()).orElse(false);
                if (!newest) {
                    violations.add(snapshot.life() + " sees " + id + " in account " + account + " at "
                            + snapshot.seqno() + ", which is not its newest transfer there");
                }
            }
        }
    }

    private void checkTimes() {
        List<Acked> byEnd =
                acked.stream().sorted(Comparator.comparingLong(Acked::endedNs)).toList();
        long[] highest = new long[byEnd.size()];
        for (int i = 0; i < highest.length; i++) {
            highest[i] = Math.max(i == 0 ? 0 : highest[i - 1], byEnd.get(i).seqno());
        }
        for (Acked each : acked) {
            long before = ackedBefore(byEnd, highest, each.beganNs());
            if (before >= each.seqno()) {
                violations.add(each.id() + " is " + each.seqno() + " and began after " + before + " was acknowledged");
            }
        }
        for (Seen each : seen) {
            long before = ackedBefore(byEnd, highest, each.beganNs());
            if (each.before() && before > each.seqno()) {
                violations.add(each.life() + " reads " + each.seqno() + " BEFORE, after " + before
                        + " was acknowledged: stale");
            }
        }
    }

    /** The highest number that was acknowledged before a time. */
    private static long ackedBefore(List<Acked> byEnd, long[] highest, long timeNs) {
        int low = 0;
        int high = highest.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (byEnd.get(middle).endedNs() < timeNs) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? 0 : highest[low - 1];
    }

    /** How many transfers were acknowledged. */
    synchronized int acknowledged() {
        return acked.size();
    }

    /** What was judged, in words. */
    public synchronized String summary() {
        return acked.size() + " transfers acknowledged, " + unknown + " with unknown outcome, " + refused.size()
                + " refused, " + seen.size() + " snapshots read, " + lists.committed() + " transactions on lists";
    }
}

package io.dromon.it.chaos;

import io.dromon.it.peers.JavaMember;
import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.TlsFiles;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A process that runs {@link BankProgram}. */
public final class BankMember extends DromonMember {
    private static final Duration TOGETHER = Duration.ofSeconds(60);

    private final TlsFiles files;
    private final String options;
    private final BankCheck check;
    private final Map<String, String> entries = new TreeMap<>();
    private volatile boolean stopped;
    private volatile boolean dumped;

    /** @param options of its node, beside those for its certificate */
    public BankMember(int host, Place place, TlsFiles files, String options, BankCheck check) {
        super(host, place);
        this.files = files;
        this.options = options;
        this.check = check;
    }

    @Override
    PeerProcess launch(String[] peers, PeerProcess.Reader reader) {
        Hosts hosts = place().hosts();
        stopped = false;
        return JavaMember.of(BankProgram.class, place().directory(), name())
                .at(hosts.address(host()), hosts.command(host()))
                .port(hosts.port(host()))
                .tls(files)
                .options(options)
                .peers(peers)
                .reader(reader)
                .start(List.of(data().toString(), life(), String.valueOf(check.nextLife())))
                .process();
    }

    @Override
    void readOutput(String line) {
        if (line.startsWith("entry ")) {
            String[] words = line.split(" ", 3);
            entries.put(words[1], words[2]);
        } else if (line.startsWith("dumped ")) {
            dumped = true;
        } else if (line.equals("stopped")) {
            stopped = true;
        } else {
            check.line(life(), line);
        }
    }

    @Override
    void askToLeave() {
        process().closeInput();
    }

    @Override
    void bootstrapWith(int count) {
        long deadlineNs = System.nanoTime() + TOGETHER.toNanos();
        while (seen() != count) {
            if (System.nanoTime() > deadlineNs) {
                violations().add(name() + " does not see " + count + " members after " + TOGETHER);
                return;
            }
            ChaosFault.sleep(20);
        }
        process().write("bootstrap\n");
    }

    /** The writers stop, all stores are compared, the history is judged, and all leave in order. */
    public static void judge(List<BankMember> members, BankCheck check, ChaosLoop loop, Violations violations) {
        members.forEach(member -> member.process().write("stop\n"));
        loop.await(() -> members.stream().allMatch(member -> member.stopped), "transfers without an end");
        members.forEach(member -> member.process().write("dump\n"));
        loop.await(() -> members.stream().allMatch(member -> member.dumped), "not all entries were told");
        if (violations.isEmpty()) {
            members.forEach(ChaosMember::leave);
            Map<String, String> entries = members.get(0).entries;
            for (BankMember member : members) {
                if (!member.entries.equals(entries)) {
                    violations.add("the entries of " + member.name() + " are not those of "
                            + members.get(0).name());
                }
            }
            check.check(entries);
        }
    }
}

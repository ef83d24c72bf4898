package io.dromon.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.chaos.ChaosFault.Kind;
import io.dromon.it.peers.OpenSsl;
import io.dromon.it.peers.TlsFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The short form of the bank run: three processes with a store each, all killed at once while they write at majority. */
@Tag("peers")
@Timeout(240)
final class KilledStoresTest {
    private static final int NODES = 3;
    private static final int TRANSFERS = 200;
    /** A silent member is out after some three seconds. */
    private static final String OPTIONS =
            "node.durability=majority;evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.5S;"
                    + "evs.suspect_timeout=PT2S;evs.inactive_timeout=PT6S;evs.install_timeout=PT3S";

    @TempDir
    Path directory;

    private final List<String> violated = new ArrayList<>();
    private final Violations violations = new Violations(violated::add);
    private final PauseMeter pauses = new PauseMeter();
    private final BankCheck check = new BankCheck(violations, pauses);
    private final List<BankMember> members = new ArrayList<>();
    private final ChaosLoop loop = new ChaosLoop(members, new Random(1), violations, pauses);

    @AfterEach
    void endAll() {
        members.forEach(ChaosMember::close);
    }

    private void start() {
        TlsFiles files = new OpenSsl(directory).sharedPair();
        ChaosMember.Place place = new ChaosMember.Place(Hosts.local(NODES), directory, violations);
        for (int host = 0; host < NODES; host++) {
            members.add(new BankMember(host, place, files, OPTIONS, check));
        }
        loop.start();
    }

    private void awaitTransfers() {
        int before = check.acknowledged();
        loop.await(() -> check.acknowledged() >= before + TRANSFERS, "no transfers");
    }

    @Test
    void comeBackWithAllThatWasAcknowledged() {
        start();
        awaitTransfers();

        loop.strike(ChaosFault.kill(Kind.KILL_ALL, 0.5, members, members, List.of()));
        awaitTransfers();
        BankMember.judge(members, check, loop, violations);

        assertThat(violated).isEmpty();
        assertThat(loop.faults()).isEqualTo(1);
    }
}

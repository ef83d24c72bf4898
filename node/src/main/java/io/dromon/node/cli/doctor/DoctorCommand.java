package io.dromon.node.cli.doctor;

import io.dromon.node.cli.member.NodeCommand;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.node.doctor.Diagnosis;
import io.dromon.node.doctor.Doctor;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dromon doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Preflight check of everything that a start of a node with these flags would need, without starting it: options and"
                    + " where each value comes from, keys, certificates, chains, dates, rules of identity, the"
                    + " listening address; with --peers also what answers at the addresses of the cluster.",
            "Exit code 1 if a cold start would fail; warnings do not count."
        })
public final class DoctorCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private NodeCommand.NodeFlags flags;

    @Option(
            names = "--peers",
            description = "Dial the addresses of the cluster: mode, certificate, and whether both sides would accept"
                    + " each other. Each peer logs a connection that ended.")
    private boolean peers;

    @Option(names = "--json", description = "The findings as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        Diagnosis diagnosis = Doctor.examine(flags::config, peers);
        if (json) {
            System.out.println(DoctorReport.json(diagnosis));
        } else {
            DoctorReport.print(diagnosis, System.out);
        }
        System.out.flush();
        return diagnosis.wouldFail() ? ExitCode.FAILED : 0;
    }
}

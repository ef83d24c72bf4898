package io.dromon.node.cli.sst;

import io.dromon.node.cli.process.CancelOnSignal;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.sst.SnapshotDonor;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotSource;
import io.dromon.sst.SstSettings;
import io.dromon.sst.Token;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dromon sst send}. */
@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        description = "The donor: sends a directory, which must stand still, to a joiner.")
final class SendCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private TransferOptions common;

    @Option(names = "--to", required = true, paramLabel = "HOST:PORT", description = "The joiner's address.")
    private String to = "";

    @Option(names = "--source", required = true, paramLabel = "DIR", description = "What is sent.")
    @SuppressWarnings("NullAway.Init") // required
    private Path source;

    @Option(
            names = "--position",
            required = true,
            paramLabel = "UUID:SEQNO",
            description = "The last event that the source holds.")
    private String position = "";

    @Override
    public Integer call() throws IOException, InterruptedException {
        common.checkMethod();
        SstSettings settings = common.settings(SstSettings.Role.DONOR, Addresses.host(to));
        SnapshotMethod method = common.method(settings);
        SstReport report = common.report(settings);
        Position last;
        try {
            last = Position.parse(position);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
        Token token = common.token();
        CancelOnSignal signal = new CancelOnSignal("the transfer");
        try (TlsContexts tls = TransferOptions.contexts(settings)) {
            SnapshotDonor donor = method.donor(
                    Addresses.address(to),
                    new SnapshotMethod.Terms(tls, token, settings.stream(), report),
                    new SnapshotSource.Files(source));
            signal.with(donor::cancel);
            report.done(donor.send(last));
            return 0;
        } catch (IOException e) {
            report.failed(e);
            return ExitCode.FAILED;
        } finally {
            signal.over();
        }
    }
}

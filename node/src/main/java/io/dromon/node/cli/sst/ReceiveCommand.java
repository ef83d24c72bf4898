package io.dromon.node.cli.sst;

import io.dromon.node.cli.process.CancelOnSignal;
import io.dromon.node.cli.process.ExitCode;
import io.dromon.sst.SnapshotJoiner;
import io.dromon.sst.SnapshotMethod;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.SstSettings;
import io.dromon.sst.archive.Limits;
import io.dromon.transport.tls.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dromon sst receive}. */
@Command(
        name = "receive",
        mixinStandardHelpOptions = true,
        description = {
            "The joiner: prints 'ready ADDRESS TOKEN-REF', and takes one snapshot.",
            "The target is replaced when all has arrived and was checked, and is untouched otherwise."
        })
final class ReceiveCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private TransferOptions common;

    @Option(
            names = "--listen",
            defaultValue = "0.0.0.0:4444",
            paramLabel = "HOST:PORT",
            description = "Port 0: any free one (${DEFAULT-VALUE}).")
    private String listen = "";

    @Option(names = "--target", required = true, paramLabel = "DIR", description = "What the snapshot becomes.")
    @SuppressWarnings("NullAway.Init") // required
    private Path target;

    @Override
    public Integer call() throws IOException, InterruptedException {
        common.checkMethod();
        SstSettings settings = common.settings(SstSettings.Role.JOINER, "");
        SnapshotMethod method = common.method(settings);
        SstReport report = common.report(settings);
        InetSocketAddress address = Addresses.own(listen);
        CancelOnSignal signal = new CancelOnSignal("the transfer");
        try (TlsContexts tls = TransferOptions.contexts(settings);
                TokenPlace place = common.tokenPlace();
                SnapshotJoiner joiner = method.listen(
                        address,
                        new SnapshotMethod.Terms(tls, place.token(), settings.stream(), report),
                        new SnapshotTarget.Directory(target, Limits.NONE))) {
            signal.with(joiner::cancel);
            report.ready(Addresses.shown(joiner.address(), listen), place.reference());
            report.done(joiner.await());
            return 0;
        } catch (IOException e) {
            report.failed(e);
            return ExitCode.FAILED;
        } finally {
            signal.over();
        }
    }
}

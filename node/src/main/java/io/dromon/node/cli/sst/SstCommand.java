package io.dromon.node.cli.sst;

import io.dromon.sst.stream.StreamMethod;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dromon sst}. */
@Command(
        name = "sst",
        mixinStandardHelpOptions = true,
        description = "A snapshot from a donor to a joiner, over TLS that both have proven.",
        synopsisSubcommandLabel = "receive|send|pack|unpack",
        subcommands = {ReceiveCommand.class, SendCommand.class, PackCommand.class, UnpackCommand.class})
public final class SstCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "receive, send, pack or unpack?");
    }

    /** Loads in the background what a transfer will need, while the command line and the files are read. */
    public static void warmUp() {
        Thread thread = new Thread(StreamMethod::prepare, "sst-warm-up");
        thread.setDaemon(true);
        thread.start();
    }
}

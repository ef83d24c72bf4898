package io.dromon.node.cli.options;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dromon options}. */
@Command(
        name = "options",
        mixinStandardHelpOptions = true,
        description = "Lists every option: type, default, range, whether it can be changed at run time, what it governs"
                + " and which part of Dromon honours it.")
public final class OptionsCommand implements Callable<Integer> {
    @Option(names = "--format", description = "table (default), md or json.", defaultValue = "table")
    private OptionTable.Format format = OptionTable.Format.TABLE;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "One option; all if not given.")
    private @Nullable String name;

    @Override
    public Integer call() {
        System.out.print(name == null ? OptionTable.print(format) : OptionTable.print(format, name));
        System.out.flush();
        return 0;
    }
}

package io.dromon.node.cli.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description =
                    "Translate what an orchestrator.conf.json says of its HTTP listener into options of the admin listener;"
                            + " what has no counterpart is listed.")
    private @Nullable Path from;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (from != null) {
            return translate(from);
        }
        System.out.print(name == null ? OptionTable.print(format) : OptionTable.print(format, name));
        System.out.flush();
        return 0;
    }

    private int translate(Path file) throws IOException {
        if (name != null) {
            throw new ParameterException(spec.commandLine(), "NAME and --from are two things; give one of them");
        }
        OrchestratorFile.Translated translated = OrchestratorFile.read(file);
        System.out.print(translated.text());
        System.out.flush();
        if (!translated.left().isEmpty()) {
            System.err.println(
                    translated.left().size() + " names were not translated: see the lines that begin with #");
        }
        return 0;
    }
}

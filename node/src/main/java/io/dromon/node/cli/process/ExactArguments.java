package io.dromon.node.cli.process;

import io.dromon.config.NameBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The arguments of this process as the kernel has them. The JVM decodes them in the charset of the locale, and what that
 * cannot say, a name in Latin-1 say, becomes U+FFFD.
 */
public final class ExactArguments {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private ExactArguments() {}

    /** Returns the arguments with every byte as {@link NameBytes} has it; the same where nothing was lost, or nothing can be asked. */
    public static String[] of(String[] decoded) {
        if (Arrays.stream(decoded).noneMatch(argument -> argument.indexOf('\ufffd') >= 0)) {
            return decoded;
        }
        try {
            List<String> all = split(Files.readAllBytes(COMMAND_LINE));
            int first = all.size() - decoded.length;
            return first < 0 ? decoded : all.subList(first, all.size()).toArray(String[]::new);
        } catch (IOException e) {
            return decoded; // no such file on this system: an error will name what cannot be found
        }
    }

    /** Each argument ends with a NUL. */
    private static List<String> split(byte[] commandLine) {
        List<String> arguments = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i] == 0) {
                arguments.add(NameBytes.decode(Arrays.copyOfRange(commandLine, start, i)));
                start = i + 1;
            }
        }
        return arguments;
    }
}

package io.dromon.it.peers;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A main class of this class path as a process of its own, which is a member of a group. */
public final class JavaMember extends MemberProcess {
    private JavaMember(Builder how, Path directory, List<String> command) {
        super(how, directory, command, line -> false);
        process().isJvm();
    }

    /** How it is started. */
    public static final class Builder extends MemberProcess.Builder<Builder> {
        private final Path directory;
        private final Class<?> main;
        private String heap = "128m";

        private Builder(Path directory, String name, Class<?> main) {
            super(name);
            this.directory = directory;
            this.main = main;
        }

        @Override
        Builder self() {
            return this;
        }

        /** The most that its heap may have, as of {@code -Xmx}. */
        public Builder heap(String most) {
            this.heap = most;
            return this;
        }

        /**
         * Starts it with the arguments name, group, {@code host:port} to listen at, addresses of peers, provider options,
         * and {@code more}.
         */
        public JavaMember start(List<String> more) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx" + heap,
                    "-XX:+ExitOnOutOfMemoryError",
                    "-cp",
                    classPath(),
                    main.getName(),
                    name,
                    group,
                    host + ":" + port,
                    address,
                    options(List.of())));
            command.addAll(more);
            return new JavaMember(this, directory, command);
        }
    }

    /** That of this process, whatever directory the other one runs in. */
    private static String classPath() {
        return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(System.getProperty("java.class.path"))
                .map(each -> Path.of(each).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** A member whose process runs in {@code directory}. */
    public static Builder of(Class<?> main, Path directory, String name) {
        return new Builder(directory, name, main);
    }

    @Override
    public String primaryPattern(int members) {
        return ": view primary .*members=([^,]+,){" + (members - 1) + "}[^,]+$";
    }
}

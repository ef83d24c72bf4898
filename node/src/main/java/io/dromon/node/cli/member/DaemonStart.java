package io.dromon.node.cli.member;

import io.dromon.node.cli.process.ChildNode;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.node.cli.process.ExitCode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * {@code --daemon}: a JVM cannot fork, so it starts a second one in a session of its own. What that says until it is ready is
 * said here; from then on it writes to its log file, or to nothing.
 */
final class DaemonStart {
    /** Tells the second process that it is the one in the background. */
    static final String CHILD = "--background";

    private static final String READY = "ready";
    /** The first process has heard it. */
    private static final int HEARD = 1;

    private static final CountDownLatch HAS_HEARD = new CountDownLatch(1);

    private DaemonStart() {}

    /** Starts it; returns the exit code when it is ready, or has failed. */
    static int run(List<String> arguments, String workdir) throws InterruptedException {
        List<String> command = new ArrayList<>();
        if (isOnPath("setsid")) {
            command.add("setsid"); // so that no signal of this terminal reaches it
        }
        command.addAll(ChildNode.executable(arguments.toArray(String[]::new)));
        try {
            Process process =
                    new ProcessBuilder(command).directory(new File(workdir)).start();
            Thread errors = new Thread(() -> relay(process), "daemon-errors");
            errors.setDaemon(true);
            errors.start();
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                if (READY.equals(out.readLine())) {
                    try (OutputStream in = process.getOutputStream()) {
                        in.write(HEARD);
                    }
                    return 0;
                }
            }
            int code = process.waitFor();
            errors.join(1000);
            System.err.println("dromon: the process in the background ended with code " + code
                    + "; what it said stands above, or in the file of --log");
            return code == 0 ? ExitCode.FAILED : code;
        } catch (IOException e) {
            throw new CommandFailure("--daemon: cannot start a process in " + workdir + ": " + e.getMessage());
        }
    }

    private static boolean isOnPath(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(new File(directory, program).toPath())) {
                return true;
            }
        }
        return false;
    }

    private static void relay(Process process) {
        try (BufferedReader errors =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            String line;
            while ((line = errors.readLine()) != null) {
                System.err.println(line);
            }
        } catch (IOException e) {
            System.err.println("dromon: " + e.getMessage());
        }
    }

    /**
     * In the second process, before it does anything: it ends if the first one does, since who has stopped that believes
     * that nothing runs.
     */
    static void watchStarter() {
        Thread watcher = new Thread(DaemonStart::awaitHeard, "daemon-starter");
        watcher.setDaemon(true);
        watcher.start();
    }

    private static void awaitHeard() {
        try {
            if (System.in.read() == HEARD) {
                HAS_HEARD.countDown();
                return;
            }
        } catch (IOException e) {
            System.err.println("dromon: " + e.getMessage());
        }
        System.err.println("dromon: the process that started this one is gone; this one ends");
        System.exit(ExitCode.FAILED);
    }

    /** In the second process: once the first one has heard it, the standard streams are not read any more. */
    static void ready(boolean hasLog) throws InterruptedException {
        System.out.println(READY);
        System.out.close();
        HAS_HEARD.await();
        if (!hasLog) {
            System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        }
    }
}

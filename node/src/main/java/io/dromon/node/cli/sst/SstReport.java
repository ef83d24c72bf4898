package io.dromon.node.cli.sst;

import io.dromon.node.cli.print.Json;
import io.dromon.sst.Progress;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferListener;
import io.dromon.sst.archive.Manifest;
import io.dromon.transport.link.LineBudget;
import io.dromon.transport.wire.PeerText;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The report of a transfer: a bar on a terminal, a line a second elsewhere, or JSON. The results go to standard
 * output, everything else to standard error.
 */
final class SstReport implements TransferListener {
    /** Who connects without belonging here can provoke many. */
    private final LineBudget notes = new LineBudget(50, Duration.ofSeconds(10));

    private static final long MEBIBYTE = 1 << 20;

    private final PrintStream out;
    private final PrintStream log;
    private final boolean json;
    private final String where;
    private @Nullable PrintStream file;
    private @Nullable ProgressBar bar;
    private @Nullable Thread ticker;
    private @Nullable Progress progress;

    /** @param where progress goes: nothing or 1 for the usual place, none, or a file (the option {@code progress}) */
    SstReport(PrintStream out, PrintStream log, boolean json, String where) {
        this.out = out;
        this.log = log;
        this.json = json;
        this.where = where;
    }

    private boolean isUsual() {
        return where.isEmpty() || where.equals("1");
    }

    private boolean isNone() {
        return where.equals("none") || where.equals("0");
    }

    private void print(SstEvent event) {
        out.println(Json.line(event));
    }

    void ready(String address, String tokenReference) {
        if (json) {
            print(new SstEvent.Ready(address, tokenReference));
        } else {
            out.println("ready " + address + " " + tokenReference);
        }
        out.flush();
    }

    @Override
    public synchronized void note(String line) {
        if (notes.room(System.nanoTime(), left -> write(left + " more notes were left out"))) {
            write(line);
        }
    }

    private void write(String line) {
        if (json) {
            print(new SstEvent.Note(line));
        } else {
            log.println("dromon: " + PeerText.lines(line));
        }
    }

    @Override
    public synchronized void started(Progress live) {
        if (ticker != null) {
            return;
        }
        progress = live;
        if (!json && isUsual() && isTerminal()) {
            bar = new ProgressBarBuilder()
                    .setTaskName("sst")
                    .setUnit("MiB", MEBIBYTE)
                    .setInitialMax(live.snapshot().totalBytes())
                    .showSpeed()
                    .build();
        }
        Thread thread = new Thread(
                () -> {
                    try {
                        while (true) {
                            Thread.sleep(bar == null ? 1000 : 200);
                            tick(live.snapshot());
                        }
                    } catch (InterruptedException e) {
                        tick(live.snapshot()); // the final figures
                    }
                },
                "sst-progress");
        thread.setDaemon(true);
        ticker = thread;
        thread.start();
    }

    @SuppressWarnings("SystemConsoleNull") // from JDK 22 on a console may be no terminal; TERM is then mostly not set
    private static boolean isTerminal() {
        return System.console() != null && System.getenv("TERM") != null;
    }

    /** A fifo is opened here, where it holds nothing up but the progress. */
    private PrintStream file() {
        PrintStream open = file;
        if (open == null) {
            try {
                open = new PrintStream(new FileOutputStream(where, true), true, StandardCharsets.UTF_8);
            } catch (IOException e) {
                log.println("dromon: progress cannot be written: " + e.getMessage());
                open = log;
            }
            file = open;
        }
        return open;
    }

    private synchronized void tick(Progress.Snapshot now) {
        if (isNone()) {
            return;
        }
        if (!isUsual()) {
            file().println(line(now));
        } else if (bar != null) {
            bar.maxHint(now.totalBytes());
            bar.stepTo(now.bytes());
        } else if (json) {
            Map<String, Double> stages = new LinkedHashMap<>();
            now.stageSeconds()
                    .forEach((stage, seconds) -> stages.put(stage.name().toLowerCase(Locale.ROOT), seconds));
            print(new SstEvent.Moved(
                    now.bytes(),
                    now.totalBytes(),
                    now.wireBytes(),
                    Math.round(now.rate()),
                    now.remainingSeconds().map(Math::round).orElse(null),
                    stages));
        } else {
            log.println("dromon: " + line(now));
        }
    }

    private static String line(Progress.Snapshot now) {
        String left = now.remainingSeconds()
                .map(seconds -> String.format(Locale.ROOT, ", %.0f s left", seconds))
                .orElse("");
        return String.format(
                Locale.ROOT,
                "%d of %d MiB, %.0f MiB/s%s",
                now.bytes() / MEBIBYTE,
                now.totalBytes() / MEBIBYTE,
                now.rate() / MEBIBYTE,
                left);
    }

    private void stop() throws InterruptedException {
        Thread thread = ticker;
        if (thread != null) {
            thread.interrupt();
            thread.join();
        }
        if (bar != null) {
            bar.close();
        }
        if (file != null && file != log) {
            file.close();
        }
    }

    void done(Manifest manifest) throws InterruptedException {
        stop();
        if (json) {
            print(new SstEvent.Done(
                    manifest.position().toString(),
                    manifest.entries(),
                    manifest.bytes(),
                    manifest.checksum(),
                    progress == null ? null : progress.snapshot().seconds()));
            return;
        }
        if (progress != null) {
            StringBuilder stages = new StringBuilder("seconds per stage:");
            progress.snapshot()
                    .stageSeconds()
                    .forEach((stage, seconds) -> stages.append(
                            String.format(Locale.ROOT, " %s %.2f", stage.name().toLowerCase(Locale.ROOT), seconds)));
            log.println("dromon: " + stages);
        }
        out.println(summary(manifest));
    }

    /** A snapshot that is whole, in one line. */
    static String summary(Manifest manifest) {
        return "done " + manifest.position() + " " + manifest.entries() + " entries " + manifest.bytes() + " bytes";
    }

    void failed(Exception e) throws InterruptedException {
        stop();
        String reason = e instanceof TransferException known ? known.reason().name() : "FAILED";
        if (json) {
            print(new SstEvent.Failed(reason, e.getMessage()));
        }
        log.println("dromon: " + PeerText.lines(String.valueOf(e.getMessage())));
    }
}

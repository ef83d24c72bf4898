package io.dromon.it.chaos;

import io.dromon.it.peers.PeerProcess;
import io.dromon.it.peers.Peers;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Hosts that are network namespaces of this machine, joined by a bridge. It takes root. Packets are lost without notice
 * to anybody: towards a lost neighbour they go to an Ethernet address that nobody has.
 */
public final class Net implements Hosts {
    private static final int PORT = 4567;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String NOBODY = "02:00:00:00:ff:ff";

    private final String ip = Peers.require("ip").toString();
    private final String prefix =
            "dromon" + Long.toString(ProcessHandle.current().pid(), 36);
    private final int hosts;

    public Net(int hosts) {
        this.hosts = hosts;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        List<String> commands =
                new ArrayList<>(List.of("link add " + prefix + " type bridge", "link set " + prefix + " up"));
        for (int host = 0; host < hosts; host++) {
            commands.add("netns add " + space(host));
            commands.add("link add " + card(host) + " type veth peer name eth0 address " + mac(host) + " netns "
                    + space(host));
            commands.add("link set " + card(host) + " master " + prefix + " up");
        }
        run(commands);
        for (int host = 0; host < hosts; host++) {
            within(host, "link set lo up", "addr add " + address(host) + "/24 dev eth0", "link set eth0 up");
        }
        joinAll();
    }

    @Override
    public int count() {
        return hosts;
    }

    @Override
    public String address(int host) {
        return "10.83.26." + (host + 1);
    }

    @Override
    public int port(int host) {
        return PORT;
    }

    @Override
    public List<String> command(int host) {
        return List.of(ip, "netns", "exec", space(host));
    }

    /** From now on nothing that {@code from} sends arrives at {@code to}. */
    void lose(int from, int to) {
        within(from, neighbour(to, NOBODY));
    }

    /** Ends every loss. */
    void joinAll() {
        for (int host = 0; host < hosts; host++) {
            List<String> neighbours = new ArrayList<>();
            for (int other = 0; other < hosts; other++) {
                if (other != host) {
                    neighbours.add(neighbour(other, mac(other)));
                }
            }
            within(host, neighbours.toArray(String[]::new));
        }
    }

    /** Pulls the cable of a host: its card sees no carrier. */
    public void unplug(int host) {
        run(List.of("link set " + card(host) + " down"));
    }

    public void plug(int host) {
        run(List.of("link set " + card(host) + " up"));
    }

    /** Holds both directions of a host's cable to a rate of {@code tc}, as {@code 256kbit}. */
    void choke(int host, String rate) {
        tc(host, "replace", List.of("tbf", "rate", rate, "burst", "8kb", "latency", "200ms"));
    }

    void unchoke(int host) {
        tc(host, "del", List.of());
    }

    private void tc(int host, String action, List<String> discipline) {
        String tc = Peers.require("tc").toString();
        for (List<String> end : List.of(
                List.of(tc, "qdisc", action, "dev", card(host), "root"),
                List.of(tc, "-n", space(host), "qdisc", action, "dev", "eth0", "root"))) {
            List<String> command = new ArrayList<>(end);
            command.addAll(discipline);
            PeerProcess.run("tc", Path.of("/"), command, LIMIT);
        }
    }

    private String neighbour(int host, String mac) {
        return "neigh replace " + address(host) + " lladdr " + mac + " nud permanent dev eth0";
    }

    private String mac(int host) {
        return String.format("02:00:00:00:00:%02x", host + 1);
    }

    private String space(int host) {
        return prefix + "n" + host;
    }

    private String card(int host) {
        return prefix + "p" + host;
    }

    private void within(int host, String... commands) {
        batch(List.of(ip, "-n", space(host), "-batch", "-"), List.of(commands));
    }

    private void run(List<String> commands) {
        batch(List.of(ip, "-batch", "-"), commands);
    }

    private static void batch(List<String> command, List<String> lines) {
        PeerProcess.run("ip", Path.of("/"), command, String.join("\n", lines) + "\n", LIMIT);
    }

    /** Takes everything away; what is gone already is no error. The ends of the cables go with their namespaces. */
    @Override
    public synchronized void close() {
        List<String> commands = new ArrayList<>();
        for (int host = 0; host < hosts; host++) {
            commands.add("netns del " + space(host));
        }
        commands.add("link del " + prefix);
        try {
            Process process = new ProcessBuilder(ip, "-force", "-batch", "-")
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            try (Writer input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8)) {
                input.write(String.join("\n", commands) + "\n");
            }
            process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

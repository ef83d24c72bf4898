package io.dromon.it.scenario;

import io.dromon.transport.primary.SavedView;
import io.dromon.transport.sim.SimClock;
import io.dromon.transport.sim.SimHost;
import io.dromon.transport.sim.SimNetwork;
import io.dromon.transport.sim.SimTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The machines of a scenario, the paths between them, and what can happen to both. */
final class ScenarioCluster {
    private final SimClock clock = new SimClock();
    private final SimNetwork network;
    private final Names names = new Names();
    private final List<Host> hosts = new ArrayList<>();
    private final List<Path> cut = new ArrayList<>();
    private final ScenarioNode.Voice voice;

    private record Path(int from, int to) {}

    /** @param size number of machines, n1 is the first */
    ScenarioCluster(int size, ScenarioNode.Voice voice) {
        this.network = new SimNetwork(size, clock, new ShortestDelay(), new SimTrace(false), 0);
        this.voice = voice;
        for (int host = 0; host < size; host++) {
            hosts.add(new Host(host));
        }
    }

    SimClock clock() {
        return clock;
    }

    Names names() {
        return names;
    }

    List<Host> hosts() {
        return hosts;
    }

    /** The machine, to have something done in a turn of its process. */
    SimHost machine(Host host) {
        return network.host(host.index);
    }

    /** Starts the node of a machine, with the saved view if there is one; it knows the addresses of all machines. */
    void start(Host host, Kind kind) {
        SavedView before = kind.bootstrap() ? null : host.disk.saved;
        UUID self = before == null ? names.newNode(host.index) : names.nextIncarnation(host.index, before.self());
        host.disk.saved = before == null ? null : new SavedView(self, before.view());
        if (host.unplugged) {
            host.unplugged = false;
            network.powerOn(host.index);
            pathsOf(host).forEach(path -> network.unblock(path.from(), path.to()));
        }
        ScenarioNode node = new ScenarioNode(host.disk, kind, self, machine(host), names, voice);
        host.node = node;
        List<String> addresses = new ArrayList<>();
        if (!kind.bootstrap()) {
            for (Host other : hosts) {
                if (other != host) {
                    addresses.add(machine(other).address());
                }
            }
        }
        machine(host).start(node, addresses, () -> host.node = null);
    }

    /** Ends the process at once; the system closes its connections. */
    void kill(Host host) {
        host.node = null;
        network.kill(host.index);
    }

    /** The machine is dead at once: no connection is closed, and what it had under way is lost. */
    void unplug(Host host) {
        host.node = null;
        host.unplugged = true;
        network.powerOff(host.index);
        pathsOf(host).forEach(path -> network.block(path.from(), path.to()));
    }

    private List<Path> pathsOf(Host host) {
        List<Path> paths = new ArrayList<>();
        for (Host other : hosts) {
            if (other != host) {
                paths.add(new Path(host.index, other.index));
                paths.add(new Path(other.index, host.index));
            }
        }
        return paths;
    }

    /** What is sent from here to there stands still, until {@link #heal}. */
    void cut(Host from, Host to) {
        network.block(from.index, to.index);
        cut.add(new Path(from.index, to.index));
    }

    /** All that was cut is whole. */
    void heal() {
        cut.forEach(path -> network.unblock(path.from(), path.to()));
        cut.clear();
    }
}

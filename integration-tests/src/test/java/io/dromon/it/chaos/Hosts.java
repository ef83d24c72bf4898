package io.dromon.it.chaos;

import io.dromon.it.peers.Ports;
import java.util.List;
import java.util.stream.Stream;

/** Where the members of a run live. */
public interface Hosts extends AutoCloseable {
    /** How many there are. */
    int count();

    /** The address of a host. */
    String address(int host);

    /** The port of the group on a host. */
    int port(int host);

    /** The beginning of a command line that runs the rest on that host. */
    List<String> command(int host);

    @Override
    void close();

    /** Ports of this machine's loopback address. */
    static Hosts local(int count) {
        List<Integer> ports = Stream.generate(Ports::free).limit(count).toList();
        return new Hosts() {
            @Override
            public int count() {
                return count;
            }

            @Override
            public String address(int host) {
                return "127.0.0.1";
            }

            @Override
            public int port(int host) {
                return ports.get(host);
            }

            @Override
            public List<String> command(int host) {
                return List.of();
            }

            @Override
            public void close() {}
        };
    }
}
